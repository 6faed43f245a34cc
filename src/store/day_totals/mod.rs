//! What the log of exchanges comes to, day by day: how far it is summed, and the rows themselves.
//!
//! Not here: adding up the log (`exchanges::totals`), asking for figures ([`figures`]). Invariant: a row never shrinks,
//! so that a day that is summed twice, by one hub or by two, or after its log was partly forgotten, stays counted.

pub mod figures;

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::{day_sum, day_total, last_exchange};
use super::{DbConnection, unavailable};
use crate::audit::{ExchangeId, sends};
use crate::error::Result;
use crate::store::schema::exchange;
use crate::types::Timestamp;

/// What stands in place of a dataset's number in the rows of all that an agency owns, and of all there is.
pub const EVERYTHING: i64 = 0;

/// Calls of one kind on one day, in the order of the columns.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct DayTotal {
    /// The day.
    pub day: String,
    /// The dataset's number, or [`EVERYTHING`].
    pub dataset: i64,
    /// Which agency called, empty where nobody said so; of everything, whose the datasets are, empty for all.
    pub opd: String,
    /// What was asked.
    pub action: String,
    /// What came of it: `ok`, `refused` or `failed`.
    pub outcome: String,
    /// What it comes to.
    #[diesel(embed)]
    pub sums: DaySums,
}

/// What calls come to, in the order of the columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Queryable)]
pub struct DaySums {
    /// How many calls.
    pub calls: i64,
    /// Records stored or read.
    pub records: i64,
    /// Records refused.
    pub rejected: i64,
    /// How many changes were written.
    pub changes: i64,
    /// Bytes of payload.
    pub bytes: i64,
    /// The last call, in milliseconds since the epoch.
    pub last_at: i64,
    /// The last call with records; 0 where there is none.
    pub filled_at: i64,
}

impl DaySums {
    /// Adds what other calls come to.
    pub fn add(&mut self, other: &DaySums) {
        self.calls += other.calls;
        self.records += other.records;
        self.rejected += other.rejected;
        self.changes += other.changes;
        self.bytes += other.bytes;
        self.last_at = self.last_at.max(other.last_at);
        self.filled_at = self.filled_at.max(other.filled_at);
    }

    /// The greater of each.
    fn max(&self, other: &DaySums) -> DaySums {
        DaySums {
            calls: self.calls.max(other.calls),
            records: self.records.max(other.records),
            rejected: self.rejected.max(other.rejected),
            changes: self.changes.max(other.changes),
            bytes: self.bytes.max(other.bytes),
            last_at: self.last_at.max(other.last_at),
            filled_at: self.filled_at.max(other.filled_at),
        }
    }
}

/// How far the days are summed.
#[derive(Debug, Clone, Queryable)]
pub struct Summed {
    /// Up to when, in milliseconds since the epoch; 0 before the first time.
    pub at: i64,
    /// The last day that is summed for good.
    pub closed: Option<String>,
}

/// All columns of a [`DaySums`], in its order.
macro_rules! columns {
    () => {
        (
            day_total::calls,
            day_total::records,
            day_total::rejected,
            day_total::changes,
            day_total::bytes,
            day_total::last_at,
            day_total::filled_at,
        )
    };
}
use columns;

/// How far the days are summed.
///
/// # Errors
/// When the database fails.
pub fn summed(connection: &mut DbConnection) -> Result<Summed> {
    day_sum::table
        .select((day_sum::summed_at, day_sum::closed))
        .first(connection)
        .map_err(unavailable)
}

/// Takes the turn to sum, unless one was taken at `before` or later; tells whether it could.
///
/// # Errors
/// When the database fails.
pub fn take_turn(connection: &mut DbConnection, now: Timestamp, before: Timestamp) -> Result<bool> {
    let free = day_sum::taken_at.lt(before.0).or(day_sum::taken_at.gt(now.0));
    diesel::update(day_sum::table.filter(free))
        .set(day_sum::taken_at.eq(now.0))
        .execute(connection)
        .map(|taken| taken > 0)
        .map_err(unavailable)
}

/// When the oldest exchange in the log came in.
///
/// # Errors
/// When the database fails.
pub fn begin_of_log(connection: &mut DbConnection) -> Result<Option<Timestamp>> {
    let id: Option<Vec<u8>> = exchange::table
        // Every id is above; without a bound the plan reads as if the table were walked through.
        .filter(exchange::id.gt(Vec::<u8>::new()))
        .order((exchange::id, exchange::part))
        .select(exchange::id)
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    Ok(id.and_then(|id| ExchangeId::from_bytes(&id)).map(|id| id.at()))
}

/// Keeps what a day comes to, as summed at `now`, and which day is the last that is summed for good.
///
/// # Errors
/// When the database fails.
pub fn keep(
    connection: &mut DbConnection,
    day: &str,
    rows: &[DayTotal],
    now: Timestamp,
    closed: Option<&str>,
) -> Result<()> {
    // Hubs that sum at the same time do this one after the other.
    diesel::update(day_sum::table)
        .set(day_sum::summed_at.eq(day_sum::summed_at))
        .execute(connection)?;
    let before = summed(connection)?;
    let known: HashMap<Kind, DaySums> = of_day(connection, day)?.into_iter().map(named).collect();
    for row in rows {
        let (name, sums) = named(row.clone());
        match known.get(&name) {
            None => insert(connection, row)?,
            Some(old) if old.max(&sums) != *old => update(connection, row, &old.max(&sums))?,
            Some(_) => continue,
        }
        note_last(connection, row, now)?;
    }
    // What comes later was closed by a clock that was ahead, or is summed once more.
    let before_closed = before.closed.filter(|old| old.as_str() <= day);
    let closed = closed.map(str::to_owned).max(before_closed);
    let before_at = Some(before.at).filter(|at| !Timestamp(*at).is_to_come(now));
    diesel::update(day_sum::table)
        .set((
            day_sum::summed_at.eq(before_at.unwrap_or_default().max(now.0)),
            day_sum::closed.eq(closed),
        ))
        .execute(connection)?;
    Ok(())
}

/// What the rows of one day are told apart by.
type Kind = (i64, String, String, String);

fn named(row: DayTotal) -> (Kind, DaySums) {
    ((row.dataset, row.opd, row.action, row.outcome), row.sums)
}

fn of_day(connection: &mut DbConnection, day: &str) -> Result<Vec<DayTotal>> {
    day_total::table
        .filter(day_total::day.eq(day))
        .select((
            day_total::day,
            day_total::dataset_id,
            day_total::opd,
            day_total::action,
            day_total::outcome,
            columns!(),
        ))
        .load(connection)
        .map_err(unavailable)
}

fn insert(connection: &mut DbConnection, row: &DayTotal) -> Result<()> {
    diesel::insert_into(day_total::table)
        .values((
            day_total::day.eq(&row.day),
            day_total::dataset_id.eq(row.dataset),
            day_total::opd.eq(&row.opd),
            day_total::action.eq(&row.action),
            day_total::outcome.eq(&row.outcome),
            day_total::calls.eq(row.sums.calls),
            day_total::records.eq(row.sums.records),
            day_total::rejected.eq(row.sums.rejected),
            day_total::changes.eq(row.sums.changes),
            day_total::bytes.eq(row.sums.bytes),
            day_total::last_at.eq(row.sums.last_at),
            day_total::filled_at.eq(row.sums.filled_at),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

fn update(connection: &mut DbConnection, row: &DayTotal, sums: &DaySums) -> Result<()> {
    diesel::update(day_total::table)
        .filter(day_total::day.eq(&row.day))
        .filter(day_total::dataset_id.eq(row.dataset))
        .filter(day_total::opd.eq(&row.opd))
        .filter(day_total::action.eq(&row.action))
        .filter(day_total::outcome.eq(&row.outcome))
        .set((
            day_total::calls.eq(sums.calls),
            day_total::records.eq(sums.records),
            day_total::rejected.eq(sums.rejected),
            day_total::changes.eq(sums.changes),
            day_total::bytes.eq(sums.bytes),
            day_total::last_at.eq(sums.last_at),
            day_total::filled_at.eq(sums.filled_at),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Notes when calls of this kind last went well: those that send, by the last that brought records.
fn note_last(connection: &mut DbConnection, row: &DayTotal, now: Timestamp) -> Result<()> {
    let at = match sends(&row.action) {
        true => row.sums.filled_at,
        false if row.outcome == "ok" => row.sums.last_at,
        false => 0,
    };
    if at == 0 || row.dataset == EVERYTHING {
        return Ok(());
    }
    let this = last_exchange::table
        .filter(last_exchange::dataset_id.eq(row.dataset))
        .filter(last_exchange::opd.eq(&row.opd))
        .filter(last_exchange::action.eq(&row.action));
    let known: Option<i64> = this
        .select(last_exchange::at)
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    let kept = match known {
        Some(known) if known >= at && !Timestamp(known).is_to_come(now) => return Ok(()),
        Some(_) => diesel::update(this)
            .set(last_exchange::at.eq(at))
            .execute(connection),
        None => diesel::insert_into(last_exchange::table)
            .values((
                last_exchange::dataset_id.eq(row.dataset),
                last_exchange::opd.eq(&row.opd),
                last_exchange::action.eq(&row.action),
                last_exchange::at.eq(at),
            ))
            .execute(connection),
    };
    kept.map(|_| ()).map_err(unavailable)
}
