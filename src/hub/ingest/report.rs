//! [`BulkReport`]: what became of a bulk, line by line where lines were refused.

use super::refused;
use crate::error::Error;
use crate::hub::Call;
use crate::record::{Counts, Outcome};
use crate::types::RecordKey;

/// The most errors that an answer lists.
pub(super) const MAX_ERRORS: usize = 1_000;

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
    /// What became of its payloads.
    pub counts: Counts,
    /// The first refused payloads, in the order of the stream.
    pub errors: Vec<LineFault>,
    /// The exchange's identity.
    pub exchange: String,
    /// How many of them were counted when the same request came before.
    pub before: u64,
    /// What ended the bulk before its end; what came before is stored.
    pub ended: Option<Error>,
    /// The last line of which the outcome is in the counts, where that is told; else 0.
    pub through: u64,
    /// Whether every refused payload is listed, not only the first ones.
    pub(super) all: bool,
}

impl BulkReport {
    /// The report of a bulk of which nothing has come yet.
    pub(super) fn of(call: &Call) -> Self {
        BulkReport {
            exchange: call.id.to_string(),
            ..BulkReport::default()
        }
    }

    /// Counts the lines that were refused when they were judged, and what became of the others;
    /// `lines` and `keys` belong to the outcomes.
    pub(super) fn account(
        &mut self,
        mut faults: Vec<LineFault>,
        lines: &[u64],
        outcomes: &[Outcome],
        keys: &[Option<RecordKey>],
    ) {
        self.counts.rejected += u64::try_from(faults.len()).unwrap_or(u64::MAX);
        for ((outcome, line), key) in outcomes.iter().zip(lines).zip(keys) {
            self.counts.count(outcome);
            if let (Outcome::Refused(refusal), Some(key)) = (outcome, key) {
                faults.push(LineFault {
                    line: *line,
                    key: Some(key.to_string()),
                    error: refused(refusal, key),
                });
            }
        }
        faults.sort_by_key(|fault| fault.line);
        faults.into_iter().for_each(|fault| self.refuse(fault));
    }

    /// The same when nothing of it is stored after all.
    pub(super) fn without_effect(self) -> Self {
        BulkReport {
            counts: Counts {
                rejected: self.counts.received(),
                ..Counts::default()
            },
            errors: self.errors,
            exchange: self.exchange,
            ended: self.ended,
            ..BulkReport::default()
        }
    }

    pub(super) fn refuse(&mut self, fault: LineFault) {
        if self.all || self.errors.len() < MAX_ERRORS {
            self.errors.push(fault);
        }
    }
}
