//! What documents and papers ask of integrations: which there are, who takes part, which contracts they are about.
//!
//! Not here: their moves. Invariant: nothing here changes an integration.

use diesel::prelude::*;

use super::schema::{
    assignment, contract, integration, integration_contract, integration_party, opd, person,
};
use super::{DbConnection, unavailable};
use crate::error::{Error, Result};
use crate::integration::IntegrationNumber;

/// An integration as papers show it.
#[derive(Debug, Clone, Queryable)]
pub struct DossierRow {
    /// Its number in the database.
    pub id: i64,
    /// Its kind.
    pub variant: String,
    /// What it is about.
    pub subject: String,
    /// The step that it is in.
    pub step: i32,
    /// The round of that step.
    pub round: i32,
}

/// An agency that takes part.
#[derive(Debug, Clone, Queryable)]
pub struct PartyRow {
    /// As what.
    pub side: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

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

/// The integration with this number.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, number: IntegrationNumber) -> Result<Option<DossierRow>> {
    integration::table
        .filter(integration::year.eq(number.year))
        .filter(integration::number.eq(number.number))
        .select((
            integration::id,
            integration::variant,
            integration::subject,
            integration::step,
            integration::round,
        ))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The number of an integration in the register.
///
/// # Errors
/// When the database fails.
pub fn number(connection: &mut DbConnection, id: i64) -> Result<IntegrationNumber> {
    let found: Option<(i32, i32)> = integration::table
        .filter(integration::id.eq(id))
        .select((integration::year, integration::number))
        .first(connection)
        .optional()?;
    let (year, number) = found.ok_or_else(|| Error::Internal(format!("there is no integration {id}")))?;
    Ok(IntegrationNumber { year, number })
}

/// Whether an agency takes part in an integration.
///
/// # Errors
/// When the database fails.
pub fn is_party(connection: &mut DbConnection, id: i64, code: &str) -> Result<bool> {
    let found: Option<i64> = integration_party::table
        .inner_join(opd::table)
        .filter(integration_party::integration_id.eq(id))
        .filter(opd::code.eq(code))
        .select(integration_party::integration_id)
        .first(connection)
        .optional()?;
    Ok(found.is_some())
}

/// The integrations in which an agency takes part.
///
/// # Errors
/// When the database fails.
pub fn of_party(connection: &mut DbConnection, code: &str) -> Result<Vec<i64>> {
    integration_party::table
        .inner_join(opd::table)
        .filter(opd::code.eq(code))
        .select(integration_party::integration_id)
        .distinct()
        .load(connection)
        .map_err(unavailable)
}

/// The agencies that take part in an integration, by name.
///
/// # Errors
/// When the database fails.
pub fn parties(connection: &mut DbConnection, id: i64) -> Result<Vec<PartyRow>> {
    integration_party::table
        .inner_join(opd::table)
        .filter(integration_party::integration_id.eq(id))
        .select((integration_party::side, opd::code, opd::name))
        .order((opd::name, integration_party::side))
        .load(connection)
        .map_err(unavailable)
}

/// The datasets that an integration is about, with the version that was agreed, by dataset.
///
/// # Errors
/// When the database fails.
pub fn contracts(connection: &mut DbConnection, id: i64) -> Result<Vec<(String, Option<String>)>> {
    integration_contract::table
        .filter(integration_contract::integration_id.eq(id))
        .select((integration_contract::dataset, integration_contract::version))
        .order(integration_contract::dataset)
        .load(connection)
        .map_err(unavailable)
}

/// Whoever has a role on a day (`2026-03-20`), the first to have been given it first.
///
/// # Errors
/// When the database fails.
pub fn official(connection: &mut DbConnection, role: &str, day: &str) -> Result<Option<OfficialRow>> {
    assignment::table
        .inner_join(person::table)
        .filter(assignment::role.eq(role))
        .filter(assignment::ended_at.is_null())
        .filter(assignment::valid_from.le(day))
        .filter(
            assignment::valid_until
                .is_null()
                .or(assignment::valid_until.ge(day)),
        )
        .filter(person::active.eq(true))
        .select((
            person::full_name,
            person::nip,
            person::grade,
            person::office,
            assignment::capacity,
        ))
        .order(assignment::id)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The document of the newest version that is registered for a dataset, whatever its state.
///
/// # Errors
/// When the database fails.
pub fn newest_contract(connection: &mut DbConnection, dataset: i64) -> Result<Option<String>> {
    contract::table
        .filter(contract::dataset_id.eq(dataset))
        .order((contract::minor.desc(), contract::patch.desc()))
        .select(contract::document)
        .first(connection)
        .optional()
        .map_err(unavailable)
}
