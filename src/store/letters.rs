//! The register of incoming letters, and their dispositions.
//!
//! Invariant: a letter is registered once: its sender, number and date name it.

use diesel::prelude::*;

use super::schema::{disposition, integration_party, letter};
use super::{DbConnection, opds, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// A letter.
#[derive(Debug, Clone, Queryable)]
pub struct LetterRow {
    /// Its number here.
    pub id: i64,
    /// The number that its sender gave it.
    pub number: String,
    /// Its date.
    pub dated: String,
    /// What it is about.
    pub subject: String,
    /// How it is to be handled.
    pub nature: Option<String>,
    /// Who sent it.
    pub origin: String,
    /// Its number in the office's agenda.
    pub agenda_number: Option<String>,
    /// The day on which it came in.
    pub received_on: String,
    /// The integration that it belongs to.
    pub integration_id: Option<i64>,
    /// Who registered it, as the audit log names them.
    pub added_by: String,
    /// When, in milliseconds since the epoch.
    pub added_at: i64,
}

/// A letter to be registered.
#[derive(Debug)]
pub struct NewLetter<'a> {
    /// The number that its sender gave it.
    pub number: &'a str,
    /// Its date.
    pub dated: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// How it is to be handled.
    pub nature: Option<&'a str>,
    /// Who sent it.
    pub origin: &'a str,
    /// Its number in the office's agenda.
    pub agenda_number: Option<&'a str>,
    /// The day on which it came in.
    pub received_on: &'a str,
    /// The integration that it belongs to.
    pub integration_id: Option<i64>,
}

/// A disposition.
#[derive(Debug, Clone, Queryable)]
pub struct DispositionRow {
    /// Its number.
    pub id: i64,
    /// The letter that it is about.
    pub letter_id: i64,
    /// Who says so.
    pub sender: String,
    /// Who is told.
    pub receiver: String,
    /// On which day.
    pub dated: String,
    /// What to do.
    pub instruction: String,
    /// Until when.
    pub due: Option<String>,
    /// Who wrote it down, as the audit log names them.
    pub added_by: String,
    /// When, in milliseconds since the epoch.
    pub added_at: i64,
}

/// A disposition to be written down.
#[derive(Debug)]
pub struct NewDisposition<'a> {
    /// Who says so.
    pub sender: &'a str,
    /// Who is told.
    pub receiver: &'a str,
    /// On which day.
    pub dated: &'a str,
    /// What to do.
    pub instruction: &'a str,
    /// Until when.
    pub due: Option<&'a str>,
}

/// Registers a letter and gives its number here.
///
/// # Errors
/// When the database fails, also because it is registered already.
pub fn insert(connection: &mut DbConnection, new: &NewLetter<'_>, by: &str, now: Timestamp) -> Result<i64> {
    diesel::insert_into(letter::table)
        .values((
            letter::number.eq(new.number),
            letter::dated.eq(new.dated),
            letter::subject.eq(new.subject),
            letter::nature.eq(new.nature),
            letter::origin.eq(new.origin),
            letter::agenda_number.eq(new.agenda_number),
            letter::received_on.eq(new.received_on),
            letter::integration_id.eq(new.integration_id),
            letter::added_by.eq(by),
            letter::added_at.eq(now.0),
        ))
        .returning(letter::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Whether a letter of this sender, number and date is registered.
///
/// # Errors
/// When the database fails.
pub fn is_registered(connection: &mut DbConnection, origin: &str, number: &str, dated: &str) -> Result<bool> {
    let found: Option<i64> = letter::table
        .filter(letter::origin.eq(origin))
        .filter(letter::number.eq(number))
        .filter(letter::dated.eq(dated))
        .select(letter::id)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

/// At most `limit` letters below the number `below`, the latest first; of the integrations of one agency alone, where one
/// is meant.
///
/// # Errors
/// When the database fails.
pub fn page(
    connection: &mut DbConnection,
    below: i64,
    party: Option<&str>,
    limit: i64,
) -> Result<Vec<LetterRow>> {
    let mut rows = letter::table.filter(letter::id.lt(below)).into_boxed();
    if let Some(code) = party {
        let of_party = integration_party::table
            .filter(integration_party::opd_id.eq(opds::number(connection, code)?))
            .select(integration_party::integration_id.nullable());
        rows = rows.filter(letter::integration_id.eq_any(of_party));
    }
    rows.order(letter::id.desc())
        .limit(limit)
        .load(connection)
        .map_err(unavailable)
}

/// The letters of an integration, in the order in which they were registered.
///
/// # Errors
/// When the database fails.
pub fn of_integration(connection: &mut DbConnection, integration: i64) -> Result<Vec<LetterRow>> {
    letter::table
        .filter(letter::integration_id.eq(integration))
        .order(letter::id)
        .load(connection)
        .map_err(unavailable)
}

/// The letter with this number, locked to the end of the transaction.
///
/// # Errors
/// When the database fails.
pub fn lock(connection: &mut DbConnection, id: i64) -> Result<Option<LetterRow>> {
    diesel::update(letter::table.filter(letter::id.eq(id)))
        .set(letter::subject.eq(letter::subject))
        .execute(connection)?;
    find(connection, id)
}

/// The letter with this number.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, id: i64) -> Result<Option<LetterRow>> {
    letter::table
        .filter(letter::id.eq(id))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Says to which integration a letter belongs.
///
/// # Errors
/// When the database fails.
pub fn link(connection: &mut DbConnection, id: i64, integration: i64) -> Result<()> {
    diesel::update(letter::table.filter(letter::id.eq(id)))
        .set(letter::integration_id.eq(Some(integration)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Writes down a disposition and gives its number.
///
/// # Errors
/// When the database fails.
pub fn dispose(
    connection: &mut DbConnection,
    letter: i64,
    new: &NewDisposition<'_>,
    by: &str,
    now: Timestamp,
) -> Result<i64> {
    diesel::insert_into(disposition::table)
        .values((
            disposition::letter_id.eq(letter),
            disposition::sender.eq(new.sender),
            disposition::receiver.eq(new.receiver),
            disposition::dated.eq(new.dated),
            disposition::instruction.eq(new.instruction),
            disposition::due.eq(new.due),
            disposition::added_by.eq(by),
            disposition::added_at.eq(now.0),
        ))
        .returning(disposition::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// The dispositions of these letters, oldest first.
///
/// # Errors
/// When the database fails.
pub fn dispositions(connection: &mut DbConnection, letters: &[i64]) -> Result<Vec<DispositionRow>> {
    disposition::table
        .filter(disposition::letter_id.eq_any(letters))
        .order(disposition::id)
        .load(connection)
        .map_err(unavailable)
}
