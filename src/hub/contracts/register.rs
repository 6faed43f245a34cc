//! Documents are checked and registered; registered ones may be published at once.

use super::compare::{Predecessors, compare};
use super::life::Move;
use super::{Compatibility, StoredData, find_version, finding, named, parsed, state_of};
use crate::contract::{Checked, Fault, State, contract_digest};
use crate::error::{Conflict, Error, Finding, Result, Unknown};
use crate::hub::{Actor, Hub, random};
use crate::store::contracts::ContractRow;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Digest, FeedId, Version};

/// What came of a registration, or of a move.
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

/// How a version is to be published.
#[derive(Debug, Clone, Default)]
pub struct Publication {
    /// Whether it is published although it could not be told that it accepts all that was accepted.
    pub accept_undecided: bool,
    /// Why; needed for the way back from deprecated.
    pub reason: Option<String>,
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
    /// How it stands to the published versions; `None` where there are none.
    pub compatibility: Option<Compatibility>,
    /// What it says to the records that are stored; `None` where nothing is published.
    pub stored: Option<StoredData>,
}

impl Hub {
    /// Checks a document as a registration would, compares it with the published versions of its major,
    /// and holds it against the records that are stored.
    ///
    /// # Errors
    /// All faults of the document.
    pub fn check_contract(&self, bytes: &[u8], schema_file: Option<&[u8]>) -> Result<CheckReport> {
        let checked = self.checked(bytes, schema_file)?;
        let published = self.predecessors(&checked.contract)?;
        let (mut compatibility, mut stored) = (None, None);
        if !published.rows.is_empty() {
            compatibility = Some(compare(&checked.contract, &published)?);
            stored = Some(self.stored_data(published.dataset, &checked.validator)?);
        }
        Ok(CheckReport {
            dataset: checked.contract.dataset_id(),
            version: checked.contract.version,
            digest: contract_digest(&checked.document),
            warnings: checked.warnings.into_iter().map(finding).collect(),
            compatibility,
            stored,
        })
    }

    /// Registers a document, and publishes it where `publish` says how. The same document again
    /// changes nothing; signatures that it carries make it agreed.
    ///
    /// # Errors
    /// All faults of the document; unknown when its agency is not there; a conflict when the
    /// version stands with another document, or may not be published.
    pub fn register_contract(
        &self,
        actor: &Actor,
        bytes: &[u8],
        schema_file: Option<&[u8]>,
        publish: Option<&Publication>,
    ) -> Result<Registered> {
        let checked = self.checked(bytes, schema_file)?;
        let dataset = checked.contract.dataset_id();
        let version = checked.contract.version;
        let (state, new) = loop {
            let seen = publish
                .map(|how| self.may_follow(&checked.contract, how.accept_undecided))
                .transpose()?;
            if let Some(done) = self.register(actor, &checked, publish.zip(seen.as_ref()))? {
                break done;
            }
        };
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

    /// Registers in one transaction; `None` when another version was published meanwhile.
    fn register(
        &self,
        actor: &Actor,
        checked: &Checked,
        publish: Option<(&Publication, &Predecessors)>,
    ) -> Result<Option<(State, bool)>> {
        let (dataset, version) = (checked.contract.dataset_id(), checked.contract.version);
        self.store.write(|connection| {
            if let Some((_, seen)) = publish
                && !seen.still_stand(connection)?
            {
                return Ok(None);
            }
            let new = self.insert_contract(connection, actor, &dataset, checked)?;
            let (row, document) = find_version(connection, &dataset, version)?;
            let state = match publish {
                Some((how, _)) => self.publish_row(connection, actor, &dataset, (&row, &document), how)?,
                None => state_of(&row)?,
            };
            Ok(Some((state, new)))
        })
    }

    pub(super) fn checked(&self, bytes: &[u8], schema_file: Option<&[u8]>) -> Result<Checked> {
        let faulty = |faults: Vec<Fault>| Error::Faulty(faults.into_iter().map(finding).collect());
        let checked = self.checker.read(bytes, schema_file).map_err(faulty)?;
        self.probe(&checked.contract.schema)?;
        Ok(checked)
    }

    /// Sees to the version's row; tells whether it was not there before.
    fn insert_contract(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        dataset: &DatasetId,
        checked: &Checked,
    ) -> Result<bool> {
        let (now, version) = (self.clock.now(), checked.contract.version);
        if store::opds::find(connection, &dataset.opd)?.is_none() {
            return Err(Error::Unknown(Unknown::Opd(dataset.opd.to_string())));
        }
        let number = match store::datasets::find(connection, dataset)? {
            Some(number) => number,
            None => store::datasets::insert(connection, dataset, &FeedId::from_random(random()?), now)?,
        };
        let digest = contract_digest(&checked.document);
        if let Some(known) = store::contracts::find(connection, number, version)? {
            self.same_again(connection, actor, dataset, checked, &known)?;
            return Ok(false);
        }
        let document = checked.document.to_string();
        let id = store::contracts::insert(connection, number, version, &document, &digest, now)?;
        self.moved(
            connection,
            actor,
            dataset,
            Move {
                action: "contract.register",
                contract: id,
                version,
                before: None,
                after: State::Draft,
                reason: None,
                details: serde_json::json!({"digest": digest.to_string()}),
            },
        )?;
        if checked.contract.agreed.is_some() {
            let (row, _) = find_version(connection, dataset, version)?;
            self.agree_row(connection, actor, dataset, &row, checked)?;
        }
        Ok(true)
    }

    /// A version that stands is registered once more: only signatures may have been added.
    fn same_again(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        dataset: &DatasetId,
        checked: &Checked,
        (row, document): &(ContractRow, String),
    ) -> Result<()> {
        let stands = parsed(document)?;
        if checked.document == stands {
            return Ok(());
        }
        let same = contract_digest(&stands) == contract_digest(&checked.document);
        let signed = checked.contract.agreed.is_some();
        if !same || (signed && state_of(row)? != State::Draft) {
            let version = named(dataset, checked.contract.version);
            return Err(Error::Conflict(Conflict::VersionExists(version)));
        }
        if signed {
            self.agree_row(connection, actor, dataset, row, checked)?;
        }
        Ok(())
    }
}
