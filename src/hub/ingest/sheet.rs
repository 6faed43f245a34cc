//! A spreadsheet in: each of its rows takes the way of any other payload.
//!
//! A row that names a refused payload corrects it, every other row is a line of a bulk. Not here: what is in a file
//! (`record::sheet`). Invariant: a file that can't be read to its end, or whose header does not fit the contract, stores
//! nothing.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::{mpsc, watch};

use super::{Bulk, BulkReport, Conditions, Mode, Pushed, Unusable};
use crate::error::{Conflict, Error, Malformed, Result};
use crate::hub::{Call, Dataset, Hub};
use crate::record::sheet::{SheetColumns, SheetKind, SheetRow, read_sheet, sheet_kind};
use crate::record::{Line, Split};
use crate::types::{Place, Text};

/// How many rows may be read and not taken yet.
const AHEAD: usize = 256;

/// How many corrections may be on their way at the same time.
const CORRECTING: usize = 16;

/// The most corrections that a sheet may bring.
const MAX_CORRECTIONS: usize = 10_000;
/// Of how many corrections it is told why they were refused again.
const MAX_UNCORRECTED: usize = 100;

/// A spreadsheet that was read to its end once, and whose header fits the contract.
pub struct Sheet {
    file: Bytes,
    kind: SheetKind,
    columns: SheetColumns,
    /// How many rows stand below its header.
    pub rows: u64,
}

/// How far a sheet is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SheetCounts {
    /// Rows that were taken from it.
    pub taken: u64,
    /// Records that were not there before.
    pub created: u64,
    /// Records that were there with other content.
    pub updated: u64,
    /// Records that stand as sent already.
    pub unchanged: u64,
    /// Rows that were refused.
    pub rejected: u64,
    /// How many refused payloads were corrected; they are among those that were created, updated or unchanged.
    pub repaired: u64,
}

/// What became of a sheet.
#[derive(Debug)]
pub struct SheetReport {
    /// How far it came, and what became of its rows.
    pub counts: SheetCounts,
    /// Corrections that were refused again: the row, the number of the refused payload, and why.
    pub uncorrected: Vec<(u64, i64, Error)>,
    /// What ended it before its end; what came before is stored.
    pub ended: Option<Error>,
}

/// A row on its way.
enum Taken {
    Push(std::result::Result<Line, Unusable>),
    Correct(u64, i64, Bytes),
    Wrong(u64, i64, Error),
}

/// Rows that correct what was refused before, with what is in them or why nothing is.
type Corrections = Vec<(u64, i64, Result<Bytes>)>;

impl Hub {
    /// Looks a spreadsheet of records through, before anything of it is taken in.
    ///
    /// # Errors
    /// Malformed when the file can't be read to its end, or its header does not fit the contract.
    pub async fn look_through(self: &Arc<Self>, dataset: &Arc<Dataset>, file: Bytes) -> Result<Sheet> {
        let dataset = Arc::clone(dataset);
        self.computing(move || looked_through(file, &dataset)).await
    }

    /// Takes a spreadsheet of records in; `tell` hears how far it is.
    pub async fn take_sheet(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        sheet: Sheet,
        tell: &watch::Sender<SheetCounts>,
    ) -> SheetReport {
        let (sender, rows) = mpsc::channel(AHEAD);
        let reader = self.computing(move || passed_on(&sheet, &sender));
        let bulk = self.bulk(call, dataset, Split::Lines, Mode::Each);
        let taking = taken_in(bulk, rows, tell);
        let (read, (bulk, corrections, ended)) = futures_util::future::join(reader, taking).await;
        let pushed = bulk.finish(ended.or(read.err())).await;
        let mut counts = SheetCounts {
            taken: tell.borrow().taken,
            ..SheetCounts::default()
        };
        counts.count(&pushed);
        tell.send_replace(counts);
        let mut report = SheetReport {
            counts,
            uncorrected: Vec::new(),
            ended: pushed.ended,
        };
        let mut corrected = stream::iter(corrections)
            .map(|correction| self.correct_row(call, dataset, correction))
            .buffer_unordered(CORRECTING);
        while let Some((row, number, done)) = corrected.next().await {
            report.account(row, number, done);
            tell.send_replace(report.counts);
        }
        report.uncorrected.sort_by_key(|(row, ..)| *row);
        report
    }

    async fn correct_row(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        (row, number, payload): (u64, i64, Result<Bytes>),
    ) -> (u64, i64, Result<Pushed>) {
        let payload = match payload {
            Ok(payload) => payload,
            Err(error) => return (row, number, Err(error)),
        };
        let call = call.apart(self.clock.now());
        let done = self.repair(&call, dataset, number, payload, Conditions::default());
        (row, number, done.await)
    }
}

/// Takes rows in until there are no more, or something ends it: those that are lines of the bulk.
async fn taken_in(
    mut bulk: Bulk,
    mut rows: mpsc::Receiver<Taken>,
    tell: &watch::Sender<SheetCounts>,
) -> (Bulk, Corrections, Option<Error>) {
    let (mut corrections, mut ended) = (Corrections::new(), None);
    let mut counts = SheetCounts::default();
    while let Some(row) = rows.recv().await {
        match row {
            Taken::Correct(..) if corrections.len() >= MAX_CORRECTIONS => ended = Some(unfit(too_many())),
            Taken::Correct(row, number, payload) => corrections.push((row, number, Ok(payload))),
            Taken::Wrong(row, number, error) => corrections.push((row, number, Err(error))),
            Taken::Push(line) => ended = bulk.take(line).await.err(),
        }
        if ended.is_some() {
            break;
        }
        counts.taken += 1;
        if let Some(report) = bulk.so_far() {
            counts.count(report);
        }
        tell.send_replace(counts);
    }
    rows.close();
    (bulk, corrections, ended)
}

impl SheetCounts {
    fn count(&mut self, report: &BulkReport) {
        let counts = &report.counts;
        (self.created, self.updated) = (counts.created, counts.updated);
        (self.unchanged, self.rejected) = (counts.unchanged, counts.rejected);
    }
}

impl SheetReport {
    fn account(&mut self, row: u64, number: i64, done: Result<Pushed>) {
        let counts = &mut self.counts;
        match done {
            Ok(pushed) => {
                counts.repaired += 1;
                match pushed.outcome {
                    "created" => counts.created += 1,
                    "updated" => counts.updated += 1,
                    _ => counts.unchanged += 1,
                }
            }
            // The sheet came before, and was cut off.
            Err(Error::Conflict(Conflict::RejectionRepaired(_))) => counts.unchanged += 1,
            Err(error) => {
                counts.rejected += 1;
                if self.uncorrected.len() < MAX_UNCORRECTED {
                    self.uncorrected.push((row, number, error));
                }
            }
        }
    }
}

/// A file as a sheet, if it can be read to its end.
fn looked_through(file: Bytes, dataset: &Dataset) -> Result<Sheet> {
    let kind = sheet_kind(&file).map_err(unfit)?;
    let (mut columns, mut rows) = (None, 0);
    let mut each = |row: SheetRow| {
        match columns {
            Some(_) => rows += 1,
            None => {
                let contract = &dataset.current.contract;
                let guarded = kind == SheetKind::Csv;
                let header = row.cells;
                columns = Some(header.and_then(|header| SheetColumns::read(&header, contract, guarded)));
            }
        }
        !matches!(columns, Some(Err(_)))
    };
    read_sheet(&file, kind, &mut each).map_err(unfit)?;
    let columns = columns.unwrap_or_else(|| Err(empty())).map_err(unfit)?;
    Ok(Sheet {
        file,
        kind,
        columns,
        rows,
    })
}

/// Passes the rows below the header on.
fn passed_on(sheet: &Sheet, sender: &mpsc::Sender<Taken>) -> Result<()> {
    let mut header = true;
    let mut each = |row: SheetRow| {
        if std::mem::replace(&mut header, false) {
            return true;
        }
        sender.blocking_send(taken(row, &sheet.columns)).is_ok()
    };
    read_sheet(&sheet.file, sheet.kind, &mut each).map_err(unfit)
}

fn taken(row: SheetRow, columns: &SheetColumns) -> Taken {
    let (number, kept) = (row.number, row.as_array());
    let refused = row
        .cells
        .as_ref()
        .ok()
        .and_then(|cells| columns.number(cells).ok().flatten());
    match (row.cells.and_then(|cells| columns.row(&cells)), refused) {
        (Ok(row), Some(refused)) => Taken::Correct(number, refused, row.payload.into()),
        (Ok(row), None) => Taken::Push(Ok(Line {
            number,
            start: Place {
                line: number,
                column: 1,
            },
            bytes: Some(row.payload),
        })),
        // What it was meant to correct is kept already.
        (Err(text), Some(refused)) => Taken::Wrong(number, refused, unfit(text)),
        (Err(text), None) => Taken::Push(Err(Unusable {
            number,
            body: kept.into(),
            error: unfit(text),
        })),
    }
}

fn unfit(text: Text) -> Error {
    Error::Malformed(Malformed::Body(text))
}

fn empty() -> Text {
    Text::new(
        "Lembar kerja ini kosong. Baris pertamanya harus memuat nama kolom.",
        "The spreadsheet is empty. Its first row must hold the names of the columns.",
    )
}

fn too_many() -> Text {
    Text::new(
        format!("Paling banyak {MAX_CORRECTIONS} perbaikan dalam satu berkas. Bagi menjadi beberapa berkas."),
        format!("At most {MAX_CORRECTIONS} corrections in one file. Split it into several files."),
    )
}
