//! Reading records: one by key, or a list page by page.

use std::sync::Arc;

use super::log::Showing;
use super::{Call, Dataset, Hub};
use crate::audit::Reading;
use crate::error::{Error, Malformed, Result, Unavailable, Unknown};
use crate::record::{Damaged, EntityTag, Mask, Place, Selection};
use crate::store::{self, DbConnection, records::Stored};
use crate::types::{Pointer, RecordKey, Seq, Text, Timestamp};

/// How many records are looked at for a page of an earlier moment: at once, and altogether.
const LOOK: (i64, i64) = (250, 20_000);

/// A record as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its key.
    pub key: String,
    /// Its last change.
    pub seq: Seq,
    /// When that was.
    pub at: Timestamp,
    /// The payload, or the part of it that is granted and asked for; empty where it was erased.
    pub payload: String,
    /// Its entity tag.
    pub etag: String,
}

/// Which page of a list is wanted.
#[derive(Debug, Clone)]
pub struct ListQuery {
    /// How many entries at most, 1 to 1,000.
    pub limit: u16,
    /// Where the page before ended, as the hub gave it out.
    pub cursor: Option<String>,
}

/// Which records are wanted, and what of them.
#[derive(Debug, Clone)]
pub struct RecordsQuery {
    /// The page.
    pub page: ListQuery,
    /// The fields that are shown; `None` means all.
    pub fields: Option<Vec<Pointer>>,
    /// Which records, in which order.
    pub selection: Selection,
    /// Whether all of them are to be counted.
    pub count: bool,
    /// The earlier moment of which the list is wanted.
    pub as_of: Option<Seq>,
}

/// A page of a list.
#[derive(Debug)]
pub struct ListPage {
    /// The records, in the list's order.
    pub records: Vec<Shown>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<String>,
    /// The feed's position when the list was begun.
    pub as_of: Seq,
    /// How many records there are altogether, where that was asked.
    pub count: Option<u64>,
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
        call: &Call,
        dataset: &Dataset,
        key: RecordKey,
        fields: Option<&[Pointer]>,
    ) -> Result<Shown> {
        let found = self.reader.find((dataset.number, key.clone()));
        let Some(stored) = self.while_it_answers(found).await? else {
            return Err(Error::Unknown(Unknown::Record(key)));
        };
        let shown = show(dataset, stored, fields.map(Mask::of).as_ref())?;
        let showing = Showing {
            dataset,
            action: "pull",
            reading: Reading::Key(shown.key.clone()),
            records: 1,
            bytes: shown.payload.len(),
        };
        self.witness(call, showing).await?;
        Ok(shown)
    }

    /// A page of the dataset's records.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this list, or the moment is yet to come;
    /// unavailable while a filter is still being prepared.
    pub async fn list(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        query: RecordsQuery,
    ) -> Result<ListPage> {
        let by_key = query.selection.is_plain() && query.as_of.is_none();
        let page = self.list_unseen(dataset, query).await?;
        self.witness_list(call, dataset, &page, by_key).await?;
        Ok(page)
    }

    /// Logs what a page shows: the range of its keys where it holds all of them, else each version.
    async fn witness_list(
        &self,
        call: &Call,
        dataset: &Dataset,
        page: &ListPage,
        by_key: bool,
    ) -> Result<()> {
        let records = &page.records;
        let (Some(first), Some(last)) = (records.first(), records.last()) else {
            return Ok(());
        };
        let reading = match by_key {
            true => Reading::Keys {
                from: first.key.clone(),
                to: Some(last.key.clone()),
            },
            false => Reading::Versions(records.iter().map(|shown| shown.seq.0).collect()),
        };
        let showing = Showing {
            dataset,
            action: "pull",
            reading,
            records: records.len(),
            bytes: records.iter().map(|shown| shown.payload.len()).sum(),
        };
        self.witness(call, showing).await
    }

    async fn list_unseen(self: &Arc<Self>, dataset: &Arc<Dataset>, query: RecordsQuery) -> Result<ListPage> {
        let binding = query.binding(dataset);
        let opened = query.page.cursor.as_deref().map(|text| {
            Place::open(text, &self.cursor_key, &binding).ok_or(Error::Malformed(Malformed::Cursor))
        });
        let (begun, after) = opened.transpose()?.unzip();
        let dataset = Arc::clone(dataset);
        self.blocking(move |hub| {
            let picked = hub
                .store
                .read_at_once(|connection| pick(connection, &dataset, &query, after.as_ref()))?;
            let as_of = begun.or(query.as_of).unwrap_or(picked.head);
            let mask = query.fields.as_deref().map(Mask::of);
            let shown = picked
                .stored
                .into_iter()
                .map(|stored| show(&dataset, stored, mask.as_ref()));
            Ok(ListPage {
                records: shown.collect::<Result<_>>()?,
                next: picked
                    .next
                    .map(|place| place.seal(as_of, &hub.cursor_key, &binding)),
                as_of,
                count: picked.count,
                missing: None,
            })
        })
        .await
    }
}

impl RecordsQuery {
    /// What a cursor of this list is good for.
    fn binding(&self, dataset: &Dataset) -> String {
        let binding = binding(dataset, self.fields.as_deref());
        let as_of = self.as_of.map(|seq| seq.0);
        format!("{binding} {as_of:?} {}", self.selection.fingerprint())
    }
}

/// What a page is made of.
struct Picked {
    head: Seq,
    stored: Vec<Stored>,
    /// The place of the last record, when there are more.
    next: Option<Place>,
    count: Option<u64>,
}

/// Finds a page, everything as of one moment.
fn pick(
    connection: &mut DbConnection,
    dataset: &Dataset,
    query: &RecordsQuery,
    after: Option<&Place>,
) -> Result<Picked> {
    // The head is read first: what is written in between is told twice, never missed.
    let layout = store::slots::layout(connection, dataset.number)?;
    let (head, number) = (layout.seq, dataset.number);
    let after_key = after.map(|place| place.key.as_str());
    if let Some(as_of) = query.as_of {
        if as_of > head {
            return Err(Error::Malformed(Malformed::Parameter("as_of", to_come(head))));
        }
        let (stored, next) = earlier(connection, number, as_of, after_key, query.page.limit)?;
        let count = None;
        return Ok(Picked {
            head,
            stored,
            next,
            count,
        });
    }
    let find = find(&layout, &query.selection)?;
    let (limit, plain) = (usize::from(query.page.limit), query.selection.is_plain());
    let rows = i64::from(query.page.limit) + 1;
    let mut stored = match plain {
        true => store::records::page(connection, number, after_key, rows)?,
        false => store::records::find(connection, number, &find, after, rows)?,
    };
    let more = stored.len() > limit;
    stored.truncate(limit);
    let last = stored.last().filter(|_| more);
    let next = match last.and_then(|last| RecordKey::parse(&last.key).ok()) {
        None => None,
        Some(key) if plain => Some(by_key(key)),
        Some(key) => Some(store::records::place(connection, number, &find, key)?),
    };
    let count = match query.count {
        true => Some(store::records::count_found(connection, number, &find)?),
        false => None,
    };
    let count = count.map(|count| u64::try_from(count).unwrap_or_default());
    Ok(Picked {
        head,
        stored,
        next,
        count,
    })
}

/// A page as the dataset stood at `as_of`. Records that were not there then are passed over; where they
/// are very many, the page ends early and its end is the last that was looked at.
fn earlier(
    connection: &mut DbConnection,
    dataset: i64,
    as_of: Seq,
    after: Option<&str>,
    limit: u16,
) -> Result<(Vec<Stored>, Option<Place>)> {
    let rows = i64::from(limit).saturating_add(1).max(LOOK.0);
    let limit = usize::from(limit);
    let mut stored: Vec<Stored> = Vec::new();
    let mut after = after.map(str::to_owned);
    let mut looked = 0;
    let end = loop {
        let (mut some, last) =
            store::records::page_as_of(connection, dataset, as_of, after.as_deref(), rows)?;
        stored.append(&mut some);
        looked += rows;
        if stored.len() > limit {
            stored.truncate(limit);
            break stored.last().map(|last| last.key.clone());
        }
        if last.is_none() || looked >= LOOK.1 {
            break last;
        }
        after = last;
    };
    let next = end.and_then(|end| RecordKey::parse(&end).ok());
    Ok((stored, next.map(by_key)))
}

/// A place in a list by key.
fn by_key(key: RecordKey) -> Place {
    Place {
        slots: Vec::new(),
        key,
    }
}

fn to_come(head: Seq) -> Text {
    Text::new(
        format!("paling besar {head}, akhir feed saat ini."),
        format!("at most {head}, where the feed ends now."),
    )
}

/// A selection in terms of slots.
fn find(layout: &store::slots::Layout, selection: &Selection) -> Result<store::records::Find> {
    let slot = |field: &Pointer| {
        let not_ready = || Error::Unavailable(Unavailable::FilterNotReady(field.to_string()));
        layout.slot(field).ok_or_else(not_ready)
    };
    let conditions = selection.filters.iter();
    let conditions = conditions.map(|filter| Ok((slot(&filter.field)?, filter.condition.clone())));
    let sort = selection.sort.iter();
    Ok(store::records::Find {
        conditions: conditions.collect::<Result<_>>()?,
        sort: sort
            .map(|sort| Ok((slot(&sort.field)?, sort.descending)))
            .collect::<Result<_>>()?,
    })
}

impl Hub {
    /// The records with these keys, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_keys(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        fields: Option<Vec<Pointer>>,
        keys: Vec<RecordKey>,
    ) -> Result<ListPage> {
        let page = self.list_keys_unseen(dataset, fields, keys).await?;
        self.witness_list(call, dataset, &page, false).await?;
        Ok(page)
    }

    async fn list_keys_unseen(
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
            let mask = fields.as_deref().map(Mask::of);
            let (mut records, mut missing) = (Vec::new(), Vec::new());
            for (found, (_, key)) in found.into_iter().zip(wanted) {
                match found {
                    Some(stored) => records.push(show(&dataset, stored, mask.as_ref())?),
                    None => missing.push(key),
                }
            }
            Ok(ListPage {
                records,
                next: None,
                as_of,
                count: None,
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

fn show(dataset: &Dataset, stored: Stored, mask: Option<&Mask>) -> Result<Shown> {
    let tag = EntityTag {
        feed: dataset.feed.clone(),
        seq: stored.seq,
    };
    let (payload, etag) = match mask {
        None => (stored.payload, tag.to_string()),
        Some(mask) if stored.payload.is_empty() => (stored.payload, tag.of_part(mask)),
        Some(mask) => (mask.part(&stored.payload).map_err(damaged)?, tag.of_part(mask)),
    };
    Ok(Shown {
        key: stored.key,
        seq: stored.seq,
        at: stored.at,
        payload,
        etag,
    })
}

/// What of a change's payload is shown.
///
/// # Errors
/// When the database holds something that is no JSON.
pub(super) fn shown_of(payload: Option<String>, mask: Option<&Mask>) -> Result<Option<String>> {
    match (payload, mask) {
        (Some(payload), Some(mask)) => mask.part(&payload).map(Some).map_err(damaged),
        (payload, _) => Ok(payload),
    }
}

/// The database holds something that is no JSON.
pub(super) fn damaged(_: Damaged) -> Error {
    Error::Internal("a stored payload is damaged".into())
}
