//! One record in: judged, queued, answered after the commit.

use std::sync::Arc;

use super::{Conditions, Pushed, exchange, pushed, submission};
use crate::error::{Conflict, Error, Result};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Entry, Found, Payload, Precondition, Rejection, found, judge};
use crate::store::append::Write;
use crate::types::RecordKey;

/// From this size on a payload is judged off the thread that serves requests, in bytes.
const LARGE: usize = 32 * 1024;

impl Hub {
    /// Stores one record. With a `path` key, the payload's key must be the same.
    ///
    /// # Errors
    /// Whatever the contract, the conditions or the stored records have against it; 503 when it
    /// can't be stored now.
    pub async fn push(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        path: Option<&RecordKey>,
        body: bytes::Bytes,
        conditions: Conditions,
    ) -> Result<Pushed> {
        let size = body.len();
        let payload = match self.judged_at(dataset, path, body.clone()).await {
            Ok(payload) => payload,
            Err(error) => {
                self.keep_refused(call, dataset, body, &error).await?;
                return Err(error);
            }
        };
        self.write_one(call, dataset, Entry::Put(payload), size, conditions, 0)
            .await
    }

    /// Stores the corrected payload of the rejection with this number, which counts as repaired then.
    ///
    /// # Errors
    /// As [`Hub::push`]; the rejection stays as it is.
    pub(in crate::hub) async fn push_repair(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        number: i64,
        body: bytes::Bytes,
        conditions: Conditions,
    ) -> Result<Pushed> {
        let size = body.len();
        let payload = self.judged(dataset, body).await?;
        let conditions = Conditions {
            repairs: Some(number),
            ..conditions
        };
        self.write_one(call, dataset, Entry::Put(payload), size, conditions, 0)
            .await
    }

    /// Deletes one record.
    ///
    /// # Errors
    /// Unknown where there is no such record, stale where the precondition does not hold; 503 when
    /// it can't be done now.
    pub async fn delete(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        key: RecordKey,
        conditions: Conditions,
    ) -> Result<Pushed> {
        self.write_one(call, dataset, Entry::Delete(key), 0, conditions, 0)
            .await
    }

    /// Judges a payload whose key must be that of the path, where there is one.
    async fn judged_at(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        path: Option<&RecordKey>,
        body: bytes::Bytes,
    ) -> Result<Payload> {
        let payload = self.judged(dataset, body).await?;
        match path.filter(|path| **path != payload.key) {
            Some(path) => Err(Error::Conflict(Conflict::KeyMismatch {
                path: path.clone(),
                payload: payload.key,
            })),
            None => Ok(payload),
        }
    }

    /// Keeps a payload that was refused with `error`, and logs its exchange with it.
    ///
    /// # Errors
    /// 503 when it can't be kept now: sent again, it is refused and kept.
    async fn keep_refused(
        &self,
        call: &Call,
        dataset: &Arc<Dataset>,
        body: bytes::Bytes,
        error: &Error,
    ) -> Result<()> {
        if !Rejection::keeps(error) {
            return Ok(());
        }
        let mut exchange = exchange(call, dataset, "push", body.len());
        exchange.outcome = error.code();
        let found = self.found_in(dataset, &body).await?;
        let submission = submission(dataset, Vec::new(), Precondition::default(), false);
        let write = Write {
            rejections: vec![Rejection::of(None, found, Some(body), error)],
            ..Write::new(submission, exchange)
        };
        let pending = self.writer.submit(write)?;
        self.while_it_answers(pending.settled()).await?;
        call.set_logged();
        Ok(())
    }

    /// What a refused payload tells of itself; a large one is looked through on the pool for such work.
    async fn found_in(&self, dataset: &Arc<Dataset>, body: &bytes::Bytes) -> Result<Found> {
        if body.len() < LARGE {
            return Ok(found(dataset.judge()?, body));
        }
        let (dataset, body) = (Arc::clone(dataset), body.clone());
        self.computing(move || Ok(found(dataset.judge()?, &body))).await
    }

    /// Judges a payload, a large one on the pool for such work.
    pub(super) async fn judged(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        body: bytes::Bytes,
    ) -> Result<Payload> {
        let max = self.config.limits.record_bytes;
        if body.len() < LARGE {
            return judge(dataset.judge()?, &body, max);
        }
        let dataset = Arc::clone(dataset);
        self.computing(move || judge(dataset.judge()?, &body, max)).await
    }

    /// Writes one entry that came as `size` bytes, as the exchange's `part`.
    pub(super) async fn write_one(
        &self,
        call: &Call,
        dataset: &Arc<Dataset>,
        entry: Entry,
        size: usize,
        conditions: Conditions,
        part: i32,
    ) -> Result<Pushed> {
        let key = entry.key().clone();
        let action = match entry {
            Entry::Put(_) => "push",
            Entry::Delete(_) => "delete",
        };
        let submission = submission(dataset, vec![entry], conditions.precondition, false);
        let mut exchange = exchange(call, dataset, action, size);
        exchange.part = part;
        let write = Write {
            repairs: conditions.repairs,
            claimed: conditions.once.map(|once| once.claimed(dataset, &key)),
            ..Write::new(submission, exchange)
        };
        self.settle_one(call, dataset, key, write).await
    }

    async fn settle_one(
        &self,
        call: &Call,
        dataset: &Dataset,
        key: RecordKey,
        write: Write,
    ) -> Result<Pushed> {
        let pending = self.writer.submit(write)?;
        let settled = self.while_it_answers(pending.settled()).await?;
        call.set_logged();
        match settled.outcomes.first() {
            Some(outcome) => pushed(dataset, key, outcome),
            None => Err(Error::Internal("a write without an outcome".into())),
        }
    }
}
