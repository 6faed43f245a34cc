//! Walks through the records, the changes and the refused payloads of a dataset.
//!
//! Invariant: each page is read in a short transaction of its own, and no more than a page is in memory.

use crate::error::{Error, Result};
use crate::hub::Hub;
use crate::hub::export::pages::Pages;
use crate::report::validation::{Reasons, Refused, RejectedFor, Tally};
use crate::store;
use crate::store::changes::Written;
use crate::store::rejections::{Kept, Wanted};
use crate::types::Timestamp;

/// How many changes are counted at once.
const CHANGES: i64 = 50_000;
/// How many refused payloads are read at once.
const REJECTIONS: i64 = 100;

impl Hub {
    /// Counts every record of a dataset; `so_far` is told how many, page by page.
    pub(super) fn tally(&self, dataset: i64, mut tally: Tally, so_far: &dyn Fn(u64)) -> Result<Tally> {
        let mut pages = Pages::new(dataset);
        while let Some(page) = pages.next(&self.store)? {
            for stored in &page {
                let payload = serde_json::from_str(&stored.payload)
                    .map_err(|_| Error::Internal("a stored payload is damaged".into()))?;
                tally.add(&payload);
            }
            so_far(tally.rows());
        }
        Ok(tally)
    }

    /// Counts the changes of a dataset since a moment.
    pub(super) fn written(&self, dataset: i64, since: Timestamp) -> Result<Written> {
        let head = self
            .store
            .read(|connection| store::datasets::head(connection, dataset))?;
        let (mut all, mut after) = (Written::default(), 0);
        while after < head.0 {
            let upto = head.0.min(after.saturating_add(CHANGES));
            let some = self
                .store
                .read(|connection| store::changes::written(connection, dataset, (after, upto), since))?;
            all.created += some.created;
            all.updated += some.updated;
            all.deleted += some.deleted;
            after = upto;
        }
        Ok(all)
    }

    /// Counts the refused payloads of a dataset since a moment that are still kept, by reason; and those that were not
    /// repaired.
    pub(super) fn refusals(&self, dataset: i64, since: Timestamp) -> Result<(Vec<RejectedFor>, u64)> {
        let (mut reasons, mut open, mut after) = (Reasons::default(), 0, 0);
        loop {
            let page = self.store.read(|connection| {
                store::rejections::bodies(
                    connection,
                    dataset,
                    &Wanted::default(),
                    (after, i64::MAX),
                    REJECTIONS,
                )
            })?;
            let Some(last) = page.last() else {
                return Ok((reasons.finish(), open));
            };
            after = last.number;
            for kept in page.iter().filter(|kept| kept.at >= since) {
                open += u64::from(kept.repaired.is_none());
                reasons.add(&refused(kept));
            }
        }
    }
}

fn refused(kept: &Kept) -> Refused<'_> {
    Refused {
        number: kept.number,
        reason: &kept.reason,
        key: kept.key.as_deref(),
        body: kept.body.as_deref(),
        repaired: kept.repaired.is_some(),
    }
}
