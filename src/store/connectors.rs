//! The table of connectors; credentials are among the secrets.

use diesel::prelude::*;

use super::schema::{connector, opd};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// A connector with its agency's code.
#[derive(Debug, Clone, Queryable)]
pub struct ConnectorRow {
    /// Its number.
    pub id: i64,
    /// Its agency's code.
    pub opd: String,
    /// Its name within the agency.
    pub name: String,
    /// How it is called, as JSON.
    pub settings: String,
    /// Rises with each change.
    pub revision: i64,
    /// Whether it may be called.
    pub enabled: bool,
    /// When it was added, in milliseconds since the epoch.
    pub created_at: i64,
    /// When it last answered.
    pub last_success_at: Option<i64>,
    /// When it last failed.
    pub last_failure_at: Option<i64>,
    /// How.
    pub last_failure: Option<String>,
}

/// What was last heard of a system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// When it last answered.
    pub success_at: Option<Timestamp>,
    /// When it last failed, and how.
    pub failure: Option<(Timestamp, String)>,
}

macro_rules! columns {
    () => {
        (
            connector::id,
            opd::code,
            connector::name,
            connector::settings,
            connector::revision,
            connector::enabled,
            connector::created_at,
            connector::last_success_at,
            connector::last_failure_at,
            connector::last_failure,
        )
    };
}

/// All connectors, by number.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<ConnectorRow>> {
    connector::table
        .inner_join(opd::table)
        .select(columns!())
        .order(connector::id)
        .load(connection)
        .map_err(unavailable)
}

/// The connector with this number.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, id: i64) -> Result<Option<ConnectorRow>> {
    connector::table
        .inner_join(opd::table)
        .filter(connector::id.eq(id))
        .select(columns!())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The number of an agency's connector with this name.
///
/// # Errors
/// When the database fails.
pub fn find_named(connection: &mut DbConnection, opd_id: i64, name: &str) -> Result<Option<i64>> {
    connector::table
        .filter(connector::opd_id.eq(opd_id))
        .filter(connector::name.eq(name))
        .select(connector::id)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Adds a connector and gives its number.
///
/// # Errors
/// When the database fails, also because the name is taken.
pub fn insert(
    connection: &mut DbConnection,
    opd_id: i64,
    name: &str,
    settings: &str,
    now: Timestamp,
) -> Result<i64> {
    diesel::insert_into(connector::table)
        .values((
            connector::opd_id.eq(opd_id),
            connector::name.eq(name),
            connector::settings.eq(settings),
            connector::revision.eq(1),
            connector::enabled.eq(true),
            connector::created_at.eq(now.0),
        ))
        .returning(connector::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Changes how a connector is called and whether it may be.
///
/// # Errors
/// When the database fails.
pub fn update(connection: &mut DbConnection, id: i64, settings: &str, enabled: bool) -> Result<()> {
    diesel::update(connector::table.find(id))
        .set((
            connector::settings.eq(settings),
            connector::enabled.eq(enabled),
            connector::revision.eq(connector::revision + 1),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Holds a connector's row to the end of the transaction; tells whether there is one.
///
/// # Errors
/// When the database fails.
pub fn hold(connection: &mut DbConnection, id: i64) -> Result<bool> {
    diesel::update(connector::table.find(id))
        .set(connector::enabled.eq(connector::enabled))
        .execute(connection)
        .map(|held| held > 0)
        .map_err(unavailable)
}

/// Removes a connector.
///
/// # Errors
/// When the database fails.
pub fn delete(connection: &mut DbConnection, id: i64) -> Result<()> {
    diesel::delete(connector::table.find(id))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Notes what was last heard of a system.
///
/// # Errors
/// When the database fails.
pub fn note(connection: &mut DbConnection, id: i64, heard: &Heard) -> Result<()> {
    if let Some(at) = heard.success_at {
        diesel::update(connector::table.find(id))
            .set(connector::last_success_at.eq(Some(at.0)))
            .execute(connection)?;
    }
    if let Some((at, how)) = &heard.failure {
        diesel::update(connector::table.find(id))
            .set((
                connector::last_failure_at.eq(Some(at.0)),
                connector::last_failure.eq(Some(how)),
            ))
            .execute(connection)?;
    }
    Ok(())
}
