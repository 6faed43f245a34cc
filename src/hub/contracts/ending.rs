//! How the life of a major ends: deprecated, then retired.
//!
//! It ends as a whole, by naming any of its published versions. Invariant: what is retired keeps its data,
//! and nothing leads back.

use serde_json::json;

use super::life::{Move, may_become, moved_to, reason_needed};
use super::register::Registered;
use super::{Ending, dataset_of, find_version, state_of};
use crate::contract::State;
use crate::error::{Error, Malformed, Result};
use crate::hub::{Actor, Hub};
use crate::store;
use crate::store::contracts::EndingRow;
use crate::types::{DatasetId, DatasetName, OpdCode, Text, Timestamp, Version};

/// How a major is to end.
#[derive(Debug, Clone, Default)]
pub struct Deprecation {
    /// From when on it may not answer any more.
    pub sunset: Option<Timestamp>,
    /// The dataset that takes its place; the contract's own `successor`, or the next major, when
    /// nothing is said.
    pub successor: Option<DatasetId>,
    /// Why.
    pub reason: Option<String>,
}

impl Hub {
    /// Announces the end of a major, or announces it anew.
    ///
    /// # Errors
    /// Malformed when the successor is not served; a conflict when nothing is published or all is
    /// retired.
    pub fn deprecate_contract(
        &self,
        actor: &Actor,
        opd: &OpdCode,
        name: &DatasetName,
        version: Version,
        how: Deprecation,
    ) -> Result<Registered> {
        let dataset = dataset_of(opd, name, version);
        let successor = self.successor(&dataset, how.successor)?;
        self.store.write(|connection| {
            let (row, _) = find_version(connection, &dataset, version)?;
            let before = state_of(&row)?;
            if before != State::Deprecated {
                may_become(&dataset, version, before, State::Deprecated)?;
            }
            let now = self.clock.now();
            let ending = EndingRow {
                deprecated_at: row.ending.deprecated_at.or(Some(now.0)),
                sunset_at: how.sunset.map(|sunset| sunset.0),
                successor: successor.as_ref().map(DatasetId::to_string),
                retired_at: None,
            };
            store::contracts::end(connection, row.dataset_id, &ending)?;
            self.moved(
                connection,
                actor,
                &dataset,
                Move {
                    action: "contract.deprecate",
                    contract: row.id,
                    version,
                    before: Some(before),
                    after: State::Deprecated,
                    reason: how.reason,
                    details: json!({"sunset": how.sunset, "successor": successor}),
                },
            )
        })?;
        self.refresh()?;
        Ok(moved_to(dataset, version, State::Deprecated))
    }

    /// Ends a deprecated major: it answers 410 from now on, and its data stays.
    ///
    /// # Errors
    /// A conflict when it is not deprecated; malformed when its sunset is still to come and nobody
    /// said why.
    pub fn retire_contract(
        &self,
        actor: &Actor,
        opd: &OpdCode,
        name: &DatasetName,
        version: Version,
        reason: Option<String>,
    ) -> Result<Registered> {
        let dataset = dataset_of(opd, name, version);
        self.store.write(|connection| {
            let (row, _) = find_version(connection, &dataset, version)?;
            let before = state_of(&row)?;
            if before == State::Retired {
                return Ok(());
            }
            may_become(&dataset, version, before, State::Retired)?;
            let now = self.clock.now();
            if reason.is_none() && row.ending.sunset_at.is_some_and(|sunset| now.0 < sunset) {
                return Err(reason_needed(
                    "Kontrak data ini dihentikan sebelum tanggal yang diumumkan; sebutkan alasannya (reason).",
                    "This contract would end before the date that was announced; say why (reason).",
                ));
            }
            let ending = EndingRow {
                retired_at: Some(now.0),
                ..row.ending
            };
            store::contracts::end(connection, row.dataset_id, &ending)?;
            // Nobody uses its records any more, so they keep no others from being deleted.
            store::references::set(connection, row.dataset_id, &[])?;
            self.moved(
                connection,
                actor,
                &dataset,
                Move {
                    action: "contract.retire",
                    contract: row.id,
                    version,
                    before: Some(before),
                    after: State::Retired,
                    reason,
                    details: json!({}),
                },
            )
        })?;
        self.refresh()?;
        Ok(moved_to(dataset, version, State::Retired))
    }

    /// The dataset that takes the place of `dataset`.
    fn successor(&self, dataset: &DatasetId, said: Option<DatasetId>) -> Result<Option<DatasetId>> {
        let catalog = self.catalog();
        if let Some(said) = said {
            let served = catalog
                .dataset(&said)
                .is_some_and(|there| there.ending.retired.is_none());
            if !served || said == *dataset {
                return Err(Error::Malformed(Malformed::Body(Text::new(
                    format!("Pengganti '{said}' belum diterbitkan. Terbitkan dahulu, atau sebut yang lain."),
                    format!("The successor '{said}' is not published. Publish it first, or name another."),
                ))));
            }
            return Ok(Some(said));
        }
        let own = catalog
            .dataset(dataset)
            .and_then(|there| there.current.contract.successor.clone());
        let next = || {
            let all = catalog.datasets();
            let mut later = all
                .iter()
                .filter(|there| there.id.opd == dataset.opd && there.id.name == dataset.name)
                .filter(|there| there.id.major > dataset.major && there.ending.retired.is_none());
            later.next().map(|there| (*there.id).clone())
        };
        Ok(own.or_else(next))
    }
}

impl Ending {
    /// In which state the published versions are.
    pub fn state(&self) -> State {
        match (self.retired, self.deprecated) {
            (Some(_), _) => State::Retired,
            (None, Some(_)) => State::Deprecated,
            (None, None) => State::Published,
        }
    }
}
