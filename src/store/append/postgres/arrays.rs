//! Columns of a batch as arrays.

use crate::audit::Subject;
use crate::record::{Entry, Mark, RecordRow, Rows};

/// The slots with this number. A shorter array is filled up with NULLs, so one that nobody uses costs
/// nothing.
pub(super) fn slot_column<'r>(slots: &[&'r [String]], number: usize) -> Vec<Option<&'r str>> {
    if slots.iter().all(|slots| slots.len() < number) {
        return Vec::new();
    }
    let each = slots.iter();
    each.map(|slots| slots.get(number - 1).map(String::as_str))
        .collect()
}

/// The marks, in the same way.
pub(super) fn mark_column(records: &[RecordRow<'_>]) -> Vec<Option<Vec<u8>>> {
    if records.iter().all(|row| row.marks.is_empty()) {
        return Vec::new();
    }
    records.iter().map(|row| Mark::to_bytes(row.marks)).collect()
}

/// Whom the payloads are about; nothing where none says so.
pub(super) fn subject_column<'r>(rows: &Rows<'r>) -> Vec<Option<&'r [u8]>> {
    let subject = |entry: &'r Entry| entry.subject().map(Subject::as_bytes);
    if rows.changes.iter().all(|change| subject(change.entry).is_none()) {
        return Vec::new();
    }
    rows.changes.iter().map(|change| subject(change.entry)).collect()
}

pub(super) fn text_of(entry: &Entry) -> Option<&str> {
    match entry {
        Entry::Put(payload) => Some(&payload.text),
        Entry::Delete(_) => None,
    }
}

pub(super) fn digest_of(entry: &Entry) -> Option<&[u8]> {
    match entry {
        Entry::Put(payload) => Some(payload.digest.as_bytes()),
        Entry::Delete(_) => None,
    }
}
