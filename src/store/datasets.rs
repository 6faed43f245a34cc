//! The table of datasets and their heads.

use diesel::prelude::*;

use super::schema::{dataset, dataset_head};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{DatasetId, FeedId, Seq, Timestamp};

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
