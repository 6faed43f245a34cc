//! A dataset for one unit test: served to the test alone, and deleted after it.
//!
//! Not here: what is tried (`http/unit_test`). Invariant: a trial writes to a dataset of its own, never
//! to the real one nor to the sandbox that integrators use.

use std::sync::Arc;

use super::{Actor, Dataset, Hub, random};
use crate::contract::{Contract, contract_digest};
use crate::error::{Error, Result, Unavailable, Unknown};
use crate::record::FoundBy;
use crate::store;
use crate::types::{DatasetId, DatasetName, Digest, FeedId, OpdCode, Version};

/// How many rows are deleted in one transaction.
const CHUNK: i64 = 2_000;

/// A contract version under test.
pub struct Trial {
    /// The dataset to which the test writes.
    pub dataset: Arc<Dataset>,
    /// The digest of the document.
    pub digest: Digest,
    /// One test runs at a time.
    _turn: tokio::sync::OwnedMutexGuard<()>,
}

impl Hub {
    /// Prepares the test of a version, whatever its state.
    ///
    /// # Errors
    /// Unknown where there is no such version; unavailable while another test runs.
    pub fn begin_trial(
        &self,
        actor: &Actor,
        opd: &OpdCode,
        name: &DatasetName,
        version: Version,
    ) -> Result<Trial> {
        let turn = Arc::clone(&self.testing).try_lock_owned();
        let turn = turn.map_err(|_| Error::Unavailable(Unavailable::Overloaded))?;
        let id = DatasetId {
            opd: opd.clone(),
            name: name.clone(),
            major: version.major,
        };
        let found = self.contract(opd, name, version)?;
        let document = found.document.to_string();
        let mut contract = Contract::from_stored(&document).map_err(Error::Internal)?;
        // Payloads that are made up refer to nothing.
        contract.references.clear();
        let feed = FeedId::from_random(random()?);
        let (now, found_by) = (self.clock.now(), FoundBy::of(&contract));
        let number = self.store.write(|connection| {
            let real = store::datasets::find(connection, &id)?;
            let real = real.ok_or_else(|| Error::Unknown(Unknown::Dataset(id.to_string())))?;
            let number = store::datasets::insert_trial(connection, real, &id, &feed, now)?;
            store::datasets::lay_out(connection, number, &found_by)?;
            let target = format!("{opd}/{name} {version}");
            self.changed(connection, actor, "contract.test", target, None, None)?;
            Ok(number)
        })?;
        Ok(Trial {
            dataset: Dataset::for_trial(id, number, &feed, (contract, document))?,
            digest: contract_digest(&found.document),
            _turn: turn,
        })
    }

    /// Deletes what a test left. What a crash leaves is deleted by the job that empties sandboxes.
    ///
    /// # Errors
    /// When the database fails.
    pub fn end_trial(&self, trial: &Trial) -> Result<()> {
        let number = trial.dataset.number;
        while self
            .store
            .write(|connection| store::datasets::erase(connection, number, CHUNK))?
        {}
        Ok(())
    }
}
