//! Rows of the exchange log that were not written with anything else.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, Text};

use crate::audit::Columns as Row;
use crate::store::append::Result;
use crate::store::append::columns::Columns;
use crate::store::chains::OpenLink;
use crate::store::statement::statement;

statement!(
    /// The rows of the exchange log.
    InsertExchanges on Pg, PgConnection: (
        chain: i64 => BigInt,
        link: i64 => BigInt,
        id: Vec<&'a [u8]> => Array<Binary>,
        part: Vec<i32> => Array<Integer>,
        at: Vec<i64> => Array<BigInt>,
        duration_us: Vec<i64> => Array<BigInt>,
        action: Vec<&'a str> => Array<Text>,
        dataset: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        opd: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        application_id: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        outcome: Vec<&'a str> => Array<Text>,
        records: Vec<i64> => Array<BigInt>,
        rejected: Vec<i64> => Array<BigInt>,
        bytes: Vec<i64> => Array<BigInt>,
        batch_sha256: Vec<Option<&'a [u8]>> => Array<Nullable<Binary>>,
        request_id: Vec<&'a str> => Array<Text>,
        unresolved: Vec<i64> => Array<BigInt>,
        dataset_id: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        times: Vec<i64> => Array<BigInt>,
        first_seq: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        changes: Vec<i64> => Array<BigInt>,
        place: Vec<i32> => Array<Integer>,
        salt: Vec<&'a [u8]> => Array<Binary>,
        person_id: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        traceparent: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        address: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        reading: Vec<Option<&'a str>> => Array<Nullable<Text>>,
    ),
    "INSERT INTO exchange (chain_id, link, id, part, at, duration_us, action, dataset, opd, application_id, outcome,
                           records, rejected, bytes, batch_sha256, request_id, unresolved, dataset_id,
                           times, first_seq, changes, place, salt, person_id, traceparent, address, reading)
     SELECT ?, ?, q.* FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS q"
);

/// Inserts exchanges; their link is written by whoever asks.
pub(in crate::store) fn insert_exchanges(
    connection: &mut PgConnection,
    exchanges: &[Row<'_>],
    link: &mut OpenLink,
) -> Result<()> {
    let seals = link.add_all(exchanges)?;
    let columns = Columns::of(exchanges, &seals);
    let insert = InsertExchanges {
        chain: link.link().chain,
        link: link.link().number,
        id: columns.id,
        part: columns.part,
        at: columns.at,
        duration_us: columns.duration_us,
        action: columns.action,
        dataset: columns.dataset,
        opd: columns.opd,
        application_id: columns.application_id,
        outcome: columns.outcome,
        records: columns.records,
        rejected: columns.rejected,
        bytes: columns.bytes,
        batch_sha256: columns.batch_sha256,
        request_id: columns.request_id,
        unresolved: columns.unresolved,
        dataset_id: columns.dataset_id,
        times: columns.times,
        first_seq: columns.first_seq,
        changes: columns.changes,
        place: columns.place,
        salt: columns.salt,
        person_id: columns.person_id,
        traceparent: columns.traceparent,
        address: columns.address,
        reading: columns.reading,
        lifetime: PhantomData,
    };
    insert.execute(connection)?;
    Ok(())
}
