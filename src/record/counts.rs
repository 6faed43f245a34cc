//! [`Counts`]: how many payloads of a stream became what.

use serde::{Deserialize, Serialize};

use super::Outcome;

/// See the module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
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
}

impl Counts {
    /// Counts one more payload.
    pub fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Created(_) => self.created += 1,
            Outcome::Updated(_) => self.updated += 1,
            Outcome::Unchanged(_) => self.unchanged += 1,
            Outcome::Deleted(_) => self.deleted += 1,
            Outcome::Refused(_) => self.rejected += 1,
        }
    }

    /// Adds what became of other payloads.
    pub fn add(&mut self, others: &Counts) {
        self.created += others.created;
        self.updated += others.updated;
        self.unchanged += others.unchanged;
        self.deleted += others.deleted;
        self.rejected += others.rejected;
    }

    /// How many payloads there were.
    pub fn received(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.deleted + self.rejected
    }
}
