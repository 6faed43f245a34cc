//! Strings: their escapes, and what I-JSON (RFC 7493) refuses in them.
//!
//! Invariant: the token goes into the text as it was written, its meaning into the value.

use super::{JsonFaultKind, Read, Reader};

impl Reader<'_> {
    /// Reads a string, whose opening quote is next.
    pub(super) fn string(&mut self) -> Read<String> {
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
}
