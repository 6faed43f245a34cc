//! [`Bookmark`]: how far an incremental pull has come, by a value of the system's own records.
//!
//! Invariant: a bookmark is a token as the system wrote it; comparing two loses no digit.

use std::cmp::Ordering;

use jiff::civil::Date;

use super::{BookmarkRule, Trouble, page};

/// The greatest value seen. Texts are compared byte by byte, as suits ISO 8601; numbers by their value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bookmark {
    /// A text.
    Text(String),
    /// A number, as it was written.
    Number(String),
}

impl Bookmark {
    /// Reads a bookmark from its JSON token; `None` for anything but a text or a number.
    pub fn parse(token: &str) -> Option<Self> {
        match token.as_bytes().first()? {
            b'"' => serde_json::from_str(token).ok().map(Bookmark::Text),
            b'-' | b'0'..=b'9' => {
                // Read only to see that it is one: written again it might look otherwise.
                serde_json::from_str::<serde_json::Number>(token).ok()?;
                Some(Bookmark::Number(token.trim().to_owned()))
            }
            _ => None,
        }
    }

    /// The JSON token, as it is kept.
    pub fn token(&self) -> String {
        match self {
            Bookmark::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
            Bookmark::Number(number) => number.clone(),
        }
    }

    /// What goes into a query.
    pub fn text(&self) -> &str {
        match self {
            Bookmark::Text(text) | Bookmark::Number(text) => text,
        }
    }

    /// The greater one of what was seen so far and what stands in `item`, if anything does. `latest` is the last
    /// day on which a record can have changed.
    ///
    /// # Errors
    /// Where a text meets a number, or a date another text; where a date is later than `latest`: everything
    /// before it would never be asked for again.
    pub fn advanced(
        so_far: Option<Self>,
        rule: &BookmarkRule,
        item: &str,
        latest: Date,
    ) -> Result<Option<Self>, Trouble> {
        let found = page::find(item, &rule.pointer).and_then(Bookmark::parse);
        let day = found.as_ref().and_then(Bookmark::day);
        if day.is_some_and(|day| day > latest) {
            return Err(Trouble::BookmarkAhead);
        }
        match (so_far, found) {
            (None, found) => Ok(found),
            (so_far, None) => Ok(so_far),
            (Some(so_far), Some(found)) => match so_far.compared(&found) {
                Some(Ordering::Less) => Ok(Some(found)),
                Some(_) => Ok(Some(so_far)),
                None => Err(Trouble::MixedBookmarks),
            },
        }
    }

    /// The day with which a text begins, if it is a date (ISO 8601).
    fn day(&self) -> Option<Date> {
        match self {
            Bookmark::Text(text) => text.get(..10)?.parse().ok(),
            Bookmark::Number(_) => None,
        }
    }

    fn compared(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Bookmark::Text(one), Bookmark::Text(two)) => {
                (self.day().is_some() == other.day().is_some()).then(|| one.cmp(two))
            }
            (Bookmark::Number(one), Bookmark::Number(two)) => Some(by_value(one, two)),
            _ => None,
        }
    }
}

/// Compares two JSON numbers by their value.
fn by_value(one: &str, two: &str) -> Ordering {
    match (Decimal::of(one), Decimal::of(two)) {
        (Some(one), Some(two)) => one.compared(&two),
        _ => {
            let float = |text: &str| text.parse::<f64>().unwrap_or_default();
            float(one).total_cmp(&float(two))
        }
    }
}

/// A number without an exponent: its sign, and its digits on both sides of the point.
struct Decimal<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
}

impl<'t> Decimal<'t> {
    fn of(text: &'t str) -> Option<Self> {
        if text.contains(['e', 'E']) {
            return None;
        }
        let digits = text.trim_start_matches('-');
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Decimal {
            negative: text.starts_with('-') && !zero,
            whole,
            fraction,
        })
    }

    fn compared(&self, other: &Self) -> Ordering {
        let size = |it: &Self| (it.whole.len(), it.whole.to_owned(), it.fraction.to_owned());
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self).cmp(&size(other)),
            (true, true) => size(other).cmp(&size(self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greatest(items: &[&str]) -> Result<Option<String>, Trouble> {
        let rule = BookmarkRule {
            pointer: "/at".parse().unwrap(),
            parameter: "since".into(),
            template: "{bookmark}".into(),
            first: None,
        };
        let latest = "2026-12-31".parse().unwrap();
        let advance = |so_far, item: &&str| Bookmark::advanced(so_far, &rule, item, latest);
        let found = items.iter().try_fold(None, advance)?;
        Ok(found.map(|bookmark: Bookmark| bookmark.token()))
    }

    #[test]
    fn the_greatest_value_is_kept_as_it_was_written() {
        for (items, expected) in [
            (
                vec![
                    r#"{"at":"2026-03-01"}"#,
                    r#"{"at":"2026-03-20"}"#,
                    r#"{"at":"2026-03-02"}"#,
                ],
                Some("\"2026-03-20\""),
            ),
            (vec![r#"{"at":9}"#, r#"{"at":10}"#], Some("10")),
            (
                vec![
                    r#"{"at":12345678901234567890124}"#,
                    r#"{"at":12345678901234567890123}"#,
                ],
                Some("12345678901234567890124"),
            ),
            (vec![r#"{"at":64.10}"#, r#"{"at":64.1}"#], Some("64.10")),
            (vec![r#"{"at":64.09}"#, r#"{"at":64.1}"#], Some("64.1")),
            (vec![r#"{"at":-2}"#, r#"{"at":-10}"#], Some("-2")),
            (vec![r#"{"at":0}"#, r#"{"at":-0.5}"#], Some("0")),
            (vec![r#"{"at":1e3}"#, r#"{"at":999}"#], Some("1e3")),
            (vec![r#"{"at":null}"#, r#"{"b":1}"#, "x"], None),
            (vec![r#"{"at":null}"#, r#"{"at":"a\"b"}"#], Some(r#""a\"b""#)),
        ] {
            assert_eq!(greatest(&items).unwrap().as_deref(), expected, "{items:?}");
        }
        assert_eq!(
            greatest(&[r#"{"at":1}"#, r#"{"at":"1"}"#]),
            Err(Trouble::MixedBookmarks)
        );
    }

    #[test]
    fn a_value_that_would_hide_everything_behind_it_is_none() {
        assert_eq!(
            greatest(&[r#"{"at":"2026-03-01"}"#, r#"{"at":"9999-12-31T00:00:00"}"#]),
            Err(Trouble::BookmarkAhead)
        );
        assert_eq!(
            greatest(&[r#"{"at":"2026-03-01"}"#, r#"{"at":"tidak ada"}"#]),
            Err(Trouble::MixedBookmarks)
        );
    }

    #[test]
    fn a_bookmark_comes_back_from_where_it_is_kept() {
        for token in ["\"2026-03-20T10:00:00\"", "64.10", "-7"] {
            assert_eq!(Bookmark::parse(token).unwrap().token(), token);
        }
        assert_eq!(Bookmark::parse("null"), None);
    }
}
