//! The log of what was changed by whoever manages the hub.

use diesel::prelude::*;

use super::schema::audit;
use super::{DbConnection, unavailable};
use crate::audit::Action;
use crate::error::Result;
use crate::types::Timestamp;

/// Logs an action; part of the transaction that does it.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, action: &Action<'_>, now: Timestamp) -> Result<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::at.eq(now.0),
            audit::actor.eq(action.actor.as_ref()),
            audit::action.eq(action.name),
            audit::target.eq(&action.target),
            audit::before.eq(action.before.as_deref()),
            audit::after.eq(action.after.as_deref()),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
