//! What would happen: the answer of a push, with nothing stored.

use std::collections::HashMap;
use std::sync::Arc;

use super::direct::refusable_keys;
use super::intake::Part;
use super::report::BulkReport;
use super::{Pushed, pushed, submission};
use crate::error::{Error, Result};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Entry, Ledger, Precondition, Settled, check};
use crate::store;
use crate::store::append::references::{Questions, look_up};
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
            let (number, now) = (dataset.number, hub.moment());
            let submission = submission(&dataset, entries, Precondition::default(), atomic);
            let questions = Questions::of(std::iter::once(&submission));
            let (standings, (mut table, evidence)) = hub.store.read_at_once(|connection| {
                let standings = store::records::standings(connection, number, &keys)?;
                Ok((standings, look_up(connection, &questions, now, None)?))
            })?;
            let standing = keys.iter().zip(standings);
            table.extend(standing.filter_map(|(key, standing)| Some(((number, key), standing?))));
            let mut ledger = Ledger::new(HashMap::new(), table).judging(evidence);
            Ok(ledger.settle(0, &submission))
        })
        .await
    }
}

/// A bulk that is only weighed: everything is held until its end.
pub(super) struct Dry {
    hub: Arc<Hub>,
    dataset: Arc<Dataset>,
    atomic: bool,
    held: Part,
    /// What would become of the lines.
    pub(super) report: BulkReport,
}

impl Dry {
    /// Nothing held yet.
    pub(super) fn new(hub: &Arc<Hub>, call: &Call, dataset: &Arc<Dataset>, atomic: bool) -> Self {
        Dry {
            hub: Arc::clone(hub),
            dataset: Arc::clone(dataset),
            atomic,
            held: Part::default(),
            report: BulkReport::of(call),
        }
    }

    /// Holds a part.
    pub(super) fn take(&mut self, mut part: Part) {
        self.held.entries.append(&mut part.entries);
        self.held.numbers.append(&mut part.numbers);
        self.held.refused.append(&mut part.refused);
    }

    /// Weighs what is held.
    pub(super) async fn end(mut self, ended: Option<Error>) -> BulkReport {
        let held = self.held;
        let total = u64::try_from(held.numbers.len() + held.refused.len()).unwrap_or(u64::MAX);
        let hopeless = self.atomic && (ended.is_some() || !held.refused.is_empty());
        self.report.ended = ended;
        if hopeless {
            held.refused
                .into_iter()
                .for_each(|fault| self.report.refuse(fault));
            self.report.counts.rejected = total;
            return self.report;
        }
        let keys = refusable_keys(&held.entries, &self.dataset);
        match self.hub.weigh(&self.dataset, held.entries, self.atomic).await {
            Ok(settled) => self
                .report
                .account(held.refused, &held.numbers, &settled.outcomes, &keys),
            Err(error) => {
                self.report.counts.rejected = total;
                self.report.ended = Some(error);
            }
        }
        if self.atomic && self.report.counts.rejected > 0 {
            self.report = self.report.without_effect();
        }
        self.report
    }
}
