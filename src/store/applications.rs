//! The tables of applications and their keys.

use diesel::prelude::*;

use super::schema::{api_key, application, opd};
use super::{DbConnection, unavailable};
use crate::access::ApiKey;
use crate::error::Result;
use crate::types::Timestamp;

/// An application with its agency's code.
#[derive(Debug, Clone, Queryable)]
pub struct ApplicationRow {
    /// Its number.
    pub id: i64,
    /// Its name within the agency.
    pub name: String,
    /// Its agency's code.
    pub opd: String,
    /// When it was added, in milliseconds since the epoch.
    pub created_at: i64,
}

/// A key that may be used now.
#[derive(Debug, Clone, Queryable)]
pub struct KeyRow {
    /// The part by which it is found.
    pub public_part: String,
    /// The SHA-256 of the whole key.
    pub hash: Vec<u8>,
    /// The application it belongs to.
    pub application_id: i64,
    /// That application's name.
    pub application: String,
    /// Its agency's code.
    pub opd: String,
}

/// All applications, by agency and name.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<ApplicationRow>> {
    application::table
        .inner_join(opd::table)
        .select((
            application::id,
            application::name,
            opd::code,
            application::created_at,
        ))
        .order((opd::code, application::name))
        .load(connection)
        .map_err(unavailable)
}

/// The application with this number.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, id: i64) -> Result<Option<ApplicationRow>> {
    application::table
        .inner_join(opd::table)
        .filter(application::id.eq(id))
        .select((
            application::id,
            application::name,
            opd::code,
            application::created_at,
        ))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The number of an agency's application with this name.
///
/// # Errors
/// When the database fails.
pub fn find_named(connection: &mut DbConnection, opd_id: i64, name: &str) -> Result<Option<i64>> {
    application::table
        .filter(application::opd_id.eq(opd_id))
        .filter(application::name.eq(name))
        .select(application::id)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Adds an application and gives its number.
///
/// # Errors
/// When the database fails, also because the name is taken.
pub fn insert(connection: &mut DbConnection, opd_id: i64, name: &str, now: Timestamp) -> Result<i64> {
    diesel::insert_into(application::table)
        .values((
            application::opd_id.eq(opd_id),
            application::name.eq(name),
            application::created_at.eq(now.0),
        ))
        .returning(application::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Adds a key to an application; only its hash is stored.
///
/// # Errors
/// When the database fails.
pub fn insert_key(
    connection: &mut DbConnection,
    application_id: i64,
    key: &ApiKey,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(api_key::table)
        .values((
            api_key::application_id.eq(application_id),
            api_key::public_part.eq(key.public_part()),
            api_key::hash.eq(key.hash().as_bytes()),
            api_key::created_at.eq(now.0),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Revokes all keys of an application and tells how many there were.
///
/// # Errors
/// When the database fails.
pub fn revoke_keys(connection: &mut DbConnection, application_id: i64, now: Timestamp) -> Result<usize> {
    diesel::update(
        api_key::table
            .filter(api_key::application_id.eq(application_id))
            .filter(api_key::revoked_at.is_null()),
    )
    .set(api_key::revoked_at.eq(Some(now.0)))
    .execute(connection)
    .map_err(unavailable)
}

/// All keys that may be used now.
///
/// # Errors
/// When the database fails.
pub fn usable_keys(connection: &mut DbConnection) -> Result<Vec<KeyRow>> {
    api_key::table
        .inner_join(application::table.inner_join(opd::table))
        .filter(api_key::revoked_at.is_null())
        .filter(opd::active.eq(true))
        .select((
            api_key::public_part,
            api_key::hash,
            application::id,
            application::name,
            opd::code,
        ))
        .load(connection)
        .map_err(unavailable)
}
