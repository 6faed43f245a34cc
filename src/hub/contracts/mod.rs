//! Contracts: checked, registered, moved through their life, shown.
//!
//! `register` takes documents in, `life` moves versions,
//! `ending` deprecates and retires them, `outside` lists what no integration published, `compare` holds a new
//! version against those published and against what is stored. Publishing writes rows and raises the
//! revision; it runs no DDL and holds up no request. Invariant: what is registered under a version
//! never changes; signatures are added to it.

mod compare;
mod ending;
mod life;
mod outside;
mod register;

use serde_json::Value;

use super::Hub;
use crate::contract::{Fault, State};
use crate::error::{Error, Finding, Result, Unknown};
use crate::store::contracts::{ContractRow, EndingRow};
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, DatasetName, OpdCode, Timestamp, Version};

pub use compare::{Compatibility, Misfit, StoredData};
pub use ending::Deprecation;
pub use life::MoveView;
pub use outside::OutsideRun;
pub use register::{CheckReport, Publication, Registered};

/// A contract version as it is shown.
#[derive(Debug, Clone)]
pub struct ContractView {
    /// The dataset.
    pub dataset: DatasetId,
    /// The version.
    pub version: Version,
    /// Its state.
    pub state: State,
    /// Its title.
    pub title: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was agreed.
    pub agreed_at: Option<Timestamp>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// How its major ends; nothing in it before the version is deprecated.
    pub ending: Ending,
    /// The whole document.
    pub document: Value,
}

impl ContractView {
    /// Where it stands in a list of versions: numbers are padded, so that 10 comes after 9.
    pub fn position(&self) -> String {
        let (dataset, version) = (&self.dataset, self.version);
        format!(
            "{}/{}/{:010}.{:010}.{:010}",
            dataset.opd, dataset.name, version.major, version.minor, version.patch
        )
    }
}

/// How the life of a major ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// When it was deprecated.
    pub deprecated: Option<Timestamp>,
    /// From when on it may not answer any more.
    pub sunset: Option<Timestamp>,
    /// The dataset that takes its place.
    pub successor: Option<DatasetId>,
    /// When it was retired.
    pub retired: Option<Timestamp>,
}

impl Ending {
    /// Reads it from the row of a dataset.
    ///
    /// # Errors
    /// When the row is damaged.
    pub(super) fn of(row: &EndingRow) -> Result<Self> {
        Ok(Ending {
            deprecated: row.deprecated_at.map(Timestamp),
            sunset: row.sunset_at.map(Timestamp),
            successor: row
                .successor
                .as_ref()
                .map(|id| id.parse().map_err(Error::Internal))
                .transpose()?,
            retired: row.retired_at.map(Timestamp),
        })
    }
}

impl Hub {
    /// All contract versions, by dataset and version.
    ///
    /// # Errors
    /// When the database fails.
    pub fn contracts(&self) -> Result<Vec<ContractView>> {
        self.store
            .read(store::contracts::list)?
            .into_iter()
            .map(|(row, document)| view(&row, &document))
            .collect()
    }

    /// One contract version.
    ///
    /// # Errors
    /// Unknown where there is no such version.
    pub fn contract(&self, opd: &OpdCode, name: &DatasetName, version: Version) -> Result<ContractView> {
        let dataset = dataset_of(opd, name, version);
        let (row, document) = self
            .store
            .read(|connection| find_version(connection, &dataset, version))?;
        view(&row, &document)
    }
}

/// The dataset that a version belongs to.
fn dataset_of(opd: &OpdCode, name: &DatasetName, version: Version) -> DatasetId {
    DatasetId {
        opd: opd.clone(),
        name: name.clone(),
        major: version.major,
    }
}

/// A version as people name it.
fn named(dataset: &DatasetId, version: Version) -> String {
    format!("{}/{} {version}", dataset.opd, dataset.name)
}

/// The row and the document of a version.
pub(super) fn find_version(
    connection: &mut DbConnection,
    dataset: &DatasetId,
    version: Version,
) -> Result<(ContractRow, String)> {
    let found = match store::datasets::find(connection, dataset)? {
        Some(number) => store::contracts::find(connection, number, version)?,
        None => None,
    };
    found.ok_or_else(|| Error::Unknown(Unknown::ContractVersion(named(dataset, version))))
}

/// In which state a version is: the published versions of a major end together.
pub(super) fn state_of(row: &ContractRow) -> Result<State> {
    let state: State = row.state.parse().map_err(Error::Internal)?;
    Ok(match state {
        State::Published if row.ending.retired_at.is_some() => State::Retired,
        State::Published if row.ending.deprecated_at.is_some() => State::Deprecated,
        state => state,
    })
}

pub(super) fn version_of(row: &ContractRow) -> Result<Version> {
    format!("{}.{}.{}", row.major, row.minor, row.patch)
        .parse()
        .map_err(Error::Internal)
}

/// A stored document.
pub(super) fn parsed(document: &str) -> Result<Value> {
    serde_json::from_str(document).map_err(|error| Error::Internal(error.to_string()))
}

fn view(row: &ContractRow, document: &str) -> Result<ContractView> {
    let document = parsed(document)?;
    let title = document.get("title").and_then(Value::as_str);
    let state = state_of(row)?;
    Ok(ContractView {
        dataset: format!("{}/{}/v{}", row.opd, row.name, row.major)
            .parse()
            .map_err(Error::Internal)?,
        version: version_of(row)?,
        state,
        title: title.unwrap_or_default().to_owned(),
        created_at: Timestamp(row.created_at),
        agreed_at: row.agreed_at.map(Timestamp),
        published_at: row.published_at.map(Timestamp),
        ending: if state >= State::Deprecated {
            Ending::of(&row.ending)?
        } else {
            Ending::default()
        },
        document,
    })
}

fn finding(fault: Fault) -> Finding {
    Finding {
        pointer: fault.pointer.to_string(),
        place: fault.place.map(|place| (place.line, place.column)),
        code: fault.code,
        message: fault.message,
    }
}
