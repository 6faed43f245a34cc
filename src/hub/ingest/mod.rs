//! The one way in: every payload is judged, put into a submission, and written by the writer.
//!
//! `single` takes one record, `bulk` a stream of them, `snapshot` a whole dataset, `sheet` a spreadsheet, `load` lets a
//! command do so, `dry` tells what would happen. Invariant: nothing else in the hub makes a submission.

mod bulk;
mod direct;
mod dry;
mod intake;
mod load;
mod patch;
mod report;
mod sheet;
mod single;
mod snapshot;
mod staged;
mod trail;
mod undo;

pub use bulk::{Bulk, Mode};
pub use intake::Unusable;
pub use report::{BulkReport, LineFault};
pub use sheet::{Sheet, SheetCounts, SheetReport};
pub use snapshot::{Snapshot, SnapshotReport};
pub use undo::{UndoKeys, UndoReport, UndoWish};

use std::sync::Arc;

use super::{Call, Dataset};
use crate::audit::Exchange;
use crate::error::{Error, Result};
use crate::record::{
    Answer, Claim, Claimed, EntityTag, Entry, Outcome, Precondition, Refusal, Settled, Submission,
};
use crate::store::append::Scope;
use crate::store::{self, DbConnection};
use crate::types::{RecordKey, Seq, Timestamp};

/// What became of one record.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// The record's key; a live contract may have none.
    pub key: Option<RecordKey>,
    /// Its last change; `None` after a dry run.
    pub seq: Option<Seq>,
    /// What was done: `created`, `updated`, `unchanged` or `deleted`.
    pub outcome: &'static str,
    /// The record's entity tag as it stands; `None` after a dry run or a deletion.
    pub etag: Option<EntityTag>,
}

/// Under which conditions one record is written.
#[derive(Default, Clone)]
pub struct Conditions {
    /// What must hold of the record.
    pub precondition: Precondition,
    /// What keeps the write from being done twice.
    pub once: Option<Once>,
    /// The number of the rejection that it repairs.
    pub repairs: Option<i64>,
}

/// A write that is to be done once, and how its answer is written down.
#[derive(Clone)]
pub struct Once {
    /// Which request it is.
    pub claim: Claim,
    /// The answer to what became of the record.
    pub answer: Arc<dyn Fn(&Pushed) -> Answer + Send + Sync>,
}

impl Once {
    /// The claim as the store keeps it with the write of this record.
    fn claimed(self, dataset: &Arc<Dataset>, key: &RecordKey) -> Claimed {
        let (dataset, key, answer) = (Arc::clone(dataset), key.clone(), self.answer);
        let answer = move |settled: &Settled| {
            let outcome = settled.outcomes.first()?;
            pushed(&dataset, key.clone(), outcome)
                .ok()
                .map(|pushed| answer(&pushed))
        };
        Claimed {
            claim: self.claim,
            answer: Box::new(answer),
        }
    }
}

/// The end of a stream that is stored as one, and is to be stored once: which request it is, and its answer, which is
/// kept in the transaction that stores it.
pub struct Finally<R> {
    /// Which request it is.
    pub claim: Claim,
    /// The answer to what became of the stream.
    pub answer: Box<dyn FnOnce(&R) -> Answer + Send>,
}

impl<R> Finally<R> {
    fn keep(self, connection: &mut DbConnection, report: &R, now: Timestamp) -> Result<()> {
        let answer = (self.answer)(report);
        store::idempotency::update(connection, &self.claim, Some(&answer), now)
    }
}

/// A submission of `entries` to `dataset`.
fn submission(
    dataset: &Dataset,
    entries: Vec<Entry>,
    precondition: Precondition,
    atomic: bool,
) -> Submission {
    Submission {
        dataset: dataset.number,
        feed: dataset.feed.clone(),
        kind: dataset.kind(),
        contract: dataset.current.number,
        filters: Arc::clone(&dataset.filters),
        links: Arc::clone(&dataset.links),
        entries,
        atomic,
        precondition,
    }
}

/// What is written to `dataset` as one, perhaps with deletions.
fn scope(dataset: &Dataset, deletes: bool) -> Scope<'_> {
    Scope {
        dataset: dataset.number,
        deletes,
        links: &dataset.links,
        references: &dataset.current.contract.references,
    }
}

/// The exchange of a write, as far as it is known before it is stored.
fn exchange(call: &Call, dataset: &Dataset, action: &'static str, bytes: usize) -> Exchange {
    let mut exchange = call.exchange(action, Some(Arc::clone(&dataset.address)));
    exchange.bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    exchange.dataset_id = Some(dataset.number);
    exchange
}

/// What a single outcome means for whoever asked.
fn pushed(dataset: &Dataset, key: RecordKey, outcome: &Outcome) -> Result<Pushed> {
    let (seq, outcome) = match outcome {
        Outcome::Created(seq) => (*seq, "created"),
        Outcome::Updated(seq) => (*seq, "updated"),
        Outcome::Unchanged(seq) => (*seq, "unchanged"),
        Outcome::Deleted(seq) => {
            return Ok(Pushed {
                key: Some(key),
                seq: Some(*seq),
                outcome: "deleted",
                etag: None,
            });
        }
        Outcome::Refused(refusal) => return Err(refused(refusal, &key)),
    };
    Ok(Pushed {
        key: Some(key),
        seq: Some(seq),
        outcome,
        etag: Some(EntityTag {
            feed: dataset.feed.clone(),
            seq,
        }),
    })
}

/// A refusal as an error.
fn refused(refusal: &Refusal, key: &RecordKey) -> Error {
    refusal.error(key)
}
