//! What came of making backups, and the lease by which one hub of several makes them.
//!
//! Invariant: of two hubs that want the lease at once one gets it; one that died gives it back by the passing of time.

use diesel::prelude::*;

use crate::error::Result;
use crate::store::schema::{backup, lease};
use crate::store::{DbConnection, too_late, unavailable};
use crate::types::Timestamp;

/// The name of the lease.
const LEASE: &str = "backup";

/// What a backup's cause is when nobody wanted it but the schedule.
const SCHEDULE: &str = "schedule";

/// What came of making a backup.
#[derive(Debug, Clone, Default, Queryable, Selectable)]
#[diesel(table_name = backup)]
pub struct BackupRow {
    /// Its number; 0 for one that is to be added.
    pub id: i64,
    /// When it began.
    pub begun_at: i64,
    /// When it ended.
    pub ended_at: i64,
    /// `schedule`, or who wanted it.
    pub cause: String,
    /// The file.
    pub file: String,
    /// Its size in bytes.
    pub bytes: Option<i64>,
    /// Its digest.
    pub sha256: Option<Vec<u8>>,
    /// Whether it was read back whole.
    pub verified: bool,
    /// Why there is none.
    pub failure: Option<String>,
    /// When it was deleted because there were enough newer ones.
    pub removed_at: Option<i64>,
}

/// Adds what came of a backup.
///
/// # Errors
/// When the database fails.
pub fn ended(connection: &mut DbConnection, row: &BackupRow) -> Result<()> {
    diesel::insert_into(backup::table)
        .values((
            backup::begun_at.eq(row.begun_at),
            backup::ended_at.eq(row.ended_at),
            backup::cause.eq(&row.cause),
            backup::file.eq(&row.file),
            backup::bytes.eq(row.bytes),
            backup::sha256.eq(row.sha256.as_deref()),
            backup::verified.eq(row.verified),
            backup::failure.eq(row.failure.as_deref()),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// The newest backups that were made or tried, newest first.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection, limit: i64) -> Result<Vec<BackupRow>> {
    backup::table
        .order(backup::id.desc())
        .limit(limit)
        .select(BackupRow::as_select())
        .load(connection)
        .map_err(unavailable)
}

/// The newest backup that was made, and the newest attempt.
///
/// # Errors
/// When the database fails.
pub fn newest(connection: &mut DbConnection) -> Result<(Option<BackupRow>, Option<BackupRow>)> {
    let made = backup::table
        .filter(backup::failure.is_null())
        .order(backup::id.desc())
        .select(BackupRow::as_select())
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    Ok((made, list(connection, 1)?.into_iter().next()))
}

/// The newest attempt that the schedule made.
///
/// # Errors
/// When the database fails.
pub fn scheduled(connection: &mut DbConnection) -> Result<Option<BackupRow>> {
    backup::table
        .filter(backup::cause.eq(SCHEDULE))
        .order(backup::id.desc())
        .select(BackupRow::as_select())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Notes that a file is gone.
///
/// # Errors
/// When the database fails.
pub fn removed(connection: &mut DbConnection, file: &str, now: Timestamp) -> Result<()> {
    diesel::update(backup::table.filter(backup::file.eq(file)))
        .set(backup::removed_at.eq(Some(now.0)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Takes the lease, if nobody has it; tells whether it could. One that ends long after `until` was taken by a
/// clock that was ahead.
///
/// # Errors
/// When the database fails.
pub fn hold_lease(
    connection: &mut DbConnection,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let free = lease::table.filter(lease::name.eq(LEASE)).filter(
        lease::held_until
            .le(now.0)
            .or(lease::held_until.gt(too_late(until))),
    );
    diesel::update(free)
        .set((lease::holder.eq(holder), lease::held_until.eq(until.0)))
        .execute(connection)
        .map(|held| held > 0)
        .map_err(unavailable)
}

/// The lease, if this holder has it.
macro_rules! mine {
    ($holder:expr) => {
        lease::table
            .filter(lease::name.eq(LEASE))
            .filter(lease::holder.eq($holder))
    };
}

/// Puts off the lease's end, if `holder` has it.
///
/// # Errors
/// When the database fails.
pub fn keep_lease(connection: &mut DbConnection, holder: &str, until: Timestamp) -> Result<()> {
    diesel::update(mine!(holder))
        .set(lease::held_until.eq(until.0))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Gives the lease back, if `holder` has it.
///
/// # Errors
/// When the database fails.
pub fn release_lease(connection: &mut DbConnection, holder: &str) -> Result<()> {
    diesel::update(mine!(holder))
        .set(lease::held_until.eq(0))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Whether somebody has the lease, which is given for so many milliseconds at a time.
///
/// # Errors
/// When the database fails.
pub fn leased(connection: &mut DbConnection, now: Timestamp, longest: i64) -> Result<bool> {
    let until: i64 = lease::table
        .filter(lease::name.eq(LEASE))
        .select(lease::held_until)
        .first(connection)
        .map_err(unavailable)?;
    Ok(Timestamp(until).lasts(now, longest))
}
