//! Backups that are made by schedule or when somebody who manages wants one, kept in one folder, and let go of when
//! there are enough newer ones.
//!
//! Invariant: of several hubs one makes a backup; an older one is deleted only when a newer one was read back whole.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::files::stamp;
use super::make::{Made, make_backup};
use super::refused;
use super::told::name_of;
use crate::audit::Action;
use crate::config::Config;
use crate::connector::pull::{Schedule, ScheduleFault};
use crate::error::{Error, Result};
use crate::hub::{Actor, Hub, random};
use crate::store::backup::{self as kept, BackupRow};
use crate::store::{DbConnection, Store};
use crate::types::{Lang, Timestamp};

/// For how long a hub's word that it makes a backup holds, and how often it gives it again.
pub(super) const HELD: (i64, Duration) = (180_000, Duration::from_secs(30));
/// After how long a scheduled backup that failed is tried again, in milliseconds.
const RETRY: i64 = 900_000;
/// What the cause of a scheduled backup is.
const SCHEDULE: &str = "schedule";

/// What a hub knows of backups beside what the database says.
#[derive(Debug)]
pub struct Desk {
    /// Who wants one.
    wanted: Mutex<Option<String>>,
    /// Since when the schedule counts where none was made yet.
    since: Timestamp,
    schedule: Schedule,
}

/// When backups are made.
///
/// # Errors
/// When the setting is no schedule.
pub fn backup_schedule(config: &Config) -> Result<Schedule> {
    config.backup.schedule.parse().map_err(|fault: ScheduleFault| {
        let says = fault.0;
        refused(
            format!("MAHAKAM_BACKUP_SCHEDULE bukan jadwal: {says}"),
            format!("MAHAKAM_BACKUP_SCHEDULE is no schedule: {says}"),
        )
    })
}

impl Desk {
    /// The desk of a hub that starts now.
    pub(in crate::hub) fn open(config: &Config, now: Timestamp) -> Result<Self> {
        Ok(Desk {
            wanted: Mutex::default(),
            since: now,
            schedule: backup_schedule(config)?,
        })
    }

    pub(super) fn wanted(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    /// Asks for a backup now; this hub makes it within a second.
    ///
    /// # Errors
    /// When no folder is set, one is being made, or the database fails.
    pub fn want_backup(&self, actor: &Actor) -> Result<()> {
        self.backup_folder()?;
        let mut wanted = self.backups.wanted();
        let now = self.clock.now();
        self.store.write(|connection| {
            if wanted.is_some() || kept::leased(connection, now, HELD.0)? {
                return Err(refused(
                    "Pencadangan sedang berjalan. Tunggu sampai selesai.",
                    "A backup is being made. Wait until that is done.",
                ));
            }
            let action = Action {
                actor: actor.0.as_str().into(),
                name: "backup.start",
                target: String::new(),
                before: None,
                after: None,
            };
            crate::store::audit::insert(connection, &action, now)
        })?;
        *wanted = Some(actor.0.clone());
        Ok(())
    }

    /// Makes a backup if somebody wants one; tells whether it did.
    ///
    /// # Errors
    /// When the database fails; that a backup failed is told in the list of them.
    pub fn backup_if_wanted(&self) -> Result<bool> {
        let wanted = self.backups.wanted().clone();
        let Some(cause) = wanted else {
            return Ok(false);
        };
        let made = self.backup_because(&cause, |_, _| Ok(true));
        *self.backups.wanted() = None;
        made
    }

    /// Makes a backup if the schedule says so; tells whether it did.
    ///
    /// # Errors
    /// As above.
    pub fn backup_if_due(&self) -> Result<bool> {
        if self.config.backup.folder.is_none() {
            return Ok(false);
        }
        let due = |connection: &mut DbConnection, now: Timestamp| {
            Ok(self.next_backup(connection)?.is_some_and(|at| at <= now))
        };
        let now = self.clock.now();
        match self.store.read(|connection| due(connection, now))? {
            true => self.backup_because(SCHEDULE, due),
            false => Ok(false),
        }
    }

    /// When the schedule makes the next backup.
    pub(super) fn next_backup(&self, connection: &mut DbConnection) -> Result<Option<Timestamp>> {
        let zone = &self.config.time.zone;
        let next = |after| self.backups.schedule.next(after, zone);
        Ok(match kept::scheduled(connection)? {
            None => next(self.backups.since.min(self.clock.now())),
            // By a clock that was ahead: what the schedule says behind that may be years away.
            Some(last) if Timestamp(last.begun_at).is_to_come(self.clock.now()) => Some(self.clock.now()),
            Some(last) => {
                let next = next(Timestamp(last.begun_at));
                let again = last
                    .failure
                    .map(|_| Timestamp(last.ended_at.saturating_add(RETRY)));
                again.into_iter().chain(next).min()
            }
        })
    }

    /// Makes a backup, if nobody else makes one and `still` holds when this hub has the right to.
    fn backup_because(
        &self,
        cause: &str,
        still: impl Fn(&mut DbConnection, Timestamp) -> Result<bool>,
    ) -> Result<bool> {
        let (begun, holder) = (self.clock.now(), holder()?);
        let until = Timestamp(begun.0.saturating_add(HELD.0));
        let held = self.store.write(|connection| {
            Ok(still(connection, begun)? && kept::hold_lease(connection, &holder, begun, until)?)
        })?;
        if !held {
            return Ok(false);
        }
        let outcome = self.made_while_held(&holder, begun);
        let row = row_of(&outcome, self.backup_folder()?, cause, (begun, self.clock.now()));
        match &outcome {
            Ok(made) => tracing::info!(file = made.file, bytes = made.bytes, "a backup was made"),
            Err(error) => tracing::error!(
                cause = error.cause().unwrap_or(error.detail().to(Lang::En)),
                "a backup could not be made; trying on"
            ),
        }
        self.store.write(|connection| {
            kept::ended(connection, &row)?;
            kept::release_lease(connection, &holder)
        })?;
        if outcome.is_ok() {
            self.forget_backups()?;
        }
        Ok(true)
    }

    /// Makes a backup while another thread keeps the right to.
    fn made_while_held(&self, holder: &str, begun: Timestamp) -> Result<Made> {
        let folder = self.backup_folder()?;
        std::fs::create_dir_all(folder).map_err(|error| super::unwritable(folder, &error))?;
        let file = folder.join(format!("mahakam-{}.zip", stamp(begun)));
        let (done, waits) = std::sync::mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                while waits.recv_timeout(HELD.1) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    let until = Timestamp(self.clock.now().0.saturating_add(HELD.0));
                    let kept = self
                        .store
                        .write(|connection| kept::keep_lease(connection, holder, until));
                    if let Err(error) = kept {
                        tracing::warn!(cause = error.cause(), "another hub may make a backup as well");
                    }
                }
            });
            let made = make_backup(&self.store, &self.config, &file, begun);
            drop(done);
            made
        })
    }

    fn backup_folder(&self) -> Result<&Path> {
        self.config.backup.folder.as_deref().ok_or_else(|| {
            refused(
                "Folder cadangan belum ditetapkan. Isi MAHAKAM_BACKUP_FOLDER lalu mulai ulang hub.",
                "There is no folder for backups. Set MAHAKAM_BACKUP_FOLDER and start the hub again.",
            )
        })
    }

    /// Deletes backups of this folder that have enough newer ones. Files with other names are left alone.
    fn forget_backups(&self) -> Result<()> {
        let folder = self.backup_folder()?;
        let mut files = ours(folder).map_err(|error| super::unreadable(folder, &error.to_string()))?;
        files.sort();
        let spare = files.len().saturating_sub(self.config.backup.keep);
        for file in files.into_iter().take(spare) {
            std::fs::remove_file(&file).map_err(|error| super::unwritable(&file, &error))?;
            let (name, now) = (file.display().to_string(), self.clock.now());
            self.store
                .write(|connection| kept::removed(connection, &name, now))?;
        }
        Ok(())
    }
}

/// Notes a backup that a command made, where the database has a place for that.
///
/// # Errors
/// When the database fails.
pub fn note_backup(
    store: &Store,
    made: &Made,
    actor: &str,
    (begun, ended): (Timestamp, Timestamp),
) -> Result<()> {
    if made.manifest.schema != crate::store::newest_schema()? {
        return Ok(());
    }
    let mut row = succeeded(made);
    (row.cause, row.begun_at, row.ended_at) = (actor.to_owned(), begun.0, ended.0);
    store.write(|connection| {
        kept::ended(connection, &row)?;
        // A database in which nothing was ever logged has no chain for it.
        if made.manifest.chains.is_empty() {
            return Ok(());
        }
        let told = serde_json::json!({"bytes": made.bytes, "sha256": made.sha256});
        let action = Action {
            actor: actor.into(),
            name: "backup.make",
            target: name_of(&made.file),
            before: None,
            after: Some(told.to_string()),
        };
        crate::store::audit::insert(connection, &action, ended)
    })
}

fn row_of(
    outcome: &Result<Made>,
    folder: &Path,
    cause: &str,
    (begun, ended): (Timestamp, Timestamp),
) -> BackupRow {
    let row = match outcome {
        Ok(made) => succeeded(made),
        Err(error) => BackupRow {
            failure: Some(reason(error, folder)),
            ..BackupRow::default()
        },
    };
    BackupRow {
        begun_at: begun.0,
        ended_at: ended.0,
        cause: cause.to_owned(),
        ..row
    }
}

fn succeeded(made: &Made) -> BackupRow {
    BackupRow {
        file: made.file.clone(),
        bytes: i64::try_from(made.bytes).ok(),
        sha256: Some(made.digest.as_bytes().to_vec()),
        verified: true,
        ..BackupRow::default()
    }
}

/// Why there is no backup, as those who manage are told: without where on the machine.
fn reason(error: &Error, folder: &Path) -> String {
    let text = error.detail();
    text.to(Lang::En).replace(&format!("{}/", folder.display()), "")
}

fn holder() -> Result<String> {
    let bytes: [u8; 8] = random()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The backups in a folder that the hub named itself.
fn ours(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let middle = name
            .strip_prefix("mahakam-")
            .and_then(|rest| rest.strip_suffix("Z.zip"));
        let is_stamp =
            |text: &str| text.len() == 15 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'T');
        if middle.is_some_and(is_stamp) {
            files.push(path);
        }
    }
    Ok(files)
}
