//! Who holds an office, as papers say it.
//!
//! Not here: assignments themselves. Invariant: who is not active, or whose assignment has ended, holds none.

use diesel::prelude::*;

use super::schema::{assignment, person};
use super::{DbConnection, unavailable};
use crate::error::Result;

/// Somebody who holds an office.
#[derive(Debug, Clone, Queryable)]
pub struct OfficialRow {
    /// The name with titles.
    pub full_name: String,
    /// The civil servant's number.
    pub nip: Option<String>,
    /// The rank.
    pub grade: Option<String>,
    /// The office.
    pub office: Option<String>,
    /// In which manner they hold it.
    pub capacity: String,
}

/// Whoever has a role on a day (`2026-03-20`), the first to have been given it first; of this
/// `person` alone, where one is meant.
///
/// # Errors
/// When the database fails.
pub fn holder(
    connection: &mut DbConnection,
    role: &str,
    day: &str,
    person: Option<i64>,
) -> Result<Option<OfficialRow>> {
    let still = assignment::valid_until
        .is_null()
        .or(assignment::valid_until.ge(day));
    let mut held = assignment::table
        .inner_join(person::table)
        .filter(assignment::role.eq(role))
        .filter(assignment::ended_at.is_null())
        .filter(assignment::valid_from.le(day))
        .filter(still)
        .filter(person::active.eq(true))
        .select((
            person::full_name,
            person::nip,
            person::grade,
            person::office,
            assignment::capacity,
        ))
        .order(assignment::id)
        .into_boxed();
    if let Some(person) = person {
        held = held.filter(person::id.eq(person));
    }
    held.first(connection).optional().map_err(unavailable)
}
