//! Why payloads were refused, counted day by day and dataset by dataset.
//!
//! Rejections of a dataset are numbered without gaps in the order of their commits, so a mark says up to which of them
//! everything is counted. Invariant: a mark moves in the transaction that counts what lies before it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::schema::{dataset_head, reason_mark, reason_total, rejection};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{Lang, Text, Timestamp};

/// The most reasons of a dataset that are told apart on a day.
const MAX_REASONS: usize = 200;

/// What those come under that are too many.
const OTHERS: &str = "(lainnya)";

/// Why a payload was refused.
#[derive(Debug, Clone)]
pub struct Why {
    /// The day on which.
    pub day: String,
    /// The rule of the schema, or the code of the problem.
    pub rule: String,
    /// The field; empty where it is none in particular.
    pub field: String,
    /// What is wrong.
    pub text: Text,
}

/// How often payloads of a dataset were refused for one reason on one day, in the order of the columns.
#[derive(Debug, Clone, Queryable)]
pub struct ReasonRow {
    /// The dataset's number.
    pub dataset: i64,
    /// The day.
    pub day: String,
    /// The rule of the schema, or the code of the problem.
    pub rule: String,
    /// The field.
    pub field: String,
    /// What is wrong, in Bahasa Indonesia.
    pub text_id: String,
    /// The same in English.
    pub text_en: String,
    /// How often.
    pub times: i64,
}

/// The datasets with rejections that are not counted.
///
/// # Errors
/// When the database fails.
pub fn uncounted(connection: &mut DbConnection) -> Result<Vec<i64>> {
    let heads: Vec<(i64, i64, Option<i64>)> = dataset_head::table
        .left_join(reason_mark::table.on(reason_mark::dataset_id.eq(dataset_head::dataset_id)))
        .filter(dataset_head::rejections.gt(0))
        .select((
            dataset_head::dataset_id,
            dataset_head::rejections,
            reason_mark::number.nullable(),
        ))
        .load(connection)
        .map_err(unavailable)?;
    let behind = heads
        .into_iter()
        .filter(|(_, newest, counted)| counted.unwrap_or_default() < *newest);
    Ok(behind.map(|(dataset, ..)| dataset).collect())
}

/// Counts the next rejections of a dataset, at most `limit`; tells how many those were. `read` says why one was refused,
/// by when and why it was kept.
///
/// # Errors
/// When the database fails.
pub fn count(
    connection: &mut DbConnection,
    dataset: i64,
    limit: i64,
    read: impl Fn(Timestamp, &str) -> Why,
) -> Result<usize> {
    let after = hold(connection, dataset)?;
    let rows: Vec<(i64, i64, String)> = rejection::table
        .filter(rejection::dataset_id.eq(dataset))
        .filter(rejection::number.gt(after))
        .order(rejection::number)
        .limit(limit)
        .select((rejection::number, rejection::at, rejection::reason))
        .load(connection)
        .map_err(unavailable)?;
    // What is forgotten already counts no more.
    let upto = match rows.last() {
        Some((last, ..)) => *last,
        None => newest(connection, dataset)?,
    };
    let mut days: BTreeMap<String, Reasons> = BTreeMap::new();
    for (_, at, reason) in &rows {
        let why = read(Timestamp(*at), reason);
        let reasons = days.entry(why.day).or_default();
        reasons.entry((why.rule, why.field)).or_insert((why.text, 0)).1 += 1;
    }
    for (day, reasons) in days {
        add(connection, (dataset, &day), reasons)?;
    }
    diesel::update(reason_mark::table.filter(reason_mark::dataset_id.eq(dataset)))
        .set(reason_mark::number.eq(upto))
        .execute(connection)?;
    Ok(rows.len())
}

/// How often each reason came: by rule and field, with its words.
type Reasons = BTreeMap<(String, String), (Text, i64)>;

/// Keeps other hubs from counting a dataset until the transaction ends; gives the number up to which it is counted.
fn hold(connection: &mut DbConnection, dataset: i64) -> Result<i64> {
    let this = reason_mark::table.filter(reason_mark::dataset_id.eq(dataset));
    let held = diesel::update(this)
        .set(reason_mark::number.eq(reason_mark::number))
        .execute(connection)?;
    if held == 0 {
        diesel::insert_into(reason_mark::table)
            .values((reason_mark::dataset_id.eq(dataset), reason_mark::number.eq(0_i64)))
            .execute(connection)?;
    }
    this.select(reason_mark::number)
        .first(connection)
        .map_err(unavailable)
}

fn newest(connection: &mut DbConnection, dataset: i64) -> Result<i64> {
    dataset_head::table
        .filter(dataset_head::dataset_id.eq(dataset))
        .select(dataset_head::rejections)
        .first(connection)
        .map_err(unavailable)
}

/// Adds the reasons of a day to those that are there.
fn add(connection: &mut DbConnection, (dataset, day): (i64, &str), reasons: Reasons) -> Result<()> {
    let known: Vec<(String, String)> = reason_total::table
        .filter(reason_total::dataset_id.eq(dataset))
        .filter(reason_total::day.eq(day))
        .select((reason_total::rule, reason_total::field))
        .load(connection)
        .map_err(unavailable)?;
    let mut known: BTreeSet<(String, String)> = known.into_iter().collect();
    for (mut name, (text, times)) in reasons {
        if known.len() >= MAX_REASONS && !known.contains(&name) {
            name = (OTHERS.to_owned(), String::new());
        }
        let (rule, field) = &name;
        if known.contains(&name) {
            let this = reason_total::table
                .filter(reason_total::dataset_id.eq(dataset))
                .filter(reason_total::day.eq(day))
                .filter(reason_total::rule.eq(rule))
                .filter(reason_total::field.eq(field));
            diesel::update(this)
                .set(reason_total::times.eq(reason_total::times + times))
                .execute(connection)?;
            continue;
        }
        let text = if rule == OTHERS { Text::new("", "") } else { text };
        diesel::insert_into(reason_total::table)
            .values((
                reason_total::dataset_id.eq(dataset),
                reason_total::day.eq(day),
                reason_total::rule.eq(rule),
                reason_total::field.eq(field),
                reason_total::text_id.eq(text.to(Lang::Id)),
                reason_total::text_en.eq(text.to(Lang::En)),
                reason_total::times.eq(times),
            ))
            .execute(connection)?;
        known.insert(name);
    }
    Ok(())
}

/// The reasons of all datasets since a day.
///
/// # Errors
/// When the database fails.
pub fn since(connection: &mut DbConnection, day: &str) -> Result<Vec<ReasonRow>> {
    reason_total::table
        .filter(reason_total::day.ge(day))
        .load(connection)
        .map_err(unavailable)
}

/// Forgets the reasons of days before this one.
///
/// # Errors
/// When the database fails.
pub fn forget(connection: &mut DbConnection, day: &str) -> Result<()> {
    diesel::delete(reason_total::table.filter(reason_total::day.lt(day)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
