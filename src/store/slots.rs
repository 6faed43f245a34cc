//! The filter slots of a dataset: which there are, and filling those that its records don't have yet.
//!
//! Not here: laying them out (`datasets::lay_out`) and filling those of new records (`append`).
//! Invariant: slots are filled while the dataset's head is locked, so that no write comes in between;
//! each chunk is a whole transaction that says how far it came, so a crash costs no more than one.

use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::append::marks;
use super::schema::{change, dataset_head, record};
use super::statement::statement;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::record::{FoundBy, Mark, Marks, Slots};
use crate::types::{Document, Pointer, Seq};

/// What a dataset's slots hold at this moment.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The last number of the feed.
    pub seq: Seq,
    /// By what the records are found.
    found_by: FoundBy,
    /// For how many of its fields, from the first, every record is filled in.
    ready: usize,
}

impl Layout {
    /// The slot of a filter, from 1, if every record has it.
    pub fn slot(&self, filter: &Pointer) -> Option<usize> {
        let at = self.found_by.filters.iter().position(|known| known == filter)?;
        (at < self.ready).then_some(at + 1)
    }
}

/// What a dataset's slots hold.
///
/// # Errors
/// When the database fails.
pub fn layout(connection: &mut DbConnection, dataset: i64) -> Result<Layout> {
    let (seq, filters, ready): (i64, String, i32) = dataset_head::table
        .filter(dataset_head::dataset_id.eq(dataset))
        .select((dataset_head::seq, dataset_head::filters, dataset_head::ready))
        .first(connection)?;
    Ok(Layout {
        seq: Seq(seq),
        found_by: found_by(&filters)?,
        ready: usize::try_from(ready).unwrap_or_default(),
    })
}

/// The datasets with slots that are still to be filled.
///
/// # Errors
/// When the database fails.
pub fn unfilled(connection: &mut DbConnection) -> Result<Vec<i64>> {
    dataset_head::table
        .filter(dataset_head::backfilled.is_not_null())
        .order(dataset_head::dataset_id)
        .select(dataset_head::dataset_id)
        .load(connection)
        .map_err(unavailable)
}

/// Fills the slots of the next `limit` records of a dataset; part of a transaction that writes. Gives
/// whether there is more to do.
///
/// # Errors
/// When the database fails or holds a payload that is no JSON.
pub fn fill(connection: &mut DbConnection, dataset: i64, limit: i64) -> Result<bool> {
    let this = dataset_head::table.filter(dataset_head::dataset_id.eq(dataset));
    // Taken first: a write under way ends before, and none begins until this is committed.
    diesel::update(this)
        .set(dataset_head::filters.eq(dataset_head::filters))
        .execute(connection)?;
    let (filters, backfilled): (String, Option<String>) = this
        .select((dataset_head::filters, dataset_head::backfilled))
        .first(connection)?;
    let Some(done) = backfilled else {
        return Ok(false);
    };
    let found_by = found_by(&filters)?;
    let rows: Vec<(String, Option<String>)> = record::table
        .inner_join(
            change::table.on(change::dataset_id
                .eq(record::dataset_id)
                .and(change::seq.eq(record::seq))),
        )
        .filter(record::dataset_id.eq(dataset))
        .filter(record::key.gt(&done))
        .filter(record::deleted.eq(false))
        .order(record::key)
        .limit(limit)
        .select((record::key, change::payload))
        .load(connection)?;
    let last = rows.last().map(|(key, _)| key.clone());
    let more = i64::try_from(rows.len()).is_ok_and(|count| count >= limit);
    let filled = rows
        .into_iter()
        .map(|(key, payload)| {
            let document = document(payload.as_deref())?;
            let (slots, marks) = (found_by.slots(document.value()), found_by.marks(document.value()));
            Ok((key, slots, marks))
        })
        .collect::<Result<Vec<_>>>()?;
    store(connection, dataset, &filled)?;
    let marked = filled
        .iter()
        .flat_map(|(key, _, marks)| marks.iter().map(move |mark| ((dataset, *mark), key.as_str())));
    marks::insert(connection, &marked.collect())?;
    match last.filter(|_| more) {
        Some(last) => diesel::update(this)
            .set(dataset_head::backfilled.eq(last))
            .execute(connection)?,
        None => diesel::update(this)
            .set((
                dataset_head::ready.eq(i32::try_from(found_by.len()).unwrap_or_default()),
                dataset_head::backfilled.eq(None::<String>),
            ))
            .execute(connection)?,
    };
    Ok(more)
}

fn found_by(text: &str) -> Result<FoundBy> {
    FoundBy::parse(text).ok_or_else(|| unavailable("a dataset's filters are damaged"))
}

/// A stored payload; nothing where it was erased.
fn document(payload: Option<&str>) -> Result<Document> {
    Document::parse(payload.unwrap_or("null").as_bytes())
        .map_err(|_| unavailable("a stored payload is damaged"))
}

statement!(
    /// The slots of one record.
    FillOne on Sqlite, SqliteConnection: (
        f1: Option<&'a str> => Nullable<Text>,
        f2: Option<&'a str> => Nullable<Text>,
        f3: Option<&'a str> => Nullable<Text>,
        f4: Option<&'a str> => Nullable<Text>,
        f5: Option<&'a str> => Nullable<Text>,
        f6: Option<&'a str> => Nullable<Text>,
        f7: Option<&'a str> => Nullable<Text>,
        f8: Option<&'a str> => Nullable<Text>,
        marks: Option<Vec<u8>> => Nullable<Binary>,
        dataset: i64 => BigInt,
        key: &'a str => Text,
    ),
    "UPDATE record SET f1 = ?, f2 = ?, f3 = ?, f4 = ?, f5 = ?, f6 = ?, f7 = ?, f8 = ?,
                       marks = ?
     WHERE dataset_id = ? AND key = ?"
);

statement!(
    /// The slots of many records.
    FillMany on Pg, PgConnection: (
        key: Vec<&'a str> => Array<Text>,
        f1: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f2: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f3: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f4: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f5: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f6: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f7: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        f8: Vec<Option<&'a str>> => Array<Nullable<Text>>,
        marks: Vec<Option<Vec<u8>>> => Array<Nullable<Binary>>,
        dataset: i64 => BigInt,
    ),
    "UPDATE record r SET f1 = q.f1, f2 = q.f2, f3 = q.f3, f4 = q.f4, f5 = q.f5, f6 = q.f6, f7 = q.f7, f8 = q.f8,
                         marks = q.marks
     FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) AS q (key, f1, f2, f3, f4, f5, f6, f7, f8, marks)
     WHERE r.dataset_id = ? AND r.key = q.key COLLATE \"C\""
);

fn store(connection: &mut DbConnection, dataset: i64, filled: &[(String, Slots, Marks)]) -> Result<()> {
    fn slot(slots: &Slots, number: usize) -> Option<&str> {
        slots.get(number - 1).map(String::as_str)
    }
    match connection {
        DbConnection::Sqlite(inner) => {
            for (key, slots, marks) in filled {
                let one = FillOne {
                    f1: slot(slots, 1),
                    f2: slot(slots, 2),
                    f3: slot(slots, 3),
                    f4: slot(slots, 4),
                    f5: slot(slots, 5),
                    f6: slot(slots, 6),
                    f7: slot(slots, 7),
                    f8: slot(slots, 8),
                    marks: Mark::to_bytes(marks),
                    dataset,
                    key,
                    lifetime: PhantomData,
                };
                one.execute(inner)?;
            }
        }
        DbConnection::Postgres(inner) => {
            let all = |number| filled.iter().map(|(_, slots, _)| slot(slots, number)).collect();
            let many = FillMany {
                key: filled.iter().map(|(key, _, _)| key.as_str()).collect(),
                f1: all(1),
                f2: all(2),
                f3: all(3),
                f4: all(4),
                f5: all(5),
                f6: all(6),
                f7: all(7),
                f8: all(8),
                marks: filled.iter().map(|(_, _, marks)| Mark::to_bytes(marks)).collect(),
                dataset,
                lifetime: PhantomData,
            };
            many.execute(inner)?;
        }
    }
    Ok(())
}
