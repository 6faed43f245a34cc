//! The table of access tokens.

use diesel::prelude::*;

use super::schema::access_token;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{Digest, Timestamp};

/// A token as it is kept.
#[derive(Debug, Clone, Queryable)]
pub struct TokenRow {
    /// The public part of the key that it was got with.
    pub public_part: String,
    /// What of the application's rights it carries; all when nothing is said.
    pub scope: Option<String>,
    /// Until when it may be used, in milliseconds since the epoch.
    pub expires_at: i64,
}

/// Keeps a token.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, hash: &Digest, row: &TokenRow) -> Result<()> {
    diesel::insert_into(access_token::table)
        .values((
            access_token::hash.eq(hash.as_bytes()),
            access_token::public_part.eq(&row.public_part),
            access_token::scope.eq(&row.scope),
            access_token::expires_at.eq(row.expires_at),
        ))
        .execute(connection)
        .map_err(unavailable)?;
    Ok(())
}

/// The token with this hash.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, hash: &Digest) -> Result<Option<TokenRow>> {
    access_token::table
        .filter(access_token::hash.eq(hash.as_bytes()))
        .select((
            access_token::public_part,
            access_token::scope,
            access_token::expires_at,
        ))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Forgets the tokens that expired.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut DbConnection, now: Timestamp) -> Result<usize> {
    diesel::delete(access_token::table.filter(access_token::expires_at.le(now.0)))
        .execute(connection)
        .map_err(unavailable)
}
