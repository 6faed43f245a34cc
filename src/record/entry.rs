//! [`Entry`]: one thing that a writer wants done to a dataset.

use super::{Mark, Marks, Referral, Slots};
use crate::audit::Subject;
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
    /// By what the record is filtered and sorted.
    pub slots: Slots,
    /// By what it is found as one that refers to something.
    pub marks: Marks,
    /// What it refers to.
    pub referrals: Box<[Referral]>,
    /// Whom it is about, where the contract says which field tells.
    pub subject: Option<Subject>,
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
    /// What the record is filtered and sorted by from now on; nothing after a deletion.
    pub fn slots(&self) -> &[String] {
        match self {
            Entry::Put(payload) => &payload.slots,
            Entry::Delete(_) => &[],
        }
    }

    /// By what the record is found as one that refers to something; nothing after a deletion.
    pub fn marks(&self) -> &[Mark] {
        match self {
            Entry::Put(payload) => &payload.marks,
            Entry::Delete(_) => &[],
        }
    }

    /// Whom the payload is about, where that is known.
    pub fn subject(&self) -> Option<&Subject> {
        match self {
            Entry::Put(payload) => payload.subject.as_ref(),
            Entry::Delete(_) => None,
        }
    }

    /// The key that the entry is about.
    pub fn key(&self) -> &RecordKey {
        match self {
            Entry::Put(payload) => &payload.key,
            Entry::Delete(key) => key,
        }
    }
}
