//! What the log of exchanges comes to over a span of time.
//!
//! An exchange is named by its moment first, so a span is a range of the primary key, on both databases. A call that
//! is logged in parts counts once, by its first part. PostgreSQL adds up itself; SQLite would sort all rows to group
//! them, so there they are added up one after the other as they come. Invariant: however many exchanges there are, memory
//! holds a row for each agency, dataset, action and outcome.

use std::collections::HashMap;

use diesel::connection::DefaultLoadingMode;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;

use crate::audit::ExchangeId;
use crate::error::Result;
use crate::store::schema::exchange;
use crate::store::{DbConnection, unavailable};
use crate::types::Timestamp;

/// Agency, dataset, action and outcome: what is added up together.
type Group = (Option<String>, Option<String>, String, String);

/// From a moment on, to before another.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The first moment.
    pub from: Timestamp,
    /// The moment behind the last one.
    pub until: Timestamp,
}

/// What calls of one kind come to.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Total {
    /// Which agency called.
    pub opd: Option<String>,
    /// About which dataset.
    pub dataset: Option<String>,
    /// What was asked.
    pub action: String,
    /// What came of it.
    pub outcome: String,
    /// How many calls.
    pub calls: i64,
    /// Records stored or read.
    pub records: i64,
    /// Records refused.
    pub rejected: i64,
    /// How many changes were written.
    pub changes: i64,
    /// Bytes of payload.
    pub bytes: i64,
    /// References to nothing that were stored.
    pub unresolved: i64,
    /// The last of these calls, in milliseconds since the epoch.
    pub last: i64,
    /// The last of them with records; 0 where there is none.
    pub filled: i64,
}

/// The sums of a group.
macro_rules! sums {
    () => {
        (
            exchange::opd,
            exchange::dataset,
            exchange::action,
            exchange::outcome,
            sql::<BigInt>("CAST(SUM(CASE WHEN part = 0 THEN times ELSE 0 END) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(records) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(rejected) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(changes) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(bytes) AS BIGINT)"),
            sql::<BigInt>("CAST(SUM(unresolved) AS BIGINT)"),
            sql::<BigInt>("CAST(MAX(at) AS BIGINT)"),
            sql::<BigInt>("CAST(MAX(CASE WHEN records > 0 THEN at ELSE 0 END) AS BIGINT)"),
        )
    };
}

/// What all exchanges of a span come to.
///
/// # Errors
/// When the database fails.
pub fn totals(connection: &mut DbConnection, span: Span) -> Result<Vec<Total>> {
    if let DbConnection::Sqlite(inner) = connection {
        return added(inner, span);
    }
    let (from, until) = (ExchangeId::lowest(span.from), ExchangeId::lowest(span.until));
    exchange::table
        .filter(exchange::id.ge(from.as_bytes()))
        .filter(exchange::id.lt(until.as_bytes()))
        .group_by((
            exchange::opd,
            exchange::dataset,
            exchange::action,
            exchange::outcome,
        ))
        .select(sums!())
        .load(connection)
        .map_err(unavailable)
}

/// A row as it is added.
type Row = (
    Option<String>,
    Option<String>,
    String,
    String,
    (i32, i64),
    i64,
    i64,
    i64,
    i64,
    i64,
    i64,
);

/// The same, row by row in the order of the primary key.
fn added(connection: &mut SqliteConnection, span: Span) -> Result<Vec<Total>> {
    let (from, until) = (ExchangeId::lowest(span.from), ExchangeId::lowest(span.until));
    let rows = exchange::table
        .filter(exchange::id.ge(from.as_bytes()))
        .filter(exchange::id.lt(until.as_bytes()))
        .select((
            exchange::opd,
            exchange::dataset,
            exchange::action,
            exchange::outcome,
            (exchange::part, exchange::times),
            exchange::records,
            exchange::rejected,
            exchange::changes,
            exchange::bytes,
            exchange::unresolved,
            exchange::at,
        ))
        .load_iter::<Row, DefaultLoadingMode>(connection)
        .map_err(unavailable)?;
    let mut totals: HashMap<Group, [i64; 8]> = HashMap::new();
    for row in rows {
        let (opd, dataset, action, outcome, (part, times), records, rejected, changes, bytes, unresolved, at) =
            row.map_err(unavailable)?;
        let [calls, sums @ .., last, filled] = totals.entry((opd, dataset, action, outcome)).or_default();
        *calls += if part == 0 { times } else { 0 };
        for (sum, more) in sums
            .iter_mut()
            .zip([records, rejected, changes, bytes, unresolved])
        {
            *sum += more;
        }
        *last = at.max(*last);
        if records > 0 {
            *filled = at.max(*filled);
        }
    }
    let total = |((opd, dataset, action, outcome), sums): (_, [i64; 8])| {
        let [calls, records, rejected, changes, bytes, unresolved, last, filled] = sums;
        Total {
            opd,
            dataset,
            action,
            outcome,
            calls,
            records,
            rejected,
            changes,
            bytes,
            unresolved,
            last,
            filled,
        }
    };
    Ok(totals.into_iter().map(total).collect())
}

/// What the exchanges of a span about these datasets come to.
///
/// # Errors
/// When the database fails.
pub fn of_datasets(connection: &mut DbConnection, datasets: &[String], span: Span) -> Result<Vec<Total>> {
    let (from, until) = (ExchangeId::lowest(span.from), ExchangeId::lowest(span.until));
    exchange::table
        .filter(exchange::dataset.eq_any(datasets))
        .filter(exchange::id.ge(from.as_bytes()))
        .filter(exchange::id.lt(until.as_bytes()))
        .group_by((
            exchange::opd,
            exchange::dataset,
            exchange::action,
            exchange::outcome,
        ))
        .select(sums!())
        .load(connection)
        .map_err(unavailable)
}
