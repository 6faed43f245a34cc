//! The revision: a number that rises with every change that running hubs must notice.

use diesel::prelude::*;

use super::schema::revision;
use super::{DbConnection, unavailable};
use crate::error::Result;

/// The revision as it stands.
///
/// # Errors
/// When the database fails.
pub fn current(connection: &mut DbConnection) -> Result<i64> {
    revision::table
        .select(revision::value)
        .first(connection)
        .map_err(unavailable)
}

/// Raises the revision; part of the transaction that changes something.
///
/// # Errors
/// When the database fails.
pub fn raise(connection: &mut DbConnection) -> Result<()> {
    diesel::update(revision::table)
        .set(revision::value.eq(revision::value + 1))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
