//! [`Scan`]: walks through a stored payload and gives out its parts as they were written.
//!
//! A stored payload was read strictly before it came into the database and is JSON without white space.
//! That is not judged again here, only relied on. Invariant: each byte is looked at once, nothing is
//! made of a token but a part of the text; where the text turns out not to be JSON it is [`Damaged`].

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};

/// A stored payload that is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

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
            Some(b'"') => self.string()?,
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

    /// The name of the member that comes next, in its quotes, as it was written.
    pub(super) fn name(&mut self) -> Result<&'t str, Damaged> {
        let begin = self.at;
        if self.peek() != Some(b'"') {
            return Err(Damaged);
        }
        self.string()?;
        let name = self.text.get(begin..self.at).ok_or(Damaged)?;
        if self.pass(b':') { Ok(name) } else { Err(Damaged) }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn pass(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Goes behind the string that begins here.
    fn string(&mut self) -> Result<(), Damaged> {
        self.at += 1;
        loop {
            let found = memchr2(b'"', b'\\', self.rest()).ok_or(Damaged)?;
            self.at += found;
            if self.pass(b'"') {
                return Ok(());
            }
            // A backslash and what it escapes.
            self.at += 2;
        }
    }

    /// Goes behind the array or object that begins here. Of brackets only its own kind is counted: the
    /// other kind is balanced within.
    fn container(&mut self, open: u8, close: u8) -> Result<(), Damaged> {
        let mut depth = 0_usize;
        loop {
            self.at += memchr3(b'"', open, close, self.rest()).ok_or(Damaged)?;
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

/// What a string or a name in its quotes says.
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
