//! Making a backup, beside whoever works with the database.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde::Serialize;

use super::archive::{Reading, Writing, folder_of};
use super::files::{UNFINISHED, clear};
use super::manifest::{Database, Manifest, Part};
use super::{unreadable, unwritable};
use crate::config::{Config, DatabaseConfig};
use crate::error::Result;
use crate::store::backup::Survey;
use crate::store::{Backend, Store, backup};
use crate::types::{Digest, Timestamp};

/// A backup that was made and read back.
#[derive(Debug, Clone, Serialize)]
pub struct Made {
    /// The file.
    pub file: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: String,
    /// The same.
    #[serde(skip)]
    pub(super) digest: Digest,
    /// What it says of itself.
    pub manifest: Manifest,
}

/// Makes a backup of the database in `store` and reads it back.
///
/// # Errors
/// When the database fails, a tool is missing, or the file can't be written.
pub fn make_backup(store: &Store, config: &Config, file: &Path, at: Timestamp) -> Result<Made> {
    clear(folder_of(file), UNFINISHED);
    let mut writing = Writing::begin(file)?;
    let database = Database::from(store.backend());
    let (part, survey) = match store.backend() {
        Backend::Sqlite => copied(store, &mut writing, file)?,
        Backend::Postgres => {
            let tools = config.backup.tools.as_deref();
            writing.part(database.part(), true, |out| store.dump(tools, out))?
        }
    };
    let manifest = Manifest::new(database, at, survey, part);
    let (bytes, digest) = writing.end(&manifest, file)?;
    let mut reading = Reading::open(file)?;
    reading.unpack(file, database.part(), (&mut std::io::sink(), file))?;
    let whole = std::path::absolute(file).map_err(|error| unwritable(file, &error))?;
    Ok(Made {
        file: whole.display().to_string(),
        bytes,
        sha256: digest.to_string(),
        digest,
        manifest: reading.manifest,
    })
}

/// Lets SQLite copy itself beside the file, and packs the copy.
fn copied(store: &Store, writing: &mut Writing, file: &Path) -> Result<(Part, Survey)> {
    let folder = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .permissions(Permissions::from_mode(0o700))
        .tempdir_in(folder_of(file))
        .map_err(|error| unwritable(file, &error))?;
    let copy = folder.path().join(Database::Sqlite.part());
    store.copy_into(&copy)?;
    let survey = survey_of(&copy)?;
    writing.part(Database::Sqlite.part(), false, |out| {
        let mut from = std::fs::File::open(&copy).map_err(|error| unreadable(&copy, &error.to_string()))?;
        std::io::copy(&mut from, out).map_err(|error| unwritable(file, &error))?;
        Ok(survey)
    })
}

/// What the SQLite database in a file holds that nobody else works with. The file is as it was afterwards: one file
/// without a log beside it.
pub(super) fn survey_of(file: &Path) -> Result<Survey> {
    let store = Store::open(&at(file))?;
    let survey = store.read_at_once(backup::survey)?;
    store.fold()?;
    Ok(survey)
}

/// How the SQLite database in a file is opened.
pub(super) fn at(file: &Path) -> DatabaseConfig {
    DatabaseConfig {
        url: format!("sqlite:{}", file.display()),
        pool_size: 1,
    }
}
