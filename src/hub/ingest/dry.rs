//! What would happen: the answer of a push, with nothing stored.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Pushed, pushed};
use crate::error::{Error, Result};
use crate::hub::{Dataset, Hub};
use crate::record::{Entry, Ledger, Precondition, Settled, Submission};
use crate::store;
use crate::types::RecordKey;

impl Hub {
    /// Judges one record and tells what a push of it would do. A live contract, which stores
    /// nothing, says `created`.
    ///
    /// # Errors
    /// Whatever the push would be refused for.
    pub async fn validate(self: &Arc<Self>, dataset: &Arc<Dataset>, body: bytes::Bytes) -> Result<Pushed> {
        let payload = self.judged(dataset, body).await?;
        let key = payload.key.clone();
        let settled = self.weigh(dataset, vec![Entry::Put(payload)]).await?;
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

    /// Settles entries against what stands now, without writing.
    pub(super) async fn weigh(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        entries: Vec<Entry>,
    ) -> Result<Settled> {
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| {
            let keys: Vec<&RecordKey> = entries.iter().map(Entry::key).collect();
            let standings = hub
                .store
                .read(|connection| store::records::standings(connection, dataset.number, &keys))?;
            let standings = keys
                .iter()
                .zip(standings)
                .filter_map(|(key, standing)| Some(((dataset.number, (*key).clone()), standing?)))
                .collect::<Vec<_>>();
            let submission = Submission {
                dataset: dataset.number,
                feed: dataset.feed.clone(),
                kind: dataset.kind(),
                contract: dataset.current.number,
                entries,
                atomic: false,
                precondition: Precondition::default(),
            };
            let table: HashMap<_, _> = standings
                .iter()
                .map(|((dataset, key), standing)| ((*dataset, key), standing.clone()))
                .collect();
            Ok(Ledger::new(HashMap::new(), table).settle(0, &submission))
        })
        .await
    }
}
