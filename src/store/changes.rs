//! Reading the change log: a dataset's feed.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::schema::{change, dataset_head, record};
use super::statement::statement;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{Seq, Timestamp};

/// How many datasets one query may name.
const MAX_BINDS: usize = 500;

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

/// When each of these datasets changed last.
///
/// # Errors
/// When the database fails.
pub fn newest_at(connection: &mut DbConnection, datasets: &[i64]) -> Result<Vec<(i64, Timestamp)>> {
    let mut all = Vec::with_capacity(datasets.len());
    for some in datasets.chunks(MAX_BINDS) {
        let newest = change::dataset_id
            .eq(dataset_head::dataset_id)
            .and(change::seq.eq(dataset_head::seq));
        let rows: Vec<(i64, i64)> = dataset_head::table
            .inner_join(change::table.on(newest))
            .filter(dataset_head::dataset_id.eq_any(some))
            .select((dataset_head::dataset_id, change::at))
            .load(connection)
            .map_err(unavailable)?;
        all.extend(rows.into_iter().map(|(dataset, at)| (dataset, Timestamp(at))));
    }
    Ok(all)
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

/// How many changes there were of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Records that did not stand before.
    pub created: i64,
    /// Records that stood and changed.
    pub updated: i64,
    /// Records that were deleted.
    pub deleted: i64,
}

/// The text that counts changes on both databases.
const WRITTEN: &str = "SELECT
         CAST(COALESCE(SUM(CASE WHEN NOT c.deleted AND (c.prev IS NULL OR p.deleted) THEN 1 ELSE 0 END), 0) AS BIGINT),
         CAST(COALESCE(SUM(CASE WHEN c.deleted THEN 1 ELSE 0 END), 0) AS BIGINT),
         CAST(COUNT(*) AS BIGINT)
     FROM change c LEFT JOIN change p ON p.dataset_id = c.dataset_id AND p.seq = c.prev
     WHERE c.dataset_id = ? AND c.seq > ? AND c.seq <= ? AND c.at >= ?";

statement!(
    /// Counts changes.
    WrittenSqlite on Sqlite, SqliteConnection:
        (dataset: i64 => BigInt, after: i64 => BigInt, upto: i64 => BigInt, since: i64 => BigInt)
        -> (BigInt, BigInt, BigInt),
    WRITTEN
);

statement!(
    /// Counts changes.
    WrittenPostgres on Pg, PgConnection:
        (dataset: i64 => BigInt, after: i64 => BigInt, upto: i64 => BigInt, since: i64 => BigInt)
        -> (BigInt, BigInt, BigInt),
    WRITTEN
);

/// How many of the changes after the first number, up to the second, were made at `since` or later, by kind.
///
/// # Errors
/// When the database fails.
pub fn written(
    connection: &mut DbConnection,
    dataset: i64,
    (after, upto): (i64, i64),
    since: Timestamp,
) -> Result<Written> {
    let (since, lifetime) = (since.0, PhantomData);
    let row: QueryResult<(i64, i64, i64)> = match connection {
        DbConnection::Sqlite(inner) => WrittenSqlite {
            dataset,
            after,
            upto,
            since,
            lifetime,
        }
        .get_result(inner),
        DbConnection::Postgres(inner) => WrittenPostgres {
            dataset,
            after,
            upto,
            since,
            lifetime,
        }
        .get_result(inner),
    };
    let (created, deleted, all) = row.map_err(unavailable)?;
    Ok(Written {
        created,
        deleted,
        updated: all - created - deleted,
    })
}
