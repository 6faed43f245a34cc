//! [`Document`]: a JSON payload, read strictly and kept as it was written.
//!
//! A document holds both the parsed value (for validation) and the text it came as, less
//! insignificant white space (for storage and for readers). Invariant: `text` parses to `value`,
//! and every token of `text` is a token that the sender wrote.

mod places;
mod reader;

use serde_json::Value;

use super::Digest;
pub use places::Places;
pub use reader::{JsonFault, JsonFaultKind, MAX_DEPTH, Place, Reader};

/// A JSON text that passed the reader's rules (RFC 8259, and I-JSON, RFC 7493, in that duplicate
/// member names, lone surrogates, NUL and bad UTF-8 are refused).
#[derive(Debug, Clone)]
pub struct Document {
    value: Value,
    text: String,
}

impl Document {
    /// Reads one JSON text.
    ///
    /// # Errors
    /// A [`JsonFault`] with the place where reading stopped.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonFault> {
        let mut reader = Reader::new(bytes)?;
        let value = reader.document()?;
        Ok(Document {
            value,
            text: reader.into_text(),
        })
    }

    /// Reads one JSON text and tells where each of its values begins.
    ///
    /// # Errors
    /// A [`JsonFault`] with the place where reading stopped.
    pub fn parse_with_places(bytes: &[u8]) -> Result<(Self, Places), JsonFault> {
        let mut reader = Reader::with_places(bytes)?;
        let value = reader.document()?;
        let places = reader.take_places();
        Ok((
            Document {
                value,
                text: reader.into_text(),
            },
            places,
        ))
    }

    /// The parsed value alone.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// A document made from a value of the hub's own, such as the result of a merge.
    pub fn from_value(value: Value) -> Self {
        let text = value.to_string();
        Document { value, text }
    }

    /// The parsed value.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The text as it came, without insignificant white space.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives the parts away: the value and the text.
    pub fn into_parts(self) -> (Value, String) {
        (self.value, self.text)
    }

    /// The digest of the text as it is stored.
    pub fn digest(&self) -> Digest {
        Digest::of(self.text.as_bytes())
    }

    /// The digest of the canonical form: members sorted by name, strings unescaped, numbers as
    /// written. Two documents are the same JSON exactly when these digests are equal.
    pub fn canonical_digest(&self) -> Digest {
        Digest::of(self.value.to_string().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Digest {
        Document::parse(text.as_bytes()).unwrap().canonical_digest()
    }

    #[test]
    fn every_token_is_kept_and_only_white_space_goes() {
        let text = " { \"b\\u00e9\" : [ 1.50 , 123456789012345678901234567890 , -0 , 1E+5 ] ,\n\t\"a\":\"x  y\" } \r\n";
        let document = Document::parse(text.as_bytes()).unwrap();
        assert_eq!(
            document.text(),
            "{\"b\\u00e9\":[1.50,123456789012345678901234567890,-0,1E+5],\"a\":\"x  y\"}"
        );
    }

    #[test]
    fn order_and_white_space_do_not_count_but_numbers_do() {
        assert_eq!(
            canonical("{\"b\":1,\"a\":[2]}"),
            canonical("{ \"a\" : [ 2 ], \"b\" : 1 }")
        );
        assert_eq!(canonical("\"\\u0041\""), canonical("\"A\""));
        assert_ne!(canonical("1.5"), canonical("1.50"));
        assert_ne!(canonical("[1,2]"), canonical("[2,1]"));
        assert_ne!(
            canonical("123456789012345678901234567890"),
            canonical("123456789012345678901234567891")
        );
    }
}
