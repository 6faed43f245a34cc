//! The table of reports.
//!
//! Invariant: figures are written once; who checked and who signed is added once each.

use diesel::dsl::max;
use diesel::prelude::*;

use super::schema::{integration_party, report};
use super::{DbConnection, opds, unavailable};
use crate::error::Result;
use crate::report::ReportState;
use crate::types::{Digest, Timestamp};

/// A report without its figures.
#[derive(Debug, Clone, Queryable)]
pub struct ReportRow {
    /// Its number.
    pub id: i64,
    /// Its kind.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// Which of those about the same, from 1.
    pub version: i32,
    /// The integration that it is about.
    pub integration_id: Option<i64>,
    /// The agency that it is about.
    pub opd: Option<String>,
    /// The digest of its figures.
    pub sha256: Vec<u8>,
    /// When they were computed, in milliseconds since the epoch.
    pub made_at: i64,
    /// Who drafted it, as JSON.
    pub drafted: String,
    /// Who checked it.
    pub checked: Option<String>,
    /// Who signed it.
    pub signed: Option<String>,
}

/// A report to be kept.
#[derive(Debug)]
pub struct NewReport<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// The integration that it is about.
    pub integration_id: Option<i64>,
    /// The agency that it is about.
    pub opd: Option<&'a str>,
    /// Its figures, as JSON.
    pub figures: &'a str,
    /// Who drafted it.
    pub drafted: &'a str,
}

macro_rules! columns {
    () => {
        (
            report::id,
            report::kind,
            report::subject,
            report::version,
            report::integration_id,
            report::opd,
            report::sha256,
            report::made_at,
            report::drafted,
            report::checked,
            report::signed,
        )
    };
}

/// Keeps a report as the next version about the same, and gives its number.
///
/// # Errors
/// When the database fails, also because somebody else drafted the same version at the same moment.
pub fn insert(connection: &mut DbConnection, new: &NewReport<'_>, now: Timestamp) -> Result<i64> {
    let version = newest(connection, new.kind, new.subject)? + 1;
    diesel::insert_into(report::table)
        .values((
            report::kind.eq(new.kind),
            report::subject.eq(new.subject),
            report::version.eq(version),
            report::integration_id.eq(new.integration_id),
            report::opd.eq(new.opd),
            report::figures.eq(new.figures),
            report::sha256.eq(Digest::of(new.figures.as_bytes()).as_bytes()),
            report::made_at.eq(now.0),
            report::drafted.eq(new.drafted),
        ))
        .returning(report::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// The last version about the same; 0 where there is none.
///
/// # Errors
/// When the database fails.
pub fn newest(connection: &mut DbConnection, kind: &str, subject: &str) -> Result<i32> {
    let last: Option<i32> = report::table
        .filter(report::kind.eq(kind))
        .filter(report::subject.eq(subject))
        .select(max(report::version))
        .first(connection)?;
    Ok(last.unwrap_or_default())
}

/// Which reports are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// Of this kind alone.
    pub kind: Option<&'a str>,
    /// In this state alone.
    pub state: Option<ReportState>,
    /// Those that concern this agency: of integrations in which it takes part, and those about itself.
    pub opd: Option<&'a str>,
    /// The latest first, else the first.
    pub latest_first: bool,
    /// Behind the one with this number.
    pub after: Option<i64>,
}

/// At most `limit` reports, by number, without their figures.
///
/// # Errors
/// When the database fails.
pub fn page(connection: &mut DbConnection, wanted: Wanted<'_>, limit: i64) -> Result<Vec<ReportRow>> {
    let mut rows = match wanted.latest_first {
        true => report::table
            .filter(report::id.lt(wanted.after.unwrap_or(i64::MAX)))
            .order(report::id.desc())
            .into_boxed(),
        false => report::table
            .filter(report::id.gt(wanted.after.unwrap_or_default()))
            .order(report::id.asc())
            .into_boxed(),
    };
    if let Some(kind) = wanted.kind {
        rows = rows.filter(report::kind.eq(kind));
    }
    rows = match wanted.state {
        None => rows,
        Some(ReportState::Signed) => rows.filter(report::signed.is_not_null()),
        Some(ReportState::Checked) => rows
            .filter(report::signed.is_null())
            .filter(report::checked.is_not_null()),
        Some(ReportState::Draft) => rows
            .filter(report::signed.is_null())
            .filter(report::checked.is_null()),
    };
    if let Some(code) = wanted.opd {
        let of_party = integration_party::table
            .filter(integration_party::opd_id.eq(opds::number(connection, code)?))
            .select(integration_party::integration_id.nullable());
        let itself = report::integration_id.is_null().and(report::opd.eq(code));
        rows = rows.filter(report::integration_id.eq_any(of_party).or(itself));
    }
    rows.limit(limit)
        .select(columns!())
        .load(connection)
        .map_err(unavailable)
}

/// The reports about an integration, by number, without their figures.
///
/// # Errors
/// When the database fails.
pub fn of_integration(connection: &mut DbConnection, integration: i64) -> Result<Vec<ReportRow>> {
    report::table
        .filter(report::integration_id.eq(integration))
        .order(report::id)
        .select(columns!())
        .load(connection)
        .map_err(unavailable)
}

/// The kinds of the reports about an integration that were signed, and when each was made.
///
/// # Errors
/// When the database fails.
pub fn signed(connection: &mut DbConnection, integration: i64) -> Result<Vec<(String, i64)>> {
    report::table
        .filter(report::integration_id.eq(integration))
        .filter(report::signed.is_not_null())
        .select((report::kind, report::made_at))
        .load(connection)
        .map_err(unavailable)
}

/// A report with its figures.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, id: i64) -> Result<Option<(ReportRow, String)>> {
    report::table
        .filter(report::id.eq(id))
        .select((columns!(), report::figures))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Says who checked a report, unless somebody did; tells whether it was said.
///
/// # Errors
/// When the database fails.
pub fn check(connection: &mut DbConnection, id: i64, by: &str) -> Result<bool> {
    diesel::update(
        report::table
            .filter(report::id.eq(id))
            .filter(report::checked.is_null()),
    )
    .set(report::checked.eq(Some(by)))
    .execute(connection)
    .map(|changed| changed > 0)
    .map_err(unavailable)
}

/// Says who signed a report, unless somebody did; tells whether it was said.
///
/// # Errors
/// When the database fails.
pub fn sign(connection: &mut DbConnection, id: i64, by: &str) -> Result<bool> {
    diesel::update(
        report::table
            .filter(report::id.eq(id))
            .filter(report::signed.is_null()),
    )
    .set(report::signed.eq(Some(by)))
    .execute(connection)
    .map(|changed| changed > 0)
    .map_err(unavailable)
}
