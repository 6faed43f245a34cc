//! [`Tally`]: what became of the payloads of a load, counted over all its runs.
//!
//! Not here: how far the load is (the journal). Invariant: the first refused payloads are kept, the
//! others only written to the file that was asked for.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::journal::Journal;
use crate::cli::{Failure, LANG};
use crate::error::Error;
use crate::hub::ingest::LineFault;
use crate::record::Counts;

/// The most refused payloads that are kept.
const MAX_KEPT: usize = 1_000;

/// The counts as the answer to a bulk shows them.
pub(super) fn as_json(counts: &Counts) -> Value {
    json!({
        "received": counts.received(), "created": counts.created, "updated": counts.updated,
        "unchanged": counts.unchanged, "deleted": counts.deleted, "rejected": counts.rejected,
    })
}

/// The counts for people.
pub(super) fn in_words(counts: &Counts) -> String {
    format!(
        "{} received, {} created, {} updated, {} unchanged, {} deleted, {} rejected",
        counts.received(),
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.deleted,
        counts.rejected
    )
}

/// See the module.
pub(super) struct Tally {
    /// Over all runs.
    pub(super) counts: Counts,
    /// The first refused payloads of this run.
    pub(super) first: Vec<Value>,
    refused: Option<Refused>,
}

/// The file with the refused payloads.
struct Refused {
    path: PathBuf,
    file: BufWriter<File>,
    bytes: u64,
}

impl Tally {
    /// A tally that writes refused payloads to `path`, and goes on where the journal stands.
    pub(super) fn open(path: Option<&Path>, journal: Option<&Journal>) -> Result<Self, Failure> {
        let (counts, bytes) = journal.map_or((Counts::default(), 0), Journal::tally);
        let refused = match path {
            Some(path) => Some(Refused::open(path, bytes)?),
            None => None,
        };
        Ok(Tally {
            counts,
            first: Vec::new(),
            refused,
        })
    }

    /// Whether refused payloads are written down.
    pub(super) fn writes_down(&self) -> bool {
        self.refused.is_some()
    }

    /// Notes a refused payload.
    pub(super) fn refuse(&mut self, fault: &LineFault, payload: Option<&[u8]>) -> Result<(), Failure> {
        let kept = self.first.len() < MAX_KEPT;
        if !kept && self.refused.is_none() {
            return Ok(());
        }
        let shown = shown(fault);
        if kept {
            self.first.push(shown.clone());
        }
        if let Some(refused) = &mut self.refused {
            let parsed = payload.map(|payload| {
                serde_json::from_slice(payload)
                    .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(payload)))
            });
            let mut line = shown.as_object().cloned().unwrap_or_default();
            line.insert("data".into(), parsed.unwrap_or_default());
            refused.write(&Value::Object(line))?;
        }
        Ok(())
    }

    /// Makes sure that the file holds what was refused; tells how long it is.
    pub(super) fn flush(&mut self) -> Result<u64, Failure> {
        self.refused.as_mut().map_or(Ok(0), Refused::flush)
    }
}

impl Refused {
    /// Opens the file and leaves of it what the runs before have settled.
    fn open(path: &Path, bytes: u64) -> Result<Self, Failure> {
        let open = || {
            let mut file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)?;
            let bytes = bytes.min(file.metadata()?.len());
            file.set_len(bytes)?;
            file.seek(SeekFrom::End(0))?;
            Ok((file, bytes))
        };
        let (file, bytes) = open().map_err(|error| unwritable(path, &error))?;
        Ok(Refused {
            path: path.to_owned(),
            file: BufWriter::new(file),
            bytes,
        })
    }

    fn write(&mut self, shown: &Value) -> Result<(), Failure> {
        let line = format!("{shown}\n");
        self.bytes += u64::try_from(line.len()).unwrap_or_default();
        self.file
            .write_all(line.as_bytes())
            .map_err(|error| unwritable(&self.path, &error))
    }

    fn flush(&mut self) -> Result<u64, Failure> {
        self.file
            .flush()
            .map_err(|error| unwritable(&self.path, &error))?;
        Ok(self.bytes)
    }
}

/// That a file beside the source can't be written.
pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure(format!("{} can't be written: {error}", path.display()))
}

/// A refused payload as the answer to a bulk shows it.
fn shown(fault: &LineFault) -> Value {
    let violations = match &fault.error {
        Error::Violates(violations) => violations.list.as_slice(),
        _ => &[],
    };
    let violations = violations.iter().map(|violation| {
        json!({
            "pointer": violation.pointer,
            "keyword": violation.keyword,
            "message": violation.message.to(LANG),
            "expected": violation.expected,
        })
    });
    json!({
        "line": fault.line,
        "key": fault.key,
        "code": fault.error.code(),
        "detail": fault.error.detail().to(LANG),
        "violations": violations.collect::<Vec<_>>(),
    })
}

/// A refused payload, as it was shown, on one line for people.
pub(super) fn one_line(shown: &Value, unit: &str) -> String {
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let violations = shown["violations"].as_array().map_or(&[][..], Vec::as_slice);
    let why = match violations {
        [] => text(shown, "detail"),
        [first, rest @ ..] => {
            let more = match rest.len() {
                0 => String::new(),
                more => format!(" (and {more} more)"),
            };
            format!("{} {}{more}", text(first, "pointer"), text(first, "message"))
        }
    };
    format!("  {unit} {}: {why}", shown["line"])
}
