//! The table of people.
//!
//! Invariant: a person's row is never deleted, so that a log can always be read.

use diesel::prelude::*;

use super::schema::{assignment, opd, person};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// A person, with the agency they belong to.
#[derive(Debug, Clone, Queryable)]
pub struct PersonRow {
    /// Their number.
    pub id: i64,
    /// The name by which they sign in.
    pub name: String,
    /// What they are called.
    pub full_name: String,
    /// Their number as a civil servant.
    pub nip: Option<String>,
    /// Their rank.
    pub grade: Option<String>,
    /// Their office.
    pub office: Option<String>,
    /// Whether they may sign in.
    pub active: bool,
    /// What is kept of their password.
    pub password: String,
    /// When they were added, in milliseconds since the epoch.
    pub created_at: i64,
    /// The number of their agency.
    pub opd_id: Option<i64>,
    /// Its code.
    pub opd: Option<String>,
    /// Whether it is active.
    pub opd_active: Option<bool>,
}

/// What a person is called and where they belong.
#[derive(Debug)]
pub struct Details<'a> {
    /// What they are called.
    pub full_name: &'a str,
    /// Their number as a civil servant.
    pub nip: Option<&'a str>,
    /// Their rank.
    pub grade: Option<&'a str>,
    /// Their office.
    pub office: Option<&'a str>,
    /// The number of their agency.
    pub opd_id: Option<i64>,
}

macro_rules! columns {
    () => {
        (
            person::id,
            person::name,
            person::full_name,
            person::nip,
            person::grade,
            person::office,
            person::active,
            person::password,
            person::created_at,
            person::opd_id,
            opd::code.nullable(),
            opd::active.nullable(),
        )
    };
}

/// All people, by name.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<PersonRow>> {
    person::table
        .left_join(opd::table)
        .select(columns!())
        .order(person::name)
        .load(connection)
        .map_err(unavailable)
}

/// The person who signs in by this name.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, name: &str) -> Result<Option<PersonRow>> {
    person::table
        .left_join(opd::table)
        .filter(person::name.eq(name))
        .select(columns!())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The person with this number.
///
/// # Errors
/// When the database fails.
pub fn get(connection: &mut DbConnection, id: i64) -> Result<Option<PersonRow>> {
    person::table
        .left_join(opd::table)
        .filter(person::id.eq(id))
        .select(columns!())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Whether somebody who may sign in holds `role` for the agency `code` on the day `today`.
///
/// # Errors
/// When the database fails.
pub fn speaks_for(connection: &mut DbConnection, code: &str, role: &str, today: &str) -> Result<bool> {
    let held = assignment::table
        .filter(assignment::person_id.eq(person::id))
        .filter(assignment::role.eq(role))
        .filter(assignment::ended_at.is_null())
        .filter(assignment::valid_from.le(today))
        .filter(
            assignment::valid_until
                .is_null()
                .or(assignment::valid_until.ge(today)),
        );
    let speaks = person::table
        .inner_join(opd::table)
        .filter(opd::code.eq(code))
        .filter(opd::active.eq(true))
        .filter(person::active.eq(true))
        .filter(diesel::dsl::exists(held));
    diesel::select(diesel::dsl::exists(speaks))
        .get_result(connection)
        .map_err(unavailable)
}

/// Adds a person, who may sign in, and gives their number.
///
/// # Errors
/// When the database fails, also because the name is taken.
pub fn insert(
    connection: &mut DbConnection,
    name: &str,
    details: &Details<'_>,
    password: &str,
    now: Timestamp,
) -> Result<i64> {
    diesel::insert_into(person::table)
        .values((
            person::name.eq(name),
            person::full_name.eq(details.full_name),
            person::nip.eq(details.nip),
            person::grade.eq(details.grade),
            person::office.eq(details.office),
            person::opd_id.eq(details.opd_id),
            person::active.eq(true),
            person::password.eq(password),
            person::created_at.eq(now.0),
        ))
        .returning(person::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Changes what a person is called and where they belong.
///
/// # Errors
/// When the database fails.
pub fn update(connection: &mut DbConnection, id: i64, details: &Details<'_>) -> Result<()> {
    diesel::update(person::table.filter(person::id.eq(id)))
        .set((
            person::full_name.eq(details.full_name),
            person::nip.eq(details.nip),
            person::grade.eq(details.grade),
            person::office.eq(details.office),
            person::opd_id.eq(details.opd_id),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Says whether a person may sign in.
///
/// # Errors
/// When the database fails.
pub fn set_active(connection: &mut DbConnection, id: i64, active: bool) -> Result<()> {
    diesel::update(person::table.filter(person::id.eq(id)))
        .set(person::active.eq(active))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Gives a person another password.
///
/// # Errors
/// When the database fails.
pub fn set_password(connection: &mut DbConnection, id: i64, password: &str) -> Result<()> {
    diesel::update(person::table.filter(person::id.eq(id)))
        .set(person::password.eq(password))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// The person with this number as they stand, locked to the end of the transaction: nobody else changes
/// them, or begins a session of theirs, beside it.
///
/// # Errors
/// When the database fails.
pub fn lock(connection: &mut DbConnection, id: i64) -> Result<Option<PersonRow>> {
    diesel::update(person::table.filter(person::id.eq(id)))
        .set(person::active.eq(person::active))
        .execute(connection)?;
    get(connection, id)
}

/// Locks the people of an agency to the end of the transaction.
///
/// # Errors
/// When the database fails.
pub fn lock_of(connection: &mut DbConnection, opd_id: i64) -> Result<()> {
    diesel::update(person::table.filter(person::opd_id.eq(opd_id)))
        .set(person::active.eq(person::active))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
