//! What the records of datasets hold, as it was counted in the background, and how datasets grew.
//!
//! Not here: the counting. Invariant: growth is kept in the transaction that keeps the number of records which it explains, so
//! that all growth of a dataset adds up to its number of records.

use diesel::dsl::{max, min, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::schema::{dataset_head, dataset_profile, day_growth};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// How many datasets one query may name.
const MAX_BINDS: usize = 500;

/// What is kept of a dataset, in the order of the columns.
#[derive(Debug, Clone, Queryable)]
pub struct ProfileRow {
    /// The dataset's number.
    pub dataset: i64,
    /// The last change before the count.
    pub seq: i64,
    /// When it was counted, in milliseconds since the epoch.
    pub as_of: i64,
    /// How many records there are.
    pub records: i64,
    /// The rest, as JSON.
    pub profile: String,
}

/// The datasets that changed since they were counted before `before`, or were never counted, those that wait longest first.
///
/// # Errors
/// When the database fails.
pub fn due(connection: &mut DbConnection, before: Timestamp) -> Result<Vec<i64>> {
    let heads: Vec<(i64, i64, Option<i64>, Option<i64>)> = dataset_head::table
        .left_join(dataset_profile::table.on(dataset_profile::dataset_id.eq(dataset_head::dataset_id)))
        .select((
            dataset_head::dataset_id,
            dataset_head::seq,
            dataset_profile::seq.nullable(),
            dataset_profile::as_of.nullable(),
        ))
        .load(connection)
        .map_err(unavailable)?;
    let mut due: Vec<(i64, i64)> = heads
        .into_iter()
        .filter_map(|(dataset, seq, counted, as_of)| match counted.zip(as_of) {
            None => (seq > 0).then_some((0, dataset)),
            Some((counted, as_of)) => (counted != seq && as_of < before.0).then_some((as_of, dataset)),
        })
        .collect();
    due.sort_unstable();
    Ok(due.into_iter().map(|(_, dataset)| dataset).collect())
}

/// What is kept of a dataset.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, dataset: i64) -> Result<Option<ProfileRow>> {
    dataset_profile::table
        .filter(dataset_profile::dataset_id.eq(dataset))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Keeps what was counted on `day`, unless a later count is kept.
///
/// # Errors
/// When the database fails.
pub fn keep(connection: &mut DbConnection, row: &ProfileRow, day: &str) -> Result<()> {
    let this = dataset_profile::table.filter(dataset_profile::dataset_id.eq(row.dataset));
    // Hubs that counted at the same time do this one after the other.
    diesel::update(this)
        .set(dataset_profile::seq.eq(dataset_profile::seq))
        .execute(connection)?;
    let before = find(connection, row.dataset)?;
    match &before {
        Some(before) if before.as_of > row.as_of => return Ok(()),
        Some(_) => diesel::update(this)
            .set((
                dataset_profile::seq.eq(row.seq),
                dataset_profile::as_of.eq(row.as_of),
                dataset_profile::records.eq(row.records),
                dataset_profile::profile.eq(&row.profile),
            ))
            .execute(connection)?,
        None => diesel::insert_into(dataset_profile::table)
            .values((
                dataset_profile::dataset_id.eq(row.dataset),
                dataset_profile::seq.eq(row.seq),
                dataset_profile::as_of.eq(row.as_of),
                dataset_profile::records.eq(row.records),
                dataset_profile::profile.eq(&row.profile),
            ))
            .execute(connection)?,
    };
    let grown = row.records - before.map_or(0, |before| before.records);
    grow(connection, (row.dataset, day), grown)
}

fn grow(connection: &mut DbConnection, (dataset, day): (i64, &str), by: i64) -> Result<()> {
    let this = day_growth::table
        .filter(day_growth::day.eq(day))
        .filter(day_growth::dataset_id.eq(dataset));
    let there = diesel::update(this)
        .set(day_growth::records.eq(day_growth::records + by))
        .execute(connection)?;
    if there == 0 {
        diesel::insert_into(day_growth::table)
            .values((
                day_growth::day.eq(day),
                day_growth::dataset_id.eq(dataset),
                day_growth::records.eq(by),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// How many records there are, and how their number changed day by day.
#[derive(Debug, Clone, Default)]
pub struct Growth {
    /// How many there are; none before any were counted.
    pub records: Option<i64>,
    /// When the last of them were counted.
    pub as_of: Option<i64>,
    /// The first day on which any were counted.
    pub since: Option<String>,
    /// By how many their number changed, by day, for the days that were asked for.
    pub days: Vec<(String, i64)>,
}

impl Growth {
    fn add(&mut self, other: Growth) {
        let sum = |one: Option<i64>, other: Option<i64>| match (one, other) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.records = sum(self.records, other.records);
        self.as_of = self.as_of.max(other.as_of);
        self.since = match (self.since.take(), other.since) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self.days.extend(other.days);
    }
}

/// How many records these datasets have, or all of them, and how that changed since the day `from`.
///
/// # Errors
/// When the database fails.
pub fn growth(connection: &mut DbConnection, from: &str, datasets: Option<&[i64]>) -> Result<Growth> {
    macro_rules! of {
        ($profiles:expr, $growth:expr) => {{
            let (records, as_of): (Option<i64>, Option<i64>) = $profiles
                .select((
                    sql::<diesel::sql_types::Nullable<BigInt>>("CAST(SUM(records) AS BIGINT)"),
                    max(dataset_profile::as_of),
                ))
                .first(connection)
                .map_err(unavailable)?;
            let since: Option<String> = $growth
                .select(min(day_growth::day))
                .first(connection)
                .map_err(unavailable)?;
            let days: Vec<(String, i64)> = $growth
                .filter(day_growth::day.ge(from))
                .group_by(day_growth::day)
                .select((day_growth::day, sql::<BigInt>("CAST(SUM(records) AS BIGINT)")))
                .load(connection)
                .map_err(unavailable)?;
            Growth {
                records,
                as_of,
                since,
                days,
            }
        }};
    }
    let Some(datasets) = datasets else {
        return Ok(of!(dataset_profile::table, day_growth::table));
    };
    let mut all = Growth::default();
    for some in datasets.chunks(MAX_BINDS) {
        let part = of!(
            dataset_profile::table.filter(dataset_profile::dataset_id.eq_any(some)),
            day_growth::table.filter(day_growth::dataset_id.eq_any(some))
        );
        all.add(part);
    }
    Ok(all)
}
