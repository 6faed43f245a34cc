//! Rows on their way: read from SQLite in the order of their keys, written to PostgreSQL many at a time.
//!
//! Invariant: memory holds one batch, whatever a table has.

use diesel::connection::DefaultLoadingMode;
use diesel::pg::{PgConnection, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::SqliteConnection;

use super::columns::Table;
use crate::error::Result;
use crate::store::unavailable;
use crate::types::{Digest, Digester};

/// How much is sent at once: bytes, and rows.
const BATCH: (usize, i64) = (1 << 20, 2_000);

#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many rows there are in SQLite.
pub(super) fn count(from: &mut SqliteConnection, table: &Table) -> Result<i64> {
    let count: Count = diesel::sql_query(format!("SELECT count(*) AS n FROM \"{}\"", table.name))
        .get_result(from)
        .map_err(unavailable)?;
    Ok(count.n)
}

/// Copies all rows; `told` learns how many there are already.
pub(super) fn copy(
    from: &mut SqliteConnection,
    into: &mut PgConnection,
    table: &Table,
    mut told: impl FnMut(i64),
) -> Result<()> {
    let insert = table.insert_postgres();
    let mut send = |batch: &mut String| {
        batch.push(']');
        let sent = diesel::sql_query(&insert).bind::<Text, _>(&*batch).execute(into);
        batch.clear();
        sent.map(|_| ()).map_err(unavailable)
    };
    let (mut batch, mut rows) = (String::new(), 0_i64);
    let lines = diesel::sql_query(table.json_sqlite())
        .load_iter::<Line, DefaultLoadingMode>(from)
        .map_err(unavailable)?;
    for line in lines {
        let line = line.map_err(unavailable)?.line;
        batch.push(if batch.is_empty() { '[' } else { ',' });
        batch.push_str(&line);
        rows = rows.saturating_add(1);
        if batch.len() > BATCH.0 || rows.checked_rem(BATCH.1) == Some(0) {
            send(&mut batch)?;
            told(rows);
        }
    }
    if !batch.is_empty() {
        send(&mut batch)?;
    }
    told(rows);
    Ok(())
}

/// The digest of all rows of SQLite, and how many there are.
pub(super) fn digest_sqlite(from: &mut SqliteConnection, table: &Table) -> Result<(Digest, i64)> {
    let lines = diesel::sql_query(table.text_sqlite())
        .load_iter::<Line, DefaultLoadingMode>(from)
        .map_err(unavailable)?;
    digest(lines)
}

/// The same of PostgreSQL.
pub(super) fn digest_postgres(into: &mut PgConnection, table: &Table) -> Result<(Digest, i64)> {
    let lines = diesel::sql_query(table.text_postgres())
        .load_iter::<Line, PgRowByRowLoadingMode>(into)
        .map_err(unavailable)?;
    digest(lines)
}

fn digest(lines: impl Iterator<Item = QueryResult<Line>>) -> Result<(Digest, i64)> {
    let (mut digester, mut rows) = (Digester::default(), 0_i64);
    for line in lines {
        digester.update(line.map_err(unavailable)?.line.as_bytes());
        digester.update(b"\n");
        rows = rows.saturating_add(1);
    }
    Ok((digester.finish(), rows))
}
