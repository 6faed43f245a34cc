//! The moves in the life of a version: agreed, published, back from deprecated.
//!
//! Each move is kept with who, when and why. Not here: how a major ends (`ending`). Invariant: a move and what it brings about are one transaction.

use serde_json::{Value, json};

use super::register::{Publication, Registered};
use super::{dataset_of, find_version, named, parsed, state_of, version_of};
use crate::contract::{Checked, Contract, State, contract_digest};
use crate::error::{Conflict, Error, Malformed, Result};
use crate::hub::references::guards;
use crate::hub::{Actor, Hub};
use crate::record::FoundBy;
use crate::store::contracts::{ContractRow, EndingRow};
use crate::store::moves::MoveRow;
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, DatasetName, OpdCode, Text, Timestamp, Version};

/// A move as it is shown.
#[derive(Debug, Clone)]
pub struct MoveView {
    /// When.
    pub at: Timestamp,
    /// Who did it, as the audit log names them.
    pub actor: String,
    /// The state before; none for a registration.
    pub before: Option<String>,
    /// The state after.
    pub after: String,
    /// Why, where somebody said so.
    pub reason: Option<String>,
    /// What else was said.
    pub details: Value,
}

/// A move to be written down.
pub(super) struct Move {
    pub(super) action: &'static str,
    pub(super) contract: i64,
    pub(super) version: Version,
    pub(super) before: Option<State>,
    pub(super) after: State,
    pub(super) reason: Option<String>,
    pub(super) details: Value,
}

impl Hub {
    /// Writes down that a draft was signed, and by whom: `agreed` as a contract document has it.
    ///
    /// # Errors
    /// Faults of `agreed`, also when it was given for another document; a conflict when the version
    /// is no draft any more.
    pub fn agree_contract(
        &self,
        actor: &Actor,
        opd: &OpdCode,
        name: &DatasetName,
        version: Version,
        agreed: Value,
    ) -> Result<Registered> {
        let dataset = dataset_of(opd, name, version);
        let found = self
            .store
            .read(|connection| find_version(connection, &dataset, version))?;
        let mut document = parsed(&found.1)?;
        if let Some(members) = document.as_object_mut() {
            members.insert("agreed".into(), agreed);
        }
        let checked = self.checked(document.to_string().as_bytes(), None)?;
        let state = self.store.write(|connection| {
            let (row, stands) = find_version(connection, &dataset, version)?;
            if parsed(&stands)? == checked.document {
                return state_of(&row);
            }
            self.agree_row(connection, actor, &dataset, &row, &checked)
        })?;
        self.refresh()?;
        Ok(moved_to(dataset, version, state))
    }

    /// Publishes a registered version; one that is published stays so, one that is deprecated comes
    /// back, for a reason.
    ///
    /// # Errors
    /// Unknown where there is no such version; a conflict when a later one is published already, or
    /// when it refuses what a published one accepted.
    pub fn publish_contract(
        &self,
        actor: &Actor,
        opd: &OpdCode,
        name: &DatasetName,
        version: Version,
        how: &Publication,
    ) -> Result<Registered> {
        let dataset = dataset_of(opd, name, version);
        let state = loop {
            let found = self
                .store
                .read(|connection| find_version(connection, &dataset, version))?;
            let contract = Contract::from_stored(&found.1).map_err(Error::Internal)?;
            let seen = if state_of(&found.0)? < State::Published {
                self.may_follow(&contract, how.accept_undecided)?
            } else {
                self.predecessors(&contract)?
            };
            let done = self.store.write(|connection| {
                if !seen.still_stand(connection)? {
                    return Ok(None);
                }
                let (row, document) = find_version(connection, &dataset, version)?;
                self.publish_row(connection, actor, &dataset, (&row, &document), how)
                    .map(Some)
            })?;
            if let Some(state) = done {
                break state;
            }
        };
        self.refresh()?;
        Ok(moved_to(dataset, version, state))
    }

    /// The moves of a version, oldest first.
    ///
    /// # Errors
    /// Unknown where there is no such version.
    pub fn contract_moves(
        &self,
        opd: &OpdCode,
        name: &DatasetName,
        version: Version,
    ) -> Result<Vec<MoveView>> {
        let dataset = dataset_of(opd, name, version);
        let rows = self.store.read(|connection| {
            let (row, _) = find_version(connection, &dataset, version)?;
            store::moves::of(connection, row.id)
        })?;
        let view = |row: MoveRow| {
            Ok(MoveView {
                at: Timestamp(row.at),
                actor: row.actor,
                before: row.before,
                after: row.after,
                reason: row.reason,
                details: serde_json::from_str(&row.details)
                    .map_err(|error| Error::Internal(error.to_string()))?,
            })
        };
        rows.into_iter().map(view).collect()
    }

    /// Adds the signatures to a draft.
    pub(super) fn agree_row(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        dataset: &DatasetId,
        row: &ContractRow,
        checked: &Checked,
    ) -> Result<State> {
        let version = version_of(row)?;
        let before = state_of(row)?;
        may_become(dataset, version, before, State::Agreed)?;
        let document = checked.document.to_string();
        store::contracts::agree(connection, row.id, &document, self.clock.now())?;
        self.ready_sandbox(connection, row.dataset_id, dataset)?;
        self.moved(
            connection,
            actor,
            dataset,
            Move {
                action: "contract.agree",
                contract: row.id,
                version,
                before: Some(before),
                after: State::Agreed,
                reason: None,
                details: json!({"agreed": checked.document.get("agreed")}),
            },
        )?;
        Ok(State::Agreed)
    }

    /// Publishes a version that was compared with those published.
    pub(super) fn publish_row(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        dataset: &DatasetId,
        (row, document): (&ContractRow, &str),
        how: &Publication,
    ) -> Result<State> {
        let (before, version) = (state_of(row)?, version_of(row)?);
        if before == State::Published {
            return Ok(State::Published);
        }
        if row.ending.retired_at.is_some() {
            return Err(Error::Conflict(Conflict::Retired(dataset.clone())));
        }
        if before == State::Deprecated {
            if how.reason.is_none() {
                return Err(reason_needed(
                    "Kontrak data ini sudah diumumkan akan dihentikan; sebutkan alasan membatalkannya (reason).",
                    "The end of this contract was announced; say why it is taken back (reason).",
                ));
            }
            store::contracts::end(connection, row.dataset_id, &EndingRow::default())?;
        } else {
            let published = store::contracts::published(connection, row.dataset_id)?;
            let later = published
                .iter()
                .any(|(other, _)| (other.minor, other.patch) > (row.minor, row.patch));
            if later {
                let version = named(dataset, version);
                return Err(Error::Conflict(Conflict::VersionSuperseded(version)));
            }
            self.serve_row(connection, row, dataset, document)?;
        }
        let after = match row.ending.deprecated_at {
            Some(_) if before != State::Deprecated => State::Deprecated,
            _ => State::Published,
        };
        let run = self.run_that_publishes(connection, dataset, version, document)?;
        let reason = said_reason(how, run.is_none() && actor.is_person())?;
        self.moved(
            connection,
            actor,
            dataset,
            Move {
                action: "contract.publish",
                contract: row.id,
                version,
                before: Some(before),
                after,
                reason,
                details: json!({"accept_undecided": how.accept_undecided, "integration": run}),
            },
        )?;
        Ok(after)
    }

    /// Lets the version be the one that judges.
    fn serve_row(
        &self,
        connection: &mut DbConnection,
        row: &ContractRow,
        dataset: &DatasetId,
        document: &str,
    ) -> Result<()> {
        let contract = Contract::from_stored(document).map_err(Error::Internal)?;
        if let Some(agreed) = &contract.agreed {
            // What was signed is what runs, even if somebody wrote to the database meanwhile.
            if contract_digest(&parsed(document)?).to_string() != agreed.contract_digest {
                let what = named(dataset, contract.version);
                return Err(Error::Internal(format!(
                    "the stored document of {what} is not what was signed"
                )));
            }
        }
        store::contracts::publish(connection, row.id, self.clock.now())?;
        store::datasets::lay_out(connection, row.dataset_id, &FoundBy::of(&contract))?;
        store::references::set(connection, row.dataset_id, &guards(&contract))?;
        self.ready_sandbox(connection, row.dataset_id, dataset)
    }

    /// Writes a move down, for the contract's own history and for the audit log.
    pub(super) fn moved(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        dataset: &DatasetId,
        step: Move,
    ) -> Result<()> {
        let row = MoveRow {
            at: self.clock.now().0,
            actor: actor.0.clone(),
            before: step.before.map(|state| state.as_str().to_owned()),
            after: step.after.as_str().to_owned(),
            reason: step.reason,
            details: step.details.to_string(),
        };
        store::moves::insert(connection, step.contract, self.clock.now(), &row)?;
        let after = json!({"state": row.after, "reason": row.reason, "details": step.details});
        let target = named(dataset, step.version);
        self.changed(
            connection,
            actor,
            step.action,
            target,
            row.before,
            Some(after.to_string()),
        )
    }
}

/// Why a version is published, where somebody said so; whoever needs to must.
fn said_reason(how: &Publication, needed: bool) -> Result<Option<String>> {
    let said = how.reason.as_deref().map(str::trim);
    let said = said.filter(|said| !said.is_empty());
    if needed && said.is_none() {
        return Err(reason_needed(
            "Tidak ada integrasi yang sampai pada penerbitan versi ini; sebutkan alasan menerbitkannya di luar prosedur (reason).",
            "No integration has come to publishing this version; say why it is published outside the procedure (reason).",
        ));
    }
    Ok(said.map(str::to_owned))
}

pub(super) fn may_become(dataset: &DatasetId, version: Version, before: State, next: State) -> Result<()> {
    if before.may_become(next) {
        return Ok(());
    }
    Err(Error::Conflict(Conflict::NoSuchMove {
        version: named(dataset, version),
        before: before.as_str(),
        after: next.as_str(),
    }))
}

pub(super) fn reason_needed(id: &'static str, en: &'static str) -> Error {
    Error::Malformed(Malformed::Body(Text::new(id, en)))
}

pub(super) fn moved_to(dataset: DatasetId, version: Version, state: State) -> Registered {
    Registered {
        dataset,
        version,
        state,
        new: false,
        warnings: Vec::new(),
    }
}
