//! A dataset for one unit test: served to the test alone, and deleted after it.
//!
//! Not here: what is tried (`http/unit_test`). Invariant: a trial writes to a dataset of its own, never
//! to the real one nor to the sandbox that integrators use.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use serde_json::Value;

use super::references::{links, target};
use super::{Actor, Dataset, Hub, random};
use crate::contract::{Contract, Reference, ReferenceMode, Trials, contract_digest, trials};
use crate::error::{Error, Result, Unavailable, Unknown};
use crate::record::{FoundBy, Link, Period, PeriodVersion, Periods, day_of};
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, DatasetName, Digest, FeedId, Mode, OpdCode, Pointer, RecordKey, Version};

/// How many rows are deleted in one transaction.
const CHUNK: i64 = 2_000;

/// For how long payloads are looked for.
const LOOKING: Duration = Duration::from_secs(30);

/// How many keys of a master are tried, until the schema takes one.
const KEYS: i64 = 2_000;

/// A reference of a contract under test.
#[derive(Debug)]
pub struct TriedReference {
    /// The field.
    pub field: Pointer,
    /// What it refers to.
    pub dataset: DatasetId,
    /// Whether what refers to nothing is refused.
    pub strict: bool,
    /// A payload that refers to nothing. None where the reference can't be tried, and then it is not judged.
    pub astray: Option<Value>,
}

/// A contract version under test.
pub struct Trial {
    /// The dataset to which the test writes.
    pub dataset: Arc<Dataset>,
    /// The digest of the document.
    pub digest: Digest,
    /// What it is tried with.
    pub chosen: Trials,
    /// What it refers to.
    pub references: Vec<TriedReference>,
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
        let begun = Instant::now();
        let mut chosen = trials(&contract, &mut || begun.elapsed() < LOOKING);
        let references = self.try_references(&mut contract, &mut chosen)?;
        let links = self.links(&contract);
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
            dataset: Dataset::for_trial(id, number, &feed, (contract, document), links)?,
            digest: contract_digest(&found.document),
            chosen,
            references,
            _turn: turn,
        })
    }

    /// Lets what a contract is tried with refer to records that are there. References for which there are none
    /// are taken out of the contract: what is made up for a test would be refused for them.
    fn try_references(&self, contract: &mut Contract, chosen: &mut Trials) -> Result<Vec<TriedReference>> {
        let mut tried = Vec::new();
        for reference in std::mem::take(&mut contract.references) {
            let catalog = self.catalog();
            let stored = |dataset: &&Arc<Dataset>| dataset.mode() == Mode::Stored;
            let mut astray = None;
            if let Some(target) = catalog.dataset(&reference.dataset).filter(stored) {
                let field = &reference.field;
                let keys = self.keys_that_hold(target, field, chosen, &self.days(&reference, chosen))?;
                if let Some(known) = chosen.refer(contract, field, &keys) {
                    let mut is_there = |key: &str| self.may_stand(target.number, key);
                    astray = chosen.astray(contract, field, &known, &mut is_there);
                }
            }
            tried.push(TriedReference {
                field: reference.field.clone(),
                dataset: reference.dataset.clone(),
                strict: reference.mode == ReferenceMode::Strict,
                astray,
            });
            if tried.last().is_some_and(|tried| tried.astray.is_some()) {
                contract.references.push(reference);
            }
        }
        Ok(tried)
    }

    /// The days at which the payloads' reference is judged.
    fn days(&self, reference: &Reference, chosen: &Trials) -> BTreeSet<Date> {
        let today = self.today();
        let named = |payload: &Value| reference.at.as_ref().and_then(|at| day_of(at.find(payload)?));
        let days = chosen.valid.iter().map(|payload| named(payload).unwrap_or(today));
        days.collect()
    }

    /// Some keys of a master that hold on all these days, as far as their last version tells; those that the
    /// payloads name first.
    fn keys_that_hold(
        &self,
        target: &Dataset,
        field: &Pointer,
        chosen: &Trials,
        days: &BTreeSet<Date>,
    ) -> Result<Vec<String>> {
        let payloads = chosen.valid.iter();
        let named = payloads.filter_map(|payload| RecordKey::parse(field.find(payload)?.as_str()?).ok());
        let named: Vec<_> = named.map(|key| (target.number, key)).collect();
        let holds = |payload: &str| match &target.periods {
            None => true,
            Some(known) => {
                let mut periods = Periods::default();
                periods.take(PeriodVersion::Put(Period::of_text(&known.valid, payload)));
                days.iter().all(|day| periods.holds_on(*day))
            }
        };
        let mut records = self.store.read(|connection| {
            let named = store::records::find_many(connection, &named)?;
            let first = store::records::page(connection, target.number, None, KEYS)?;
            Ok(named.into_iter().flatten().chain(first).collect::<Vec<_>>())
        })?;
        records.retain(|record| holds(&record.payload));
        Ok(records.into_iter().map(|record| record.key).collect())
    }

    /// Whether something stands, or once stood, under a key; where that can't be told, it may.
    fn may_stand(&self, dataset: i64, key: &str) -> bool {
        let Ok(key) = RecordKey::parse(key) else {
            return false;
        };
        let standing = |connection: &mut DbConnection| store::records::standings(connection, dataset, &[key]);
        let found = self.store.read(standing);
        found.map_or(true, |found| found.iter().any(Option::is_some))
    }

    /// Where the references of a contract under test lead.
    fn links(&self, contract: &Contract) -> Arc<[Link]> {
        let catalog = self.catalog();
        links(contract, &|id| {
            catalog
                .dataset(id)
                .map(|dataset| target(dataset))
                .into_iter()
                .collect()
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
