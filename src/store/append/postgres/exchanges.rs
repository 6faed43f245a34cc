//! Rows of the exchange log that were not written with anything else.

use diesel::ExecuteCopyFromDsl as _;
use diesel::pg::PgConnection;
use diesel::prelude::*;

use crate::audit::Columns as Row;
use crate::store::append::Result;
use crate::store::chains::{OpenLink, Seal};
use crate::store::schema::exchange;

/// A row with its place in the chain.
#[derive(Insertable)]
#[diesel(table_name = exchange, treat_none_as_default_value = false)]
struct NewExchange<'a> {
    id: &'a [u8],
    part: i32,
    at: i64,
    duration_us: i64,
    action: &'a str,
    dataset: Option<&'a str>,
    opd: Option<&'a str>,
    application_id: Option<i64>,
    outcome: &'a str,
    records: i64,
    rejected: i64,
    bytes: i64,
    batch_sha256: Option<&'a [u8]>,
    request_id: &'a str,
    unresolved: i64,
    dataset_id: Option<i64>,
    person_id: Option<i64>,
    traceparent: Option<&'a str>,
    address: Option<&'a str>,
    times: i64,
    reading: Option<&'a str>,
    first_seq: Option<i64>,
    changes: i64,
    chain_id: Option<i64>,
    link: Option<i64>,
    place: Option<i32>,
    salt: Option<&'a [u8]>,
}

impl<'a> NewExchange<'a> {
    fn of((row, seal): (&Row<'a>, &'a Seal)) -> Self {
        NewExchange {
            id: row.id,
            part: row.part,
            at: row.at,
            duration_us: row.duration_us,
            action: row.action,
            dataset: row.dataset,
            opd: row.opd,
            application_id: row.application_id,
            outcome: row.outcome,
            records: row.records,
            rejected: row.rejected,
            bytes: row.bytes,
            batch_sha256: row.batch_sha256,
            request_id: row.request_id,
            unresolved: row.unresolved,
            dataset_id: row.dataset_id,
            person_id: row.person_id,
            traceparent: row.traceparent,
            address: row.address,
            times: row.times,
            reading: row.reading,
            first_seq: row.first_seq,
            changes: row.changes,
            chain_id: Some(seal.chain),
            link: Some(seal.link),
            place: Some(seal.place),
            salt: Some(&seal.salt),
        }
    }
}

/// Inserts exchanges; their link is written by whoever asks. By COPY, which is not prepared but takes a batch by pages:
/// gets were 6 % more than with an INSERT of arrays (docs/performance.md).
pub(in crate::store) fn insert_exchanges(
    connection: &mut PgConnection,
    exchanges: &[Row<'_>],
    link: &mut OpenLink,
) -> Result<()> {
    let seals = link.add_all(exchanges)?;
    let rows: Vec<NewExchange<'_>> = exchanges.iter().zip(&seals).map(NewExchange::of).collect();
    diesel::copy_from(exchange::table)
        .from_insertable(&rows)
        .execute(connection)?;
    Ok(())
}
