//! Which documents integrations have, as far as their steps ask for it.
//!
//! Not here: the documents themselves. Invariant: nothing here changes one.

use diesel::prelude::*;

use crate::error::Result;
use crate::store::schema::document;
use crate::store::{DbConnection, unavailable};

/// A document that is there: its kind, and the step and the round that it was added in.
pub type Present = (String, Option<i32>, Option<i32>);

/// The kinds of the documents that an integration has.
///
/// # Errors
/// When the database fails.
pub fn of(connection: &mut DbConnection, integration: i64) -> Result<Vec<Present>> {
    document::table
        .filter(document::integration_id.eq(integration))
        .select((document::kind, document::step, document::round))
        .load(connection)
        .map_err(unavailable)
}
