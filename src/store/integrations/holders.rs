//! The table of who has the file of an integration now.
//!
//! Invariant: it is replaced in the transaction of the move that changes it.

use diesel::prelude::*;

use crate::error::Result;
use crate::store::schema::integration_holder;
use crate::store::{DbConnection, unavailable};

/// Somebody who has a file.
#[derive(Debug, Clone, Queryable)]
pub struct HolderRow {
    /// The integration's row.
    pub integration_id: i64,
    /// The post.
    pub post: String,
    /// The agency, or nothing.
    pub opd: String,
}

/// Who has these integrations.
///
/// # Errors
/// When the database fails.
pub fn of(connection: &mut DbConnection, integrations: &[i64]) -> Result<Vec<HolderRow>> {
    integration_holder::table
        .filter(integration_holder::integration_id.eq_any(integrations))
        .order((
            integration_holder::integration_id,
            integration_holder::post,
            integration_holder::opd,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// Says who has an integration.
///
/// # Errors
/// When the database fails.
pub fn replace(connection: &mut DbConnection, integration: i64, holders: &[(String, String)]) -> Result<()> {
    let old = integration_holder::table.filter(integration_holder::integration_id.eq(integration));
    diesel::delete(old).execute(connection)?;
    for (post, opd) in holders {
        diesel::insert_into(integration_holder::table)
            .values((
                integration_holder::integration_id.eq(integration),
                integration_holder::post.eq(post),
                integration_holder::opd.eq(opd),
            ))
            .execute(connection)?;
    }
    Ok(())
}
