//! [`Slots`]: what a record may be filtered and sorted by, as texts that sort like the values.
//!
//! A database compares the texts byte by byte: nothing, then `false`, `true`, numbers by their
//! value whatever their notation, strings by their bytes. Invariant: two values have the same text
//! exactly when they are equal.

use serde_json::Value;

use crate::types::{Digest, Pointer};

/// Up to so many bytes a string stands in its slot as it is; an index takes no long ones.
const LONG: usize = 1_000;

/// How much of a longer string stands before its digest.
const BEGINNING: usize = 900;

/// The slots of one record, in the order of the contract's filters.
pub type Slots = Box<[String]>;

/// The slots of `payload` for these `filters`.
pub fn slots_of(filters: &[Pointer], payload: &Value) -> Slots {
    filters
        .iter()
        .map(|filter| slot_of(filter.find(payload).unwrap_or(&Value::Null)))
        .collect()
}

/// The text of one value. What is no scalar counts as nothing.
pub fn slot_of(value: &Value) -> String {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => "0".into(),
        Value::Bool(false) => "bf".into(),
        Value::Bool(true) => "bt".into(),
        Value::Number(number) => number_slot(number.as_str()),
        Value::String(text) => string_slot(text),
    }
}

/// The beginning that the texts of all strings with this beginning share.
pub fn prefix_slot(prefix: &str) -> String {
    format!("s{}", beginning(prefix))
}

fn string_slot(text: &str) -> String {
    if text.len() <= LONG {
        return format!("s{text}");
    }
    format!("s{}\u{10ffff}{}", beginning(text), Digest::of(text.as_bytes()))
}

/// At most [`BEGINNING`] bytes of a long text.
fn beginning(text: &str) -> &str {
    if text.len() <= LONG {
        return text;
    }
    let end = (0..=BEGINNING).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

/// Half of the range that exponents are written in.
const BIAS: i128 = 5_000_000_000_000_000_000;

/// `2` for zero; for positive numbers `3`, the exponent, the digits; for negative ones `1` and the
/// same with each digit taken from nine, ended by what sorts behind all digits.
fn number_slot(literal: &str) -> String {
    let (negative, rest) = match literal.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, literal),
    };
    let (mantissa, exponent) = rest.split_once(['e', 'E']).unwrap_or((rest, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [whole, fraction].concat();
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let significant = digits.trim_matches('0');
    if significant.is_empty() {
        return "n2".into();
    }
    let most = i64::MAX / 4;
    let written: i64 = exponent
        .strip_prefix('+')
        .unwrap_or(exponent)
        .parse()
        .unwrap_or(if exponent.starts_with('-') { -most } else { most });
    let shift = i64::try_from(whole.len()).unwrap_or(most) - i64::try_from(leading).unwrap_or(most);
    let place = written.clamp(-most, most).saturating_add(shift);
    let biased = i128::from(place) + BIAS;
    let magnitude = match significant.get(..BEGINNING) {
        Some(first) => format!("{biased:019}{first}{}", Digest::of(significant.as_bytes())),
        None => format!("{biased:019}{significant}"),
    };
    if negative {
        let complement: String = magnitude.chars().map(complement).collect();
        format!("n1{complement}~")
    } else {
        format!("n3{magnitude}")
    }
}

fn complement(digit: char) -> char {
    digit
        .to_digit(10)
        .and_then(|digit| char::from_digit(9 - digit, 10))
        .unwrap_or(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(json: &str) -> String {
        slot_of(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn slots_sort_like_their_values() {
        let ascending = [
            "null", "false", "true", "-1e400", "-100", "-99.5", "-12", "-1.23", "-1.2", "-1", "-0.5",
            "-1e-9", "0", "1e-9", "0.05", "0.5", "0.51", "1", "1.2", "1.23", "9", "10", "64.1", "100", "1e3",
            "1e400", r#""""#, r#""A""#, r#""a""#, r#""a ""#, r#""aa""#, r#""b""#, r#""é""#,
        ];
        for pair in ascending.windows(2) {
            assert!(slot(pair[0]) < slot(pair[1]), "{} < {}", pair[0], pair[1]);
        }
    }

    #[test]
    fn equal_numbers_have_equal_slots_whatever_their_notation() {
        for group in [
            &["1", "1.0", "1e0", "10e-1", "0.1E+1"][..],
            &["0", "-0", "0.00", "0e5"],
            &["-1500", "-1.5e3", "-1500.0"],
            &[
                "123456789012345678901234567890",
                "1.2345678901234567890123456789e29",
            ],
        ] {
            for other in group {
                assert_eq!(slot(group[0]), slot(other), "{other}");
            }
        }
        assert_ne!(slot("9007199254740993"), slot("9007199254740992"));
        assert_ne!(slot(r#""64.10""#), slot(r#""64.1""#));
    }

    #[test]
    fn a_long_string_fits_an_index_and_is_still_told_apart() {
        let (one, other) = (
            Value::from("é".repeat(2_000)),
            Value::from("é".repeat(1_999) + "x"),
        );
        assert!(slot_of(&one).len() < 1_100);
        assert_ne!(slot_of(&one), slot_of(&other));
        assert!(slot_of(&one).starts_with(&prefix_slot(&"é".repeat(400))));
        assert!(slot_of(&one).starts_with(&prefix_slot(&"é".repeat(2_000))));
    }
}
