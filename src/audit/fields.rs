//! [`Fields`]: the canonical encoding of a row, over which its salted hash is made.
//!
//! Every column is tagged and, where its length varies, preceded by it, so that no two rows have the same
//! encoding. Invariant: the encoding of a table never changes; new columns are added at the end, and only
//! where they hold something.

use crate::types::Digest;

/// The bytes of a row's salt.
pub const SALT: usize = 16;

/// What makes the hash of a row say nothing about what the row held, once row and salt are gone.
pub type Salt = [u8; SALT];

/// See the module.
#[derive(Debug, Clone)]
pub struct Fields(Vec<u8>);

impl Fields {
    /// The encoding of a row of this table, with no column yet.
    pub fn of(table: &str) -> Self {
        let mut bytes = Vec::with_capacity(320);
        bytes.extend_from_slice(table.as_bytes());
        bytes.push(0);
        Fields(bytes)
    }

    /// Adds a number.
    pub fn number(mut self, number: Option<i64>) -> Self {
        match number {
            None => self.0.push(0),
            Some(number) => {
                self.0.push(1);
                self.0.extend_from_slice(&number.to_be_bytes());
            }
        }
        self
    }

    /// Adds a text.
    pub fn text(self, text: Option<&str>) -> Self {
        self.bytes(text.map(str::as_bytes))
    }

    /// Adds bytes.
    pub fn bytes(mut self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            None => self.0.push(0),
            Some(bytes) => {
                self.0.push(2);
                let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                self.0.extend_from_slice(&length.to_be_bytes());
                self.0.extend_from_slice(bytes);
            }
        }
        self
    }

    /// The encoding itself.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The hash of the row under its salt.
    pub fn hash(mut self, salt: &[u8]) -> Digest {
        self.0.extend_from_slice(salt);
        Digest::of(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_rows_are_encoded_alike() {
        let rows = [
            Fields::of("t").text(Some("ab")).text(Some("c")),
            Fields::of("t").text(Some("a")).text(Some("bc")),
            Fields::of("t").text(Some("")).text(Some("abc")),
            Fields::of("t").text(None).text(Some("abc")),
            Fields::of("t").number(None).number(Some(0)),
            Fields::of("t").number(Some(0)).number(None),
            Fields::of("u").number(Some(0)).number(None),
        ];
        for (at, one) in rows.iter().enumerate() {
            for other in rows.iter().skip(at + 1) {
                assert_ne!(one.as_bytes(), other.as_bytes());
            }
        }
        let [one, same] = [(); 2].map(|()| Fields::of("t").number(Some(7)));
        assert_ne!(one.clone().hash(&[1; SALT]), same.hash(&[2; SALT]));
    }
}
