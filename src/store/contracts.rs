//! The table of contract versions.

use diesel::prelude::*;

use super::schema::{contract, dataset};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{Digest, Timestamp, Version};

/// How many versions one query may name.
const MAX_BINDS: usize = 500;

/// A contract version with its dataset, without its document.
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
    /// `draft`, `agreed` or `published`.
    pub state: String,
    /// When it was published, in milliseconds since the epoch.
    pub published_at: Option<i64>,
    /// When it was registered, in milliseconds since the epoch.
    pub created_at: i64,
    /// When it was agreed, in milliseconds since the epoch.
    pub agreed_at: Option<i64>,
    /// What has come to its major as a whole.
    #[diesel(embed)]
    pub ending: EndingRow,
}

/// How the life of a major comes to its end.
#[derive(Debug, Clone, Default, Queryable)]
pub struct EndingRow {
    /// When it was deprecated, in milliseconds since the epoch.
    pub deprecated_at: Option<i64>,
    /// From when on it may not answer any more, in milliseconds since the epoch.
    pub sunset_at: Option<i64>,
    /// The dataset that takes its place.
    pub successor: Option<String>,
    /// When it was retired, in milliseconds since the epoch.
    pub retired_at: Option<i64>,
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
            contract::published_at,
            contract::created_at,
            contract::agreed_at,
            (
                dataset::deprecated_at,
                dataset::sunset_at,
                dataset::successor,
                dataset::retired_at,
            ),
        )
    };
}

/// All contract versions with their documents, by dataset and version.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<(ContractRow, String)>> {
    contract::table
        .inner_join(dataset::table)
        .select((columns!(), contract::document))
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

/// The agreed and the published contract versions, by dataset and version.
///
/// # Errors
/// When the database fails.
pub fn served(connection: &mut DbConnection) -> Result<Vec<ContractRow>> {
    contract::table
        .inner_join(dataset::table)
        .filter(contract::state.ne("draft"))
        .select(columns!())
        .order((contract::dataset_id, contract::minor, contract::patch))
        .load(connection)
        .map_err(unavailable)
}

/// The published versions of one major with their documents, ascending.
///
/// # Errors
/// When the database fails.
pub fn published(connection: &mut DbConnection, dataset_id: i64) -> Result<Vec<(ContractRow, String)>> {
    contract::table
        .inner_join(dataset::table)
        .filter(contract::dataset_id.eq(dataset_id))
        .filter(contract::state.eq("published"))
        .select((columns!(), contract::document))
        .order((contract::minor, contract::patch))
        .load(connection)
        .map_err(unavailable)
}

/// The document of the newest version that is registered for a dataset, whatever its state.
///
/// # Errors
/// When the database fails.
pub fn newest(connection: &mut DbConnection, dataset: i64) -> Result<Option<String>> {
    contract::table
        .filter(contract::dataset_id.eq(dataset))
        .order((contract::minor.desc(), contract::patch.desc()))
        .select(contract::document)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The document of the highest version of a major that is agreed or published.
///
/// # Errors
/// When the database fails.
pub fn newest_served(connection: &mut DbConnection, dataset_id: i64) -> Result<Option<String>> {
    contract::table
        .filter(contract::dataset_id.eq(dataset_id))
        .filter(contract::state.ne("draft"))
        .order((contract::minor.desc(), contract::patch.desc()))
        .select(contract::document)
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The documents of these versions.
///
/// # Errors
/// When the database fails.
pub fn documents(connection: &mut DbConnection, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    let mut documents = Vec::with_capacity(ids.len());
    for some in ids.chunks(MAX_BINDS) {
        let rows: Vec<(i64, String)> = contract::table
            .filter(contract::id.eq_any(some))
            .select((contract::id, contract::document))
            .load(connection)
            .map_err(unavailable)?;
        documents.extend(rows);
    }
    Ok(documents)
}

/// One version of a dataset's contract, with its document.
///
/// # Errors
/// When the database fails.
pub fn find(
    connection: &mut DbConnection,
    dataset_id: i64,
    version: Version,
) -> Result<Option<(ContractRow, String)>> {
    contract::table
        .inner_join(dataset::table)
        .filter(contract::dataset_id.eq(dataset_id))
        .filter(contract::minor.eq(i32::try_from(version.minor).unwrap_or(i32::MAX)))
        .filter(contract::patch.eq(i32::try_from(version.patch).unwrap_or(i32::MAX)))
        .select((columns!(), contract::document))
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

/// Marks a draft as agreed; its document now carries the signatures.
///
/// # Errors
/// When the database fails.
pub fn agree(connection: &mut DbConnection, id: i64, document: &str, now: Timestamp) -> Result<()> {
    diesel::update(contract::table.filter(contract::id.eq(id)))
        .set((
            contract::state.eq("agreed"),
            contract::document.eq(document),
            contract::agreed_at.eq(Some(now.0)),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Writes down how the life of a major ends.
///
/// # Errors
/// When the database fails.
pub fn end(connection: &mut DbConnection, dataset_id: i64, ending: &EndingRow) -> Result<()> {
    diesel::update(dataset::table.filter(dataset::id.eq(dataset_id)))
        .set((
            dataset::deprecated_at.eq(ending.deprecated_at),
            dataset::sunset_at.eq(ending.sunset_at),
            dataset::successor.eq(ending.successor.as_deref()),
            dataset::retired_at.eq(ending.retired_at),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
