//! [`told`]: what a text that may be no JSON says in one of its fields.
//!
//! JSON that broke off or has a comma too many, a payload inside another, forms: whatever holds the field's name
//! and, behind a colon or an equals sign, a value. Invariant: it takes no longer than the text is long.

use std::borrow::Cow;

use crate::types::Pointer;

/// How long a value may be, in bytes.
const MAX: usize = 1024;

/// What stands in `field`: as deep in the text as the field should, else the first under its name.
pub(super) fn told(field: &Pointer, bytes: &[u8]) -> Option<String> {
    let name = field.segments().last().filter(|name| !name.is_empty())?;
    let mut depth = Depth::default();
    let mut first = None;
    for at in memchr::memmem::find_iter(bytes, name.as_bytes()) {
        let begins = !bytes.get(..at)?.last().is_some_and(|before| is_word(*before));
        let Some(value) = bytes
            .get(at + name.len()..)
            .filter(|_| begins)
            .and_then(value_behind)
        else {
            continue;
        };
        if depth.at(bytes, at) == field.segments().len() {
            return Some(value);
        }
        first = first.or(Some(value));
    }
    first
}

/// The value behind a name, if there is one.
fn value_behind(rest: &[u8]) -> Option<String> {
    let rest = match rest {
        [b'"' | b'\'', rest @ ..] => rest,
        rest => rest,
    };
    let value = match rest.trim_ascii_start() {
        [b':' | b'=', value @ ..] => value.trim_ascii_start(),
        _ => return None,
    };
    let value = match value {
        [quote @ (b'"' | b'\''), rest @ ..] => quoted(rest, *quote)?,
        bare => word(bare)?.to_owned(),
    };
    (!value.trim().is_empty()).then_some(value)
}

/// A text up to its closing quote.
fn quoted(rest: &[u8], quote: u8) -> Option<String> {
    let mut escaped = false;
    let end = rest.iter().take(MAX).position(|byte| {
        let ends = *byte == quote && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    let text = rest.get(..end).map(String::from_utf8_lossy)?;
    Some(serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| Cow::into_owned(text)))
}

/// A word or a number that stands alone.
fn word(bare: &[u8]) -> Option<&str> {
    let end = bare.iter().take(MAX).position(|byte| !is_word(*byte));
    let (word, behind) = bare.split_at(end.unwrap_or(bare.len().min(MAX)));
    let ends = behind
        .first()
        .is_none_or(|byte| byte.is_ascii_whitespace() || b",}]&;".contains(byte));
    let word = std::str::from_utf8(word).ok().filter(|_| ends)?;
    (!["null", "true", "false"].contains(&word)).then_some(word)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// In how many arrays and objects a place of the text lies, as far as brackets and quotes tell.
#[derive(Default)]
struct Depth {
    looked: usize,
    open: usize,
    string: bool,
    escaped: bool,
}

impl Depth {
    /// The depth of the byte `at`, which is not before the one that was asked for last.
    fn at(&mut self, bytes: &[u8], at: usize) -> usize {
        for byte in bytes.get(self.looked..at).unwrap_or_default() {
            match byte {
                _ if self.string => {
                    self.string = *byte != b'"' || self.escaped;
                    self.escaped = *byte == b'\\' && !self.escaped;
                }
                b'"' => self.string = true,
                b'{' | b'[' => self.open += 1,
                b'}' | b']' => self.open = self.open.saturating_sub(1),
                _ => {}
            }
        }
        self.looked = at;
        self.open
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_in_what_is_no_json() {
        for (text, expected) in [
            (r#"{"nik":"717","nama":"#, Some("717")),
            (r#"{"nik" : 717,}"#, Some("717")),
            (r#"{"nama":"A""nik":"7\u0031\"7"}"#, Some("71\"7")),
            ("{'nik': '717'}", Some("717")),
            ("nama=A&nik=717&x=1", Some("717")),
            ("nik: 717\nnama: A", Some("717")),
            (r#"[{"nik":"717"}]"#, Some("717")),
            // The one that stands where it should, else the first.
            (r#"{"ibu":{"nik":"1"},"nik":"2","#, Some("2")),
            (r#"{"ibu":{"nik":"1"},"anak":{"nik":"2"},"#, Some("1")),
            (r#"{"x":"{\"","nik":"2","#, Some("2")),
            // Another field, no value, a value that broke off or is none.
            (r#"{"nik_ibu":"1","no-nik":"2","nikah":"3"}"#, None),
            (r#"{"nik":"7171"#, None),
            (r#"{"nik":null,"x":1.5}"#, None),
            (r#"{"nik":7.1e15}"#, None),
            (r#"{"nik":" ","#, None),
            (r#"{"nik"}"#, None),
            ("nik", None),
            ("", None),
        ] {
            let field = "/nik".parse().unwrap();
            assert_eq!(told(&field, text.as_bytes()).as_deref(), expected, "{text}");
        }
        let inner = "/orang/nik".parse().unwrap();
        let text = br#"{"nik":"1","orang":{"nik":"2","#;
        assert_eq!(told(&inner, text).as_deref(), Some("2"));
        assert_eq!(
            told(&inner, b"\xff\"nik\":\"a\xff\"").as_deref(),
            Some("a\u{fffd}")
        );
        assert_eq!(told(&"".parse().unwrap(), b"\"\":\"a\""), None);
    }

    #[test]
    fn a_long_text_takes_no_longer_than_it_is_long() {
        let names = "nik:\"".repeat(200_000);
        assert_eq!(
            told(&"/nik".parse().unwrap(), names.as_bytes()).as_deref(),
            Some("nik:")
        );
    }
}
