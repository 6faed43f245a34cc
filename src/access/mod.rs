//! Who may do what: keys, callers and the one place where a right is decided.
//!
//! Not here: where keys are stored and how they travel. Invariant: everything is denied that no
//! rule of this room allows.

mod caller;
mod key;
mod password;
mod person;
mod policy;
mod role;
pub mod rules;
mod scope;
mod seal;
mod session;
mod sight;
mod throttle;
mod token;

pub use caller::{Application, Caller};
pub use key::{ApiKey, KeyHash};
pub use password::{StoredPassword, check_password};
pub use person::{Person, PersonName};
pub use policy::{Given, Grants, Verdict, decide};
pub use role::{Capacity, Period, Role};
pub use scope::Scope;
pub use seal::{NONCE, Sealed};
pub use session::{SessionId, SessionToken};
pub use sight::Sight;
pub use throttle::{Patience, Throttle};
pub use token::AccessToken;
