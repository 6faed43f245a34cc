//! Numbers as they are written: when they are equal, which is larger, and which are too long to be
//! judged.
//!
//! Not here: arithmetic. Invariant: every function takes time linear in the written text, whatever
//! the exponent says.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// The most digits a number may have when its exponent is written out, if the schema judges
/// numbers. Doubles end at 309; beyond it arithmetic costs more than a payload is worth.
pub const MAX_DIGITS: u64 = 400;

/// From so many digits on a number is long: the library takes microseconds for it.
const LONG: u64 = 40;

/// The most long numbers in one payload, if the schema judges numbers.
pub const MAX_LONG: usize = 1000;

/// How many digits a number has when its exponent is written out.
fn digits(number: &Number) -> u64 {
    let text = number.as_str();
    let written = u64::try_from(text.len()).unwrap_or(u64::MAX);
    if text.bytes().any(|b| b == b'e' || b == b'E') {
        written.saturating_add(Decimal::of(text).exponent.unsigned_abs())
    } else {
        written
    }
}

/// Counts the long numbers of one payload and tells which are refused.
#[derive(Default)]
pub struct Allowance {
    long: usize,
}

impl Allowance {
    /// Whether `number` may be judged.
    pub fn grants(&mut self, number: &Number) -> bool {
        let digits = digits(number);
        self.long += usize::from(digits > LONG);
        digits <= MAX_DIGITS && self.long <= MAX_LONG
    }
}

/// Whether numbers of a payload can be compared or calculated with by `schema`. Looks at every
/// member, also where it is no keyword: a needless yes costs only a refusal of monstrous numbers.
pub fn judged_by(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(name, value)| match name.as_str() {
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                value.is_number()
            }
            "type" => names_integer(value),
            "enum" | "const" => holds_number(value),
            _ => judged_by(value),
        }),
        Value::Array(items) => items.iter().any(judged_by),
        _ => false,
    }
}

fn names_integer(value: &Value) -> bool {
    match value {
        Value::String(name) => name == "integer",
        Value::Array(names) => names.iter().any(names_integer),
        other => judged_by(other),
    }
}

/// Whether there is a number in `value`.
pub fn holds_number(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().any(holds_number),
        Value::Object(members) => members.values().any(holds_number),
        _ => false,
    }
}

/// Compares two numbers by value: `1` equals `1.0` and `10e-1`.
pub fn compare(a: &Number, b: &Number) -> Ordering {
    if a.as_str() == b.as_str() {
        return Ordering::Equal;
    }
    Decimal::of(a.as_str()).compare(&Decimal::of(b.as_str()))
}

/// The value of `multipleOf`: `digits * 10^exponent`, the digits without trailing zeros.
pub struct Divisor {
    digits: u64,
    exponent: i64,
}

impl Divisor {
    /// The divisor that is written so; `None` when it has more than 18 significant digits or is zero.
    pub fn of(number: &Number) -> Option<Self> {
        let decimal = Decimal::of(number.as_str());
        let count = decimal.digits().count();
        if count == 0 || count > 18 || decimal.negative {
            return None;
        }
        let digits = decimal
            .digits()
            .fold(0_u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        Some(Divisor {
            digits,
            exponent: decimal.last_exponent(),
        })
    }

    /// Whether `number` is a whole multiple, exactly.
    pub fn divides(&self, number: &Number) -> bool {
        let decimal = Decimal::of(number.as_str());
        // Neither side ends in a zero, so a smaller power of ten can't be made up for by digits.
        let shift = decimal.last_exponent().saturating_sub(self.exponent);
        if decimal.is_zero() {
            return true;
        }
        if shift < 0 {
            return false;
        }
        let modulus = u128::from(self.digits);
        let rest = decimal.digits().fold(0_u128, |rest, digit| {
            (rest * 10 + u128::from(digit - b'0')) % modulus
        });
        (rest * power_of_ten(shift, modulus)).is_multiple_of(modulus)
    }
}

/// `10^exponent` modulo `modulus`, by squaring.
fn power_of_ten(exponent: i64, modulus: u128) -> u128 {
    let (mut base, mut left, mut result) = (10 % modulus, exponent, 1 % modulus);
    while left > 0 {
        if left % 2 == 1 {
            result = result * base % modulus;
        }
        base = base * base % modulus;
        left /= 2;
    }
    result
}

/// A number as `0.d1d2d3... * 10^exponent`, with `d1` and the last digit other than zero.
struct Decimal<'t> {
    negative: bool,
    whole: &'t [u8],
    fraction: &'t [u8],
    exponent: i64,
}

impl<'t> Decimal<'t> {
    fn of(text: &'t str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, power) = match text.find(['e', 'E']) {
            Some(at) => (
                text.get(..at).unwrap_or_default(),
                power(text.get(at + 1..).unwrap_or_default()),
            ),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut whole = strip_leading(whole.as_bytes());
        let mut fraction = strip_trailing(fraction.as_bytes());
        let length = |digits: &[u8]| i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let mut exponent = power.saturating_add(length(whole));
        if whole.is_empty() {
            let stripped = strip_leading(fraction);
            exponent = exponent.saturating_sub(length(fraction).saturating_sub(length(stripped)));
            fraction = stripped;
        }
        if fraction.is_empty() {
            whole = strip_trailing(whole);
        }
        if whole.is_empty() && fraction.is_empty() {
            return Decimal {
                negative: false,
                whole,
                fraction,
                exponent: 0,
            };
        }
        Decimal {
            negative,
            whole,
            fraction,
            exponent,
        }
    }

    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }

    /// The power of ten of the last digit.
    fn last_exponent(&self) -> i64 {
        let count = i64::try_from(self.whole.len() + self.fraction.len()).unwrap_or(i64::MAX);
        self.exponent.saturating_sub(count)
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.whole.iter().chain(self.fraction).copied()
    }

    fn compare(&self, other: &Self) -> Ordering {
        let sign = |decimal: &Self| match (decimal.is_zero(), decimal.negative) {
            (true, _) => 0_i8,
            (false, true) => -1,
            (false, false) => 1,
        };
        let by_sign = sign(self).cmp(&sign(other));
        if by_sign != Ordering::Equal {
            return by_sign;
        }
        let magnitude = self
            .exponent
            .cmp(&other.exponent)
            .then_with(|| self.digits().cmp(other.digits()));
        if self.negative {
            magnitude.reverse()
        } else {
            magnitude
        }
    }
}

fn strip_leading(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    digits.get(zeros..).unwrap_or_default()
}

fn strip_trailing(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().rev().take_while(|digit| **digit == b'0').count();
    digits.get(..digits.len() - zeros).unwrap_or_default()
}

/// The written exponent, held at the ends of its range.
fn power(text: &str) -> i64 {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let size = digits.iter().fold(0_i64, |size, digit| {
        size.saturating_mul(10)
            .saturating_add(i64::from(digit.saturating_sub(b'0')))
    });
    let size = size.min(i64::MAX / 4);
    if negative { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn number(text: &str) -> Number {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn numbers_are_compared_by_value() {
        use Ordering::{Equal, Greater, Less};
        let cases = [
            ("1", "1.0", Equal),
            ("10e-1", "1", Equal),
            ("0", "-0.0", Equal),
            ("0e5", "0", Equal),
            ("100", "1e2", Equal),
            ("0.001", "1E-3", Equal),
            ("1e400", "2e400", Less),
            ("-1e400", "1", Less),
            ("-2", "-3", Greater),
            ("9007199254740993", "9007199254740992", Greater),
            ("1e99999999999999999999", "1e9", Greater),
            ("120", "12", Greater),
        ];
        for (a, b, expected) in cases {
            assert_eq!(compare(&number(a), &number(b)), expected, "{a} {b}");
            assert_eq!(compare(&number(b), &number(a)), expected.reverse(), "{b} {a}");
        }
    }

    #[test]
    fn only_monstrous_numbers_are_not_judged() {
        for text in [
            "1e308",
            "-1.5e-300",
            "0",
            "12345678901234567890123456789012345678901234567890",
        ] {
            assert!(Allowance::default().grants(&number(text)), "{text}");
        }
        for text in ["1e1000000000", "1e-1000000000", "1e9999", &"9".repeat(500)] {
            assert!(!Allowance::default().grants(&number(text)), "{text}");
        }
        let mut allowance = Allowance::default();
        let long = number("1e300");
        assert_eq!((0..2000).filter(|_| allowance.grants(&long)).count(), MAX_LONG);
        assert!((0..2000).all(|_| Allowance::default().grants(&number("1.5"))));
    }

    #[test]
    fn multiples_are_told_exactly() {
        let cases = [
            ("0.03", "0.01", true),
            ("1e300", "0.01", true),
            ("0.075", "0.01", false),
            ("1070468.14", "0.01", true),
            ("12391239123", "1e-8", true),
            ("0", "7", true),
            ("-0.0", "7", true),
            ("-14", "7", true),
            ("15", "7", false),
            ("1e-400", "1", false),
            ("18446744073709551617", "18446744073709551617", true),
            ("0.0075", "0.0001", true),
            ("100", "1e2", true),
            ("150", "1e2", false),
        ];
        for (value, divisor, expected) in cases {
            let told = Divisor::of(&number(divisor)).map(|divisor| divisor.divides(&number(value)));
            let known = divisor.len() < 20;
            assert_eq!(told, known.then_some(expected), "{value} {divisor}");
        }
    }

    #[test]
    fn a_schema_that_never_calculates_judges_no_numbers() {
        assert!(!judged_by(
            &json!({"type": "object", "properties": {"a": {"type": "number"}, "b": {"enum": ["x"]}}})
        ));
        assert!(judged_by(&json!({"items": {"type": ["integer", "null"]}})));
        assert!(judged_by(&json!({"properties": {"a": {"minimum": 0}}})));
        assert!(judged_by(&json!({"enum": [[{"a": 1}]]})));
    }
}
