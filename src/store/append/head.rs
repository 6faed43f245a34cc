//! [`Head`]: where a dataset's feed stands, and which filters the slots of its records hold.
//!
//! A contract may be published between the judging of a payload and its storing; its slots then
//! hold other filters than the dataset has now. Invariant: a slot holds what its filter says or is
//! marked as still to be filled.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::{Result, Write};
use crate::record::{RecordRow, common_fields};
use crate::store::DbConnection;
use crate::store::schema::dataset_head;
use crate::types::Seq;

/// A locked head.
#[derive(Debug, Clone)]
pub(super) struct Head {
    /// The last change's number.
    pub(super) seq: Seq,
    /// The filters that the slots hold, as a JSON list of pointers.
    pub(super) filters: String,
    /// The newest rejection's number.
    pub(super) rejections: i64,
    /// The bytes of all rejections there ever were.
    pub(super) rejected_bytes: i64,
}

/// The locked heads by dataset.
pub(super) type Heads = HashMap<i64, Head>;

/// Heads as one writer left them, by which it decides until it learns that somebody else wrote.
#[derive(Debug, Default)]
pub(super) struct KnownHeads(Heads);

impl KnownHeads {
    /// Which of these datasets are not known.
    pub(super) fn unknown(&self, datasets: &BTreeSet<i64>) -> Vec<i64> {
        let known = |dataset: &i64| !self.0.contains_key(dataset);
        datasets.iter().copied().filter(known).collect()
    }

    /// Takes note of heads that were read.
    pub(super) fn learn(&mut self, heads: Heads) {
        self.0.extend(heads);
    }

    /// The heads of these datasets, as far as there are such datasets.
    pub(super) fn of(&self, datasets: &BTreeSet<i64>) -> Heads {
        let head = |dataset: &i64| Some((*dataset, self.0.get(dataset)?.clone()));
        datasets.iter().filter_map(head).collect()
    }

    /// Takes note of where this writer moved the heads.
    pub(super) fn moved(&mut self, heads: &[(i64, Seq)]) {
        for (dataset, seq) in heads {
            if let Some(head) = self.0.get_mut(dataset) {
                head.seq = *seq;
            }
        }
    }

    /// Forgets the heads of a batch's datasets.
    pub(super) fn forget(&mut self, batch: &[Write]) {
        for write in batch {
            self.0.remove(&write.submission.dataset);
        }
    }
}

/// A head as it is read: dataset, seq, filters, rejections, rejected bytes.
pub(super) type HeadRow = (i64, i64, String, i64, i64);

/// Heads out of rows.
pub(super) fn heads(rows: Vec<HeadRow>) -> Heads {
    let head = |(dataset, seq, filters, rejections, rejected_bytes)| {
        let head = Head {
            seq: Seq(seq),
            filters,
            rejections,
            rejected_bytes,
        };
        (dataset, head)
    };
    rows.into_iter().map(head).collect()
}

/// The slots of a row that hold what the dataset's filters say.
pub(super) fn slots<'r>(batch: &[Write], heads: &Heads, row: &RecordRow<'r>) -> &'r [String] {
    let filters = batch.get(row.submission).map(|write| &*write.submission.filters);
    match (heads.get(&row.dataset), filters) {
        (Some(head), Some(filters)) if head.filters == filters => row.slots,
        (Some(head), Some(filters)) => row
            .slots
            .get(..common_fields(&head.filters, filters))
            .unwrap_or(row.slots),
        _ => &[],
    }
}

/// Marks what was written without all of its slots as still to be filled.
pub(super) fn leave_to_backfill(connection: &mut DbConnection, batch: &[Write], heads: &Heads) -> Result<()> {
    for write in batch {
        let submission = &write.submission;
        let Some(head) = heads
            .get(&submission.dataset)
            .filter(|head| head.filters != *submission.filters)
        else {
            continue;
        };
        let kept = i32::try_from(common_fields(&head.filters, &submission.filters)).unwrap_or_default();
        let this = dataset_head::table.filter(dataset_head::dataset_id.eq(submission.dataset));
        diesel::update(this)
            .set(dataset_head::backfilled.eq(Some("")))
            .execute(connection)?;
        let ready = this.filter(dataset_head::ready.gt(kept));
        diesel::update(ready)
            .set(dataset_head::ready.eq(kept))
            .execute(connection)?;
    }
    Ok(())
}
