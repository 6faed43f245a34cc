//! The table of contract versions.

use diesel::prelude::*;

use super::schema::{contract, dataset};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{Digest, Timestamp, Version};

/// A contract version with its dataset.
#[derive(Debug, Clone, Queryable)]
pub struct ContractRow {
    /// Its number.
    pub id: i64,
    /// Its dataset's number.
    pub dataset_id: i64,
    /// The owner's code.
    pub opd: String,
    /// The dataset's name.
    pub name: String,
    /// The major version.
    pub major: i32,
    /// The minor version.
    pub minor: i32,
    /// The patch version.
    pub patch: i32,
    /// The dataset's feed.
    pub feed: String,
    /// `draft` or `published`.
    pub state: String,
    /// The whole document as JSON.
    pub document: String,
    /// When it was published, in milliseconds since the epoch.
    pub published_at: Option<i64>,
    /// When it was registered, in milliseconds since the epoch.
    pub created_at: i64,
}

/// All columns of a [`ContractRow`], in its order.
macro_rules! columns {
    () => {
        (
            contract::id,
            contract::dataset_id,
            dataset::opd,
            dataset::name,
            dataset::major,
            contract::minor,
            contract::patch,
            dataset::feed,
            contract::state,
            contract::document,
            contract::published_at,
            contract::created_at,
        )
    };
}

/// All contract versions, by dataset and version.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<ContractRow>> {
    contract::table
        .inner_join(dataset::table)
        .select(columns!())
        .order((
            dataset::opd,
            dataset::name,
            dataset::major,
            contract::minor,
            contract::patch,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// The published contract versions, by dataset and version.
///
/// # Errors
/// When the database fails.
pub fn published(connection: &mut DbConnection) -> Result<Vec<ContractRow>> {
    contract::table
        .inner_join(dataset::table)
        .filter(contract::state.eq("published"))
        .select(columns!())
        .order((contract::dataset_id, contract::minor, contract::patch))
        .load(connection)
        .map_err(unavailable)
}

/// One version of a dataset's contract.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, dataset_id: i64, version: Version) -> Result<Option<ContractRow>> {
    contract::table
        .inner_join(dataset::table)
        .filter(contract::dataset_id.eq(dataset_id))
        .filter(contract::minor.eq(i32::try_from(version.minor).unwrap_or(i32::MAX)))
        .filter(contract::patch.eq(i32::try_from(version.patch).unwrap_or(i32::MAX)))
        .select(columns!())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Adds a draft and gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert(
    connection: &mut DbConnection,
    dataset_id: i64,
    version: Version,
    document: &str,
    digest: &Digest,
    now: Timestamp,
) -> Result<i64> {
    diesel::insert_into(contract::table)
        .values((
            contract::dataset_id.eq(dataset_id),
            contract::minor.eq(i32::try_from(version.minor).unwrap_or(i32::MAX)),
            contract::patch.eq(i32::try_from(version.patch).unwrap_or(i32::MAX)),
            contract::state.eq("draft"),
            contract::document.eq(document),
            contract::digest.eq(digest.as_bytes()),
            contract::created_at.eq(now.0),
        ))
        .returning(contract::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Marks a version as published.
///
/// # Errors
/// When the database fails.
pub fn publish(connection: &mut DbConnection, id: i64, now: Timestamp) -> Result<()> {
    diesel::update(contract::table.filter(contract::id.eq(id)))
        .set((
            contract::state.eq("published"),
            contract::published_at.eq(Some(now.0)),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
