//! [`Found`]: what a refused payload tells of itself: under which key it would stand, and whom it is about.
//!
//! Not here: why it was refused. Invariant: nothing about a payload is a reason to fail; what can't be found
//! is not there.

use super::judge::{Judge, key_of, subject_of};
use super::lenient;
use crate::audit::Subject;
use crate::types::{Document, RecordKey};

/// See the module.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// The record's key.
    pub key: Option<RecordKey>,
    /// Whom it is about, where the contract says which field tells.
    pub subject: Option<Subject>,
}

/// What is found in a payload that was refused; where the person does not stand in the field, or the payload is
/// no JSON, its text is searched for the field's name.
pub fn found(rules: &Judge, bytes: &[u8]) -> Found {
    let document = Document::parse(bytes).ok();
    let payload = document.as_ref().map(Document::value);
    let key = payload.and_then(|payload| key_of(&rules.key, payload).ok());
    let subject = rules.subject.as_ref().and_then(|(field, hides)| {
        let told = payload.and_then(|payload| subject_of(field, hides, payload));
        told.or_else(|| lenient::told(field, bytes).map(|name| hides.hash(&name)))
    });
    Found { key, subject }
}
