//! What became of a dataset since an earlier state: every key that changed, once.
//!
//! The first change of a key after a state is the one whose `prev` lies at or before it (or is not
//! there), and that `prev` is the key's version in that state. Invariant: one pass over the changes
//! since, in their order, and no look at what came before but by the primary key.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::statement::statement;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::record::Standing;
use crate::types::{Digest, Seq};

/// A key that changed since.
#[derive(Debug, Clone)]
pub struct Since {
    /// Its first change after the state.
    pub first: Seq,
    /// The key.
    pub key: String,
    /// What stood under it in that state.
    pub then: Then,
    /// What stands under it now.
    pub now: Standing,
}

/// What stood under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// No record.
    Absent,
    /// A record with this payload.
    Stood(String),
    /// A record whose payload is no longer kept.
    Lost,
}

/// The row behind a [`Since`].
type Row = (
    i64,
    String,
    Option<i64>,
    Option<bool>,
    Option<String>,
    i64,
    Vec<u8>,
    bool,
);

/// The pass for one of the databases; the text is the same for both.
macro_rules! since {
    ($name:ident, $backend:ty, $connection:ty) => {
        statement!(
            /// Keys that changed after a state, in the order of their first changes.
            $name on $backend, $connection: (
                dataset: i64 => BigInt, after: i64 => BigInt, state: i64 => BigInt, limit: i64 => BigInt,
            ) -> (BigInt, Text, Nullable<BigInt>, Nullable<Bool>, Nullable<Text>, BigInt, Binary, Bool),
            "SELECT c.seq, c.key, c.prev, p.deleted, p.payload, r.seq, r.digest, r.deleted
             FROM change c
             JOIN record r ON r.dataset_id = c.dataset_id AND r.key = c.key
             LEFT JOIN change p ON p.dataset_id = c.dataset_id AND p.seq = c.prev
             WHERE c.dataset_id = ? AND c.seq > ? AND (c.prev IS NULL OR c.prev <= ?)
             ORDER BY c.seq LIMIT ?"
        );
    };
}

since!(SinceSqlite, Sqlite, SqliteConnection);
since!(SincePostgres, Pg, PgConnection);

/// The keys that changed after `state`, in the order of their first changes, those whose first change
/// comes after `after`; at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn since(
    connection: &mut DbConnection,
    dataset: i64,
    state: Seq,
    after: Seq,
    limit: i64,
) -> Result<Vec<Since>> {
    let (state, after) = (state.0, after.0);
    let rows: QueryResult<Vec<Row>> = match connection {
        DbConnection::Sqlite(inner) => SinceSqlite {
            dataset,
            after,
            state,
            limit,
            lifetime: PhantomData,
        }
        .load(inner),
        DbConnection::Postgres(inner) => SincePostgres {
            dataset,
            after,
            state,
            limit,
            lifetime: PhantomData,
        }
        .load(inner),
    };
    rows.map_err(unavailable)?.into_iter().map(read).collect()
}

fn read((first, key, prev, deleted, payload, seq, digest, deleted_now): Row) -> Result<Since> {
    let then = match (prev, deleted, payload) {
        (None, ..) | (Some(_), Some(true), _) => Then::Absent,
        (Some(_), Some(false), Some(payload)) => Then::Stood(payload),
        (Some(_), _, _) => Then::Lost,
    };
    Ok(Since {
        first: Seq(first),
        key,
        then,
        now: Standing {
            seq: Seq(seq),
            canonical: Digest::from_bytes(&digest).ok_or_else(|| unavailable("a damaged digest"))?,
            deleted: deleted_now,
        },
    })
}
