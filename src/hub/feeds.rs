//! Reading a dataset's feed: its changes in order.

use std::sync::Arc;

use super::records::part_of;
use super::{Dataset, Hub};
use crate::error::{Error, Gone, Result};
use crate::store;
use crate::types::{FeedId, Pointer, Seq, Timestamp, Version};

/// One change as it is shown.
#[derive(Debug)]
pub struct FeedEntry {
    /// Its number.
    pub seq: Seq,
    /// Whether the record was deleted.
    pub deleted: bool,
    /// The record's key.
    pub key: String,
    /// When it was committed.
    pub at: Timestamp,
    /// The contract version that judged it.
    pub contract: Version,
    /// The payload, or the granted part of it; `None` after a deletion.
    pub data: Option<String>,
}

/// A page of a feed.
#[derive(Debug)]
pub struct FeedPage {
    /// The changes, by number without gaps.
    pub changes: Vec<FeedEntry>,
    /// Where the next page begins.
    pub next: Seq,
    /// Whether there is more right now.
    pub more: bool,
    /// The feed's identity.
    pub feed: FeedId,
}

impl Hub {
    /// The changes after `since`, at most `limit`. With a `feed`, the position must be of that feed.
    ///
    /// # Errors
    /// Gone when the position lies behind the end or belongs to another feed.
    pub async fn changes(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        fields: Option<Vec<Pointer>>,
        since: Seq,
        feed: Option<String>,
        limit: u16,
    ) -> Result<FeedPage> {
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| {
            let (head, changes) = hub.store.read_at_once(|connection| {
                let head = store::datasets::head(connection, dataset.number)?;
                Ok((
                    head,
                    store::changes::page(connection, dataset.number, since, i64::from(limit))?,
                ))
            })?;
            let same = feed.is_none_or(|feed| feed == dataset.feed.as_str());
            if since > head || !same {
                return Err(Error::Gone(Gone::Cursor { head }));
            }
            let next = changes.last().map_or(since, |last| last.seq);
            let shown = changes.into_iter().map(|change| {
                let data = match (change.payload, fields.as_deref()) {
                    (Some(payload), Some(fields)) => Some(part_of(&payload, fields)?),
                    (payload, _) => payload,
                };
                Ok(FeedEntry {
                    seq: change.seq,
                    deleted: change.deleted,
                    key: change.key,
                    at: change.at,
                    contract: dataset.version_of(change.contract),
                    data,
                })
            });
            Ok(FeedPage {
                changes: shown.collect::<Result<_>>()?,
                next,
                more: next < head,
                feed: dataset.feed.clone(),
            })
        })
        .await
    }
}
