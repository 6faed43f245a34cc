//! [`Pages`]: the records of a dataset by key, page by page.
//!
//! Each page is read in a transaction of its own. Invariant: pages grow and shrink with the records, so
//! that one holds some megabytes at most unless records suddenly grow.

use crate::error::Result;
use crate::store::records::Stored;
use crate::store::{self, Store};

/// How many bytes of payload a page should have.
const PAGE_BYTES: usize = 2 * 1024 * 1024;

/// How many records a page has at least and at most.
const LIMITS: (usize, usize) = (8, 1_000);

/// See the module.
pub(in crate::hub) struct Pages {
    dataset: i64,
    after: Option<String>,
    limit: usize,
    ended: bool,
}

impl Pages {
    /// From the first record on.
    pub(in crate::hub) fn new(dataset: i64) -> Self {
        Pages {
            dataset,
            after: None,
            limit: 100,
            ended: false,
        }
    }

    /// The next records; `None` at the end. Erased ones have nothing to show and are left out.
    pub(in crate::hub) fn next(&mut self, store: &Store) -> Result<Option<Vec<Stored>>> {
        if self.ended {
            return Ok(None);
        }
        let limit = i64::try_from(self.limit).unwrap_or(i64::MAX);
        let mut page = store.read(|connection| {
            store::records::page(connection, self.dataset, self.after.as_deref(), limit)
        })?;
        self.ended = page.len() < self.limit;
        self.after = page.last().map(|last| last.key.clone());
        let bytes: usize = page.iter().map(|stored| stored.payload.len()).sum();
        let mean = bytes / page.len().max(1);
        self.limit = (PAGE_BYTES / mean.max(1)).clamp(LIMITS.0, LIMITS.1);
        page.retain(|stored| !stored.payload.is_empty());
        Ok((!self.ended || !page.is_empty()).then_some(page))
    }
}
