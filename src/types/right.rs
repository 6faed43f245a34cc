//! [`Right`]: what a grant lets an agency do with a dataset.

use serde::{Deserialize, Serialize};

/// One of the three things that may be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    /// Send records in.
    Push,
    /// Read records and changes.
    Pull,
    /// Call the owner's system through the hub.
    Live,
}

impl Right {
    /// The word as it stands in contracts and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Right::Push => "push",
            Right::Pull => "pull",
            Right::Live => "live",
        }
    }
}
