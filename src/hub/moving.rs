//! Moving everything from SQLite to PostgreSQL.
//!
//! Not here: how rows go over (`store/moving`). Invariant: nobody works with either database meanwhile; feeds keep
//! their ids, so that readers go on where they were.

use serde::Serialize;

use super::backups::missing_key;
use crate::config::{Config, DatabaseConfig};
use crate::error::{Conflict, Error, Result};
use crate::hub::log::verify;
use crate::store::backup::must_be_alone;
use crate::store::moving::MoveProgress;
use crate::store::{self, Store};
use crate::types::Text;

/// What was moved.
#[derive(Debug, Clone, Serialize)]
pub struct Moved {
    /// Where to, without the password.
    pub to: String,
    /// The tables.
    pub tables: Vec<MovedRows>,
    /// How many rows they have.
    pub rows: i64,
    /// How many entries of the log were verified in the new place.
    pub verified: u64,
    /// The master key that secrets need there.
    pub missing_key: Option<String>,
}

/// A table that was moved.
#[derive(Debug, Clone, Serialize)]
pub struct MovedRows {
    /// Its name.
    pub table: String,
    /// How many rows it has.
    pub rows: i64,
    /// The SHA-256 over all of them, worked out on both sides.
    pub sha256: String,
}

/// Moves everything from the SQLite database of the settings to the PostgreSQL database at `url`.
///
/// # Errors
/// When somebody works with either, the target holds something, or a database fails; then nothing was moved.
pub fn move_database(config: &Config, url: &str, told: impl FnMut(MoveProgress<'_>)) -> Result<Moved> {
    let Some(file) = config.database.file() else {
        return Err(refused(
            "MAHAKAM_DATABASE_URL harus menunjuk basis data SQLite yang dipindahkan.",
            "MAHAKAM_DATABASE_URL must name the SQLite database that is to be moved.",
        ));
    };
    if !file.exists() {
        return Err(refused(
            "Basis data SQLite tidak ditemukan. Periksa MAHAKAM_DATABASE_URL.",
            "There is no such SQLite database. Look at MAHAKAM_DATABASE_URL.",
        ));
    }
    let place = DatabaseConfig {
        url: url.to_owned(),
        pool_size: 1,
    };
    if place.file().is_some() {
        return Err(refused(
            "Tujuannya harus basis data PostgreSQL (postgres://...).",
            "The target must be a PostgreSQL database (postgres://...).",
        ));
    }
    let (source, target) = (Store::open_alone(&config.database)?, Store::open(&place)?);
    source.migrate()?;
    target.migrate()?;
    target.read(must_be_alone)?;
    let tables = source.move_to(&target, told)?;
    let verified = verified(&target)?;
    Ok(Moved {
        to: place.shown(),
        rows: tables.iter().map(|table| table.rows).sum(),
        verified,
        missing_key: missing_key(&target, &config.secrets)?,
        tables: tables
            .into_iter()
            .map(|table| MovedRows {
                table: table.name,
                rows: table.rows,
                sha256: table.digest.to_string(),
            })
            .collect(),
    })
}

/// How many entries of the log are as they were written.
fn verified(target: &Store) -> Result<u64> {
    let heads = target.read(|connection| store::chains::checkpoints::heads(connection, None))?;
    if heads.is_empty() {
        return Ok(0);
    }
    let verdict = verify(target, None, None)?;
    match verdict.faults.first() {
        None => Ok(verdict
            .exchanges
            .saturating_add(verdict.actions)
            .saturating_add(verdict.changes)),
        Some(fault) => {
            let (what, which, detail) = (fault.what, &fault.which, &fault.detail);
            Err(refused(
                format!("Catatan di tempat baru tidak seperti saat ditulis: {what} {which}: {detail}"),
                format!("The log in the new place is not as it was written: {what} {which}: {detail}"),
            ))
        }
    }
}

fn refused(id: impl Into<String>, en: impl Into<String>) -> Error {
    Error::Conflict(Conflict::Maintenance(Text::new(id.into(), en.into())))
}
