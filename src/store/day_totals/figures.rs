//! Figures out of the days that are summed.
//!
//! Invariant: nothing here reads the log; a question is answered from the rows of the days that it names.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::{DaySums, EVERYTHING};
use crate::error::Result;
use crate::store::schema::{day_total, last_exchange};
use crate::store::{DbConnection, unavailable};

/// How many datasets one query may name.
const MAX_BINDS: usize = 500;

/// Of what figures are asked day by day.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// Of everything.
    All,
    /// Of all that an agency owns.
    Owner(&'a str),
    /// Of a dataset, by its number.
    Dataset(i64),
}

/// Of which days: from the first to the last.
#[derive(Debug, Clone, Copy)]
pub struct Days<'a> {
    /// The first day.
    pub from: &'a str,
    /// The last day.
    pub until: &'a str,
}

/// The sums of a group.
macro_rules! sums {
    () => {
        (
            sql::<BigInt>("CAST(SUM(calls) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(records) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(rejected) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(changes) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(bytes) AS BIGINT)"),
            sql::<BigInt>("CAST(MAX(last_at) AS BIGINT)"),
            sql::<BigInt>("CAST(MAX(filled_at) AS BIGINT)"),
        )
    };
}

/// What calls of a kind on a day come to.
#[derive(Debug, Clone, Queryable)]
pub struct DayRow {
    /// The day.
    pub day: String,
    /// What was asked.
    pub action: String,
    /// What came of it.
    pub outcome: String,
    /// What they come to.
    #[diesel(embed)]
    pub sums: DaySums,
}

/// What calls of a kind from an agency about a dataset come to.
#[derive(Debug, Clone, Queryable)]
pub struct FlowRow {
    /// The dataset's number.
    pub dataset: i64,
    /// The agency.
    pub opd: String,
    /// What was asked.
    pub action: String,
    /// What they come to.
    #[diesel(embed)]
    pub sums: DaySums,
}

/// Sums by day, action and outcome since the day `from`.
///
/// # Errors
/// When the database fails.
pub fn by_day(connection: &mut DbConnection, from: &str, part: Part<'_>) -> Result<Vec<DayRow>> {
    macro_rules! of {
        ($rows:expr) => {
            $rows
                .filter(day_total::day.ge(from))
                .group_by((day_total::day, day_total::action, day_total::outcome))
                .select((
                    day_total::day,
                    day_total::action,
                    day_total::outcome,
                    sums!(),
                ))
                .load::<DayRow>(connection)
                .map_err(unavailable)
        };
    }
    let owner = match part {
        Part::Dataset(number) => return of!(day_total::table.filter(day_total::dataset_id.eq(number))),
        Part::Owner(owner) => owner,
        Part::All => "",
    };
    let whole = day_total::table
        .filter(day_total::dataset_id.eq(EVERYTHING))
        .filter(day_total::opd.eq(owner));
    of!(whole)
}

/// Sums by dataset, agency and action.
///
/// # Errors
/// When the database fails.
pub fn flows(connection: &mut DbConnection, days: Days<'_>) -> Result<Vec<FlowRow>> {
    day_total::table
        .filter(day_total::day.ge(days.from))
        .filter(day_total::day.le(days.until))
        .filter(day_total::dataset_id.ne(EVERYTHING))
        .group_by((day_total::dataset_id, day_total::opd, day_total::action))
        .select((day_total::dataset_id, day_total::opd, day_total::action, sums!()))
        .load(connection)
        .map_err(unavailable)
}

/// The rows of the days after `day`, one for each day and outcome.
///
/// # Errors
/// When the database fails.
pub fn since(connection: &mut DbConnection, day: &str) -> Result<Vec<FlowRow>> {
    day_total::table
        .filter(day_total::day.gt(day))
        .filter(day_total::dataset_id.ne(EVERYTHING))
        .select((
            day_total::dataset_id,
            day_total::opd,
            day_total::action,
            super::columns!(),
        ))
        .load(connection)
        .map_err(unavailable)
}

/// When calls of a kind last went well, ever.
#[derive(Debug, Clone, Queryable)]
pub struct LastRow {
    /// The dataset's number.
    pub dataset: i64,
    /// The agency.
    pub opd: String,
    /// What was asked.
    pub action: String,
    /// When, in milliseconds since the epoch.
    pub at: i64,
}

/// When calls about these datasets, or about all, last went well.
///
/// # Errors
/// When the database fails.
pub fn last(connection: &mut DbConnection, datasets: Option<&[i64]>) -> Result<Vec<LastRow>> {
    let Some(datasets) = datasets else {
        return last_exchange::table.load(connection).map_err(unavailable);
    };
    let mut all = Vec::new();
    for some in datasets.chunks(MAX_BINDS) {
        let rows = last_exchange::table.filter(last_exchange::dataset_id.eq_any(some));
        all.append(&mut rows.load(connection).map_err(unavailable)?);
    }
    Ok(all)
}

/// The last calls by which an agency sent, day by day, the newest first, at most `limit`: the dataset's number, what was
/// asked, and when.
///
/// # Errors
/// When the database fails.
pub fn sent_by(
    connection: &mut DbConnection,
    opd: &str,
    actions: &[&str],
    limit: i64,
) -> Result<Vec<(i64, String, i64)>> {
    day_total::table
        .filter(day_total::opd.eq(opd))
        .filter(day_total::dataset_id.ne(EVERYTHING))
        .filter(day_total::action.eq_any(actions))
        .order((day_total::day.desc(), day_total::last_at.desc()))
        .limit(limit)
        .select((day_total::dataset_id, day_total::action, day_total::last_at))
        .load(connection)
        .map_err(unavailable)
}
