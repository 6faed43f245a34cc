//! The table of agencies.

use diesel::prelude::*;

use super::schema::opd;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{OpdCode, Timestamp};

/// A row: an agency.
#[derive(Debug, Clone, Queryable)]
pub struct OpdRow {
    /// Its number.
    pub id: i64,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether its applications may call.
    pub active: bool,
    /// When it was added, in milliseconds since the epoch.
    pub created_at: i64,
}

/// All agencies, by code.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<OpdRow>> {
    opd::table.order(opd::code).load(connection).map_err(unavailable)
}

/// The agency with this code.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, code: &OpdCode) -> Result<Option<OpdRow>> {
    opd::table
        .filter(opd::code.eq(code.as_str()))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The number of one, looked up before a query that asks by it: PostgreSQL plans well by the number alone, and joins all
/// rows of every agency's by a code. 0, which none has, where there is no such agency.
///
/// # Errors
/// When the database fails.
pub fn number(connection: &mut DbConnection, code: &str) -> Result<i64> {
    let number: Option<i64> = opd::table
        .filter(opd::code.eq(code))
        .select(opd::id)
        .first(connection)
        .optional()?;
    Ok(number.unwrap_or_default())
}

/// The agency with this code as it stands, locked to the end of the transaction.
///
/// # Errors
/// When the database fails.
pub fn lock(connection: &mut DbConnection, code: &OpdCode) -> Result<Option<OpdRow>> {
    diesel::update(opd::table.filter(opd::code.eq(code.as_str())))
        .set(opd::active.eq(opd::active))
        .execute(connection)?;
    find(connection, code)
}

/// Adds an agency.
///
/// # Errors
/// When the database fails, also because the code is taken.
pub fn insert(connection: &mut DbConnection, code: &OpdCode, name: &str, now: Timestamp) -> Result<OpdRow> {
    diesel::insert_into(opd::table)
        .values((
            opd::code.eq(code.as_str()),
            opd::name.eq(name),
            opd::active.eq(true),
            opd::created_at.eq(now.0),
        ))
        .execute(connection)?;
    opd::table
        .filter(opd::code.eq(code.as_str()))
        .first(connection)
        .map_err(unavailable)
}

/// Changes an agency's name and whether it is active.
///
/// # Errors
/// When the database fails.
pub fn update(connection: &mut DbConnection, id: i64, name: &str, active: bool) -> Result<()> {
    diesel::update(opd::table.filter(opd::id.eq(id)))
        .set((opd::name.eq(name), opd::active.eq(active)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
