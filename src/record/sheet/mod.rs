//! Spreadsheets as people fill them: from the bytes of a file to rows of cells, and from rows to payloads.
//!
//! `xlsx` and `ods` read workbooks, `columns` holds cells against a contract. Not here: writing sheets (`report`).
//! Invariant: what a file costs is bounded before it is read, whatever it claims of itself; a cell is what the file says
//! it is, and never guessed from how it looks.

mod columns;
mod ods;
mod xlsx;

use std::io::{Cursor, Read as _};

use zip::ZipArchive;

pub use columns::{FilledRow, SheetColumns};

use super::csv::{Rows, separator_of};
use crate::integration::document::{ContentFault, FileName, Medium, examine};
use crate::types::Text;

/// The most bytes that a workbook may unpack to.
const MAX_UNPACKED: u64 = 64 << 20;

/// The most bytes of text that a sheet may give, where it repeats cells and rows.
const MAX_TEXT: usize = 128 << 20;

/// The most rows with something in them.
pub const MAX_ROWS: u64 = 50_000;

/// The most columns.
pub const MAX_COLUMNS: usize = 4_000;

/// The largest row of a table as text, in bytes.
const MAX_ROW: usize = 4 << 20;

/// A cell in which there is something.
#[derive(Debug, Clone, PartialEq)]
pub enum Filled {
    /// A text.
    Text(String),
    /// A number, as JSON writes it.
    Number(String),
    /// True or false.
    Flag(bool),
    /// A day, or a moment without a zone (ISO 8601).
    Day(String),
    /// Something that is no value: an error, a time of day.
    Other,
}

impl Filled {
    fn len(&self) -> usize {
        match self {
            Filled::Text(text) | Filled::Number(text) | Filled::Day(text) => text.len(),
            Filled::Flag(_) | Filled::Other => 1,
        }
    }
}

/// A row in which there is something.
#[derive(Debug)]
pub struct SheetRow {
    /// Its number in the sheet, from 1.
    pub number: u64,
    /// Its cells, from the first column on; what it says instead where it can't be read.
    pub cells: Result<Vec<Option<Filled>>, Text>,
}

impl SheetRow {
    /// The cells as a JSON array of texts: how a row is kept that is no payload.
    pub fn as_array(&self) -> String {
        let cells = self.cells.iter().flatten().map(|cell| match cell {
            None => "",
            Some(Filled::Text(text) | Filled::Number(text) | Filled::Day(text)) => text,
            Some(Filled::Flag(true)) => "true",
            Some(Filled::Flag(false)) => "false",
            Some(Filled::Other) => "?",
        });
        serde_json::Value::from_iter(cells).to_string()
    }
}

/// How far a sheet has been read.
struct Reading<'e> {
    rows: u64,
    text: usize,
    /// Takes each row; tells whether to go on.
    each: &'e mut dyn FnMut(SheetRow) -> bool,
}

/// What a sheet is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetKind {
    /// Office Open XML.
    Xlsx,
    /// OpenDocument.
    Ods,
    /// Text with separators.
    Csv,
}

/// What a file is, by what is in it.
///
/// # Errors
/// What to do about it where it is none of them, or unpacks to too much.
pub fn sheet_kind(file: &[u8]) -> Result<SheetKind, Text> {
    if file.is_empty() {
        return Err(ContentFault::Empty.detail());
    }
    let packed = file.starts_with(b"PK");
    if !packed && std::str::from_utf8(file).is_ok() {
        return Ok(SheetKind::Csv);
    }
    let name: FileName = "lembar.xlsx".parse().map_err(|()| broken())?;
    let medium = match examine(&mut Cursor::new(file), &name) {
        Err(ContentFault::Mismatch { found, .. }) => found,
        Err(fault) => return Err(fault.detail()),
        Ok(medium) => medium,
    };
    let kind = match medium {
        Medium::Xlsx => SheetKind::Xlsx,
        Medium::Ods => SheetKind::Ods,
        _ => return Err(broken()),
    };
    unpacks_within_bounds(file)?;
    Ok(kind)
}

/// Reads the first sheet of a file, row by row; rows in which there is nothing are passed over.
///
/// # Errors
/// What to do about it where it can't be read to its end.
pub fn read_sheet(file: &[u8], kind: SheetKind, each: &mut dyn FnMut(SheetRow) -> bool) -> Result<(), Text> {
    let mut reading = Reading {
        rows: 0,
        text: 0,
        each,
    };
    match kind {
        SheetKind::Xlsx => xlsx::read(file, &mut reading),
        SheetKind::Ods => ods::read(file, &mut reading),
        SheetKind::Csv => read_table(file, &mut reading),
    }
}

impl Reading<'_> {
    /// Passes a row on, unless there is nothing in it; tells whether to go on.
    fn take(&mut self, number: u64, cells: Result<Vec<Option<Filled>>, Text>) -> Result<bool, Text> {
        let filled = match &cells {
            Ok(cells) => cells.iter().flatten().map(Filled::len).sum(),
            Err(_) => 1,
        };
        if filled == 0 {
            return Ok(true);
        }
        self.rows += 1;
        self.text = self.text.saturating_add(filled);
        if self.rows > MAX_ROWS + 1 || self.text > MAX_TEXT {
            return Err(too_much());
        }
        Ok((self.each)(SheetRow { number, cells }))
    }
}

fn read_table(file: &[u8], reading: &mut Reading<'_>) -> Result<(), Text> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let mut rows = Rows::new(separator_of(file), MAX_ROW);
    for part in file.chunks(64 << 10) {
        rows.push(part);
        while let Some(row) = rows.next_row() {
            let cells = row.cells().map(|cells| cells.into_iter().map(text).collect());
            if !reading.take(row.line, cells)? {
                return Ok(());
            }
        }
    }
    rows.finish();
    while let Some(row) = rows.next_row() {
        let cells = row.cells().map(|cells| cells.into_iter().map(text).collect());
        if !reading.take(row.line, cells)? {
            return Ok(());
        }
    }
    Ok(())
}

fn text(cell: Option<&str>) -> Option<Filled> {
    cell.map(|text| Filled::Text(text.to_owned()))
}

/// Unpacks a workbook to nowhere, and no further than it may.
fn unpacks_within_bounds(file: &[u8]) -> Result<(), Text> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|_| broken())?;
    let mut left = MAX_UNPACKED;
    for place in 0..archive.len() {
        let entry = archive.by_index(place).map_err(|_| broken())?;
        let size = std::io::copy(&mut entry.take(left.saturating_add(1)), &mut std::io::sink());
        left = left
            .checked_sub(size.map_err(|_| broken())?)
            .ok_or_else(too_much)?;
    }
    Ok(())
}

fn broken() -> Text {
    Text::new(
        "Berkas ini tidak dapat dibaca sebagai lembar kerja. Simpan ulang sebagai XLSX, ODS atau CSV UTF-8, lalu kirim lagi.",
        "The file can't be read as a spreadsheet. Save it as XLSX, ODS or CSV UTF-8 and send it again.",
    )
}

fn too_much() -> Text {
    Text::new(
        format!(
            "Lembar kerja terlalu besar: paling banyak {MAX_ROWS} baris dan {MAX_COLUMNS} kolom. Bagi menjadi beberapa berkas."
        ),
        format!(
            "The spreadsheet is too large: at most {MAX_ROWS} rows and {MAX_COLUMNS} columns. Split it into several files."
        ),
    )
}

#[cfg(test)]
mod tests;
