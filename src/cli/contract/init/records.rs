//! [`Records`]: the records of a file, one after the other, as `mahakam load` would cut them.
//!
//! Not here: what they mean. Invariant: a file is read whole, in bounded memory, and what can't be
//! read of it is counted.

use std::ops::ControlFlow;
use std::path::PathBuf;

use crate::cli::load::source::{Format, Source};
use crate::cli::{Failure, LANG};
use crate::error::Error;
use crate::record::csv::{Row, Rows, separator_of};
use crate::record::{Line, Split, Splitter, Syntax};
use crate::types::Place;

/// The largest record, in bytes; `MAHAKAM_MAX_RECORD_BYTES` of a hub that is not asked here.
pub(super) const MAX_RECORD: usize = 1 << 20;

/// A file with records; see the module.
pub(super) struct Records {
    pub(super) file: PathBuf,
    pub(super) format: Format,
    pub(super) separator: Option<u8>,
    /// After how many records to stop.
    pub(super) most: u64,
}

/// What stands in a file.
pub(super) enum Item<'i> {
    /// The names of a table's columns.
    Header(Vec<&'i str>),
    /// A row of it.
    Row(&'i Row),
    /// A JSON text on a line, or as an element of an array.
    Json(&'i Line),
    /// The whole file, which is one object.
    Whole(&'i Line),
}

/// Whoever looks at the items; tells whether to go on.
pub(super) type Visit<'v> = dyn FnMut(Item<'_>) -> Result<ControlFlow<()>, Failure> + 'v;

/// How the file is cut.
enum Cutter {
    Json(Splitter),
    Table(Rows),
    /// One object, gathered.
    Whole(Vec<u8>),
}

impl Records {
    /// Shows every record to `visit`, up to the most that are wanted.
    ///
    /// # Errors
    /// What to do about a file that can't be read, or is no text.
    pub(super) fn each(&self, visit: &mut Visit<'_>) -> Result<(), Failure> {
        let mut source = Source::open(&self.file)?;
        let mut part = Vec::new();
        let mut cutter: Option<Cutter> = None;
        let mut walk = Walk {
            left: self.most,
            table_begun: false,
            visit,
        };
        loop {
            let filled = source.fill(&mut part).map_err(|error| source.unreadable(&error));
            filled.map_err(|error: Error| Failure(error.detail().to(LANG).to_owned()))?;
            if cutter.is_none() {
                self.must_be_text(&part)?;
            }
            let cutter = cutter.get_or_insert_with(|| self.cutter(&part));
            let cut = self.push(cutter, &part)?;
            if walk.on(cutter, part.is_empty())?.is_break() {
                return Ok(());
            }
            cut.map_err(|syntax| self.broken(syntax))?;
            if part.is_empty() {
                return Ok(());
            }
        }
    }

    fn cutter(&self, first: &[u8]) -> Cutter {
        let mark = first.iter().find(|byte| !byte.is_ascii_whitespace());
        match self.format {
            Format::Ndjson => Cutter::Json(Splitter::new(Split::Lines, MAX_RECORD)),
            Format::Json if mark == Some(&b'{') => Cutter::Whole(Vec::new()),
            Format::Json => Cutter::Json(Splitter::new(Split::Array, MAX_RECORD)),
            Format::Csv => {
                let separator = self.separator.unwrap_or_else(|| separator_of(first));
                Cutter::Table(Rows::new(separator, MAX_RECORD))
            }
        }
    }

    /// Pushes a part; an empty one is the end. The outer fault ends everything, the inner comes behind
    /// what was cut before it.
    fn push(&self, cutter: &mut Cutter, part: &[u8]) -> Result<Result<(), Syntax>, Failure> {
        match cutter {
            Cutter::Json(splitter) if part.is_empty() => return Ok(splitter.finish()),
            Cutter::Json(splitter) => return Ok(splitter.push(part)),
            Cutter::Table(rows) if part.is_empty() => rows.finish(),
            Cutter::Table(rows) => rows.push(part),
            Cutter::Whole(bytes) if bytes.len() + part.len() > MAX_RECORD => {
                return Err(Failure(format!(
                    "{} begins with {{ and is larger than a record may be. Records stand in an array, [...], or one on each line (--format ndjson).",
                    self.file.display()
                )));
            }
            Cutter::Whole(bytes) => bytes.extend_from_slice(part),
        }
        Ok(Ok(()))
    }

    /// Refuses what is evidently no text, before anything is made of it.
    fn must_be_text(&self, first: &[u8]) -> Result<(), Failure> {
        let packed = first.starts_with(b"\x1f\x8b") || first.starts_with(b"PK\x03\x04");
        let wide = first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff");
        if !packed && !wide && !first.contains(&0) {
            return Ok(());
        }
        let advice = match self.format {
            Format::Csv => {
                "If it is a spreadsheet, save it as CSV UTF-8; if it is packed with gzip, name it .csv.gz."
            }
            Format::Json | Format::Ndjson => {
                "It must be UTF-8; if it is packed with gzip, its name must end with .gz."
            }
        };
        Err(Failure(format!("{} is no text. {advice}", self.file.display())))
    }

    fn broken(&self, syntax: Syntax) -> Failure {
        let file = self.file.display();
        let place = syntax.place;
        let nothing = Place { line: 1, column: 1 };
        Failure(if syntax.incomplete && place == nothing {
            format!("{file} is empty.")
        } else if syntax.incomplete {
            format!("{file} ends before its array does ({place}).")
        } else {
            format!(
                "{file} is no JSON array from {place} on. If it has one record on each line, say --format ndjson."
            )
        })
    }
}

/// Hands what was cut to whoever looks.
struct Walk<'w, 'v> {
    left: u64,
    table_begun: bool,
    visit: &'w mut Visit<'v>,
}

impl Walk<'_, '_> {
    fn on(&mut self, cutter: &mut Cutter, ended: bool) -> Result<ControlFlow<()>, Failure> {
        match cutter {
            Cutter::Json(splitter) => {
                while let Some(line) = splitter.next_line() {
                    if self.show(Item::Json(&line))?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Cutter::Table(rows) => {
                while let Some(row) = rows.next_row() {
                    if self.row(&row)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
            Cutter::Whole(bytes) if ended => {
                let line = Line {
                    number: 1,
                    start: Place { line: 1, column: 1 },
                    bytes: Some(std::mem::take(bytes)),
                };
                return self.show(Item::Whole(&line));
            }
            Cutter::Whole(_) => {}
        }
        Ok(ControlFlow::Continue(()))
    }

    /// The first row is the header.
    fn row(&mut self, row: &Row) -> Result<ControlFlow<()>, Failure> {
        if self.table_begun {
            return self.show(Item::Row(row));
        }
        self.table_begun = true;
        let cells = row.cells().map_err(|why| Failure(why.to(LANG).to_owned()))?;
        let header = cells.into_iter().map(Option::unwrap_or_default).collect();
        (self.visit)(Item::Header(header))
    }

    fn show(&mut self, item: Item<'_>) -> Result<ControlFlow<()>, Failure> {
        if self.left == 0 {
            return Ok(ControlFlow::Break(()));
        }
        self.left -= 1;
        (self.visit)(item)
    }
}
