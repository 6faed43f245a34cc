//! [`Head`]: where a dataset stands, by which a hub knows whether what it read of it is still so.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use crate::error::Result;
use crate::store::statement::statement;
use crate::store::{DbConnection, unavailable};

/// Where a dataset stands: while this is the same, no record of it is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The feed: another where the dataset was put back, or the number is another dataset's now.
    feed: String,
    /// The last change's number.
    seq: i64,
    /// How often something was erased.
    erasures: i64,
}

impl Head {
    /// Whether something was erased between this and `later`.
    pub fn is_before_erasure(&self, later: &Head) -> bool {
        self.erasures != later.erasures
    }

    /// One as a test says.
    #[cfg(test)]
    pub fn told(feed: &str, seq: i64, erasures: i64) -> Self {
        let feed = feed.to_owned();
        Head { feed, seq, erasures }
    }
}

statement!(
    /// Where one dataset stands.
    OneHead on Sqlite, SqliteConnection: (dataset: i64 => BigInt) -> (Text, BigInt, BigInt),
    "SELECT d.feed, h.seq, h.erasures FROM dataset_head h JOIN dataset d ON d.id = h.dataset_id
     WHERE h.dataset_id = ?"
);

statement!(
    /// Where many datasets stand.
    ManyHeads on Pg, PgConnection: (datasets: &'a [i64] => Array<BigInt>) -> (BigInt, Text, BigInt, BigInt),
    "SELECT h.dataset_id, d.feed, h.seq, h.erasures FROM dataset_head h JOIN dataset d ON d.id = h.dataset_id
     WHERE h.dataset_id = ANY (?)"
);

/// Where these datasets stand, as far as there are such datasets.
///
/// # Errors
/// When the database fails.
pub fn heads(connection: &mut DbConnection, datasets: &[i64]) -> Result<Vec<(i64, Head)>> {
    let (rows, lifetime) = (Vec::with_capacity(datasets.len()), PhantomData);
    match connection {
        DbConnection::Sqlite(inner) => datasets.iter().try_fold(rows, |mut rows, dataset| {
            let dataset = *dataset;
            let one = OneHead { dataset, lifetime };
            let row: Option<(String, i64, i64)> = one.get_result(inner).optional()?;
            rows.extend(row.map(|(feed, seq, erasures)| (dataset, feed, seq, erasures)));
            Ok(rows)
        }),
        DbConnection::Postgres(inner) => ManyHeads { datasets, lifetime }.load(inner),
    }
    .map(|rows: Vec<(i64, String, i64, i64)>| {
        let head = |(dataset, feed, seq, erasures)| (dataset, Head { feed, seq, erasures });
        rows.into_iter().map(head).collect()
    })
    .map_err(unavailable)
}
