//! The batch on SQLite: one row, one prepared statement.
//!
//! The write lock is held (`BEGIN IMMEDIATE`), so heads need no lock of their own; they are read
//! anew in each transaction because a command may have written in between.

use std::marker::PhantomData;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Integer, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::head::{HeadRow, Heads, heads as heads_of, slots};
use super::references::referred_rows;
use super::{Looked, Result, Standings, Write, accounts, damaged, datasets, settle};
use crate::audit::{Columns as Row, Exchange, Subject};
use crate::record::{Entry, Mark, Rows, Settled, Standing};
use crate::store::chains::OpenLink;
use crate::store::schema::dataset_head;
use crate::store::statement::statement;
use crate::types::{Digest, RecordKey, Seq, Timestamp};

statement!(
    /// What stands under one key.
    SelectStanding on Sqlite, SqliteConnection: (dataset: i64 => BigInt, key: &'a str => Text)
        -> (BigInt, Binary, Bool),
    "SELECT seq, digest, deleted FROM record WHERE dataset_id = ? AND key = ?"
);

statement!(
    /// One row of the change log.
    InsertChange on Sqlite, SqliteConnection: (
        dataset: i64 => BigInt,
        seq: i64 => BigInt,
        key: &'a str => Text,
        deleted: bool => Bool,
        payload: Option<&'a str> => Nullable<Text>,
        payload_sha256: Option<&'a [u8]> => Nullable<Binary>,
        contract: i64 => BigInt,
        at: i64 => BigInt,
        exchange: &'a [u8] => Binary,
        prev: Option<i64> => Nullable<BigInt>,
        subject: Option<&'a [u8]> => Nullable<Binary>,
    ),
    "INSERT INTO change (dataset_id, seq, key, deleted, payload, payload_sha256, contract_id, at, exchange_id, prev,
                         subject)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
);

statement!(
    /// A record's new state.
    UpsertRecord on Sqlite, SqliteConnection: (
        dataset: i64 => BigInt,
        key: &'a str => Text,
        seq: i64 => BigInt,
        digest: &'a [u8] => Binary,
        deleted: bool => Bool,
        f1: Option<&'a str> => Nullable<Text>,
        f2: Option<&'a str> => Nullable<Text>,
        f3: Option<&'a str> => Nullable<Text>,
        f4: Option<&'a str> => Nullable<Text>,
        f5: Option<&'a str> => Nullable<Text>,
        f6: Option<&'a str> => Nullable<Text>,
        f7: Option<&'a str> => Nullable<Text>,
        f8: Option<&'a str> => Nullable<Text>,
        marks: Option<Vec<u8>> => Nullable<Binary>,
    ),
    "INSERT INTO record (dataset_id, key, seq, digest, deleted, f1, f2, f3, f4, f5, f6, f7, f8, marks)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (dataset_id, key)
     DO UPDATE SET seq = excluded.seq, digest = excluded.digest, deleted = excluded.deleted,
                   f1 = excluded.f1, f2 = excluded.f2, f3 = excluded.f3, f4 = excluded.f4,
                   f5 = excluded.f5, f6 = excluded.f6, f7 = excluded.f7, f8 = excluded.f8,
                   marks = excluded.marks"
);

statement!(
    /// A dataset's new head.
    UpdateHead on Sqlite, SqliteConnection: (seq: i64 => BigInt, dataset: i64 => BigInt),
    "UPDATE dataset_head SET seq = ? WHERE dataset_id = ?"
);

statement!(
    /// One row of the exchange log.
    InsertExchange on Sqlite, SqliteConnection: (
        chain: i64 => BigInt,
        link: i64 => BigInt,
        id: &'a [u8] => Binary,
        part: i32 => Integer,
        at: i64 => BigInt,
        duration_us: i64 => BigInt,
        action: &'a str => Text,
        dataset: Option<&'a str> => Nullable<Text>,
        opd: Option<&'a str> => Nullable<Text>,
        application_id: Option<i64> => Nullable<BigInt>,
        outcome: &'a str => Text,
        records: i64 => BigInt,
        rejected: i64 => BigInt,
        bytes: i64 => BigInt,
        batch_sha256: Option<&'a [u8]> => Nullable<Binary>,
        request_id: &'a str => Text,
        unresolved: i64 => BigInt,
        dataset_id: Option<i64> => Nullable<BigInt>,
        times: i64 => BigInt,
        first_seq: Option<i64> => Nullable<BigInt>,
        changes: i64 => BigInt,
        place: i32 => Integer,
        salt: &'a [u8] => Binary,
        person_id: Option<i64> => Nullable<BigInt>,
        traceparent: Option<&'a str> => Nullable<Text>,
        address: Option<&'a str> => Nullable<Text>,
        reading: Option<&'a str> => Nullable<Text>,
    ),
    "INSERT INTO exchange (chain_id, link, id, part, at, duration_us, action, dataset, opd, application_id, outcome,
                           records, rejected, bytes, batch_sha256, request_id, unresolved, dataset_id,
                           times, first_seq, changes, place, salt, person_id, traceparent, address, reading)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
);

/// Writes the batch within the open transaction.
pub(super) fn write<'w>(
    connection: &mut SqliteConnection,
    batch: &'w [Write],
    heads: &Heads,
    (referred, evidence): Looked<'w>,
    now: Timestamp,
    link: &mut OpenLink,
) -> Result<Vec<Option<Settled>>> {
    let standings = standings(connection, batch, referred)?;
    let (settled, rows) = settle(batch, heads, standings, evidence);
    store(connection, batch, heads, &rows, now)?;
    let exchanges = accounts(batch, &settled);
    let exchanges: Vec<Row<'_>> = exchanges.iter().map(Exchange::columns).collect();
    insert_exchanges(connection, &exchanges, link)?;
    Ok(settled)
}

/// Inserts exchanges; their link is written by whoever asks.
pub(in crate::store) fn insert_exchanges(
    connection: &mut SqliteConnection,
    exchanges: &[Row<'_>],
    link: &mut OpenLink,
) -> Result<()> {
    let seals = link.add_all(exchanges)?;
    for (row, seal) in exchanges.iter().zip(&seals) {
        InsertExchange {
            chain: seal.chain,
            link: seal.link,
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
            times: row.times,
            first_seq: row.first_seq,
            changes: row.changes,
            place: seal.place,
            salt: &seal.salt,
            person_id: row.person_id,
            traceparent: row.traceparent,
            address: row.address,
            reading: row.reading,
            lifetime: PhantomData,
        }
        .execute(connection)?;
    }
    Ok(())
}

/// The heads of a batch.
pub(super) fn heads(connection: &mut SqliteConnection, batch: &[Write]) -> QueryResult<Heads> {
    let rows: QueryResult<Vec<HeadRow>> = datasets(batch)
        .into_iter()
        .map(|dataset| {
            dataset_head::table
                .filter(dataset_head::dataset_id.eq(dataset))
                .select((
                    dataset_head::dataset_id,
                    dataset_head::seq,
                    dataset_head::filters,
                    dataset_head::rejections,
                    dataset_head::rejected_bytes,
                ))
                .first(connection)
        })
        .collect();
    rows.map(heads_of)
}

/// What stands under keys that are referred to; `wanted` is sorted.
pub(super) fn referred<'w>(
    connection: &mut SqliteConnection,
    wanted: &[(i64, &'w RecordKey)],
) -> Result<Standings<'w>> {
    let mut standings = Standings::with_capacity(wanted.len());
    for some in wanted.chunk_by(|one, other| one.0 == other.0) {
        let Some((dataset, _)) = some.first() else {
            continue;
        };
        let keys: Vec<&str> = some.iter().map(|(_, key)| key.as_str()).collect();
        for (number, seq, digest, deleted) in referred_rows(connection, *dataset, &keys)? {
            let place = usize::try_from(number).ok().and_then(|number| some.get(number));
            let place = place
                .copied()
                .ok_or_else(|| damaged("a row that was not asked for"))?;
            let canonical = Digest::from_bytes(&digest).ok_or_else(|| damaged("a damaged digest"))?;
            let standing = Standing {
                seq: Seq(seq),
                canonical,
                deleted,
            };
            standings.insert(place, standing);
        }
    }
    Ok(standings)
}

/// What stands under the keys of a batch, beside what was looked up already.
fn standings<'w>(
    connection: &mut SqliteConnection,
    batch: &'w [Write],
    referred: Standings<'w>,
) -> Result<Standings<'w>> {
    let mut standings = referred;
    for write in batch {
        let dataset = write.submission.dataset;
        for entry in &write.submission.entries {
            let key: &RecordKey = entry.key();
            if let std::collections::hash_map::Entry::Vacant(place) = standings.entry((dataset, key)) {
                let stands = SelectStanding {
                    dataset,
                    key: key.as_str(),
                    lifetime: PhantomData,
                };
                let row: Option<(i64, Vec<u8>, bool)> = stands.get_result(connection).optional()?;
                if let Some((seq, digest, deleted)) = row {
                    let canonical = Digest::from_bytes(&digest).ok_or_else(|| damaged("a damaged digest"))?;
                    place.insert(Standing {
                        seq: Seq(seq),
                        canonical,
                        deleted,
                    });
                }
            }
        }
    }
    Ok(standings)
}

fn store(
    connection: &mut SqliteConnection,
    batch: &[Write],
    heads: &Heads,
    rows: &Rows<'_>,
    now: Timestamp,
) -> QueryResult<()> {
    for change in &rows.changes {
        let (payload, digest) = match change.entry {
            Entry::Put(payload) => (Some(payload.text.as_str()), Some(payload.digest.as_bytes())),
            Entry::Delete(_) => (None, None),
        };
        let exchange = batch
            .get(change.submission)
            .map(|write| write.exchange.id.as_bytes())
            .unwrap_or_default();
        InsertChange {
            dataset: change.dataset,
            seq: change.seq.0,
            key: change.entry.key().as_str(),
            deleted: payload.is_none(),
            payload,
            payload_sha256: digest,
            contract: change.contract,
            at: now.0,
            exchange,
            prev: change.prev.map(|seq| seq.0),
            subject: change.entry.subject().map(Subject::as_bytes),
            lifetime: PhantomData,
        }
        .execute(connection)?;
    }
    for row in &rows.records {
        let slots = slots(batch, heads, row);
        let slot = |number: usize| slots.get(number - 1).map(String::as_str);
        UpsertRecord {
            dataset: row.dataset,
            key: row.key.as_str(),
            seq: row.standing.seq.0,
            digest: row.standing.canonical.as_bytes(),
            deleted: row.standing.deleted,
            f1: slot(1),
            f2: slot(2),
            f3: slot(3),
            f4: slot(4),
            f5: slot(5),
            f6: slot(6),
            f7: slot(7),
            f8: slot(8),
            marks: Mark::to_bytes(row.marks),
            lifetime: PhantomData,
        }
        .execute(connection)?;
    }
    for (dataset, seq) in &rows.heads {
        UpdateHead {
            seq: seq.0,
            dataset: *dataset,
            lifetime: PhantomData,
        }
        .execute(connection)?;
    }
    Ok(())
}
