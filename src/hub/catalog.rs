//! [`Catalog`]: what is published and who may call, as one immutable whole.
//!
//! A request looks things up in the catalog that was current when it came in; a new one replaces
//! the old as a whole. Invariant: a catalog never changes.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::references::{link, periods};
use crate::access::{Application, Caller, Given, Grants, KeyHash, Verdict, decide};
use crate::contract::{Contract, Level, Validator};
use crate::error::{Error, Result};
use crate::record::{Filterable, Judge, KnownPeriods, Link, filters_text};
use crate::store::contracts::ContractRow;
use crate::store::{self, Store};
use crate::types::{DatasetId, FeedId, Kind, Lang, Mode, Right, Timestamp, Version};

/// See the module.
pub struct Catalog {
    revision: i64,
    datasets: HashMap<DatasetId, Arc<Dataset>>,
    keys: HashMap<String, Key>,
    /// Codes and names of all agencies.
    opds: HashMap<String, String>,
}

/// A key that may be used.
struct Key {
    hash: KeyHash,
    application: Arc<Application>,
}

/// A published dataset.
pub struct Dataset {
    /// Its identity.
    pub id: Arc<DatasetId>,
    /// Its number in the database.
    pub number: i64,
    /// The identity of its feed.
    pub feed: FeedId,
    /// The version by which payloads are judged: the highest published one.
    pub current: Arc<Published>,
    /// All published versions, ascending.
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

/// A published contract version.
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
    /// The compiled rules; only the current version of a dataset has them.
    pub judge: Option<Judge>,
}

impl Dataset {
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
        let (revision, contracts, keys, opds) = store.read_at_once(|connection| {
            Ok((
                store::revision::current(connection)?,
                store::contracts::published(connection)?,
                store::applications::usable_keys(connection)?,
                store::opds::list(connection)?,
            ))
        })?;
        let mut rows: HashMap<i64, Vec<ContractRow>> = HashMap::new();
        for row in contracts {
            rows.entry(row.dataset_id).or_default().push(row);
        }
        let datasets = rows
            .into_values()
            .map(|rows| dataset(rows, old).map(|dataset| ((*dataset.id).clone(), dataset)))
            .collect::<Result<_>>()
            .map(link)?;
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

    /// All published datasets, by identity.
    pub fn datasets(&self) -> Vec<&Arc<Dataset>> {
        let mut all: Vec<&Arc<Dataset>> = self.datasets.values().collect();
        all.sort_by(|a, b| a.id.cmp(&b.id));
        all
    }

    /// The datasets of which `caller` may know on the day `today`: those it has any right to. Those
    /// who manage the hub know of all.
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

    /// What `old` has of a contract version.
    fn published(&self, dataset: &DatasetId, number: i64) -> Option<&Arc<Published>> {
        self.datasets
            .get(dataset)?
            .versions
            .iter()
            .find(|version| version.number == number)
    }
}

/// Puts a dataset together from its published versions, which come ascending.
fn dataset(rows: Vec<ContractRow>, old: Option<&Catalog>) -> Result<Dataset> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Err(damaged("a dataset without versions"));
    };
    let id = DatasetId {
        opd: first.opd.parse().map_err(|_| damaged("an agency's code"))?,
        name: first.name.parse().map_err(|_| damaged("a dataset's name"))?,
        major: u32::try_from(first.major).map_err(|_| damaged("a major version"))?,
    };
    let (number, newest) = (first.dataset_id, last.id);
    let feed = first.feed.parse().map_err(|_| damaged("a feed's id"))?;
    let versions: Vec<Arc<Published>> = rows
        .into_iter()
        .map(|row| {
            let known = old.and_then(|old| old.published(&id, row.id));
            match known.filter(|known| known.judge.is_some() || row.id != newest) {
                Some(known) => Ok(Arc::clone(known)),
                None => published(row, newest).map(Arc::new),
            }
        })
        .collect::<Result<_>>()?;
    let current = versions
        .last()
        .cloned()
        .ok_or_else(|| damaged("a dataset without versions"))?;
    let grants = grants(&current.contract);
    let filters = filters_text(&current.contract.found_by()).into();
    let known = old.and_then(|old| old.datasets.get(&id));
    let periods = periods(&current.contract, &feed, known);
    let filterable = filterable(&id, &current, old);
    Ok(Dataset {
        id: Arc::new(id),
        number,
        feed,
        current,
        versions,
        filters,
        filterable,
        links: Arc::default(),
        periods,
        grants,
    })
}

/// By what records may be filtered; what `old` found out for the same version is taken over.
fn filterable(id: &DatasetId, current: &Published, old: Option<&Catalog>) -> Arc<Filterable> {
    let known = old.and_then(|old| old.datasets.get(id));
    match known.filter(|known| known.current.number == current.number) {
        Some(known) => Arc::clone(&known.filterable),
        None => Arc::new(Filterable::of(&current.contract)),
    }
}

fn published(row: ContractRow, newest: i64) -> Result<Published> {
    let contract = Contract::from_stored(&row.document).map_err(Error::Internal)?;
    let judge = if row.id == newest {
        let validator = Validator::compile(&contract.schema)
            .map_err(|fault| Error::Internal(format!("contract {}: {}", row.id, fault.to(Lang::En))))?;
        Some(Judge {
            validator,
            key: contract.key.clone(),
            filters: contract.found_by(),
            references: contract.references.clone(),
        })
    } else {
        None
    };
    Ok(Published {
        number: row.id,
        version: contract.version,
        contract,
        document: row.document,
        published_at: Timestamp(row.published_at.unwrap_or_default()),
        judge,
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
