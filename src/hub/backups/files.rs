//! Files beside a backup or a database that are neither: what is not finished yet, what was left of it by whoever was
//! killed, and what was there before a restore.
//!
//! Invariant: nothing that was kept is ever written over.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::types::Timestamp;

/// How files begin that are being written.
pub(super) const UNFINISHED: &str = ".mahakam-backup-";
/// What the names of what is unpacked for a while begin with.
pub(super) const UNPACKED: &str = "mahakam-unpacked-";

/// How long ago something was written last that nobody works with any more.
const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);

/// Deletes what somebody left in a folder who was killed in the middle of a backup, a drill or a restore, by how the names
/// of it begin.
pub(super) fn clear(folder: &Path, begin: &str) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let age = std::fs::metadata(&path).and_then(|found| found.modified());
        let old = age.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LEFT_BEHIND));
        if !name.starts_with(begin) || !old {
            continue;
        }
        let removed = match path.is_dir() {
            true => std::fs::remove_dir_all(&path),
            false => std::fs::remove_file(&path),
        };
        match removed {
            Ok(()) => {
                tracing::warn!(file = %path.display(), "what was left of something unfinished was deleted")
            }
            Err(error) => {
                tracing::warn!(cause = %error, file = %path.display(), "something unfinished is in the way")
            }
        }
    }
}

/// A time as it stands in names of files.
pub(super) fn stamp(at: Timestamp) -> String {
    let text = at.to_string();
    let seconds = text.split('.').next().unwrap_or_default();
    format!("{}Z", seconds.replace(['-', ':'], ""))
}

/// The file of this name with `suffix` behind it.
pub(super) fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The file that is made ready, and what SQLite lays beside it; gone when this is dropped, and cleared of what one left
/// that was cut off.
pub(super) struct Scratch {
    /// Where it is.
    pub(super) file: PathBuf,
}

impl Scratch {
    /// Beside the file whose place it will take.
    pub(super) fn beside(target: &Path) -> Self {
        let file = with_suffix(target, ".restoring");
        let scratch = Scratch { file };
        scratch.clear();
        scratch
    }

    fn clear(&self) {
        for end in ["", "-wal", "-shm", "-journal", "-use"] {
            // What is not there needs no clearing; what can't be cleared can't be written either, and that is told.
            let _ = std::fs::remove_file(with_suffix(&self.file, end));
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        self.clear();
    }
}

/// A name that nothing has, with an `end` where something of this second has it already.
pub(super) fn unused(name: impl Fn(&str) -> PathBuf) -> PathBuf {
    let mut path = name("");
    for number in 2.. {
        if !path.exists() {
            break;
        }
        path = name(&format!("-{number}"));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_in_the_same_second_stays() {
        let folder = tempfile::tempdir().unwrap();
        let name = |end: &str| folder.path().join(format!("a{end}.zip"));
        for expected in ["a.zip", "a-2.zip", "a-3.zip"] {
            let path = unused(name);
            assert_eq!(path, folder.path().join(expected));
            std::fs::write(path, "").unwrap();
        }
    }
}
