//! Workbooks of Office Open XML.
//!
//! Invariant: cells are taken as they come, so a sheet of few cells costs little wherever in it they stand.

use std::io::Cursor;

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx};

use super::{Filled, MAX_COLUMNS, Reading, broken, too_much};
use crate::types::Text;

/// Reads the first sheet.
pub(super) fn read(file: &[u8], reading: &mut Reading<'_>) -> Result<(), Text> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).map_err(|_| broken())?;
    let name = book.sheet_names().into_iter().next().ok_or_else(broken)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(|_| broken())?;
    let (mut row, mut number) = (Vec::new(), 0);
    while let Some(cell) = cells.next_cell().map_err(|_| broken())? {
        let (at, column) = cell.get_position();
        let at = u64::from(at) + 1;
        if at < number {
            return Err(broken());
        }
        if at > number {
            if !reading.take(number, Ok(std::mem::take(&mut row)))? {
                return Ok(());
            }
            number = at;
        }
        let Some(value) = filled(cell.get_value()) else {
            continue;
        };
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if column >= MAX_COLUMNS {
            return Err(too_much());
        }
        if row.len() <= column {
            row.resize(column + 1, None);
        }
        if let Some(place) = row.get_mut(column) {
            *place = Some(value);
        }
    }
    reading.take(number, Ok(row)).map(|_| ())
}

fn filled(value: &DataRef<'_>) -> Option<Filled> {
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) if text.is_empty() => return None,
        DataRef::SharedString("") => return None,
        DataRef::String(text) => Filled::Text(text.clone()),
        DataRef::SharedString(text) => Filled::Text((*text).to_owned()),
        DataRef::Int(number) => Filled::Number(number.to_string()),
        // The shortest text that is this double: what was typed, as far as the file still knows.
        DataRef::Float(number) if number.is_finite() => Filled::Number(number.to_string()),
        DataRef::Bool(flag) => Filled::Flag(*flag),
        DataRef::DateTime(moment) => day(moment),
        DataRef::DateTimeIso(text) => Filled::Day(text.clone()),
        DataRef::Float(_) | DataRef::DurationIso(_) | DataRef::Error(_) => Filled::Other,
    })
}

fn day(moment: &ExcelDateTime) -> Filled {
    // Below the first day there are times of day alone.
    if moment.is_duration() || moment.as_f64() < 1.0 {
        return Filled::Other;
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    Filled::Day(match (hour, minute, second) {
        (0, 0, 0) => date,
        _ => format!("{date}T{hour:02}:{minute:02}:{second:02}"),
    })
}
