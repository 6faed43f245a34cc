//! [`Catalog`]: what is published and who may call, as one immutable whole.
//!
//! Each dataset is in it twice: for real, as its highest published version says, and for trying, as
//! the highest version says that is agreed or published. `read` makes it out of the database. A request
//! looks things up in the catalog that was current when it came in; a new one replaces the old as a
//! whole. Invariant: a catalog never changes.

mod keys;
mod read;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::contracts::Ending;
use crate::access::rules::{Action, Resource, reach};
use crate::access::{Application, Caller, Grants, KeyHash, Verdict, decide};
use crate::audit::SubjectKey;
use crate::contract::Contract;
use crate::error::{Error, Result};
use crate::record::{Filterable, Judge, KnownPeriods, Link};
use crate::store::{self, Store};
use crate::types::{DatasetId, Environment, FeedId, Kind, Mode, Right, Timestamp, Version};
use keys::Key;
use read::{Read, compiled, damaged, dataset};

/// See the module.
pub struct Catalog {
    revision: i64,
    datasets: HashMap<DatasetId, Arc<Dataset>>,
    /// The same for trying.
    sandboxes: HashMap<DatasetId, Arc<Dataset>>,
    keys: HashMap<String, Key>,
    /// Codes and names of all agencies.
    opds: HashMap<String, String>,
    /// The applications with a key that may be used, by number.
    applications: HashMap<i64, Active>,
}

/// A dataset that is served.
pub struct Dataset {
    /// Its identity.
    pub id: Arc<DatasetId>,
    /// Whether it is the real one.
    pub environment: Environment,
    /// How the log names it: its identity, behind `sandbox/` for one.
    pub address: Arc<str>,
    /// Its number in the database.
    pub number: i64,
    /// The identity of its feed.
    pub feed: FeedId,
    /// How its life ends.
    pub ending: Ending,
    /// The version by which payloads are judged: the highest one.
    pub current: Arc<Published>,
    /// All versions that are served or were, ascending.
    pub versions: Vec<Arc<Published>>,
    /// By what the records are found, as a JSON list of pointers.
    pub filters: Arc<str>,
    /// By what lists are filtered and sorted, with what the values may be.
    pub filterable: Arc<Filterable>,
    /// What the records refer to, in the contract's order.
    pub links: Arc<[Link]>,
    /// What is known of the periods of its keys, where they have any.
    pub periods: Option<Arc<KnownPeriods>>,
    /// Who may do what.
    pub grants: Grants,
}

/// A contract version that is served.
pub struct Published {
    /// Its number in the database.
    pub number: i64,
    /// Its version.
    pub version: Version,
    /// The document, typed.
    pub contract: Contract,
    /// The document as it was registered, as JSON.
    pub document: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// The compiled rules; only a version that is current for a dataset has them.
    pub judge: Option<Judge>,
}

impl Dataset {
    /// Whether any version declares data about persons.
    pub fn is_about_persons(&self) -> bool {
        self.versions.iter().any(|version| {
            let contract = &version.contract;
            contract.subject.is_some() || !contract.personal_data.is_empty()
        })
    }

    /// A contract version as a dataset that is in no catalog, for one test.
    pub(super) fn for_trial(
        id: DatasetId,
        number: i64,
        feed: &FeedId,
        (contract, document): (Contract, String),
        links: Arc<[Link]>,
    ) -> Result<Arc<Self>> {
        let current = Arc::new(compiled(0, Timestamp(0), contract, document, None)?);
        let place = (Environment::Sandbox, number, feed.as_str());
        let dataset = dataset(&Arc::new(id), place, Ending::default(), vec![current], None)?;
        Ok(Arc::new(Dataset { links, ..dataset }))
    }

    /// How its records live; live datasets, which have none, count as masters.
    pub fn kind(&self) -> Kind {
        self.current.contract.kind.unwrap_or(Kind::Master)
    }

    /// Whether `caller` may know of it on the day `today`: by any right, or because a rule lets it look. Of what is
    /// retired nobody does.
    pub fn is_visible_to(&self, caller: &Caller, today: Date) -> bool {
        let looks = || {
            let reach = reach(caller, Action::Look, Resource::Catalog);
            reach.is_some_and(|reach| reach.covers(self.id.opd.as_str()))
        };
        let allowed = |right: &Right| {
            let verdict = decide(caller, &self.grants, *right, today);
            matches!(verdict, Verdict::Allowed { .. })
        };
        let any = || [Right::Push, Right::Pull, Right::Live].iter().any(allowed);
        self.ending.retired.is_none() && (looks() || any())
    }

    /// Where its answers come from.
    pub fn mode(&self) -> Mode {
        self.current.contract.mode
    }

    /// The compiled rules of the current version.
    ///
    /// # Errors
    /// Never for a dataset out of a catalog.
    pub fn judge(&self) -> Result<&Judge> {
        self.current
            .judge
            .as_ref()
            .ok_or_else(|| Error::Internal(format!("{} has no compiled contract", self.id)))
    }

    /// The version that a contract number stands for, as shown in feeds.
    pub fn version_of(&self, contract: i64) -> Version {
        let known = self.versions.iter().find(|version| version.number == contract);
        known.map_or(self.current.version, |version| version.version)
    }
}

impl Catalog {
    /// Reads everything from the database; what `old` has compiled already is taken over.
    ///
    /// # Errors
    /// When the database fails or a stored contract can't be compiled.
    pub fn load(store: &Store, subject_key: &SubjectKey, old: Option<&Catalog>) -> Result<Self> {
        let (revision, read, keys, opds) = store.read_at_once(|connection| {
            Ok((
                store::revision::current(connection)?,
                Read::all(connection, old)?,
                store::applications::usable_keys(connection)?,
                store::opds::list(connection)?,
            ))
        })?;
        let (datasets, sandboxes) = read.into_datasets(subject_key, old)?;
        let keys: HashMap<String, Key> = keys
            .into_iter()
            .map(|row| {
                let hash = KeyHash::from_bytes(&row.hash).ok_or_else(|| damaged("a key's hash"))?;
                let opd = row.opd.parse().map_err(|_| damaged("an agency's code"))?;
                let application = Arc::new(Application {
                    id: row.application_id,
                    name: row.application,
                    opd,
                    scope: None,
                });
                let used = old.and_then(|old| old.keys.get(&row.public_part)).map(Key::used);
                let key = Key::new(hash, application, (row.expires_at, &row.networks), used)
                    .ok_or_else(|| damaged("a key's networks"))?;
                Ok((row.public_part, key))
            })
            .collect::<Result<_>>()?;
        let opds = opds.into_iter().map(|row| (row.code, row.name)).collect();
        Ok(Catalog {
            revision,
            datasets,
            sandboxes,
            applications: active(keys.values()),
            keys,
            opds,
        })
    }

    /// Which state of the database this is.
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// The dataset with this identity.
    pub fn dataset(&self, id: &DatasetId) -> Option<&Arc<Dataset>> {
        self.datasets.get(id)
    }

    /// The dataset with this identity, for real or for trying.
    pub fn dataset_in(&self, environment: Environment, id: &DatasetId) -> Option<&Arc<Dataset>> {
        match environment {
            Environment::Production => self.datasets.get(id),
            Environment::Sandbox => self.sandboxes.get(id),
        }
    }

    /// All sandboxes.
    pub fn sandboxes(&self) -> impl Iterator<Item = &Arc<Dataset>> {
        self.sandboxes.values()
    }

    /// All published datasets, by identity, the retired ones too.
    pub fn datasets(&self) -> Vec<&Arc<Dataset>> {
        let mut all: Vec<&Arc<Dataset>> = self.datasets.values().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// The datasets of which `caller` may know on the day `today`: those it has any right to, and those
    /// that a rule lets it look at. What is retired is not among them.
    pub fn visible_to(&self, caller: &Caller, today: Date) -> Vec<&Arc<Dataset>> {
        let mut all = self.datasets();
        all.retain(|dataset| dataset.is_visible_to(caller, today));
        all
    }

    /// The key with this public part, unless it was revoked.
    pub(super) fn key(&self, public_part: &str) -> Option<&Key> {
        self.keys.get(public_part)
    }

    /// The application with this number, if any key of it may be used at `now`.
    pub(super) fn application(&self, id: i64, now: Timestamp) -> Option<&Arc<Application>> {
        let active = self.applications.get(&id)?;
        let in_time = active.until.is_none_or(|until| now < until);
        in_time.then_some(&active.application)
    }

    /// Which keys were used since this was asked last, and when.
    pub(super) fn take_uses(&self) -> Vec<(String, Timestamp)> {
        let uses = self.keys.iter();
        uses.filter_map(|(public_part, key)| Some((public_part.clone(), key.take_use()?)))
            .collect()
    }

    /// The name of an agency.
    pub fn opd_name(&self, code: &str) -> Option<&str> {
        self.opds.get(code).map(String::as_str)
    }

    /// What this catalog has of a contract version.
    fn version(&self, dataset: &DatasetId, number: i64) -> Option<&Arc<Published>> {
        let find = |dataset: &'_ Arc<Dataset>| dataset.versions.iter().position(|one| one.number == number);
        [self.sandboxes.get(dataset), self.datasets.get(dataset)]
            .into_iter()
            .flatten()
            .find_map(|there| there.versions.get(find(there)?))
    }
}

/// An application with a key that may be used.
struct Active {
    application: Arc<Application>,
    /// Until when, by the key that lasts longest.
    until: Option<Timestamp>,
}

fn active<'k>(keys: impl Iterator<Item = &'k Key>) -> HashMap<i64, Active> {
    let mut all: HashMap<i64, Active> = HashMap::new();
    for key in keys {
        let until = key.expires_at();
        let known = all.entry(key.application.id).or_insert_with(|| Active {
            application: Arc::clone(&key.application),
            until,
        });
        known.until = known.until.zip(until).map(|(known, other)| known.max(other));
    }
    all
}

pub(super) type Datasets = HashMap<DatasetId, Arc<Dataset>>;
