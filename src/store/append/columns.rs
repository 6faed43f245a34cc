//! Exchanges turned from rows into columns, as PostgreSQL's `unnest` takes them.

use crate::audit::Columns as Row;
use crate::store::chains::Seal;

/// One vector per column of the exchange log, in the order of the exchanges.
pub(super) struct Columns<'a> {
    pub(super) id: Vec<&'a [u8]>,
    pub(super) part: Vec<i32>,
    pub(super) at: Vec<i64>,
    pub(super) duration_us: Vec<i64>,
    pub(super) action: Vec<&'a str>,
    pub(super) dataset: Vec<Option<&'a str>>,
    pub(super) opd: Vec<Option<&'a str>>,
    pub(super) application_id: Vec<Option<i64>>,
    pub(super) outcome: Vec<&'a str>,
    pub(super) records: Vec<i64>,
    pub(super) rejected: Vec<i64>,
    pub(super) bytes: Vec<i64>,
    pub(super) batch_sha256: Vec<Option<&'a [u8]>>,
    pub(super) request_id: Vec<&'a str>,
    pub(super) unresolved: Vec<i64>,
    pub(super) dataset_id: Vec<Option<i64>>,
    pub(super) times: Vec<i64>,
    pub(super) first_seq: Vec<Option<i64>>,
    pub(super) changes: Vec<i64>,
    pub(super) place: Vec<i32>,
    pub(super) salt: Vec<&'a [u8]>,
    pub(super) person_id: Vec<Option<i64>>,
    pub(super) traceparent: Vec<Option<&'a str>>,
    pub(super) address: Vec<Option<&'a str>>,
    pub(super) reading: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    /// The columns of these rows, each with its seal.
    pub(super) fn of(rows: &[Row<'a>], seals: &'a [Seal]) -> Self {
        let each = || rows.iter();
        Columns {
            id: each().map(|row| row.id).collect(),
            part: each().map(|row| row.part).collect(),
            at: each().map(|row| row.at).collect(),
            duration_us: each().map(|row| row.duration_us).collect(),
            action: each().map(|row| row.action).collect(),
            dataset: each().map(|row| row.dataset).collect(),
            opd: each().map(|row| row.opd).collect(),
            application_id: each().map(|row| row.application_id).collect(),
            outcome: each().map(|row| row.outcome).collect(),
            records: each().map(|row| row.records).collect(),
            rejected: each().map(|row| row.rejected).collect(),
            bytes: each().map(|row| row.bytes).collect(),
            batch_sha256: each().map(|row| row.batch_sha256).collect(),
            request_id: each().map(|row| row.request_id).collect(),
            unresolved: each().map(|row| row.unresolved).collect(),
            dataset_id: each().map(|row| row.dataset_id).collect(),
            times: each().map(|row| row.times).collect(),
            first_seq: each().map(|row| row.first_seq).collect(),
            changes: each().map(|row| row.changes).collect(),
            place: seals.iter().map(|seal| seal.place).collect(),
            salt: seals.iter().map(|seal| seal.salt.as_slice()).collect(),
            person_id: rare(rows, |row| row.person_id),
            traceparent: rare(rows, |row| row.traceparent),
            address: rare(rows, |row| row.address),
            reading: rare(rows, |row| row.reading),
        }
    }
}

/// A column that is empty most of the time: `unnest` fills a shorter array up with NULLs, so one that nobody
/// uses costs nothing.
fn rare<'a, T>(rows: &[Row<'a>], column: impl Fn(&Row<'a>) -> Option<T>) -> Vec<Option<T>> {
    if rows.iter().all(|row| column(row).is_none()) {
        return Vec::new();
    }
    rows.iter().map(column).collect()
}
