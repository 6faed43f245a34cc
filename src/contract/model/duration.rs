//! [`Duration`]: a length of time as contracts write it (ISO 8601: `P5Y`, `PT60S`).
//!
//! Not here: adding it to a date, which the callers do with their clock. Invariant: the text is a
//! well-formed, positive ISO 8601 duration.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time, kept as it was written.
#[derive(Debug, Clone)]
pub struct Duration {
    text: Box<str>,
    span: jiff::Span,
}

impl Duration {
    /// The length in calendar units, to be added to a date.
    pub fn span(&self) -> jiff::Span {
        self.span
    }

    /// The length in whole seconds, with a day of 24 hours, a month of 30 days and a year of 365.
    pub fn seconds(&self) -> i64 {
        let days = i64::from(self.span.get_years()) * 365
            + i64::from(self.span.get_months()) * 30
            + i64::from(self.span.get_weeks()) * 7
            + i64::from(self.span.get_days());
        let clock = i64::from(self.span.get_hours())
            .saturating_mul(3600)
            .saturating_add(self.span.get_minutes().saturating_mul(60))
            .saturating_add(self.span.get_seconds());
        days.saturating_mul(86_400).saturating_add(clock)
    }
}

/// Two durations are the same when they are written the same: `P12M` is not `P1Y`.
impl PartialEq for Duration {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Duration {}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Duration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fault = || {
            format!(
                "'{}' is not a duration; write it like P5Y, P30D or PT60S",
                text.escape_debug()
            )
        };
        let shaped = text.starts_with('P')
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || b"PYMWDTHMS".contains(&b));
        if !shaped {
            return Err(fault());
        }
        let span: jiff::Span = text.parse().map_err(|_| fault())?;
        if span.is_zero() {
            Err(fault())
        } else {
            Ok(Duration {
                text: text.into(),
                span,
            })
        }
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_iso_8601_writes_them() {
        let seconds = |text: &str| text.parse::<Duration>().map(|duration| duration.seconds()).ok();
        let cases = [
            ("P5Y", Some(5 * 365 * 86_400)),
            ("P30D", Some(30 * 86_400)),
            ("PT60S", Some(60)),
            ("P1DT2H", Some(93_600)),
            ("P2W", Some(14 * 86_400)),
            ("5Y", None),
            ("P", None),
            ("PT", None),
            ("P5", None),
            ("-P5Y", None),
            ("p5y", None),
            ("P0D", None),
            ("P1Y2", None),
            ("P99999999999Y", None),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
