//! The table of moves of integrations.
//!
//! Invariant: a row is added and never changed.

use diesel::prelude::*;

use crate::error::Result;
use crate::store::schema::integration_move;
use crate::store::{DbConnection, unavailable};

/// A move.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = integration_move, treat_none_as_default_value = false)]
pub struct MoveRow {
    /// The integration's row.
    pub integration_id: i64,
    /// Which of its moves, from 1.
    pub seq: i32,
    /// The act's word.
    pub act: String,
    /// The step in which.
    pub step: i32,
    /// The round in which.
    pub round: i32,
    /// The post that did it.
    pub post: Option<String>,
    /// The agency that did it.
    pub opd: Option<String>,
    /// The outcome or the opinion.
    pub outcome: Option<String>,
    /// The day on which it happened.
    pub happened_on: String,
    /// The day as which that counts.
    pub counted_on: String,
    /// When it was written down, in milliseconds since the epoch.
    pub recorded_at: i64,
    /// Who wrote it down, as the audit log names them.
    pub actor: String,
    /// What they are called.
    pub person: Option<String>,
    /// `superior` or `behalf`, where it was done for somebody else.
    pub acting: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The number of the letter that says so.
    pub letter: Option<String>,
    /// Where it led.
    pub lead: String,
    /// What it was tied to.
    pub evidence: Option<String>,
}

impl MoveRow {
    /// The signed paper by which it was written down for an agency without an account.
    pub fn signed_paper(&self) -> Option<i64> {
        let evidence: serde_json::Value = serde_json::from_str(self.evidence.as_deref()?).ok()?;
        evidence.get("signed_paper")?.as_i64()
    }
}

/// The moves of an integration, in order.
///
/// # Errors
/// When the database fails.
pub fn of(connection: &mut DbConnection, integration: i64) -> Result<Vec<MoveRow>> {
    integration_move::table
        .filter(integration_move::integration_id.eq(integration))
        .order(integration_move::seq)
        .load(connection)
        .map_err(unavailable)
}

/// Adds a move.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, row: &MoveRow) -> Result<()> {
    diesel::insert_into(integration_move::table)
        .values(row)
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
