//! Connectors: registered, changed, switched, shown.
//!
//! Not here: calling them ([`ask`]), what a running hub knows of each ([`system`]). Invariant: a credential
//! is written and never shown, and is kept encrypted under the connector's number.

mod ask;
mod credential;
mod room;
mod system;
mod trial;
mod uses;

pub use ask::Answered;
pub(super) use room::{AnswerPlace, AnswerRoom};
pub use system::{Heard, System};
pub(super) use system::{MAX_WAIT as MAX_TURN_WAIT, Systems};
pub use trial::{Trial, TrialRequest};
pub(super) use uses::hold_connector;

use serde_json::json;

use super::access::{checked_name, find_opd};
use super::{Actor, Hub};
use crate::access::rules::Reach;
use crate::connector::{BreakerState, Connector, Settings};
use crate::error::{Conflict, Error, Finding, Result, Unknown};
use crate::outbound::{Lines, Trust};
use crate::store::connectors::ConnectorRow;
use crate::store::{self, DbConnection};
use crate::types::{OpdCode, SecretBytes, Text, Timestamp};

/// A connector as it is shown.
#[derive(Debug, Clone)]
pub struct ConnectorView {
    /// The connector.
    pub connector: Connector,
    /// Whether a credential is kept for it.
    pub has_credential: bool,
    /// When it was added.
    pub created_at: Timestamp,
    /// What its breaker says, on this hub.
    pub breaker: BreakerState,
    /// What was last heard of its system, by any hub.
    pub heard: Heard,
}

/// A connector as an operator writes it.
#[derive(Debug, Clone)]
pub struct NewConnector {
    /// The agency whose system it reaches.
    pub opd: OpdCode,
    /// Its name.
    pub name: String,
    /// How it is called.
    pub settings: Settings,
    /// The secret that `auth` needs.
    pub credential: Option<SecretBytes>,
}

/// What is to be changed; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct ConnectorChange {
    /// How it is called, all of it.
    pub settings: Option<Settings>,
    /// A new credential.
    pub credential: Option<SecretBytes>,
    /// Whether it may be called.
    pub enabled: Option<bool>,
}

impl Hub {
    /// The clients of one thread that calls other systems.
    pub fn lines(&self) -> Lines {
        Lines::new(self.trust.clone())
    }

    /// Adds a connector.
    ///
    /// # Errors
    /// Unknown where there is no such agency, faulty when the settings can't be used, a conflict when the name
    /// is taken.
    pub fn add_connector(&self, actor: &Actor, new: &NewConnector) -> Result<ConnectorView> {
        let name = checked_name(&new.name)?;
        check(&new.settings, new.credential.is_some(), false)?;
        let settings = written(&new.settings)?;
        let id = self.store.write(|connection| {
            let opd = find_opd(connection, &new.opd)?;
            if store::connectors::find_named(connection, opd.id, name)?.is_some() {
                return Err(Error::Conflict(Conflict::NameTaken(name.to_owned())));
            }
            let id = store::connectors::insert(connection, opd.id, name, &settings, self.clock.now())?;
            self.keep_credential(connection, id, new.credential.as_ref())?;
            let target = format!("{}/{name}", new.opd);
            self.changed(
                connection,
                actor,
                "connector.add",
                target,
                None,
                Some(settings.clone()),
            )?;
            Ok(id)
        })?;
        self.refresh()?;
        self.connector(id)
    }

    /// Changes a connector. Its breaker closes, on all hubs.
    ///
    /// # Errors
    /// Unknown where there is none, faulty when the settings can't be used.
    pub fn change_connector(
        &self,
        actor: &Actor,
        id: i64,
        change: &ConnectorChange,
    ) -> Result<ConnectorView> {
        self.store.write(|connection| {
            let row = find(connection, id)?;
            let before = read(&row)?;
            let settings = change.settings.as_ref().unwrap_or(&before.settings);
            let kept = store::secrets::find(connection, &credential::name(id))?.is_some();
            let stays = settings.shows_credentials_as(&before.settings);
            check(settings, change.credential.is_some() || (kept && stays), kept)?;
            if !stays {
                // What was given for one place is not shown at another, now or after a further change.
                store::secrets::delete(connection, &credential::name(id))?;
            }
            let enabled = change.enabled.unwrap_or(before.enabled);
            let settings = written(settings)?;
            store::connectors::update(connection, id, &settings, enabled)?;
            self.keep_credential(connection, id, change.credential.as_ref())?;
            let shown = |settings: &str, enabled: bool, new_credential: bool| {
                let settings: serde_json::Value = serde_json::from_str(settings).unwrap_or_default();
                Some(
                    json!({"settings": settings, "enabled": enabled, "new_credential": new_credential})
                        .to_string(),
                )
            };
            let old = shown(&row.settings, row.enabled, false);
            let new = shown(&settings, enabled, change.credential.is_some());
            self.changed(connection, actor, "connector.change", before.address(), old, new)
        })?;
        self.refresh()?;
        self.connector(id)
    }

    /// Removes a connector and its credential.
    ///
    /// # Errors
    /// Unknown where there is none, a conflict while something reaches its system through it.
    pub fn delete_connector(&self, actor: &Actor, id: i64) -> Result<()> {
        self.store.write(|connection| {
            let row = find(connection, id)?;
            let connector = read(&row)?;
            hold_connector(connection, id)?;
            self.refuse_in_use(connection, &connector)?;
            store::connectors::delete(connection, id)?;
            store::secrets::delete(connection, &credential::name(id))?;
            self.changed(
                connection,
                actor,
                "connector.delete",
                connector.address(),
                Some(row.settings),
                None,
            )
        })?;
        self.refresh()
    }

    /// All connectors that this hub can read, by number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn connectors(&self) -> Result<Vec<ConnectorView>> {
        self.note_heard()?;
        let (rows, secrets) = self.store.read_at_once(|connection| {
            Ok((
                store::connectors::list(connection)?,
                store::secrets::names(connection)?,
            ))
        })?;
        let view = |row: &ConnectorRow| self.connector_view(row, secrets.contains(&credential::name(row.id)));
        // One that a newer hub wrote must not take the others down.
        let readable = rows.iter().filter_map(|row| {
            view(row)
                .inspect_err(|error| tracing::error!(cause = error.cause(), "a connector can't be shown"))
                .ok()
        });
        Ok(readable.collect())
    }

    /// One connector.
    ///
    /// # Errors
    /// Unknown where there is none.
    pub fn connector(&self, id: i64) -> Result<ConnectorView> {
        self.note_heard()?;
        let (row, kept) = self.store.read(|connection| {
            let row = find(connection, id)?;
            Ok((
                row,
                store::secrets::find(connection, &credential::name(id))?.is_some(),
            ))
        })?;
        self.connector_view(&row, kept)
    }

    /// One connector, where its agency is within `reach`.
    ///
    /// # Errors
    /// Unknown where there is none, or none of theirs.
    pub fn connector_within(&self, reach: &Reach, id: i64) -> Result<ConnectorView> {
        let view = self.connector(id)?;
        match reach.covers(view.connector.opd.as_str()) {
            true => Ok(view),
            false => Err(Error::Unknown(Unknown::Connector(id.to_string()))),
        }
    }

    fn connector_view(&self, row: &ConnectorRow, has_credential: bool) -> Result<ConnectorView> {
        let connector = read(row)?;
        let system = self.systems.load().get(row.id).cloned();
        let now = self.clock.now();
        Ok(ConnectorView {
            breaker: system.map_or(BreakerState::Closed, |system| system.breaker(now)),
            connector,
            has_credential,
            created_at: Timestamp(row.created_at),
            heard: heard(row),
        })
    }

    /// Writes down what was last heard of other systems.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_heard(&self) -> Result<()> {
        let heard = self.systems.load().take_heard();
        if heard.is_empty() {
            return Ok(());
        }
        self.store.write(|connection| {
            heard
                .iter()
                .try_for_each(|(id, heard)| store::connectors::note(connection, *id, heard))
        })
    }
}

/// Refuses settings that could not be used; `had_credential` when one was given for what they replace.
fn check(settings: &Settings, has_credential: bool, had_credential: bool) -> Result<()> {
    let mut faults = settings.check();
    if settings.auth.needs_credential() && !has_credential {
        let text = match had_credential {
            false => Text::new("auth ini memerlukan credential.", "this auth needs a credential."),
            true => Text::new(
                "base_url atau token_url pindah ke tempat lain; credential lama tidak ditunjukkan di sana. Kirim credential baru.",
                "base_url or token_url moves to another place, where the credential of before is not shown. Send a new one.",
            ),
        };
        faults.push(("/credential".into(), text));
    }
    if let Some(pem) = &settings.ca_certificates
        && let Err(cause) = Trust::check(pem)
    {
        let text = Text::new(
            format!("sertifikat tidak dapat dipakai: {cause}."),
            format!("the certificates can't be used: {cause}."),
        );
        faults.push(("/ca_certificates".into(), text));
    }
    let finding = |(pointer, message)| Finding {
        pointer,
        place: None,
        code: "connector-setting",
        message,
    };
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Error::Faulty(faults.into_iter().map(finding).collect())),
    }
}

fn written(settings: &Settings) -> Result<String> {
    serde_json::to_string(settings).map_err(|error| Error::Internal(error.to_string()))
}

/// A row as a connector.
fn read(row: &ConnectorRow) -> Result<Connector> {
    let damaged = |cause: String| Error::Internal(format!("connector {} is damaged: {cause}", row.id));
    Ok(Connector {
        id: row.id,
        opd: row.opd.parse().map_err(|_| damaged("its agency's code".into()))?,
        name: row.name.clone(),
        revision: row.revision,
        enabled: row.enabled,
        settings: serde_json::from_str(&row.settings).map_err(|error| damaged(error.to_string()))?,
    })
}

fn heard(row: &ConnectorRow) -> Heard {
    Heard {
        success_at: row.last_success_at.map(Timestamp),
        failure: row.last_failure_at.map(Timestamp).zip(row.last_failure.clone()),
    }
}

fn find(connection: &mut DbConnection, id: i64) -> Result<ConnectorRow> {
    store::connectors::find(connection, id)?.ok_or_else(|| Error::Unknown(Unknown::Connector(id.to_string())))
}
