//! The table of sessions, by the hash of their tokens.

use diesel::prelude::*;

use super::schema::{person, session};
use super::{DbConnection, unavailable};
use crate::access::KeyHash;
use crate::error::Result;
use crate::types::Timestamp;

/// A session.
#[derive(Debug, Clone, Queryable)]
pub struct SessionRow {
    /// The hash of its token.
    pub hash: Vec<u8>,
    /// The number of the person.
    pub person_id: i64,
    /// When it began, in milliseconds since the epoch.
    pub created_at: i64,
    /// When it was last used, to the minute.
    pub seen_at: i64,
    /// From which address it was begun.
    pub address: String,
}

/// Before when a session must have begun, or was last used, to have ended.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// The begin of the oldest session that may still be used.
    pub created: Timestamp,
    /// The last use of the one that was silent longest.
    pub seen: Timestamp,
}

macro_rules! columns {
    () => {
        (
            session::hash,
            session::person_id,
            session::created_at,
            session::seen_at,
            session::address,
        )
    };
}

/// The session with this token.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, hash: &KeyHash) -> Result<Option<SessionRow>> {
    session::table
        .filter(session::hash.eq(hash.as_bytes()))
        .select(columns!())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The sessions of a person that have not ended, newest first.
///
/// # Errors
/// When the database fails.
pub fn of(connection: &mut DbConnection, person_id: i64, ends: Ends) -> Result<Vec<SessionRow>> {
    session::table
        .filter(session::person_id.eq(person_id))
        .filter(session::created_at.gt(ends.created.0))
        .filter(session::seen_at.gt(ends.seen.0))
        .order(session::created_at.desc())
        .select(columns!())
        .load(connection)
        .map_err(unavailable)
}

/// Begins a session.
///
/// # Errors
/// When the database fails.
pub fn insert(
    connection: &mut DbConnection,
    hash: &KeyHash,
    person_id: i64,
    address: &str,
    now: Timestamp,
) -> Result<()> {
    diesel::insert_into(session::table)
        .values((
            session::hash.eq(hash.as_bytes()),
            session::person_id.eq(person_id),
            session::created_at.eq(now.0),
            session::seen_at.eq(now.0),
            session::address.eq(address),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Tells that a session was used.
///
/// # Errors
/// When the database fails.
pub fn touch(connection: &mut DbConnection, hash: &KeyHash, now: Timestamp) -> Result<()> {
    diesel::update(
        session::table
            .filter(session::hash.eq(hash.as_bytes()))
            .filter(session::seen_at.lt(now.0)),
    )
    .set(session::seen_at.eq(now.0))
    .execute(connection)
    .map(|_| ())
    .map_err(unavailable)
}

/// Ends one session; tells whether there was one.
///
/// # Errors
/// When the database fails.
pub fn delete(connection: &mut DbConnection, hash: &KeyHash) -> Result<bool> {
    diesel::delete(session::table.filter(session::hash.eq(hash.as_bytes())))
        .execute(connection)
        .map(|ended| ended > 0)
        .map_err(unavailable)
}

/// Ends all sessions of a person but the one with the token `keep`; tells how many there were.
///
/// # Errors
/// When the database fails.
pub fn delete_of(connection: &mut DbConnection, person_id: i64, keep: Option<&KeyHash>) -> Result<usize> {
    // No token has an empty hash.
    let keep = keep.map_or(&[][..], KeyHash::as_bytes);
    diesel::delete(
        session::table
            .filter(session::person_id.eq(person_id))
            .filter(session::hash.ne(keep)),
    )
    .execute(connection)
    .map_err(unavailable)
}

/// Ends all sessions of the people of an agency.
///
/// # Errors
/// When the database fails.
pub fn delete_of_opd(connection: &mut DbConnection, opd_id: i64) -> Result<()> {
    let people = person::table.filter(person::opd_id.eq(opd_id)).select(person::id);
    diesel::delete(session::table.filter(session::person_id.eq_any(people)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Forgets sessions that have ended by themselves; tells how many there were.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut DbConnection, ends: Ends) -> Result<usize> {
    diesel::delete(
        session::table.filter(
            session::created_at
                .le(ends.created.0)
                .or(session::seen_at.le(ends.seen.0)),
        ),
    )
    .execute(connection)
    .map_err(unavailable)
}
