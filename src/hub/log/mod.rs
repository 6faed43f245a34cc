//! The log as people ask for it: searched, verified, signed, forgotten.
//!
//! Not here: writing it, which is part of what is logged. Invariant: nothing here changes a row of the log.

mod checkpoint;
mod forget;
mod search;
mod subjects;
mod verify;
mod witness;

pub(super) use checkpoint::append_missing;
pub use search::{ActionsWanted, ExchangesWanted, LoggedExchange};
pub use subjects::{Seen, SeenVersion, Sighting, Sightings};
pub use verify::{Fault, Verdict, verify};
pub(super) use witness::Showing;

use super::secrets::Secrets;
use crate::audit::{PublicKey, Signer, SubjectKey};
use crate::error::{Error, Result};
use crate::store::{self, Store};
use crate::types::Timestamp;

/// The setting that holds the public half of the signing key, so that a copy can be verified without the
/// hub's secrets.
const PUBLIC_KEY: &str = "log_public_key";

/// What the hub signs its log with; made with the database.
///
/// # Errors
/// When the database fails or the secret is damaged.
pub(super) fn signer(secrets: &Secrets, store: &Store, now: Timestamp) -> Result<Signer> {
    let secret = secrets.find_or_make(store, "log_signing_key", now, |connection, secret| {
        // A second key in the place of one that was removed would hide that.
        if store::settings::find(connection, PUBLIC_KEY)?.is_some() {
            return Err(damaged());
        }
        let signer = Signer::new(secret.reveal()).ok_or_else(damaged)?;
        store::settings::put(connection, PUBLIC_KEY, signer.public().as_bytes())
    })?;
    Signer::new(secret.reveal()).ok_or_else(damaged)
}

/// What hides whom payloads are about.
///
/// # Errors
/// When the database fails.
pub(super) fn subject_key(secrets: &Secrets, store: &Store, now: Timestamp) -> Result<SubjectKey> {
    let secret = secrets.find_or_make(store, "subject_key", now, |_, _| Ok(()))?;
    Ok(SubjectKey::new(secret))
}

/// What the log's signatures are verified with, as the database tells.
fn public_key(store: &Store) -> Result<PublicKey> {
    let key = store.read(|connection| store::settings::find(connection, PUBLIC_KEY))?;
    key.and_then(|key| PublicKey::from_bytes(&key))
        .ok_or_else(damaged)
}

fn damaged() -> Error {
    Error::Internal("the log's signing key is damaged or was removed".into())
}
