//! The log of what is shown of persons: an entry is durable before the first byte leaves.
//!
//! Invariant: what was read of a dataset about persons goes no further than here while its entry is not in
//! the database.

use std::sync::Arc;

use crate::audit::{Exchange, Reading};
use crate::error::Result;
use crate::hub::{Call, Dataset, Hub};

/// What is about to be shown.
pub(in crate::hub) struct Showing<'s> {
    /// Of which dataset.
    pub(in crate::hub) dataset: &'s Dataset,
    /// What the caller asked.
    pub(in crate::hub) action: &'static str,
    /// What of the dataset.
    pub(in crate::hub) reading: Reading,
    /// How many records or changes.
    pub(in crate::hub) records: usize,
    /// Bytes of payload.
    pub(in crate::hub) bytes: usize,
}

impl Showing<'_> {
    /// The entry, as one more part of what `call` leaves in the log.
    fn exchange(&self, call: &Call) -> Exchange {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let mut exchange = call.exchange(self.action, Some(Arc::clone(&self.dataset.address)));
        exchange.part = call.logged.next_part();
        exchange.dataset_id = Some(self.dataset.number);
        exchange.records = count(self.records);
        exchange.bytes = count(self.bytes);
        exchange.reading = Some(self.reading.text());
        exchange
    }
}

impl Hub {
    /// Waits until the log says what `call` is about to be shown, where that may be about persons.
    ///
    /// # Errors
    /// When the entry can't be stored; then nothing may be shown.
    pub(in crate::hub) async fn witness(&self, call: &Call, showing: Showing<'_>) -> Result<()> {
        match showing.dataset.is_about_persons() {
            true => {
                let logging = self.writer.log(showing.exchange(call))?;
                self.while_it_answers(logging.kept()).await
            }
            false => Ok(()),
        }
    }

    /// [`Hub::witness`] for a thread that may block.
    ///
    /// # Errors
    /// As there.
    pub(in crate::hub) fn witness_blocking(&self, call: &Call, showing: Showing<'_>) -> Result<()> {
        match showing.dataset.is_about_persons() {
            true => self.writer.log(showing.exchange(call))?.kept_blocking(),
            false => Ok(()),
        }
    }
}
