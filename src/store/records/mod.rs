//! Reading records: the version that stands, one by key, many by key, or page by page.
//!
//! A list without filters and order is [`page`]; any other is found by `list`, one as of an earlier
//! moment by `load`.

mod heads;
mod list;
mod load;
pub(super) mod sql;

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

pub use heads::{Head, heads};
pub use list::{Find, count as count_found, find, place};
pub use load::page_as_of;

use super::schema::{change, record};
use super::statement::statement;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::record::Standing;
use crate::types::{Digest, RecordKey, Seq, Timestamp};

/// A record as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its key.
    pub key: String,
    /// Its last change.
    pub seq: Seq,
    /// When that was.
    pub at: Timestamp,
    /// The payload's text; empty where it was erased.
    pub payload: String,
}

/// Which record is wanted: the dataset's number and the key.
pub type Wanted = (i64, RecordKey);

/// The row behind a [`Stored`].
type Row = (String, i64, i64, Option<String>);

fn stored((key, seq, at, payload): Row) -> Stored {
    Stored {
        key,
        seq: Seq(seq),
        at: Timestamp(at),
        payload: payload.unwrap_or_default(),
    }
}

/// Looks up many records at once; the answers stand in the order of the questions.
///
/// # Errors
/// When the database fails.
pub fn find_many(connection: &mut DbConnection, wanted: &[Wanted]) -> Result<Vec<Option<Stored>>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    match connection {
        DbConnection::Sqlite(inner) => wanted
            .iter()
            .map(|(dataset, key)| find_sqlite(inner, *dataset, key))
            .collect::<QueryResult<_>>(),
        DbConnection::Postgres(inner) => find_postgres(inner, wanted),
    }
    .map_err(unavailable)
}

statement!(
    /// The version that stands under one key.
    FindOne on Sqlite, SqliteConnection: (dataset: i64 => BigInt, key: &'a str => Text)
        -> (Text, BigInt, BigInt, Nullable<Text>),
    "SELECT r.key, r.seq, c.at, c.payload FROM record r
     JOIN change c ON c.dataset_id = r.dataset_id AND c.seq = r.seq
     WHERE r.dataset_id = ? AND r.key = ? AND NOT r.deleted"
);

statement!(
    /// The versions that stand under many keys, each with its place among them.
    FindMany on Pg, PgConnection: (datasets: Vec<i64> => Array<BigInt>, keys: Vec<&'a str> => Array<Text>)
        -> (BigInt, BigInt, BigInt, Nullable<Text>),
    "SELECT q.n, r.seq, c.at, c.payload FROM unnest(?, ?) WITH ORDINALITY AS q (dataset_id, key, n)
     CROSS JOIN LATERAL (
         SELECT seq FROM record
         WHERE dataset_id = q.dataset_id AND key = q.key COLLATE \"C\" AND NOT deleted LIMIT 1
     ) r
     CROSS JOIN LATERAL (
         SELECT at, payload FROM change WHERE dataset_id = q.dataset_id AND seq = r.seq LIMIT 1
     ) c"
);

fn find_sqlite(
    connection: &mut SqliteConnection,
    dataset: i64,
    key: &RecordKey,
) -> QueryResult<Option<Stored>> {
    let find = FindOne {
        dataset,
        key: key.as_str(),
        lifetime: PhantomData,
    };
    find.get_result::<Row>(connection)
        .optional()
        .map(|row| row.map(stored))
}

fn find_postgres(connection: &mut PgConnection, wanted: &[Wanted]) -> QueryResult<Vec<Option<Stored>>> {
    let find = FindMany {
        datasets: wanted.iter().map(|(dataset, _)| *dataset).collect(),
        keys: wanted.iter().map(|(_, key)| key.as_str()).collect(),
        lifetime: PhantomData,
    };
    let rows: Vec<(i64, i64, i64, Option<String>)> = find.load(connection)?;
    let mut found: Vec<Option<Stored>> = vec![None; wanted.len()];
    for (number, seq, at, payload) in rows {
        let index = usize::try_from(number).unwrap_or_default().wrapping_sub(1);
        if let (Some(slot), Some((_, key))) = (found.get_mut(index), wanted.get(index)) {
            *slot = Some(stored((key.to_string(), seq, at, payload)));
        }
    }
    Ok(found)
}

/// What stands under each of these keys, in their order; deleted records count as standing.
///
/// # Errors
/// When the database fails.
pub fn standings(
    connection: &mut DbConnection,
    dataset: i64,
    keys: &[RecordKey],
) -> Result<Vec<Option<Standing>>> {
    keys.iter()
        .map(|key| {
            let row: Option<(i64, Vec<u8>, bool)> = record::table
                .filter(record::dataset_id.eq(dataset))
                .filter(record::key.eq(key.as_str()))
                .select((record::seq, record::digest, record::deleted))
                .first(connection)
                .optional()?;
            row.map(|(seq, digest, deleted)| {
                let canonical = Digest::from_bytes(&digest).ok_or_else(|| unavailable("a damaged digest"))?;
                Ok(Standing {
                    seq: Seq(seq),
                    canonical,
                    deleted,
                })
            })
            .transpose()
        })
        .collect()
}

/// The records of a dataset by key in byte order, after `after`, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn page(
    connection: &mut DbConnection,
    dataset: i64,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Stored>> {
    let current = change::dataset_id
        .eq(record::dataset_id)
        .and(change::seq.eq(record::seq));
    record::table
        .inner_join(change::table.on(current))
        .filter(record::dataset_id.eq(dataset))
        .filter(record::key.gt(after.unwrap_or_default()))
        .filter(record::deleted.eq(false))
        .order(record::key)
        .limit(limit)
        .select((record::key, record::seq, change::at, change::payload))
        .load::<Row>(connection)
        .map(|rows| rows.into_iter().map(stored).collect())
        .map_err(unavailable)
}

/// How many records a dataset holds.
///
/// # Errors
/// When the database fails.
pub fn count(connection: &mut DbConnection, dataset: i64) -> Result<i64> {
    record::table
        .filter(record::dataset_id.eq(dataset))
        .filter(record::deleted.eq(false))
        .count()
        .get_result(connection)
        .map_err(unavailable)
}

/// The keys of the records after `after` in byte order, with their seq and the digest of what they
/// say.
///
/// # Errors
/// When the database fails.
pub fn digests(
    connection: &mut DbConnection,
    dataset: i64,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, i64, Digest)>> {
    let rows: Vec<(String, i64, Vec<u8>)> = record::table
        .filter(record::dataset_id.eq(dataset))
        .filter(record::key.gt(after))
        .filter(record::deleted.eq(false))
        .order(record::key)
        .limit(limit)
        .select((record::key, record::seq, record::digest))
        .load(connection)?;
    rows.into_iter()
        .map(|(key, seq, digest)| {
            let digest = Digest::from_bytes(&digest).ok_or_else(|| unavailable("a damaged digest"))?;
            Ok((key, seq, digest))
        })
        .collect()
}
