//! Erasing: what a record held goes, for a person's right or a court's order; and versions that were replaced longer ago
//! than the contract keeps history.
//!
//! Invariant: what was erased, by whom and why is in the audit log, and the log still verifies.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::ingest::Conditions;
use super::{Actor, Call, Dataset, Hub};
use crate::audit::Action;
use crate::error::{Error, Malformed, Result, Unavailable, Unknown};
use crate::store;
use crate::types::{DatasetId, Kind, Mode, RecordKey, Text, Timestamp};

/// How often a record is deleted and erased that somebody writes anew in between.
const TRIES: usize = 5;

/// How many changes are looked at in one transaction.
const CHUNK: i64 = 500;

/// What was erased of a record.
#[derive(Debug, Clone, Serialize)]
pub struct ErasedRecord {
    /// The dataset.
    pub dataset: DatasetId,
    /// The record's key; it stays, as a part of what the log proves.
    pub key: RecordKey,
    /// Whether the record stood and was deleted first.
    pub deleted: bool,
    /// Versions whose payload went.
    pub versions: usize,
    /// Refused payloads that went.
    pub rejections: usize,
}

impl Hub {
    /// Erases all that a dataset holds of a record. A master that stands is deleted first, so that readers of its feed
    /// drop it; a transaction stays as one whose payload was erased.
    ///
    /// # Errors
    /// Unknown where there never was such a record; a conflict where others refer to it; malformed without a reason.
    pub async fn erase(
        self: &Arc<Self>,
        actor: &Actor,
        id: &DatasetId,
        key: &RecordKey,
        reason: &str,
    ) -> Result<ErasedRecord> {
        if reason.trim().is_empty() {
            return Err(Error::Malformed(Malformed::Body(Text::new(
                "Alasan penghapusan wajib diisi.",
                "Say why it is erased.",
            ))));
        }
        let dataset = self.dataset(id)?;
        if dataset.mode() == Mode::Live {
            return Err(Error::Unknown(Unknown::LiveDataset(id.clone())));
        }
        let mut deleted = false;
        for _ in 0..TRIES {
            if dataset.kind() == Kind::Master {
                deleted |= self.delete_for_good(&dataset, key).await?;
            }
            let (dataset, actor) = (Arc::clone(&dataset), actor.clone());
            let (key, reason) = (key.clone(), reason.trim().to_owned());
            let erased = self
                .blocking(move |hub| hub.erase_versions(&dataset, &actor, &key, &reason))
                .await?;
            if let Some(erased) = erased {
                return Ok(ErasedRecord { deleted, ..erased });
            }
        }
        // Somebody writes it anew each time.
        Err(Error::Unavailable(Unavailable::Overloaded))
    }

    /// Deletes a record that is to be erased; tells whether it stood.
    async fn delete_for_good(self: &Arc<Self>, dataset: &Arc<Dataset>, key: &RecordKey) -> Result<bool> {
        let call = Call::of_command(self.clock.now());
        let gone = self.delete(&call, dataset, key.clone(), Conditions::default());
        match gone.await {
            Ok(_) => Ok(true),
            // It was deleted before; what it held is still there.
            Err(Error::Unknown(Unknown::Record(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Erases what a dataset holds of a record; `None` where a master stands again.
    fn erase_versions(
        &self,
        dataset: &Dataset,
        actor: &Actor,
        key: &RecordKey,
        reason: &str,
    ) -> Result<Option<ErasedRecord>> {
        let (number, master) = (dataset.number, dataset.kind() == Kind::Master);
        let erased = self.store.write(|connection| {
            if store::history::last(connection, number, key)?.is_none() {
                return Err(Error::Unknown(Unknown::Record(key.clone())));
            }
            let Some(erased) = store::erasure::record(connection, (number, &dataset.address), key, master)? else {
                return Ok(None);
            };
            let told = json!({"key": key, "reason": reason, "versions": erased.versions, "rejections": erased.rejections});
            let action = Action {
                actor: actor.0.as_str().into(),
                name: "record.erase",
                target: dataset.id.to_string(),
                before: None,
                after: Some(told.to_string()),
            };
            store::audit::insert(connection, &action, self.clock.now())?;
            Ok(Some(ErasedRecord {
                dataset: (*dataset.id).clone(),
                key: key.clone(),
                deleted: false,
                versions: erased.versions,
                rejections: erased.rejections,
            }))
        })?;
        // The log of the database still holds what was erased, until it begins anew.
        if let Err(error) = self.store.begin_anew() {
            tracing::warn!(
                cause = error.cause(),
                "what was erased may still stand in SQLite's log"
            );
        }
        Ok(erased)
    }

    /// Erases one chunk of versions that were replaced longer ago than their contracts keep history; tells how many went,
    /// and whether there may be more.
    ///
    /// # Errors
    /// When the database fails; what was erased stays erased.
    pub fn forget_history(&self) -> Result<(usize, bool)> {
        let (now, catalog) = (self.clock.now(), self.catalog());
        let (mut gone, mut more) = (0, false);
        for dataset in catalog.datasets() {
            let Some(kept) = &dataset.current.contract.retention.history else {
                continue;
            };
            let before = Timestamp(now.0.saturating_sub(kept.seconds().saturating_mul(1_000)));
            // Who reads takes no lock from those who write.
            let has_old =
                |connection: &mut _| store::erasure::has_old_history(connection, dataset.number, before);
            if !self.store.read(has_old)? {
                continue;
            }
            let (some, rest) = self
                .store
                .write(|connection| store::erasure::history(connection, dataset.number, before, CHUNK))?;
            gone += some;
            more |= rest;
        }
        Ok((gone, more))
    }
}
