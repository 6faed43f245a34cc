//! Who may do what: keys, callers and the one place where a right is decided.
//!
//! Not here: where keys are stored and how they travel. Invariant: everything is denied that no
//! rule of this room allows.

mod caller;
mod key;
mod policy;
mod seal;
mod sight;

pub use caller::{Application, Caller};
pub use key::{ApiKey, KeyHash};
pub use policy::{Given, Grants, Verdict, decide};
pub use seal::{NONCE, Sealed};
pub use sight::Sight;
