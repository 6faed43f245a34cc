//! What would happen: the answer of a push, with nothing stored.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Pushed, pushed, submission};
use crate::error::{Error, Result};
use crate::hub::{Dataset, Hub};
use crate::record::{Entry, Ledger, Precondition, Settled, check};
use crate::store;
use crate::types::RecordKey;

impl Hub {
    /// Judges one record and tells what a push of it would do. A live contract, which stores
    /// nothing, says `created`.
    ///
    /// # Errors
    /// Whatever the push would be refused for.
    pub async fn validate(self: &Arc<Self>, dataset: &Arc<Dataset>, body: bytes::Bytes) -> Result<Pushed> {
        if dataset.current.contract.key.is_empty() {
            return self.validate_keyless(dataset, body).await;
        }
        let payload = self.judged(dataset, body).await?;
        let key = payload.key.clone();
        let settled = self.weigh(dataset, vec![Entry::Put(payload)], false).await?;
        let outcome = settled
            .outcomes
            .first()
            .ok_or_else(|| Error::Internal("no outcome".into()))?;
        let pushed = pushed(dataset, key, outcome)?;
        Ok(Pushed {
            seq: None,
            etag: None,
            ..pushed
        })
    }

    /// Judges a payload of a live contract that names no key: only the schema has a say.
    async fn validate_keyless(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        body: bytes::Bytes,
    ) -> Result<Pushed> {
        let (dataset, max) = (Arc::clone(dataset), self.config.limits.record_bytes);
        self.computing(move || check(dataset.judge()?, &body, max))
            .await?;
        Ok(Pushed {
            key: None,
            seq: None,
            outcome: "created",
            etag: None,
        })
    }

    /// Settles entries against what stands now, without writing.
    pub(super) async fn weigh(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        entries: Vec<Entry>,
        atomic: bool,
    ) -> Result<Settled> {
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| {
            let keys: Vec<RecordKey> = entries.iter().map(|entry| entry.key().clone()).collect();
            let standings = hub
                .store
                .read(|connection| store::records::standings(connection, dataset.number, &keys))?;
            let submission = submission(&dataset, entries, Precondition::default(), atomic);
            let table: HashMap<_, _> = keys
                .iter()
                .zip(standings)
                .filter_map(|(key, standing)| Some(((dataset.number, key), standing?)))
                .collect();
            Ok(Ledger::new(HashMap::new(), table).settle(0, &submission))
        })
        .await
    }
}
