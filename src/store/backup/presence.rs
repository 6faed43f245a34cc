//! [`Presence`]: that somebody works with a SQLite file, as a lock on a file beside it.
//!
//! The lock ends with the process, however that ends, so the file may stay behind. Invariant: a file that somebody
//! works with is never replaced or moved, and nobody begins to work with it meanwhile.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::Result;

/// Held as long as somebody works with the file.
#[derive(Debug)]
pub struct Presence {
    _lock: File,
}

impl Presence {
    /// Says that the file is worked with. Where no lock can be had at all (a folder that may not be written), there is
    /// nothing to hold.
    ///
    /// # Errors
    /// When the file is being replaced or moved.
    pub(in crate::store) fn shared(database: &Path) -> Result<Option<Self>> {
        let Ok(lock) = open(database) else {
            return Ok(None);
        };
        match lock.try_lock_shared() {
            Ok(()) => Ok(Some(Presence { _lock: lock })),
            Err(TryLockError::WouldBlock) => Err(super::refused(
                format!(
                    "{} sedang dipulihkan atau dipindahkan. Tunggu sampai selesai.",
                    database.display()
                ),
                format!(
                    "{} is being restored or moved. Wait until that is done.",
                    database.display()
                ),
            )),
            Err(TryLockError::Error(_)) => Ok(None),
        }
    }

    /// Says that the file is to be replaced, or to be left alone.
    ///
    /// # Errors
    /// When somebody works with it.
    pub fn alone(database: &Path) -> Result<Self> {
        let lock = open(database).map_err(|error| super::unwritable(database, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Presence { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(super::refused(
                format!(
                    "{} sedang dipakai hub atau perintah lain. Hentikan dahulu.",
                    database.display()
                ),
                format!(
                    "A hub or another command works with {}. Stop it first.",
                    database.display()
                ),
            )),
            Err(TryLockError::Error(error)) => Err(super::unwritable(database, &error)),
        }
    }
}

/// The file that is locked.
fn open(database: &Path) -> std::io::Result<File> {
    let mut name = database.as_os_str().to_owned();
    name.push("-use");
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(PathBuf::from(name))
}
