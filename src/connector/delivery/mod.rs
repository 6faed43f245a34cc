//! Deliveries: the rules by which a dataset's changes are pushed to an agency's endpoint.
//!
//! Not here: sending (`outbound`), where cursors are kept (`store`), who is served when (`hub`). Invariant: what
//! is sent twice carries the same id twice.

mod message;
mod reason;
mod retry;
mod signature;
mod state;

pub use message::{Bounds, MAX_BATCH, batch_id, reset_id};
pub use reason::Reason;
pub use retry::{LONGEST_WAIT, Patience, after, retry_after};
pub use signature::{SECRET_BYTES, secret_text, signatures};
pub use state::{Ended, State};
