//! The table of what came of unit tests.
//!
//! Invariant: a row is never changed.

use diesel::prelude::*;

use super::schema::unit_test;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::Timestamp;

/// What came of a unit test.
#[derive(Debug, Clone)]
pub struct NewUnitTest<'a> {
    /// The dataset.
    pub dataset: String,
    /// The version of its contract.
    pub version: String,
    /// The digest of its contract.
    pub digest: String,
    /// Whether nothing failed.
    pub passed: bool,
    /// Who tested.
    pub actor: &'a str,
    /// The report, as JSON.
    pub report: String,
}

/// Keeps what came of a unit test.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, new: &NewUnitTest<'_>, at: Timestamp) -> Result<()> {
    diesel::insert_into(unit_test::table)
        .values((
            unit_test::dataset.eq(&new.dataset),
            unit_test::version.eq(&new.version),
            unit_test::contract_digest.eq(&new.digest),
            unit_test::passed.eq(new.passed),
            unit_test::at.eq(at.0),
            unit_test::actor.eq(new.actor),
            unit_test::report.eq(&new.report),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// When the version with this digest was tested last, and whether nothing failed.
///
/// # Errors
/// When the database fails.
pub fn last(
    connection: &mut DbConnection,
    dataset: &str,
    version: &str,
    digest: &str,
) -> Result<Option<(Timestamp, bool)>> {
    let found: Option<(i64, bool)> = unit_test::table
        .filter(unit_test::dataset.eq(dataset))
        .filter(unit_test::version.eq(version))
        .filter(unit_test::contract_digest.eq(digest))
        .order((unit_test::at.desc(), unit_test::id.desc()))
        .select((unit_test::at, unit_test::passed))
        .first(connection)
        .optional()
        .map_err(unavailable)?;
    Ok(found.map(|(at, passed)| (Timestamp(at), passed)))
}

/// The report of the last test of a version, as JSON.
///
/// # Errors
/// When the database fails.
pub fn last_report(connection: &mut DbConnection, dataset: &str, version: &str) -> Result<Option<String>> {
    unit_test::table
        .filter(unit_test::dataset.eq(dataset))
        .filter(unit_test::version.eq(version))
        .order((unit_test::at.desc(), unit_test::id.desc()))
        .select(unit_test::report)
        .first(connection)
        .optional()
        .map_err(unavailable)
}
