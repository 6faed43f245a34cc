//! The versions behind picked records: payloads by their seq, and what stood at an earlier seq.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::Stored;
use crate::error::Result;
use crate::store::schema::record;
use crate::store::statement::statement;
use crate::store::{DbConnection, unavailable};
use crate::types::{Seq, Timestamp};

/// A version: its seq, when it was, the payload, whether it is a deletion.
type Version = (i64, i64, Option<String>, bool);

statement!(
    /// One version.
    OneVersion on Sqlite, SqliteConnection: (dataset: i64 => BigInt, seq: i64 => BigInt)
        -> (BigInt, BigInt, Nullable<Text>, Bool),
    "SELECT seq, at, payload, deleted FROM change WHERE dataset_id = ? AND seq = ?"
);

statement!(
    /// Many versions, each with its place among them.
    ManyVersions on Pg, PgConnection: (seqs: Vec<i64> => Array<BigInt>, dataset: i64 => BigInt)
        -> (BigInt, BigInt, BigInt, Nullable<Text>, Bool),
    "SELECT q.n, q.seq, c.at, c.payload, c.deleted FROM unnest(?) WITH ORDINALITY AS q (seq, n)
     CROSS JOIN LATERAL (
         SELECT at, payload, deleted FROM change WHERE dataset_id = ? AND seq = q.seq LIMIT 1
     ) c"
);

statement!(
    /// From one version back to the newest that is not after a seq.
    BackOne on Sqlite, SqliteConnection: (
        seq: i64 => BigInt,
        dataset: i64 => BigInt,
        above: i64 => BigInt,
        as_of: i64 => BigInt,
    ) -> BigInt,
    "WITH RECURSIVE back (seq) AS (
         SELECT ?
         UNION ALL
         SELECT c.prev FROM back CROSS JOIN change c
         WHERE c.dataset_id = ? AND c.seq = back.seq AND back.seq > ? AND c.prev IS NOT NULL
     ) SELECT seq FROM back WHERE seq <= ?"
);

statement!(
    /// From many versions back, each with its place among them.
    BackMany on Pg, PgConnection: (
        seqs: Vec<i64> => Array<BigInt>,
        dataset: i64 => BigInt,
        above: i64 => BigInt,
        as_of: i64 => BigInt,
    ) -> (BigInt, BigInt),
    "WITH RECURSIVE back (n, seq) AS (
         SELECT q.n, q.seq FROM unnest(?) WITH ORDINALITY AS q (seq, n)
         UNION ALL
         SELECT back.n, c.prev FROM back CROSS JOIN LATERAL (
             SELECT prev FROM change WHERE dataset_id = ? AND seq = back.seq LIMIT 1
         ) c WHERE back.seq > ? AND c.prev IS NOT NULL
     ) SELECT n, seq FROM back WHERE seq <= ? ORDER BY n"
);

/// The versions with these keys and seqs, in their order.
///
/// # Errors
/// When the database fails.
pub(super) fn versions(
    connection: &mut DbConnection,
    dataset: i64,
    picked: Vec<(String, i64)>,
) -> Result<Vec<Stored>> {
    let seqs: Vec<i64> = picked.iter().map(|(_, seq)| *seq).collect();
    let found = by_seq(connection, dataset, seqs).map_err(unavailable)?;
    let stored = picked.into_iter().zip(found).filter_map(|((key, _), found)| {
        let (seq, at, payload, deleted) = found?;
        (!deleted).then(|| Stored {
            key,
            seq: Seq(seq),
            at: Timestamp(at),
            payload: payload.unwrap_or_default(),
        })
    });
    Ok(stored.collect())
}

/// The records after `after` by key as they stood at `as_of`, out of the next `limit` that ever were;
/// and the last key that was looked at, `None` when there are no more.
///
/// # Errors
/// When the database fails.
pub fn page_as_of(
    connection: &mut DbConnection,
    dataset: i64,
    as_of: Seq,
    after: Option<&str>,
    limit: i64,
) -> Result<(Vec<Stored>, Option<String>)> {
    let now: Vec<(String, i64)> = record::table
        .filter(record::dataset_id.eq(dataset))
        .filter(record::key.gt(after.unwrap_or_default()))
        .order(record::key)
        .limit(limit)
        .select((record::key, record::seq))
        .load(connection)
        .map_err(unavailable)?;
    let whole = i64::try_from(now.len()).is_ok_and(|count| count == limit);
    let last = now.last().filter(|_| whole).map(|(key, _)| key.clone());
    let seqs = now.iter().map(|(_, seq)| *seq).collect();
    let then = back(connection, dataset, seqs, as_of).map_err(unavailable)?;
    let picked = now.into_iter().zip(then);
    let picked = picked.filter_map(|((key, _), seq)| Some((key, seq?))).collect();
    Ok((versions(connection, dataset, picked)?, last))
}

fn by_seq(connection: &mut DbConnection, dataset: i64, seqs: Vec<i64>) -> QueryResult<Vec<Option<Version>>> {
    match connection {
        DbConnection::Sqlite(inner) => seqs
            .into_iter()
            .map(|seq| {
                let one = OneVersion {
                    dataset,
                    seq,
                    lifetime: PhantomData,
                };
                one.get_result::<Version>(inner).optional()
            })
            .collect(),
        DbConnection::Postgres(inner) => {
            let mut found: Vec<Option<Version>> = vec![None; seqs.len()];
            let many = ManyVersions {
                seqs,
                dataset,
                lifetime: PhantomData,
            };
            let rows: Vec<(i64, i64, i64, Option<String>, bool)> = many.load(inner)?;
            for (number, seq, at, payload, deleted) in rows {
                put(&mut found, number, (seq, at, payload, deleted));
            }
            Ok(found)
        }
    }
}

/// For each seq the newest of the same record that is not after `as_of`.
fn back(
    connection: &mut DbConnection,
    dataset: i64,
    seqs: Vec<i64>,
    as_of: Seq,
) -> QueryResult<Vec<Option<i64>>> {
    match connection {
        DbConnection::Sqlite(inner) => seqs
            .into_iter()
            .map(|seq| {
                let one = BackOne {
                    seq,
                    dataset,
                    above: as_of.0,
                    as_of: as_of.0,
                    lifetime: PhantomData,
                };
                one.get_result::<i64>(inner).optional()
            })
            .collect(),
        DbConnection::Postgres(inner) => {
            let mut found = vec![None; seqs.len()];
            let many = BackMany {
                seqs,
                dataset,
                above: as_of.0,
                as_of: as_of.0,
                lifetime: PhantomData,
            };
            let rows: Vec<(i64, i64)> = many.load(inner)?;
            for (number, seq) in rows {
                put(&mut found, number, seq);
            }
            Ok(found)
        }
    }
}

/// Puts what was found for the question with this number, from 1, in its place.
fn put<T>(found: &mut [Option<T>], number: i64, value: T) {
    let index = usize::try_from(number).unwrap_or_default().wrapping_sub(1);
    if let Some(slot) = found.get_mut(index) {
        *slot = Some(value);
    }
}
