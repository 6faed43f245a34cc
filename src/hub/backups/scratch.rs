//! The drill: a backup is put back where nobody works, looked at, and removed.
//!
//! Invariant: the database that the settings name is neither read nor written. What a drill leaves that was killed is
//! removed by another on a later day.

use std::path::Path;

use serde::Serialize;

use super::archive::{Reading, private};
use super::files::{UNPACKED, clear};
use super::make::{at, survey_of};
use super::manifest::{Database, Manifest};
use super::restore::{make_ready, open};
use super::{refused, unwritable};
use crate::config::Config;
use crate::error::Result;
use crate::hub::log::Verdict;
use crate::store::{Store, backup};
use crate::types::Timestamp;

/// What a drill found.
#[derive(Debug, Clone, Serialize)]
pub struct Drill {
    /// Whether the backup could stand in for the database.
    pub ok: bool,
    /// The backup.
    pub file: String,
    /// Of which moment it is.
    pub at: Timestamp,
    /// How it differs from what it says of itself.
    pub differences: Vec<String>,
    /// Which migrations ran on the copy.
    pub migrated: Vec<String>,
    /// How many tables, and rows in them, there are.
    pub tables: usize,
    /// See `tables`.
    pub rows: i64,
    /// What verifying its log found; none where nothing was ever logged.
    pub audit: Option<Verdict>,
}

/// Puts a backup back into a scratch place, verifies it, compares it with its manifest, and removes it again.
///
/// # Errors
/// When the backup is damaged or of a newer program, or there is no place to put it.
pub fn drill(config: &Config, file: &Path) -> Result<Drill> {
    let mut reading = open(file)?;
    match (reading.manifest.database, config.database.file()) {
        (Database::Sqlite, _) => in_folder(&mut reading, file),
        (Database::Postgres, None) => on_server(&mut reading, config, file),
        (Database::Postgres, Some(_)) => Err(refused(
            "Cadangan PostgreSQL diuji pada server PostgreSQL; isi MAHAKAM_DATABASE_URL.",
            "A backup of PostgreSQL is tried on a PostgreSQL server; name it in MAHAKAM_DATABASE_URL.",
        )),
    }
}

fn in_folder(reading: &mut Reading, file: &Path) -> Result<Drill> {
    clear(&std::env::temp_dir(), UNPACKED);
    let folder = tempfile::Builder::new()
        .prefix(UNPACKED)
        .tempdir()
        .map_err(|error| unwritable(&std::env::temp_dir(), &error))?;
    let copy = folder.path().join(Database::Sqlite.part());
    let mut unpacked = private(&copy)?;
    reading.unpack(file, Database::Sqlite.part(), (&mut unpacked, &copy))?;
    drop(unpacked);
    let survey = survey_of(&copy)?;
    looked_at(&Store::open(&at(&copy))?, &reading.manifest, &survey, file)
}

fn on_server(reading: &mut Reading, config: &Config, file: &Path) -> Result<Drill> {
    let dump = reading.dump(file)?;
    let server = Store::open(&config.database)?;
    let place = server.scratch()?;
    let scratch = place.config(config.database.pool_size);
    let counts = &reading.manifest.tables;
    Store::open(&scratch)?.put_back(config.backup.tools.as_deref(), dump.path(), counts)?;
    let store = Store::open(&scratch)?;
    let mut survey = store.read_at_once(backup::survey)?;
    // Feeds that are put back have new ids; all else of them must be the same.
    for (feed, told) in survey.feeds.iter_mut().zip(&reading.manifest.feeds) {
        feed.feed.clone_from(&told.feed);
    }
    looked_at(&store, &reading.manifest, &survey, file)
}

fn looked_at(store: &Store, manifest: &Manifest, survey: &backup::Survey, file: &Path) -> Result<Drill> {
    let differences = manifest.differences(survey);
    let (ready, audit) = make_ready(store, manifest)?;
    let sound = audit.as_ref().is_none_or(|verdict| verdict.ok);
    Ok(Drill {
        ok: sound && differences.is_empty(),
        file: file.display().to_string(),
        at: manifest.at,
        differences,
        migrated: ready.migrated,
        tables: manifest.tables.len(),
        rows: manifest.tables.values().sum(),
        audit,
    })
}
