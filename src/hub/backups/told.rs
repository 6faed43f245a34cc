//! Which backups there are, and how the making of them stands, for those who manage.
//!
//! Invariant: nothing is told of what is in a backup.

use std::path::Path;

use super::keep::HELD;
use crate::audit::hex;
use crate::error::Result;
use crate::hub::Hub;
use crate::store::backup::{self as kept, BackupRow};
use crate::types::Timestamp;

/// How many are listed at most: as many as there are in ten years.
const MOST: i64 = 10_000;

/// A backup as it is shown.
#[derive(Debug, Clone)]
pub struct BackupView {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// `schedule`, or who wanted it.
    pub cause: String,
    /// The name of the file.
    pub file: String,
    /// Its size in bytes.
    pub bytes: Option<i64>,
    /// Its SHA-256, in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// Whether it was read back whole.
    pub verified: bool,
    /// Why there is none.
    pub failure: Option<String>,
    /// When it was deleted because there were enough newer ones.
    pub removed_at: Option<Timestamp>,
}

impl From<BackupRow> for BackupView {
    fn from(row: BackupRow) -> Self {
        BackupView {
            id: row.id,
            begun_at: Timestamp(row.begun_at),
            ended_at: Timestamp(row.ended_at),
            cause: row.cause,
            file: name_of(&row.file),
            bytes: row.bytes,
            sha256: row.sha256.as_deref().map(hex),
            verified: row.verified,
            failure: row.failure,
            removed_at: row.removed_at.map(Timestamp),
        }
    }
}

/// How the making of backups stands.
#[derive(Debug, Clone)]
pub struct BackupState {
    /// Whether the schedule makes any.
    pub scheduled: bool,
    /// Whether a hub makes one now, or is about to.
    pub running: bool,
    /// When the schedule makes the next one.
    pub next_at: Option<Timestamp>,
}

impl Hub {
    /// All backups that were made or tried, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn backups(&self) -> Result<Vec<BackupView>> {
        let rows = self.store.read(|connection| kept::list(connection, MOST))?;
        Ok(rows.into_iter().map(BackupView::from).collect())
    }

    /// How the making of backups stands.
    ///
    /// # Errors
    /// When the database fails.
    pub fn backup_state(&self) -> Result<BackupState> {
        let (now, scheduled) = (self.clock.now(), self.config.backup.folder.is_some());
        let (leased, next_at) = self.store.read(|connection| {
            let next = match scheduled {
                true => self.next_backup(connection)?,
                false => None,
            };
            Ok((kept::leased(connection, now, HELD.0)?, next))
        })?;
        Ok(BackupState {
            scheduled,
            running: leased || self.backups.wanted().is_some(),
            next_at,
        })
    }
}

/// The name of a file without its folder.
pub(super) fn name_of(file: &str) -> String {
    let name = Path::new(file).file_name().and_then(|name| name.to_str());
    name.unwrap_or_default().to_owned()
}
