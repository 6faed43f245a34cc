//! Small values of which a database has one, and secrets from before there was a table of encrypted ones
//! (`secrets`).

use diesel::prelude::*;

use super::schema::setting;
use super::{DbConnection, unavailable};
use crate::error::Result;

/// The name of the only secret that was kept here.
const CURSOR_KEY: &str = "cursor_key";

/// Takes the secret behind the cursors of lists out of the table, if it is there.
///
/// # Errors
/// When the database fails.
pub fn take_cursor_key(connection: &mut DbConnection) -> Result<Option<Vec<u8>>> {
    let this = setting::table.filter(setting::name.eq(CURSOR_KEY));
    let key = this.select(setting::value).first(connection).optional()?;
    diesel::delete(this).execute(connection).map_err(unavailable)?;
    Ok(key)
}

/// A setting.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, name: &str) -> Result<Option<Vec<u8>>> {
    let this = setting::table.filter(setting::name.eq(name));
    let value = this.select(setting::value).first(connection);
    value.optional().map_err(unavailable)
}

/// Keeps a setting that is not there yet.
///
/// # Errors
/// When the database fails.
pub fn put(connection: &mut DbConnection, name: &str, value: &[u8]) -> Result<()> {
    diesel::insert_into(setting::table)
        .values((setting::name.eq(name), setting::value.eq(value)))
        .execute(connection)
        .map_err(unavailable)?;
    Ok(())
}
