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
    /// Until when it may be used, in milliseconds since the epoch.
    pub expires_at: Option<i64>,
    /// From where it may be used, by commas; from everywhere when empty.
    pub networks: String,
}

/// A key with all that is known of it but its hash.
#[derive(Debug, Clone, Queryable)]
pub struct KeyState {
    /// The part by which it is found.
    pub public_part: String,
    /// What it is called.
    pub name: String,
    /// When it was made, in milliseconds since the epoch.
    pub created_at: i64,
    /// Until when it may be used.
    pub expires_at: Option<i64>,
    /// When it was last used.
    pub last_used_at: Option<i64>,
    /// From where it may be used, by commas.
    pub networks: String,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

/// The terms of a key as they are stored.
#[derive(Debug, Clone, Default)]
pub struct StoredTerms {
    /// What it is called.
    pub name: String,
    /// Until when it may be used.
    pub expires_at: Option<Timestamp>,
    /// From where it may be used, by commas.
    pub networks: String,
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
    terms: &StoredTerms,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(api_key::table)
        .values((
            api_key::application_id.eq(application_id),
            api_key::public_part.eq(key.public_part()),
            api_key::hash.eq(key.hash().as_bytes()),
            api_key::created_at.eq(now.0),
            api_key::name.eq(&terms.name),
            api_key::expires_at.eq(terms.expires_at.map(|at| at.0)),
            api_key::networks.eq(&terms.networks),
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
            api_key::expires_at,
            api_key::networks,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// The columns of a [`KeyState`].
macro_rules! key_columns {
    () => {
        (
            api_key::public_part,
            api_key::name,
            api_key::created_at,
            api_key::expires_at,
            api_key::last_used_at,
            api_key::networks,
            api_key::revoked_at,
        )
    };
}

/// The keys of these applications that were not revoked, with the number of their application, the newest first.
///
/// # Errors
/// When the database fails.
pub fn standing_keys(connection: &mut DbConnection, applications: &[i64]) -> Result<Vec<(i64, KeyState)>> {
    api_key::table
        .filter(api_key::application_id.eq_any(applications))
        .filter(api_key::revoked_at.is_null())
        .order(api_key::id.desc())
        .select((api_key::application_id, key_columns!()))
        .load(connection)
        .map_err(unavailable)
}

/// All keys of an application, the newest first.
///
/// # Errors
/// When the database fails.
pub fn keys(connection: &mut DbConnection, application_id: i64) -> Result<Vec<KeyState>> {
    api_key::table
        .filter(api_key::application_id.eq(application_id))
        .order(api_key::id.desc())
        .select(key_columns!())
        .load(connection)
        .map_err(unavailable)
}

/// Lets all keys of an application that may be used end at `end`, unless they end before.
///
/// # Errors
/// When the database fails.
pub fn end_keys(connection: &mut DbConnection, application_id: i64, end: Timestamp) -> Result<usize> {
    diesel::update(
        api_key::table
            .filter(api_key::application_id.eq(application_id))
            .filter(api_key::revoked_at.is_null())
            .filter(
                api_key::expires_at
                    .is_null()
                    .or(api_key::expires_at.gt(end.0).assume_not_null()),
            ),
    )
    .set(api_key::expires_at.eq(Some(end.0)))
    .execute(connection)
    .map_err(unavailable)
}

/// Revokes one key of an application; tells whether there was one.
///
/// # Errors
/// When the database fails.
pub fn revoke_key(
    connection: &mut DbConnection,
    application_id: i64,
    public_part: &str,
    now: Timestamp,
) -> Result<usize> {
    diesel::update(
        api_key::table
            .filter(api_key::application_id.eq(application_id))
            .filter(api_key::public_part.eq(public_part))
            .filter(api_key::revoked_at.is_null()),
    )
    .set(api_key::revoked_at.eq(Some(now.0)))
    .execute(connection)
    .map_err(unavailable)
}

/// Notes that a key was used; an earlier moment than is known changes nothing.
///
/// # Errors
/// When the database fails.
pub fn set_used(connection: &mut DbConnection, public_part: &str, at: Timestamp) -> Result<()> {
    diesel::update(
        api_key::table
            .filter(api_key::public_part.eq(public_part))
            .filter(
                api_key::last_used_at
                    .is_null()
                    .or(api_key::last_used_at.lt(at.0).assume_not_null()),
            ),
    )
    .set(api_key::last_used_at.eq(Some(at.0)))
    .execute(connection)
    .map_err(unavailable)?;
    Ok(())
}
