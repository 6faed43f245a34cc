//! The one way in: every payload is judged, put into a submission, and written by the writer.
//!
//! `single` takes one record, `bulk` a stream of them, `dry` tells what would happen. Invariant:
//! nothing else in the hub makes a submission.

mod bulk;
mod dry;
mod report;
mod single;
mod undo;

pub use bulk::Bulk;
pub use report::{BulkReport, LineFault};
pub use undo::{UndoKeys, UndoReport, UndoWish};

use std::sync::Arc;

use super::{Call, Dataset};
use crate::audit::Exchange;
use crate::error::{Error, Result};
use crate::record::{EntityTag, Entry, Outcome, Precondition, Refusal, Submission};
use crate::types::{RecordKey, Seq};

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
        entries,
        atomic,
        precondition,
    }
}

/// The exchange of a write, as far as it is known before it is stored.
fn exchange(call: &Call, dataset: &Dataset, action: &'static str, bytes: usize) -> Exchange {
    let mut exchange = call.exchange(action, Some(Arc::clone(&dataset.id)));
    exchange.bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
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
