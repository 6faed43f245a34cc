//! Tables as files: CSV, OpenDocument, Office Open XML.
//!
//! Rows are written as they come, so memory does not grow with the table. Invariant: a text is a text
//! cell and a number is a number cell only where a double holds it as it was written, so every value
//! is read back as it stood.

mod csv;
mod ods;
mod xlsx;

use std::io::{Result, Seek, Write};

use crate::record::Cell;
pub use csv::csv_row;
pub use ods::Ods;
pub use xlsx::Xlsx;

/// How many characters a cell of [`Xlsx`] holds, in UTF-16 units.
const MAX_XLSX_TEXT: usize = 32_767;

/// A workbook with one sheet, in either format.
pub enum Workbook<W: Write + Seek> {
    /// OpenDocument.
    Ods(Ods<W>),
    /// Office Open XML.
    Xlsx(Xlsx<W>),
}

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    Marked,
    Heading,
}

impl Look {
    /// Of the cell in a column, as `marks` says.
    fn of(marks: &[bool], column: usize) -> Self {
        match marks.get(column) {
            Some(true) => Look::Marked,
            _ => Look::Plain,
        }
    }
}

impl<W: Write + Seek> Workbook<W> {
    /// Writes the names of the columns.
    ///
    /// # Errors
    /// When `W` fails.
    pub fn headings(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        match self {
            Workbook::Ods(ods) => ods.headings(cells),
            Workbook::Xlsx(xlsx) => xlsx.headings(cells),
        }
    }

    /// Writes a row.
    ///
    /// # Errors
    /// When `W` fails.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<()> {
        match self {
            Workbook::Ods(ods) => ods.row(cells),
            Workbook::Xlsx(xlsx) => xlsx.row(cells),
        }
    }

    /// Writes a row of which the cells for which `marks` says so are marked.
    ///
    /// # Errors
    /// When `W` fails.
    pub fn marked_row(&mut self, cells: &[Cell<'_>], marks: &[bool]) -> Result<()> {
        match self {
            Workbook::Ods(ods) => ods.marked_row(cells, marks),
            Workbook::Xlsx(xlsx) => xlsx.marked_row(cells, marks),
        }
    }

    /// The first cell that the format can't hold, by its column.
    pub fn too_long(&self, cells: &[Cell<'_>]) -> Option<usize> {
        let long = |cell: &Cell<'_>| match cell {
            Cell::Text(text) => text.len() > MAX_XLSX_TEXT && text.encode_utf16().count() > MAX_XLSX_TEXT,
            _ => false,
        };
        match self {
            Workbook::Ods(_) => None,
            Workbook::Xlsx(_) => cells.iter().position(long),
        }
    }

    /// Ends the file and gives `W` back.
    ///
    /// # Errors
    /// When `W` fails.
    pub fn finish(self) -> Result<W> {
        match self {
            Workbook::Ods(ods) => ods.finish(),
            Workbook::Xlsx(xlsx) => xlsx.finish(),
        }
    }
}

/// Whether a double holds a JSON number exactly as it is written: its shortest form, without or with
/// an exponent, is this text.
fn is_double(number: &str) -> bool {
    let Ok(double) = number.parse::<f64>() else {
        return false;
    };
    // Spreadsheets know no negative zero.
    double.is_finite() && number != "-0" && (double.to_string() == number || is_scientific(double, number))
}

/// Whether this is the shortest form with an exponent; how that is written does not matter.
fn is_scientific(double: f64, number: &str) -> bool {
    let Some((digits, exponent)) = number.split_once(['e', 'E']) else {
        return false;
    };
    exponent
        .parse::<i32>()
        .is_ok_and(|exponent| format!("{double:e}") == format!("{digits}e{exponent}"))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn the_names_of_the_columns_stand_out() {
        let begun = [
            (
                Ods::begin(Cursor::new(Vec::new()), "a", 1, false).map(Workbook::Ods),
                "content.xml",
                "\"H\"",
            ),
            (
                Xlsx::begin(Cursor::new(Vec::new()), "a", 1, false).map(Workbook::Xlsx),
                "xl/worksheets/sheet1.xml",
                "s=\"4\"",
            ),
        ];
        for (book, part, style) in begun {
            let mut book = book.unwrap();
            book.headings(&[Cell::Text("nama".into())]).unwrap();
            book.row(&[Cell::Text("Siti".into())]).unwrap();
            let mut parts = zip::ZipArchive::new(book.finish().unwrap()).unwrap();
            let mut sheet = String::new();
            parts.by_name(part).unwrap().read_to_string(&mut sheet).unwrap();
            let (_, rows) = sheet.split_once("row").unwrap();
            let (heading, row) = rows.split_at(rows.find("nama").unwrap());
            assert!(heading.contains(style), "{sheet}");
            assert!(!row.contains(style), "{sheet}");
        }
    }

    #[test]
    fn a_number_is_one_only_where_a_double_holds_it_as_written() {
        for number in [
            "0",
            "-1",
            "1.5",
            "64.1",
            "9007199254740992",
            "0.1",
            "100000000000000000000",
            "1e-07",
            "1.5E+3",
        ] {
            assert!(is_double(number), "{number}");
        }
        for text in [
            "-0",
            "1.50",
            "64.10",
            "9007199254740993",
            "123456789012345678",
            "10e5",
            "1.50e3",
            "1E400",
            "0.10000000000000000001",
        ] {
            assert!(!is_double(text), "{text}");
        }
    }
}
