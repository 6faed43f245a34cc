//! [`IntegrationNumber`]: the number under which an integration stands in the register.
//!
//! Not here: giving numbers out (the store counts). Invariant: a year has four digits, a number none in front.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A number of the register, written `2026/7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntegrationNumber {
    /// The year in which it was received.
    pub year: i32,
    /// Its number within the year, from 1.
    pub number: i32,
}

impl FromStr for IntegrationNumber {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let says = || "an integration's number is written like 2026/7".to_owned();
        let (year, number) = text.split_once('/').ok_or_else(says)?;
        let digits = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && !text.is_empty()
        };
        if !digits(year) || year.len() != 4 || !digits(number) {
            return Err(says());
        }
        Ok(IntegrationNumber {
            year: year.parse().map_err(|_| says())?,
            number: number.parse().map_err(|_| says())?,
        })
    }
}

impl fmt::Display for IntegrationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.year, self.number)
    }
}

impl Serialize for IntegrationNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_written_in_one_way() {
        let number: IntegrationNumber = "2026/7".parse().unwrap();
        assert_eq!((number.year, number.number), (2026, 7));
        assert_eq!(number.to_string(), "2026/7");
        for bad in [
            "",
            "2026",
            "2026/",
            "2026/0",
            "2026/07",
            "26/7",
            "2026/-7",
            "2026/7/1",
            "2026/99999999999",
        ] {
            assert!(bad.parse::<IntegrationNumber>().is_err(), "{bad}");
        }
    }
}
