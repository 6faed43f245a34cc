//! Marks: by what records are found that refer to a key, without an index over all of them.
//!
//! A record carries its marks; the table `referral` holds each mark that any record of a dataset has or ever
//! had, with one record that had it. A mark that was seen once costs a writer nothing more, and a key
//! without a mark is referred to by nobody. Where the record that is named with a mark has moved on, the
//! records are walked through. Invariant: a mark is in the table from the transaction on that stores the
//! first record with it, and stays, because other hubs rely on what they have seen.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::{Result, Write, damaged};
use crate::record::{Mark, Outcome, Settled};
use crate::store::DbConnection;
use crate::store::schema::{record, referral};
use crate::store::statement::statement;
use crate::types::{Pointer, RecordKey};

/// How many marks a writer remembers, some 10 MB; then it begins anew.
const MOST_KNOWN: usize = 250_000;

/// How many marks are looked up, and how many records walked through, at once.
const AT_ONCE: usize = 5_000;

/// Marks that a writer knows to be in the table.
#[derive(Debug, Default)]
pub(super) struct KnownMarks(HashSet<(i64, Mark)>);

/// Marks of datasets, each with a record that has it.
type Marked<'w> = BTreeMap<(i64, Mark), &'w str>;

impl KnownMarks {
    /// Takes note of the marks of a batch that was committed.
    pub(super) fn learn(&mut self, batch: &[Write], settled: &[Option<Settled>]) {
        let marked = self.unknown(batch, settled);
        if self.0.len() + marked.len() > MOST_KNOWN {
            self.0.clear();
        }
        self.0.extend(marked.into_keys());
    }

    /// The marks of what was stored of a batch, those that are known left out.
    fn unknown<'w>(&self, batch: &'w [Write], settled: &[Option<Settled>]) -> Marked<'w> {
        let mut marked = Marked::new();
        for (write, settled) in batch.iter().zip(settled) {
            let dataset = write.submission.dataset;
            let Some(settled) = settled.as_ref().filter(|settled| settled.stored) else {
                continue;
            };
            for (entry, outcome) in write.submission.entries.iter().zip(&settled.outcomes) {
                if !matches!(outcome, Outcome::Created(_) | Outcome::Updated(_)) {
                    continue;
                }
                let unknown = entry.marks().iter().map(|mark| (dataset, *mark));
                let unknown = unknown.filter(|mark| !self.0.contains(mark));
                marked.extend(unknown.map(|mark| (mark, entry.key().as_str())));
            }
        }
        marked
    }
}

/// Puts the marks of what was stored of a batch into the table; part of the transaction that stores it.
pub(super) fn keep(
    connection: &mut DbConnection,
    batch: &[Write],
    settled: &[Option<Settled>],
    known: &KnownMarks,
) -> QueryResult<()> {
    insert(connection, &known.unknown(batch, settled))
}

statement!(
    /// One mark, unless it is there.
    InsertOne on Sqlite, SqliteConnection: (dataset: i64 => BigInt, mark: i64 => BigInt, key: &'a str => Text),
    "INSERT INTO referral (dataset_id, mark, key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
);

statement!(
    /// Those of these marks that are not there.
    InsertMany on Pg, PgConnection: (
        dataset: Vec<i64> => Array<BigInt>, mark: Vec<i64> => Array<BigInt>, key: Vec<&'a str> => Array<Text>,
    ),
    "INSERT INTO referral (dataset_id, mark, key) SELECT * FROM unnest(?, ?, ?) ON CONFLICT DO NOTHING"
);

/// Puts marks into the table.
///
/// # Errors
/// When the database fails.
pub(in crate::store) fn insert(connection: &mut DbConnection, marked: &Marked<'_>) -> QueryResult<()> {
    let lifetime = PhantomData;
    match connection {
        _ if marked.is_empty() => {}
        DbConnection::Sqlite(inner) => {
            for ((dataset, mark), key) in marked {
                let (dataset, mark) = (*dataset, mark.0);
                let one = InsertOne {
                    dataset,
                    mark,
                    key,
                    lifetime,
                };
                one.execute(inner)?;
            }
        }
        DbConnection::Postgres(inner) => {
            let many = InsertMany {
                dataset: marked.keys().map(|(dataset, _)| *dataset).collect(),
                mark: marked.keys().map(|(_, mark)| mark.0).collect(),
                key: marked.values().copied().collect(),
                lifetime,
            };
            many.execute(inner)?;
        }
    }
    Ok(())
}

/// A search for records of one dataset that refer to keys by one field.
pub(super) struct Search<'s> {
    pub(super) dataset: i64,
    pub(super) field: &'s Pointer,
    /// The batch's own keys, of all datasets: whether these still refer is for the ledger to say.
    pub(super) touched: &'s HashSet<(i64, &'s RecordKey)>,
}

/// The record named with a mark, and the marks that it has now.
type Named = (String, Option<Vec<u8>>);

/// Keys, each with a record that refers to it.
pub(super) type Found<'k> = Vec<(&'k RecordKey, RecordKey)>;

impl Search<'_> {
    /// For each of these keys one record that refers to it and is not touched by the batch, or else all
    /// those that are.
    pub(super) fn run<'k>(
        &self,
        connection: &mut DbConnection,
        keys: &BTreeSet<&'k RecordKey>,
    ) -> Result<Found<'k>> {
        let marks: Vec<(Mark, &RecordKey)> = keys
            .iter()
            .map(|key| (Mark::of(self.field, key.as_str()), *key))
            .collect();
        let mut found = Found::new();
        let mut open: HashMap<Mark, &RecordKey> = HashMap::new();
        for some in marks.chunks(AT_ONCE / 10) {
            let named = self.named(connection, some)?;
            for (mark, key) in some {
                match named.get(&mark.0) {
                    None => {}
                    Some((by, Some(marks))) if Mark::of_bytes(marks).any(|has| has == *mark) => {
                        let by = parsed(by)?;
                        match self.touched.contains(&(self.dataset, &by)) {
                            true => drop(open.insert(*mark, key)),
                            false => found.push((key, by)),
                        }
                    }
                    Some(_) => drop(open.insert(*mark, key)),
                }
            }
        }
        self.walk(connection, open, &mut found)?;
        Ok(found)
    }

    /// The records that are named with these marks, and the marks that they have now.
    fn named(
        &self,
        connection: &mut DbConnection,
        marks: &[(Mark, &RecordKey)],
    ) -> QueryResult<HashMap<i64, Named>> {
        let same = record::dataset_id
            .eq(referral::dataset_id)
            .and(record::key.eq(referral::key));
        let rows: Vec<(i64, String, Option<Vec<u8>>)> = referral::table
            .left_join(record::table.on(same))
            .filter(referral::dataset_id.eq(self.dataset))
            .filter(referral::mark.eq_any(marks.iter().map(|(mark, _)| mark.0)))
            .select((referral::mark, referral::key, record::marks.nullable()))
            .load(connection)?;
        Ok(rows
            .into_iter()
            .map(|(mark, key, marks)| (mark, (key, marks)))
            .collect())
    }

    /// Walks through the records until each open mark is found at one that the batch does not touch, and
    /// names that one with the mark.
    fn walk<'k>(
        &self,
        connection: &mut DbConnection,
        mut open: HashMap<Mark, &'k RecordKey>,
        found: &mut Found<'k>,
    ) -> Result<()> {
        let mut after = String::new();
        while !open.is_empty() {
            let rows: Vec<(String, Option<Vec<u8>>)> = record::table
                .filter(record::dataset_id.eq(self.dataset))
                .filter(record::key.gt(&after))
                .filter(record::marks.is_not_null())
                .order(record::key)
                .limit(super::signed(AT_ONCE))
                .select((record::key, record::marks))
                .load(connection)?;
            let Some((last, _)) = rows.last() else {
                return Ok(());
            };
            after.clone_from(last);
            for (by, marks) in &rows {
                for has in Mark::of_bytes(marks.as_deref().unwrap_or_default()) {
                    let Some(key) = open.get(&has).copied() else {
                        continue;
                    };
                    let by = parsed(by)?;
                    if !self.touched.contains(&(self.dataset, &by)) {
                        open.remove(&has);
                        self.name(connection, has, &by)?;
                    }
                    found.push((key, by));
                }
            }
        }
        Ok(())
    }

    fn name(&self, connection: &mut DbConnection, has: Mark, by: &RecordKey) -> QueryResult<usize> {
        let this = referral::table.filter(
            referral::dataset_id
                .eq(self.dataset)
                .and(referral::mark.eq(has.0)),
        );
        diesel::update(this)
            .set(referral::key.eq(by.as_str()))
            .execute(connection)
    }
}

fn parsed(key: &str) -> Result<RecordKey> {
    RecordKey::parse(key).map_err(|_| damaged("a key that is none"))
}
