//! The batch on PostgreSQL: one statement for all rows of a table.
//!
//! Heads are locked in ascending order; those that another hub holds are left for later, so one
//! busy dataset stalls nobody. Invariant: a head stays locked until the commit, so the numbers of
//! a feed become visible in order.

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text};

use super::{Result, Standings, Write, account, damaged, datasets, settle, signed};
use crate::audit::Exchange;
use crate::record::{Entry, Rows, Settled, Standing};
use crate::store::statement::statement;
use crate::types::{Digest, RecordKey, Seq, Timestamp};

statement!(
    /// Locks the heads that are free.
    LockFree on Pg, PgConnection: (datasets: Vec<i64> => Array<BigInt>) -> (BigInt, BigInt),
    "SELECT dataset_id, seq FROM dataset_head WHERE dataset_id = ANY(?) ORDER BY dataset_id FOR UPDATE SKIP LOCKED"
);

statement!(
    /// Locks one head, waiting for it.
    LockOne on Pg, PgConnection: (dataset: i64 => BigInt) -> (BigInt, BigInt),
    "SELECT dataset_id, seq FROM dataset_head WHERE dataset_id = ? FOR UPDATE"
);

statement!(
    /// What stands under the keys of the batch.
    SelectStandings on Pg, PgConnection: (datasets: Vec<i64> => Array<BigInt>, keys: Vec<&'a str> => Array<Text>)
        -> (BigInt, BigInt, Binary, Bool),
    "SELECT q.n, r.seq, r.digest, r.deleted
     FROM unnest(?, ?) WITH ORDINALITY AS q (dataset_id, key, n)
     JOIN record r ON r.dataset_id = q.dataset_id AND r.key = q.key COLLATE \"C\""
);

statement!(
    /// Everything a batch writes, in one round trip.
    WriteBatch on Pg, PgConnection: (
        at: i64 => BigInt,
        change_dataset: Vec<i64> => Array<BigInt>,
        change_seq: Vec<i64> => Array<BigInt>,
        change_key: Vec<&'a str> => Array<Text>,
        payload: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        payload_sha256: Vec<Option<&'a [u8]>> => Array<Nullable<Binary>>,
        contract: Vec<i64> => Array<BigInt>,
        exchange: Vec<&'a [u8]> => Array<Binary>,
        record_dataset: Vec<i64> => Array<BigInt>,
        record_key: Vec<&'a str> => Array<Text>,
        record_seq: Vec<i64> => Array<BigInt>,
        digest: Vec<&'a [u8]> => Array<Binary>,
        deleted: Vec<bool> => Array<Bool>,
        head_dataset: Vec<i64> => Array<BigInt>,
        head_seq: Vec<i64> => Array<BigInt>,
    ),
    "WITH changes AS (
         INSERT INTO change (dataset_id, seq, key, deleted, payload, payload_sha256, contract_id, at, exchange_id)
         SELECT d, s, k, p IS NULL, p, h, c, ?, e FROM unnest(?, ?, ?, ?, ?, ?, ?) AS q (d, s, k, p, h, c, e)
     ), records AS (
         INSERT INTO record (dataset_id, key, seq, digest, deleted) SELECT * FROM unnest(?, ?, ?, ?, ?)
         ON CONFLICT (dataset_id, key)
         DO UPDATE SET seq = excluded.seq, digest = excluded.digest, deleted = excluded.deleted
     )
     UPDATE dataset_head h SET seq = q.seq FROM unnest(?, ?) AS q (dataset_id, seq)
     WHERE h.dataset_id = q.dataset_id"
);

statement!(
    /// The rows of the exchange log.
    InsertExchanges on Pg, PgConnection: (
        id: Vec<&'a [u8]> => Array<Binary>,
        part: Vec<i32> => Array<Integer>,
        at: Vec<i64> => Array<BigInt>,
        duration_us: Vec<i64> => Array<BigInt>,
        action: Vec<&'a str> => Array<Text>,
        dataset: Vec<Option<String>> => Array<Nullable<Text>>,
        opd: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        application_id: Vec<Option<i64>> => Array<Nullable<BigInt>>,
        outcome: Vec<&'a str> => Array<Text>,
        records: Vec<i64> => Array<BigInt>,
        rejected: Vec<i64> => Array<BigInt>,
        bytes: Vec<i64> => Array<BigInt>,
        batch_sha256: Vec<Option<&'a [u8]>> => Array<Nullable<Binary>>,
        request_id: Vec<&'a str> => Array<Text>,
    ),
    "INSERT INTO exchange (id, part, at, duration_us, action, dataset, opd, application_id, outcome, records,
                           rejected, bytes, batch_sha256, request_id)
     SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
);

/// Writes the batch within the open transaction.
pub(super) fn write(
    connection: &mut PgConnection,
    batch: &mut [Write],
    now: Timestamp,
) -> Result<Vec<Option<Settled>>> {
    let heads = lock(connection, &datasets(batch))?;
    let standings = standings(connection, batch, &heads)?;
    let (settled, rows) = settle(batch, heads, standings);
    store(connection, batch, &rows, now)?;
    let exchanges: Vec<Exchange> = batch
        .iter()
        .zip(&settled)
        .filter_map(|(write, settled)| settled.as_ref().map(|settled| account(write, settled)))
        .collect();
    insert_exchanges(connection, &exchanges)?;
    Ok(settled)
}

/// Inserts exchanges.
pub(in crate::store) fn insert_exchanges(
    connection: &mut PgConnection,
    exchanges: &[Exchange],
) -> QueryResult<usize> {
    let each = || exchanges.iter();
    InsertExchanges {
        id: each().map(|exchange| exchange.id.as_bytes()).collect(),
        part: each().map(|exchange| exchange.part).collect(),
        at: each().map(|exchange| exchange.at.0).collect(),
        duration_us: each().map(|exchange| exchange.duration_us).collect(),
        action: each().map(|exchange| exchange.action).collect(),
        dataset: each()
            .map(|exchange| exchange.dataset.as_ref().map(ToString::to_string))
            .collect(),
        opd: each()
            .map(|exchange| {
                exchange
                    .application
                    .as_deref()
                    .map(|application| application.opd.as_str())
            })
            .collect(),
        application_id: each()
            .map(|exchange| exchange.application.as_deref().map(|application| application.id))
            .collect(),
        outcome: each().map(|exchange| exchange.outcome).collect(),
        records: each().map(|exchange| signed(exchange.records)).collect(),
        rejected: each().map(|exchange| signed(exchange.rejected)).collect(),
        bytes: each().map(|exchange| signed(exchange.bytes)).collect(),
        batch_sha256: each()
            .map(|exchange| exchange.batch_sha256.as_ref().map(Digest::as_bytes))
            .collect(),
        request_id: each().map(|exchange| exchange.request_id.as_str()).collect(),
        lifetime: PhantomData,
    }
    .execute(connection)
}

/// Locks the free heads; when none is free, waits for the first.
fn lock(connection: &mut PgConnection, datasets: &BTreeSet<i64>) -> QueryResult<HashMap<i64, Seq>> {
    let free = LockFree {
        datasets: datasets.iter().copied().collect(),
        lifetime: PhantomData,
    };
    let mut rows: Vec<(i64, i64)> = free.load(connection)?;
    if let (true, Some(first)) = (rows.is_empty(), datasets.first()) {
        rows = LockOne {
            dataset: *first,
            lifetime: PhantomData,
        }
        .load(connection)?;
    }
    Ok(rows
        .into_iter()
        .map(|(dataset, seq)| (dataset, Seq(seq)))
        .collect())
}

fn standings<'w>(
    connection: &mut PgConnection,
    batch: &'w [Write],
    heads: &HashMap<i64, Seq>,
) -> Result<Standings<'w>> {
    let mut wanted: Vec<(i64, &RecordKey)> = batch
        .iter()
        .filter(|write| heads.contains_key(&write.submission.dataset))
        .flat_map(|write| {
            write
                .submission
                .entries
                .iter()
                .map(|entry| (write.submission.dataset, entry.key()))
        })
        .collect();
    wanted.sort_unstable();
    wanted.dedup();
    let rows: Vec<(i64, i64, Vec<u8>, bool)> = SelectStandings {
        datasets: wanted.iter().map(|(dataset, _)| *dataset).collect(),
        keys: wanted.iter().map(|(_, key)| key.as_str()).collect(),
        lifetime: PhantomData,
    }
    .load(connection)?;
    rows.into_iter()
        .map(|(number, seq, digest, deleted)| {
            let place = usize::try_from(number)
                .ok()
                .and_then(|number| wanted.get(number.checked_sub(1)?));
            let place = place
                .copied()
                .ok_or_else(|| damaged("a row that was not asked for"))?;
            let canonical = Digest::from_bytes(&digest).ok_or_else(|| damaged("a damaged digest"))?;
            Ok((
                place,
                Standing {
                    seq: Seq(seq),
                    canonical,
                    deleted,
                },
            ))
        })
        .collect()
}

fn store(connection: &mut PgConnection, batch: &[Write], rows: &Rows<'_>, now: Timestamp) -> QueryResult<()> {
    if rows.changes.is_empty() {
        return Ok(());
    }
    let (changes, records) = (|| rows.changes.iter(), || rows.records.iter());
    let exchange_of = |submission: usize| batch.get(submission).map(|write| write.exchange.id.as_bytes());
    let (head_dataset, head_seq) = rows.heads.iter().map(|(dataset, seq)| (*dataset, seq.0)).unzip();
    let write = WriteBatch {
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
        record_dataset: records().map(|row| row.dataset).collect(),
        record_key: records().map(|row| row.key.as_str()).collect(),
        record_seq: records().map(|row| row.standing.seq.0).collect(),
        digest: records().map(|row| row.standing.canonical.as_bytes()).collect(),
        deleted: records().map(|row| row.standing.deleted).collect(),
        head_dataset,
        head_seq,
        lifetime: PhantomData,
    };
    write.execute(connection).map(|_| ())
}

fn text_of(entry: &Entry) -> Option<&str> {
    match entry {
        Entry::Put(payload) => Some(&payload.text),
        Entry::Delete(_) => None,
    }
}

fn digest_of(entry: &Entry) -> Option<&[u8]> {
    match entry {
        Entry::Put(payload) => Some(payload.digest.as_bytes()),
        Entry::Delete(_) => None,
    }
}
