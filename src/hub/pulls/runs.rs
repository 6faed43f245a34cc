//! What is known of the runs of a pull.

use super::{Hub, Reason, find};
use crate::audit::ExchangeId;
use crate::error::{Error, Malformed, Result};
use crate::hub::PageQuery;
use crate::record::Cursor;
use crate::store;
use crate::store::pulls::runs::RunRow;
use crate::types::{RecordKey, Seq, Timestamp};

/// A run as it is shown.
#[derive(Debug)]
pub struct RunView {
    /// Its number.
    pub id: i64,
    /// What made it run: `schedule` or `request`.
    pub cause: String,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it last got somewhere.
    pub progress_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// `running`, `ok`, `failed`, `stopped` or `interrupted`.
    pub outcome: String,
    /// Why it did not go to its end.
    pub reason: Option<Reason>,
    /// What it brought.
    pub counts: RunCounts,
    /// From where it went on, as a JSON token.
    pub bookmark_before: Option<String>,
    /// How far it came.
    pub bookmark_after: Option<String>,
    /// Its entry in the log of exchanges.
    pub exchange: Option<String>,
}

/// What a run brought.
#[derive(Debug, Clone, Copy)]
pub struct RunCounts {
    /// Pages.
    pub pages: i64,
    /// Bytes of them.
    pub bytes: i64,
    /// Items on them.
    pub received: i64,
    /// Records that were not there before.
    pub created: i64,
    /// Records that were there with other content.
    pub updated: i64,
    /// Records that stood so already.
    pub unchanged: i64,
    /// Records that went.
    pub deleted: i64,
    /// Payloads that were refused.
    pub rejected: i64,
}

/// A page of runs.
#[derive(Debug)]
pub struct RunPage {
    /// They, newest first.
    pub runs: Vec<RunView>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl From<RunRow> for RunView {
    fn from(row: RunRow) -> Self {
        RunView {
            id: row.id,
            cause: row.cause,
            begun_at: Timestamp(row.begun_at),
            progress_at: Timestamp(row.progress_at),
            ended_at: row.ended_at.map(Timestamp),
            outcome: row.outcome.unwrap_or_else(|| "running".into()),
            reason: row.reason.as_deref().and_then(Reason::read),
            counts: RunCounts {
                pages: row.pages,
                bytes: row.bytes,
                received: row.received,
                created: row.created,
                updated: row.updated,
                unchanged: row.unchanged,
                deleted: row.deleted,
                rejected: row.rejected,
            },
            bookmark_before: row.bookmark_before,
            bookmark_after: row.bookmark_after,
            exchange: row
                .exchange
                .and_then(|bytes| ExchangeId::from_bytes(&bytes))
                .map(|id| id.to_string()),
        }
    }
}

impl Hub {
    /// The runs of a pull, newest first.
    ///
    /// # Errors
    /// Unknown where there is no such pull; malformed when the cursor was not given out for this list.
    pub fn pull_runs(&self, id: i64, query: &PageQuery) -> Result<RunPage> {
        let binding = format!("/admin pull runs {id}");
        let before = match &query.cursor {
            Some(text) => Cursor::open(text, &self.cursor_key, &binding)
                .and_then(|cursor| cursor.after.as_str().parse().ok())
                .ok_or(Error::Malformed(Malformed::Cursor))?,
            None => i64::MAX,
        };
        let rows = i64::try_from(query.limit).unwrap_or(i64::MAX - 1) + 1;
        let mut runs = self.store.read(|connection| {
            find(connection, id)?;
            store::pulls::runs::page(connection, id, before, rows)
        })?;
        let more = runs.len() > query.limit;
        runs.truncate(query.limit);
        let last = runs.last().filter(|_| more);
        let last = last.and_then(|last| RecordKey::parse(&last.id.to_string()).ok());
        let next = last.map(|after| Cursor { as_of: Seq(0), after }.seal(&self.cursor_key, &binding));
        Ok(RunPage {
            runs: runs.into_iter().map(RunView::from).collect(),
            next,
        })
    }
}
