//! [`Rows`]: cuts a stream into the rows of a table, without ever holding more than one of them.
//!
//! A row may span lines: line ends within quotes belong to the cell. An empty cell in quotes is an
//! empty text, one without is nothing at all; libraries that read CSV don't tell them apart. Rows in
//! which no cell holds a character, as spreadsheets leave them behind, are counted and skipped. Not
//! here: what a cell means.

use std::collections::VecDeque;

use crate::types::Text;

/// One row, its cells unquoted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The physical line on which it begins, from 1.
    pub line: u64,
    /// Whether it is larger than a row may be, and was not kept.
    pub oversized: bool,
    /// Whether the stream ended within quotes.
    unclosed: bool,
    bytes: Vec<u8>,
    cells: Vec<Cut>,
}

/// Where a cell ends in the row's bytes, and whether it was quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cut {
    end: usize,
    quoted: bool,
}

impl Row {
    /// The cells as a JSON array, what is not UTF-8 replaced: how a row is kept that is no payload.
    pub fn as_array(&self) -> String {
        let cells: Vec<_> = self
            .raw_cells()
            .map(|(cell, _)| String::from_utf8_lossy(cell))
            .collect();
        serde_json::Value::from(cells).to_string()
    }

    /// The cells; `None` where there is nothing.
    ///
    /// # Errors
    /// What to do about it when they are not UTF-8, or a quote was never closed.
    pub fn cells(&self) -> Result<Vec<Option<&str>>, Text> {
        if self.unclosed {
            return Err(Text::new(
                "Tanda kutip yang dibuka di baris ini tidak pernah ditutup.",
                "A quote that is opened in this row is never closed.",
            ));
        }
        let text = |(cell, quoted): (_, bool)| {
            let text = std::str::from_utf8(cell).map_err(|_| {
                Text::new(
                    "Baris ini bukan UTF-8. Simpan berkas sebagai CSV UTF-8.",
                    "This row is not UTF-8. Save the file as CSV UTF-8.",
                )
            })?;
            Ok(Some(text).filter(|text| quoted || !text.is_empty()))
        };
        self.raw_cells().map(text).collect()
    }

    fn raw_cells(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let starts = std::iter::once(0).chain(self.cells.iter().map(|cut| cut.end));
        starts.zip(&self.cells).map(|(start, cut)| {
            let cell = self.bytes.get(start..cut.end).unwrap_or_default();
            (cell, cut.quoted)
        })
    }
}

/// See the module.
#[derive(Debug)]
pub struct Rows {
    separator: u8,
    max_bytes: usize,
    /// The line of the next byte.
    line: u64,
    state: State,
    /// The row under way.
    row: Row,
    /// Whether the cell under way is quoted.
    quoted: bool,
    ready: VecDeque<Row>,
}

/// What was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The end of a row.
    Between,
    /// A separator.
    Begin,
    /// A character outside quotes.
    Bare,
    /// A character inside quotes, or the quote that opens them.
    Quoted,
    /// A quote inside quotes: it closes them, or is the first of two that stand for one.
    Closing,
}

impl Rows {
    /// Cuts where `separator` stands between cells, into rows of at most `max_bytes` bytes.
    pub fn new(separator: u8, max_bytes: usize) -> Self {
        Rows {
            separator,
            max_bytes,
            line: 1,
            state: State::Between,
            row: Row::default(),
            quoted: false,
            ready: VecDeque::new(),
        }
    }

    /// Takes the next part of the stream.
    pub fn push(&mut self, part: &[u8]) {
        for byte in part {
            self.state = self.take(*byte);
            self.line += u64::from(*byte == b'\n');
        }
    }

    /// Tells that the stream has ended.
    pub fn finish(&mut self) {
        if self.state != State::Between {
            self.row.unclosed = self.state == State::Quoted;
            self.end_row();
        }
    }

    /// The next whole row.
    pub fn next_row(&mut self) -> Option<Row> {
        self.ready.pop_front()
    }

    fn take(&mut self, byte: u8) -> State {
        let line_end = matches!(byte, b'\r' | b'\n');
        if self.state == State::Between {
            if line_end {
                return State::Between;
            }
            self.row.line = self.line;
        }
        match self.state {
            State::Quoted if byte == b'"' => State::Closing,
            State::Quoted => self.keep(byte, State::Quoted),
            State::Closing if byte == b'"' => self.keep(byte, State::Quoted),
            _ if byte == self.separator => {
                self.end_cell();
                State::Begin
            }
            _ if line_end => self.end_row(),
            State::Between | State::Begin if byte == b'"' => {
                self.quoted = true;
                State::Quoted
            }
            State::Between | State::Begin | State::Bare | State::Closing => self.keep(byte, State::Bare),
        }
    }

    fn keep(&mut self, byte: u8, next: State) -> State {
        self.bound();
        if !self.row.oversized {
            self.row.bytes.push(byte);
        }
        next
    }

    fn end_cell(&mut self) {
        self.bound();
        let (end, quoted) = (self.row.bytes.len(), std::mem::take(&mut self.quoted));
        if !self.row.oversized {
            self.row.cells.push(Cut { end, quoted });
        }
    }

    fn end_row(&mut self) -> State {
        self.end_cell();
        self.state = State::Between;
        let row = std::mem::take(&mut self.row);
        if row.oversized || row.unclosed || !row.bytes.is_empty() {
            self.ready.push_back(row);
        }
        State::Between
    }

    /// Gives up a row that is too large: the rest of it is read over.
    fn bound(&mut self) {
        if self.row.bytes.len() + self.row.cells.len() >= self.max_bytes {
            self.row.oversized = true;
            (self.row.bytes, self.row.cells) = (Vec::new(), Vec::new());
        }
    }
}

/// The separator of a table that begins with `text`: whichever of comma, semicolon and tab stands
/// most often in its header, outside quotes.
pub fn separator_of(text: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let header = text.iter().skip_while(|byte| matches!(byte, b'\r' | b'\n'));
    for byte in header {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            other => counts
                .iter_mut()
                .filter(|(separator, _)| separator == other)
                .for_each(|(_, count)| *count += 1),
        }
    }
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(separator, _)| separator)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts a text fed in parts of `size` bytes; shows `line:cell|cell`.
    fn cut(text: &str, size: usize) -> Vec<String> {
        let mut rows = Rows::new(b',', 2048);
        text.as_bytes().chunks(size).for_each(|part| rows.push(part));
        rows.finish();
        std::iter::from_fn(|| rows.next_row())
            .map(|row| match row.oversized {
                true => format!("{}:-", row.line),
                false => {
                    let cells = row.cells().unwrap();
                    let cells: Vec<_> = cells.iter().map(|cell| cell.unwrap_or("~")).collect();
                    format!("{}:{}", row.line, cells.join("|"))
                }
            })
            .collect()
    }

    #[test]
    fn rows_are_cut_and_told_by_the_line_on_which_they_begin() {
        let text = "a,b\r\n\r\n\"x\r\ny\",\"q\"\"q\"\r\n,\r\n5\" pipe,'z'\nlast,";
        let expected = ["1:a|b", "3:x\r\ny|q\"q", "6:5\" pipe|'z'", "7:last|~"];
        for size in [1, 2, 3, 7, 100] {
            assert_eq!(cut(text, size), expected, "in parts of {size}");
        }
        assert_eq!(cut("", 1), Vec::<String>::new());
        assert_eq!(cut("\n\n", 1), Vec::<String>::new());
        assert_eq!(cut("a", 1), ["1:a"]);
    }

    #[test]
    fn a_row_that_is_too_large_is_read_over_and_not_kept() {
        let text = format!("a,b\n{},1\n{}\nc,d\n", "x".repeat(5_000), ",".repeat(5_000));
        for size in [1, 1000, 100_000] {
            assert_eq!(cut(&text, size), ["1:a|b", "2:-", "3:-", "4:c|d"]);
        }
    }

    #[test]
    fn an_empty_cell_in_quotes_is_a_text_and_one_without_is_nothing() {
        for size in [1, 100] {
            assert_eq!(cut("a,\"\",,\"b\"c\n\"\",\"\"\n", size), ["1:a||~|bc"]);
        }
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told() {
        let mut rows = Rows::new(b',', 100);
        rows.push(b"a,\"b\nc,d\n");
        rows.finish();
        let row = rows.next_row().unwrap();
        assert_eq!(row.line, 1);
        assert!(row.cells().is_err());
    }

    #[test]
    fn rows_that_are_not_utf_8_say_so() {
        let mut rows = Rows::new(b';', 100);
        rows.push(b"a;b\nr\xe9sum\xe9;1\n");
        assert!(rows.next_row().unwrap().cells().is_ok());
        assert!(rows.next_row().unwrap().cells().is_err());
    }

    #[test]
    fn the_header_tells_the_separator() {
        for (text, separator) in [
            ("nip,nama\n1;2;3;4", b','),
            ("nip;nama, lengkap;kota", b';'),
            ("\"a,b,c\";d", b';'),
            ("\r\nnip\tnama", b'\t'),
            ("nip", b','),
        ] {
            assert_eq!(separator_of(text.as_bytes()), separator, "{text}");
        }
    }
}
