//! [`Entry`]: one thing that a writer wants done to a dataset.

use crate::types::{Digest, RecordKey};

/// A payload that passed its contract.
#[derive(Debug, Clone)]
pub struct Payload {
    /// The key found in it.
    pub key: RecordKey,
    /// The text as it is stored and served.
    pub text: String,
    /// The digest of `text`.
    pub digest: Digest,
    /// The digest of its canonical form, by which `unchanged` is told.
    pub canonical: Digest,
}

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Entry {
    /// Store this payload under its key.
    Put(Payload),
    /// Delete the record with this key.
    Delete(RecordKey),
}

impl Entry {
    /// The key that the entry is about.
    pub fn key(&self) -> &RecordKey {
        match self {
            Entry::Put(payload) => &payload.key,
            Entry::Delete(key) => key,
        }
    }
}
