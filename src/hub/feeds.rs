//! Reading a dataset's feed: its changes in order, and waiting for more.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::log::Showing;
use super::records::shown_of;
use super::watch::News;
use super::{Call, Dataset, Hub};
use crate::audit::Reading;
use crate::error::{Error, Gone, Result};
use crate::record::Mask;
use crate::store::{self, DbConnection, changes::Change, datasets::Head};
use crate::types::{FeedId, Pointer, Seq, Timestamp, Version};

/// How many changes are looked at in one transaction for those that are the newest of their key.
const SCAN: i64 = 10_000;

/// Which page of a feed is wanted.
#[derive(Clone)]
pub struct FeedQuery {
    /// The dataset.
    pub dataset: Arc<Dataset>,
    /// The fields that are shown of a payload; `None` means all.
    pub fields: Option<Vec<Pointer>>,
    /// The last change that is known already.
    pub since: Seq,
    /// The feed that this position is of, where that is known.
    pub feed: Option<String>,
    /// The last change that is of interest; `None` for all there are.
    pub until: Option<Seq>,
    /// How many changes at most, 1 to 10,000.
    pub limit: u16,
    /// Only the newest change of each key.
    pub latest: bool,
    /// How many bytes at most, where that is bounded; a single change may have more.
    pub most_bytes: Option<usize>,
}

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
    /// The changes, by number; without gaps unless only the newest were wanted.
    pub changes: Vec<FeedEntry>,
    /// Where the next page begins.
    pub next: Seq,
    /// Whether there is more right now.
    pub more: bool,
    /// The number of the feed's last change when the page was read.
    pub head: Seq,
    /// The feed's identity.
    pub feed: FeedId,
}

/// What one transaction read.
struct Part {
    changes: Vec<Change>,
    next: Seq,
    head: Head,
}

impl Hub {
    /// A page of a feed as `show` shows it, off the threads that serve requests. At most half of the
    /// database's connections read feeds at the same time; who finds none free waits for one.
    ///
    /// # Errors
    /// Gone when the position lies behind the end or belongs to another feed.
    pub async fn changes<T: Send + 'static>(
        self: &Arc<Self>,
        call: &Call,
        query: FeedQuery,
        show: impl FnOnce(FeedPage) -> T + Send + 'static,
    ) -> Result<T> {
        self.changes_for(call, "changes", query, show).await
    }

    /// The same for what the log calls `action`.
    ///
    /// # Errors
    /// As there.
    pub(super) async fn changes_for<T: Send + 'static>(
        self: &Arc<Self>,
        call: &Call,
        action: &'static str,
        query: FeedQuery,
        show: impl FnOnce(FeedPage) -> T + Send + 'static,
    ) -> Result<T> {
        let (dataset, since) = (Arc::clone(&query.dataset), query.since);
        let work = move |page: FeedPage| {
            let reading = Reading::Changes {
                from: since.next().0,
                to: Some(page.next.0),
            };
            let payloads = page.changes.iter().filter_map(|entry| entry.data.as_ref());
            let bytes = payloads.map(String::len).sum();
            (reading, page.changes.len(), bytes, show(page))
        };
        let (reading, records, bytes, shown) = self.in_turn(query, work).await?;
        if records > 0 {
            let showing = Showing {
                dataset: &dataset,
                action,
                reading,
                records,
                bytes,
            };
            self.witness(call, showing).await?;
        }
        Ok(shown)
    }

    /// Reads a page in its turn. That is a task of its own, which ends with whoever waits for it: an answer goes on only
    /// while its reader takes it, and a turn that came to one that does not would be lost to everybody else.
    async fn in_turn<T: Send + 'static>(
        self: &Arc<Self>,
        query: FeedQuery,
        work: impl FnOnce(FeedPage) -> T + Send + 'static,
    ) -> Result<T> {
        let hub = Arc::clone(self);
        let mut task = JoinSet::new();
        task.spawn(async move {
            // The semaphore is never closed.
            let turn = async { Ok(Arc::clone(&hub.feed_turns).acquire_owned().await.ok()) };
            let turn = hub.while_it_answers(turn).await?;
            hub.blocking(move |hub| {
                let page = hub.feed_page(&query)?;
                drop(turn);
                Ok(work(page))
            })
            .await
        });
        match task.join_next().await {
            Some(Ok(read)) => read,
            Some(Err(error)) => Err(Error::Internal(error.to_string())),
            None => Err(Error::Internal("a task that was never begun".into())),
        }
    }

    /// Waits until the feed of `query` goes on behind `known` or becomes another than `feed`, at most
    /// until `deadline`. Holds no connection meanwhile.
    pub async fn news(
        &self,
        dataset: &Dataset,
        known: Seq,
        feed: &FeedId,
        deadline: tokio::time::Instant,
    ) -> News {
        self.watcher.wait(dataset.number, known, feed, deadline).await
    }

    /// Whether the hub is about to stop: what has no end of its own must end now.
    pub fn stopping(&self) -> bool {
        self.watcher.stopped()
    }

    /// Sends everybody away who waits for changes, now and from now on: for the moment before the
    /// server stops.
    pub fn release_waiters(&self) {
        self.watcher.release();
    }

    /// A page of a feed.
    fn feed_page(&self, query: &FeedQuery) -> Result<FeedPage> {
        let limit = i64::from(query.limit);
        let mut changes = Vec::new();
        let mut since = query.since;
        loop {
            let left = limit - i64::try_from(changes.len()).unwrap_or(limit);
            let left = query
                .most_bytes
                .map_or(left, |most| step(&changes, most).min(left));
            let mut part = self
                .store
                .read_at_once(|connection| read_part(connection, query, since, left))?;
            if changes.is_empty() {
                changes = part.changes;
            } else {
                changes.append(&mut part.changes);
            }
            since = part.next;
            let end = query
                .until
                .map_or(part.head.seq, |until| until.min(part.head.seq));
            let cut = query.most_bytes.is_some_and(|most| cut(&mut changes, most));
            if let Some(last) = changes.last().filter(|_| cut) {
                since = last.seq;
            }
            let full = i64::try_from(changes.len()).is_ok_and(|count| count >= limit);
            if since >= end || full || cut {
                let mask = query.fields.as_deref().map(Mask::of);
                let shown = changes
                    .into_iter()
                    .map(|change| show(query, change, mask.as_ref()));
                return Ok(FeedPage {
                    changes: shown.collect::<Result<_>>()?,
                    next: since,
                    more: since < end,
                    head: part.head.seq,
                    feed: part.head.feed,
                });
            }
        }
    }
}

/// How many changes are read next where so many bytes at most are wanted: a few at first, then as many as fit
/// if they are like those before.
fn step(changes: &[Change], most: usize) -> i64 {
    const FIRST: i64 = 16;
    let bytes: usize = changes.iter().map(bytes).sum();
    let Some(average) = bytes.checked_div(changes.len()) else {
        return FIRST;
    };
    let fit = most.saturating_sub(bytes) / average.max(1) + 1;
    i64::try_from(fit).unwrap_or(i64::MAX)
}

/// Takes off what goes beyond so many bytes, but for a single change; tells whether the end is reached.
fn cut(changes: &mut Vec<Change>, most: usize) -> bool {
    let mut sum = 0_usize;
    let fits = changes.iter().take_while(|change| {
        sum = sum.saturating_add(bytes(change));
        sum <= most
    });
    let fits = fits.count().max(1);
    let over = fits < changes.len();
    changes.truncate(fits);
    over || sum >= most
}

fn bytes(change: &Change) -> usize {
    change.key.len() + change.payload.as_ref().map_or(0, String::len)
}

/// The next changes behind `since`, at most `limit`, as of one moment. There may be none although the
/// end is not reached when only the newest are wanted.
fn read_part(connection: &mut DbConnection, query: &FeedQuery, since: Seq, limit: i64) -> Result<Part> {
    let dataset = query.dataset.number;
    let head = store::datasets::place(connection, dataset)?;
    let same = query.feed.as_ref().is_none_or(|feed| *feed == head.feed.as_str());
    if since > head.seq || !same {
        return Err(Error::Gone(Gone::Cursor { head: head.seq }));
    }
    let end = query.until.map_or(head.seq, |until| until.min(head.seq));
    if since >= end {
        let (changes, next) = (Vec::new(), since);
        return Ok(Part { changes, next, head });
    }
    if query.latest {
        let reach = Seq(since.0.saturating_add(SCAN)).min(end);
        let changes = store::changes::newest(connection, dataset, since, reach, limit)?;
        let full = i64::try_from(changes.len()).is_ok_and(|count| count >= limit);
        let next = changes.last().filter(|_| full).map_or(reach, |last| last.seq);
        return Ok(Part { changes, next, head });
    }
    // Numbers have no gaps: so many changes end where they must, and where the next is missing the
    // position can't be served whole.
    let changes = store::changes::page(connection, dataset, since, limit.min(end.0 - since.0))?;
    if changes.first().is_none_or(|first| first.seq != since.next()) {
        return Err(Error::Gone(Gone::Cursor { head: head.seq }));
    }
    let next = changes.last().map_or(since, |last| last.seq);
    Ok(Part { changes, next, head })
}

fn show(query: &FeedQuery, change: Change, mask: Option<&Mask>) -> Result<FeedEntry> {
    Ok(FeedEntry {
        seq: change.seq,
        deleted: change.deleted,
        key: change.key,
        at: change.at,
        contract: query.dataset.version_of(change.contract),
        data: shown_of(change.payload, mask)?,
    })
}
