//! [`Rows`]: cuts a stream into the rows of a table, without ever holding more than one of them.
//!
//! A row may span lines: line ends within quotes belong to the cell. Rows of empty cells only, as
//! spreadsheets leave them behind, are counted and skipped. Not here: what a cell means.

use std::collections::VecDeque;

use csv_core::ReadRecordResult;

use crate::types::Text;

/// One row, its cells unquoted.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The physical line on which it begins, from 1.
    pub line: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Whether it is larger than a row may be, and was not kept.
    pub oversized: bool,
}

impl Row {
    /// The cells as a JSON array, what is not UTF-8 replaced: how a row is kept that is no payload.
    pub fn as_array(&self) -> String {
        let cells: Vec<_> = self.raw_cells().map(String::from_utf8_lossy).collect();
        serde_json::Value::from(cells).to_string()
    }

    /// The cells.
    ///
    /// # Errors
    /// What to do about it when they are not UTF-8.
    pub fn cells(&self) -> Result<Vec<&str>, Text> {
        let text = |cell| {
            std::str::from_utf8(cell).map_err(|_| {
                Text::new(
                    "Baris ini bukan UTF-8. Simpan berkas sebagai CSV UTF-8.",
                    "This row is not UTF-8. Save the file as CSV UTF-8.",
                )
            })
        };
        self.raw_cells().map(text).collect()
    }

    fn raw_cells(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts
            .zip(&self.ends)
            .map(|(start, end)| self.bytes.get(*start..*end).unwrap_or_default())
    }
}

/// See the module.
pub struct Rows {
    reader: csv_core::Reader,
    max_bytes: usize,
    /// The line of the next byte.
    line: u64,
    /// The line on which the row under way begins; `None` between rows.
    start: Option<u64>,
    bytes: Vec<u8>,
    written: usize,
    ends: Vec<usize>,
    ended: usize,
    oversized: bool,
    ready: VecDeque<Row>,
}

impl Rows {
    /// Cuts where `separator` stands between cells, into rows of at most `max_bytes` bytes.
    pub fn new(separator: u8, max_bytes: usize) -> Self {
        Rows {
            reader: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            max_bytes,
            line: 1,
            start: None,
            bytes: vec![0; 1024],
            written: 0,
            ends: vec![0; 64],
            ended: 0,
            oversized: false,
            ready: VecDeque::new(),
        }
    }

    /// Takes the next part of the stream.
    pub fn push(&mut self, mut part: &[u8]) {
        loop {
            if self.start.is_none() {
                part = self.skip_line_ends(part);
            }
            if part.is_empty() {
                return;
            }
            self.start.get_or_insert(self.line);
            let (_, taken) = self.step(part);
            part = part.get(taken..).unwrap_or_default();
        }
    }

    /// Tells that the stream has ended.
    pub fn finish(&mut self) {
        while self.start.is_some() {
            if let (ReadRecordResult::End, _) = self.step(&[]) {
                return;
            }
        }
    }

    /// The next whole row.
    pub fn next_row(&mut self) -> Option<Row> {
        self.ready.pop_front()
    }

    /// Passes over what ends a line or is a blank one.
    fn skip_line_ends<'b>(&mut self, part: &'b [u8]) -> &'b [u8] {
        let blank = part
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let (blank, rest) = part.split_at(blank);
        self.count(blank);
        rest
    }

    fn step(&mut self, part: &[u8]) -> (ReadRecordResult, usize) {
        let bytes = self.bytes.get_mut(self.written..).unwrap_or_default();
        let ends = self.ends.get_mut(self.ended..).unwrap_or_default();
        let (result, taken, written, ended) = self.reader.read_record(part, bytes, ends);
        self.count(part.get(..taken).unwrap_or_default());
        self.written += written;
        self.ended += ended;
        match result {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            ReadRecordResult::OutputFull if self.bytes.len() < self.max_bytes => {
                self.bytes.resize((self.bytes.len() * 2).min(self.max_bytes), 0);
            }
            // Each cell but the first takes a separator of the row's bytes.
            ReadRecordResult::OutputEndsFull if self.ends.len() < self.max_bytes => {
                self.ends.resize(self.ends.len() * 2, 0);
            }
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                // The rest of the row is read over.
                self.oversized = true;
                (self.written, self.ended) = (0, 0);
            }
            ReadRecordResult::Record => self.emit(),
        }
        (result, taken)
    }

    fn emit(&mut self) {
        let row = Row {
            line: self.start.take().unwrap_or(self.line),
            bytes: self.bytes.get(..self.written).unwrap_or_default().to_vec(),
            ends: self.ends.get(..self.ended).unwrap_or_default().to_vec(),
            oversized: std::mem::take(&mut self.oversized),
        };
        (self.written, self.ended) = (0, 0);
        if row.oversized || !row.bytes.is_empty() {
            self.ready.push_back(row);
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        let ends = memchr::memchr_iter(b'\n', bytes).count();
        self.line += u64::try_from(ends).unwrap_or_default();
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
                false => format!("{}:{}", row.line, row.cells().unwrap().join("|")),
            })
            .collect()
    }

    #[test]
    fn rows_are_cut_and_told_by_the_line_on_which_they_begin() {
        let text = "a,b\r\n\r\n\"x\r\ny\",\"q\"\"q\"\r\n,\r\n5\" pipe,'z'\nlast,";
        let expected = ["1:a|b", "3:x\r\ny|q\"q", "6:5\" pipe|'z'", "7:last|"];
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
