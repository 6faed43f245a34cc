//! The table of requests that must have their effect once.

use diesel::prelude::*;

use super::schema::idempotency;
use super::{DbConnection, unavailable};
use crate::error::{Conflict, Error, Result};
use crate::record::{Answer, Claim, KEPT, LEASE};
use crate::types::{CLOCKS_APART, Digest, Timestamp};

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The request's digest.
    pub fingerprint: Digest,
    /// Its answer; `None` while it is being answered.
    pub answer: Option<Answer>,
}

/// What is known under an application's key and not too old to count.
///
/// # Errors
/// When the database fails.
pub fn find(
    connection: &mut DbConnection,
    application: i64,
    key: &str,
    now: Timestamp,
) -> Result<Option<Known>> {
    type Row = (Vec<u8>, i64, Option<i32>, Option<String>, Option<Vec<u8>>);
    let row: Option<Row> = idempotency::table
        .find((application, key))
        .select((
            idempotency::fingerprint,
            idempotency::at,
            idempotency::status,
            idempotency::headers,
            idempotency::body,
        ))
        .first(connection)
        .optional()?;
    let Some((fingerprint, at, status, headers, body)) = row else {
        return Ok(None);
    };
    let kept = if status.is_some() { KEPT } else { LEASE };
    // Neither does what was kept by a clock that was ahead.
    let age = now.0.saturating_sub(at);
    if age > kept || Timestamp(at).is_to_come(now) {
        return Ok(None);
    }
    let fingerprint = Digest::from_bytes(&fingerprint).ok_or_else(|| unavailable("a damaged fingerprint"))?;
    let answer = status.map(|status| Answer {
        status: u16::try_from(status).unwrap_or(500),
        headers: serde_json::from_str(&headers.unwrap_or_default()).unwrap_or_default(),
        body: body.unwrap_or_default(),
    });
    Ok(Some(Known { fingerprint, answer }))
}

/// That it was kept longer ago than that, or by a clock that was ahead.
macro_rules! counts_no_more {
    ($now:expr, $kept:expr) => {
        idempotency::at
            .lt($now.0 - $kept)
            .or(idempotency::at.gt($now.0 + CLOCKS_APART))
    };
}

/// Keeps a claim: with its answer, or as one that is being answered.
///
/// # Errors
/// A conflict when another request holds the key; when the database fails.
pub fn keep(
    connection: &mut DbConnection,
    claim: &Claim,
    answer: Option<&Answer>,
    now: Timestamp,
) -> Result<()> {
    let this = idempotency::table.find((claim.application, claim.key.as_str()));
    let old = this.filter(
        counts_no_more!(now, KEPT).or(idempotency::status.is_null().and(counts_no_more!(now, LEASE))),
    );
    diesel::delete(old).execute(connection)?;
    let row = (
        idempotency::application_id.eq(claim.application),
        idempotency::key.eq(&claim.key),
        idempotency::fingerprint.eq(claim.fingerprint.as_bytes()),
        idempotency::at.eq(now.0),
        idempotency::status.eq(answer.map(|answer| i32::from(answer.status))),
        idempotency::headers.eq(answer.map(headers)),
        idempotency::body.eq(answer.map(|answer| answer.body.as_slice())),
    );
    match diesel::insert_into(idempotency::table)
        .values(row)
        .execute(connection)
    {
        Err(diesel::result::Error::DatabaseError(diesel::result::DatabaseErrorKind::UniqueViolation, _)) => {
            Err(Error::Conflict(Conflict::StillRunning))
        }
        done => done.map(|_| ()).map_err(unavailable),
    }
}

/// Gives a claim that is being answered its answer; with none, says that it is still being worked at.
///
/// # Errors
/// When the database fails.
pub fn update(
    connection: &mut DbConnection,
    claim: &Claim,
    answer: Option<&Answer>,
    now: Timestamp,
) -> Result<()> {
    diesel::update(idempotency::table.find((claim.application, claim.key.as_str())))
        .set((
            idempotency::fingerprint.eq(claim.fingerprint.as_bytes()),
            idempotency::at.eq(now.0),
            idempotency::status.eq(answer.map(|answer| i32::from(answer.status))),
            idempotency::headers.eq(answer.map(headers)),
            idempotency::body.eq(answer.map(|answer| answer.body.as_slice())),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Forgets a claim whose answer is not to be kept.
///
/// # Errors
/// When the database fails.
pub fn release(connection: &mut DbConnection, claim: &Claim) -> Result<()> {
    diesel::delete(idempotency::table.find((claim.application, claim.key.as_str())))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Forgets what is too old to count.
///
/// # Errors
/// When the database fails.
pub fn prune(connection: &mut DbConnection, now: Timestamp) -> Result<usize> {
    diesel::delete(idempotency::table.filter(counts_no_more!(now, KEPT)))
        .execute(connection)
        .map_err(unavailable)
}

fn headers(answer: &Answer) -> String {
    serde_json::json!(answer.headers).to_string()
}
