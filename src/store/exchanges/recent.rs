//! The newest calls by which an agency sent.
//!
//! Its newest calls are looked at, a bounded number of them; where most of those only took, the days that are summed tell
//! when it sent before. Invariant: however long the log is, no more than so many rows are looked at.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::applications_of;
use super::column::{Column, Ids};
use crate::audit::{ExchangeId, sends};
use crate::error::Result;
use crate::store::schema::exchange;
use crate::store::{DbConnection, unavailable};
use crate::types::Timestamp;

/// How many calls are looked at.
const LOOK: usize = 2_000;
/// How many of each application at least.
const LEAST: usize = 50;

/// A call by which an agency sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Its identity.
    pub id: Vec<u8>,
    /// When it came in, in milliseconds since the epoch.
    pub at: i64,
    /// What was asked.
    pub action: String,
    /// The dataset's address.
    pub dataset: Option<String>,
    /// The application's number.
    pub application_id: Option<i64>,
    /// The person's number.
    pub person_id: Option<i64>,
    /// What came of it.
    pub outcome: String,
    /// Records that stand.
    pub records: i64,
    /// Records that were refused.
    pub rejected: i64,
    /// Bytes of payload.
    pub bytes: i64,
}

/// A row of a call.
type Part = (
    Vec<u8>,
    i64,
    String,
    Option<String>,
    Option<i64>,
    Option<i64>,
    String,
    (i64, i64, i64),
);

/// The newest calls by which an agency sent, newest first, at most `limit`. `known` names calls that the days tell of:
/// the dataset's address, what was asked, and when.
///
/// # Errors
/// When the database fails.
pub fn sent_lately(
    connection: &mut DbConnection,
    opd: &str,
    known: &[(String, String, Timestamp)],
    limit: usize,
) -> Result<Vec<Sent>> {
    let mut ids = newest(connection, opd)?;
    for (dataset, action, at) in known {
        ids.extend(at_moment(connection, opd, (dataset, action), *at)?);
    }
    let newest: Vec<Vec<u8>> = ids.into_iter().rev().take(limit).collect();
    if newest.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<Part> = exchange::table
        .filter(exchange::id.eq_any(newest.iter().map(Vec::as_slice).collect::<Vec<&[u8]>>()))
        .order((exchange::id.desc(), exchange::part))
        .select((
            exchange::id,
            exchange::at,
            exchange::action,
            exchange::dataset,
            exchange::application_id,
            exchange::person_id,
            exchange::outcome,
            (exchange::records, exchange::rejected, exchange::bytes),
        ))
        .load(connection)
        .map_err(unavailable)?;
    Ok(joined(parts))
}

/// The ids of the newest calls by which an agency sent, of those that are looked at.
fn newest(connection: &mut DbConnection, opd: &str) -> Result<BTreeSet<Vec<u8>>> {
    let applications = applications_of(connection, opd)?;
    let each = (LOOK / (applications.len() + 1)).max(LEAST);
    let each = i64::try_from(each).unwrap_or(i64::MAX);
    let columns = applications.into_iter().map(Column::Application);
    let mut rows: Vec<(Vec<u8>, String)> = Vec::new();
    for column in columns.chain([Column::Persons(opd)]) {
        let some = column
            .rows(connection, Ids::default())
            .order(column.order(connection))
            .limit(each)
            .select((exchange::id, exchange::action));
        rows.append(&mut some.load(connection).map_err(unavailable)?);
    }
    let sent = rows.into_iter().filter(|(_, action)| sends(action));
    Ok(sent.map(|(id, _)| id).collect())
}

/// The call of an agency that came in at this moment.
fn at_moment(
    connection: &mut DbConnection,
    opd: &str,
    (dataset, action): (&str, &str),
    at: Timestamp,
) -> Result<Option<Vec<u8>>> {
    let (from, until) = (
        ExchangeId::lowest(at),
        ExchangeId::lowest(Timestamp(at.0.saturating_add(1))),
    );
    exchange::table
        .filter(exchange::dataset.eq(dataset))
        .filter(exchange::id.ge(from.as_bytes()))
        .filter(exchange::id.lt(until.as_bytes()))
        .filter(exchange::opd.eq(opd))
        .filter(exchange::action.eq(action))
        .order(exchange::id.desc())
        .select(exchange::id)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The parts of each call put together; what went wrong with one of them is what came of it.
fn joined(parts: Vec<Part>) -> Vec<Sent> {
    let mut calls: Vec<Sent> = Vec::new();
    for (id, at, action, dataset, application_id, person_id, outcome, sums) in parts {
        let (records, rejected, bytes) = sums;
        match calls.last_mut().filter(|last| last.id == id) {
            Some(call) => {
                call.records += records;
                call.rejected += rejected;
                call.bytes += bytes;
                if outcome != "ok" {
                    call.outcome = outcome;
                }
            }
            None => calls.push(Sent {
                id,
                at,
                action,
                dataset,
                application_id,
                person_id,
                outcome,
                records,
                rejected,
                bytes,
            }),
        }
    }
    calls
}
