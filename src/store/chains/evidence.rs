//! What the log is compared with: the changes that exchanges say they wrote.
//!
//! Invariant: a page is read as of one moment by whoever asks, so that what is written meanwhile is not taken
//! for a fault.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable};
use diesel::sqlite::{Sqlite, SqliteConnection};

use crate::error::Result;
use crate::store::schema::{change, dataset, dataset_head};
use crate::store::statement::statement;
use crate::store::{DbConnection, unavailable};

/// A change as it stands.
#[derive(Debug, Clone, Queryable)]
pub struct StoredChange {
    /// Its number.
    pub seq: i64,
    /// The record's key.
    pub key: String,
    /// Whether the record was deleted.
    pub deleted: bool,
    /// The payload; none after a deletion or an erasure.
    pub payload: Option<String>,
    /// The payload's digest.
    pub payload_sha256: Option<Vec<u8>>,
    /// The contract version that judged it.
    pub contract_id: i64,
    /// When it was committed.
    pub at: i64,
    /// The exchange that brought it.
    pub exchange_id: Vec<u8>,
    /// Whom it is about.
    pub subject: Option<Vec<u8>>,
}

/// The changes of a dataset from one number to another, both included.
///
/// # Errors
/// When the database fails.
pub fn changes(connection: &mut DbConnection, dataset: i64, from: i64, to: i64) -> Result<Vec<StoredChange>> {
    change::table
        .filter(change::dataset_id.eq(dataset))
        .filter(change::seq.ge(from))
        .filter(change::seq.le(to))
        .order(change::seq)
        .select((
            change::seq,
            change::key,
            change::deleted,
            change::payload,
            change::payload_sha256,
            change::contract_id,
            change::at,
            change::exchange_id,
            change::subject,
        ))
        .load(connection)
        .map_err(unavailable)
}

macro_rules! covered {
    ($name:ident on $backend:ty, $connection:ty) => {
        statement!(
            /// Changes, how many exchanges answer for each, and which change its record points to.
            $name on $backend, $connection: (
                dataset: i64 => BigInt, after: i64 => BigInt, limit: i64 => BigInt,
            ) -> (BigInt, Binary, BigInt, Nullable<BigInt>),
            "SELECT c.seq, c.exchange_id,
                    (SELECT count(*) FROM exchange x WHERE x.id = c.exchange_id
                     AND (x.chain_id IS NULL
                          OR x.dataset_id = c.dataset_id AND x.first_seq <= c.seq
                             AND c.seq < x.first_seq + x.changes)),
                    (SELECT r.seq FROM record r WHERE r.dataset_id = c.dataset_id AND r.key = c.key)
             FROM change c WHERE c.dataset_id = ? AND c.seq > ? ORDER BY c.seq LIMIT ?"
        );
    };
}

covered!(CoveredSqlite on Sqlite, SqliteConnection);
covered!(CoveredPostgres on Pg, PgConnection);

/// A change, and who answers for it.
#[derive(Debug, Clone, Queryable)]
pub struct Covered {
    /// Its number.
    pub seq: i64,
    /// The exchange that it names.
    pub exchange: Vec<u8>,
    /// How many rows of the exchange log answer for it.
    pub by: i64,
    /// The change to which the record points.
    pub record: Option<i64>,
}

/// The changes of a dataset behind `after`, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn covered(connection: &mut DbConnection, dataset: i64, after: i64, limit: i64) -> Result<Vec<Covered>> {
    let lifetime = PhantomData;
    match connection {
        DbConnection::Sqlite(inner) => CoveredSqlite {
            dataset,
            after,
            limit,
            lifetime,
        }
        .load(inner),
        DbConnection::Postgres(inner) => CoveredPostgres {
            dataset,
            after,
            limit,
            lifetime,
        }
        .load(inner),
    }
    .map_err(unavailable)
}

/// The number of each dataset that was not replaced, its address and the number of its last change.
///
/// # Errors
/// When the database fails.
pub fn heads(connection: &mut DbConnection) -> Result<Vec<(i64, i64)>> {
    dataset::table
        .inner_join(dataset_head::table)
        .filter(dataset::replaced_at.is_null())
        .order(dataset::id)
        .select((dataset::id, dataset_head::seq))
        .load(connection)
        .map_err(unavailable)
}

/// The number of a dataset's last change; `None` where it is gone or was replaced.
///
/// # Errors
/// When the database fails.
pub fn head(connection: &mut DbConnection, number: i64) -> Result<Option<i64>> {
    dataset::table
        .inner_join(dataset_head::table)
        .filter(dataset::id.eq(number))
        .filter(dataset::replaced_at.is_null())
        .select(dataset_head::seq)
        .first(connection)
        .optional()
        .map_err(unavailable)
}
