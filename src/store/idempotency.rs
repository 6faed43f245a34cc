//! The table of requests that must have their effect once.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::schema::idempotency;
use super::{DbConnection, unavailable};
use crate::error::{Conflict, Error, Result};
use crate::record::{Answer, Claim, Counts, KEPT, LEASE, PartOf, Progress};
use crate::types::{CLOCKS_APART, Digest, Timestamp};

/// What is known of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The request's digest.
    pub fingerprint: Digest,
    /// Its answer; `None` while it is being answered.
    pub answer: Option<Answer>,
    /// Whether it was cut off, with something of it stored.
    pub cut_off: bool,
}

/// How a request stands that is about to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reservation {
    /// It is to be done, behind what is stored of it, if anything is.
    New(Option<Progress>),
    /// A request with this key was answered before.
    Answered,
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
    type Row = (Vec<u8>, i64, Option<i32>, Option<String>, Option<Vec<u8>>, bool);
    let row: Option<Row> = idempotency::table
        .find((application, key))
        .select((
            idempotency::fingerprint,
            idempotency::at,
            idempotency::status,
            idempotency::headers,
            idempotency::body,
            idempotency::progress.is_not_null(),
        ))
        .first(connection)
        .optional()?;
    let Some((fingerprint, at, status, headers, body, begun)) = row else {
        return Ok(None);
    };
    let (at, cut_off) = (
        Timestamp(at),
        status.is_none() && !counts(Timestamp(at), LEASE, now),
    );
    if !counts(at, KEPT, now) || (cut_off && !begun) {
        return Ok(None);
    }
    let fingerprint = digest(&fingerprint)?;
    let answer = status.map(|status| Answer {
        status: u16::try_from(status).unwrap_or(500),
        headers: serde_json::from_str(&headers.unwrap_or_default()).unwrap_or_default(),
        body: body.unwrap_or_default(),
    });
    Ok(Some(Known {
        fingerprint,
        answer,
        cut_off,
    }))
}

/// Whether what was kept at a time and for so long still counts; what was kept by a clock that was ahead does not.
fn counts(at: Timestamp, kept: i64, now: Timestamp) -> bool {
    now.0.saturating_sub(at.0) <= kept && !at.is_to_come(now)
}

fn digest(bytes: &[u8]) -> Result<Digest> {
    Digest::from_bytes(bytes).ok_or_else(|| unavailable("a damaged fingerprint"))
}

/// Reserves a key for a request whose body is yet to come, or takes one up that was cut off.
///
/// # Errors
/// A conflict when a request with this key is being answered; when the key was used for another one; when the database
/// fails.
pub fn begin(connection: &mut DbConnection, claim: &Claim, now: Timestamp) -> Result<Reservation> {
    let this = idempotency::table.find((claim.application, claim.key.as_str()));
    let row: Option<(Vec<u8>, i64, Option<i32>)> = this
        .select((idempotency::fingerprint, idempotency::at, idempotency::status))
        .first(connection)
        .optional()?;
    let Some((fingerprint, at, status)) = row.filter(|row| counts(Timestamp(row.1), KEPT, now)) else {
        keep(connection, claim, None, now)?;
        return Ok(Reservation::New(None));
    };
    if status.is_some() {
        return Ok(Reservation::Answered);
    }
    if counts(Timestamp(at), LEASE, now) {
        return Err(Error::Conflict(Conflict::StillRunning));
    }
    let taken = diesel::update(this.filter(idempotency::at.eq(at).and(idempotency::status.is_null())))
        .set((
            idempotency::at.eq(now.0),
            idempotency::fingerprint.eq(claim.fingerprint.as_bytes()),
            idempotency::holder.eq(claim.holder.as_bytes()),
        ))
        .execute(connection)?;
    must_be_held(taken)?;
    // From here on nobody else can go on with it.
    let stored: (Option<String>, Option<Vec<u8>>) = this
        .select((idempotency::progress, idempotency::progress_sha256))
        .first(connection)?;
    let (Some(reached), Some(lines)) = stored else {
        return Ok(Reservation::New(None));
    };
    if digest(&fingerprint)? != claim.fingerprint {
        return Err(Error::KeyReused);
    }
    let Reached { through, counts } = read(&reached)?;
    let lines = digest(&lines)?;
    Ok(Reservation::New(Some(Progress {
        through,
        lines,
        counts,
    })))
}

/// That a statement found the row of a request which its exchange still holds.
fn must_be_held(rows: usize) -> Result<()> {
    match rows {
        0 => Err(Error::Conflict(Conflict::StillRunning)),
        _ => Ok(()),
    }
}

/// The row of a request that is being answered, held by its exchange.
macro_rules! held {
    ($claim:expr) => {
        idempotency::table
            .find(($claim.application, $claim.key.as_str()))
            .filter(idempotency::status.is_null())
            .filter(idempotency::holder.eq($claim.holder.as_bytes()))
    };
}

/// How far a request came, as its row tells it.
#[derive(Default, Serialize, Deserialize)]
struct Reached {
    through: u64,
    #[serde(flatten)]
    counts: Counts,
}

fn read(reached: &str) -> Result<Reached> {
    serde_json::from_str(reached).map_err(|_| unavailable("a damaged progress"))
}

/// Notes that a part of a reserved request is stored, `part` with its counts.
///
/// # Errors
/// A conflict when another exchange took the request up, or a part before this one is not stored; when the database fails.
pub fn note(connection: &mut DbConnection, part: &PartOf, counted: &Counts) -> Result<()> {
    let this = held!(part.claim);
    let before: Option<Option<String>> = this.select(idempotency::progress).first(connection).optional()?;
    let mut reached = match before {
        Some(Some(reached)) => read(&reached)?,
        Some(None) => Reached::default(),
        None => return must_be_held(0),
    };
    if reached.through != part.after {
        return must_be_held(0);
    }
    reached.through = part.through;
    reached.counts.add(counted);
    let noted = diesel::update(this)
        .set((
            idempotency::progress.eq(serde_json::json!(reached).to_string()),
            idempotency::progress_sha256.eq(part.lines.as_bytes()),
        ))
        .execute(connection)?;
    must_be_held(noted)
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
        counts_no_more!(now, KEPT).or(idempotency::status
            .is_null()
            .and(idempotency::progress.is_null())
            .and(counts_no_more!(now, LEASE))),
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
        idempotency::holder.eq(claim.holder.as_bytes()),
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

/// Gives a claim that is being answered its answer; with none, says that it is still being worked at. One that has its
/// answer keeps it.
///
/// # Errors
/// A conflict when another exchange took it up; when the database fails.
pub fn update(
    connection: &mut DbConnection,
    claim: &Claim,
    answer: Option<&Answer>,
    now: Timestamp,
) -> Result<()> {
    let updated = diesel::update(held!(claim))
        .set((
            idempotency::fingerprint.eq(claim.fingerprint.as_bytes()),
            idempotency::at.eq(now.0),
            idempotency::status.eq(answer.map(|answer| i32::from(answer.status))),
            idempotency::headers.eq(answer.map(headers)),
            idempotency::body.eq(answer.map(|answer| answer.body.as_slice())),
        ))
        .execute(connection)?;
    if updated > 0 {
        return Ok(());
    }
    let answered = idempotency::table
        .find((claim.application, claim.key.as_str()))
        .filter(idempotency::holder.eq(claim.holder.as_bytes()))
        .count()
        .get_result::<i64>(connection)?;
    must_be_held(usize::try_from(answered).unwrap_or_default())
}

/// Forgets a claim that has no answer; of one that is stored in part it is kept how far it came, for whoever sends the
/// same request again.
///
/// # Errors
/// When the database fails.
pub fn release(connection: &mut DbConnection, claim: &Claim, now: Timestamp) -> Result<()> {
    let this = held!(claim);
    diesel::delete(this.filter(idempotency::progress.is_null())).execute(connection)?;
    diesel::update(this)
        .set(idempotency::at.eq(now.0 - LEASE - 1))
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
