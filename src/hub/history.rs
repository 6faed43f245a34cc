//! The history of a record: its versions, newest first, which stay after a deletion.

use std::sync::Arc;

use super::log::Showing;
use super::records::{binding, shown_of};
use super::{Call, Dataset, Hub, ListQuery};
use crate::audit::Reading;
use crate::error::{Error, Malformed, Result, Unknown};
use crate::record::{Cursor, Mask};
use crate::store::{self, history::Author};
use crate::types::{Pointer, RecordKey, Seq, Timestamp, Version};

/// One version as it is shown.
#[derive(Debug)]
pub struct VersionEntry {
    /// The change that made it.
    pub seq: Seq,
    /// Whether the record was deleted.
    pub deleted: bool,
    /// When it was committed.
    pub at: Timestamp,
    /// Who made it; `None` when the log no longer tells.
    pub by: Option<Author>,
    /// The contract version that judged it.
    pub contract: Version,
    /// The payload, or the granted part of it; `None` after a deletion, or where it was erased.
    pub data: Option<String>,
}

/// A page of a history.
#[derive(Debug)]
pub struct HistoryPage {
    /// The versions, newest first.
    pub versions: Vec<VersionEntry>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
}

impl Hub {
    /// A page of the versions of one record. Of the payloads, only `fields` are shown when they are
    /// named.
    ///
    /// # Errors
    /// Unknown when there never was such a record; malformed when the cursor was not given out for
    /// this history.
    pub async fn history(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        key: RecordKey,
        fields: Option<Vec<Pointer>>,
        query: ListQuery,
    ) -> Result<HistoryPage> {
        let shown = key.clone();
        let page = self.history_unseen(dataset, key, fields, query).await?;
        let payloads = page.versions.iter().filter_map(|version| version.data.as_ref());
        let showing = Showing {
            dataset,
            action: "pull",
            reading: Reading::History(shown.as_str().to_owned()),
            records: page.versions.len(),
            bytes: payloads.map(String::len).sum(),
        };
        self.witness(call, showing).await?;
        Ok(page)
    }

    async fn history_unseen(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        key: RecordKey,
        fields: Option<Vec<Pointer>>,
        query: ListQuery,
    ) -> Result<HistoryPage> {
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| {
            let binding = format!("history {}", binding(&dataset, fields.as_deref()));
            let begin = match &query.cursor {
                Some(text) => {
                    let cursor = Cursor::open(text, &hub.cursor_key, &binding);
                    let cursor = cursor.filter(|cursor| cursor.after == key);
                    Some(cursor.ok_or(Error::Malformed(Malformed::Cursor))?.as_of)
                }
                None => None,
            };
            let limit = usize::from(query.limit);
            let mut versions = hub.store.read_at_once(|connection| {
                let last = store::history::last(connection, dataset.number, &key)?;
                let last = last.ok_or_else(|| Error::Unknown(Unknown::Record(key.clone())))?;
                let rows = i64::from(query.limit) + 1;
                store::history::walk(connection, dataset.number, begin.unwrap_or(last), rows)
            })?;
            // The cursor names the version with which the next page begins.
            let next = versions.get(limit).map(|version| Cursor {
                as_of: version.seq,
                after: key,
            });
            versions.truncate(limit);
            let mask = fields.as_deref().map(Mask::of);
            let shown = versions
                .into_iter()
                .map(|version| shown(&dataset, version, mask.as_ref()));
            Ok(HistoryPage {
                versions: shown.collect::<Result<_>>()?,
                next: next.map(|next| next.seal(&hub.cursor_key, &binding)),
            })
        })
        .await
    }
}

fn shown(dataset: &Dataset, version: store::history::Version, mask: Option<&Mask>) -> Result<VersionEntry> {
    Ok(VersionEntry {
        seq: version.seq,
        deleted: version.deleted,
        at: version.at,
        by: version.by,
        contract: dataset.version_of(version.contract),
        data: shown_of(version.payload, mask)?,
    })
}
