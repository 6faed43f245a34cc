//! What an unquoted YAML scalar means by the core schema (YAML 1.2.2, section 10.3.2).
//!
//! Not here: quoted scalars, which are always text. Invariant: a number that JSON can write keeps
//! every digit as it was written.

use std::str::FromStr;

use serde_json::{Number, Value};

/// What an unquoted scalar is.
#[derive(Debug, PartialEq)]
pub enum Plain {
    /// A JSON value.
    Value(Value),
    /// A number with leading zeros, which is as likely a code.
    LeadingZero,
    /// An infinity, no number at all, or an integer too large for another base than ten.
    NotJson,
}

/// Resolves one unquoted scalar.
pub fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Value(Value::Null),
        "true" | "True" | "TRUE" => Plain::Value(Value::Bool(true)),
        "false" | "False" | "FALSE" => Plain::Value(Value::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => Plain::NotJson,
        _ if matches!(text.trim_start_matches(['-', '+']), ".inf" | ".Inf" | ".INF") => Plain::NotJson,
        _ => {
            if let Some(digits) = text.strip_prefix("0x") {
                return based(text, digits, 16);
            }
            match text.strip_prefix("0o") {
                Some(digits) => based(text, digits, 8),
                None => decimal(text),
            }
        }
    }
}

/// An integer in base 16 or 8, or else text.
fn based(text: &str, digits: &str, base: u32) -> Plain {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return Plain::Value(Value::String(text.to_owned()));
    }
    u64::from_str_radix(digits, base).map_or(Plain::NotJson, |number| Plain::Value(Value::from(number)))
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, or else text.
fn decimal(text: &str) -> Plain {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (
            unsigned.get(..at).unwrap_or_default(),
            unsigned.get(at..).unwrap_or_default(),
        ),
        None => (unsigned, ""),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let power = exponent.get(1..).unwrap_or_default();
    let power = power.strip_prefix(['-', '+']).unwrap_or(power);
    let shaped = digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && (exponent.is_empty() || (!power.is_empty() && digits(power)));
    if !shaped {
        return Plain::Value(Value::String(text.to_owned()));
    }
    if whole.len() > 1 && whole.starts_with('0') {
        return Plain::LeadingZero;
    }
    let minus = if text.starts_with('-') { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let dot = if fraction.is_empty() { "" } else { "." };
    let written = format!("{minus}{whole}{dot}{fraction}{exponent}");
    Number::from_str(&written).map_or(Plain::NotJson, |number| Plain::Value(Value::Number(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_written_form() {
        let cases = [
            ("1.50", "1.50"),
            ("-0", "-0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1E+5", "1e+5"),
            ("+1", "1"),
            (".5", "0.5"),
            ("5.", "5"),
            ("0xff", "255"),
            ("0o17", "15"),
        ];
        for (text, expected) in cases {
            let Plain::Value(value) = resolve(text) else {
                panic!("{text}")
            };
            assert!(value.is_number(), "{text}");
            assert_eq!(value.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_number_is_text() {
        for text in [
            "1.2.3",
            "1_000",
            "12:30",
            "2026-03-02",
            "1e",
            "-",
            ".",
            "0xzz",
            "yes",
            "No",
            "on",
            "e5",
            "+",
        ] {
            assert_eq!(
                resolve(text),
                Plain::Value(Value::String(text.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_may_be_a_code_is_never_guessed() {
        assert_eq!(resolve("007"), Plain::LeadingZero);
        assert_eq!(resolve("-01.5"), Plain::LeadingZero);
        assert_eq!(resolve("-.inf"), Plain::NotJson);
        assert_eq!(resolve(".NaN"), Plain::NotJson);
    }
}
