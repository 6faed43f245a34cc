//! The table of datasets and their heads.

use diesel::prelude::*;

use super::schema::{change, dataset, dataset_head, record, referral, rejection};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::record::{FoundBy, common_fields};
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
pub fn lay_out(connection: &mut DbConnection, dataset: i64, found_by: &FoundBy) -> Result<()> {
    let this = dataset_head::table.filter(dataset_head::dataset_id.eq(dataset));
    // A write under way ends before, with the filters that were.
    let seq = lock(connection, dataset)?;
    let (old, ready): (String, i32) = this
        .select((dataset_head::filters, dataset_head::ready))
        .first(connection)?;
    let filters = found_by.text();
    let count = i32::try_from(found_by.len()).unwrap_or_default();
    let kept = i32::try_from(common_fields(&old, &filters)).unwrap_or_default();
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

/// The number of a dataset's sandbox.
///
/// # Errors
/// When the database fails.
pub fn sandbox(connection: &mut DbConnection, real: i64) -> Result<Option<i64>> {
    dataset::table
        .filter(dataset::sandbox_of.eq(Some(real)))
        .filter(dataset::replaced_at.is_null())
        .select(dataset::id)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The sandboxes that are in use: of which dataset, the own number, and the feed.
///
/// # Errors
/// When the database fails.
pub fn sandboxes(connection: &mut DbConnection) -> Result<Vec<(i64, i64, String)>> {
    dataset::table
        .filter(dataset::sandbox_of.is_not_null())
        .filter(dataset::replaced_at.is_null())
        .select((dataset::sandbox_of.assume_not_null(), dataset::id, dataset::feed))
        .load(connection)
        .map_err(unavailable)
}

/// Gives a dataset a new, empty sandbox in place of the one it may have; gives its number.
///
/// # Errors
/// When the database fails.
pub fn replace_sandbox(
    connection: &mut DbConnection,
    real: i64,
    id: &DatasetId,
    feed: &FeedId,
    now: Timestamp,
) -> Result<i64> {
    diesel::update(dataset::table)
        .filter(dataset::sandbox_of.eq(Some(real)))
        .filter(dataset::replaced_at.is_null())
        .set(dataset::replaced_at.eq(Some(now.0)))
        .execute(connection)?;
    insert_sandbox(connection, real, id, feed, now)
}

fn insert_sandbox(
    connection: &mut DbConnection,
    real: i64,
    id: &DatasetId,
    feed: &FeedId,
    now: Timestamp,
) -> Result<i64> {
    let number: i64 = diesel::insert_into(dataset::table)
        .values((
            dataset::opd.eq(id.opd.as_str()),
            // No dataset can have such a name.
            dataset::name.eq(format!("{}#{feed}", id.name)),
            dataset::major.eq(i32::try_from(id.major).unwrap_or(i32::MAX)),
            dataset::feed.eq(feed.as_str()),
            dataset::created_at.eq(now.0),
            dataset::sandbox_of.eq(Some(real)),
        ))
        .returning(dataset::id)
        .get_result(connection)?;
    diesel::insert_into(dataset_head::table)
        .values((dataset_head::dataset_id.eq(number), dataset_head::seq.eq(0_i64)))
        .execute(connection)?;
    Ok(number)
}

/// Adds a dataset for one test, which is deleted like a sandbox that was replaced; gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert_trial(
    connection: &mut DbConnection,
    real: i64,
    id: &DatasetId,
    feed: &FeedId,
    now: Timestamp,
) -> Result<i64> {
    let number = insert_sandbox(connection, real, id, feed, now)?;
    diesel::update(dataset::table.filter(dataset::id.eq(number)))
        .set(dataset::replaced_at.eq(Some(now.0)))
        .execute(connection)?;
    Ok(number)
}

/// The sandboxes that were replaced before `before`.
///
/// # Errors
/// When the database fails.
pub fn replaced(connection: &mut DbConnection, before: Timestamp) -> Result<Vec<i64>> {
    dataset::table
        .filter(dataset::replaced_at.lt(before.0))
        .select(dataset::id)
        .load(connection)
        .map_err(unavailable)
}

/// Deletes some rows of a sandbox that was replaced, and the sandbox itself after the last; tells
/// whether there is more to delete.
///
/// # Errors
/// When the database fails.
pub fn erase(connection: &mut DbConnection, sandbox: i64, limit: i64) -> Result<bool> {
    let changes: Option<i64> = change::table
        .filter(change::dataset_id.eq(sandbox))
        .select(diesel::dsl::min(change::seq))
        .first(connection)?;
    let keys: Vec<String> = record::table
        .filter(record::dataset_id.eq(sandbox))
        .order(record::key)
        .limit(limit)
        .select(record::key)
        .load(connection)?;
    let rejections: Option<i64> = rejection::table
        .filter(rejection::dataset_id.eq(sandbox))
        .select(diesel::dsl::min(rejection::number))
        .first(connection)?;
    if let Some(first) = changes {
        diesel::delete(change::table)
            .filter(change::dataset_id.eq(sandbox))
            .filter(change::seq.lt(first.saturating_add(limit)))
            .execute(connection)?;
    }
    if let Some(last) = keys.last() {
        diesel::delete(record::table)
            .filter(record::dataset_id.eq(sandbox))
            .filter(record::key.le(last))
            .execute(connection)?;
    }
    if let Some(first) = rejections {
        diesel::delete(rejection::table)
            .filter(rejection::dataset_id.eq(sandbox))
            .filter(rejection::number.lt(first.saturating_add(limit)))
            .execute(connection)?;
    }
    diesel::delete(referral::table.filter(referral::dataset_id.eq(sandbox))).execute(connection)?;
    if changes.is_some() || rejections.is_some() || !keys.is_empty() {
        return Ok(true);
    }
    diesel::delete(dataset_head::table.filter(dataset_head::dataset_id.eq(sandbox))).execute(connection)?;
    diesel::delete(dataset::table.filter(dataset::id.eq(sandbox))).execute(connection)?;
    Ok(false)
}
