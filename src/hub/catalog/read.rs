//! A catalog is made out of what the database holds.
//!
//! Documents are read, and rules compiled, only of versions that the catalog before does not know.
//! Invariant: a version that judges payloads is compiled here or the catalog is not made.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Catalog, Dataset, Datasets, Published};
use crate::access::{Given, Grants};
use crate::audit::SubjectKey;
use crate::contract::{Contract, Level, Validator};
use crate::error::{Error, Result};
use crate::hub::contracts::Ending;
use crate::hub::references::{link, periods};
use crate::record::{Filterable, FoundBy, Judge};
use crate::store::contracts::ContractRow;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Environment, FeedId, Lang, Timestamp};

/// The word in the database for what is served for real.
const PUBLISHED: &str = "published";

/// What a catalog is made of, as it was read from the database.
pub(super) struct Read {
    /// The agreed and the published versions of each dataset, ascending.
    versions: HashMap<i64, Vec<ContractRow>>,
    /// Their documents, but for those that the old catalog knows.
    documents: HashMap<i64, String>,
    /// The number and the feed of each dataset's sandbox.
    sandboxes: HashMap<i64, (i64, String)>,
}

impl Read {
    pub(super) fn all(connection: &mut DbConnection, old: Option<&Catalog>) -> Result<Self> {
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
    pub(super) fn into_datasets(
        mut self,
        subject_key: &SubjectKey,
        old: Option<&Catalog>,
    ) -> Result<(Datasets, Datasets)> {
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
                served.push((
                    published,
                    version(&row, document, known, judges.then_some(subject_key))?,
                ));
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
pub(super) fn dataset(
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
        filters: FoundBy::of(&current.contract).text().into(),
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
    judges: Option<&SubjectKey>,
) -> Result<Arc<Published>> {
    let fits = |known: &Arc<Published>| {
        (known.judge.is_some() || judges.is_none())
            && known.published_at.0 == row.published_at.unwrap_or_default()
    };
    if let Some(known) = known.as_ref().filter(|known| fits(known)) {
        return Ok(Arc::clone(known));
    }
    let document = document.or_else(|| known.as_ref().map(|known| known.document.clone()));
    let document = document.ok_or_else(|| damaged("a contract without a document"))?;
    let contract = Contract::from_stored(&document).map_err(Error::Internal)?;
    let at = Timestamp(row.published_at.unwrap_or_default());
    let judge = known.as_ref().and_then(|known| known.judge.clone());
    if let (Some(_), None) = (judges, &judge) {
        return compiled(row.id, at, contract, document, judges).map(Arc::new);
    }
    Ok(Arc::new(Published {
        number: row.id,
        version: contract.version,
        contract,
        document,
        published_at: at,
        judge: judge.filter(|_| judges.is_some()),
    }))
}

/// A version with its compiled rules.
pub(super) fn compiled(
    number: i64,
    published_at: Timestamp,
    contract: Contract,
    document: String,
    subject_key: Option<&SubjectKey>,
) -> Result<Published> {
    let validator = Validator::compile(&contract.schema)
        .map_err(|fault| Error::Internal(format!("contract {number}: {}", fault.to(Lang::En))))?;
    let judge = Judge {
        validator,
        key: contract.key.clone(),
        found_by: FoundBy::of(&contract),
        references: contract.references.clone(),
        subject: contract.subject.clone().zip(subject_key.cloned()),
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

pub(super) fn damaged(what: &str) -> Error {
    Error::Internal(format!("the database holds {what} that can't be read"))
}
