//! The table of datasets and their heads.

use diesel::prelude::*;

use super::schema::{dataset, dataset_head};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::record::common_filters;
use crate::types::{DatasetId, FeedId, Seq, Timestamp};

/// How many datasets one query may name.
const MAX_BINDS: usize = 500;

/// The number of a dataset.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, id: &DatasetId) -> Result<Option<i64>> {
    dataset::table
        .filter(dataset::opd.eq(id.opd.as_str()))
        .filter(dataset::name.eq(id.name.as_str()))
        .filter(dataset::major.eq(i32::try_from(id.major).unwrap_or(i32::MAX)))
        .select(dataset::id)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Adds a dataset with an empty feed and gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, id: &DatasetId, feed: &FeedId, now: Timestamp) -> Result<i64> {
    let number: i64 = diesel::insert_into(dataset::table)
        .values((
            dataset::opd.eq(id.opd.as_str()),
            dataset::name.eq(id.name.as_str()),
            dataset::major.eq(i32::try_from(id.major).unwrap_or(i32::MAX)),
            dataset::feed.eq(feed.as_str()),
            dataset::created_at.eq(now.0),
        ))
        .returning(dataset::id)
        .get_result(connection)?;
    diesel::insert_into(dataset_head::table)
        .values((dataset_head::dataset_id.eq(number), dataset_head::seq.eq(0_i64)))
        .execute(connection)?;
    Ok(number)
}

/// Gives a dataset's slots the contract's filters; those that its records don't have yet are left to
/// be filled.
///
/// # Errors
/// When the database fails.
pub fn lay_out(connection: &mut DbConnection, dataset: i64, filters: &str, count: usize) -> Result<()> {
    let this = dataset_head::table.filter(dataset_head::dataset_id.eq(dataset));
    // A write under way ends before, with the filters that were.
    let seq = lock(connection, dataset)?;
    let (old, ready): (String, i32) = this
        .select((dataset_head::filters, dataset_head::ready))
        .first(connection)?;
    let count = i32::try_from(count).unwrap_or_default();
    let kept = i32::try_from(common_filters(&old, filters)).unwrap_or_default();
    let ready = if seq == Seq(0) { count } else { ready.min(kept) };
    let backfilled = (ready < count).then_some("");
    diesel::update(this)
        .set((
            dataset_head::filters.eq(filters),
            dataset_head::ready.eq(ready),
            dataset_head::backfilled.eq(backfilled),
        ))
        .execute(connection)?;
    Ok(())
}

/// Keeps everybody else from writing to a dataset until the transaction ends; gives its last number.
///
/// # Errors
/// When the database fails.
pub fn lock(connection: &mut DbConnection, dataset: i64) -> Result<Seq> {
    diesel::update(dataset_head::table.filter(dataset_head::dataset_id.eq(dataset)))
        .set(dataset_head::seq.eq(dataset_head::seq))
        .execute(connection)?;
    head(connection, dataset)
}

/// Which filters the slots of each dataset hold, as JSON lists.
///
/// # Errors
/// When the database fails.
pub fn filters(connection: &mut DbConnection) -> Result<Vec<(i64, String)>> {
    dataset_head::table
        .select((dataset_head::dataset_id, dataset_head::filters))
        .load(connection)
        .map_err(unavailable)
}

/// The last number of a dataset's feed.
///
/// # Errors
/// When the database fails.
pub fn head(connection: &mut DbConnection, dataset: i64) -> Result<Seq> {
    dataset_head::table
        .filter(dataset_head::dataset_id.eq(dataset))
        .select(dataset_head::seq)
        .first(connection)
        .map(Seq)
        .map_err(unavailable)
}

/// Where a feed stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The last number.
    pub seq: Seq,
    /// The feed's identity.
    pub feed: FeedId,
}

/// Where the feeds of these datasets stand.
///
/// # Errors
/// When the database fails.
pub fn heads(connection: &mut DbConnection, datasets: &[i64]) -> Result<Vec<(i64, Head)>> {
    let mut heads = Vec::with_capacity(datasets.len());
    for some in datasets.chunks(MAX_BINDS) {
        let rows: Vec<(i64, i64, String)> = dataset::table
            .inner_join(dataset_head::table)
            .filter(dataset::id.eq_any(some))
            .select((dataset::id, dataset_head::seq, dataset::feed))
            .load(connection)
            .map_err(unavailable)?;
        for (number, seq, feed) in rows {
            heads.push((number, head_of(seq, &feed)?));
        }
    }
    Ok(heads)
}

/// Where the feed of one dataset stands.
///
/// # Errors
/// When the database fails.
pub fn place(connection: &mut DbConnection, dataset: i64) -> Result<Head> {
    let (seq, feed): (i64, String) = dataset::table
        .inner_join(dataset_head::table)
        .filter(dataset::id.eq(dataset))
        .select((dataset_head::seq, dataset::feed))
        .first(connection)
        .map_err(unavailable)?;
    head_of(seq, &feed)
}

fn head_of(seq: i64, feed: &str) -> Result<Head> {
    let feed = feed.parse().map_err(unavailable)?;
    Ok(Head { seq: Seq(seq), feed })
}
