//! Making checkpoints: in the database first, then in the file beside it.
//!
//! Invariant: the file never says what the database does not; what it lacks, because the process was killed in
//! between, is added the next time.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::audit::{Checkpoint, HeadOf, Statement};
use crate::error::{Error, Result};
use crate::hub::Hub;
use crate::store::{self, DbConnection, Store};
use crate::types::Timestamp;

/// A chain that was written to this long before the last checkpoint, in milliseconds, is named once more: its
/// last link may have been committed after the checkpoint looked.
const MARGIN: i64 = 3_600_000;
/// How many checkpoints are read at once.
const AT_ONCE: i64 = 500;
/// How much of the file's end holds its last line, in bytes.
const TAIL: u64 = 1024 * 1024;

impl Hub {
    /// Says where the chains stand, if that changed since it was said last; tells whether it did.
    ///
    /// # Errors
    /// When the database fails, or the file can't be written.
    pub fn checkpoint(&self) -> Result<bool> {
        let now = self.clock.now();
        let made = self.store.write(|connection| {
            store::chains::checkpoints::turn(connection)?;
            let last = store::chains::checkpoints::last(connection)?;
            let Some(heads) = moved(connection, last.as_ref(), now)? else {
                return Ok(false);
            };
            let made = Checkpoint::new(last.as_ref(), now, heads, &self.signer);
            store::chains::checkpoints::insert(connection, &made)?;
            Ok(true)
        })?;
        if let Some(path) = &self.config.log.checkpoint_file {
            append_missing(&self.store, path)?;
        }
        Ok(made)
    }
}

/// The heads to name; `None` where the last checkpoint named the same.
fn moved(
    connection: &mut DbConnection,
    last: Option<&Checkpoint>,
    now: Timestamp,
) -> Result<Option<Vec<HeadOf>>> {
    let since = last.map(|last| Timestamp(last.at.0.min(now.0) - MARGIN));
    let heads = store::chains::checkpoints::heads(connection, since)?;
    let said = last.and_then(|last| serde_json::from_str::<Statement>(&last.body).ok());
    let known = said.map(|said| said.heads).unwrap_or_default();
    let news = heads.iter().any(|head| !known.contains(head));
    Ok(news.then_some(heads))
}

/// Adds to the file what the database holds and the file does not.
///
/// # Errors
/// When the database fails, or the file can't be written.
pub(in crate::hub) fn append_missing(store: &Store, path: &Path) -> Result<()> {
    let failed = |error: std::io::Error| Error::Internal(format!("{}: {error}", path.display()));
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .map_err(failed)?;
    let mut last = last_line(&mut file).map_err(failed)?;
    loop {
        let some = store.read(|connection| store::chains::checkpoints::after(connection, last, AT_ONCE))?;
        let Some(end) = some.last().map(|checkpoint| checkpoint.number) else {
            return Ok(());
        };
        let lines: String = some.iter().map(Checkpoint::line).collect();
        file.write_all(lines.as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        last = end;
    }
}

/// The number on the file's last whole line, 0 for none; what lies behind that line is cut off: its writing was
/// interrupted.
fn last_line(file: &mut File) -> std::io::Result<i64> {
    let length = file.seek(SeekFrom::End(0))?;
    let begin = length.saturating_sub(TAIL);
    file.seek(SeekFrom::Start(begin))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    let end = tail
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end + 1);
    let keep = begin.saturating_add(u64::try_from(end).unwrap_or_default());
    if keep < length {
        file.set_len(keep)?;
    }
    file.seek(SeekFrom::Start(keep))?;
    let whole = tail.get(..end).unwrap_or_default();
    Ok(Checkpoint::last_in(
        std::str::from_utf8(whole).unwrap_or_default(),
    ))
}
