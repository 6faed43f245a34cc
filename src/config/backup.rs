//! Where backups go, when they are made, and with which tools.
//!
//! Not here: whether the schedule is one (whoever knows schedules reads it). Invariant: without a folder nothing is
//! made by schedule, and nothing is deleted.

use std::path::PathBuf;

use super::DatabaseConfig;
use super::source::Reading;

/// Every night at half past one.
const SCHEDULE: &str = "30 1 * * *";

/// Where backups go, when they are made, and with which tools.
#[derive(Debug, Clone)]
pub struct BackupConfig {
    /// `MAHAKAM_BACKUP_FOLDER`: where those go that nobody names a file for.
    pub folder: Option<PathBuf>,
    /// `MAHAKAM_BACKUP_SCHEDULE`: when they are made, as five fields of cron.
    pub schedule: String,
    /// `MAHAKAM_BACKUP_KEEP`: how many of them are kept.
    pub keep: usize,
    /// `MAHAKAM_POSTGRES_TOOLS`: the folder of `pg_dump`, `pg_restore` and `psql`, where the path does not lead there.
    pub tools: Option<PathBuf>,
    /// `MAHAKAM_MOVE_TO`: the PostgreSQL database that `mahakam move` fills.
    pub move_to: Option<MoveTarget>,
}

/// The URL of a database, which shows without its password.
#[derive(Clone)]
pub struct MoveTarget(pub String);

impl std::fmt::Debug for MoveTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl BackupConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        let keep = reading.parsed("MAHAKAM_BACKUP_KEEP", 14, "a number of files");
        if keep == 0 {
            reading.fault("MAHAKAM_BACKUP_KEEP", "must be at least 1");
        }
        BackupConfig {
            folder: reading.text("MAHAKAM_BACKUP_FOLDER").map(PathBuf::from),
            schedule: reading
                .text("MAHAKAM_BACKUP_SCHEDULE")
                .unwrap_or(SCHEDULE)
                .to_owned(),
            keep,
            tools: reading.text("MAHAKAM_POSTGRES_TOOLS").map(PathBuf::from),
            move_to: move_target(reading),
        }
    }
}

fn move_target(reading: &mut Reading<'_>) -> Option<MoveTarget> {
    const NAME: &str = "MAHAKAM_MOVE_TO";
    let url = reading.text(NAME)?;
    if let Some(fault) = DatabaseConfig::fault(url) {
        reading.fault(NAME, fault);
    }
    Some(MoveTarget(url.to_owned()))
}
