//! [`BulkReport`]: what became of a bulk, line by line where lines were refused.

use crate::error::Error;
use crate::record::Outcome;

/// The most errors that an answer lists.
const MAX_ERRORS: usize = 1_000;

/// A refused line of a bulk.
#[derive(Debug)]
pub struct LineFault {
    /// The physical line, or the element's number; both from 1.
    pub line: u64,
    /// The key, where one was found.
    pub key: Option<String>,
    /// Why it was refused.
    pub error: Error,
}

/// What became of a bulk.
#[derive(Debug, Default)]
pub struct BulkReport {
    /// How many payloads came; the sum of the other five.
    pub received: u64,
    /// Records that were not there before.
    pub created: u64,
    /// Records that were there with other content.
    pub updated: u64,
    /// Records that stand as sent already.
    pub unchanged: u64,
    /// Records that were deleted.
    pub deleted: u64,
    /// Payloads that were refused.
    pub rejected: u64,
    /// The first refused payloads, in the order of the stream.
    pub errors: Vec<LineFault>,
    /// The exchange's identity.
    pub exchange: String,
    /// What ended the bulk before its end; what came before is stored.
    pub ended: Option<Error>,
    /// The last line of which the outcome is in the counts; 0 as long as there is none, and while a
    /// bulk is staged.
    pub through: u64,
    /// Whether every refused payload is listed, not only the first ones.
    pub(super) all: bool,
}

impl BulkReport {
    pub(super) fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Created(_) => self.created += 1,
            Outcome::Updated(_) => self.updated += 1,
            Outcome::Unchanged(_) => self.unchanged += 1,
            Outcome::Deleted(_) => self.deleted += 1,
            Outcome::Refused(_) => self.rejected += 1,
        }
    }

    pub(super) fn refuse(&mut self, fault: LineFault) {
        if self.all || self.errors.len() < MAX_ERRORS {
            self.errors.push(fault);
        }
    }
}
