//! Reading the change log: a dataset's feed.

use diesel::prelude::*;

use super::schema::{change, record};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{Seq, Timestamp};

/// What of a change is read.
const COLUMNS: (
    change::seq,
    change::key,
    change::deleted,
    change::payload,
    change::contract_id,
    change::at,
) = (
    change::seq,
    change::key,
    change::deleted,
    change::payload,
    change::contract_id,
    change::at,
);

/// One entry of a feed.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its number.
    pub seq: Seq,
    /// The record's key.
    pub key: String,
    /// Whether the record was deleted.
    pub deleted: bool,
    /// The payload's text; `None` after a deletion.
    pub payload: Option<String>,
    /// The number of the contract version that judged it.
    pub contract: i64,
    /// When it was committed.
    pub at: Timestamp,
}

/// The row behind a [`Change`].
type Row = (i64, String, bool, Option<String>, i64, i64);

fn change_of((seq, key, deleted, payload, contract, at): Row) -> Change {
    Change {
        seq: Seq(seq),
        key,
        deleted,
        payload,
        contract,
        at: Timestamp(at),
    }
}

/// The changes after `since`, in order, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn page(connection: &mut DbConnection, dataset: i64, since: Seq, limit: i64) -> Result<Vec<Change>> {
    change::table
        .filter(change::dataset_id.eq(dataset))
        .filter(change::seq.gt(since.0))
        .order(change::seq)
        .limit(limit)
        .select(COLUMNS)
        .load::<Row>(connection)
        .map(|rows| rows.into_iter().map(change_of).collect())
        .map_err(unavailable)
}

/// When this change was committed; `None` where it is not kept.
///
/// # Errors
/// When the database fails.
pub fn at(connection: &mut DbConnection, dataset: i64, seq: Seq) -> Result<Option<Timestamp>> {
    let at: Option<i64> = change::table
        .find((dataset, seq.0))
        .select(change::at)
        .first(connection)
        .optional()?;
    Ok(at.map(Timestamp))
}

/// The oldest change that is kept.
///
/// # Errors
/// When the database fails.
pub fn oldest(connection: &mut DbConnection, dataset: i64) -> Result<Option<Seq>> {
    let seq: Option<i64> = change::table
        .filter(change::dataset_id.eq(dataset))
        .order(change::seq)
        .select(change::seq)
        .first(connection)
        .optional()?;
    Ok(seq.map(Seq))
}

/// Of the changes after `since` and up to `end`, in order, those that are the newest of their key; at
/// most `limit`. Every change in between is looked at: the caller bounds how many those are.
///
/// # Errors
/// When the database fails.
pub fn newest(
    connection: &mut DbConnection,
    dataset: i64,
    since: Seq,
    end: Seq,
    limit: i64,
) -> Result<Vec<Change>> {
    // A subquery for one value is looked up change by change on both databases, whatever else their
    // planners would think of.
    let newest = record::table
        .filter(record::dataset_id.eq(change::dataset_id))
        .filter(record::key.eq(change::key))
        .select(record::seq)
        .single_value();
    change::table
        .filter(change::dataset_id.eq(dataset))
        .filter(change::seq.gt(since.0))
        .filter(change::seq.le(end.0))
        .filter(newest.eq(change::seq.nullable()))
        .order(change::seq)
        .limit(limit)
        .select(COLUMNS)
        .load::<Row>(connection)
        .map(|rows| rows.into_iter().map(change_of).collect())
        .map_err(unavailable)
}
