//! The table of runs: what each run of a pull has brought, and where one that was cut off goes on.

use diesel::prelude::*;

use crate::error::Result;
use crate::store::schema::pull_run;
use crate::store::{DbConnection, unavailable};
use crate::types::Timestamp;

/// A run, in the order of the columns.
#[derive(Debug, Clone, Queryable)]
pub struct RunRow {
    /// Its number.
    pub id: i64,
    /// The number of the pull.
    pub pull_id: i64,
    /// The revision of the settings that it keeps to.
    pub revision: i64,
    /// What made it run: `schedule` or `request`.
    pub cause: String,
    /// When it began.
    pub begun_at: i64,
    /// When it last got somewhere.
    pub progress_at: i64,
    /// When it ended.
    pub ended_at: Option<i64>,
    /// How: `ok`, `failed`, `stopped` or `interrupted`.
    pub outcome: Option<String>,
    /// Why, as JSON.
    pub reason: Option<String>,
    /// How many pages came.
    pub pages: i64,
    /// How many bytes.
    pub bytes: i64,
    /// How many items.
    pub received: i64,
    /// How many records were not there before.
    pub created: i64,
    /// How many were there with other content.
    pub updated: i64,
    /// How many stood so already.
    pub unchanged: i64,
    /// How many went.
    pub deleted: i64,
    /// How many payloads were refused.
    pub rejected: i64,
    /// From where it went on.
    pub bookmark_before: Option<String>,
    /// The greatest bookmark that it met.
    pub bookmark_after: Option<String>,
    /// The page that comes next, as JSON.
    pub position: Option<String>,
    /// Its entry in the log of exchanges.
    pub exchange: Option<Vec<u8>>,
}

/// How far a run is.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = pull_run)]
pub struct Progress {
    /// When.
    pub progress_at: i64,
    /// Pages.
    pub pages: i64,
    /// Bytes.
    pub bytes: i64,
    /// Items.
    pub received: i64,
    /// New records.
    pub created: i64,
    /// Changed records.
    pub updated: i64,
    /// Records that stood so already.
    pub unchanged: i64,
    /// Deleted records.
    pub deleted: i64,
    /// Refused payloads.
    pub rejected: i64,
    /// The greatest bookmark so far.
    pub bookmark_after: Option<String>,
    /// The page that comes next.
    pub position: Option<String>,
    /// The entry in the log of exchanges.
    pub exchange_id: Option<Vec<u8>>,
}

/// The run of a pull that has not ended.
///
/// # Errors
/// When the database fails.
pub fn open(connection: &mut DbConnection, pull_id: i64) -> Result<Option<RunRow>> {
    pull_run::table
        .filter(pull_run::pull_id.eq(pull_id))
        .filter(pull_run::ended_at.is_null())
        .order(pull_run::id.desc())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Begins a run; gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert(
    connection: &mut DbConnection,
    (pull_id, revision): (i64, i64),
    cause: &str,
    bookmark: Option<&str>,
    now: Timestamp,
) -> Result<i64> {
    diesel::insert_into(pull_run::table)
        .values((
            pull_run::pull_id.eq(pull_id),
            pull_run::revision.eq(revision),
            pull_run::cause.eq(cause),
            pull_run::begun_at.eq(now.0),
            pull_run::progress_at.eq(now.0),
            pull_run::bookmark_before.eq(bookmark),
        ))
        .returning(pull_run::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Writes down how far a run is.
///
/// # Errors
/// When the database fails.
pub fn progress(connection: &mut DbConnection, id: i64, progress: &Progress) -> Result<()> {
    diesel::update(pull_run::table.filter(pull_run::id.eq(id)))
        .set(progress)
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Ends a run.
///
/// # Errors
/// When the database fails.
pub fn end(
    connection: &mut DbConnection,
    id: i64,
    outcome: &str,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    diesel::update(pull_run::table.filter(pull_run::id.eq(id)))
        .set((
            pull_run::ended_at.eq(now.0),
            pull_run::outcome.eq(outcome),
            pull_run::reason.eq(reason),
            pull_run::position.eq(None::<&str>),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// The runs of a pull before the number `before`, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn page(connection: &mut DbConnection, pull_id: i64, before: i64, limit: i64) -> Result<Vec<RunRow>> {
    pull_run::table
        .filter(pull_run::pull_id.eq(pull_id))
        .filter(pull_run::id.lt(before))
        .order(pull_run::id.desc())
        .limit(limit)
        .load(connection)
        .map_err(unavailable)
}

/// Forgets the runs of a pull but the newest `kept`.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut DbConnection, pull_id: i64, kept: i64) -> Result<()> {
    let oldest: Option<i64> = pull_run::table
        .filter(pull_run::pull_id.eq(pull_id))
        .order(pull_run::id.desc())
        .offset(kept)
        .select(pull_run::id)
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    let Some(oldest) = oldest else {
        return Ok(());
    };
    diesel::delete(
        pull_run::table
            .filter(pull_run::pull_id.eq(pull_id))
            .filter(pull_run::id.le(oldest)),
    )
    .execute(connection)
    .map(|_| ())
    .map_err(unavailable)
}

/// Forgets all runs of a pull.
///
/// # Errors
/// When the database fails.
pub(super) fn delete_of(connection: &mut DbConnection, pull_id: i64) -> Result<()> {
    diesel::delete(pull_run::table.filter(pull_run::pull_id.eq(pull_id)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
