//! [`Cutter`]: a stream of bytes becomes payloads, each with the line that people find it by.
//!
//! Not here: judging them. Invariant: they come out in the order of the stream.

use std::sync::Arc;

use super::LoadArguments;
use super::source::Format;
use crate::error::{Error, Malformed, Result};
use crate::hub::Dataset;
use crate::hub::ingest::Unusable;
use crate::record::csv::{Columns, Row, Rows, separator_of};
use crate::record::{Line, Split, Splitter, Syntax};
use crate::types::{JsonFault, JsonFaultKind, Place, Text};

/// A payload with its line or number, or why there is none.
pub(super) type Unit = std::result::Result<Line, Unusable>;

/// See the module.
pub(super) struct Cutter {
    form: Form,
    max_bytes: usize,
    /// What ended the stream, told after the payloads before it.
    broken: Option<Error>,
}

enum Form {
    Lines(Splitter),
    Array(Splitter),
    Table(Box<Table>),
}

/// A CSV under way.
struct Table {
    dataset: Arc<Dataset>,
    separator: Option<u8>,
    raw: bool,
    rows: Option<Rows>,
    columns: Option<Columns>,
}

impl Cutter {
    /// A cutter of payloads for `dataset`, of at most `max_bytes` bytes each.
    pub(super) fn new(
        format: Format,
        arguments: &LoadArguments,
        dataset: &Arc<Dataset>,
        max_bytes: usize,
    ) -> Self {
        let form = match format {
            Format::Ndjson => Form::Lines(Splitter::new(Split::Lines, max_bytes)),
            Format::Json => Form::Array(Splitter::new(Split::Array, max_bytes)),
            Format::Csv => Form::Table(Box::new(Table {
                dataset: Arc::clone(dataset),
                separator: arguments.separator,
                raw: arguments.raw,
                rows: None,
                columns: None,
            })),
        };
        Cutter {
            form,
            max_bytes,
            broken: None,
        }
    }

    /// Takes the next part of the stream.
    pub(super) fn push(&mut self, part: &[u8]) {
        match &mut self.form {
            Form::Lines(splitter) | Form::Array(splitter) => {
                self.broken = splitter.push(part).map_err(broken_array).err();
            }
            Form::Table(table) => {
                let separator = table.separator.unwrap_or_else(|| separator_of(part));
                table
                    .rows
                    .get_or_insert_with(|| Rows::new(separator, self.max_bytes))
                    .push(part);
            }
        }
    }

    /// Tells that the stream has ended.
    pub(super) fn finish(&mut self) {
        match &mut self.form {
            Form::Lines(splitter) | Form::Array(splitter) => {
                self.broken = splitter.finish().map_err(broken_array).err();
            }
            Form::Table(table) => {
                table.rows.iter_mut().for_each(Rows::finish);
            }
        }
    }

    /// The next payload that came whole, behind number `done`.
    ///
    /// # Errors
    /// What ends the stream: a header that does not fit the contract, or an array that is none.
    pub(super) fn next(&mut self, done: u64) -> Result<Option<Unit>> {
        loop {
            let next = match &mut self.form {
                Form::Lines(splitter) | Form::Array(splitter) => splitter.next_line().map(Cut::Line),
                Form::Table(table) => table.next_row()?.map(Cut::Row),
            };
            let Some(cut) = next else {
                return self.broken.take().map_or(Ok(None), Err);
            };
            if cut.number() > done {
                return Ok(Some(self.unit(cut)));
            }
        }
    }

    fn unit(&self, cut: Cut) -> Unit {
        let row = match (cut, &self.form) {
            (Cut::Line(line), _) => return Ok(line),
            (Cut::Row(row), _) if row.oversized => return Ok(line_of(&row, None)),
            (Cut::Row(row), _) => row,
        };
        let payload = match &self.form {
            Form::Table(table) => table.payload(&row),
            Form::Lines(_) | Form::Array(_) => Ok(Vec::new()),
        };
        match payload {
            Ok(payload) => Ok(line_of(&row, Some(payload))),
            Err(text) => Err(Unusable {
                number: row.line,
                body: row.as_array().into(),
                error: unusable(text),
            }),
        }
    }
}

fn line_of(row: &Row, bytes: Option<Vec<u8>>) -> Line {
    Line {
        number: row.line,
        start: Place {
            line: row.line,
            column: 1,
        },
        bytes,
    }
}

/// A payload or a row, as it was cut.
enum Cut {
    Line(Line),
    Row(Row),
}

impl Cut {
    fn number(&self) -> u64 {
        match self {
            Cut::Line(line) => line.number,
            Cut::Row(row) => row.line,
        }
    }
}

impl Table {
    /// The next row below the header, which is read first.
    fn next_row(&mut self) -> Result<Option<Row>> {
        let Some(rows) = &mut self.rows else {
            return Ok(None);
        };
        if self.columns.is_none() {
            let Some(header) = rows.next_row() else {
                return Ok(None);
            };
            let contract = &self.dataset.current.contract;
            let columns = header
                .cells()
                .map(|cells| {
                    cells
                        .into_iter()
                        .map(Option::unwrap_or_default)
                        .collect::<Vec<_>>()
                })
                .and_then(|cells| Columns::read(&cells, &contract.schema, &contract.key, self.raw));
            self.columns = Some(columns.map_err(unusable)?);
        }
        Ok(rows.next_row())
    }

    fn payload(&self, row: &Row) -> std::result::Result<Vec<u8>, Text> {
        let cells = row.cells()?;
        self.columns
            .as_ref()
            .map_or(Ok(Vec::new()), |columns| columns.payload(&cells))
    }
}

fn broken_array(syntax: Syntax) -> Error {
    let kind = if syntax.incomplete {
        JsonFaultKind::Incomplete
    } else {
        JsonFaultKind::Syntax
    };
    Error::Malformed(Malformed::Json(JsonFault {
        kind,
        place: syntax.place,
    }))
}

fn unusable(text: Text) -> Error {
    Error::Malformed(Malformed::Body(text))
}
