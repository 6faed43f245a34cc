//! [`DatabaseFile`]: the file of a SQLite database.
//!
//! Invariant: a file that is made here is readable by its owner alone, and so is what SQLite lays beside it. One that is
//! there is never opened but by SQLite: whoever closes it lets go of all locks that this process holds on it (POSIX),
//! SQLite's own among them, and another program would take the log away from under the hub.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use rustix::io::Errno;

use super::{folder_of, unwritable};
use crate::error::Result;

/// See the module.
pub(in crate::store) struct DatabaseFile {
    path: PathBuf,
    /// Its device and its number there; none on a disk that says nothing of it.
    place: Option<(u64, u64)>,
}

impl DatabaseFile {
    /// The file; made where there is none.
    ///
    /// # Errors
    /// When it can't be made, or is there and may not be written by the user that runs this.
    pub(in crate::store) fn open(path: &Path) -> Result<Self> {
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path);
        let usable = match made {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => may_be_written(path),
            made => made.map(drop),
        };
        usable.map_err(|error| unwritable(path, &error))?;
        Ok(DatabaseFile {
            path: path.to_owned(),
            place: place_of(path),
        })
    }

    /// Whether it is still where it was opened.
    pub(in crate::store) fn is_there(&self) -> bool {
        self.place.is_none() || place_of(&self.path) == self.place
    }
}

fn place_of(path: &Path) -> Option<(u64, u64)> {
    let there = std::fs::metadata(path).ok()?;
    Some((there.dev(), there.ino()))
}

/// Whether this process may write a file that is there. On a disk that can only be read, SQLite says so itself.
///
/// # Errors
/// When it may not.
fn may_be_written(path: &Path) -> std::io::Result<()> {
    match access(path, Access::READ_OK | Access::WRITE_OK) {
        Err(Errno::ACCESS | Errno::PERM) => Err(ErrorKind::PermissionDenied.into()),
        _ => Ok(()),
    }
}

/// Makes the folder of a database where there is none.
///
/// # Errors
/// When it can't be made.
pub(in crate::store) fn make_folder(file: &Path) -> Result<()> {
    match folder_of(file) {
        Some(folder) => std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error)),
        None => Ok(()),
    }
}
