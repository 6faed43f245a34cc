//! Forgetting exchanges that were kept as long as the contract says, and cutting off what chains hold of
//! nothing else.
//!
//! Invariant: a transaction forgets a bounded number of rows.

use crate::error::Result;
use crate::hub::Hub;
use crate::store;
use crate::types::Timestamp;

/// How many rows are forgotten in one transaction.
const CHUNK: i64 = 500;

impl Hub {
    /// Forgets one chunk of old exchanges; tells how many rows went, 0 when nothing is left to forget.
    ///
    /// # Errors
    /// When the database fails; what was forgotten stays forgotten.
    pub fn forget_exchanges(&self) -> Result<usize> {
        let now = self.clock.now();
        let datasets = self.store.read(store::exchanges::datasets)?;
        let mut gone = 0;
        for dataset in datasets
            .iter()
            .map(|dataset| Some(dataset.as_str()))
            .chain([None])
        {
            let before = self.log_kept_from(dataset, now);
            gone += self.store.write(|connection| {
                store::exchanges::forget(connection, dataset, before, CHUNK, &self.signer)
            })?;
        }
        for (base, signature) in self.store.read(store::chains::read::bases)? {
            if self
                .signer
                .public()
                .verifies(base.fields().as_bytes(), &signature)
            {
                self.store
                    .write(|connection| store::chains::gaps::cut(connection, &base, &self.signer))?;
            }
        }
        Ok(gone)
    }

    /// From which moment on exchanges about a dataset are kept.
    fn log_kept_from(&self, dataset: Option<&str>, now: Timestamp) -> Timestamp {
        let catalog = self.catalog();
        let real = dataset.map(|address| address.strip_prefix("sandbox/").unwrap_or(address));
        let id = real.and_then(|address| address.parse().ok());
        let contract = id.and_then(|id| catalog.dataset(&id));
        let agreed = contract.and_then(|dataset| dataset.current.contract.retention.log.as_ref());
        let seconds = agreed.unwrap_or(&self.log_retention).seconds();
        Timestamp(now.0.saturating_sub(seconds.saturating_mul(1_000)))
    }
}
