//! The table of secrets, encrypted; the master key is never here.

use diesel::prelude::*;

use super::schema::secret;
use super::{DbConnection, unavailable};
use crate::access::Sealed;
use crate::error::Result;
use crate::types::Timestamp;

/// A row: a secret with its name.
pub type Named = (String, Sealed);

/// Keeps others from writing secrets until the transaction ends, so that none is written under a key that
/// is just being taken out of use. On SQLite every transaction that writes does so.
///
/// # Errors
/// When the database fails.
pub fn lock(connection: &mut DbConnection) -> Result<()> {
    match connection {
        DbConnection::Sqlite(_) => Ok(()),
        DbConnection::Postgres(inner) => diesel::sql_query("LOCK TABLE secret IN SHARE ROW EXCLUSIVE MODE")
            .execute(inner)
            .map(|_| ())
            .map_err(unavailable),
    }
}

/// The secret of this name.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, name: &str) -> Result<Option<Sealed>> {
    let row: Option<(String, Vec<u8>, Vec<u8>)> = secret::table
        .find(name)
        .select((secret::key_id, secret::nonce, secret::ciphertext))
        .first(connection)
        .optional()?;
    Ok(row.map(|(key_id, nonce, ciphertext)| Sealed {
        key_id,
        nonce,
        ciphertext,
    }))
}

/// All secrets, by name.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<Named>> {
    let rows: Vec<(String, String, Vec<u8>, Vec<u8>)> = secret::table
        .order(secret::name)
        .select((secret::name, secret::key_id, secret::nonce, secret::ciphertext))
        .load(connection)
        .map_err(unavailable)?;
    let named = |(name, key_id, nonce, ciphertext)| {
        let sealed = Sealed {
            key_id,
            nonce,
            ciphertext,
        };
        (name, sealed)
    };
    Ok(rows.into_iter().map(named).collect())
}

/// The names of all secrets.
///
/// # Errors
/// When the database fails.
pub fn names(connection: &mut DbConnection) -> Result<Vec<String>> {
    secret::table
        .select(secret::name)
        .order(secret::name)
        .load(connection)
        .map_err(unavailable)
}

/// The keys that are needed to open all secrets.
///
/// # Errors
/// When the database fails.
pub fn key_ids(connection: &mut DbConnection) -> Result<Vec<String>> {
    secret::table
        .select(secret::key_id)
        .distinct()
        .load(connection)
        .map_err(unavailable)
}

/// Forgets the secret of this name, if there is one.
///
/// # Errors
/// When the database fails.
pub fn delete(connection: &mut DbConnection, name: &str) -> Result<()> {
    diesel::delete(secret::table.find(name)).execute(connection)?;
    Ok(())
}

/// Keeps a secret in the place of whatever had its name.
///
/// # Errors
/// When the database fails.
pub fn put(connection: &mut DbConnection, name: &str, sealed: &Sealed, now: Timestamp) -> Result<()> {
    diesel::delete(secret::table.find(name)).execute(connection)?;
    diesel::insert_into(secret::table)
        .values((
            secret::name.eq(name),
            secret::key_id.eq(&sealed.key_id),
            secret::nonce.eq(&sealed.nonce),
            secret::ciphertext.eq(&sealed.ciphertext),
            secret::at.eq(now.0),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
