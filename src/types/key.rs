//! [`RecordKey`]: the text under which a record is stored.
//!
//! Not here: finding the parts in a payload (the record room does, by the contract's pointers).
//! Invariant: never empty, at most 512 bytes, no NUL; case and blanks are kept as they came.

use std::fmt;

use serde::{Serialize, Serializer};

/// Longest key, in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 512;

/// A record's key; compound keys are joined by `:`, with `~` written `~0` and `:` written `~1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordKey(Box<str>);

/// Why a text can't be a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFault {
    /// No characters at all.
    Empty,
    /// More than [`MAX_KEY_BYTES`].
    TooLong,
    /// Holds U+0000.
    Nul,
}

impl RecordKey {
    /// Takes a whole key, as it stands in a path or a query.
    ///
    /// # Errors
    /// A [`KeyFault`] when the text is empty, too long or holds NUL.
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        match text {
            "" => Err(KeyFault::Empty),
            _ if text.len() > MAX_KEY_BYTES => Err(KeyFault::TooLong),
            _ if text.contains('\0') => Err(KeyFault::Nul),
            _ => Ok(RecordKey(text.into())),
        }
    }

    /// Joins the parts of a key: a single part stays as it is, several are escaped and joined.
    ///
    /// # Errors
    /// A [`KeyFault`] when a part is empty or the whole is too long.
    pub fn from_parts(parts: &[&str]) -> Result<Self, KeyFault> {
        match parts {
            [single] => Self::parse(single),
            _ => {
                if parts.iter().any(|part| part.is_empty()) {
                    return Err(KeyFault::Empty);
                }
                let escaped: Vec<String> = parts
                    .iter()
                    .map(|part| part.replace('~', "~0").replace(':', "~1"))
                    .collect();
                Self::parse(&escaped.join(":"))
            }
        }
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for RecordKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compound_parts_can_not_be_confused() {
        let joined = |parts: &[&str]| RecordKey::from_parts(parts).unwrap().to_string();
        assert_eq!(joined(&["a:b"]), "a:b", "a single part is not escaped");
        assert_eq!(joined(&["a:b", "c~"]), "a~1b:c~0");
        assert_ne!(joined(&["a:b", "c"]), joined(&["a", "b:c"]));
    }

    #[test]
    fn a_key_is_never_empty_or_endless() {
        assert_eq!(RecordKey::parse(""), Err(KeyFault::Empty));
        assert_eq!(RecordKey::from_parts(&["a", ""]), Err(KeyFault::Empty));
        assert!(RecordKey::parse(&"x".repeat(512)).is_ok());
        assert_eq!(RecordKey::parse(&"x".repeat(513)), Err(KeyFault::TooLong));
        assert_eq!(RecordKey::parse(" a\u{7f}B ").unwrap().as_str(), " a\u{7f}B ");
    }
}
