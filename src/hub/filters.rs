//! Filters that came with a new version of a contract: the slots of older records are filled.

use super::Hub;
use crate::error::Result;
use crate::store;

/// How many records are filled in one transaction.
const CHUNK: i64 = 500;

impl Hub {
    /// Fills one chunk of every dataset that needs it; gives how many datasets need more.
    ///
    /// # Errors
    /// When the database fails; what was filled stays.
    pub fn fill_filters(&self) -> Result<usize> {
        let mut more = 0;
        for dataset in self.store.read(store::slots::unfilled)? {
            let goes_on = self
                .store
                .write(|connection| store::slots::fill(connection, dataset, CHUNK))?;
            more += usize::from(goes_on);
        }
        Ok(more)
    }
}
