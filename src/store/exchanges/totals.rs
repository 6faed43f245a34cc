//! What the log of exchanges comes to over a span of time.
//!
//! An exchange is named by its moment first, so a span is a range of the primary key, on both databases. A call that
//! is logged in parts counts once, by its first part. Invariant: the database adds up; however many exchanges there
//! are, a row is given for each agency, dataset, action and outcome.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::audit::ExchangeId;
use crate::error::Result;
use crate::store::schema::exchange;
use crate::store::{DbConnection, unavailable};
use crate::types::Timestamp;

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
        )
    };
}

/// What all exchanges of a span come to.
///
/// # Errors
/// When the database fails.
pub fn totals(connection: &mut DbConnection, span: Span) -> Result<Vec<Total>> {
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
