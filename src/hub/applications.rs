//! Applications of agencies, and their keys.
//!
//! A key is shown once, when it is made; afterwards it is named by its public part. Invariant: a key that was
//! revoked, or whose time is over, stops working on every hub within a second.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json;

use super::access::{checked_name, find_opd};
use super::{Actor, Hub, random};
use crate::access::ApiKey;
use crate::access::rules::Reach;
use crate::error::{Conflict, Error, Malformed, Result, Unknown};
use crate::store::applications::{ApplicationRow, KeyState, StoredTerms};
use crate::store::{self, DbConnection};
use crate::types::{Network, OpdCode, Text, Timestamp};

/// How long the old keys may go on beside a new one, in seconds: thirty days.
const MAX_OVERLAP: u32 = 30 * 86_400;
/// How many networks a key may name.
const MAX_NETWORKS: usize = 50;

/// An application as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct ApplicationView {
    /// Its number.
    pub id: i64,
    /// Its agency's code.
    pub opd: String,
    /// Its name.
    pub name: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// An application with a key that is shown this once.
#[derive(Debug, Clone, Serialize)]
pub struct NewApplication {
    /// The application's number.
    pub id: i64,
    /// Its agency's code.
    pub opd: String,
    /// Its name.
    pub name: String,
    /// The key; only its hash is stored.
    pub key: String,
}

/// What becomes of an application's other keys when it gets a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Others {
    /// They stay as they are.
    Keep,
    /// They end after so many seconds.
    EndAfter(u32),
}

/// On which terms a key is made.
#[derive(Debug, Clone)]
pub struct KeyTerms {
    /// What it is called.
    pub name: String,
    /// Until when it may be used; without a moment, until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// From where it may be used; from everywhere when none is named.
    pub networks: Vec<Network>,
    /// What becomes of the others.
    pub others: Others,
}

impl Default for KeyTerms {
    fn default() -> Self {
        KeyTerms {
            name: String::new(),
            expires_at: None,
            networks: Vec::new(),
            others: Others::EndAfter(0),
        }
    }
}

impl KeyTerms {
    fn check(&self, now: Timestamp) -> Result<()> {
        let fault = |name, indonesian: &'static str, english: &'static str| {
            Err(Error::Malformed(Malformed::Parameter(
                name,
                Text::new(indonesian, english),
            )))
        };
        if !self.name.is_empty() {
            checked_name(&self.name)?;
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            return fault("expires_at", "harus di masa depan.", "it must lie in the future.");
        }
        if self.networks.len() > MAX_NETWORKS {
            return fault("networks", "paling banyak 50 jaringan.", "at most 50 networks.");
        }
        if matches!(self.others, Others::EndAfter(seconds) if seconds > MAX_OVERLAP) {
            return fault("overlap_seconds", "paling lama 30 hari.", "at most 30 days.");
        }
        Ok(())
    }

    fn stored(&self) -> StoredTerms {
        let networks: Vec<String> = self.networks.iter().map(Network::to_string).collect();
        StoredTerms {
            name: self.name.clone(),
            expires_at: self.expires_at,
            networks: networks.join(","),
        }
    }
}

/// A key as it is shown: all but the secret.
#[derive(Debug, Clone, Serialize)]
pub struct KeyView {
    /// Its public part, by which it is named.
    pub key: String,
    /// What it is called.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it may be used.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to half a minute.
    pub last_used_at: Option<Timestamp>,
    /// From where it may be used; from everywhere when none is named.
    pub networks: Vec<String>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

impl From<KeyState> for KeyView {
    fn from(row: KeyState) -> Self {
        let networks = row.networks.split(',').filter(|network| !network.is_empty());
        KeyView {
            key: row.public_part,
            name: row.name,
            created_at: Timestamp(row.created_at),
            expires_at: row.expires_at.map(Timestamp),
            last_used_at: row.last_used_at.map(Timestamp),
            networks: networks.map(str::to_owned).collect(),
            revoked_at: row.revoked_at.map(Timestamp),
        }
    }
}

impl From<ApplicationRow> for ApplicationView {
    fn from(row: ApplicationRow) -> Self {
        ApplicationView {
            id: row.id,
            opd: row.opd,
            name: row.name,
            created_at: Timestamp(row.created_at),
        }
    }
}

impl Hub {
    /// Adds an application with a first key.
    ///
    /// # Errors
    /// Unknown where there is no such agency, a conflict when the name is taken.
    pub fn add_application(&self, actor: &Actor, opd: &OpdCode, name: &str) -> Result<NewApplication> {
        let name = checked_name(name)?;
        let key = fresh_key()?;
        let now = self.clock.now();
        let id = self.store.write(|connection| {
            let row = find_opd(connection, opd)?;
            if store::applications::find_named(connection, row.id, name)?.is_some() {
                return Err(Error::Conflict(Conflict::NameTaken(name.to_owned())));
            }
            let id = store::applications::insert(connection, row.id, name, now)?;
            store::applications::insert_key(connection, id, &key, &StoredTerms::default(), now)?;
            self.changed(
                connection,
                actor,
                "application.add",
                format!("{opd}/{name}"),
                None,
                None,
            )?;
            Ok(id)
        })?;
        self.refresh()?;
        Ok(NewApplication {
            id,
            opd: opd.to_string(),
            name: name.to_owned(),
            key: key.reveal().to_owned(),
        })
    }

    /// All applications, by agency and name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn applications(&self) -> Result<Vec<ApplicationView>> {
        Ok(self
            .store
            .read(store::applications::list)?
            .into_iter()
            .map(ApplicationView::from)
            .collect())
    }

    /// One application.
    ///
    /// # Errors
    /// Unknown where there is no such application.
    pub fn application(&self, id: i64) -> Result<ApplicationView> {
        self.store
            .read(|connection| find_application(connection, id))
            .map(ApplicationView::from)
    }

    /// One application, where it is within `reach`.
    ///
    /// # Errors
    /// Unknown where there is no such application, or none of theirs.
    pub fn application_within(&self, reach: &Reach, id: i64) -> Result<ApplicationView> {
        let application = self.application(id)?;
        match reach.covers(&application.opd) {
            true => Ok(application),
            false => Err(Error::Unknown(Unknown::Application(id.to_string()))),
        }
    }

    /// The keys of several applications that were not revoked, by application, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn standing_keys(&self, applications: &[i64]) -> Result<HashMap<i64, Vec<KeyView>>> {
        self.note_uses()?;
        let rows = self
            .store
            .read(|connection| store::applications::standing_keys(connection, applications))?;
        let mut keys: HashMap<i64, Vec<KeyView>> = HashMap::new();
        for (application, key) in rows {
            keys.entry(application).or_default().push(key.into());
        }
        Ok(keys)
    }

    /// Gives an application a new key in the place of all others.
    ///
    /// # Errors
    /// Unknown where there is no such application.
    pub fn rotate_key(&self, actor: &Actor, id: i64) -> Result<NewApplication> {
        self.new_key(actor, id, KeyTerms::default())
    }

    /// Gives an application a new key.
    ///
    /// # Errors
    /// Unknown where there is no such application; malformed when the terms make no sense.
    pub fn new_key(&self, actor: &Actor, id: i64, terms: KeyTerms) -> Result<NewApplication> {
        let key = fresh_key()?;
        let now = self.clock.now();
        terms.check(now)?;
        let row = self.store.write(|connection| {
            let row = find_application(connection, id)?;
            let name = match terms.others {
                Others::Keep => "application.key",
                Others::EndAfter(0) => {
                    store::applications::revoke_keys(connection, id, now)?;
                    "application.rotate"
                }
                Others::EndAfter(seconds) => {
                    let end = Timestamp(now.0.saturating_add(i64::from(seconds) * 1_000));
                    store::applications::end_keys(connection, id, end)?;
                    "application.rotate"
                }
            };
            store::applications::insert_key(connection, id, &key, &terms.stored(), now)?;
            let after = json!({
                "key": key.public_part(), "name": terms.name, "expires_at": terms.expires_at.map(|at| at.to_string()),
                "networks": terms.networks.iter().map(Network::to_string).collect::<Vec<_>>(),
            });
            let target = format!("{}/{}", row.opd, row.name);
            self.changed(connection, actor, name, target, None, Some(after.to_string()))?;
            Ok(row)
        })?;
        self.refresh()?;
        Ok(NewApplication {
            id,
            opd: row.opd,
            name: row.name,
            key: key.reveal().to_owned(),
        })
    }

    /// The keys of an application, the newest first, without their secrets.
    ///
    /// # Errors
    /// Unknown where there is no such application.
    pub fn keys(&self, id: i64) -> Result<Vec<KeyView>> {
        self.note_uses()?;
        self.store.read(|connection| {
            find_application(connection, id)?;
            let keys = store::applications::keys(connection, id)?;
            Ok(keys.into_iter().map(KeyView::from).collect())
        })
    }

    /// Revokes one key of an application, on all hubs.
    ///
    /// # Errors
    /// Unknown where the application has no such key that may still be used.
    pub fn revoke_key(&self, actor: &Actor, id: i64, key: &str) -> Result<()> {
        let now = self.clock.now();
        self.store.write(|connection| {
            let row = find_application(connection, id)?;
            if store::applications::revoke_key(connection, id, key, now)? == 0 {
                return Err(Error::Unknown(Unknown::Application(format!("{id}/{key}"))));
            }
            let target = format!("{}/{}", row.opd, row.name);
            let before = Some(json!({"key": key}).to_string());
            self.changed(connection, actor, "application.revoke", target, before, None)
        })?;
        self.refresh()
    }

    /// Writes down when keys were last used.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_uses(&self) -> Result<()> {
        let uses = self.catalog().take_uses();
        if uses.is_empty() {
            return Ok(());
        }
        self.store.write(|connection| {
            uses.iter()
                .try_for_each(|(key, at)| store::applications::set_used(connection, key, *at))
        })
    }

    /// Revokes all keys of an application and tells how many there were.
    ///
    /// # Errors
    /// Unknown where there is no such application.
    pub fn revoke_keys(&self, actor: &Actor, id: i64) -> Result<usize> {
        let now = self.clock.now();
        let revoked = self.store.write(|connection| {
            let row = find_application(connection, id)?;
            let revoked = store::applications::revoke_keys(connection, id, now)?;
            self.changed(
                connection,
                actor,
                "application.revoke",
                format!("{}/{}", row.opd, row.name),
                None,
                None,
            )?;
            Ok(revoked)
        })?;
        self.refresh()?;
        Ok(revoked)
    }
}

fn fresh_key() -> Result<ApiKey> {
    Ok(ApiKey::from_random(random()?, random()?))
}

fn find_application(connection: &mut DbConnection, id: i64) -> Result<ApplicationRow> {
    store::applications::find(connection, id)?
        .ok_or_else(|| Error::Unknown(Unknown::Application(id.to_string())))
}
