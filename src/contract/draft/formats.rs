//! [`Formats`]: the formats that a draft proposes, each asserted by the real validator.
//!
//! Not here: what a format means. Invariant: a format is proposed only when the validator knows it,
//! that is, refuses something by it.

use serde_json::{Value, json};

use super::names::Words;
use crate::contract::validator::Validator;

/// A format that may be proposed.
struct Known {
    name: &'static str,
    /// What a text must look like before the validator is asked; most don't.
    plausible: fn(&str) -> bool,
    /// What the field's name must suggest, or dots within the codes: digits alone prove little.
    named: fn(&Words, bool) -> bool,
}

/// How words for regions begin.
const REGIONS: &[&str] = &["desa", "kabupaten", "kecamatan", "kelurahan", "prov", "wilayah"];

/// In the order in which they are preferred.
const KNOWN: &[Known] = &[
    Known {
        name: "date",
        plausible: |text| text.len() == 10,
        named: |_, _| true,
    },
    Known {
        name: "date-time",
        plausible: |text| text.len() >= 20 && text.len() < 48,
        named: |_, _| true,
    },
    Known {
        name: "uuid",
        plausible: |text| text.len() == 36,
        named: |_, _| true,
    },
    Known {
        name: "email",
        plausible: |text| text.contains('@'),
        named: |_, _| true,
    },
    Known {
        name: "uri",
        plausible: |text| text.contains("://"),
        named: |_, _| true,
    },
    Known {
        name: "nik",
        plausible: |text| text.len() == 16,
        named: |words, _| words.begins(&["nik"]),
    },
    Known {
        name: "nip",
        plausible: |text| text.len() == 18,
        named: |words, _| words.begins(&["nip"]),
    },
    Known {
        name: "npwp",
        plausible: |text| text.len() >= 15 && text.len() <= 20,
        named: |words, _| words.begins(&["npwp"]),
    },
    Known {
        name: "kode-wilayah",
        plausible: is_region,
        named: |words, dotted| dotted || (words.code() && words.begins(REGIONS)),
    },
];

/// What no format accepts.
const REFUSED_BY_ALL: &str = "\u{1} bukan \u{1}";

/// The formats of [`KNOWN`] that the validator knows.
pub(super) struct Formats(Vec<(&'static Known, Validator)>);

/// The formats that all values of a field fit, as one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fitting(u16);

impl Default for Fitting {
    fn default() -> Self {
        Fitting(u16::MAX)
    }
}

impl Formats {
    /// Asks the validator which it knows.
    pub(super) fn new() -> Self {
        let known = KNOWN.iter().filter_map(|known| {
            let schema = json!({"type": "string", "format": known.name});
            let validator = Validator::compile(&schema).ok()?;
            let judged = !validator.is_valid(&Value::from(REFUSED_BY_ALL));
            judged.then_some((known, validator))
        });
        Formats(known.collect())
    }

    /// Takes away what one more value does not fit.
    pub(super) fn narrow(&self, fitting: &mut Fitting, text: &str, value: &Value) {
        if fitting.0 == 0 {
            return;
        }
        let mut left = 0;
        for (index, (known, validator)) in self.0.iter().enumerate() {
            let bit = 1 << index;
            if fitting.0 & bit != 0 && (known.plausible)(text) && validator.is_valid(value) {
                left |= bit;
            }
        }
        fitting.0 = left;
    }

    /// The format of a field of this name whose values all fit these; `dotted` when some are codes of
    /// regions with dots.
    pub(super) fn best(&self, fitting: Fitting, words: &Words, dotted: bool) -> Option<&'static str> {
        let fits = |index: usize| fitting.0 & (1 << index) != 0;
        let mut left = self.0.iter().enumerate();
        left.find(|(index, (known, _))| fits(*index) && (known.named)(words, dotted))
            .map(|(_, (known, _))| known.name)
    }
}

impl std::fmt::Debug for Formats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Formats")
    }
}

/// Whether a text is shaped like the code of a region: 2, 4, 6 or 10 digits with dots, `64.02.19.2001`.
pub(super) fn is_region(text: &str) -> bool {
    let parts = text.split('.').collect::<Vec<_>>();
    let lengths = [2, 2, 2, 4];
    parts.len() <= lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, length)| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Pointer;

    fn best(name: &str, values: &[&str]) -> Option<&'static str> {
        let formats = Formats::new();
        let mut fitting = Fitting::default();
        for value in values {
            formats.narrow(&mut fitting, value, &Value::from(*value));
        }
        formats.best(fitting, &Words::of(&Pointer::default().child(name)), false)
    }

    #[test]
    fn a_format_fits_only_when_every_value_does() {
        assert_eq!(best("t", &["2026-01-31", "2024-02-29"]), Some("date"));
        assert_eq!(best("t", &["2026-01-31", "2026-02-30"]), None);
        assert_eq!(best("t", &["2026-01-31T10:00:00Z"]), Some("date-time"));
        assert_eq!(best("t", &["2026-01-31 10:00:00"]), None);
        assert_eq!(best("t", &["31/01/2026"]), None);
        assert_eq!(best("e", &["a@b.example"]), Some("email"));
        assert_eq!(best("u", &["https://a.example/b"]), Some("uri"));
        assert_eq!(best("u", &["a:b"]), None);
        assert_eq!(best("i", &["01890a5d-ac96-774b-bcce-b302099a8057"]), Some("uuid"));
    }

    #[test]
    fn a_region_has_two_to_ten_digits_with_dots() {
        for code in ["64", "64.02", "64.02.19", "64.02.19.2001"] {
            assert!(is_region(code), "{code}");
        }
        for code in ["", "6402", "64.2", "64.02.40001", "64.02.19.2001.1", "a1", "64."] {
            assert!(!is_region(code), "{code}");
        }
    }
}
