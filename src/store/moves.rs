//! The moves in the life of contract versions.

use diesel::prelude::*;

use super::schema::{contract, contract_move, dataset};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// One move.
#[derive(Debug, Clone, Queryable)]
pub struct MoveRow {
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// Who did it, as the audit log names them.
    pub actor: String,
    /// The state before; none for a registration.
    pub before: Option<String>,
    /// The state after.
    pub after: String,
    /// Why, where somebody said so.
    pub reason: Option<String>,
    /// What else was said, as a JSON object.
    pub details: String,
}

/// Adds a move of a version.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, contract: i64, now: Timestamp, row: &MoveRow) -> Result<()> {
    diesel::insert_into(contract_move::table)
        .values((
            contract_move::contract_id.eq(contract),
            contract_move::at.eq(now.0),
            contract_move::actor.eq(&row.actor),
            contract_move::before.eq(row.before.as_deref()),
            contract_move::after.eq(&row.after),
            contract_move::reason.eq(row.reason.as_deref()),
            contract_move::details.eq(&row.details),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// A publication: the owner's code, the dataset's name, the version's numbers, and the move.
pub type Publication = (String, String, (i32, i32, i32), MoveRow);

/// The publications of all versions, oldest first.
///
/// # Errors
/// When the database fails.
pub fn publications(connection: &mut DbConnection) -> Result<Vec<Publication>> {
    contract_move::table
        .inner_join(contract::table.inner_join(dataset::table))
        .filter(contract_move::after.eq_any(["published", "deprecated"]))
        .order(contract_move::id)
        .select((
            dataset::opd,
            dataset::name,
            (dataset::major, contract::minor, contract::patch),
            (
                contract_move::at,
                contract_move::actor,
                contract_move::before,
                contract_move::after,
                contract_move::reason,
                contract_move::details,
            ),
        ))
        .load(connection)
        .map_err(unavailable)
}

/// The moves of a version, oldest first.
///
/// # Errors
/// When the database fails.
pub fn of(connection: &mut DbConnection, contract: i64) -> Result<Vec<MoveRow>> {
    contract_move::table
        .filter(contract_move::contract_id.eq(contract))
        .order(contract_move::id)
        .select((
            contract_move::at,
            contract_move::actor,
            contract_move::before,
            contract_move::after,
            contract_move::reason,
            contract_move::details,
        ))
        .load(connection)
        .map_err(unavailable)
}
