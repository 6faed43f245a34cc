//! Positions in a dataset's change feed: [`Seq`] and [`FeedId`].
//!
//! A feed numbers its changes 1, 2, 3 without gaps. Its id changes when a restore or a reset makes
//! old positions meaningless, so a position is only worth something together with the id.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// The number of a change within its dataset's feed; 0 is "before the first".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize)]
#[serde(transparent)]
pub struct Seq(pub i64);

impl Seq {
    /// The position that follows.
    #[must_use]
    pub fn next(self) -> Self {
        Seq(self.0.saturating_add(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The identity of one uninterrupted feed: 12 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct FeedId(Box<str>);

impl FeedId {
    /// A feed id made from six random bytes.
    pub fn from_random(bytes: [u8; 6]) -> Self {
        FeedId(
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
                .into(),
        )
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for FeedId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if text.len() == 12 && digits {
            Ok(FeedId(text.into()))
        } else {
            Err(format!("'{}' is not a feed id", text.escape_debug()))
        }
    }
}
