//! The table of spreadsheets that were sent: how far the hub is with each, and what came of it.
//!
//! Not here: what stands in them. Invariant: what ended is never said to go on.

use diesel::prelude::*;

use super::schema::sheet_run;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// A spreadsheet, in the order of the columns.
#[derive(Debug, Clone, Queryable)]
pub struct SheetRunRow {
    /// Its number.
    pub id: i64,
    /// The number of the person who sent it.
    pub person_id: i64,
    /// The dataset.
    pub dataset: String,
    /// What the file was called.
    pub name: String,
    /// Its entry in the log of exchanges.
    pub exchange_id: Vec<u8>,
    /// When it was sent.
    pub begun_at: i64,
    /// When it was last said how far it is.
    pub progress_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Why it did not go to its end, as JSON.
    pub reason: Option<String>,
    /// How many rows it has.
    pub total: i64,
    /// How many were taken from it.
    pub taken: i64,
    /// New records.
    pub created: i64,
    /// Changed records.
    pub updated: i64,
    /// Records that stood so already.
    pub unchanged: i64,
    /// Refused rows.
    pub rejected: i64,
    /// Refused payloads that were corrected.
    pub repaired: i64,
    /// Corrections that were refused again, as JSON.
    pub uncorrected: Option<String>,
}

/// One that begins.
#[derive(Debug, Insertable)]
#[diesel(table_name = sheet_run, treat_none_as_default_value = false)]
pub struct NewSheetRun<'r> {
    /// The number of the person who sent it.
    pub person_id: i64,
    /// The dataset.
    pub dataset: &'r str,
    /// What the file was called.
    pub name: &'r str,
    /// Its entry in the log of exchanges.
    pub exchange_id: &'r [u8],
    /// When it was sent.
    pub begun_at: i64,
    /// The same.
    pub progress_at: i64,
    /// How many rows it has.
    pub total: i64,
}

/// How far one is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = sheet_run)]
pub struct SheetProgress {
    /// Rows taken from it.
    pub taken: i64,
    /// New records.
    pub created: i64,
    /// Changed records.
    pub updated: i64,
    /// Records that stood so already.
    pub unchanged: i64,
    /// Refused rows.
    pub rejected: i64,
    /// Refused payloads that were corrected.
    pub repaired: i64,
}

/// Begins one; gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, new: &NewSheetRun<'_>) -> Result<i64> {
    diesel::insert_into(sheet_run::table)
        .values(new)
        .returning(sheet_run::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Writes down how far one is that has not ended.
///
/// # Errors
/// When the database fails.
pub fn progress(
    connection: &mut DbConnection,
    id: i64,
    progress: &SheetProgress,
    now: Timestamp,
) -> Result<()> {
    diesel::update(sheet_run::table)
        .filter(sheet_run::id.eq(id))
        .filter(sheet_run::ended_at.is_null())
        .set((progress, sheet_run::progress_at.eq(now.0)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Ends one.
///
/// # Errors
/// When the database fails.
pub fn end(
    connection: &mut DbConnection,
    id: i64,
    progress: &SheetProgress,
    (reason, uncorrected): (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<()> {
    diesel::update(sheet_run::table)
        .filter(sheet_run::id.eq(id))
        .set((
            progress,
            sheet_run::progress_at.eq(now.0),
            sheet_run::ended_at.eq(Some(now.0)),
            sheet_run::reason.eq(reason),
            sheet_run::uncorrected.eq(uncorrected),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Forgets why corrections of a dataset's records were refused again: that may name values.
///
/// # Errors
/// When the database fails.
pub fn forget_reasons(connection: &mut DbConnection, dataset: &str) -> QueryResult<usize> {
    diesel::update(sheet_run::table)
        .filter(sheet_run::dataset.eq(dataset))
        .filter(sheet_run::uncorrected.is_not_null())
        .set(sheet_run::uncorrected.eq(None::<&str>))
        .execute(connection)
}

/// One that a person sent.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, person: i64, id: i64) -> Result<Option<SheetRunRow>> {
    sheet_run::table
        .filter(sheet_run::id.eq(id))
        .filter(sheet_run::person_id.eq(person))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Those that a person sent before the number `before`, newest first, at most `limit`; of one dataset, where it is named.
///
/// # Errors
/// When the database fails.
pub fn page(
    connection: &mut DbConnection,
    (person, dataset): (i64, Option<&str>),
    before: i64,
    limit: i64,
) -> Result<Vec<SheetRunRow>> {
    let mut runs = sheet_run::table
        .filter(sheet_run::person_id.eq(person))
        .filter(sheet_run::id.lt(before))
        .into_boxed();
    if let Some(dataset) = dataset {
        runs = runs.filter(sheet_run::dataset.eq(dataset));
    }
    runs.order(sheet_run::id.desc())
        .limit(limit)
        .load(connection)
        .map_err(unavailable)
}

/// Forgets those that were sent before `before`; tells how many.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut DbConnection, before: Timestamp) -> Result<usize> {
    diesel::delete(sheet_run::table)
        .filter(sheet_run::begun_at.lt(before.0))
        .execute(connection)
        .map_err(unavailable)
}
