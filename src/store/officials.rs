//! Who holds an office, as papers say it.
//!
//! Not here: assignments themselves. Invariant: who is not active, or whose assignment has ended, holds none.

use diesel::prelude::*;

use super::schema::{assignment, person};
use super::{DbConnection, unavailable};
use crate::access::Capacity;
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

/// Whoever has a role on a day (`2026-03-20`): who stands in for its holder (Plh., then Plt.) before that one, and of
/// several the last to have begun; of this `person` alone, where one is meant.
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
        .order((assignment::valid_from.desc(), assignment::id.desc()))
        .into_boxed();
    if let Some(person) = person {
        held = held.filter(person::id.eq(person));
    }
    let held: Vec<OfficialRow> = held.load(connection).map_err(unavailable)?;
    Ok(held.into_iter().min_by_key(|row| rank(&row.capacity)))
}

/// Who comes first of those who hold an office in different manners.
fn rank(capacity: &str) -> u8 {
    match capacity.parse() {
        Ok(Capacity::Plh) => 0,
        Ok(Capacity::Plt) => 1,
        Ok(Capacity::Definitive) | Err(_) => 2,
    }
}
