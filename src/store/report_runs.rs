//! The table of reports that are being drafted: how far the hub is with each, and what came of it.
//!
//! Not here: reports (`reports`). Invariant: what ended is never said to go on, and what has a draft never to have none.

use diesel::prelude::*;

use super::schema::report_run;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// A report that is, or was, being drafted, in the order of the columns.
#[derive(Debug, Clone, Queryable)]
pub struct ReportRunRow {
    /// Its number; the draft has another.
    pub id: i64,
    /// The number of the person who drafts it.
    pub person_id: i64,
    /// What it is about.
    pub subject: String,
    /// What was typed into the form, as forms are sent.
    pub typed: String,
    /// When it was begun.
    pub begun_at: i64,
    /// When it was last said how far it is.
    pub progress_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// Why it did not go to its end, as JSON.
    pub reason: Option<String>,
    /// How many records are counted.
    pub total: i64,
    /// How many were.
    pub counted: i64,
    /// The number of the draft.
    pub report_id: Option<i64>,
}

/// One that begins.
#[derive(Debug, Insertable)]
#[diesel(table_name = report_run, treat_none_as_default_value = false)]
pub struct NewReportRun<'r> {
    /// The number of the person who drafts it.
    pub person_id: i64,
    /// What it is about.
    pub subject: &'r str,
    /// What was typed into the form, as forms are sent.
    pub typed: &'r str,
    /// When it was begun.
    pub begun_at: i64,
    /// The same.
    pub progress_at: i64,
    /// How many records are counted.
    pub total: i64,
}

/// Begins one; gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, new: &NewReportRun<'_>) -> Result<i64> {
    diesel::insert_into(report_run::table)
        .values(new)
        .returning(report_run::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Writes down how many records were counted for one that has not ended.
///
/// # Errors
/// When the database fails.
pub fn progress(connection: &mut DbConnection, id: i64, counted: i64, now: Timestamp) -> Result<()> {
    diesel::update(report_run::table)
        .filter(report_run::id.eq(id))
        .filter(report_run::ended_at.is_null())
        .set((report_run::counted.eq(counted), report_run::progress_at.eq(now.0)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Ends one with the number of its draft; part of the transaction that keeps the draft.
///
/// # Errors
/// When the database fails.
pub fn drafted(connection: &mut DbConnection, id: i64, report: i64, now: Timestamp) -> Result<()> {
    diesel::update(report_run::table)
        .filter(report_run::id.eq(id))
        .set((
            report_run::progress_at.eq(now.0),
            report_run::ended_at.eq(Some(now.0)),
            report_run::report_id.eq(Some(report)),
            report_run::reason.eq(None::<&str>),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Ends one without a draft after so many records were counted, unless it has one: a failure may have been told of what
/// was done all the same.
///
/// # Errors
/// When the database fails.
pub fn stopped(
    connection: &mut DbConnection,
    id: i64,
    (counted, reason): (i64, &str),
    now: Timestamp,
) -> Result<()> {
    diesel::update(report_run::table)
        .filter(report_run::id.eq(id))
        .filter(report_run::report_id.is_null())
        .set((
            report_run::counted.eq(counted),
            report_run::progress_at.eq(now.0),
            report_run::ended_at.eq(Some(now.0)),
            report_run::reason.eq(Some(reason)),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// One that a person drafts.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, person: i64, id: i64) -> Result<Option<ReportRunRow>> {
    report_run::table
        .filter(report_run::id.eq(id))
        .filter(report_run::person_id.eq(person))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Those that a person began after `since` and of which no draft came, or not yet; newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn without_draft(
    connection: &mut DbConnection,
    person: i64,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<ReportRunRow>> {
    report_run::table
        .filter(report_run::person_id.eq(person))
        .filter(report_run::begun_at.gt(since.0))
        .filter(report_run::report_id.is_null())
        .order(report_run::id.desc())
        .limit(limit)
        .load(connection)
        .map_err(unavailable)
}

/// Forgets those that were begun before `before`; tells how many.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut DbConnection, before: Timestamp) -> Result<usize> {
    diesel::delete(report_run::table)
        .filter(report_run::begun_at.lt(before.0))
        .execute(connection)
        .map_err(unavailable)
}
