//! The batch on PostgreSQL: one statement for all rows of a table.
//!
//! The heads were locked before (`locks`). Invariant: a head stays locked until the commit, so the numbers of
//! a feed become visible in order.

mod arrays;
mod exchanges;
mod standings;

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text};

use self::arrays::{digest_of, mark_column, slot_column, subject_column, text_of};
pub(in crate::store) use self::exchanges::insert_exchanges;
pub(super) use self::standings::select_standings;
use self::standings::standings;
use super::columns::Columns;
use super::head::{Heads, KnownHeads, heads, slots};
use super::{Looked, Result, Write, accounts, damaged, datasets, settle};
use crate::audit::{Columns as Row, Exchange};
use crate::record::{Outcome, Rows, Settled};
use crate::store::chains::{OpenLink, Seal};
use crate::store::statement::statement;
use crate::types::Timestamp;

statement!(
    /// Everything a batch writes, in one round trip: all of it if the heads still say what the batch was
    /// decided on and nobody else holds them, else nothing.
    WriteBatch on Pg, PgConnection: (
        decided_dataset: Vec<i64> => Array<BigInt>,
        decided_seq: Vec<i64> => Array<BigInt>,
        decided_filters: Vec<&'a str> => Array<Text>,
        decided: i64 => BigInt,
        at: i64 => BigInt,
        change_dataset: Vec<i64> => Array<BigInt>,
        change_seq: Vec<i64> => Array<BigInt>,
        change_key: Vec<&'a str> => Array<Text>,
        payload: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        payload_sha256: Vec<Option<&'a [u8]>> => Array<Nullable<Binary>>,
        contract: Vec<i64> => Array<BigInt>,
        exchange: Vec<&'a [u8]> => Array<Binary>,
        prev: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        subject: Vec<Option<&'a [u8]>> => Array<Nullable<Binary>>,
        record_dataset: Vec<i64> => Array<BigInt>,
        record_key: Vec<&'a str> => Array<Text>,
        record_seq: Vec<i64> => Array<BigInt>,
        digest: Vec<&'a [u8]> => Array<Binary>,
        deleted: Vec<bool> => Array<Bool>,
        f1: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f2: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f3: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f4: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f5: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f6: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f7: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f8: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        marks: Vec<Option<Vec<u8>>> => Array<Nullable<Binary>>,
        head_dataset: Vec<i64> => Array<BigInt>,
        head_seq: Vec<i64> => Array<BigInt>,
        l_chain: Vec<i64> => Array<BigInt>,
        l_number: Vec<i64> => Array<BigInt>,
        l_at: Vec<i64> => Array<BigInt>,
        l_hashes: Vec<&'a [u8]> => Array<Binary>,
        l_hash: Vec<&'a [u8]> => Array<Binary>,
        x_chain: i64 => BigInt,
        x_link: i64 => BigInt,
        x_id: Vec<&'a [u8]> => Array<Binary>,
        x_part: Vec<i32> => Array<Integer>,
        x_at: Vec<i64> => Array<BigInt>,
        x_duration_us: Vec<i64> => Array<BigInt>,
        x_action: Vec<&'a str> => Array<Text>,
        x_dataset: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        x_opd: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        x_application_id: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        x_outcome: Vec<&'a str> => Array<Text>,
        x_records: Vec<i64> => Array<BigInt>,
        x_rejected: Vec<i64> => Array<BigInt>,
        x_bytes: Vec<i64> => Array<BigInt>,
        x_batch_sha256: Vec<Option<&'a [u8]>> => Array<Nullable<Binary>>,
        x_request_id: Vec<&'a str> => Array<Text>,
        x_unresolved: Vec<i64> => Array<BigInt>,
        x_dataset_id: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        x_times: Vec<i64> => Array<BigInt>,
        x_first_seq: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        x_changes: Vec<i64> => Array<BigInt>,
        x_place: Vec<i32> => Array<Integer>,
        x_salt: Vec<&'a [u8]> => Array<Binary>,
        x_person_id: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        x_traceparent: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        x_address: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        x_reading: Vec<Option<&'a str>> => Array<Nullable<Text>>,
    ),
    "WITH held AS (
         SELECT h.dataset_id FROM unnest(?, ?, ?) AS q (dataset_id, seq, filters)
         JOIN dataset_head h ON h.dataset_id = q.dataset_id AND h.seq = q.seq AND h.filters = q.filters
         FOR NO KEY UPDATE OF h SKIP LOCKED
     ), go AS MATERIALIZED (
         SELECT count(*) = ? AS ahead FROM held
     ), changes AS (
         INSERT INTO change (dataset_id, seq, key, deleted, payload, payload_sha256, contract_id, at, exchange_id,
                             prev, subject)
         SELECT d, s, k, p IS NULL, p, h, c, ?, e, b, j
         FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) AS q (d, s, k, p, h, c, e, b, j), go WHERE go.ahead
     ), records AS (
         INSERT INTO record (dataset_id, key, seq, digest, deleted, f1, f2, f3, f4, f5, f6, f7, f8, marks)
         SELECT q.* FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS q, go WHERE go.ahead
         ON CONFLICT (dataset_id, key)
         DO UPDATE SET seq = excluded.seq, digest = excluded.digest, deleted = excluded.deleted,
                       f1 = excluded.f1, f2 = excluded.f2, f3 = excluded.f3, f4 = excluded.f4,
                       f5 = excluded.f5, f6 = excluded.f6, f7 = excluded.f7, f8 = excluded.f8,
                       marks = excluded.marks
     ), heads AS (
         UPDATE dataset_head h SET seq = q.seq FROM unnest(?, ?) AS q (dataset_id, seq), go
         WHERE h.dataset_id = q.dataset_id AND go.ahead
     ), links AS (
         INSERT INTO chain_link (chain_id, number, at, hashes, hash)
         SELECT q.* FROM unnest(?, ?, ?, ?, ?) AS q, go WHERE go.ahead
     )
     INSERT INTO exchange (chain_id, link, id, part, at, duration_us, action, dataset, opd, application_id, outcome,
                           records, rejected, bytes, batch_sha256, request_id, unresolved, dataset_id,
                           times, first_seq, changes, place, salt, person_id, traceparent, address, reading)
     SELECT ?, ?, q.* FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS q, go
     WHERE go.ahead"
);

statement!(
    /// Heads as they stand, without a lock.
    SelectHeads on Pg, PgConnection: (datasets: Vec<i64> => Array<BigInt>) -> (BigInt, BigInt, Text, BigInt, BigInt),
    "SELECT dataset_id, seq, filters, rejections, rejected_bytes FROM dataset_head WHERE dataset_id = ANY(?)"
);

/// Writes the batch without a transaction around it: what stands is read without a lock, and one
/// statement writes everything unless somebody else wrote in between. `None` when nothing was written:
/// then the batch goes the long way, as it does when it leaves more than records behind.
///
/// # Errors
/// As [`write`].
pub(in crate::store::append) fn write_at_once(
    connection: &mut PgConnection,
    batch: &[Write],
    now: Timestamp,
    known: &mut KnownHeads,
    link: &mut OpenLink,
) -> Result<Option<Vec<Option<Settled>>>> {
    let of_batch = datasets(batch);
    let (datasets, lifetime) = (known.unknown(&of_batch), PhantomData);
    if !datasets.is_empty() {
        known.learn(heads(SelectHeads { datasets, lifetime }.load(connection)?));
    }
    let heads = known.of(&of_batch);
    let current = |write: &Write| {
        let head = heads.get(&write.submission.dataset);
        head.is_some_and(|head| head.filters == *write.submission.filters)
    };
    if !batch.iter().all(current) {
        return Ok(None);
    }
    let standings = standings(connection, batch, &heads)?;
    let (settled, rows) = settle(batch, &heads, standings, None);
    let refused = |outcome: &Outcome| matches!(outcome, Outcome::Refused(_));
    if settled
        .iter()
        .flatten()
        .any(|settled| settled.outcomes.iter().any(refused))
    {
        return Ok(None);
    }
    let exchanges = accounts(batch, &settled);
    let exchanges: Vec<Row<'_>> = exchanges.iter().map(Exchange::columns).collect();
    let seals = link.add_all(&exchanges)?;
    let parts = Parts {
        batch,
        heads: &heads,
        rows: &rows,
        exchanges: &exchanges,
        seals: &seals,
    };
    let written = store(connection, &parts, link, true, now)?;
    if written == 0 {
        return Ok(None);
    }
    known.moved(&rows.heads);
    Ok(Some(settled))
}

/// Writes the batch within the open transaction.
pub(in crate::store::append) fn write<'w>(
    connection: &mut PgConnection,
    batch: &'w [Write],
    heads: &Heads,
    (referred, evidence): Looked<'w>,
    now: Timestamp,
    link: &mut OpenLink,
) -> Result<Vec<Option<Settled>>> {
    let mut standings = standings(connection, batch, heads)?;
    standings.extend(referred);
    let (settled, rows) = settle(batch, heads, standings, evidence);
    let exchanges = accounts(batch, &settled);
    let exchanges: Vec<Row<'_>> = exchanges.iter().map(Exchange::columns).collect();
    let seals = link.add_all(&exchanges)?;
    let parts = Parts {
        batch,
        heads,
        rows: &rows,
        exchanges: &exchanges,
        seals: &seals,
    };
    let written = store(connection, &parts, link, false, now)?;
    if written == exchanges.len() {
        Ok(settled)
    } else {
        Err(damaged("heads that are held and moved"))
    }
}

/// All rows that a batch writes.
struct Parts<'p> {
    batch: &'p [Write],
    heads: &'p Heads,
    rows: &'p Rows<'p>,
    exchanges: &'p [Row<'p>],
    seals: &'p [Seal],
}

/// Writes the rows, and the link with them where `with_link` says so; gives how many exchanges were written.
#[expect(clippy::too_many_lines, reason = "a line for each column of one statement")]
fn store(
    connection: &mut PgConnection,
    parts: &Parts<'_>,
    link: &OpenLink,
    with_link: bool,
    now: Timestamp,
) -> QueryResult<usize> {
    let (batch, heads, rows) = (parts.batch, parts.heads, parts.rows);
    let (changes, records) = (|| rows.changes.iter(), || rows.records.iter());
    let exchange_of = |submission: usize| batch.get(submission).map(|write| write.exchange.id.as_bytes());
    let (head_dataset, head_seq) = rows.heads.iter().map(|(dataset, seq)| (*dataset, seq.0)).unzip();
    let slots: Vec<&[String]> = records().map(|row| slots(batch, heads, row)).collect();
    let slot = |number| slot_column(&slots, number);
    let columns = Columns::of(parts.exchanges, parts.seals);
    let (step, hash) = (link.link(), link.hash());
    let links = || std::iter::repeat_n(step, usize::from(with_link));
    let write = WriteBatch {
        decided_dataset: heads.keys().copied().collect(),
        decided_seq: heads.values().map(|head| head.seq.0).collect(),
        decided_filters: heads.values().map(|head| head.filters.as_str()).collect(),
        decided: i64::try_from(heads.len()).unwrap_or(i64::MAX),
        at: now.0,
        change_dataset: changes().map(|change| change.dataset).collect(),
        change_seq: changes().map(|change| change.seq.0).collect(),
        change_key: changes().map(|change| change.entry.key().as_str()).collect(),
        payload: changes().map(|change| text_of(change.entry)).collect(),
        payload_sha256: changes().map(|change| digest_of(change.entry)).collect(),
        contract: changes().map(|change| change.contract).collect(),
        exchange: changes()
            .map(|change| exchange_of(change.submission).unwrap_or_default())
            .collect(),
        prev: changes().map(|change| change.prev.map(|seq| seq.0)).collect(),
        subject: subject_column(rows),
        record_dataset: records().map(|row| row.dataset).collect(),
        record_key: records().map(|row| row.key.as_str()).collect(),
        record_seq: records().map(|row| row.standing.seq.0).collect(),
        digest: records().map(|row| row.standing.canonical.as_bytes()).collect(),
        deleted: records().map(|row| row.standing.deleted).collect(),
        f1: slot(1),
        f2: slot(2),
        f3: slot(3),
        f4: slot(4),
        f5: slot(5),
        f6: slot(6),
        f7: slot(7),
        f8: slot(8),
        marks: mark_column(&rows.records),
        head_dataset,
        head_seq,
        l_chain: links().map(|step| step.chain).collect(),
        l_number: links().map(|step| step.number).collect(),
        l_at: links().map(|step| step.at.0).collect(),
        l_hashes: links().map(|step| step.hashes.as_slice()).collect(),
        l_hash: links().map(|_| hash.as_bytes()).collect(),
        x_chain: step.chain,
        x_link: step.number,
        x_id: columns.id,
        x_part: columns.part,
        x_at: columns.at,
        x_duration_us: columns.duration_us,
        x_action: columns.action,
        x_dataset: columns.dataset,
        x_opd: columns.opd,
        x_application_id: columns.application_id,
        x_outcome: columns.outcome,
        x_records: columns.records,
        x_rejected: columns.rejected,
        x_bytes: columns.bytes,
        x_batch_sha256: columns.batch_sha256,
        x_request_id: columns.request_id,
        x_unresolved: columns.unresolved,
        x_dataset_id: columns.dataset_id,
        x_times: columns.times,
        x_first_seq: columns.first_seq,
        x_changes: columns.changes,
        x_place: columns.place,
        x_salt: columns.salt,
        x_person_id: columns.person_id,
        x_traceparent: columns.traceparent,
        x_address: columns.address,
        x_reading: columns.reading,
        lifetime: PhantomData,
    };
    write.execute(connection)
}
