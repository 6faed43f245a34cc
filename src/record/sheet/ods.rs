//! Workbooks of OpenDocument.
//!
//! Read here and not by the library for workbooks, which holds a sheet as a whole, and so all that a few bytes ask it to
//! repeat. Invariant: a cell that repeats costs what it gives, and what that may be is bounded.

use std::io::{BufReader, Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;

use super::{Filled, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED, Reading, broken, too_much};
use crate::types::Text;

/// The most spaces that one element stands for.
const MAX_SPACES: usize = 10_000;

/// The elements of a cell.
const CELLS: [&str; 2] = ["table:table-cell", "table:covered-table-cell"];

/// Reads the first sheet.
pub(super) fn read(file: &[u8], reading: &mut Reading<'_>) -> Result<(), Text> {
    let mut archive = ZipArchive::new(Cursor::new(file)).map_err(|_| broken())?;
    let content = archive.by_name("content.xml").map_err(|_| broken())?;
    let mut xml = Reader::from_reader(BufReader::new(content.take(MAX_UNPACKED)));
    xml.config_mut().expand_empty_elements = true;
    let mut sheet = Sheet {
        number: 1,
        row: Vec::new(),
        row_repeats: 1,
        cell: None,
    };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(|_| broken())? {
            Event::Start(element) => sheet.start(&element)?,
            Event::Text(text) => sheet.text(&text.xml10_content()),
            Event::CData(text) => sheet.text(&text.xml10_content()),
            Event::GeneralRef(reference) => sheet.reference(&reference)?,
            Event::End(element) => match element.name().0 {
                "table:table" => return Ok(()),
                "table:table-row" if !sheet.end_row(reading)? => return Ok(()),
                name => sheet.end(name)?,
            },
            // A sheet that ends before it ends is no sheet.
            Event::Eof => return Err(broken()),
            _ => {}
        }
    }
}

/// A sheet under way.
struct Sheet {
    /// The number of the row under way.
    number: u64,
    row: Vec<Option<Filled>>,
    row_repeats: u64,
    cell: Option<Cell>,
}

/// A cell under way.
struct Cell {
    repeats: usize,
    kind: String,
    /// Its value, where an attribute tells it.
    value: Option<String>,
    /// What stands in it.
    text: String,
    paragraphs: usize,
    /// How deep in a note, which is no part of the text.
    note: usize,
}

impl Sheet {
    fn start(&mut self, element: &BytesStart<'_>) -> Result<(), Text> {
        let name = element.name();
        match name.0 {
            "table:table-row" => {
                self.row_repeats = repeats(element, "table:number-rows-repeated")?;
                self.row.clear();
            }
            name if CELLS.contains(&name) && self.cell.is_none() => self.cell = Some(Cell::begin(element)?),
            name => {
                if let Some(cell) = &mut self.cell {
                    cell.start(name, element)?;
                }
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self
            .cell
            .as_mut()
            .filter(|cell| cell.note == 0 && cell.paragraphs > 0)
        {
            cell.text.push_str(text);
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Text> {
        match reference.resolve_char_ref().map_err(|_| broken())? {
            Some(character) => self.text(character.encode_utf8(&mut [0; 4])),
            None => {
                let name: &str = reference.as_ref();
                self.text(resolve_predefined_entity(name).ok_or_else(broken)?);
            }
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), Text> {
        if CELLS.contains(&name) {
            let cell = self.cell.take().ok_or_else(broken)?;
            return self.place(&cell);
        }
        if let Some(cell) = &mut self.cell
            && name == "office:annotation"
        {
            cell.note = cell.note.saturating_sub(1);
        }
        Ok(())
    }

    /// Puts a cell where it stands, as often as it does.
    fn place(&mut self, cell: &Cell) -> Result<(), Text> {
        let value = cell.filled();
        let end = self.row.len().saturating_add(cell.repeats);
        if end > MAX_COLUMNS {
            // Sheets end in one empty cell that repeats to their edge.
            return match value {
                None => Ok(()),
                Some(_) => Err(too_much()),
            };
        }
        self.row.resize(end, value);
        Ok(())
    }

    /// Passes the row on as often as it stands there; tells whether to go on.
    fn end_row(&mut self, reading: &mut Reading<'_>) -> Result<bool, Text> {
        let row = std::mem::take(&mut self.row);
        let first = self.number;
        self.number = first.saturating_add(self.row_repeats);
        if row.iter().all(Option::is_none) {
            return Ok(true);
        }
        if self.row_repeats > MAX_ROWS {
            return Err(too_much());
        }
        for number in first..self.number {
            if !reading.take(number, Ok(row.clone()))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Cell {
    fn begin(element: &BytesStart<'_>) -> Result<Self, Text> {
        let kind = attribute(element, "office:value-type")?.unwrap_or_default();
        let value = match kind.as_str() {
            "float" | "percentage" | "currency" => attribute(element, "office:value")?,
            "date" => attribute(element, "office:date-value")?,
            "boolean" => attribute(element, "office:boolean-value")?,
            _ => attribute(element, "office:string-value")?,
        };
        let error = attribute(element, "calcext:value-type")?.is_some_and(|kind| kind == "error");
        let repeats = repeats(element, "table:number-columns-repeated")?;
        Ok(Cell {
            repeats: usize::try_from(repeats).unwrap_or(usize::MAX),
            kind: if error { "error".to_owned() } else { kind },
            value,
            text: String::new(),
            paragraphs: 0,
            note: 0,
        })
    }

    fn start(&mut self, name: &str, element: &BytesStart<'_>) -> Result<(), Text> {
        match name {
            "office:annotation" => self.note += 1,
            _ if self.note > 0 => {}
            "text:p" => {
                if self.paragraphs > 0 {
                    self.text.push('\n');
                }
                self.paragraphs += 1;
            }
            "text:s" => {
                let count = attribute(element, "text:c")?.map_or(Ok(1), |count| count.parse::<usize>());
                let count = count.map_err(|_| broken())?;
                self.text.extend(std::iter::repeat_n(' ', count.min(MAX_SPACES)));
            }
            "text:tab" => self.text.push('\t'),
            "text:line-break" => self.text.push('\n'),
            _ => {}
        }
        Ok(())
    }

    fn filled(&self) -> Option<Filled> {
        let value = self.value.as_deref();
        match (self.kind.as_str(), value) {
            ("float" | "percentage" | "currency", Some(number)) => Some(number_of(number)),
            ("date", Some(day)) => Some(Filled::Day(
                day.strip_suffix("T00:00:00").unwrap_or(day).to_owned(),
            )),
            ("boolean", Some(flag)) => Some(Filled::Flag(flag == "true")),
            ("error" | "time" | "float" | "percentage" | "currency" | "date" | "boolean", _) => {
                Some(Filled::Other)
            }
            (_, value) => {
                let text = value.unwrap_or(&self.text);
                (!text.is_empty()).then(|| Filled::Text(text.to_owned()))
            }
        }
    }
}

/// A number as the file writes it, where JSON writes it so too.
fn number_of(text: &str) -> Filled {
    let plain = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let json = plain && serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
    match text.parse::<f64>() {
        _ if json => Filled::Number(text.to_owned()),
        Ok(number) if number.is_finite() => Filled::Number(number.to_string()),
        _ => Filled::Other,
    }
}

fn repeats(element: &BytesStart<'_>, name: &str) -> Result<u64, Text> {
    let told = attribute(element, name)?;
    let number = told.map_or(Ok(1), |told| told.parse::<u64>());
    number.map_err(|_| broken())
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Text> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|_| broken())?;
        if attribute.key.0 == name {
            let value = unescape(&attribute.value).map_err(|_| broken())?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}
