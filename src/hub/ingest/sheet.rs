//! A spreadsheet in: each of its rows takes the way of any other payload.
//!
//! A row that names a refused payload corrects it, every other row is a line of a bulk. Not here: what is in a file
//! (`record::sheet`). Invariant: a file that can't be read to its end, or whose header does not fit the contract, stores
//! nothing.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::mpsc;

use super::{BulkReport, Conditions, LineFault, Mode, Pushed, Unusable};
use crate::error::{Error, Malformed, Result};
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

/// What became of a sheet.
#[derive(Debug)]
pub struct SheetReport {
    /// The rows: how many came, and what became of them. The lines of its faults are rows of the sheet.
    pub rows: BulkReport,
    /// How many refused payloads were corrected; they are among those that were created, updated or unchanged.
    pub repaired: u64,
}

/// A row on its way.
enum Taken {
    Push(std::result::Result<Line, Unusable>),
    Correct(u64, i64, Bytes),
    Wrong(u64, Error),
}

impl Hub {
    /// Takes a spreadsheet of records in.
    ///
    /// # Errors
    /// Malformed when the file can't be read, or its header does not fit the contract; nothing is stored then.
    pub async fn take_sheet(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        file: Bytes,
    ) -> Result<SheetReport> {
        let (asked, known) = (Arc::clone(dataset), file.clone());
        let (kind, columns) = self.computing(move || looked_through(&known, &asked)).await?;
        let (sender, mut rows) = mpsc::channel(AHEAD);
        let reader = self.computing(move || passed_on(&file, kind, &columns, &sender));
        let taking = async {
            let mut bulk = self.bulk(call, dataset, Split::Lines, Mode::Each);
            let (mut corrections, mut wrong, mut ended) = (Vec::new(), Vec::new(), None);
            while let Some(row) = rows.recv().await {
                match row {
                    Taken::Correct(row, number, payload) if corrections.len() < MAX_CORRECTIONS => {
                        corrections.push((row, number, payload));
                    }
                    Taken::Correct(..) => ended = Some(unfit(too_many())),
                    Taken::Wrong(row, error) => wrong.push((row, Err(error))),
                    Taken::Push(line) => ended = bulk.take(line).await.err(),
                }
                if ended.is_some() {
                    break;
                }
            }
            rows.close();
            (bulk, corrections, wrong, ended)
        };
        let (read, (bulk, corrections, wrong, ended)) = futures_util::future::join(reader, taking).await;
        let mut report = SheetReport {
            rows: bulk.finish(ended.or(read.err())).await,
            repaired: 0,
        };
        let mut corrected = stream::iter(corrections)
            .map(|correction| self.correct_row(call, dataset, correction))
            .buffer_unordered(CORRECTING);
        while let Some((row, done)) = corrected.next().await {
            report.account(row, done);
        }
        wrong
            .into_iter()
            .for_each(|(row, error)| report.account(row, error));
        report.rows.errors.sort_by_key(|fault| fault.line);
        Ok(report)
    }

    async fn correct_row(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        (row, number, payload): (u64, i64, Bytes),
    ) -> (u64, Result<Pushed>) {
        let call = call.apart(self.clock.now());
        let done = self.repair(&call, dataset, number, payload, Conditions::default());
        (row, done.await)
    }
}

impl SheetReport {
    fn account(&mut self, row: u64, done: Result<Pushed>) {
        let rows = &mut self.rows;
        rows.received += 1;
        match done {
            Ok(pushed) => {
                self.repaired += 1;
                match pushed.outcome {
                    "created" => rows.created += 1,
                    "updated" => rows.updated += 1,
                    _ => rows.unchanged += 1,
                }
            }
            Err(error) => {
                rows.rejected += 1;
                rows.refuse(LineFault {
                    line: row,
                    key: None,
                    error,
                });
            }
        }
    }
}

/// What a file is and which columns it has, if it can be read to its end.
fn looked_through(file: &[u8], dataset: &Dataset) -> Result<(SheetKind, SheetColumns)> {
    let kind = sheet_kind(file).map_err(unfit)?;
    let mut columns = None;
    let mut each = |row: SheetRow| {
        if columns.is_none() {
            let contract = &dataset.current.contract;
            let guarded = kind == SheetKind::Csv;
            columns = Some(
                row.cells
                    .and_then(|header| SheetColumns::read(&header, contract, guarded)),
            );
        }
        !matches!(columns, Some(Err(_)))
    };
    read_sheet(file, kind, &mut each).map_err(unfit)?;
    let columns = columns.unwrap_or_else(|| Err(empty())).map_err(unfit)?;
    Ok((kind, columns))
}

/// Passes the rows below the header on.
fn passed_on(
    file: &[u8],
    kind: SheetKind,
    columns: &SheetColumns,
    sender: &mpsc::Sender<Taken>,
) -> Result<()> {
    let mut header = true;
    let mut each = |row: SheetRow| {
        if std::mem::replace(&mut header, false) {
            return true;
        }
        sender.blocking_send(taken(row, columns)).is_ok()
    };
    read_sheet(file, kind, &mut each).map_err(unfit)
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
        (Err(text), Some(_)) => Taken::Wrong(number, unfit(text)),
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
