//! Secrets that all hubs on one database share.

use diesel::prelude::*;

use super::schema::setting;
use super::{DbConnection, unavailable};
use crate::error::Result;

/// The secret behind the cursors of lists.
///
/// # Errors
/// When the database fails.
pub fn cursor_key(connection: &mut DbConnection) -> Result<Vec<u8>> {
    secret(connection, "cursor_key")
}

/// A setting, such as a secret.
///
/// # Errors
/// When the database fails or there is no such setting.
pub fn secret(connection: &mut DbConnection, name: &str) -> Result<Vec<u8>> {
    setting::table
        .filter(setting::name.eq(name))
        .select(setting::value)
        .first(connection)
        .map_err(unavailable)
}
