//! Refused payloads: read page by page, looked up by number, forgotten by age.
//!
//! Not here: keeping them, which is part of the write that brought them (`append`). Invariant: rows
//! are found by the primary key; filters only leave some of them out, among at most as many as a
//! dataset keeps.

use diesel::prelude::*;

use super::schema::{application, rejection};
use super::{DbConnection, unavailable};
use crate::audit::{ExchangeId, Subject};
use crate::error::Result;
use crate::types::{OpdCode, Seq, Timestamp};

/// A refused payload.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its number within the dataset.
    pub number: i64,
    /// When it was kept.
    pub at: Timestamp,
    /// The call that brought it.
    pub exchange: Vec<u8>,
    /// Whose application sent it.
    pub opd: Option<String>,
    /// The application's name.
    pub application: Option<String>,
    /// The number of the contract version that judged it.
    pub contract: i64,
    /// Its line in a bulk.
    pub line: Option<i64>,
    /// The record's key, where one was found.
    pub key: Option<String>,
    /// Why it was refused, as JSON.
    pub reason: String,
    /// When it was repaired, and by which change.
    pub repaired: Option<(Timestamp, Seq)>,
    /// Whom it is about, where that was found when it was kept.
    pub subject: Option<Subject>,
    /// What was sent; not read for a list.
    pub body: Option<Vec<u8>>,
}

/// Which rejections are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only those that this agency sent.
    pub opd: Option<OpdCode>,
    /// Only those that are not repaired.
    pub open: bool,
    /// Only those of this call.
    pub exchange: Option<ExchangeId>,
}

/// The columns of a [`Kept`] without its body.
type Row = (
    i64,
    i64,
    Vec<u8>,
    Option<String>,
    Option<String>,
    i64,
    Option<i64>,
    Option<String>,
    String,
    Option<i64>,
    Option<i64>,
    Option<Vec<u8>>,
);

macro_rules! columns {
    () => {
        (
            rejection::number,
            rejection::at,
            rejection::exchange_id,
            rejection::opd,
            application::name.nullable(),
            rejection::contract_id,
            rejection::line,
            rejection::key,
            rejection::reason,
            rejection::repaired_at,
            rejection::repaired_seq,
            rejection::subject,
        )
    };
}

/// The rejections of a dataset that are wanted.
macro_rules! wanted {
    ($dataset:expr, $wanted:expr) => {{
        let mut rows = rejection::table
            .left_join(application::table.on(rejection::application_id.eq(application::id.nullable())))
            .filter(rejection::dataset_id.eq($dataset))
            .into_boxed();
        if let Some(opd) = &$wanted.opd {
            rows = rows.filter(rejection::opd.eq(opd.as_str()));
        }
        if $wanted.open {
            rows = rows.filter(rejection::repaired_at.is_null());
        }
        if let Some(exchange) = &$wanted.exchange {
            rows = rows.filter(rejection::exchange_id.eq(exchange.as_bytes()));
        }
        rows
    }};
}

/// The wanted rejections, newest first, those before `before`, without their bodies.
///
/// # Errors
/// When the database fails.
pub fn page(
    connection: &mut DbConnection,
    dataset: i64,
    wanted: &Wanted,
    before: i64,
    limit: i64,
) -> Result<Vec<Kept>> {
    wanted!(dataset, wanted)
        .filter(rejection::number.lt(before))
        .order(rejection::number.desc())
        .limit(limit)
        .select(columns!())
        .load::<Row>(connection)
        .map(|rows| rows.into_iter().map(|row| kept(row, None)).collect())
        .map_err(unavailable)
}

/// The wanted rejections after the number `after` up to `upto`, oldest first, with their bodies.
///
/// # Errors
/// When the database fails.
pub fn bodies(
    connection: &mut DbConnection,
    dataset: i64,
    wanted: &Wanted,
    (after, upto): (i64, i64),
    limit: i64,
) -> Result<Vec<Kept>> {
    wanted!(dataset, wanted)
        .filter(rejection::number.gt(after))
        .filter(rejection::number.le(upto))
        .order(rejection::number)
        .limit(limit)
        .select((columns!(), rejection::body))
        .load::<(Row, Option<Vec<u8>>)>(connection)
        .map(|rows| rows.into_iter().map(|(row, body)| kept(row, body)).collect())
        .map_err(unavailable)
}

/// One wanted rejection, with its body.
///
/// # Errors
/// When the database fails.
pub fn find(
    connection: &mut DbConnection,
    dataset: i64,
    wanted: &Wanted,
    number: i64,
) -> Result<Option<Kept>> {
    wanted!(dataset, wanted)
        .filter(rejection::number.eq(number))
        .select((columns!(), rejection::body))
        .first::<(Row, Option<Vec<u8>>)>(connection)
        .optional()
        .map(|found| found.map(|(row, body)| kept(row, body)))
        .map_err(unavailable)
}

/// Forgets the oldest rejections of a dataset that were kept before `before`, at most `limit`; tells
/// how many.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut DbConnection, dataset: i64, before: Timestamp, limit: i64) -> Result<usize> {
    let oldest: Vec<(i64, i64)> = rejection::table
        .filter(rejection::dataset_id.eq(dataset))
        .order(rejection::number)
        .limit(limit)
        .select((rejection::number, rejection::at))
        .load(connection)
        .map_err(unavailable)?;
    // They come in the order of their times, as far as the clocks of several hubs agree.
    let last = oldest.iter().take_while(|(_, at)| *at < before.0).last();
    let Some((last, _)) = last else {
        return Ok(0);
    };
    diesel::delete(rejection::table)
        .filter(rejection::dataset_id.eq(dataset))
        .filter(rejection::number.le(last))
        .execute(connection)
        .map_err(unavailable)
}

fn kept(row: Row, body: Option<Vec<u8>>) -> Kept {
    let (number, at, exchange, opd, application, contract, line, key, reason, at_repair, seq, subject) = row;
    let repaired = at_repair.zip(seq);
    Kept {
        number,
        at: Timestamp(at),
        exchange,
        opd,
        application,
        contract,
        line,
        key,
        reason,
        repaired: repaired.map(|(at, seq)| (Timestamp(at), Seq(seq))),
        subject: subject.map(Subject::from_bytes),
        body,
    }
}
