//! The sandbox: each dataset once more, for trying, with records and a feed of its own.
//!
//! It serves the newest agreed or published version to those who may use the dataset. A reset gives it
//! a new feed at once; what the old one held is deleted afterwards, a chunk at a time. Invariant:
//! nothing in a sandbox reaches the real dataset.

use std::sync::Arc;

use super::{Call, Dataset, Hub, random};
use crate::access::rules::{Action, Resource, reach};
use crate::contract::Contract;
use crate::error::{Error, Forbidden, Result, Unknown};
use crate::record::FoundBy;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Environment, FeedId, Timestamp};

/// For how long another hub may still write to a sandbox that was replaced, in milliseconds.
const GRACE: i64 = 60_000;
/// How many rows of each table are deleted in one transaction.
const CHUNK: i64 = 2_000;

impl Hub {
    /// Empties a sandbox: it begins anew, with a new feed.
    ///
    /// # Errors
    /// Forbidden to all but the owner and those who manage the hub; unknown where it is no sandbox.
    pub async fn reset_sandbox(self: &Arc<Self>, call: Call, dataset: Arc<Dataset>) -> Result<FeedId> {
        let may = reach(&call.caller, Action::Manage, Resource::Sandbox);
        if !may.is_some_and(|reach| reach.covers(dataset.id.opd.as_str())) {
            return Err(Error::Forbidden(Forbidden::OwnerOnly((*dataset.id).clone())));
        }
        if dataset.environment != Environment::Sandbox {
            return Err(Error::Unknown(Unknown::Path));
        }
        let feed = FeedId::from_random(random()?);
        let fresh = feed.clone();
        self.blocking(move |hub| {
            hub.store.write(|connection| {
                let real = find(connection, &dataset.id)?;
                store::datasets::lock(connection, real)?;
                let now = hub.clock.now();
                store::datasets::replace_sandbox(connection, real, &dataset.id, &fresh, now)?;
                hub.ready_sandbox(connection, real, &dataset.id)?;
                store::revision::raise(connection)
            })?;
            hub.refresh()
        })
        .await?;
        Ok(feed)
    }

    /// Sees to it that a dataset has a sandbox, laid out for the version that it serves.
    pub(super) fn ready_sandbox(
        &self,
        connection: &mut DbConnection,
        real: i64,
        dataset: &DatasetId,
    ) -> Result<()> {
        store::datasets::lock(connection, real)?;
        let sandbox = match store::datasets::sandbox(connection, real)? {
            Some(sandbox) => sandbox,
            None => {
                let feed = FeedId::from_random(random()?);
                store::datasets::replace_sandbox(connection, real, dataset, &feed, self.clock.now())?
            }
        };
        let Some(document) = store::contracts::newest_served(connection, real)? else {
            return Ok(());
        };
        let contract = Contract::from_stored(&document).map_err(Error::Internal)?;
        store::datasets::lay_out(connection, sandbox, &FoundBy::of(&contract))
    }

    /// Gives a sandbox to datasets from before there were sandboxes.
    pub(super) fn ready_sandboxes(&self) -> Result<()> {
        let catalog = self.catalog();
        let mut missing = catalog.datasets();
        missing.retain(|dataset| catalog.dataset_in(Environment::Sandbox, &dataset.id).is_none());
        for dataset in &missing {
            self.store.write(|connection| {
                self.ready_sandbox(connection, dataset.number, &dataset.id)?;
                store::revision::raise(connection)
            })?;
        }
        if missing.is_empty() {
            Ok(())
        } else {
            self.refresh()
        }
    }

    /// Deletes one chunk of every sandbox that was replaced; gives how many have more.
    ///
    /// # Errors
    /// When the database fails; what was deleted stays deleted.
    pub fn empty_sandboxes(&self) -> Result<usize> {
        let before = Timestamp(self.clock.now().0 - GRACE);
        let mut more = 0;
        for dataset in self
            .store
            .read(|connection| store::datasets::replaced(connection, before))?
        {
            let goes_on = self
                .store
                .write(|connection| store::datasets::erase(connection, dataset, CHUNK))?;
            more += usize::from(goes_on);
        }
        Ok(more)
    }
}

fn find(connection: &mut DbConnection, dataset: &DatasetId) -> Result<i64> {
    store::datasets::find(connection, dataset)?
        .ok_or_else(|| Error::Unknown(Unknown::Dataset(dataset.to_string())))
}
