//! One record in: judged, queued, answered after the commit.

use std::sync::Arc;

use super::{Conditions, Pushed, exchange, pushed, submission};
use crate::error::{Conflict, Error, Result};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Entry, Payload, judge};
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
        let payload = self.judged(dataset, body).await?;
        if let Some(path) = path.filter(|path| **path != payload.key) {
            let (path, payload) = (path.clone(), payload.key);
            return Err(Error::Conflict(Conflict::KeyMismatch { path, payload }));
        }
        self.write_one(call, dataset, Entry::Put(payload), size, conditions)
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
        self.write_one(call, dataset, Entry::Delete(key), 0, conditions)
            .await
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

    /// Writes one entry that came as `size` bytes.
    pub(super) async fn write_one(
        &self,
        call: &Call,
        dataset: &Arc<Dataset>,
        entry: Entry,
        size: usize,
        conditions: Conditions,
    ) -> Result<Pushed> {
        let key = entry.key().clone();
        let action = match entry {
            Entry::Put(_) => "push",
            Entry::Delete(_) => "delete",
        };
        let write = Write {
            submission: submission(dataset, vec![entry], conditions.precondition, false),
            exchange: exchange(call, dataset, action, size),
            rejections: Vec::new(),
            claimed: conditions.once.map(|once| once.claimed(dataset, &key)),
        };
        let settled = self.writer.submit(write)?.settled().await?;
        call.set_logged();
        match settled.outcomes.first() {
            Some(outcome) => pushed(dataset, key, outcome),
            None => Err(Error::Internal("a write without an outcome".into())),
        }
    }
}
