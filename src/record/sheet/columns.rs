//! [`SheetColumns`]: which field each column of a sheet is, and how its rows become payloads.
//!
//! A column whose heading begins with `#` is no field: `#nomor` holds the number of the refused payload that a row
//! corrects, the others are for people. Invariant: a number cell is a number and a text cell is a text as far as the
//! schema allows one; a day stands only where the schema wants one, because spreadsheets make days out of codes.

use serde_json::Value;

use super::Filled;
use crate::contract::{Contract, with_fields};
use crate::record::csv::{Columns, Given, is_field};
use crate::types::Text;

/// The heading of the column with the numbers of refused payloads.
const NUMBER: &str = "#nomor";

/// The formats of texts that a day or a moment may be.
const DAYS: [&str; 2] = ["date", "date-time"];

/// See the module.
pub struct SheetColumns {
    columns: Columns,
    /// For each field's column where it stands, what it is called, and whether days may stand in it.
    places: Vec<(usize, String, bool)>,
    /// The columns that are no fields, beside those for people.
    strange: Vec<(usize, String)>,
    number: Option<usize>,
    /// How many columns the header has.
    width: usize,
}

/// What a row says.
#[derive(Debug, PartialEq, Eq)]
pub struct FilledRow {
    /// The number of the refused payload that it corrects.
    pub number: Option<i64>,
    /// The payload.
    pub payload: Vec<u8>,
}

impl SheetColumns {
    /// The columns under this header, of records under `contract`. Texts of a `guarded` file begin with an apostrophe
    /// where they would be taken for formulas.
    ///
    /// # Errors
    /// All unknown columns with the known fields; columns that name the same field; key fields without a column. In
    /// a sheet of refused payloads unknown columns may stand, as long as they are empty.
    pub fn read(header: &[Option<Filled>], contract: &Contract, guarded: bool) -> Result<Self, Text> {
        let names = header.iter().map(|cell| match cell {
            Some(Filled::Text(text)) => text.trim().to_owned(),
            Some(Filled::Number(text) | Filled::Day(text)) => text.clone(),
            Some(Filled::Flag(flag)) => flag.to_string(),
            Some(Filled::Other) | None => String::new(),
        });
        let all: Vec<(usize, String)> = names.enumerate().collect();
        let number = all.iter().find(|(_, name)| name == NUMBER).map(|(at, _)| *at);
        let named = all
            .iter()
            .filter(|(_, name)| !name.is_empty() && !name.starts_with('#'));
        let known = |name: &str| number.is_none() || is_field(name, &contract.schema);
        let (fields, mut strange): (Vec<_>, Vec<_>) = named.cloned().partition(|(_, name)| known(name));
        strange.extend(all.iter().filter(|(_, name)| name.is_empty()).cloned());
        let headings: Vec<&str> = fields.iter().map(|(_, name)| name.as_str()).collect();
        let columns = Columns::read(&headings, &contract.schema, &contract.key, !guarded)?;
        let days = with_fields(&contract.schema, |schema| {
            let is_day = |rule: &&Value| {
                let format = rule.get("format").and_then(Value::as_str);
                format.is_some_and(|format| DAYS.contains(&format))
            };
            let pointers = columns.fields().iter();
            let days = pointers.map(|pointer| schema.rules(pointer).iter().any(is_day));
            days.collect::<Vec<bool>>()
        });
        let places = fields.into_iter().zip(days);
        Ok(SheetColumns {
            places: places.map(|((at, name), day)| (at, name, day)).collect(),
            columns,
            strange,
            number,
            width: header.len(),
        })
    }

    /// What a row says.
    ///
    /// # Errors
    /// Which cell can't be taken, and what to do about it.
    pub fn row(&self, cells: &[Option<Filled>]) -> Result<FilledRow, Text> {
        for (at, name) in &self.strange {
            if cells.get(*at).is_some_and(Option::is_some) {
                return Err(unknown(name, *at));
            }
        }
        let behind = cells.iter().skip(self.width).position(Option::is_some);
        if let Some(behind) = behind {
            return Err(unknown("", self.width + behind));
        }
        let given = self.places.iter().map(|(at, name, day)| {
            let cell = cells.get(*at).and_then(Option::as_ref);
            cell.map(|cell| given(cell, name, *day)).transpose()
        });
        let given = given.collect::<Result<Vec<_>, Text>>()?;
        Ok(FilledRow {
            number: self.number(cells)?,
            payload: self.columns.payload_of(&given)?,
        })
    }

    /// The number of the refused payload that a row corrects.
    ///
    /// # Errors
    /// What to do about it where its cell holds no number.
    pub fn number(&self, cells: &[Option<Filled>]) -> Result<Option<i64>, Text> {
        let cell = self.number.and_then(|at| cells.get(at)).and_then(Option::as_ref);
        let told = match cell {
            None => return Ok(None),
            Some(Filled::Number(number) | Filled::Text(number)) => number.trim().parse::<i64>().ok(),
            Some(_) => None,
        };
        told.map(Some).ok_or_else(|| {
            Text::new(
                format!("Kolom {NUMBER} harus memuat nomor dari berkas yang diunduh, atau kosong."),
                format!(
                    "The column {NUMBER} must hold the number from the file that was downloaded, or nothing."
                ),
            )
        })
    }
}

fn given<'c>(cell: &'c Filled, name: &str, day: bool) -> Result<Given<'c>, Text> {
    match cell {
        Filled::Text(text) => Ok(Given::Text(text)),
        Filled::Number(number) => Ok(Given::Json(number)),
        Filled::Flag(true) => Ok(Given::Json("true")),
        Filled::Flag(false) => Ok(Given::Json("false")),
        Filled::Day(text) if day => Ok(Given::Text(text)),
        Filled::Day(_) => Err(Text::new(
            format!(
                "Kolom {name}: sel ini berisi tanggal, padahal kolomnya bukan tanggal. Beri sel format Teks, lalu ketik ulang isinya."
            ),
            format!(
                "The column {name} holds a date in a cell, and is none. Give the cell the format Text and type its content again."
            ),
        )),
        Filled::Other => Err(Text::new(
            format!("Kolom {name}: sel ini berisi kesalahan rumus atau jam. Ketik nilainya."),
            format!("The column {name} holds the error of a formula, or a time of day. Type the value."),
        )),
    }
}

fn unknown(name: &str, at: usize) -> Text {
    let number = at + 1;
    match name {
        "" => Text::new(
            format!("Kolom ke-{number} berisi data tetapi tidak memiliki nama di kepala tabel."),
            format!("Column {number} holds data and has no name in the header."),
        ),
        name => Text::new(
            format!("Kolom {name} tidak dikenal kontrak data: kosongkan selnya."),
            format!("The contract knows no column {name}: empty the cell."),
        ),
    }
}
