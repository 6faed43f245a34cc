//! The exchange log: what wrote nothing else is inserted here; searched, read whole, forgotten.
//!
//! Not here: the exchanges of writes, which are stored with what they wrote (`append`). Invariant: a row is
//! never changed.

mod column;
mod forget;
mod recent;
mod row;
mod search;
mod totals;

use std::collections::HashMap;

use diesel::prelude::*;

use super::chains::{Chain, OpenLink};
use super::schema::{application, exchange, opd, person};
use super::{DbConnection, append, unavailable};
use crate::audit::{Columns, Exchange, ExchangeId};
use crate::error::Result;
use crate::types::Timestamp;

pub use forget::{datasets, forget};
pub use recent::{Sent, sent_lately};
pub use row::{RowKey, StoredExchange};
pub use search::{COMMON, LogPage, Wanted, find, page};
pub use totals::{Span, Total, of_datasets, totals};

/// How many ids are looked up at once.
const AT_ONCE: usize = 500;

/// Logs exchanges in one transaction, as one link of `chain`. What is logged already, because a commit was not
/// heard of, stays as it is.
///
/// # Errors
/// When the database fails; then none of them is logged.
pub fn insert(
    connection: &mut DbConnection,
    exchanges: &[Exchange],
    now: Timestamp,
    chain: &mut Chain,
) -> Result<()> {
    let rows: Vec<Columns<'_>> = exchanges.iter().map(Exchange::columns).collect();
    let first = insert_all(connection, &rows, now, chain);
    if first.is_ok() {
        return first;
    }
    let known = known(connection, &rows)?;
    if known.is_empty() {
        return first;
    }
    let new: Vec<Columns<'_>> = rows
        .into_iter()
        .filter(|row| !known.contains(&(row.id.to_vec(), row.part)))
        .collect();
    insert_all(connection, &new, now, chain)
}

fn insert_all(
    connection: &mut DbConnection,
    rows: &[Columns<'_>],
    now: Timestamp,
    chain: &mut Chain,
) -> Result<()> {
    let mut link = chain.open(connection, now)?;
    let inserted = connection.in_write(|connection| insert_linked(connection, rows, &mut link));
    match &inserted {
        Ok(()) => chain.moved(&link),
        Err(_) => chain.unsure(),
    }
    inserted
}

fn insert_linked(connection: &mut DbConnection, rows: &[Columns<'_>], link: &mut OpenLink) -> Result<()> {
    match connection {
        DbConnection::Sqlite(inner) => append::sqlite_exchanges(inner, rows, link)?,
        DbConnection::Postgres(inner) => append::postgres_exchanges(inner, rows, link)?,
    }
    link.store(connection)?;
    Ok(())
}

/// Which of these rows are there.
fn known(connection: &mut DbConnection, rows: &[Columns<'_>]) -> Result<Vec<(Vec<u8>, i32)>> {
    let mut known = Vec::new();
    for some in rows.chunks(AT_ONCE) {
        let ids: Vec<&[u8]> = some.iter().map(|row| row.id).collect();
        let mut found: Vec<(Vec<u8>, i32)> = exchange::table
            .filter(exchange::id.eq_any(ids))
            .select((exchange::id, exchange::part))
            .load(connection)
            .map_err(unavailable)?;
        known.append(&mut found);
    }
    Ok(known)
}

/// The rows behind `after`, oldest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn rows(
    connection: &mut DbConnection,
    after: Option<&RowKey>,
    limit: i64,
) -> Result<Vec<StoredExchange>> {
    let mut rows = exchange::table.into_boxed();
    if let Some((id, part)) = after {
        let same = exchange::id.eq(id).and(exchange::part.gt(part));
        rows = rows
            .filter(exchange::id.ge(id))
            .filter(exchange::id.gt(id).or(same));
    }
    rows.order((exchange::id, exchange::part))
        .limit(limit)
        .load(connection)
        .map_err(unavailable)
}

/// Whether a live call to this dataset that succeeded since then is in the log.
///
/// # Errors
/// When the database fails.
pub fn has_live_call(connection: &mut DbConnection, dataset: &str, since: Timestamp) -> Result<bool> {
    let called = exchange::table
        .filter(exchange::dataset.eq(dataset))
        .filter(exchange::action.eq("live"))
        .filter(exchange::outcome.eq("ok"))
        .filter(exchange::id.ge(ExchangeId::lowest(since).as_bytes().to_vec()));
    diesel::select(diesel::dsl::exists(called))
        .get_result(connection)
        .map_err(unavailable)
}

/// The numbers of an agency's applications.
///
/// # Errors
/// When the database fails.
fn applications_of(connection: &mut DbConnection, code: &str) -> Result<Vec<i64>> {
    application::table
        .inner_join(opd::table)
        .filter(opd::code.eq(code))
        .select(application::id)
        .load(connection)
        .map_err(unavailable)
}

/// The names of these applications, by number.
///
/// # Errors
/// When the database fails.
pub fn application_names(connection: &mut DbConnection, numbers: &[i64]) -> Result<HashMap<i64, String>> {
    let names: Vec<(i64, String)> = application::table
        .filter(application::id.eq_any(numbers))
        .select((application::id, application::name))
        .load(connection)
        .map_err(unavailable)?;
    Ok(names.into_iter().collect())
}

/// The names by which these people sign in, by number.
///
/// # Errors
/// When the database fails.
pub fn person_names(connection: &mut DbConnection, numbers: &[i64]) -> Result<HashMap<i64, String>> {
    let names: Vec<(i64, String)> = person::table
        .filter(person::id.eq_any(numbers))
        .select((person::id, person::name))
        .load(connection)
        .map_err(unavailable)?;
    Ok(names.into_iter().collect())
}
