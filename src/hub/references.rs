//! References between datasets: where they lead, what they guard, and which lead to nothing now.
//!
//! Not here: judging those of a payload (`record::Ledger`, by what `store/append/references` finds).
//! Invariant: a reference leads to what is served at the moment of the catalog it stands in.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::catalog::Datasets;
use super::{Catalog, Dataset, Hub};
use crate::contract::{Contract, Level, OnDelete, Reference, ReferenceMode};
use crate::error::{Error, Result, Unknown};
use crate::record::{KnownPeriods, Link, Target};
use crate::store::references::Guard;
use crate::store::{self, Store};
use crate::types::{DatasetId, FeedId, Mode, Pointer};

/// How many records are looked at at once.
const AT_ONCE: i64 = 1_000;
/// How many keys that lead to nothing are told.
const SHOWN: usize = 100;

/// The references of a dataset, and which of them lead to nothing now.
#[derive(Debug)]
pub struct ReferenceReport {
    /// The dataset.
    pub dataset: DatasetId,
    /// Its references, in the contract's order.
    pub references: Vec<Dangling>,
}

/// What of one reference leads to nothing.
#[derive(Debug)]
pub struct Dangling {
    /// The field that refers.
    pub field: Pointer,
    /// The dataset referred to.
    pub dataset: DatasetId,
    /// What a reference to nothing means.
    pub mode: ReferenceMode,
    /// How many records refer to nothing by it.
    pub unresolved: u64,
    /// The first keys that they name, each once.
    pub keys: Vec<String>,
}

impl Hub {
    /// Looks through a dataset for references that lead to nothing now. What is written meanwhile
    /// counts or not.
    ///
    /// # Errors
    /// Unknown where there is no such dataset or it keeps no records; when the database fails.
    pub fn references(&self, id: &DatasetId) -> Result<ReferenceReport> {
        let catalog = self.catalog();
        let dataset = catalog
            .dataset(id)
            .ok_or_else(|| Error::Unknown(Unknown::Dataset(id.to_string())))?;
        if dataset.mode() == Mode::Live {
            return Err(Error::Unknown(Unknown::LiveDataset(id.clone())));
        }
        let declared = &dataset.current.contract.references;
        let mut found: Vec<(u64, BTreeSet<String>)> = vec![Default::default(); declared.len()];
        let mut after: Option<String> = None;
        while !declared.is_empty() {
            let now = self.moment();
            let more = self.store.read_at_once(|connection| {
                let page = store::records::page(connection, dataset.number, after.as_deref(), AT_ONCE)?;
                after = page.last().map(|stored| stored.key.clone());
                let rules = (&*dataset.links, declared.as_slice());
                store::references::unresolved(connection, dataset.number, rules, page, now, |referral| {
                    if let Some((count, keys)) = found.get_mut(referral.link) {
                        *count += 1;
                        let key = referral.key.as_ref().filter(|_| keys.len() < SHOWN);
                        keys.extend(key.map(ToString::to_string));
                    }
                })?;
                Ok(after.is_some())
            })?;
            if !more {
                break;
            }
        }
        let references = declared
            .iter()
            .zip(found)
            .map(|(reference, (unresolved, keys))| Dangling {
                field: reference.field.clone(),
                dataset: reference.dataset.clone(),
                mode: reference.mode,
                unresolved,
                keys: keys.into_iter().collect(),
            });
        Ok(ReferenceReport {
            dataset: id.clone(),
            references: references.collect(),
        })
    }
}

/// What is known of the periods of a dataset's keys: what `old` knew, as long as it is the same feed
/// and the contract names them by the same fields.
pub(super) fn periods(
    contract: &Contract,
    feed: &FeedId,
    old: Option<&Arc<Dataset>>,
) -> Option<Arc<KnownPeriods>> {
    let valid = contract.valid.as_ref()?;
    let known = old
        .filter(|old| old.feed == *feed)
        .and_then(|old| old.periods.as_ref());
    Some(match known.filter(|known| known.valid == *valid) {
        Some(known) => Arc::clone(known),
        None => Arc::new(KnownPeriods::new(valid.clone())),
    })
}

/// Lets the references of all datasets lead to each other; those of a sandbox lead to the sandbox first,
/// and where nothing is there to what is real.
pub(super) fn link(
    real: HashMap<DatasetId, Dataset>,
    sandboxes: HashMap<DatasetId, Dataset>,
) -> (Datasets, Datasets) {
    let (there, tried) = (targets(&real), targets(&sandboxes));
    (linked(real, &[&there]), linked(sandboxes, &[&tried, &there]))
}

/// What a dataset is as a target of references.
pub(super) fn target(dataset: &Dataset) -> Target {
    Target {
        dataset: dataset.number,
        periods: dataset.periods.clone(),
    }
}

/// What datasets are as targets of references.
fn targets(datasets: &HashMap<DatasetId, Dataset>) -> HashMap<DatasetId, Target> {
    let stored = datasets.values().filter(|dataset| dataset.mode() == Mode::Stored);
    stored
        .map(|dataset| ((*dataset.id).clone(), target(dataset)))
        .collect()
}

fn linked(mut datasets: HashMap<DatasetId, Dataset>, targets: &[&HashMap<DatasetId, Target>]) -> Datasets {
    for dataset in datasets.values_mut() {
        dataset.links = links(&dataset.current.contract, &|id| {
            targets
                .iter()
                .filter_map(|known| known.get(id).cloned())
                .collect()
        });
    }
    datasets
        .into_iter()
        .map(|(id, dataset)| (id, Arc::new(dataset)))
        .collect()
}

/// The references of a contract with the datasets that they lead to.
pub(super) fn links(contract: &Contract, targets: &dyn Fn(&DatasetId) -> Vec<Target>) -> Arc<[Link]> {
    let link = |reference: &Reference| Link {
        field: reference.field.clone(),
        dataset: reference.dataset.clone(),
        strict: reference.mode == ReferenceMode::Strict,
        guards: reference.on_delete == OnDelete::Refuse,
        targets: targets(&reference.dataset),
    };
    contract.references.iter().map(link).collect()
}

/// What a contract's references keep from being deleted, each once, sorted.
pub(super) fn guards(contract: &Contract) -> Vec<Guard> {
    if contract.mode == Mode::Live {
        return Vec::new();
    }
    let named = contract.classification.level != Level::Confidential;
    let refuse = contract
        .references
        .iter()
        .filter(|reference| reference.on_delete == OnDelete::Refuse);
    let guards: BTreeSet<Guard> = refuse
        .map(|reference| Guard {
            field: reference.field.clone(),
            target: reference.dataset.clone(),
            named,
        })
        .collect();
    guards.into_iter().collect()
}

/// Tells the store of references that were published before they were judged.
///
/// # Errors
/// When the database fails.
pub(super) fn tell_store(store: &Store, catalog: &Catalog) -> Result<()> {
    let mut told: HashMap<i64, BTreeSet<Guard>> = HashMap::new();
    for (dataset, guard) in store.read(store::references::list)? {
        told.entry(dataset).or_default().insert(guard);
    }
    for dataset in catalog.datasets() {
        let guards = match dataset.ending.retired {
            None => guards(&dataset.current.contract),
            Some(_) => Vec::new(),
        };
        let known = told.remove(&dataset.number).unwrap_or_default();
        if !guards.iter().eq(&known) {
            store.write(|connection| store::references::set(connection, dataset.number, &guards))?;
        }
    }
    Ok(())
}
