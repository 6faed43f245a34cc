//! Reading records: one by key, or a list page by page.

use std::sync::Arc;

use super::{Dataset, Hub};
use crate::error::{Error, Malformed, Result, Unknown};
use crate::record::{Cursor, EntityTag, project};
use crate::store::{self, records::Stored};
use crate::types::{Document, Pointer, RecordKey, Seq, Timestamp};

/// A record as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its key.
    pub key: String,
    /// Its last change.
    pub seq: Seq,
    /// When that was.
    pub at: Timestamp,
    /// The payload, or the granted part of it.
    pub payload: String,
    /// Its entity tag.
    pub etag: String,
}

/// Which page of a list is wanted.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// How many records at most, 1 to 1,000.
    pub limit: u16,
    /// Where the page before ended, as the hub gave it out.
    pub cursor: Option<String>,
}

/// A page of a list.
#[derive(Debug)]
pub struct ListPage {
    /// The records, by key in byte order.
    pub records: Vec<Shown>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
    /// The feed's position when the list was begun.
    pub as_of: Seq,
    /// Of a list by keys, those without a record.
    pub missing: Option<Vec<RecordKey>>,
}

impl Hub {
    /// One record. Of its payload, only `fields` are shown when they are named.
    ///
    /// # Errors
    /// Unknown where there is no such record.
    pub async fn record(
        &self,
        dataset: &Dataset,
        key: RecordKey,
        fields: Option<&[Pointer]>,
    ) -> Result<Shown> {
        match self.reader.find((dataset.number, key.clone())).await? {
            Some(stored) => show(dataset, stored, fields),
            None => Err(Error::Unknown(Unknown::Record(key))),
        }
    }

    /// A page of the dataset's records.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this list.
    pub async fn list(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        fields: Option<Vec<Pointer>>,
        query: ListQuery,
    ) -> Result<ListPage> {
        let binding = binding(dataset, fields.as_deref());
        let cursor = query
            .cursor
            .map(|text| {
                Cursor::open(&text, &self.cursor_key, &binding).ok_or(Error::Malformed(Malformed::Cursor))
            })
            .transpose()?;
        let dataset = Arc::clone(dataset);
        let limit = usize::from(query.limit);
        self.blocking(move |hub| {
            let after = cursor.as_ref().map(|cursor| cursor.after.as_str());
            let (head, mut stored) = hub.store.read_at_once(|connection| {
                // The head is read first: what is written in between is told twice, never missed.
                let head = store::datasets::head(connection, dataset.number)?;
                let rows = i64::from(query.limit) + 1;
                Ok((
                    head,
                    store::records::page(connection, dataset.number, after, rows)?,
                ))
            })?;
            let as_of = cursor.map_or(head, |cursor| cursor.as_of);
            let more = stored.len() > limit;
            stored.truncate(limit);
            let last = stored
                .last()
                .filter(|_| more)
                .and_then(|last| RecordKey::parse(&last.key).ok());
            let next = last.map(|after| Cursor { as_of, after }.seal(&hub.cursor_key, &binding));
            let shown = stored
                .into_iter()
                .map(|stored| show(&dataset, stored, fields.as_deref()));
            Ok(ListPage {
                missing: None,
                records: shown.collect::<Result<_>>()?,
                next,
                as_of,
            })
        })
        .await
    }
}

impl Hub {
    /// The records with these keys, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_keys(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        fields: Option<Vec<Pointer>>,
        keys: Vec<RecordKey>,
    ) -> Result<ListPage> {
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| {
            let wanted: Vec<store::records::Wanted> =
                keys.into_iter().map(|key| (dataset.number, key)).collect();
            let (as_of, found) = hub.store.read_at_once(|connection| {
                let head = store::datasets::head(connection, dataset.number)?;
                Ok((head, store::records::find_many(connection, &wanted)?))
            })?;
            let (mut records, mut missing) = (Vec::new(), Vec::new());
            for (found, (_, key)) in found.into_iter().zip(wanted) {
                match found {
                    Some(stored) => records.push(show(&dataset, stored, fields.as_deref())?),
                    None => missing.push(key),
                }
            }
            Ok(ListPage {
                records,
                next: None,
                as_of,
                missing: Some(missing),
            })
        })
        .await
    }
}

/// What a cursor is good for: this feed of this dataset and these fields.
pub(super) fn binding(dataset: &Dataset, fields: Option<&[Pointer]>) -> String {
    let fields = fields.map(|fields| fields.iter().map(|field| format!("{field},")).collect::<String>());
    format!("{} {} {}", dataset.id, dataset.feed, fields.unwrap_or_default())
}

fn show(dataset: &Dataset, stored: Stored, fields: Option<&[Pointer]>) -> Result<Shown> {
    let tag = EntityTag {
        feed: dataset.feed.clone(),
        seq: stored.seq,
    };
    let (payload, etag) = match fields {
        None => (stored.payload, tag.to_string()),
        Some(fields) => (part_of(&stored.payload, fields)?, tag.of_part(fields)),
    };
    Ok(Shown {
        key: stored.key,
        seq: stored.seq,
        at: stored.at,
        payload,
        etag,
    })
}

/// The named fields of a stored payload.
///
/// # Errors
/// When the database holds something that is no JSON.
pub(super) fn part_of(payload: &str, fields: &[Pointer]) -> Result<String> {
    let document = Document::parse(payload.as_bytes())
        .map_err(|fault| Error::Internal(format!("a stored payload is damaged at {}", fault.place)))?;
    Ok(project(document.value(), fields).to_string())
}
