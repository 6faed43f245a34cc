//! Backups: copies of the whole database in one file each, made while it is worked with, and put back.
//!
//! Making, checking and putting back need a database and settings but no running hub, so that they work on what no
//! hub could open. Not here: how a database is copied (`store/backup`). Invariant: what is put back was read whole and
//! held against its manifest before anything is touched; its feeds get new ids, so that no position in what was there
//! before is taken for one in what is there now.

mod archive;
mod files;
mod keep;
mod make;
mod manifest;
mod restore;
mod scratch;
mod told;

use std::path::Path;

pub(super) use keep::Desk;
pub use keep::{backup_schedule, note_backup};
pub use make::{Made, make_backup};
pub use manifest::{Database, Manifest};
pub(super) use restore::missing_key;
pub use restore::{RestoreOrder, Restored, restore};
pub use scratch::{Drill, drill};
pub use told::{BackupState, BackupView};

use crate::error::{Conflict, Error};
use crate::types::Text;

/// What can't be done, and what to do instead.
fn refused(id: impl Into<String>, en: impl Into<String>) -> Error {
    Error::Conflict(Conflict::Maintenance(Text::new(id.into(), en.into())))
}

fn unwritable(file: &Path, error: &std::io::Error) -> Error {
    let (shown, temporary) = (file.display(), std::env::temp_dir());
    let (id, en) = match file.starts_with(&temporary) {
        true => (
            " Sediakan ruang di sana, atau sebut folder lain dalam TMPDIR.",
            " Make room there, or name another folder in TMPDIR.",
        ),
        false => ("", ""),
    };
    refused(
        format!("{shown} tidak dapat ditulis: {error}.{id}"),
        format!("{shown} can't be written: {error}.{en}"),
    )
}

fn unreadable(file: &Path, says: &str) -> Error {
    let file = file.display();
    refused(
        format!("{file} tidak dapat dibaca: {says}."),
        format!("{file} can't be read: {says}."),
    )
}
