//! The log as people ask for it: searched, verified, signed, forgotten.
//!
//! Not here: writing it, which is part of what is logged. Invariant: nothing here changes a row of the log.

mod checkpoint;
mod forget;
mod verify;

pub use verify::{Fault, Verdict, verify};

use crate::audit::Signer;
use crate::error::{Error, Result};
use crate::store::{self, Store};

/// What the hub signs its log with. The one place that knows where the secret is kept.
///
/// # Errors
/// When the database fails or the secret is damaged.
pub(super) fn signer(store: &Store) -> Result<Signer> {
    let secret = store.read(|connection| store::settings::secret(connection, "log_signing_key"))?;
    Signer::new(&secret).ok_or_else(|| Error::Internal("the log's signing key is damaged".into()))
}
