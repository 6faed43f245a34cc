//! What the records of datasets hold, as it was counted in the background, and how datasets grew.
//!
//! Not here: the counting. Invariant: growth is kept in the transaction that keeps the number of records which it explains, so
//! that all growth of a dataset adds up to its number of records.

use diesel::prelude::*;

use super::schema::{dataset_head, dataset_profile, day_growth};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

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

/// What is kept of a dataset, unless it has to be counted anew before anybody sees it.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, dataset: i64) -> Result<Option<ProfileRow>> {
    Ok(kept(connection, dataset)?.filter(|row| row.seq >= 0))
}

fn kept(connection: &mut DbConnection, dataset: i64) -> Result<Option<ProfileRow>> {
    dataset_profile::table
        .filter(dataset_profile::dataset_id.eq(dataset))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Keeps what was counted on `day`, unless a later count is kept; tells whether it did. `parts` are those that grow with
/// the dataset.
///
/// # Errors
/// When the database fails.
pub fn keep(connection: &mut DbConnection, row: &ProfileRow, day: &str, parts: &[&str]) -> Result<bool> {
    let this = dataset_profile::table.filter(dataset_profile::dataset_id.eq(row.dataset));
    // Hubs that counted at the same time do this one after the other.
    diesel::update(this)
        .set(dataset_profile::seq.eq(dataset_profile::seq))
        .execute(connection)?;
    let before = kept(connection, row.dataset)?;
    match &before {
        Some(before) if before.as_of > row.as_of => return Ok(false),
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
    parts
        .iter()
        .try_for_each(|part| grow(connection, (part, day), grown))?;
    Ok(true)
}

fn grow(connection: &mut DbConnection, (part, day): (&str, &str), by: i64) -> Result<()> {
    let this = day_growth::table
        .filter(day_growth::part.eq(part))
        .filter(day_growth::day.eq(day));
    let there = diesel::update(this)
        .set(day_growth::records.eq(day_growth::records + by))
        .execute(connection)?;
    if there == 0 {
        diesel::insert_into(day_growth::table)
            .values((
                day_growth::part.eq(part),
                day_growth::day.eq(day),
                day_growth::records.eq(by),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// By how many records a part of the data grew, day by day from the first day on which it was counted.
///
/// # Errors
/// When the database fails.
pub fn growth(connection: &mut DbConnection, part: &str) -> Result<Vec<(String, i64)>> {
    day_growth::table
        .filter(day_growth::part.eq(part))
        .order(day_growth::day)
        .select((day_growth::day, day_growth::records))
        .load(connection)
        .map_err(unavailable)
}
