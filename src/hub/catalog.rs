//! [`Catalog`]: what is published and who may call, as one immutable whole.
//!
//! Each dataset is in it twice: for real, as its highest published version says, and for trying, as
//! the highest version says that is agreed or published. A request looks things up in the catalog that was current when it came in; a new one replaces
//! the old as a whole. Invariant: a catalog never changes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::contracts::Ending;
use super::references::{link, periods};
use crate::access::{Application, Caller, Given, Grants, KeyHash, Verdict, decide};
use crate::contract::{Contract, Level, Validator};
use crate::error::{Error, Result};
use crate::record::{Filterable, Judge, KnownPeriods, Link, filters_text};
use crate::store::contracts::ContractRow;
use crate::store::{self, DbConnection, Store};
use crate::types::{DatasetId, Environment, FeedId, Kind, Lang, Mode, Right, Timestamp, Version};

/// The word in the database for what is served for real.
const PUBLISHED: &str = "published";

/// See the module.
pub struct Catalog {
    revision: i64,
    datasets: HashMap<DatasetId, Arc<Dataset>>,
    /// The same for trying.
    sandboxes: HashMap<DatasetId, Arc<Dataset>>,
    keys: HashMap<String, Key>,
    /// Codes and names of all agencies.
    opds: HashMap<String, String>,
}

/// A key that may be used.
struct Key {
    hash: KeyHash,
    application: Arc<Application>,
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
    /// A contract version as a dataset that is in no catalog, for one test. What it refers to is not
    /// judged.
    pub(super) fn for_trial(
        id: DatasetId,
        number: i64,
        feed: &FeedId,
        (contract, document): (Contract, String),
    ) -> Result<Arc<Self>> {
        let current = Arc::new(compiled(0, Timestamp(0), contract, document)?);
        let place = (Environment::Sandbox, number, feed.as_str());
        dataset(&Arc::new(id), place, Ending::default(), vec![current], None).map(Arc::new)
    }

    /// How its records live; live datasets, which have none, count as masters.
    pub fn kind(&self) -> Kind {
        self.current.contract.kind.unwrap_or(Kind::Master)
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
    pub fn load(store: &Store, old: Option<&Catalog>) -> Result<Self> {
        let (revision, read, keys, opds) = store.read_at_once(|connection| {
            Ok((
                store::revision::current(connection)?,
                Read::all(connection, old)?,
                store::applications::usable_keys(connection)?,
                store::opds::list(connection)?,
            ))
        })?;
        let (datasets, sandboxes) = read.into_datasets(old)?;
        let keys = keys
            .into_iter()
            .map(|row| {
                let hash = KeyHash::from_bytes(&row.hash).ok_or_else(|| damaged("a key's hash"))?;
                let opd = row.opd.parse().map_err(|_| damaged("an agency's code"))?;
                let application = Arc::new(Application {
                    id: row.application_id,
                    name: row.application,
                    opd,
                });
                Ok((row.public_part, Key { hash, application }))
            })
            .collect::<Result<_>>()?;
        let opds = opds.into_iter().map(|row| (row.code, row.name)).collect();
        Ok(Catalog {
            revision,
            datasets,
            sandboxes,
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

    /// The datasets of which `caller` may know on the day `today`: those it has any right to. Those
    /// who manage the hub know of all. What is retired is not among them.
    pub fn visible_to(&self, caller: &Caller, today: Date) -> Vec<&Arc<Dataset>> {
        let any = |dataset: &Dataset| {
            [Right::Push, Right::Pull, Right::Live].into_iter().any(|right| {
                matches!(
                    decide(caller, &dataset.grants, right, today),
                    Verdict::Allowed { .. }
                )
            })
        };
        let mut all = self.datasets();
        all.retain(|dataset| dataset.ending.retired.is_none());
        all.retain(|dataset| matches!(caller, Caller::Management) || any(dataset));
        all
    }

    /// The application that holds the key found by `public_part`, if its hash is `hash`.
    pub fn application(&self, public_part: &str, hash: &KeyHash) -> Option<&Arc<Application>> {
        self.keys
            .get(public_part)
            .filter(|key| key.hash.matches(hash))
            .map(|key| &key.application)
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

/// What a catalog is made of, as it was read from the database.
struct Read {
    /// The agreed and the published versions of each dataset, ascending.
    versions: HashMap<i64, Vec<ContractRow>>,
    /// Their documents, but for those that the old catalog knows.
    documents: HashMap<i64, String>,
    /// The number and the feed of each dataset's sandbox.
    sandboxes: HashMap<i64, (i64, String)>,
}

pub(super) type Datasets = HashMap<DatasetId, Arc<Dataset>>;

impl Read {
    fn all(connection: &mut DbConnection, old: Option<&Catalog>) -> Result<Self> {
        let rows = store::contracts::served(connection)?;
        let known: HashSet<i64> = old
            .into_iter()
            .flat_map(|old| old.datasets.values().chain(old.sandboxes.values()))
            .flat_map(|dataset| dataset.versions.iter().map(|version| version.number))
            .collect();
        let new: Vec<i64> = rows
            .iter()
            .map(|row| row.id)
            .filter(|id| !known.contains(id))
            .collect();
        let documents = store::contracts::documents(connection, &new)?;
        let sandboxes = store::datasets::sandboxes(connection)?;
        let mut versions: HashMap<i64, Vec<ContractRow>> = HashMap::new();
        for row in rows {
            versions.entry(row.dataset_id).or_default().push(row);
        }
        Ok(Read {
            versions,
            documents: documents.into_iter().collect(),
            sandboxes: sandboxes
                .into_iter()
                .map(|(real, number, feed)| (real, (number, feed)))
                .collect(),
        })
    }

    /// The datasets and their sandboxes.
    fn into_datasets(mut self, old: Option<&Catalog>) -> Result<(Datasets, Datasets)> {
        let (mut datasets, mut sandboxes) = (HashMap::new(), HashMap::new());
        for (number, rows) in self.versions {
            let Some(first) = rows.first() else { continue };
            let id = Arc::new(DatasetId {
                opd: first.opd.parse().map_err(|_| damaged("an agency's code"))?,
                name: first.name.parse().map_err(|_| damaged("a dataset's name"))?,
                major: u32::try_from(first.major).map_err(|_| damaged("a major version"))?,
            });
            let ending = Ending::of(&first.ending)?;
            let feed = first.feed.clone();
            let is_published = |row: &ContractRow| row.state == PUBLISHED;
            let current = rows.iter().rev().find(|row| is_published(row)).map(|row| row.id);
            let newest = rows.last().map(|row| row.id);
            let mut served = Vec::with_capacity(rows.len());
            for row in rows {
                let judges = Some(row.id) == current || Some(row.id) == newest;
                let known = old.and_then(|old| old.version(&id, row.id)).cloned();
                let document = self.documents.remove(&row.id);
                let published = is_published(&row);
                served.push((published, version(&row, document, known, judges)?));
            }
            let real: Vec<_> = served.iter().filter(|(published, _)| *published).collect();
            let real: Vec<_> = real.into_iter().map(|(_, version)| Arc::clone(version)).collect();
            if !real.is_empty() {
                let place = (Environment::Production, number, feed.as_str());
                datasets.insert((*id).clone(), dataset(&id, place, ending.clone(), real, old)?);
            }
            if let Some((number, feed)) = self.sandboxes.get(&number) {
                let all = served.into_iter().map(|(_, version)| version).collect();
                let place = (Environment::Sandbox, *number, feed.as_str());
                sandboxes.insert((*id).clone(), dataset(&id, place, ending, all, old)?);
            }
        }
        Ok(link(datasets, sandboxes))
    }
}

/// Puts a dataset together from its versions, which come ascending.
fn dataset(
    id: &Arc<DatasetId>,
    (environment, number, feed): (Environment, i64, &str),
    ending: Ending,
    versions: Vec<Arc<Published>>,
    old: Option<&Catalog>,
) -> Result<Dataset> {
    let current = versions.last().cloned();
    let current = current.ok_or_else(|| damaged("a dataset without versions"))?;
    let address = match environment {
        Environment::Production => id.to_string(),
        Environment::Sandbox => format!("sandbox/{id}"),
    };
    let feed: FeedId = feed.parse().map_err(|_| damaged("a feed's id"))?;
    let known = old.and_then(|old| old.dataset_in(environment, id));
    Ok(Dataset {
        environment,
        address: address.into(),
        number,
        ending,
        filters: filters_text(&current.contract.found_by()).into(),
        links: Arc::default(),
        periods: periods(&current.contract, &feed, known),
        feed,
        filterable: filterable(id, environment, &current, old),
        grants: grants(&current.contract),
        id: Arc::clone(id),
        current,
        versions,
    })
}

/// By what records may be filtered; what `old` found out for the same version is taken over.
fn filterable(
    id: &DatasetId,
    environment: Environment,
    current: &Published,
    old: Option<&Catalog>,
) -> Arc<Filterable> {
    let known = old.and_then(|old| old.dataset_in(environment, id));
    match known.filter(|known| known.current.number == current.number) {
        Some(known) => Arc::clone(&known.filterable),
        None => Arc::new(Filterable::of(&current.contract)),
    }
}

/// A version that is served; the one that is known already, if it is compiled where it must be.
fn version(
    row: &ContractRow,
    document: Option<String>,
    known: Option<Arc<Published>>,
    judges: bool,
) -> Result<Arc<Published>> {
    let fits = |known: &Arc<Published>| {
        (known.judge.is_some() || !judges) && known.published_at.0 == row.published_at.unwrap_or_default()
    };
    if let Some(known) = known.as_ref().filter(|known| fits(known)) {
        return Ok(Arc::clone(known));
    }
    let document = document.or_else(|| known.as_ref().map(|known| known.document.clone()));
    let document = document.ok_or_else(|| damaged("a contract without a document"))?;
    let contract = Contract::from_stored(&document).map_err(Error::Internal)?;
    let at = Timestamp(row.published_at.unwrap_or_default());
    let judge = known.as_ref().and_then(|known| known.judge.clone());
    if judges && judge.is_none() {
        return compiled(row.id, at, contract, document).map(Arc::new);
    }
    Ok(Arc::new(Published {
        number: row.id,
        version: contract.version,
        contract,
        document,
        published_at: at,
        judge: judge.filter(|_| judges),
    }))
}

/// A version with its compiled rules.
fn compiled(number: i64, published_at: Timestamp, contract: Contract, document: String) -> Result<Published> {
    let validator = Validator::compile(&contract.schema)
        .map_err(|fault| Error::Internal(format!("contract {number}: {}", fault.to(Lang::En))))?;
    let judge = Judge {
        validator,
        key: contract.key.clone(),
        filters: contract.found_by(),
        references: contract.references.clone(),
    };
    Ok(Published {
        number,
        version: contract.version,
        contract,
        document,
        published_at,
        judge: Some(judge),
    })
}

fn grants(contract: &Contract) -> Grants {
    let given = contract
        .grants
        .iter()
        .map(|grant| {
            let given = Given {
                rights: grant.may.clone(),
                fields: grant.fields.clone(),
                until: grant.until,
            };
            (grant.opd.clone(), given)
        })
        .collect();
    Grants {
        owner: contract.opd.clone(),
        open: contract.classification.level == Level::Open,
        given,
    }
}

fn damaged(what: &str) -> Error {
    Error::Internal(format!("the database holds {what} that can't be read"))
}
