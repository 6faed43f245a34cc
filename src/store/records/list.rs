//! Lists that are filtered or sorted: which records a page holds.
//!
//! Which index leads is decided here, not by the databases, which know nothing of the values when they
//! plan. A list is *walked* in its order along one index: that of the field it is sorted by, else that
//! of a field held to one value, else that of the keys; a condition on another field is then looked at
//! record by record. Where a filter finds few records they are *gathered* by its index and put in order.
//! So a page costs no more than a walk from its beginning to its end, or the sorting of [`FEW`].
//! Invariant: a condition that must not choose the index is written so that no index serves it, and
//! where the leading index serves one it is written plainly.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::sql::Sql;
use super::{Stored, load};
use crate::error::Result;
use crate::record::{Condition, Edge, Place, Range};
use crate::store::{DbConnection, unavailable};
use crate::types::RecordKey;

/// Up to so many records are gathered and put in order for each page.
const FEW: i64 = 10_000;

/// Which records a page is made of. Slots count from 1.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// What must hold of which slot, each slot at most once.
    pub conditions: Vec<(usize, Condition)>,
    /// The slots that the list is sorted by, and whether the greatest comes first. What is equal in
    /// all of them stands by key, in the direction of the last.
    pub sort: Vec<(usize, bool)>,
}

/// Which index leads, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// In the list's order along the index of this slot; without one, of the keys.
    Walk(Option<usize>),
    /// All that the index of this slot finds.
    Gather(usize),
}

/// The page behind `after` with at most `limit` records.
///
/// # Errors
/// When the database fails.
pub fn find(
    connection: &mut DbConnection,
    dataset: i64,
    find: &Find,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Stored>> {
    let picked = pick(connection, dataset, find, after, limit).map_err(unavailable)?;
    load::versions(connection, dataset, picked)
}

/// How many records there are.
///
/// # Errors
/// When the database fails.
pub fn count(connection: &mut DbConnection, dataset: i64, find: &Find) -> Result<i64> {
    if find.holds_of_none() {
        return Ok(0);
    }
    let mut leading = find.conditions.first().map(|(slot, _)| *slot);
    let mut least = i64::MAX;
    for (slot, condition) in find.conditions.iter().skip_while(|_| find.conditions.len() < 2) {
        let some = at_most_few(connection, dataset, *slot, condition).map_err(unavailable)?;
        if some < least {
            (leading, least) = (Some(*slot), some);
        }
    }
    let mut sql = Sql::<BigInt>::new("SELECT count(*) FROM record");
    sql.led_by(leading.map(index)).words(" WHERE dataset_id = ");
    sql.number(dataset).words(" AND NOT deleted");
    constrain(&mut sql, find, leading);
    let counts: Vec<i64> = sql.load(connection).map_err(unavailable)?;
    Ok(counts.first().copied().unwrap_or_default())
}

/// What the record under `key` is sorted by now.
///
/// # Errors
/// When the database fails.
pub fn place(connection: &mut DbConnection, dataset: i64, find: &Find, key: RecordKey) -> Result<Place> {
    let mut slots = Vec::with_capacity(find.sort.len());
    for (slot, _) in &find.sort {
        let mut sql = Sql::<Text>::new("SELECT ");
        sql.words(column(*slot))
            .words(" FROM record WHERE dataset_id = ")
            .number(dataset)
            .words(" AND key = ")
            .text(key.as_str());
        let found: Vec<String> = sql.load(connection).map_err(unavailable)?;
        slots.push(found.into_iter().next().unwrap_or_default());
    }
    Ok(Place { slots, key })
}

impl Find {
    fn holds_of_none(&self) -> bool {
        self.conditions
            .iter()
            .any(|(_, condition)| *condition == Condition::AnyOf(Vec::new()))
    }

    /// The slot whose index has the list's order, as long as no filter finds few records.
    fn walked(&self) -> Option<usize> {
        let single = |condition: &Condition| matches!(condition, Condition::AnyOf(texts) if texts.len() == 1);
        match self.sort.first() {
            Some((slot, _)) => Some(*slot),
            None => {
                let held = self.conditions.iter().find(|(_, condition)| single(condition));
                held.map(|(slot, _)| *slot)
            }
        }
    }
}

/// Keys and seqs of the page.
fn pick(
    connection: &mut DbConnection,
    dataset: i64,
    find: &Find,
    after: Option<&Place>,
    limit: i64,
) -> QueryResult<Vec<(String, i64)>> {
    if find.holds_of_none() {
        return Ok(Vec::new());
    }
    let lead = lead(connection, dataset, find)?;
    let mut sql = match lead {
        Lead::Walk(slot) => {
            let mut sql = Sql::<(Text, BigInt)>::new("SELECT key, seq FROM record");
            sql.led_by(slot.map(index));
            sql
        }
        Lead::Gather(slot) => {
            let mut sql = Sql::new("WITH found AS MATERIALIZED (SELECT key, seq");
            for (slot, _) in &find.sort {
                sql.words(", ").words(column(*slot));
            }
            sql.words(" FROM record").led_by(Some(index(slot)));
            sql
        }
    };
    sql.words(" WHERE dataset_id = ")
        .number(dataset)
        .words(" AND NOT deleted");
    match lead {
        Lead::Walk(slot) => constrain(&mut sql, find, slot),
        Lead::Gather(slot) => {
            constrain(&mut sql, find, Some(slot));
            sql.words(") SELECT key, seq FROM found WHERE 1 = 1");
        }
    }
    if let Some(after) = after {
        sql.words(" AND ");
        behind(&mut sql, &find.sort, after);
    }
    sql.words(" ORDER BY ");
    for (slot, descending) in &find.sort {
        sql.words(column(*slot)).words(direction(*descending)).words(", ");
    }
    let last = find.sort.last().is_some_and(|(_, descending)| *descending);
    sql.words("key")
        .words(direction(last))
        .words(" LIMIT ")
        .number(limit);
    sql.load(connection)
}

/// Which index leads.
fn lead(connection: &mut DbConnection, dataset: i64, find: &Find) -> QueryResult<Lead> {
    let walked = find.walked();
    let mut least = (FEW + 1, walked);
    if find.conditions.iter().any(|(slot, _)| Some(*slot) != walked) {
        for (slot, condition) in &find.conditions {
            let some = at_most_few(connection, dataset, *slot, condition)?;
            if some < least.0 {
                least = (some, Some(*slot));
            }
        }
    }
    Ok(match least.1 {
        Some(slot) if Some(slot) != walked => Lead::Gather(slot),
        _ => Lead::Walk(walked),
    })
}

/// How many records a condition finds, counted up to one more than [`FEW`].
fn at_most_few(
    connection: &mut DbConnection,
    dataset: i64,
    slot: usize,
    condition: &Condition,
) -> QueryResult<i64> {
    let mut sql = Sql::<BigInt>::new("SELECT count(*) FROM (SELECT 1 AS one FROM record");
    sql.led_by(Some(index(slot)))
        .words(" WHERE dataset_id = ")
        .number(dataset);
    plainly(&mut sql, slot, condition);
    sql.words(" LIMIT ").number(FEW + 1).words(") AS few");
    let counts: Vec<i64> = sql.load(connection)?;
    Ok(counts.first().copied().unwrap_or_default())
}

/// All conditions, that on the `leading` slot for its index. A slot that leads is in its index only
/// where it holds something.
fn constrain<T>(sql: &mut Sql<T>, find: &Find, leading: Option<usize>) {
    let mut led = leading;
    for (slot, condition) in &find.conditions {
        if Some(*slot) == leading {
            plainly(sql, *slot, condition);
            led = None;
        } else {
            // No index is on the expression: this condition chooses none.
            hold(sql, &format!("{} || ''", column(*slot)), condition);
        }
    }
    if let Some(slot) = led {
        sql.words(" AND ").words(column(slot)).words(" IS NOT NULL");
    }
}

/// A condition that the slot's index serves.
fn plainly<T>(sql: &mut Sql<T>, slot: usize, condition: &Condition) {
    let name = column(slot);
    sql.words(" AND ").words(name).words(" IS NOT NULL");
    if let Condition::AnyOf(texts) = condition
        && let [first, .., last] = texts.as_slice()
    {
        // From the first to the last the index is walked in its order.
        let edge = |text: &String| Edge {
            text: text.clone(),
            within: true,
        };
        let range = Range {
            from: edge(first),
            to: edge(last),
        };
        hold(sql, name, &Condition::Between(range));
        hold(sql, &format!("{name} || ''"), condition);
        return;
    }
    hold(sql, name, condition);
}

fn hold<T>(sql: &mut Sql<T>, name: &str, condition: &Condition) {
    sql.words(" AND ").words(name);
    match condition {
        Condition::AnyOf(texts) => match texts.as_slice() {
            [only] => sql.words(" = ").text(only),
            texts => sql.words(" IN (").texts(texts).words(")"),
        },
        Condition::Between(Range { from, to }) => sql
            .words(if from.within { " >= " } else { " > " })
            .text(&from.text)
            .words(" AND ")
            .words(name)
            .words(if to.within { " <= " } else { " < " })
            .text(&to.text),
    };
}

/// What lies behind a place.
fn behind<T>(sql: &mut Sql<T>, sort: &[(usize, bool)], after: &Place) {
    let last = sort.last().is_some_and(|(_, descending)| *descending);
    let mut terms: Vec<(&str, bool, &str)> = sort
        .iter()
        .zip(&after.slots)
        .map(|((slot, descending), text)| (column(*slot), *descending, text.as_str()))
        .collect();
    terms.push(("key", last, after.key.as_str()));
    if terms.iter().all(|(_, descending, _)| *descending == last) {
        // One comparison of rows, which an index serves as a whole.
        let names: Vec<&str> = terms.iter().map(|(name, ..)| *name).collect();
        let values: Vec<String> = terms.iter().map(|(.., text)| (*text).to_owned()).collect();
        sql.words("(").words(names.join(", ")).words(")");
        sql.words(comparison(last)).words("(").texts(&values).words(")");
        return;
    }
    if let Some((name, descending, text)) = terms.first() {
        sql.words(name).words(if *descending { " <= " } else { " >= " });
        sql.text(text).words(" AND ");
    }
    sql.words("(1 = 0");
    for (index, (name, descending, text)) in terms.iter().enumerate() {
        sql.words(" OR ");
        for (name, _, text) in terms.iter().take(index) {
            sql.words(name).words(" = ").text(text).words(" AND ");
        }
        sql.words(name).words(comparison(*descending)).text(text);
    }
    sql.words(")");
}

fn comparison(descending: bool) -> &'static str {
    if descending { " < " } else { " > " }
}

fn direction(descending: bool) -> &'static str {
    if descending { " DESC" } else { "" }
}

/// The column of a slot.
fn column(slot: usize) -> &'static str {
    const COLUMNS: [&str; 8] = ["f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8"];
    // A ninth slot does not exist; a column that does not either lets the query fail.
    COLUMNS
        .get(slot.wrapping_sub(1))
        .copied()
        .unwrap_or("no_such_slot")
}

/// The index of a slot.
fn index(slot: usize) -> String {
    format!("record_f{slot}")
}
