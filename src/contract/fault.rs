//! [`Fault`]: one thing that is wrong with a contract document, and where.
//!
//! Not here: finding them. Invariant: a fault's code is one of [`CODES`], and its message says what
//! to do in both languages.

use std::cmp::Ordering;

use crate::types::{Place, Pointer, Text};

/// One thing that is wrong with a contract document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The member it is about.
    pub pointer: Pointer,
    /// Where that member (or, when it is missing, what should hold it) begins in the file.
    pub place: Option<Place>,
    /// The file beside the document, when `place` lies there: the one that `schema` names.
    pub file: Option<Box<str>>,
    /// What kind of fault it is; one of [`CODES`].
    pub code: &'static str,
    /// What to do about it.
    pub message: Text,
}

impl Fault {
    /// A fault about the member at `pointer`; its place is filled in when all are known.
    pub fn new(code: &'static str, pointer: Pointer, message: Text) -> Self {
        Fault {
            pointer,
            place: None,
            file: None,
            code,
            message,
        }
    }

    /// A fault at a place of a text that could not be read.
    pub fn at(code: &'static str, place: Place, message: Text) -> Self {
        Fault {
            pointer: Pointer::default(),
            place: Some(place),
            file: None,
            code,
            message,
        }
    }

    /// The order in which faults are shown: by file, place, pointer, code.
    pub fn order(&self, other: &Self) -> Ordering {
        (&self.file, self.place, &self.pointer, self.code).cmp(&(
            &other.file,
            other.place,
            &other.pointer,
            other.code,
        ))
    }
}

/// Declares the codes and their list together, so that none can be forgotten.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $text;)*

        /// Every code a fault or a warning can have.
        pub const CODES: &[&str] = &[$($text),*];
    };
}

codes! {
    /// The file is larger than what is read.
    TOO_LARGE = "too-large";
    /// The file is not JSON, or not YAML.
    SYNTAX = "syntax";
    /// YAML that has no meaning as JSON: tags, keys that are no text, several documents.
    YAML = "yaml-unsupported";
    /// A member that stands twice in one object.
    DUPLICATE_MEMBER = "duplicate-member";
    /// Nested deeper than what is read.
    TOO_DEEP = "too-deep";
    /// An unquoted number where a text is wanted.
    UNQUOTED = "unquoted-number";
    /// `schema` names a file that was not given.
    SCHEMA_FILE = "schema-file";
    /// A member that no contract has.
    UNKNOWN_MEMBER = "unknown-member";
    /// A member that every such contract has.
    MISSING_MEMBER = "missing-member";
    /// A member with a value that it can't have.
    BAD_VALUE = "bad-value";
    /// A date or a duration that does not exist, or a period that ends before it begins.
    BAD_PERIOD = "bad-period";
    /// Classified open although it names personal data.
    OPEN_PERSONAL_DATA = "open-personal-data";
    /// Not open, and no reason given.
    REASON_MISSING = "reason-missing";
    /// A grant that would hide a key field from its reader.
    GRANT_HIDES_KEY = "grant-hides-key";
    /// A grant that limits fields of a live call.
    GRANT_FIELDS_LIVE = "grant-fields-live";
    /// Two grants for one agency.
    GRANT_TWICE = "grant-twice";
    /// A pointer that the schema does not know.
    UNKNOWN_FIELD = "unknown-field";
    /// A key field that a payload may lack.
    KEY_OPTIONAL = "key-optional";
    /// A key field that is neither a text nor an integer.
    KEY_TYPE = "key-type";
    /// Members that exclude each other.
    CONTRADICTION = "contradiction";
    /// An example that the schema judges otherwise than the document says.
    EXAMPLE = "example-refused";
    /// A dataset that names itself as its successor.
    OWN_SUCCESSOR = "own-successor";
    /// Signatures under another document.
    AGREED_DIFFERS = "agreed-differs";
    /// A `$schema` that names no known draft.
    UNKNOWN_DRAFT = "unknown-draft";
    /// A schema that its own draft's meta-schema refuses.
    SCHEMA_INVALID = "schema-invalid";
    /// A schema that can not be compiled.
    SCHEMA_UNUSABLE = "schema-unusable";
    /// References that lead back without consuming anything of the payload.
    REFERENCE_LOOP = "reference-loop";
    /// A reference to something that the schema does not contain.
    REFERENCE_UNRESOLVED = "reference-unresolved";
    /// A reference to another document.
    REFERENCE_OUTSIDE = "reference-outside";
    /// An `$id` that belongs to a meta-schema.
    ID_TAKEN = "id-taken";
    /// An `$id` or an anchor that stands twice.
    ID_TWICE = "id-twice";
    /// A pattern that can't be run in linear time.
    PATTERN = "pattern-unsupported";
    /// A keyword that no draft has.
    UNKNOWN_KEYWORD = "unknown-keyword";
    /// A keyword that is one slip away from a real one.
    MISSPELT_KEYWORD = "misspelt-keyword";
    /// A keyword of another draft, which has no effect here.
    FOREIGN_KEYWORD = "foreign-keyword";
    /// A format that nothing checks.
    UNKNOWN_FORMAT = "unknown-format";
    /// A format that is one slip away from a real one.
    MISSPELT_FORMAT = "misspelt-format";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_kebab_case_and_distinct() {
        let mut seen = std::collections::BTreeSet::new();
        for code in CODES {
            assert!(
                code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{code}"
            );
            assert!(seen.insert(code), "{code} stands twice");
        }
    }

    #[test]
    fn faults_are_shown_in_the_order_of_the_file() {
        let fault = |line, pointer: &str| Fault {
            place: Some(Place { line, column: 1 }),
            ..Fault::new(BAD_VALUE, pointer.parse().unwrap(), Text::new("", ""))
        };
        let mut faults = [fault(3, "/a"), fault(1, "/z"), fault(1, "/b")];
        faults.sort_by(Fault::order);
        let shown: Vec<String> = faults.iter().map(|fault| fault.pointer.to_string()).collect();
        assert_eq!(shown, ["/b", "/z", "/a"]);
    }
}
