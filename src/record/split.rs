//! [`Splitter`]: cuts a streamed bulk into its payloads, without ever holding more than one of
//! them and without parsing it.
//!
//! Two forms: NDJSON (one payload a line) and a JSON array (one payload an element). An element
//! is found by its brackets and quotes alone; whether it is JSON is judged later.

use std::collections::VecDeque;

use crate::types::Place;

/// How payloads are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// By line ends; blank lines are counted and skipped.
    Lines,
    /// As the elements of one array.
    Array,
}

/// One payload of a bulk, not yet judged.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// The physical line, or the element's number; both from 1.
    pub number: u64,
    /// Where the payload begins in the body.
    pub start: Place,
    /// The payload; `None` when it is larger than a record may be and was not kept.
    pub bytes: Option<Vec<u8>>,
}

/// The body is no array, or no more; where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syntax {
    /// Where reading stopped.
    pub place: Place,
    /// Whether the body simply ended.
    pub incomplete: bool,
}

/// See the module.
#[derive(Debug)]
pub struct Splitter {
    split: Split,
    max_bytes: usize,
    here: Place,
    number: u64,
    start: Place,
    buffer: Vec<u8>,
    oversized: bool,
    array: Array,
    ready: VecDeque<Line>,
}

/// Where in an array the splitter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Array {
    /// Before `[`.
    Before,
    /// After `[`, where `]` may follow, or after a comma, where it may not.
    Between { first: bool },
    /// Within an element.
    Within { depth: u32, string: bool, escaped: bool },
    /// After `]`.
    After,
}

impl Splitter {
    /// A splitter whose payloads have at most `max_bytes` bytes.
    pub fn new(split: Split, max_bytes: usize) -> Self {
        let here = Place { line: 1, column: 1 };
        Splitter {
            split,
            max_bytes,
            here,
            number: 0,
            start: here,
            buffer: Vec::new(),
            oversized: false,
            array: Array::Before,
            ready: VecDeque::new(),
        }
    }

    /// Takes the next part of the body.
    ///
    /// # Errors
    /// [`Syntax`] where the body stops being an array; payloads before that place stay ready.
    pub fn push(&mut self, part: &[u8]) -> Result<(), Syntax> {
        match self.split {
            Split::Lines => {
                self.push_lines(part);
                Ok(())
            }
            Split::Array => part.iter().try_for_each(|byte| self.push_array(*byte)),
        }
    }

    /// Tells that the body has ended.
    ///
    /// # Errors
    /// [`Syntax`] when an array was not closed.
    pub fn finish(&mut self) -> Result<(), Syntax> {
        match self.split {
            Split::Lines => {
                self.end_line();
                Ok(())
            }
            Split::Array if self.array == Array::After => Ok(()),
            Split::Array => Err(Syntax {
                place: self.here,
                incomplete: true,
            }),
        }
    }

    /// The next complete payload.
    pub fn next_line(&mut self) -> Option<Line> {
        self.ready.pop_front()
    }

    fn push_lines(&mut self, mut part: &[u8]) {
        while let Some(at) = memchr::memchr(b'\n', part) {
            let (line, rest) = part.split_at(at);
            self.keep(line);
            self.end_line();
            part = rest.get(1..).unwrap_or_default();
        }
        self.keep(part);
    }

    fn end_line(&mut self) {
        self.number += 1;
        self.start = Place {
            line: self.number,
            column: 1,
        };
        let blank = self.buffer.iter().all(u8::is_ascii_whitespace) && !self.oversized;
        if blank {
            self.buffer.clear();
        } else {
            self.emit();
        }
    }

    fn push_array(&mut self, byte: u8) -> Result<(), Syntax> {
        let blank = matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let unexpected = Syntax {
            place: self.here,
            incomplete: false,
        };
        match self.array {
            Array::Before | Array::Between { .. } | Array::After if blank => {}
            Array::Before if byte == b'[' => self.array = Array::Between { first: true },
            Array::Before | Array::After => return Err(unexpected),
            Array::Between { first: true } if byte == b']' => self.array = Array::After,
            Array::Between { .. } if matches!(byte, b',' | b']' | b'}' | b':') => return Err(unexpected),
            Array::Between { .. } => {
                self.number += 1;
                self.start = self.here;
                self.array = Array::Within {
                    depth: 0,
                    string: false,
                    escaped: false,
                };
                self.within(byte, 0, false, false);
            }
            Array::Within {
                depth: 0,
                string: false,
                ..
            } if byte == b',' => {
                self.emit();
                self.array = Array::Between { first: false };
            }
            Array::Within {
                depth: 0,
                string: false,
                ..
            } if byte == b']' => {
                self.emit();
                self.array = Array::After;
            }
            Array::Within {
                depth,
                string,
                escaped,
            } => self.within(byte, depth, string, escaped),
        }
        self.here = match byte {
            b'\n' => Place {
                line: self.here.line + 1,
                column: 1,
            },
            _ => Place {
                column: self.here.column + 1,
                ..self.here
            },
        };
        Ok(())
    }

    fn within(&mut self, byte: u8, depth: u32, string: bool, escaped: bool) {
        self.keep(&[byte]);
        let (depth, string, escaped) = match byte {
            _ if string => (depth, byte != b'"' || escaped, byte == b'\\' && !escaped),
            b'"' => (depth, true, false),
            b'{' | b'[' => (depth.saturating_add(1), false, false),
            b'}' | b']' => (depth.saturating_sub(1), false, false),
            _ => (depth, false, false),
        };
        self.array = Array::Within {
            depth,
            string,
            escaped,
        };
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.oversized || self.buffer.len() + bytes.len() > self.max_bytes {
            self.oversized = self.oversized || !bytes.is_empty();
            self.buffer = Vec::new();
        } else {
            self.buffer.extend_from_slice(bytes);
        }
    }

    fn emit(&mut self) {
        let bytes = std::mem::take(&mut self.buffer);
        let oversized = std::mem::take(&mut self.oversized);
        self.ready.push_back(Line {
            number: self.number,
            start: self.start,
            bytes: (!oversized).then_some(bytes),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Splits a body fed in parts of `size` bytes; shows `number@place:bytes`.
    fn split(split: Split, body: &str, size: usize) -> (Vec<String>, Option<Syntax>) {
        let mut splitter = Splitter::new(split, 12);
        let ended = body
            .as_bytes()
            .chunks(size)
            .try_for_each(|part| splitter.push(part));
        let ended = ended.and_then(|()| splitter.finish());
        let mut shown = Vec::new();
        while let Some(line) = splitter.next_line() {
            let bytes = line
                .bytes
                .map_or("-".into(), |bytes| String::from_utf8(bytes).unwrap());
            shown.push(format!("{}@{}:{bytes}", line.number, line.start));
        }
        (shown, ended.err())
    }

    #[test]
    fn lines_are_counted_blank_ones_too() {
        for size in [1, 3, 100] {
            let (lines, ended) = split(Split::Lines, "\n{\"a\":1}\r\n \n0123456789abc\n{\"b\":2}", size);
            assert_eq!(lines, ["2@2:1:{\"a\":1}\r", "4@4:1:-", "5@5:1:{\"b\":2}"]);
            assert_eq!(ended, None);
        }
        assert_eq!(split(Split::Lines, "", 1).0, Vec::<String>::new());
    }

    #[test]
    fn elements_are_found_by_brackets_and_quotes() {
        for size in [1, 4, 100] {
            let (lines, ended) = split(
                Split::Array,
                " [ {\"a\":\"],\\\"\"},\n[1,[2]] , 7 ,\"0123456789abcdef\"] \n",
                size,
            );
            assert_eq!(
                lines,
                [
                    "1@1:4:{\"a\":\"],\\\"\"}",
                    "2@2:1:[1,[2]] ",
                    "3@2:11:7 ",
                    "4@2:14:-"
                ]
            );
            assert_eq!(ended, None);
        }
        assert_eq!(split(Split::Array, "[ ]", 1), (vec![], None));
    }

    #[test]
    fn a_broken_array_keeps_what_came_before() {
        let at = |line, column, incomplete| {
            Some(Syntax {
                place: Place { line, column },
                incomplete,
            })
        };
        assert_eq!(
            split(Split::Array, "[1,\n,2]", 2),
            (vec!["1@1:2:1".into()], at(2, 1, false))
        );
        assert_eq!(
            split(Split::Array, "[1,]", 9),
            (vec!["1@1:2:1".into()], at(1, 4, false))
        );
        assert_eq!(split(Split::Array, "[1] x", 9).1, at(1, 5, false));
        assert_eq!(
            split(Split::Array, "[1,{\"a\":", 9),
            (vec!["1@1:2:1".into()], at(1, 9, true))
        );
        assert_eq!(split(Split::Array, "{}", 9).1, at(1, 1, false));
    }
}
