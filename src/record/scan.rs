//! [`Scan`]: walks through a stored payload and gives out its parts as they were written.
//!
//! A stored payload was read strictly before it came into the database and is JSON without white space.
//! That is not judged again here, only relied on. Invariant: each byte is looked at once, nothing is
//! made of a token but a part of the text; where the text turns out not to be JSON it is [`Damaged`].

use std::borrow::Cow;

use memchr::{memchr, memchr2};

/// A stored payload that is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

/// How far a string is searched step by step, in bytes.
const SHORT: usize = 32;

/// See the module.
pub(super) struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    /// Begins before the first value of `text`.
    pub(super) fn new(text: &'t str) -> Self {
        Scan { text, at: 0 }
    }

    /// The first byte of what comes next, which tells its type.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Whether an array or an object comes next.
    pub(super) fn at_container(&self) -> bool {
        matches!(self.peek(), Some(b'{' | b'['))
    }

    /// The value that comes next, whole.
    pub(super) fn value(&mut self) -> Result<&'t str, Damaged> {
        let begin = self.at;
        match self.peek() {
            Some(b'"') => self.string().map(drop)?,
            Some(b'{') => self.container(b'{', b'}')?,
            Some(b'[') => self.container(b'[', b']')?,
            Some(b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
                let ends = |byte: &u8| matches!(byte, b',' | b'}' | b']');
                let rest = self.rest();
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
            }
            _ => return Err(Damaged),
        }
        self.text.get(begin..self.at).ok_or(Damaged)
    }

    /// Goes into the array or object that comes next and `open`s; whether there is anything in it.
    pub(super) fn enter(&mut self, open: u8, close: u8) -> Result<bool, Damaged> {
        if !self.pass(open) {
            return Err(Damaged);
        }
        Ok(!self.pass(close))
    }

    /// Goes on behind a member or an item; whether there is another before the `close`.
    pub(super) fn goes_on(&mut self, close: u8) -> Result<bool, Damaged> {
        if self.pass(b',') {
            return Ok(true);
        }
        if self.pass(close) { Ok(false) } else { Err(Damaged) }
    }

    /// The name of the member that comes next.
    pub(super) fn name(&mut self) -> Result<Name<'t>, Damaged> {
        let begin = self.at;
        if self.peek() != Some(b'"') {
            return Err(Damaged);
        }
        let escaped = self.string()?;
        let quoted = self.text.get(begin..self.at).ok_or(Damaged)?;
        if self.pass(b':') {
            Ok(Name { quoted, escaped })
        } else {
            Err(Damaged)
        }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn pass(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Goes behind the string that begins here; whether anything in it is escaped.
    fn string(&mut self) -> Result<bool, Damaged> {
        self.at += 1;
        let mut escaped = false;
        loop {
            self.at += special(self.rest()).ok_or(Damaged)?;
            if self.pass(b'"') {
                return Ok(escaped);
            }
            // A backslash and what it escapes.
            self.at += 2;
            escaped = true;
        }
    }

    /// Goes behind the array or object that begins here. Of brackets only its own kind is counted: the
    /// other kind is balanced within.
    fn container(&mut self, open: u8, close: u8) -> Result<(), Damaged> {
        let mut depth = 0_usize;
        loop {
            // Mostly the next byte or the one behind it.
            let told = |byte: &u8| *byte == b'"' || *byte == open || *byte == close;
            self.at += self.rest().iter().position(told).ok_or(Damaged)?;
            if self.peek() == Some(b'"') {
                self.string()?;
                continue;
            }
            depth = if self.peek() == Some(open) {
                depth + 1
            } else {
                depth - 1
            };
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
    }
}

/// A member's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name<'t> {
    /// In its quotes, as it was written.
    pub(super) quoted: &'t str,
    escaped: bool,
}

impl<'t> Name<'t> {
    /// What it says.
    pub(super) fn plain(self) -> Result<Cow<'t, str>, Damaged> {
        if self.escaped {
            return plain(self.quoted);
        }
        let inner = self.quoted.get(1..self.quoted.len() - 1);
        inner.map(Cow::Borrowed).ok_or(Damaged)
    }
}

/// Where the first quotation mark or backslash stands. Strings are mostly short, so the first bytes are
/// looked at eight at a time before a search is set up that pays for itself only in long ones.
fn special(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    // Which bytes are zero; behind the first, others may be told wrongly.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
    let mut at = 0;
    while let Some(eight) = bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .filter(|_| at < SHORT)
    {
        let word = u64::from_le_bytes(*eight);
        let found =
            zeros(word ^ u64::from_ne_bytes([b'"'; 8])) | zeros(word ^ u64::from_ne_bytes([b'\\'; 8]));
        if found != 0 {
            return Some(at + usize::try_from(found.trailing_zeros() / 8).unwrap_or_default());
        }
        at += 8;
    }
    memchr2(b'"', b'\\', bytes.get(at..)?).map(|found| at + found)
}

/// What a string in its quotes says.
pub(super) fn plain(quoted: &str) -> Result<Cow<'_, str>, Damaged> {
    let inner = quoted.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    let inner = inner.ok_or(Damaged)?;
    if memchr(b'\\', inner.as_bytes()).is_none() {
        return Ok(Cow::Borrowed(inner));
    }
    serde_json::from_str(quoted).map(Cow::Owned).map_err(|_| Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_ends_where_it_ends() {
        for value in [
            "null",
            "-1.50E+3",
            "\"\"",
            r#""a\"b\\""#,
            r#"{"}":["]","[{"],"a":{}}"#,
            r#"[[],{"a":["\\\""]},1]"#,
        ] {
            for behind in ["", ",1", "}", "]"] {
                let text = format!("{value}{behind}");
                assert_eq!(Scan::new(&text).value(), Ok(value), "{text}");
            }
        }
    }

    #[test]
    fn what_ends_a_string_is_found_wherever_it_stands() {
        for filler in ["a", "é", "\u{80}", "\u{7ff}", "#", "]"] {
            for before in 0..70 {
                for end in ["\"", "\\", "\"\\", "\\\""] {
                    for behind in [0, 1, 9] {
                        let text = format!("{}{end}{}", filler.repeat(before), filler.repeat(behind));
                        let found = special(text.as_bytes());
                        assert_eq!(found, Some(before * filler.len()), "{text}");
                    }
                }
                assert_eq!(special(filler.repeat(before).as_bytes()), None);
            }
        }
    }

    #[test]
    fn what_is_no_json_is_damaged_and_never_a_panic() {
        for text in [
            "", "x", "\"", "\"\\", "\"\\\"", "{", "[\"", "{\"a", "[1", ",", "}",
        ] {
            assert_eq!(Scan::new(text).value(), Err(Damaged), "{text}");
        }
        for text in ["", "a", "\"a\"", "\"a\"1", "\"a"] {
            assert_eq!(Scan::new(text).name(), Err(Damaged), "{text}");
        }
        assert_eq!(Scan::new("1").enter(b'{', b'}'), Err(Damaged));
        assert_eq!(Scan::new(" ").goes_on(b'}'), Err(Damaged));
        for text in ["", "\"", "a", "\"\\x\""] {
            assert_eq!(plain(text), Err(Damaged), "{text}");
        }
        assert_eq!(plain("\"\\u00e9\""), Ok(Cow::Borrowed("é")));
    }
}
