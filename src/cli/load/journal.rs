//! [`Journal`]: how far a load is, in a small file beside its source.
//!
//! It is written after each part that is stored, and removed at the end. What a power cut takes from
//! it is sent twice, which changes nothing but the counts: those lines count as unchanged. Invariant:
//! a journal counts only for the same file, read in the same way, into the same feed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::LoadArguments;
use super::source::Format;
use super::tally::{Tally, unwritable};
use crate::cli::{Failure, output};
use crate::hub::Dataset;
use crate::record::Counts;
use crate::types::Digest;

/// What is added to the source's name.
const SUFFIX: &str = ".mahakam-load";
/// How much of the source's beginning its digest covers, in bytes.
const HEAD: u64 = 64 * 1024;

/// See the module.
pub(super) struct Journal {
    path: PathBuf,
    entry: Entry,
}

/// What the file holds.
#[derive(Serialize, Deserialize)]
struct Entry {
    source: Mark,
    /// The last line or element whose outcome is settled.
    done: u64,
    counts: Counts,
    /// How long the file with the refused payloads was.
    errors_bytes: u64,
}

/// What tells one load from another.
#[derive(PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    dataset: String,
    feed: String,
    format: String,
    separator: Option<u8>,
    raw: bool,
    errors: Option<PathBuf>,
    bytes: u64,
    /// In nanoseconds since the epoch.
    modified: Option<String>,
    head_sha256: String,
}

impl Journal {
    /// The journal of this load, with what an earlier run that was cut short has left.
    pub(super) fn open(
        arguments: &LoadArguments,
        format: Format,
        dataset: &Dataset,
    ) -> Result<Self, Failure> {
        let file = &arguments.file;
        let mark = Mark::of(arguments, format, dataset)
            .map_err(|error| Failure(format!("{} can't be read: {error}", file.display())))?;
        let path = PathBuf::from(OsString::from_iter([file.as_os_str(), SUFFIX.as_ref()]));
        let left = match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice::<Entry>(&text).ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(Failure(format!("{} can't be read: {error}", path.display()))),
        };
        let same = left.filter(|entry| !arguments.restart && entry.source == mark);
        if same.is_none() && path.exists() && !arguments.restart {
            output::note(&format!(
                "{} belongs to another load; beginning at the file's start.",
                path.display()
            ));
        }
        let entry = same.unwrap_or(Entry {
            source: mark,
            done: 0,
            counts: Counts::default(),
            errors_bytes: 0,
        });
        Ok(Journal { path, entry })
    }

    /// The last line or element whose outcome is settled; 0 at the beginning.
    pub(super) fn done(&self) -> u64 {
        self.entry.done
    }

    /// What was counted so far, and how long the file with the refused payloads was.
    pub(super) fn tally(&self) -> (Counts, u64) {
        (self.entry.counts, self.entry.errors_bytes)
    }

    /// Writes down that everything up to `done` is settled.
    pub(super) fn save(&mut self, done: u64, tally: &mut Tally) -> Result<(), Failure> {
        self.entry.done = done;
        self.entry.errors_bytes = tally.flush()?;
        self.entry.counts = tally.counts;
        // Whoever reads it finds one whole entry or the other.
        let new = self.path.with_added_extension("new");
        let text = serde_json::to_vec(&self.entry).map_err(|error| Failure(error.to_string()))?;
        std::fs::write(&new, text)
            .and_then(|()| std::fs::rename(&new, &self.path))
            .map_err(|error| unwritable(&self.path, &error))
    }

    /// Removes it: the load is done.
    pub(super) fn remove(self) -> Result<(), Failure> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritable(&self.path, &error)),
            _ => Ok(()),
        }
    }
}

impl Mark {
    fn of(arguments: &LoadArguments, format: Format, dataset: &Dataset) -> io::Result<Self> {
        let about = std::fs::metadata(&arguments.file)?;
        let modified = about.modified()?.duration_since(UNIX_EPOCH);
        Ok(Mark {
            dataset: dataset.id.to_string(),
            feed: dataset.feed.to_string(),
            format: format!("{format:?}"),
            separator: arguments.separator,
            raw: arguments.raw,
            errors: arguments.errors.clone(),
            bytes: about.len(),
            modified: modified.ok().map(|since| since.as_nanos().to_string()),
            head_sha256: head_digest(&arguments.file)?.to_string(),
        })
    }
}

fn head_digest(file: &Path) -> io::Result<Digest> {
    let mut head = Vec::new();
    File::open(file)?.take(HEAD).read_to_end(&mut head)?;
    Ok(Digest::of(&head))
}
