//! The tables of a paper as a spreadsheet, one sheet each.
//!
//! Invariant: a number is in its cell as it is, not as the paper shows it.

use std::io::{Cursor, Result};

use super::{Paper, Table, Value};
use crate::record::Cell;
use crate::report::sheet::Ods;

/// The longest name of a sheet that all programs take.
const MAX_NAME: usize = 31;

impl Paper {
    /// The tables as an OpenDocument spreadsheet; none where the paper has no table.
    ///
    /// # Errors
    /// When the archive can't be written.
    pub fn to_ods(&self) -> Result<Option<Vec<u8>>> {
        let mut taken = Vec::new();
        let mut sheets: Option<Ods<Cursor<Vec<u8>>>> = None;
        for table in self.all_tables() {
            let name = sheet_name(&table.name, &mut taken);
            let sheet = match sheets.as_mut() {
                Some(sheets) => {
                    sheets.next_sheet(&name, table.columns.len())?;
                    sheets
                }
                None => {
                    let begun = Ods::begin(Cursor::default(), &name, table.columns.len(), false)?;
                    sheets.insert(begun)
                }
            };
            write(sheet, table)?;
        }
        sheets
            .map(|sheets| sheets.finish().map(Cursor::into_inner))
            .transpose()
    }
}

fn write(sheet: &mut Ods<Cursor<Vec<u8>>>, table: &Table) -> Result<()> {
    let headings: Vec<Cell<'_>> = table
        .columns
        .iter()
        .map(|column| Cell::Text(column.heading.as_str().into()))
        .collect();
    sheet.headings(&headings)?;
    for row in &table.rows {
        let cells: Vec<Cell<'_>> = row
            .iter()
            .map(|value| match value {
                Value::Empty => Cell::Empty,
                Value::Text(text) => Cell::Text(text.as_str().into()),
                Value::Number(number) => Cell::Number(number),
            })
            .collect();
        sheet.row(&cells)?;
    }
    Ok(())
}

/// A name that all programs take and no sheet before has.
fn sheet_name(wanted: &str, taken: &mut Vec<String>) -> String {
    let fit = |character: char| match character {
        '[' | ']' | '*' | '?' | ':' | '/' | '\\' | '\'' => ' ',
        other => other,
    };
    let plain: String = wanted.chars().map(fit).take(MAX_NAME).collect();
    let plain = match plain.trim() {
        "" => "Tabel",
        plain => plain,
    };
    let mut name = plain.to_owned();
    let mut number = 1;
    while taken
        .iter()
        .any(|other| other.to_lowercase() == name.to_lowercase())
    {
        number += 1;
        let end = format!(" {number}");
        let begin: String = plain.chars().take(MAX_NAME.saturating_sub(end.len())).collect();
        name = format!("{begin}{end}");
    }
    taken.push(name.clone());
    name
}
