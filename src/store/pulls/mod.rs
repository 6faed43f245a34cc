//! The table of scheduled pulls, and who runs which of them.
//!
//! A hub that runs a pull holds it: its token stands in the row until a moment that it keeps putting off.
//! Invariant: whoever writes about a pull that it holds does so in one statement with the question whether it
//! still does; what it lost, it no longer writes.

pub mod runs;

use diesel::prelude::*;

use super::schema::{opd, pull};
use super::{DbConnection, too_late, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// A pull.
#[derive(Debug, Clone, Queryable)]
pub struct PullRow {
    /// Its number.
    pub id: i64,
    /// The code of the agency whose system it reads.
    pub opd: String,
    /// The settings, as JSON.
    pub settings: String,
    /// Rises with each change of them.
    pub revision: i64,
    /// Whether it rests.
    pub paused: bool,
    /// When it is due by its schedule.
    pub next_at: Option<i64>,
    /// Since when somebody wants it run.
    pub wanted_at: Option<i64>,
    /// How far it has come, as a JSON token.
    pub bookmark: Option<String>,
    /// Until when a hub runs it.
    pub held_until: Option<i64>,
    /// When it was added.
    pub created_at: i64,
    /// When its last successful run began.
    pub last_success_at: Option<i64>,
    /// When it last failed.
    pub last_failure_at: Option<i64>,
    /// Why, as JSON.
    pub last_failure: Option<String>,
}

macro_rules! columns {
    () => {
        (
            pull::id,
            opd::code,
            pull::settings,
            pull::revision,
            pull::paused,
            pull::next_at,
            pull::wanted_at,
            pull::bookmark,
            pull::held_until,
            pull::created_at,
            pull::last_success_at,
            pull::last_failure_at,
            pull::last_failure,
        )
    };
}

/// All pulls, by number.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<PullRow>> {
    pull::table
        .inner_join(opd::table)
        .order(pull::id)
        .select(columns!())
        .load(connection)
        .map_err(unavailable)
}

/// The pull with this number.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, id: i64) -> Result<Option<PullRow>> {
    pull::table
        .inner_join(opd::table)
        .filter(pull::id.eq(id))
        .select(columns!())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Adds a pull; gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert(
    connection: &mut DbConnection,
    (opd_id, dataset): (i64, &str),
    settings: &str,
    next_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<i64> {
    diesel::insert_into(pull::table)
        .values((
            pull::opd_id.eq(opd_id),
            pull::dataset.eq(dataset),
            pull::settings.eq(settings),
            pull::revision.eq(1_i64),
            pull::paused.eq(false),
            pull::next_at.eq(next_at.map(|at| at.0)),
            pull::created_at.eq(now.0),
        ))
        .returning(pull::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Changes the settings of a pull; a run under way notices by the revision.
///
/// # Errors
/// When the database fails.
pub fn update(
    connection: &mut DbConnection,
    id: i64,
    (dataset, settings): (&str, &str),
    next_at: Option<Timestamp>,
    bookmark: Option<&str>,
) -> Result<()> {
    diesel::update(pull::table.filter(pull::id.eq(id)))
        .set((
            pull::dataset.eq(dataset),
            pull::settings.eq(settings),
            pull::revision.eq(pull::revision + 1),
            pull::next_at.eq(next_at.map(|at| at.0)),
            pull::bookmark.eq(bookmark),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Deletes a pull and its runs.
///
/// # Errors
/// When the database fails.
pub fn delete(connection: &mut DbConnection, id: i64) -> Result<()> {
    runs::delete_of(connection, id)?;
    diesel::delete(pull::table.filter(pull::id.eq(id)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Forgets how far a pull has come; a run under way notices by the revision.
///
/// # Errors
/// When the database fails.
pub fn forget_bookmark(connection: &mut DbConnection, id: i64) -> Result<()> {
    diesel::update(pull::table.filter(pull::id.eq(id)))
        .set((
            pull::bookmark.eq(None::<&str>),
            pull::revision.eq(pull::revision + 1),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Lets a pull rest, or go on from `next_at`.
///
/// # Errors
/// When the database fails.
pub fn set_paused(
    connection: &mut DbConnection,
    id: i64,
    paused: bool,
    next_at: Option<Timestamp>,
) -> Result<()> {
    diesel::update(pull::table.filter(pull::id.eq(id)))
        .set((
            pull::paused.eq(paused),
            pull::next_at.eq(next_at.map(|at| at.0)),
            pull::wanted_at.eq(None::<i64>),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Notes that somebody wants a pull run.
///
/// # Errors
/// When the database fails.
pub fn want(connection: &mut DbConnection, id: i64, now: Timestamp) -> Result<()> {
    diesel::update(pull::table.filter(pull::id.eq(id)))
        .set(pull::wanted_at.eq(now.0))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// That nobody holds a pull; who held it long beyond `until` did so by a clock that was ahead.
macro_rules! is_free {
    ($now:expr, $until:expr) => {
        pull::held_until
            .is_null()
            .or(pull::held_until.le($now.0))
            .or(pull::held_until.gt(too_late($until)))
    };
}

/// Sets when a pull is due that was due at `before`.
///
/// # Errors
/// When the database fails.
pub fn plan(connection: &mut DbConnection, id: i64, before: i64, next_at: Option<Timestamp>) -> Result<()> {
    let this = pull::table
        .filter(pull::id.eq(id))
        .filter(pull::next_at.eq(before));
    diesel::update(this)
        .set(pull::next_at.eq(next_at.map(|at| at.0)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// The pulls that are due and that nobody runs who would hold them until `until` if it were now; those that wait
/// longest first.
///
/// # Errors
/// When the database fails.
pub fn due(
    connection: &mut DbConnection,
    (now, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<PullRow>> {
    pull::table
        .inner_join(opd::table)
        .filter(pull::paused.eq(false))
        .filter(pull::next_at.le(now.0).or(pull::wanted_at.is_not_null()))
        .filter(is_free!(now, until))
        // What somebody wants now comes before what its schedule says, whatever the database does with nulls.
        .order((pull::wanted_at.is_null(), pull::next_at, pull::id))
        .limit(limit)
        .select(columns!())
        .load(connection)
        .map_err(unavailable)
}

/// Takes hold of a due pull that nobody runs; tells whether it could.
///
/// # Errors
/// When the database fails.
pub fn hold(
    connection: &mut DbConnection,
    id: i64,
    holder: &str,
    (now, until): (Timestamp, Timestamp),
) -> Result<bool> {
    diesel::update(
        pull::table
            .filter(pull::id.eq(id))
            .filter(pull::paused.eq(false))
            .filter(pull::next_at.le(now.0).or(pull::wanted_at.is_not_null()))
            .filter(is_free!(now, until)),
    )
    .set((pull::holder.eq(holder), pull::held_until.eq(until.0)))
    .execute(connection)
    .map(|held| held > 0)
    .map_err(unavailable)
}

/// Puts off the moment until which `holder` holds a pull that is as it was; tells whether it does.
///
/// # Errors
/// When the database fails.
pub fn keep(
    connection: &mut DbConnection,
    (id, revision): (i64, i64),
    holder: &str,
    until: Timestamp,
) -> Result<bool> {
    diesel::update(
        pull::table
            .filter(pull::id.eq(id))
            .filter(pull::holder.eq(holder))
            .filter(pull::revision.eq(revision))
            .filter(pull::paused.eq(false)),
    )
    .set(pull::held_until.eq(until.0))
    .execute(connection)
    .map(|held| held > 0)
    .map_err(unavailable)
}

/// Lets go of a pull, if `holder` holds it, so that another may go on with it.
///
/// # Errors
/// When the database fails.
pub fn release(connection: &mut DbConnection, id: i64, holder: &str) -> Result<()> {
    diesel::update(
        pull::table
            .filter(pull::id.eq(id))
            .filter(pull::holder.eq(holder)),
    )
    .set((pull::holder.eq(None::<&str>), pull::held_until.eq(None::<i64>)))
    .execute(connection)
    .map(|_| ())
    .map_err(unavailable)
}

/// What a pull is like behind a run.
#[derive(Debug, Clone, Default)]
pub struct Ending<'e> {
    /// When it is due again.
    pub next_at: Option<Timestamp>,
    /// When the run began, where it went well.
    pub success: Option<Timestamp>,
    /// How far it came, where it went well and there is a bookmark.
    pub bookmark: Option<&'e str>,
    /// When and why it failed, where it did.
    pub failure: Option<(Timestamp, &'e str)>,
}

/// Ends a run of a pull that `holder` holds and lets go of it; tells whether it did hold it. Where the settings are
/// no longer those of `revision`, the run says nothing of how far the pull is.
///
/// # Errors
/// When the database fails.
pub fn end(
    connection: &mut DbConnection,
    (id, revision, begun_at): (i64, i64, Timestamp),
    holder: &str,
    ending: &Ending<'_>,
) -> Result<bool> {
    let mine = pull::table
        .filter(pull::id.eq(id))
        .filter(pull::holder.eq(holder));
    let held = diesel::update(mine)
        .set((
            pull::holder.eq(None::<&str>),
            pull::held_until.eq(None::<i64>),
            pull::next_at.eq(ending.next_at.map(|at| at.0)),
        ))
        .execute(connection)
        .map_err(unavailable)?;
    if held == 0 {
        return Ok(false);
    }
    let this = pull::table.filter(pull::id.eq(id));
    // Who asked while it ran wants it run again.
    diesel::update(this.filter(pull::wanted_at.le(begun_at.0)))
        .set(pull::wanted_at.eq(None::<i64>))
        .execute(connection)
        .map_err(unavailable)?;
    let unchanged = this.filter(pull::revision.eq(revision));
    if let Some(success) = ending.success {
        diesel::update(unchanged)
            .set(pull::last_success_at.eq(success.0))
            .execute(connection)
            .map_err(unavailable)?;
    }
    if let Some(bookmark) = ending.bookmark {
        diesel::update(unchanged)
            .set(pull::bookmark.eq(bookmark))
            .execute(connection)
            .map_err(unavailable)?;
    }
    if let Some((at, reason)) = ending.failure {
        diesel::update(this)
            .set((pull::last_failure_at.eq(at.0), pull::last_failure.eq(reason)))
            .execute(connection)
            .map_err(unavailable)?;
    }
    Ok(true)
}
