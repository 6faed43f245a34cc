//! [`Sum`]: numbers of JSON added up exactly, to the last digit behind the point.
//!
//! Not here: any other arithmetic. Invariant: nothing is rounded; a number that would take more than [`MAX_DIGITS`]
//! digits to write out is not added but counted as left out.

use std::cmp::Ordering;

/// The most digits a number may have when it is written out without exponent.
const MAX_DIGITS: usize = 400;

/// A decimal number: its digits from the last one on, how many of them are behind the point, its sign.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Decimal {
    negative: bool,
    /// From the last one to the first.
    digits: Vec<u8>,
    /// How many are behind the point.
    behind: usize,
}

/// A sum.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    sum: Decimal,
    /// How many numbers were too long to be added.
    pub left_out: u64,
}

impl Sum {
    /// Adds a number as JSON writes it.
    pub fn add(&mut self, text: &str) {
        match Decimal::read(text) {
            Some(number) => self.sum = self.sum.plus(&number),
            None => self.left_out += 1,
        }
    }

    /// The sum as JSON writes it.
    pub fn text(&self) -> String {
        self.sum.text()
    }
}

/// `left` less `right`; none where one of them is no number, or too long.
pub fn difference(left: &str, right: &str) -> Option<String> {
    let mut right = Decimal::read(right)?;
    right.negative = !right.negative;
    Some(Decimal::read(left)?.plus(&right).text())
}

/// Whether a text is a number that can be added.
pub fn is_number(text: &str) -> bool {
    Decimal::read(text).is_some()
}

impl Decimal {
    fn read(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let plain = exponent.strip_prefix('+').unwrap_or(exponent);
                (mantissa, plain.parse::<i32>().ok()?)
            }
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let digit = |byte: u8| byte.saturating_sub(b'0');
        let mut digits: Vec<u8> = fraction.bytes().rev().map(digit).collect();
        digits.extend(whole.bytes().rev().map(digit));
        let behind = i64::try_from(fraction.len()).ok()? - i64::from(exponent);
        let size = usize::try_from(behind.unsigned_abs()).ok()?;
        if size > MAX_DIGITS || digits.len() > MAX_DIGITS {
            return None;
        }
        let behind = match behind {
            0.. => size,
            // The exponent says how many zeros follow.
            _ => {
                digits.splice(0..0, std::iter::repeat_n(0, size));
                0
            }
        };
        Some(Decimal {
            negative,
            digits,
            behind,
        })
    }

    /// Its digits from the last of `behind` ones on.
    fn aligned(&self, behind: usize) -> Vec<u8> {
        let mut digits = vec![0; behind.saturating_sub(self.behind)];
        digits.extend_from_slice(&self.digits);
        digits
    }

    fn plus(&self, other: &Decimal) -> Decimal {
        let behind = self.behind.max(other.behind);
        let (left, right) = (self.aligned(behind), other.aligned(behind));
        let (negative, digits) = if self.negative == other.negative {
            (self.negative, added(&left, &right))
        } else if compare(&left, &right) == Ordering::Less {
            (other.negative, subtracted(&right, &left))
        } else {
            (self.negative, subtracted(&left, &right))
        };
        let zero = digits.iter().all(|digit| *digit == 0);
        Decimal {
            negative: negative && !zero,
            digits,
            behind,
        }
    }

    /// Without exponent; digits behind the point stay as many as the longest number had.
    fn text(&self) -> String {
        let mut digits = self.digits.clone();
        digits.resize(digits.len().max(self.behind + 1), 0);
        while digits.len() > self.behind + 1 && digits.last() == Some(&0) {
            digits.pop();
        }
        let mut text = String::new();
        if self.negative && digits.iter().any(|digit| *digit > 0) {
            text.push('-');
        }
        for (place, digit) in digits.iter().enumerate().rev() {
            text.push(char::from(b'0' + digit));
            if place == self.behind && place > 0 {
                text.push('.');
            }
        }
        text
    }
}

fn at(digits: &[u8], place: usize) -> u8 {
    digits.get(place).copied().unwrap_or_default()
}

fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let longest = left.len().max(right.len());
    (0..longest)
        .rev()
        .map(|place| at(left, place).cmp(&at(right, place)))
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

fn added(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut sum: Vec<u8> = (0..left.len().max(right.len()))
        .map(|place| {
            let both = at(left, place) + at(right, place) + carry;
            carry = both / 10;
            both % 10
        })
        .collect();
    if carry > 0 {
        sum.push(carry);
    }
    sum
}

/// `left`, which is not the smaller one, less `right`.
fn subtracted(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    (0..left.len().max(right.len()))
        .map(|place| {
            let (above, below) = (at(left, place), at(right, place) + borrow);
            borrow = u8::from(above < below);
            above + borrow * 10 - below
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(numbers: &[&str]) -> String {
        let mut sum = Sum::default();
        numbers.iter().for_each(|number| sum.add(number));
        assert_eq!(sum.left_out, 0);
        sum.text()
    }

    #[test]
    fn sums_lose_no_digit() {
        for (numbers, told) in [
            (&[][..], "0"),
            (&["0.1", "0.2"], "0.3"),
            (&["64.10", "1"], "65.10"),
            (&["-64.10", "64.1"], "0.00"),
            (&["5", "-7.25"], "-2.25"),
            (&["-5", "-7.25"], "-12.25"),
            (&["9007199254740993", "0.0001"], "9007199254740993.0001"),
            (&["1e3", "1.5E-2"], "1000.015"),
            (&["999", "1"], "1000"),
            (&["1000", "-1"], "999"),
            (&["0.05", "-0.1"], "-0.05"),
        ] {
            assert_eq!(sum(numbers), told, "{numbers:?}");
        }
    }

    #[test]
    fn what_is_no_number_or_too_long_is_counted_and_not_added() {
        let mut sum = Sum::default();
        for text in ["1e999999999", "", "-", "1.2.3", "abc", "1e"] {
            sum.add(text);
        }
        assert_eq!((sum.text().as_str(), sum.left_out), ("0", 6));
    }

    #[test]
    fn a_difference_is_exact() {
        assert_eq!(difference("64.10", "64.1").unwrap(), "0.00");
        assert_eq!(difference("10", "12.5").unwrap(), "-2.5");
        assert_eq!(difference("x", "1"), None);
    }
}
