//! The strict JSON reader behind [`super::Document`].
//!
//! It accepts exactly RFC 8259, refuses what I-JSON (RFC 7493) calls interoperability hazards, and
//! names the line and column of the first fault. It never recurses deeper than [`MAX_DEPTH`].

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Number, Value};

use super::Places;

/// The deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 128;

/// A place in a text; both numbers count from 1, the column in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The line, ended by LF.
    pub line: u64,
    /// The column within the line.
    pub column: u64,
}

impl Place {
    /// The place as seen from the text that `self` is a part of, when that part begins at `start`.
    #[must_use]
    pub fn within(self, start: Place) -> Place {
        if self.line == 1 {
            Place {
                line: start.line,
                column: start.column + self.column - 1,
            }
        } else {
            Place {
                line: start.line + self.line - 1,
                column: self.column,
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Why a text was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// What is wrong.
    pub kind: JsonFaultKind,
    /// Where reading stopped.
    pub place: Place,
}

/// What can be wrong with a JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JsonFaultKind {
    /// Not JSON: something else was expected here.
    Syntax,
    /// The text ends before the JSON does.
    Incomplete,
    /// Not UTF-8.
    Utf8,
    /// A member name that stands twice in one object.
    Duplicate(String),
    /// Half of a surrogate pair.
    LoneSurrogate,
    /// U+0000 in a string.
    Nul,
    /// More than [`MAX_DEPTH`] levels.
    TooDeep,
}

/// Reads one JSON text; see the module.
pub struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    text: Vec<u8>,
    scratch: Vec<u8>,
    trail: Option<Trail>,
}

/// Where values began, and how far lines have been counted: each byte is counted once.
#[derive(Default)]
struct Trail {
    places: Places,
    name: String,
    counted: usize,
    lines: usize,
    line_begin: usize,
}

impl Trail {
    /// Notes that the value whose name was noted last begins at `at`.
    fn begin(&mut self, bytes: &[u8], at: usize) -> usize {
        let passed = bytes.get(self.counted..at).unwrap_or_default();
        self.lines += memchr::memchr_iter(b'\n', passed).count();
        if let Some(lf) = memchr::memrchr(b'\n', passed) {
            self.line_begin = self.counted + lf + 1;
        }
        self.counted = at;
        let place = Place {
            line: counting(self.lines) + 1,
            column: counting(at - self.line_begin) + 1,
        };
        self.places.begin(&self.name, place)
    }
}

type Read<T> = Result<T, JsonFault>;

impl<'t> Reader<'t> {
    /// A reader over `bytes`, which must be UTF-8.
    ///
    /// # Errors
    /// [`JsonFaultKind::Utf8`] with the place of the first bad byte.
    pub fn new(bytes: &'t [u8]) -> Read<Self> {
        let reader = Reader {
            bytes,
            at: 0,
            depth: 0,
            text: Vec::with_capacity(bytes.len()),
            scratch: Vec::new(),
            trail: None,
        };
        match std::str::from_utf8(bytes) {
            Ok(_) => Ok(reader),
            Err(error) => Err(reader.fault_at(JsonFaultKind::Utf8, error.valid_up_to())),
        }
    }

    /// A reader that also remembers where each value begins.
    ///
    /// # Errors
    /// As [`Reader::new`].
    pub fn with_places(bytes: &'t [u8]) -> Read<Self> {
        Ok(Reader {
            trail: Some(Trail::default()),
            ..Self::new(bytes)?
        })
    }

    /// Reads the one value of the text.
    ///
    /// # Errors
    /// The first [`JsonFault`].
    pub fn document(&mut self) -> Read<Value> {
        self.blanks();
        let value = self.value()?;
        self.blanks();
        if self.at == self.bytes.len() {
            Ok(value)
        } else {
            Err(self.syntax())
        }
    }

    /// The text read so far, without insignificant white space.
    pub fn into_text(self) -> String {
        // The bytes were checked to be UTF-8 and only ASCII blanks were left out.
        String::from_utf8(self.text).unwrap_or_default()
    }

    /// Where the values began.
    pub fn take_places(&mut self) -> Places {
        self.trail.take().map(|trail| trail.places).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Takes the next byte into the text when it is `byte`.
    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.text.push(byte);
            self.at += 1;
        }
        found
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Read<Value> {
        let begun = self.trail.as_mut().map(|trail| trail.begin(self.bytes, self.at));
        let value = self.token();
        if let (Some(trail), Some(begun)) = (&mut self.trail, begun) {
            trail.places.end(begun);
        }
        value
    }

    fn token(&mut self) -> Read<Value> {
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'"') => self.string().map(Value::String),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.syntax()),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Read<Value>) -> Read<Value> {
        if self.depth == MAX_DEPTH {
            return Err(self.fault_at(JsonFaultKind::TooDeep, self.at));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Read<Value> {
        let mut members = Map::new();
        self.take(b'{');
        self.blanks();
        if self.take(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            let begin = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.syntax());
            }
            let name = self.string()?;
            if members.contains_key(&name) {
                return Err(self.fault_at(JsonFaultKind::Duplicate(name), begin));
            }
            self.blanks();
            if !self.take(b':') {
                return Err(self.syntax());
            }
            self.blanks();
            let value = self.named(&name)?;
            members.insert(name, value);
            self.blanks();
            if self.take(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.take(b',') {
                return Err(self.syntax());
            }
            self.blanks();
        }
    }

    fn array(&mut self) -> Read<Value> {
        let mut items = Vec::new();
        self.take(b'[');
        self.blanks();
        if self.take(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            let item = if self.trail.is_some() {
                self.named(&items.len().to_string())?
            } else {
                self.value()?
            };
            items.push(item);
            self.blanks();
            if self.take(b']') {
                return Ok(Value::Array(items));
            }
            if !self.take(b',') {
                return Err(self.syntax());
            }
            self.blanks();
        }
    }

    /// Reads the member or item `name`.
    fn named(&mut self, name: &str) -> Read<Value> {
        if let Some(trail) = &mut self.trail {
            name.clone_into(&mut trail.name);
        }
        self.value()
    }

    fn word(&mut self, word: &str, value: Value) -> Read<Value> {
        for byte in word.bytes() {
            if !self.take(byte) {
                return Err(self.syntax());
            }
        }
        Ok(value)
    }

    fn number(&mut self) -> Read<Value> {
        let begin = self.text.len();
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let token = self
            .text
            .get(begin..)
            .and_then(|token| std::str::from_utf8(token).ok())
            .unwrap_or_default();
        Number::from_str(token)
            .map(Value::Number)
            .map_err(|_| self.syntax())
    }

    fn digits(&mut self) -> Read<()> {
        let begin = self.at;
        while let Some(byte @ b'0'..=b'9') = self.peek() {
            self.text.push(byte);
            self.at += 1;
        }
        if self.at > begin {
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    /// Reads a string, whose opening quote is next.
    fn string(&mut self) -> Read<String> {
        self.take(b'"');
        self.scratch.clear();
        loop {
            let begin = self.at;
            while self
                .peek()
                .is_some_and(|byte| byte >= b' ' && byte != b'"' && byte != b'\\')
            {
                self.at += 1;
            }
            let plain = self.bytes.get(begin..self.at).unwrap_or_default();
            self.text.extend_from_slice(plain);
            self.scratch.extend_from_slice(plain);
            if self.take(b'"') {
                return Ok(String::from_utf8_lossy(&self.scratch).into_owned());
            }
            match self.peek() {
                Some(b'\\') => self.escape()?,
                Some(0) => return Err(self.fault_at(JsonFaultKind::Nul, self.at)),
                _ => return Err(self.syntax()),
            }
        }
    }

    fn escape(&mut self) -> Read<()> {
        let begin = self.at;
        self.take(b'\\');
        let Some(letter) = self.peek() else {
            return Err(self.syntax());
        };
        self.take(letter);
        let plain = match letter {
            b'"' | b'\\' | b'/' => letter,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => return self.unicode_escape(begin),
            _ => {
                self.at -= 1;
                return Err(self.syntax());
            }
        };
        self.scratch.push(plain);
        Ok(())
    }

    /// Reads the rest of `\uXXXX`, and of the pair where the first half is a high surrogate.
    fn unicode_escape(&mut self, begin: usize) -> Read<()> {
        let first = self.four_digits()?;
        let code = match first {
            0 => return Err(self.fault_at(JsonFaultKind::Nul, begin)),
            0xD800..=0xDBFF if self.bytes.get(self.at..self.at + 2) == Some(b"\\u") => {
                self.take(b'\\');
                self.take(b'u');
                let second = self.four_digits()?;
                if !(0xDC00..=0xDFFF).contains(&second) {
                    return Err(self.fault_at(JsonFaultKind::LoneSurrogate, begin));
                }
                0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
            }
            _ => first,
        };
        match char::from_u32(code) {
            Some(c) => {
                self.scratch
                    .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                Ok(())
            }
            None => Err(self.fault_at(JsonFaultKind::LoneSurrogate, begin)),
        }
    }

    fn four_digits(&mut self) -> Read<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let (Some(byte), Some(digit)) = (self.peek(), digit) else {
                return Err(self.syntax());
            };
            self.take(byte);
            code = code * 16 + digit;
        }
        Ok(code)
    }

    fn syntax(&self) -> JsonFault {
        let kind = if self.at >= self.bytes.len() {
            JsonFaultKind::Incomplete
        } else {
            JsonFaultKind::Syntax
        };
        self.fault_at(kind, self.at)
    }

    fn fault_at(&self, kind: JsonFaultKind, at: usize) -> JsonFault {
        JsonFault {
            kind,
            place: self.place_of(at),
        }
    }

    fn place_of(&self, at: usize) -> Place {
        let before = self.bytes.get(..at).unwrap_or(self.bytes);
        let line_begin = memchr::memrchr(b'\n', before).map_or(0, |lf| lf + 1);
        let lines = memchr::memchr_iter(b'\n', before).count();
        Place {
            line: counting(lines) + 1,
            column: counting(before.len() - line_begin) + 1,
        }
    }
}

fn counting(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &[u8]) -> JsonFault {
        let refused = Reader::new(text).and_then(|mut reader| reader.document());
        refused.expect_err(&String::from_utf8_lossy(text))
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        let cases: [(&[u8], u64, u64); 12] = [
            (b"{\"a\": 1,}", 1, 9),
            (b"{\n  \"a\" 1}", 2, 7),
            (b"[1, 2", 1, 6),
            (b"01", 1, 2),
            (b"1.", 1, 3),
            (b"+1", 1, 1),
            (b"nul", 1, 4),
            (b"\"\\x\"", 1, 3),
            (b"\"tab\there\"", 1, 5),
            (b"{\"a\":1} {}", 1, 9),
            (b"NaN", 1, 1),
            (b"\xef\xbb\xbf{}", 1, 1),
        ];
        for (text, line, column) in cases {
            assert_eq!(
                fault(text).place,
                Place { line, column },
                "{}",
                String::from_utf8_lossy(text)
            );
        }
    }

    #[test]
    fn what_is_not_i_json_is_named() {
        assert_eq!(
            fault(b"{\"a\":1,\"\\u0061\":2}").kind,
            JsonFaultKind::Duplicate("a".into())
        );
        assert_eq!(fault(b"\"\\ud800\"").kind, JsonFaultKind::LoneSurrogate);
        assert_eq!(fault(b"\"\\udc00\\ud800\"").kind, JsonFaultKind::LoneSurrogate);
        assert_eq!(fault(b"\"\\ud83d\\u0041\"").kind, JsonFaultKind::LoneSurrogate);
        assert_eq!(fault(b"\"\\u0000\"").kind, JsonFaultKind::Nul);
        assert_eq!(fault(b"\"a\0b\"").kind, JsonFaultKind::Nul);
        assert_eq!(fault(b"\"\xff\"").kind, JsonFaultKind::Utf8);
        assert_eq!(fault(b"").kind, JsonFaultKind::Incomplete);
        let mut pair = Reader::new(b"\"\\ud83d\\ude00\"").unwrap();
        assert_eq!(pair.document().unwrap(), Value::String("\u{1f600}".into()));
    }

    #[test]
    fn nesting_ends_at_the_stated_depth() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(
            Reader::new(nested(MAX_DEPTH).as_bytes())
                .unwrap()
                .document()
                .is_ok()
        );
        assert_eq!(
            fault(nested(MAX_DEPTH + 1).as_bytes()).kind,
            JsonFaultKind::TooDeep
        );
        assert_eq!(
            fault("[".repeat(1_000_000).as_bytes()).kind,
            JsonFaultKind::TooDeep
        );
    }

    #[test]
    fn places_are_told_by_pointer() {
        let mut reader = Reader::with_places(b"{\"a\":\n [10,\n  {\"b\":null}], \"c\": 1}").unwrap();
        reader.document().unwrap();
        let places = reader.take_places();
        let cases = [
            ("", "1:1"),
            ("/a", "2:2"),
            ("/a/0", "2:3"),
            ("/a/1", "3:3"),
            ("/a/1/b", "3:8"),
            ("/c", "3:21"),
        ];
        for (pointer, expected) in cases {
            let place = places
                .at(&pointer.parse().unwrap())
                .map(|place| place.to_string());
            assert_eq!(place.as_deref(), Some(expected), "{pointer}");
        }
        assert_eq!(places.len(), 6);
    }
}
