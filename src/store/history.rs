//! The versions of one record: a walk along the chain of its changes, newest first.
//!
//! Every change knows the one before it of the same key, so a page costs as many look-ups by the
//! primary key as it has versions, and no index beside it. Invariant: one statement, one moment.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::schema::record;
use super::statement::statement;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{RecordKey, Seq, Timestamp};

/// One version of a record.
#[derive(Debug, Clone)]
pub struct Version {
    /// The change that made it.
    pub seq: Seq,
    /// Whether the record was deleted.
    pub deleted: bool,
    /// The payload's text; `None` after a deletion, or where it was erased.
    pub payload: Option<String>,
    /// The number of the contract version that judged it.
    pub contract: i64,
    /// When it was committed.
    pub at: Timestamp,
    /// Who made it; `None` when the log no longer tells.
    pub by: Option<Author>,
}

/// Who stands behind a version; neither is there for whoever manages the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// The agency's code.
    pub opd: Option<String>,
    /// The application's name.
    pub application: Option<String>,
}

/// The row behind a [`Version`].
type Row = (
    i64,
    bool,
    Option<String>,
    i64,
    i64,
    bool,
    Option<String>,
    Option<String>,
);

/// The walk for one of the databases; the text is the same for both.
macro_rules! walk {
    ($name:ident, $backend:ty, $connection:ty) => {
        statement!(
            /// So many versions from this change on, back in time.
            $name on $backend, $connection: (
                dataset: i64 => BigInt, from: i64 => BigInt, again: i64 => BigInt, limit: i64 => BigInt,
            ) -> (BigInt, Bool, Nullable<Text>, BigInt, BigInt, Bool, Nullable<Text>, Nullable<Text>),
            "WITH RECURSIVE chain (seq, deleted, payload, contract_id, at, exchange_id, prev, n) AS (
                 SELECT seq, deleted, payload, contract_id, at, exchange_id, prev, CAST(1 AS BIGINT)
                 FROM change WHERE dataset_id = ? AND seq = ?
                 UNION ALL
                 SELECT c.seq, c.deleted, c.payload, c.contract_id, c.at, c.exchange_id, c.prev, chain.n + 1
                 FROM chain JOIN change c ON c.dataset_id = ? AND c.seq = chain.prev
                 WHERE chain.n < ?
             )
             SELECT chain.seq, chain.deleted, chain.payload, chain.contract_id, chain.at, x.id IS NOT NULL, x.opd,
                    a.name
             FROM chain
             LEFT JOIN exchange x ON x.id = chain.exchange_id
                  AND x.part = (SELECT min(part) FROM exchange WHERE id = chain.exchange_id)
             LEFT JOIN application a ON a.id = x.application_id
             ORDER BY chain.n"
        );
    };
}

walk!(WalkSqlite, Sqlite, SqliteConnection);
walk!(WalkPostgres, Pg, PgConnection);

/// The last change of a record, which may be its deletion; `None` when there never was one.
///
/// # Errors
/// When the database fails.
pub fn last(connection: &mut DbConnection, dataset: i64, key: &RecordKey) -> Result<Option<Seq>> {
    record::table
        .filter(record::dataset_id.eq(dataset))
        .filter(record::key.eq(key.as_str()))
        .select(record::seq)
        .first(connection)
        .map(Seq)
        .optional()
        .map_err(unavailable)
}

/// The versions of a record from the change `from` on, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn walk(connection: &mut DbConnection, dataset: i64, from: Seq, limit: i64) -> Result<Vec<Version>> {
    let from = from.0;
    let rows: QueryResult<Vec<Row>> = match connection {
        DbConnection::Sqlite(inner) => WalkSqlite {
            dataset,
            from,
            again: dataset,
            limit,
            lifetime: PhantomData,
        }
        .load(inner),
        DbConnection::Postgres(inner) => WalkPostgres {
            dataset,
            from,
            again: dataset,
            limit,
            lifetime: PhantomData,
        }
        .load(inner),
    };
    Ok(rows.map_err(unavailable)?.into_iter().map(version).collect())
}

fn version((seq, deleted, payload, contract, at, logged, opd, application): Row) -> Version {
    Version {
        seq: Seq(seq),
        deleted,
        payload,
        contract,
        at: Timestamp(at),
        by: logged.then_some(Author { opd, application }),
    }
}
