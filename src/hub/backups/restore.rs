//! Putting a backup in the place of the database.
//!
//! Invariant: whatever is cut off leaves the database that was there, or the new one, whole: everything is prepared and
//! verified beside it first (SQLite), or in one transaction (PostgreSQL). What was there before is kept.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::archive::{Reading, folder_of, private, sync_folder};
use super::files::{Scratch, stamp, unused, with_suffix};
use super::make::{at, make_backup, survey_of};
use super::manifest::{Database, Manifest};
use super::{refused, unwritable};
use crate::audit::{Action, Checkpoint};
use crate::config::{Config, SecretsConfig, read_key_file};
use crate::error::Result;
use crate::hub::log::{Verdict, append_missing, verify};
use crate::store::backup::{Presence, must_be_alone, tables};
use crate::store::{self, Store, backup};
use crate::types::{MasterKey, Timestamp};

/// What is to be put back.
#[derive(Debug, Clone, Copy)]
pub struct RestoreOrder<'o> {
    /// The backup.
    pub file: &'o Path,
    /// Whether what is there may be replaced.
    pub over: bool,
    /// Who wants it, for the audit log.
    pub actor: &'o str,
}

/// What was put back.
#[derive(Debug, Clone, Serialize)]
pub struct Restored {
    /// The backup.
    pub file: String,
    /// Of which moment it is.
    pub at: Timestamp,
    /// Where what was there before is.
    pub safety: Option<String>,
    /// Which migrations ran on it.
    pub migrated: Vec<String>,
    /// How many feeds have a new id.
    pub feeds: usize,
    /// How many rows were counted.
    pub rows: i64,
    /// How many exchanges, actions and changes were verified.
    pub verified: u64,
    /// Where the file of checkpoints was moved to that says more than the database.
    pub witness: Option<String>,
    /// The master key that its secrets need and the settings do not name.
    pub missing_key: Option<String>,
}

/// Puts a backup in the place of the database that the settings name.
///
/// # Errors
/// When the backup is damaged or of a newer program, something is there that may not be replaced, somebody works with
/// it, or what was restored is not as it was written.
pub fn restore(config: &Config, order: RestoreOrder<'_>, now: Timestamp) -> Result<Restored> {
    let mut reading = open(order.file)?;
    let manifest = reading.manifest.clone();
    let done = match (manifest.database, config.database.file()) {
        (Database::Sqlite, Some(target)) => over_file(&mut reading, target, order, now)?,
        (Database::Postgres, None) => over_server(&mut reading, config, order, now)?,
        (of, _) => return Err(other_kind(of)),
    };
    let store = Store::open(&config.database)?;
    let witness = config.log.checkpoint_file.as_deref();
    let aside = witness
        .map(|file| set_aside(&store, file, now))
        .transpose()?
        .flatten();
    if let Some(file) = witness {
        begin_witness(&store, file);
    }
    Ok(Restored {
        file: order.file.display().to_string(),
        at: manifest.at,
        safety: done.safety.map(|file| file.display().to_string()),
        migrated: done.ready.migrated,
        feeds: manifest.feeds.len(),
        rows: manifest.tables.values().sum(),
        verified: done.ready.verified,
        witness: aside,
        missing_key: missing_key(&store, &config.secrets)?,
    })
}

/// Opens a backup that this program understands.
pub(super) fn open(file: &Path) -> Result<Reading> {
    let reading = Reading::open(file)?;
    reading.manifest.must_be_known(&store::newest_schema()?)?;
    Ok(reading)
}

/// What was done.
struct Done {
    safety: Option<PathBuf>,
    ready: Ready,
}

/// What making a copy ready found.
pub(super) struct Ready {
    pub(super) migrated: Vec<String>,
    pub(super) verified: u64,
}

/// Brings a copy to this program's schema, and verifies that it is as it was written.
pub(super) fn make_ready(store: &Store, manifest: &Manifest) -> Result<(Ready, Option<Verdict>)> {
    let migrated = store.migrate()?;
    // Where no chain has a link, nothing was ever logged, or by a program that had no chains.
    let verdict = match manifest.chains.is_empty() {
        true => None,
        false => Some(verify(store, None, None)?),
    };
    let verified = verdict.as_ref().map_or(0, |verdict| {
        verdict
            .exchanges
            .saturating_add(verdict.actions)
            .saturating_add(verdict.changes)
    });
    Ok((Ready { migrated, verified }, verdict))
}

fn must_be_sound(verdict: Option<&Verdict>, safety: Option<&Path>) -> Result<()> {
    let Some(fault) = verdict.and_then(|verdict| verdict.faults.first()) else {
        return Ok(());
    };
    let total = verdict.map_or(0, |verdict| verdict.faults_total);
    let says = format!("{} {}: {}", fault.what, fault.which, fault.detail);
    let (id, en) = match safety {
        None => (
            "Tidak ada yang diganti.".to_owned(),
            "Nothing was replaced.".to_owned(),
        ),
        Some(file) => (
            format!("Yang sebelumnya ada di {}.", file.display()),
            format!("What was there before is in {}.", file.display()),
        ),
    };
    Err(refused(
        format!("Catatan dalam cadangan tidak seperti saat ditulis ({total} kesalahan; {says}). {id}"),
        format!("The log in the backup is not as it was written ({total} faults; {says}). {en}"),
    ))
}

/// Replaces a SQLite file by one rename, when the new one is ready.
fn over_file(reading: &mut Reading, target: &Path, order: RestoreOrder<'_>, now: Timestamp) -> Result<Done> {
    std::fs::create_dir_all(folder_of(target)).map_err(|error| unwritable(target, &error))?;
    let alone = Presence::alone(target)?;
    let there = std::fs::metadata(target).is_ok_and(|file| file.len() > 0);
    if there && !order.over {
        return Err(occupied(&target.display().to_string()));
    }
    let scratch = Scratch::beside(target);
    let mut file = private(&scratch.file)?;
    reading.unpack(order.file, Database::Sqlite.part(), (&mut file, &scratch.file))?;
    must_be_equal(&reading.manifest, &survey_of(&scratch.file)?)?;
    let store = Store::open(&at(&scratch.file))?;
    let (ready, verdict) = make_ready(&store, &reading.manifest)?;
    must_be_sound(verdict.as_ref(), None)?;
    store.write(|connection| {
        backup::renew_feeds(connection)?;
        tell(connection, &reading.manifest, order, now)
    })?;
    store.fold()?;
    drop(store);
    belong(&scratch.file, target);
    file.sync_all().map_err(|error| unwritable(target, &error))?;
    let safety = match there {
        true => Some(keep(target, now)?),
        false => None,
    };
    std::fs::rename(&scratch.file, target).map_err(|error| unwritable(target, &error))?;
    sync_folder(target)?;
    drop(alone);
    Ok(Done { safety, ready })
}

/// Gives a file to whoever has the one whose place it takes, or the folder: a restore by root is for a hub that is not.
/// Who may not give files away works as the same user as the hub.
fn belong(file: &Path, target: &Path) {
    let there = std::fs::metadata(target).or_else(|_| std::fs::metadata(folder_of(target)));
    if let Ok(there) = there {
        let _ = std::os::unix::fs::chown(file, Some(there.uid()), Some(there.gid()));
    }
}

/// Keeps a SQLite database under another name, beside the one it has. One that can't be opened is kept with what lies
/// beside it, as it is.
fn keep(target: &Path, now: Timestamp) -> Result<PathBuf> {
    let folded = backup::fold_file(target);
    if folded
        .as_ref()
        .is_err_and(|error| error.cause().is_some_and(|cause| cause.contains("locked")))
    {
        folded?;
    }
    let safety = unused(|end| with_suffix(target, &format!(".before-restore-{}{end}", stamp(now))));
    for end in ["", "-wal", "-shm"] {
        let (from, to) = (with_suffix(target, end), with_suffix(&safety, end));
        if from.exists() {
            std::fs::hard_link(&from, &to).map_err(|error| unwritable(&to, &error))?;
        }
    }
    sync_folder(target)?;
    // A log that belongs to the file before must not be taken for one of the file that comes.
    for end in ["-wal", "-shm"] {
        let left = with_suffix(target, end);
        if left.exists() {
            std::fs::remove_file(&left).map_err(|error| unwritable(&left, &error))?;
        }
    }
    Ok(safety)
}

/// Replaces what a PostgreSQL database holds, in one transaction.
fn over_server(
    reading: &mut Reading,
    config: &Config,
    order: RestoreOrder<'_>,
    now: Timestamp,
) -> Result<Done> {
    let there = {
        let store = Store::open(&config.database)?;
        store.read(must_be_alone)?;
        !store.read(tables)?.is_empty()
    };
    if there && !order.over {
        return Err(occupied(&config.database.shown()));
    }
    let dump = reading.dump(order.file)?;
    let safety = match there {
        true => {
            let folder = config
                .backup
                .folder
                .as_deref()
                .unwrap_or_else(|| folder_of(order.file));
            let file = unused(|end| folder.join(format!("before-restore-{}{end}.zip", stamp(now))));
            make_backup(&Store::open(&config.database)?, config, &file, now)?;
            Some(file)
        }
        false => None,
    };
    let tools = config.backup.tools.as_deref();
    // With a store of its own, which has no other connections.
    Store::open(&config.database)?.put_back(tools, dump.path(), &reading.manifest.tables)?;
    let store = Store::open(&config.database)?;
    let (ready, verdict) = make_ready(&store, &reading.manifest)?;
    must_be_sound(verdict.as_ref(), safety.as_deref())?;
    store.write(|connection| tell(connection, &reading.manifest, order, now))?;
    Ok(Done { safety, ready })
}

/// Says in the audit log of what was restored that it was, where there is one.
fn tell(
    connection: &mut store::DbConnection,
    manifest: &Manifest,
    order: RestoreOrder<'_>,
    now: Timestamp,
) -> Result<()> {
    if manifest.chains.is_empty() {
        return Ok(());
    }
    let action = Action {
        actor: order.actor.into(),
        name: "hub.restore",
        target: order.file.display().to_string(),
        before: None,
        after: Some(
            serde_json::json!({"at": manifest.at, "hub": manifest.hub, "schema": manifest.schema})
                .to_string(),
        ),
    };
    store::audit::insert(connection, &action, now)
}

pub(super) fn must_be_equal(manifest: &Manifest, survey: &backup::Survey) -> Result<()> {
    match manifest.differences(survey).as_slice() {
        [] => Ok(()),
        found => Err(refused(
            format!("Isi cadangan berbeda dari manifesnya: {}.", found.join("; ")),
            format!(
                "The backup does not hold what its manifest says: {}.",
                found.join("; ")
            ),
        )),
    }
}

/// Moves the file of checkpoints aside where it tells of more checkpoints than the database has: it goes on telling of
/// what was lost, and a new one begins.
fn set_aside(store: &Store, file: &Path, now: Timestamp) -> Result<Option<String>> {
    let Ok(text) = std::fs::read_to_string(file) else {
        return Ok(None);
    };
    let told = Checkpoint::last_in(&text);
    let last = store
        .read(store::chains::checkpoints::last)?
        .map_or(0, |last| last.number);
    if told <= last {
        return Ok(None);
    }
    let aside = unused(|end| with_suffix(file, &format!(".before-restore-{}{end}", stamp(now))));
    std::fs::rename(file, &aside).map_err(|error| unwritable(&aside, &error))?;
    Ok(Some(aside.display().to_string()))
}

/// Has the file of checkpoints tell as much as the database does. Where that can't be, the hub does it with its next one.
fn begin_witness(store: &Store, file: &Path) {
    let is_new = !file.exists();
    if let Err(error) = append_missing(store, file) {
        tracing::warn!(cause = error.cause(), "the file of checkpoints lacks some yet");
    }
    if is_new {
        belong(file, folder_of(file));
    }
}

/// A master key that secrets need and that the settings do not name.
pub(in crate::hub) fn missing_key(store: &Store, config: &SecretsConfig) -> Result<Option<String>> {
    let needed = store.read(store::secrets::key_ids)?;
    let beside = match config.key {
        Some(_) => None,
        None => read_key_file(&config.file).ok().flatten(),
    };
    let known: Vec<&str> = [config.key.as_ref(), config.old.as_ref(), beside.as_ref()]
        .into_iter()
        .flatten()
        .map(MasterKey::id)
        .collect();
    Ok(needed.into_iter().find(|id| !known.contains(&id.as_str())))
}

fn occupied(place: &str) -> crate::error::Error {
    refused(
        format!(
            "{place} sudah berisi basis data. Pakai --over untuk menggantinya; yang lama disimpan dahulu."
        ),
        format!("{place} holds a database. Replace it with --over; what is there is kept first."),
    )
}

fn other_kind(of: Database) -> crate::error::Error {
    let name = of.name();
    refused(
        format!(
            "Cadangan ini dari {name}, sedangkan MAHAKAM_DATABASE_URL menunjuk basis data lain. Pulihkan ke {name}; dari \
             SQLite ke PostgreSQL lanjutkan dengan mahakam move."
        ),
        format!(
            "The backup is of {name}, and MAHAKAM_DATABASE_URL names another kind of database. Restore it to {name}; from \
             SQLite go on to PostgreSQL with mahakam move."
        ),
    )
}
