//! The table of assignments: who is what, in which capacity, from when until when.
//!
//! Invariant: a row is never deleted, only ended.

use diesel::prelude::*;

use super::schema::assignment;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// An assignment.
#[derive(Debug, Clone, Queryable)]
pub struct AssignmentRow {
    /// Its number.
    pub id: i64,
    /// The number of the person.
    pub person_id: i64,
    /// The role's word.
    pub role: String,
    /// The capacity's word.
    pub capacity: String,
    /// The number of the order that says so.
    pub order_number: Option<String>,
    /// The first day.
    pub valid_from: String,
    /// The last day.
    pub valid_until: Option<String>,
    /// When it was written down, in milliseconds since the epoch.
    pub created_at: i64,
    /// When it was ended before its last day.
    pub ended_at: Option<i64>,
}

/// An assignment to be added.
#[derive(Debug)]
pub struct NewAssignment<'a> {
    /// The number of the person.
    pub person_id: i64,
    /// The role's word.
    pub role: &'a str,
    /// The capacity's word.
    pub capacity: &'a str,
    /// The number of the order that says so.
    pub order_number: Option<&'a str>,
    /// The first day.
    pub valid_from: String,
    /// The last day.
    pub valid_until: Option<String>,
}

/// All assignments of everybody.
///
/// # Errors
/// When the database fails.
pub fn all(connection: &mut DbConnection) -> Result<Vec<AssignmentRow>> {
    assignment::table
        .order(assignment::id)
        .load(connection)
        .map_err(unavailable)
}

/// The assignments of a person, oldest first.
///
/// # Errors
/// When the database fails.
pub fn of(connection: &mut DbConnection, person_id: i64) -> Result<Vec<AssignmentRow>> {
    assignment::table
        .filter(assignment::person_id.eq(person_id))
        .order(assignment::id)
        .load(connection)
        .map_err(unavailable)
}

/// Adds an assignment and gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, new: &NewAssignment<'_>, now: Timestamp) -> Result<i64> {
    diesel::insert_into(assignment::table)
        .values((
            assignment::person_id.eq(new.person_id),
            assignment::role.eq(new.role),
            assignment::capacity.eq(new.capacity),
            assignment::order_number.eq(new.order_number),
            assignment::valid_from.eq(&new.valid_from),
            assignment::valid_until.eq(&new.valid_until),
            assignment::created_at.eq(now.0),
        ))
        .returning(assignment::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Ends a person's assignment; tells whether there was one that had not ended.
///
/// # Errors
/// When the database fails.
pub fn end(connection: &mut DbConnection, person_id: i64, id: i64, now: Timestamp) -> Result<bool> {
    diesel::update(
        assignment::table
            .filter(assignment::id.eq(id))
            .filter(assignment::person_id.eq(person_id))
            .filter(assignment::ended_at.is_null()),
    )
    .set(assignment::ended_at.eq(Some(now.0)))
    .execute(connection)
    .map(|ended| ended > 0)
    .map_err(unavailable)
}
