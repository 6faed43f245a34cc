//! Entity tags and preconditions (RFC 9110, sections 8.8.3 and 13).
//!
//! A record's tag is `"<feed>-<seq>"` of its last change. A tag over some fields only has `;` and
//! a hash behind it, which `If-Match` ignores. A tag that a proxy weakened still matches.

use std::fmt;

use super::Mask;
use crate::types::{FeedId, Seq};

/// The entity tag of a record's current version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityTag {
    /// The feed the seq belongs to.
    pub feed: FeedId,
    /// The record's last change.
    pub seq: Seq,
}

impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}-{}\"", self.feed, self.seq)
    }
}

impl EntityTag {
    /// The tag of the part of the record that a mask shows: the record's own, `;` and the mask's hash.
    pub fn of_part(&self, mask: &Mask) -> String {
        format!("\"{}-{};{}\"", self.feed, self.seq, mask.hash())
    }
}

/// What must hold of a record before it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precondition {
    /// `If-Match`: the record must be there, with one of these tags unless it was `*`.
    pub if_match: Option<Match>,
    /// `If-None-Match: *`: the record must not be there.
    pub absent: bool,
}

/// The value of `If-Match`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// `*`: any version.
    Any,
    /// One of these opaque tags, without quotes.
    OneOf(Vec<String>),
}

impl Precondition {
    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.if_match.is_none() && !self.absent
    }

    /// Whether the precondition holds of a record whose tag is `current` (`None`: no record).
    pub fn holds(&self, current: Option<&EntityTag>) -> bool {
        if self.absent && current.is_some() {
            return false;
        }
        match (&self.if_match, current) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(Match::Any), Some(_)) => true,
            (Some(Match::OneOf(tags)), Some(current)) => {
                let current = format!("{}-{}", current.feed, current.seq);
                tags.iter().any(|tag| tag.split(';').next() == Some(&current))
            }
        }
    }
}

/// Reads the value of `If-Match` or `If-None-Match`; `None` when it is not a list of tags or `*`.
pub fn parse_match(field: &str) -> Option<Match> {
    let mut rest = field.trim();
    if rest == "*" {
        return Some(Match::Any);
    }
    let mut tags = Vec::new();
    loop {
        let tag = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
        let (tag, after) = tag.split_once('"')?;
        tags.push(tag.to_owned());
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(Match::OneOf(tags));
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_precondition_holds_as_rfc_9110_says() {
        let tag = EntityTag {
            feed: FeedId::from_random([0xab; 6]),
            seq: Seq(7),
        };
        let given = |field: &str| Precondition {
            if_match: parse_match(field),
            ..Precondition::default()
        };
        assert_eq!(tag.to_string(), "\"abababababab-7\"");
        for matching in [
            "*",
            "\"abababababab-7\"",
            "W/\"abababababab-7\"",
            "\"x\", \"abababababab-7;f00\"",
        ] {
            assert!(given(matching).holds(Some(&tag)), "{matching}");
            assert!(!given(matching).holds(None), "{matching}");
        }
        assert!(!given("\"abababababab-8\"").holds(Some(&tag)));
        let absent = Precondition {
            absent: true,
            ..Precondition::default()
        };
        assert!(absent.holds(None));
        assert!(!absent.holds(Some(&tag)));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for bad in ["", "abc", "\"a", "\"a\" \"b\"", "\"a\",", "w/\"a\""] {
            assert_eq!(parse_match(bad), None, "{bad}");
        }
    }
}
