//! [`Ledger`]: what a batch of writes does, decided before the database is told.
//!
//! The store locks the heads of the datasets and reads what stands; the ledger then settles one
//! submission after the other, numbers the changes, and says in the end which rows to write.
//! Invariant: a refused atomic submission leaves no trace in the ledger.

mod references;

use std::collections::HashMap;
use std::sync::Arc;

use super::{EntityTag, Entry, Evidence, Link, Mark, Precondition};
use crate::error::{Conflict, Error, Unavailable, Unknown, Violations};
use crate::types::{DatasetId, Digest, FeedId, Kind, Pointer, RecordKey, Seq, Violation};

/// Entries that one request sends to one dataset.
#[derive(Debug)]
pub struct Submission {
    /// The dataset's number in the database.
    pub dataset: i64,
    /// The dataset's feed.
    pub feed: FeedId,
    /// How the dataset's records live.
    pub kind: Kind,
    /// The number of the contract version that judged the entries.
    pub contract: i64,
    /// By what the entries are found, as `record::FoundBy` writes it.
    pub filters: Arc<str>,
    /// The references of the contract, in its order.
    pub links: Arc<[Link]>,
    /// What to do, in order.
    pub entries: Vec<Entry>,
    /// Whether one refusal refuses all.
    pub atomic: bool,
    /// What must hold of the first entry's record.
    pub precondition: Precondition,
}

/// What stands under a key; deleted records leave a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The record's last change.
    pub seq: Seq,
    /// The digest of the canonical payload.
    pub canonical: Digest,
    /// Whether the last change was a deletion.
    pub deleted: bool,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A record that was not there.
    Created(Seq),
    /// A record that was there with other content.
    Updated(Seq),
    /// The same content as stands; no change was made.
    Unchanged(Seq),
    /// The record is gone.
    Deleted(Seq),
    /// Nothing was done.
    Refused(Refusal),
}

/// Why an entry was refused by what stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// A transaction with this key has another payload.
    TransactionExists,
    /// There is no record to delete.
    Absent,
    /// The precondition does not hold; the record's tag, if there is a record.
    Stale(Option<EntityTag>),
    /// The payload refers to what is not there.
    Broken(Box<[Violation]>),
    /// Other records refer to the one to be deleted: in which field of which dataset, where that may
    /// be told.
    InUse(Option<Box<(DatasetId, Pointer)>>),
    /// Who refers to the record to be deleted by this field can't be told yet.
    Unready(Pointer),
}

impl Refusal {
    /// The refusal of the record with this `key` as an error.
    pub fn error(&self, key: &RecordKey) -> Error {
        match self {
            Refusal::TransactionExists => Error::Conflict(Conflict::TransactionExists(key.clone())),
            Refusal::Absent => Error::Unknown(Unknown::Record(key.clone())),
            Refusal::Stale(tag) => Error::Stale {
                etag: tag.as_ref().map(ToString::to_string),
            },
            Refusal::Broken(violations) => Error::Violates(Violations {
                list: violations.to_vec(),
                total: u64::try_from(violations.len()).unwrap_or(u64::MAX),
            }),
            Refusal::InUse(by) => Error::Conflict(Conflict::InUse {
                key: key.clone(),
                by: by.as_deref().cloned(),
            }),
            Refusal::Unready(field) => Error::Unavailable(Unavailable::FilterNotReady(field.to_string())),
        }
    }
}

/// What became of a submission's entries, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// One outcome per entry. Of a refused atomic submission, only the refusals count.
    pub outcomes: Vec<Outcome>,
    /// Whether anything of the submission is stored.
    pub stored: bool,
    /// How many references to nothing are stored with it.
    pub unresolved: u64,
}

/// A row of the change log to be written.
#[derive(Debug)]
pub struct ChangeRow<'s> {
    /// The dataset's number.
    pub dataset: i64,
    /// The change's number in the feed.
    pub seq: Seq,
    /// Which submission of the batch it belongs to.
    pub submission: usize,
    /// The contract version that judged it.
    pub contract: i64,
    /// What changed.
    pub entry: &'s Entry,
    /// The change before it of the same key.
    pub prev: Option<Seq>,
}

/// The state of a record after the batch.
#[derive(Debug)]
pub struct RecordRow<'s> {
    /// The dataset's number.
    pub dataset: i64,
    /// The record's key.
    pub key: &'s RecordKey,
    /// What stands now.
    pub standing: Standing,
    /// Which submission of the batch made it so.
    pub submission: usize,
    /// By what it is filtered and sorted.
    pub slots: &'s [String],
    /// By what it is found as one that refers to something.
    pub marks: &'s [Mark],
}

/// Where the ledger looks records up: by dataset, then by key.
type Table<'s> = HashMap<(i64, &'s RecordKey), Standing>;

/// See the module.
pub struct Ledger<'s> {
    heads: HashMap<i64, Seq>,
    standing: Table<'s>,
    changes: Vec<ChangeRow<'s>>,
    /// What references are judged by; nothing where they are not judged here.
    judging: Option<references::Judging<'s>>,
}

impl<'s> Ledger<'s> {
    /// A ledger over the locked `heads` and what stands under the batch's keys.
    pub fn new(heads: HashMap<i64, Seq>, standing: Table<'s>) -> Self {
        Ledger {
            heads,
            standing,
            changes: Vec::new(),
            judging: None,
        }
    }

    /// The same, judging references too. What stands under the keys referred to is part of what
    /// stands.
    pub fn judging(self, evidence: Evidence<'s>) -> Self {
        Ledger {
            judging: Some(references::Judging::by(evidence)),
            ..self
        }
    }

    /// Settles the submission with this `index` in the batch.
    pub fn settle(&mut self, index: usize, submission: &'s Submission) -> Settled {
        let mut undo = Undo {
            head: self.head(submission.dataset),
            changes: self.changes.len(),
            stood: Vec::new(),
            unresolved: 0,
        };
        let mut outcomes = Vec::with_capacity(submission.entries.len());
        for (position, entry) in submission.entries.iter().enumerate() {
            let precondition = (position == 0).then_some(&submission.precondition);
            outcomes.push(self.apply(index, submission, entry, precondition, &mut undo));
        }
        if submission.atomic {
            self.judge_whole(submission, &mut outcomes, &mut undo.unresolved);
        }
        let refused = outcomes
            .iter()
            .any(|outcome| matches!(outcome, Outcome::Refused(_)));
        let stored = !(submission.atomic && refused);
        let unresolved = if stored { undo.unresolved } else { 0 };
        if !stored {
            self.roll_back(submission.dataset, undo);
        }
        Settled {
            outcomes,
            stored,
            unresolved,
        }
    }

    /// Which rows the batch writes: changes in the order of their numbers, each touched record
    /// once, and the new heads.
    pub fn finish(self) -> Rows<'s> {
        let mut standing = self.standing;
        let mut heads: Vec<(i64, Seq)> = Vec::new();
        for change in &self.changes {
            match heads.iter_mut().find(|(dataset, _)| *dataset == change.dataset) {
                Some(head) => head.1 = change.seq,
                None => heads.push((change.dataset, change.seq)),
            }
        }
        // Only the last change of a key finds what stands now.
        let records = self.changes.iter().rev().filter_map(|change| {
            let standing = standing.remove(&(change.dataset, change.entry.key()))?;
            Some(RecordRow {
                dataset: change.dataset,
                key: change.entry.key(),
                standing,
                submission: change.submission,
                slots: change.entry.slots(),
                marks: change.entry.marks(),
            })
        });
        Rows {
            records: records.collect(),
            changes: self.changes,
            heads,
        }
    }

    fn head(&self, dataset: i64) -> Seq {
        self.heads.get(&dataset).copied().unwrap_or_default()
    }

    fn apply(
        &mut self,
        index: usize,
        submission: &'s Submission,
        entry: &'s Entry,
        precondition: Option<&Precondition>,
        undo: &mut Undo<'s>,
    ) -> Outcome {
        let key = entry.key();
        let stood = self.standing.get(&(submission.dataset, key)).cloned();
        let present = stood.as_ref().filter(|standing| !standing.deleted);
        if let Some(precondition) = precondition {
            let tag = present.map(|standing| EntityTag {
                feed: submission.feed.clone(),
                seq: standing.seq,
            });
            if !precondition.holds(tag.as_ref()) {
                return Outcome::Refused(Refusal::Stale(tag));
            }
        }
        let (outcome, canonical): (fn(Seq) -> Outcome, Digest) = match (entry, present) {
            (Entry::Put(payload), Some(present)) if payload.canonical == present.canonical => {
                return Outcome::Unchanged(present.seq);
            }
            (Entry::Put(_), Some(_)) if submission.kind == Kind::Transaction => {
                return Outcome::Refused(Refusal::TransactionExists);
            }
            (Entry::Put(payload), Some(_)) => (Outcome::Updated, payload.canonical),
            (Entry::Put(payload), None) => (Outcome::Created, payload.canonical),
            (Entry::Delete(_), None) => return Outcome::Refused(Refusal::Absent),
            (Entry::Delete(_), Some(present)) => (Outcome::Deleted, present.canonical),
        };
        if !submission.atomic
            && let Some(refusal) = self.judge_entry(submission, entry, &mut undo.unresolved)
        {
            return Outcome::Refused(refusal);
        }
        let seq = self.head(submission.dataset).next();
        let deleted = matches!(entry, Entry::Delete(_));
        self.heads.insert(submission.dataset, seq);
        self.standing.insert(
            (submission.dataset, key),
            Standing {
                seq,
                canonical,
                deleted,
            },
        );
        self.changes.push(ChangeRow {
            dataset: submission.dataset,
            seq,
            submission: index,
            contract: submission.contract,
            entry,
            prev: stood.as_ref().map(|standing| standing.seq),
        });
        self.note(submission, entry, seq);
        undo.stood.push((key, stood));
        outcome(seq)
    }

    fn roll_back(&mut self, dataset: i64, undo: Undo<'s>) {
        self.heads.insert(dataset, undo.head);
        self.changes.truncate(undo.changes);
        for (key, stood) in undo.stood.into_iter().rev() {
            match stood {
                Some(standing) => self.standing.insert((dataset, key), standing),
                None => self.standing.remove(&(dataset, key)),
            };
        }
    }
}

/// How the ledger looked before a submission.
struct Undo<'s> {
    head: Seq,
    changes: usize,
    stood: Vec<(&'s RecordKey, Option<Standing>)>,
    unresolved: u64,
}

/// What a batch writes.
#[derive(Debug)]
pub struct Rows<'s> {
    /// The change log's new rows.
    pub changes: Vec<ChangeRow<'s>>,
    /// The records as they stand now.
    pub records: Vec<RecordRow<'s>>,
    /// The heads of the datasets that moved.
    pub heads: Vec<(i64, Seq)>,
}

#[cfg(test)]
mod tests;
