//! Keeping what was refused, numbered by the dataset's head, in the transaction of the call; and
//! marking what is repaired by it.
//!
//! Invariant: a dataset never keeps more than its bound; the oldest give way.

use bytes::Bytes;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde_json::json;

use super::head::{Head, Heads};
use super::{RejectionBound, Result, Write, signed};
use crate::audit::Subject;
use crate::record::{Entry, Found, Outcome, Refusal, Rejection, Settled};
use crate::store::DbConnection;
use crate::store::schema::{dataset_head, rejection};
use crate::types::{OpdCode, Timestamp};

/// At which byte of all that a dataset ever kept a rejection begins.
const START: &str = "CAST(upto - COALESCE(length(body), 0) AS BIGINT)";

/// How many rows are looked at at once for their bytes.
const AT_ONCE: i64 = 1_000;

/// Keeps the rejections of a batch whose heads are locked.
pub(super) fn keep(
    connection: &mut DbConnection,
    batch: &[Write],
    settled: &[Option<Settled>],
    heads: Heads,
    now: Timestamp,
    bound: RejectionBound,
) -> Result<()> {
    for (dataset, mut head) in heads {
        let before = head.rejections;
        let of_dataset = |(write, _): &(&Write, &Option<Settled>)| write.submission.dataset == dataset;
        for (write, settled) in batch.iter().zip(settled).filter(of_dataset) {
            for refused in &write.rejections {
                insert(connection, write, refused, &mut head, now)?;
            }
            for (index, outcome) in settled
                .iter()
                .flat_map(|settled| settled.outcomes.iter().enumerate())
            {
                if let Some(refused) = refused_by_what_stands(write, index, outcome) {
                    insert(connection, write, &refused, &mut head, now)?;
                }
            }
            mark_repaired(connection, write, settled.as_ref(), now)?;
        }
        if head.rejections > before {
            close(connection, dataset, &head, bound)?;
        }
    }
    Ok(())
}

/// What is kept of an entry that was refused by what stands: a payload, or a line of a bulk. A
/// precondition that did not hold, or a single deletion, is the caller's own affair.
fn refused_by_what_stands(write: &Write, index: usize, outcome: &Outcome) -> Option<Rejection> {
    let Outcome::Refused(refusal) = outcome else {
        return None;
    };
    let (entry, line) = (
        write.submission.entries.get(index)?,
        write.lines.get(index).copied(),
    );
    let body = match (refusal, entry) {
        // A repair that failed leaves the rejection as it is.
        (Refusal::TransactionExists | Refusal::Broken(_), Entry::Put(payload)) if write.repairs.is_none() => {
            payload.text.clone()
        }
        (Refusal::Absent | Refusal::InUse(_), Entry::Delete(key)) if line.is_some() => {
            json!({"$delete": key}).to_string()
        }
        _ => return None,
    };
    let found = Found {
        key: Some(entry.key().clone()),
        subject: entry.subject().cloned(),
    };
    let error = refusal.error(entry.key());
    Some(Rejection::of(line, found, Some(Bytes::from(body)), &error))
}

fn insert(
    connection: &mut DbConnection,
    write: &Write,
    refused: &Rejection,
    head: &mut Head,
    now: Timestamp,
) -> QueryResult<()> {
    head.rejections += 1;
    head.rejected_bytes += signed(refused.body.as_ref().map_or(0, |body| body.len()));
    diesel::insert_into(rejection::table)
        .values((
            rejection::dataset_id.eq(write.submission.dataset),
            rejection::number.eq(head.rejections),
            rejection::at.eq(now.0),
            rejection::exchange_id.eq(write.exchange.id.as_bytes()),
            rejection::opd.eq(write.exchange.opd.as_ref().map(OpdCode::as_str)),
            rejection::application_id.eq(write.exchange.application),
            rejection::contract_id.eq(write.submission.contract),
            rejection::line.eq(refused.line.map(signed)),
            rejection::key.eq(refused.key.as_deref()),
            rejection::body.eq(refused.body.as_deref()),
            rejection::reason.eq(&refused.reason),
            rejection::upto.eq(head.rejected_bytes),
            rejection::subject.eq(refused.subject.as_ref().map(Subject::as_bytes)),
        ))
        .execute(connection)
        .map(|_| ())
}

/// Marks the rejection that this write repairs, if what it brings stands now.
fn mark_repaired(
    connection: &mut DbConnection,
    write: &Write,
    settled: Option<&Settled>,
    now: Timestamp,
) -> QueryResult<()> {
    let outcome = settled
        .filter(|settled| settled.stored)
        .and_then(|settled| settled.outcomes.first());
    let seq = match outcome {
        Some(
            Outcome::Created(seq) | Outcome::Updated(seq) | Outcome::Unchanged(seq) | Outcome::Deleted(seq),
        ) => *seq,
        Some(Outcome::Refused(_)) | None => return Ok(()),
    };
    let Some(number) = write.repairs else {
        return Ok(());
    };
    diesel::update(rejection::table)
        .filter(rejection::dataset_id.eq(write.submission.dataset))
        .filter(rejection::number.eq(number))
        .filter(rejection::repaired_at.is_null())
        .set((
            rejection::repaired_at.eq(Some(now.0)),
            rejection::repaired_seq.eq(Some(seq.0)),
        ))
        .execute(connection)
        .map(|_| ())
}

/// Writes the head's new counts and lets the oldest rejections give way.
fn close(connection: &mut DbConnection, dataset: i64, head: &Head, bound: RejectionBound) -> QueryResult<()> {
    diesel::update(dataset_head::table.filter(dataset_head::dataset_id.eq(dataset)))
        .set((
            dataset_head::rejections.eq(head.rejections),
            dataset_head::rejected_bytes.eq(head.rejected_bytes),
        ))
        .execute(connection)?;
    let by_number = head.rejections - bound.rows;
    let by_bytes = superfluous(connection, dataset, head.rejected_bytes - bound.bytes)?;
    diesel::delete(rejection::table)
        .filter(rejection::dataset_id.eq(dataset))
        .filter(rejection::number.le(by_number.max(by_bytes)))
        .execute(connection)
        .map(|_| ())
}

/// The number of the last rejection that begins before the byte `from`; 0 when none does.
fn superfluous(connection: &mut DbConnection, dataset: i64, from: i64) -> QueryResult<i64> {
    let mut last = 0;
    if from <= 0 {
        return Ok(last);
    }
    loop {
        let rows: Vec<(i64, i64)> = rejection::table
            .filter(rejection::dataset_id.eq(dataset))
            .filter(rejection::number.gt(last))
            .order(rejection::number)
            .limit(AT_ONCE)
            .select((rejection::number, sql::<BigInt>(START)))
            .load(connection)?;
        let before: Vec<i64> = rows
            .iter()
            .filter(|(_, start)| *start < from)
            .map(|(number, _)| *number)
            .collect();
        last = before.last().copied().unwrap_or(last);
        if before.len() < usize::try_from(AT_ONCE).unwrap_or_default() {
            return Ok(last);
        }
    }
}
