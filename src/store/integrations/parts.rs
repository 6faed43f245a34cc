//! Who takes part in an integration, what it is about, and who is responsible for it.
//!
//! Invariant: an agency takes part in one way once, a dataset stands once.

use diesel::prelude::*;

use crate::error::Result;
use crate::store::schema::{integration_contract, integration_party, integration_person, opd};
use crate::store::{DbConnection, unavailable};

/// A contract that an integration is about.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ContractRow {
    /// The integration's row.
    pub integration_id: i64,
    /// The dataset.
    pub dataset: String,
    /// The version that was agreed.
    pub version: Option<String>,
    /// Its digest.
    pub contract_digest: Option<String>,
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

/// Somebody responsible.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ResponsibleRow {
    /// Their agency's code.
    pub opd: Option<String>,
    /// What they are called.
    pub name: String,
    /// Their number as a civil servant.
    pub nip: Option<String>,
    /// Their office.
    pub office: Option<String>,
    /// What they are responsible for.
    pub duty: String,
    /// How they are reached.
    pub contact: Option<String>,
}

/// The agencies that take part in these integrations: integration, code, side.
///
/// # Errors
/// When the database fails.
pub fn parties(connection: &mut DbConnection, integrations: &[i64]) -> Result<Vec<(i64, String, String)>> {
    integration_party::table
        .inner_join(opd::table)
        .filter(integration_party::integration_id.eq_any(integrations))
        .order((
            integration_party::integration_id,
            integration_party::side,
            opd::code,
        ))
        .select((
            integration_party::integration_id,
            opd::code,
            integration_party::side,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// The agencies that take part in an integration, by name.
///
/// # Errors
/// When the database fails.
pub fn named_parties(connection: &mut DbConnection, id: i64) -> Result<Vec<PartyRow>> {
    integration_party::table
        .inner_join(opd::table)
        .filter(integration_party::integration_id.eq(id))
        .select((integration_party::side, opd::code, opd::name))
        .order((opd::name, integration_party::side))
        .load(connection)
        .map_err(unavailable)
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

/// Says who takes part: the agencies' rows, and as what.
///
/// # Errors
/// When the database fails.
pub fn replace_parties(
    connection: &mut DbConnection,
    integration: i64,
    parties: &[(i64, &str)],
) -> Result<()> {
    let old = integration_party::table.filter(integration_party::integration_id.eq(integration));
    diesel::delete(old).execute(connection)?;
    for (opd, side) in parties {
        diesel::insert_into(integration_party::table)
            .values((
                integration_party::integration_id.eq(integration),
                integration_party::opd_id.eq(opd),
                integration_party::side.eq(side),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// The contracts that these integrations are about.
///
/// # Errors
/// When the database fails.
pub fn contracts(connection: &mut DbConnection, integrations: &[i64]) -> Result<Vec<ContractRow>> {
    integration_contract::table
        .filter(integration_contract::integration_id.eq_any(integrations))
        .order((
            integration_contract::integration_id,
            integration_contract::dataset,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// Says which contracts it is about; what was agreed of one that stays, stays.
///
/// # Errors
/// When the database fails.
pub fn replace_contracts(connection: &mut DbConnection, integration: i64, datasets: &[String]) -> Result<()> {
    let its = || integration_contract::table.filter(integration_contract::integration_id.eq(integration));
    let gone = its().filter(integration_contract::dataset.ne_all(datasets));
    diesel::delete(gone).execute(connection)?;
    let standing: Vec<String> = its().select(integration_contract::dataset).load(connection)?;
    for dataset in datasets.iter().filter(|dataset| !standing.contains(dataset)) {
        diesel::insert_into(integration_contract::table)
            .values((
                integration_contract::integration_id.eq(integration),
                integration_contract::dataset.eq(dataset),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Writes down which version of a contract was agreed, and its digest.
///
/// # Errors
/// When the database fails.
pub fn set_agreed(
    connection: &mut DbConnection,
    integration: i64,
    dataset: &str,
    (version, digest): (&str, &str),
) -> Result<()> {
    let this = integration_contract::table
        .filter(integration_contract::integration_id.eq(integration))
        .filter(integration_contract::dataset.eq(dataset));
    diesel::update(this)
        .set((
            integration_contract::version.eq(version),
            integration_contract::contract_digest.eq(digest),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Who is responsible for an integration, in the order in which they were named.
///
/// # Errors
/// When the database fails.
pub fn responsible(connection: &mut DbConnection, integration: i64) -> Result<Vec<ResponsibleRow>> {
    integration_person::table
        .left_join(opd::table)
        .filter(integration_person::integration_id.eq(integration))
        .order(integration_person::id)
        .select((
            opd::code.nullable(),
            integration_person::name,
            integration_person::nip,
            integration_person::office,
            integration_person::duty,
            integration_person::contact,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// Says who is responsible: the rows of their agencies, and who they are.
///
/// # Errors
/// When the database fails.
pub fn replace_responsible(
    connection: &mut DbConnection,
    integration: i64,
    people: &[(Option<i64>, ResponsibleRow)],
) -> Result<()> {
    let old = integration_person::table.filter(integration_person::integration_id.eq(integration));
    diesel::delete(old).execute(connection)?;
    for (opd, person) in people {
        diesel::insert_into(integration_person::table)
            .values((
                integration_person::integration_id.eq(integration),
                integration_person::opd_id.eq(opd),
                integration_person::name.eq(&person.name),
                integration_person::nip.eq(&person.nip),
                integration_person::office.eq(&person.office),
                integration_person::duty.eq(&person.duty),
                integration_person::contact.eq(&person.contact),
            ))
            .execute(connection)?;
    }
    Ok(())
}
