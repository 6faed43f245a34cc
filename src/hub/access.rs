//! Who calls, what they may do, and the agencies and applications behind them.

use std::net::IpAddr;
use std::sync::Arc;

use serde::Serialize;

use super::{Actor, Catalog, Dataset, Hub};
use crate::access::{AccessToken, ApiKey, Caller, KeyHash, Verdict, decide};
use crate::audit::Action;
use crate::error::{Conflict, Credentials, Error, Forbidden, Gone, Result, Unknown};
use crate::store::{self, DbConnection, opds::OpdRow};
use crate::types::{DatasetId, Environment, OpdCode, Pointer, Right, Timestamp};

/// The longest name of an agency or an application, in characters.
const MAX_NAME: usize = 200;

/// An agency as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct OpdView {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether its applications may call.
    pub active: bool,
    /// When it was added.
    pub created_at: Timestamp,
}

impl From<OpdRow> for OpdView {
    fn from(row: OpdRow) -> Self {
        OpdView {
            code: row.code,
            name: row.name,
            active: row.active,
            created_at: Timestamp(row.created_at),
        }
    }
}

impl Hub {
    /// Who stands behind a bearer token; without one, nobody.
    ///
    /// # Errors
    /// Unauthenticated when the token is no valid key or access token, or may not be used `from` there; 503 when
    /// that can't be told right now.
    pub fn authenticate(&self, token: Option<&str>, from: IpAddr) -> Result<Caller> {
        let Some(token) = token else {
            return Ok(Caller::Anonymous);
        };
        if let Some(key) = ApiKey::parse(token) {
            self.fresh()?;
            let catalog = self.catalog();
            let (hash, now) = (key.hash(), self.clock.now());
            let known = catalog.key(key.public_part());
            let known = known.filter(|known| known.hash.matches(&hash) && known.usable(now, from));
            let known = known.ok_or(Error::Unauthenticated(Credentials::Invalid))?;
            known.set_used(now);
            return Ok(Caller::Application(Arc::clone(&known.application)));
        }
        if let Some(token) = AccessToken::parse(token) {
            self.fresh()?;
            return self.bearer(&token, from);
        }
        match &self.admin_key {
            Some(expected) if expected.matches(&KeyHash::of(token)) => Ok(Caller::Management),
            _ => Err(Error::Unauthenticated(Credentials::Invalid)),
        }
    }

    /// The dataset, if the caller has the right to it, and the fields that may be read.
    ///
    /// # Errors
    /// Unauthenticated, unknown or forbidden, as the caller may know.
    pub fn authorize(
        &self,
        caller: &Caller,
        environment: Environment,
        id: &DatasetId,
        right: Right,
    ) -> Result<(Arc<Dataset>, Option<Vec<Pointer>>)> {
        let catalog: &Catalog = &self.catalog();
        let Some(dataset) = catalog.dataset_in(environment, id) else {
            return Err(hidden(caller, id));
        };
        self.permit(caller, dataset, right)
    }

    /// The dataset and the fields that may be read, if `caller` has `right` to it.
    ///
    /// # Errors
    /// As [`Hub::authorize`].
    pub fn permit(
        &self,
        caller: &Caller,
        dataset: &Arc<Dataset>,
        right: Right,
    ) -> Result<(Arc<Dataset>, Option<Vec<Pointer>>)> {
        let id = &*dataset.id;
        if let Caller::Application(application) = caller
            && let Some(scope) = &application.scope
            && !scope.names(id, right)
        {
            return Err(Error::Forbidden(Forbidden::Right(id.clone(), right)));
        }
        match decide(caller, &dataset.grants, right, self.today()) {
            Verdict::Allowed { .. } if dataset.ending.retired.is_some() => Err(Error::Gone(Gone::Retired {
                dataset: id.clone(),
                successor: dataset.ending.successor.clone(),
            })),
            Verdict::Allowed { fields } => Ok((Arc::clone(dataset), fields)),
            Verdict::Denied => Err(Error::Forbidden(Forbidden::Right(id.clone(), right))),
            Verdict::Hidden | Verdict::Anonymous => Err(hidden(caller, id)),
        }
    }

    /// The dataset, for whoever manages the hub.
    ///
    /// # Errors
    /// Unknown where none is published under this name.
    pub fn dataset(&self, id: &DatasetId) -> Result<Arc<Dataset>> {
        let catalog: &Catalog = &self.catalog();
        let unknown = || Error::Unknown(Unknown::Dataset(id.to_string()));
        catalog.dataset(id).map(Arc::clone).ok_or_else(unknown)
    }

    /// The dataset for trying, for whoever manages the hub.
    ///
    /// # Errors
    /// Unknown where none is agreed or published under this name.
    pub fn sandbox(&self, id: &DatasetId) -> Result<Arc<Dataset>> {
        let catalog: &Catalog = &self.catalog();
        let unknown = || Error::Unknown(Unknown::Dataset(id.to_string()));
        catalog
            .dataset_in(Environment::Sandbox, id)
            .map(Arc::clone)
            .ok_or_else(unknown)
    }

    /// Adds an agency.
    ///
    /// # Errors
    /// A conflict when the code is taken.
    pub fn add_opd(&self, actor: &Actor, code: &OpdCode, name: &str) -> Result<OpdView> {
        let name = checked_name(name)?;
        let now = self.clock.now();
        let row = self.store.write(|connection| {
            if store::opds::find(connection, code)?.is_some() {
                return Err(Error::Conflict(Conflict::NameTaken(code.to_string())));
            }
            let row = store::opds::insert(connection, code, name, now)?;
            self.changed(
                connection,
                actor,
                "opd.add",
                code.to_string(),
                None,
                Some(name.to_owned()),
            )?;
            Ok(row)
        })?;
        self.refresh()?;
        Ok(row.into())
    }

    /// All agencies, by code.
    ///
    /// # Errors
    /// When the database fails.
    pub fn opds(&self) -> Result<Vec<OpdView>> {
        Ok(self
            .store
            .read(store::opds::list)?
            .into_iter()
            .map(OpdView::from)
            .collect())
    }

    /// One agency.
    ///
    /// # Errors
    /// Unknown where there is no such agency.
    pub fn opd(&self, code: &OpdCode) -> Result<OpdView> {
        self.store
            .read(|connection| find_opd(connection, code))
            .map(OpdView::from)
    }

    /// Changes an agency's name, or whether its applications may call; the sessions of its people end
    /// when it is deactivated.
    ///
    /// # Errors
    /// Unknown where there is no such agency.
    pub fn change_opd(
        &self,
        actor: &Actor,
        code: &OpdCode,
        name: Option<&str>,
        active: Option<bool>,
    ) -> Result<OpdView> {
        let name = name.map(checked_name).transpose()?;
        let row = self.store.write(|connection| {
            let row = store::opds::lock(connection, code)?;
            let mut row = row.ok_or_else(|| Error::Unknown(Unknown::Opd(code.to_string())))?;
            let before = format!("{} {}", row.name, row.active);
            row.name = name.map_or(row.name, str::to_owned);
            row.active = active.unwrap_or(row.active);
            store::opds::update(connection, row.id, &row.name, row.active)?;
            if !row.active {
                store::people::lock_of(connection, row.id)?;
                store::sessions::delete_of_opd(connection, row.id)?;
            }
            let after = format!("{} {}", row.name, row.active);
            self.changed(
                connection,
                actor,
                "opd.change",
                code.to_string(),
                Some(before),
                Some(after),
            )?;
            Ok(row)
        })?;
        self.refresh()?;
        Ok(row.into())
    }

    /// Logs a change of management and lets all hubs know; part of the transaction that makes it.
    pub(super) fn changed(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        name: &'static str,
        target: String,
        before: Option<String>,
        after: Option<String>,
    ) -> Result<()> {
        store::audit::insert(
            connection,
            &Action {
                actor: actor.0.as_str().into(),
                name,
                target,
                before,
                after,
            },
            self.clock.now(),
        )?;
        store::revision::raise(connection)
    }
}

/// What somebody is told of a dataset of which they must not know.
fn hidden(caller: &Caller, id: &DatasetId) -> Error {
    match caller {
        Caller::Anonymous => Error::Unauthenticated(Credentials::Missing),
        Caller::Application(_) | Caller::Person(_) | Caller::Management => {
            Error::Unknown(Unknown::Dataset(id.to_string()))
        }
    }
}

pub(super) fn find_opd(connection: &mut DbConnection, code: &OpdCode) -> Result<OpdRow> {
    store::opds::find(connection, code)?.ok_or_else(|| Error::Unknown(Unknown::Opd(code.to_string())))
}

/// A name for people: not empty, not endless, no control characters.
pub(super) fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        let text = crate::types::Text::new(
            format!("Nama harus 1 sampai {MAX_NAME} karakter."),
            format!("A name must have 1 to {MAX_NAME} characters."),
        );
        return Err(Error::Malformed(crate::error::Malformed::Body(text)));
    }
    Ok(name)
}
