//! Which documents integrations have, as far as their steps ask for it.
//!
//! Not here: the documents themselves. Invariant: nothing here changes one.

use diesel::prelude::*;

use crate::error::Result;
use crate::store::schema::document;
use crate::store::{DbConnection, unavailable};

/// A document that is there: its number, its kind, the step and the round that it was added in, and when.
pub type Present = (i64, String, Option<i32>, Option<i32>, i64);

/// The kinds of the documents that an integration has.
///
/// # Errors
/// When the database fails.
pub fn of(connection: &mut DbConnection, integration: i64) -> Result<Vec<Present>> {
    document::table
        .filter(document::integration_id.eq(integration))
        .select((
            document::id,
            document::kind,
            document::step,
            document::round,
            document::added_at,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// The digests of the documents of this kind that an integration has.
///
/// # Errors
/// When the database fails.
pub fn digests(connection: &mut DbConnection, integration: i64, kind: &str) -> Result<Vec<Vec<u8>>> {
    document::table
        .filter(document::integration_id.eq(integration))
        .filter(document::kind.eq(kind))
        .select(document::sha256)
        .load(connection)
        .map_err(unavailable)
}
