//! Documents of integrations and letters, and the pieces of what is in them.
//!
//! Not here: what a document may be. Invariant: a document and all its pieces are written in one transaction
//! and never changed, but for the integration that a letter's attachment comes to belong to.

use diesel::dsl::max;
use diesel::prelude::*;

use super::schema::{document, document_chunk};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{Digest, Timestamp};

/// How many bytes a piece has, but for the last.
pub const CHUNK: usize = 256 * 1024;

/// A document, without what is in it.
#[derive(Debug, Clone, Queryable)]
pub struct DocumentRow {
    /// Its number.
    pub id: i64,
    /// The integration that it belongs to.
    pub integration_id: Option<i64>,
    /// The step that it was added in.
    pub step: Option<i32>,
    /// The round of that step.
    pub round: Option<i32>,
    /// Its kind.
    pub kind: String,
    /// Its version among those of its kind, step and round.
    pub version: i32,
    /// What its file was called.
    pub name: String,
    /// Its media type, told by its content.
    pub media_type: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// The digest of these.
    pub sha256: Vec<u8>,
    /// Where the paper lies.
    pub place: Option<String>,
    /// What was said about it.
    pub note: Option<String>,
    /// Who added it, as the audit log names them.
    pub added_by: String,
    /// When, in milliseconds since the epoch.
    pub added_at: i64,
    /// The letter that it is attached to.
    pub letter_id: Option<i64>,
}

/// What a document belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// An integration.
    Integration(i64),
    /// A letter, and the integration that this belongs to.
    Letter(i64, Option<i64>),
}

/// A document to be added.
#[derive(Debug)]
pub struct NewDocument<'a> {
    /// What it belongs to.
    pub owner: Owner,
    /// The step and its round.
    pub step: (Option<i32>, Option<i32>),
    /// Its kind.
    pub kind: &'a str,
    /// What its file is called.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// How many bytes it has.
    pub bytes: i64,
    /// The digest of these.
    pub sha256: Digest,
    /// Where the paper lies.
    pub place: Option<&'a str>,
    /// What is said about it.
    pub note: Option<&'a str>,
}

/// Adds a document as the next version of its kind, and gives its number. Whoever calls has locked what it
/// belongs to.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, new: &NewDocument<'_>, by: &str, now: Timestamp) -> Result<i64> {
    let version = last_version(connection, new)? + 1;
    let (integration, letter) = match new.owner {
        Owner::Integration(id) => (Some(id), None),
        Owner::Letter(id, integration) => (integration, Some(id)),
    };
    diesel::insert_into(document::table)
        .values((
            document::integration_id.eq(integration),
            document::letter_id.eq(letter),
            document::step.eq(new.step.0),
            document::round.eq(new.step.1),
            document::kind.eq(new.kind),
            document::version.eq(version),
            document::name.eq(new.name),
            document::media_type.eq(new.media_type),
            document::bytes.eq(new.bytes),
            document::sha256.eq(new.sha256.as_bytes()),
            document::place.eq(new.place),
            document::note.eq(new.note),
            document::added_by.eq(by),
            document::added_at.eq(now.0),
        ))
        .returning(document::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// The last version of the same kind, step and round; 0 where there is none.
fn last_version(connection: &mut DbConnection, new: &NewDocument<'_>) -> Result<i32> {
    let mut same = document::table
        .filter(document::kind.eq(new.kind))
        .select(max(document::version))
        .into_boxed();
    same = match new.owner {
        Owner::Letter(id, _) => same.filter(document::letter_id.eq(id)),
        Owner::Integration(id) => {
            let same = same
                .filter(document::integration_id.eq(id))
                .filter(document::letter_id.is_null());
            let same = match new.step.0 {
                Some(step) => same.filter(document::step.eq(step)),
                None => same.filter(document::step.is_null()),
            };
            match new.step.1 {
                Some(round) => same.filter(document::round.eq(round)),
                None => same.filter(document::round.is_null()),
            }
        }
    };
    let last: Option<i32> = same.first(connection)?;
    Ok(last.unwrap_or_default())
}

/// Adds a piece of a document, counted from 0.
///
/// # Errors
/// When the database fails.
pub fn insert_chunk(connection: &mut DbConnection, document: i64, number: i32, body: &[u8]) -> Result<()> {
    diesel::insert_into(document_chunk::table)
        .values((
            document_chunk::document_id.eq(document),
            document_chunk::number.eq(number),
            document_chunk::body.eq(body),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// The document with this number.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, id: i64) -> Result<Option<DocumentRow>> {
    document::table
        .filter(document::id.eq(id))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// A piece of a document; none behind its end.
///
/// # Errors
/// When the database fails.
pub fn chunk(connection: &mut DbConnection, document: i64, number: i32) -> Result<Option<Vec<u8>>> {
    document_chunk::table
        .filter(document_chunk::document_id.eq(document))
        .filter(document_chunk::number.eq(number))
        .select(document_chunk::body)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The documents of an integration, the attachments of its letters among them, by number.
///
/// # Errors
/// When the database fails.
pub fn of_integration(connection: &mut DbConnection, integration: i64) -> Result<Vec<DocumentRow>> {
    document::table
        .filter(document::integration_id.eq(integration))
        .order(document::id)
        .load(connection)
        .map_err(unavailable)
}

/// The attachments of a letter, by number.
///
/// # Errors
/// When the database fails.
pub fn of_letter(connection: &mut DbConnection, letter: i64) -> Result<Vec<DocumentRow>> {
    document::table
        .filter(document::letter_id.eq(letter))
        .order(document::id)
        .load(connection)
        .map_err(unavailable)
}

/// Says to which integration the attachments of a letter belong from now on.
///
/// # Errors
/// When the database fails.
pub fn link(connection: &mut DbConnection, letter: i64, integration: i64) -> Result<()> {
    diesel::update(document::table.filter(document::letter_id.eq(letter)))
        .set(document::integration_id.eq(Some(integration)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
