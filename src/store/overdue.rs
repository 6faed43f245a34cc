//! Data that was agreed and did not come: which misses were told, and to whom each is mailed.
//!
//! Invariant: a miss is told once, whatever hubs look at the same time; a row is taken by one hub at a time.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::schema::{dataset, overdue_notice};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{CLOCKS_APART, Timestamp};

/// A mail that is due.
#[derive(Debug, Clone, Queryable)]
pub struct OverdueRow {
    /// Its number.
    pub id: i64,
    /// The dataset's number.
    pub dataset: i64,
    /// Since when data is overdue.
    pub since: i64,
    /// To whom it goes.
    pub address: String,
    /// How often it was tried.
    pub attempts: i32,
    /// Since when it is due.
    pub next_at: Option<i64>,
}

/// Writes down that a miss is told, and to whom it is mailed; tells whether it was not before. What a clock that was ahead
/// told is told anew.
///
/// # Errors
/// When the database fails.
pub fn tell(
    connection: &mut DbConnection,
    (number, since): (i64, Timestamp),
    addresses: &[String],
    now: Timestamp,
) -> Result<bool> {
    // Whoever looks holds this row, so that of two hubs one tells.
    diesel::update(dataset::table.find(number))
        .set(dataset::created_at.eq(dataset::created_at))
        .execute(connection)?;
    let same = overdue_notice::table
        .filter(overdue_notice::dataset_id.eq(number))
        .filter(overdue_notice::since.eq(since.0));
    let told = same.filter(overdue_notice::made_at.le(latest(now)));
    if diesel::select(exists(told)).get_result(connection)? {
        return Ok(false);
    }
    diesel::delete(same).execute(connection)?;
    for address in std::iter::once("").chain(addresses.iter().map(String::as_str)) {
        let next_at = (!address.is_empty()).then_some(now.0);
        diesel::insert_into(overdue_notice::table)
            .values((
                overdue_notice::dataset_id.eq(number),
                overdue_notice::since.eq(since.0),
                overdue_notice::address.eq(address),
                overdue_notice::made_at.eq(now.0),
                overdue_notice::attempts.eq(0),
                overdue_notice::next_at.eq(next_at),
            ))
            .execute(connection)?;
    }
    Ok(true)
}

/// The latest moment that another hub's clock may have written.
fn latest(now: Timestamp) -> i64 {
    now.0.saturating_add(CLOCKS_APART)
}

/// Which of the misses since a moment were told already, by dataset and moment.
///
/// # Errors
/// When the database fails.
pub fn told(connection: &mut DbConnection, since: Timestamp, now: Timestamp) -> Result<Vec<(i64, i64)>> {
    overdue_notice::table
        .filter(overdue_notice::address.eq(""))
        .filter(overdue_notice::since.ge(since.0))
        .filter(overdue_notice::made_at.le(latest(now)))
        .select((overdue_notice::dataset_id, overdue_notice::since))
        .load(connection)
        .map_err(unavailable)
}

/// At most `limit` mails that are due, those that wait longest first.
///
/// # Errors
/// When the database fails.
pub fn due(connection: &mut DbConnection, now: Timestamp, limit: i64) -> Result<Vec<OverdueRow>> {
    overdue_notice::table
        .filter(overdue_notice::next_at.le(now.0))
        .order((overdue_notice::next_at, overdue_notice::id))
        .limit(limit)
        .select((
            overdue_notice::id,
            overdue_notice::dataset_id,
            overdue_notice::since,
            overdue_notice::address,
            overdue_notice::attempts,
            overdue_notice::next_at,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// At most `limit` rows of misses that began before `before` and were followed by another of the same dataset: the last
/// one may last to this day.
///
/// # Errors
/// When the database fails.
pub fn over(connection: &mut DbConnection, before: Timestamp, limit: i64) -> Result<Vec<i64>> {
    let later = diesel::alias!(overdue_notice as later);
    let followed = later
        .filter(
            later
                .field(overdue_notice::dataset_id)
                .eq(overdue_notice::dataset_id),
        )
        .filter(later.field(overdue_notice::since).gt(overdue_notice::since));
    overdue_notice::table
        .filter(overdue_notice::since.lt(before.0))
        .filter(exists(followed))
        .order((overdue_notice::since, overdue_notice::id))
        .limit(limit)
        .select(overdue_notice::id)
        .load(connection)
        .map_err(unavailable)
}

/// Forgets these rows; tells how many went.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut DbConnection, rows: &[i64]) -> Result<usize> {
    diesel::delete(overdue_notice::table.filter(overdue_notice::id.eq_any(rows)))
        .execute(connection)
        .map_err(unavailable)
}

/// Makes due now what is planned for after `latest`, which only a clock that was ahead can have done.
///
/// # Errors
/// When the database fails.
pub fn plan_anew(connection: &mut DbConnection, latest: Timestamp, now: Timestamp) -> Result<usize> {
    diesel::update(overdue_notice::table.filter(overdue_notice::next_at.gt(latest.0)))
        .set(overdue_notice::next_at.eq(Some(now.0)))
        .execute(connection)
        .map_err(unavailable)
}

/// Takes a mail to send it, up to `until`; tells whether nobody else has.
///
/// # Errors
/// When the database fails.
pub fn take(connection: &mut DbConnection, row: &OverdueRow, until: Timestamp) -> Result<bool> {
    let same = overdue_notice::table
        .filter(overdue_notice::id.eq(row.id))
        .filter(overdue_notice::next_at.eq(row.next_at));
    let taken = diesel::update(same)
        .set((
            overdue_notice::next_at.eq(Some(until.0)),
            overdue_notice::attempts.eq(overdue_notice::attempts + 1),
        ))
        .execute(connection)?;
    Ok(taken == 1)
}

/// Says what came of sending a mail: when it was sent, or what the server said and when it is tried again.
///
/// # Errors
/// When the database fails.
pub fn ended(
    connection: &mut DbConnection,
    id: i64,
    outcome: std::result::Result<Timestamp, (&str, Option<Timestamp>)>,
) -> Result<()> {
    let (sent, failure, again) = match outcome {
        Ok(at) => (Some(at.0), None, None),
        Err((says, again)) => (None, Some(says), again.map(|again| again.0)),
    };
    diesel::update(overdue_notice::table.find(id))
        .set((
            overdue_notice::sent_at.eq(sent),
            overdue_notice::failure.eq(failure),
            overdue_notice::next_at.eq(again),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
