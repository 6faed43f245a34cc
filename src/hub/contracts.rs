//! Contracts: checked, registered, published, shown.
//!
//! Publishing writes rows and raises the revision; it runs no DDL and holds up no request.
//! Invariant: what is registered under a version never changes.

use serde::Serialize;
use serde_json::Value;

use super::references::guards;
use super::{Actor, Hub, random};
use crate::contract::{Checked, Contract, Fault};
use crate::error::{Conflict, Error, Finding, Result, Unknown};
use crate::record::filters_text;
use crate::store::{self, DbConnection, contracts::ContractRow};
use crate::types::{DatasetId, DatasetName, Digest, FeedId, OpdCode, Timestamp, Version};

/// In which state a contract version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Registered, and not yet served.
    Draft,
    /// Served.
    Published,
}

impl State {
    /// The word as it stands in the database and in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Published => "published",
        }
    }
}

/// What came of a registration.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The dataset.
    pub dataset: DatasetId,
    /// The version.
    pub version: Version,
    /// Its state now.
    pub state: State,
    /// Whether it was not there before.
    pub new: bool,
    /// What is not wrong but may not be meant.
    pub warnings: Vec<Finding>,
}

/// What a check found in a document that may be registered.
#[derive(Debug, Clone)]
pub struct CheckReport {
    /// The dataset.
    pub dataset: DatasetId,
    /// The version.
    pub version: Version,
    /// The digest that is printed on the paper to be signed.
    pub digest: Digest,
    /// What is not wrong but may not be meant.
    pub warnings: Vec<Finding>,
}

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
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// The whole document.
    pub document: Value,
}

impl Hub {
    /// Checks a document as a registration would.
    ///
    /// # Errors
    /// All faults of the document.
    pub fn check_contract(&self, bytes: &[u8], schema_file: Option<&[u8]>) -> Result<CheckReport> {
        let checked = self.checked(bytes, schema_file)?;
        Ok(CheckReport {
            dataset: checked.contract.dataset_id(),
            version: checked.contract.version,
            digest: crate::contract::contract_digest(&checked.document),
            warnings: checked.warnings.into_iter().map(finding).collect(),
        })
    }

    /// Registers a document, and publishes it when `publish` says so. The same document again
    /// changes nothing.
    ///
    /// # Errors
    /// All faults of the document; unknown when its agency is not there; a conflict when the
    /// version stands with another document.
    pub fn register_contract(
        &self,
        actor: &Actor,
        bytes: &[u8],
        schema_file: Option<&[u8]>,
        publish: bool,
    ) -> Result<Registered> {
        let checked = self.checked(bytes, schema_file)?;
        let dataset = checked.contract.dataset_id();
        let version = checked.contract.version;
        let (state, new) = self.store.write(|connection| {
            let (row, new) = self.insert_contract(connection, actor, &dataset, &checked)?;
            let state = if publish {
                self.publish_row(connection, actor, &dataset, &row)?
            } else {
                state_of(&row)
            };
            Ok((state, new))
        })?;
        self.refresh()?;
        let warnings = checked.warnings.into_iter().map(finding).collect();
        Ok(Registered {
            dataset,
            version,
            state,
            new,
            warnings,
        })
    }

    /// Publishes a registered version; one that is published stays so.
    ///
    /// # Errors
    /// Unknown where there is no such version; a conflict when a later one is published already.
    pub fn publish_contract(
        &self,
        actor: &Actor,
        opd: &OpdCode,
        name: &DatasetName,
        version: Version,
    ) -> Result<Registered> {
        let dataset = DatasetId {
            opd: opd.clone(),
            name: name.clone(),
            major: version.major,
        };
        let state = self.store.write(|connection| {
            let row = find_version(connection, &dataset, version)?;
            self.publish_row(connection, actor, &dataset, &row)
        })?;
        self.refresh()?;
        Ok(Registered {
            dataset,
            version,
            state,
            new: false,
            warnings: Vec::new(),
        })
    }

    /// All contract versions, by dataset and version.
    ///
    /// # Errors
    /// When the database fails.
    pub fn contracts(&self) -> Result<Vec<ContractView>> {
        self.store
            .read(store::contracts::list)?
            .into_iter()
            .map(view)
            .collect()
    }

    /// One contract version.
    ///
    /// # Errors
    /// Unknown where there is no such version.
    pub fn contract(&self, opd: &OpdCode, name: &DatasetName, version: Version) -> Result<ContractView> {
        let dataset = DatasetId {
            opd: opd.clone(),
            name: name.clone(),
            major: version.major,
        };
        self.store
            .read(|connection| find_version(connection, &dataset, version))
            .and_then(view)
    }

    fn checked(&self, bytes: &[u8], schema_file: Option<&[u8]>) -> Result<Checked> {
        let faulty = |faults: Vec<Fault>| Error::Faulty(faults.into_iter().map(finding).collect());
        let checked = self.checker.read(bytes, schema_file).map_err(faulty)?;
        self.probe(&checked.contract.schema)?;
        Ok(checked)
    }

    /// The version's row, and whether it was not there before.
    fn insert_contract(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        dataset: &DatasetId,
        checked: &Checked,
    ) -> Result<(ContractRow, bool)> {
        let (now, version) = (self.clock.now(), checked.contract.version);
        if store::opds::find(connection, &dataset.opd)?.is_none() {
            return Err(Error::Unknown(Unknown::Opd(dataset.opd.to_string())));
        }
        let number = match store::datasets::find(connection, dataset)? {
            Some(number) => number,
            None => store::datasets::insert(connection, dataset, &FeedId::from_random(random()?), now)?,
        };
        let document = checked.document.to_string();
        if let Some(row) = store::contracts::find(connection, number, version)? {
            return if row.document == document {
                Ok((row, false))
            } else {
                Err(Error::Conflict(Conflict::VersionExists(format!(
                    "{}/{} {version}",
                    dataset.opd, dataset.name
                ))))
            };
        }
        let digest = crate::contract::contract_digest(&checked.document);
        store::contracts::insert(connection, number, version, &document, &digest, now)?;
        let target = format!("{}/{} {version}", dataset.opd, dataset.name);
        self.changed(
            connection,
            actor,
            "contract.register",
            target,
            None,
            Some(digest.to_string()),
        )?;
        Ok((find_version(connection, dataset, version)?, true))
    }

    fn publish_row(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        dataset: &DatasetId,
        row: &ContractRow,
    ) -> Result<State> {
        if state_of(row) == State::Published {
            return Ok(State::Published);
        }
        let version = version_of(row)?;
        let later = store::contracts::published(connection)?.into_iter().any(|other| {
            other.dataset_id == row.dataset_id && (other.minor, other.patch) > (row.minor, row.patch)
        });
        let target = format!("{}/{} {version}", dataset.opd, dataset.name);
        if later {
            return Err(Error::Conflict(Conflict::VersionSuperseded(target)));
        }
        store::contracts::publish(connection, row.id, self.clock.now())?;
        let contract = Contract::from_stored(&row.document).map_err(Error::Internal)?;
        let found_by = contract.found_by();
        store::datasets::lay_out(
            connection,
            row.dataset_id,
            &filters_text(&found_by),
            found_by.len(),
        )?;
        store::references::set(connection, row.dataset_id, &guards(&contract))?;
        self.changed(
            connection,
            actor,
            "contract.publish",
            target,
            Some("draft".into()),
            Some("published".into()),
        )?;
        Ok(State::Published)
    }
}

fn find_version(connection: &mut DbConnection, dataset: &DatasetId, version: Version) -> Result<ContractRow> {
    let row = match store::datasets::find(connection, dataset)? {
        Some(number) => store::contracts::find(connection, number, version)?,
        None => None,
    };
    let shown = format!("{}/{} {version}", dataset.opd, dataset.name);
    row.ok_or(Error::Unknown(Unknown::ContractVersion(shown)))
}

fn state_of(row: &ContractRow) -> State {
    if row.state == "published" {
        State::Published
    } else {
        State::Draft
    }
}

fn version_of(row: &ContractRow) -> Result<Version> {
    format!("{}.{}.{}", row.major, row.minor, row.patch)
        .parse()
        .map_err(Error::Internal)
}

fn view(row: ContractRow) -> Result<ContractView> {
    let document: Value =
        serde_json::from_str(&row.document).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(ContractView {
        dataset: format!("{}/{}/v{}", row.opd, row.name, row.major)
            .parse()
            .map_err(Error::Internal)?,
        version: version_of(&row)?,
        state: state_of(&row),
        title: document
            .get("title")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        created_at: Timestamp(row.created_at),
        published_at: row.published_at.map(Timestamp),
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
