//! Which changes one message carries, and by which id a receiver knows it again.

use std::fmt::Display;

use crate::types::{FeedId, Seq};

/// The most changes of one message.
pub const MAX_BATCH: u16 = 1_000;

/// The changes of one message: those behind `since`, up to `upto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The last change that was delivered before.
    pub since: Seq,
    /// The last change of the message.
    pub upto: Seq,
}

impl Bounds {
    /// The next message where so many changes at most are sent at once and the feed ends at `head`.
    pub fn behind(since: Seq, batch: u16, head: Seq) -> Option<Self> {
        let upto = Seq(since.0.saturating_add(i64::from(batch)).min(head.0));
        (upto > since).then_some(Bounds { since, upto })
    }
}

/// The id of a message with changes. `round` rises when somebody has changes sent once more: what is sent again
/// on purpose must not look like what is sent again by mistake.
pub fn batch_id(subscription: i64, round: i64, feed: &FeedId, bounds: Bounds) -> String {
    let (first, last) = (bounds.since.next(), bounds.upto);
    id(subscription, round, feed, format_args!("{first}-{last}"))
}

/// The id of the message that tells of another feed.
pub fn reset_id(subscription: i64, round: i64, feed: &FeedId) -> String {
    id(subscription, round, feed, "reset")
}

/// The specification signs id, timestamp and body with points between them, so an id has none.
fn id(subscription: i64, round: i64, feed: &FeedId, what: impl Display) -> String {
    format!("msg_{subscription}_{round}_{feed}_{what}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_ends_at_its_size_or_with_the_feed() {
        let behind =
            |since, batch, head| Bounds::behind(Seq(since), batch, Seq(head)).map(|bounds| bounds.upto.0);
        assert_eq!(behind(0, 100, 250), Some(100));
        assert_eq!(behind(200, 100, 250), Some(250));
        assert_eq!(behind(250, 100, 250), None);
        assert_eq!(behind(251, 100, 250), None);
    }

    #[test]
    fn an_id_is_the_same_for_the_same_changes_alone() {
        let feed: FeedId = "0123456789ab".parse().unwrap();
        let bounds = Bounds {
            since: Seq(100),
            upto: Seq(200),
        };
        let id = batch_id(7, 0, &feed, bounds);
        assert_eq!(id, "msg_7_0_0123456789ab_101-200");
        assert_ne!(id, batch_id(7, 1, &feed, bounds));
        assert_ne!(id, reset_id(7, 0, &feed));
        assert!(!id.contains('.'));
    }
}
