//! The feed as server-sent events, which go on until the caller leaves or the hub stops.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use super::reader::Reader;
use super::view::Shown;
use crate::http::problem::Problem;
use crate::http::stream::{Page, Pages};
use crate::hub::News;
use crate::types::FeedId;

/// How often a comment shows both ends, and all in between, that the connection is in use.
const COMMENT: Duration = Duration::from_secs(15);
/// How long the right to read is believed in while there is nothing to read.
const BELIEF: Duration = Duration::from_secs(2);
/// How long after a look at the feed the next one comes at the earliest: a busy feed is given out in
/// handfuls.
const HANDFUL: Duration = Duration::from_millis(20);

/// The pages behind the first.
pub(super) struct Events {
    reader: Reader,
    feed: FeedId,
    /// Whether there is more to read right now.
    more: bool,
    read: Instant,
    comment: Instant,
}

impl Events {
    /// The pages behind `first`, which `reader` has read.
    pub(super) fn after(first: &Shown, reader: Reader) -> Self {
        let now = Instant::now();
        Events {
            reader,
            feed: first.feed.clone(),
            more: first.more,
            read: now,
            comment: now + COMMENT,
        }
    }
}

impl Pages for Events {
    const ENDLESS: bool = true;

    async fn next(&mut self) -> Result<Option<Page>, Problem> {
        loop {
            let now = Instant::now();
            if self.reader.hub.stopping() {
                return Ok(None);
            }
            if now >= self.comment {
                self.comment = now + COMMENT;
                return Ok(Some(Page {
                    text: ":\n\n".into(),
                    records: 0,
                }));
            }
            self.reader.renew().await?;
            if !self.more {
                let until = self.comment.min(now + BELIEF);
                if self.reader.news(&self.feed, until).await != News::There {
                    continue;
                }
                sleep_until(self.read + HANDFUL).await;
                self.reader.renew().await?;
            }
            self.read = Instant::now();
            let shown = self.reader.page().await?;
            self.more = shown.more;
            if shown.page.records > 0 {
                return Ok(Some(shown.page));
            }
        }
    }
}
