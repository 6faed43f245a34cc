//! Erasing what records held: payloads go, their digests stay, so that the log still proves all that was not erased.
//!
//! Invariant: no change is removed and no number given out again; readers of the feed are told that a change was erased.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;

use super::schema::{change, dataset_head, dataset_profile, record, rejection, setting};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{RecordKey, Timestamp};

/// What was erased of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// Versions whose payload went.
    pub versions: usize,
    /// Refused payloads that went.
    pub rejections: usize,
}

/// Erases all that a dataset holds of a record: the payload of every version, what it was found by, and the payloads
/// under its key, or about whom it was, that were refused. `None` where the record stands and `must_be_gone` says that
/// it may not: somebody wrote it anew.
///
/// # Errors
/// When the database fails.
pub fn record(
    connection: &mut DbConnection,
    (dataset, address): (i64, &str),
    key: &RecordKey,
    must_be_gone: bool,
) -> Result<Option<Erased>> {
    // Writers hold the same row, so that nothing comes between the look and the erasing; and hubs that keep what they
    // read see by it that it is no more.
    diesel::update(dataset_head::table.find(dataset))
        .set(dataset_head::erasures.eq(dataset_head::erasures + 1))
        .execute(connection)?;
    let deleted: Option<bool> = record::table
        .find((dataset, key.as_str()))
        .select(record::deleted)
        .first(connection)
        .optional()?;
    if must_be_gone && deleted == Some(false) {
        return Ok(None);
    }
    overwriting(connection, |connection| {
        let (versions, subjects) = blank_versions(connection, dataset, key)?;
        // What its values come to is counted anew; how many there were is not, lest they be counted as new.
        diesel::update(dataset_profile::table.filter(dataset_profile::dataset_id.eq(dataset)))
            .set((
                dataset_profile::seq.eq(-1),
                dataset_profile::as_of.eq(0),
                dataset_profile::profile.eq("{}"),
            ))
            .execute(connection)?;
        diesel::update(record::table.find((dataset, key.as_str())))
            .set((
                record::f1.eq(None::<&str>),
                record::f2.eq(None::<&str>),
                record::f3.eq(None::<&str>),
                record::f4.eq(None::<&str>),
                record::f5.eq(None::<&str>),
                record::f6.eq(None::<&str>),
                record::f7.eq(None::<&str>),
                record::f8.eq(None::<&str>),
            ))
            .execute(connection)?;
        let rejections = blank_rejections(connection, dataset, key, subjects)?;
        super::sheet_runs::forget_reasons(connection, address)?;
        Ok(Some(Erased { versions, rejections }))
    })
}

/// Blanks every version of a record; tells how many it blanked, and whom they were about.
fn blank_versions(
    connection: &mut DbConnection,
    dataset: i64,
    key: &RecordKey,
) -> Result<(usize, BTreeSet<Vec<u8>>)> {
    let (mut blanked, mut subjects) = (0, BTreeSet::new());
    for some in numbers(connection, dataset, key)?.chunks(CHUNK) {
        let versions = change::table
            .filter(change::dataset_id.eq(dataset))
            .filter(change::seq.eq_any(some));
        let about: Vec<Option<Vec<u8>>> = versions
            .clone()
            .filter(change::subject.is_not_null())
            .select(change::subject)
            .load(connection)?;
        subjects.extend(about.into_iter().flatten());
        blanked += diesel::update(versions.filter(change::payload.is_not_null()))
            .set(change::payload.eq(None::<&str>))
            .execute(connection)?;
    }
    Ok((blanked, subjects))
}

/// Blanks what was refused under a key or about these persons; tells how many.
fn blank_rejections(
    connection: &mut DbConnection,
    dataset: i64,
    key: &RecordKey,
    subjects: BTreeSet<Vec<u8>>,
) -> Result<usize> {
    let refused = rejection::table
        .filter(rejection::dataset_id.eq(dataset))
        .filter(rejection::body.is_not_null());
    let mut blanked = diesel::update(refused.filter(rejection::key.eq(key.as_str())))
        .set(rejection::body.eq(None::<Vec<u8>>))
        .execute(connection)?;
    for subject in subjects {
        blanked += diesel::update(refused.filter(rejection::subject.eq(subject)))
            .set(rejection::body.eq(None::<Vec<u8>>))
            .execute(connection)?;
    }
    Ok(blanked)
}

/// How many changes are erased by one statement.
const CHUNK: usize = 500;

/// The numbers of a record's versions, from the newest back.
fn numbers(connection: &mut DbConnection, dataset: i64, key: &RecordKey) -> Result<Vec<i64>> {
    let mut numbers = Vec::new();
    let mut next: Option<i64> = record::table
        .find((dataset, key.as_str()))
        .select(record::seq)
        .first(connection)
        .optional()?;
    while let Some(seq) = next {
        numbers.push(seq);
        next = change::table
            .find((dataset, seq))
            .select(change::prev)
            .first(connection)?;
    }
    Ok(numbers)
}

/// Whether `history` has something to look at.
///
/// # Errors
/// When the database fails.
pub fn has_old_history(connection: &mut DbConnection, dataset: i64, before: Timestamp) -> Result<bool> {
    let after = looked_at(connection, &history_kept(dataset))?;
    let next: Option<i64> = change::table
        .filter(change::dataset_id.eq(dataset))
        .filter(change::seq.gt(after))
        .order(change::seq)
        .select(change::at)
        .first(connection)
        .optional()?;
    Ok(next.is_some_and(|at| at < before.0))
}

/// The setting that says up to which change a dataset was looked at.
fn history_kept(dataset: i64) -> String {
    format!("history-kept/{dataset}")
}

/// Erases versions that were replaced before `before`, looking at the next `limit` changes behind the last that was
/// looked at; tells how many it erased, and whether there may be more.
///
/// # Errors
/// When the database fails.
pub fn history(
    connection: &mut DbConnection,
    dataset: i64,
    before: Timestamp,
    limit: i64,
) -> Result<(usize, bool)> {
    let name = history_kept(dataset);
    let after = looked_at(connection, &name)?;
    let next: Vec<(i64, i64, Option<i64>)> = change::table
        .filter(change::dataset_id.eq(dataset))
        .filter(change::seq.gt(after))
        .order(change::seq)
        .limit(limit)
        .select((change::seq, change::at, change::prev))
        .load(connection)?;
    // They come in the order of their times, as far as the clocks of several hubs agree.
    let old: Vec<_> = next.iter().take_while(|(_, at, _)| *at < before.0).collect();
    let Some((last, _, _)) = old.last() else {
        return Ok((0, false));
    };
    let replaced: Vec<i64> = old.iter().filter_map(|(_, _, prev)| *prev).collect();
    let erased = overwriting(connection, |connection| {
        let held = change::table
            .filter(change::dataset_id.eq(dataset))
            .filter(change::seq.eq_any(&replaced))
            .filter(change::payload.is_not_null());
        diesel::update(held)
            .set(change::payload.eq(None::<&str>))
            .execute(connection)
            .map_err(unavailable)
    })?;
    let looked = last.to_be_bytes();
    let kept = diesel::update(setting::table.filter(setting::name.eq(&name)))
        .set(setting::value.eq(looked.as_slice()))
        .execute(connection)?;
    if kept == 0 {
        super::settings::put(connection, &name, &looked)?;
    }
    Ok((erased, i64::try_from(old.len()) == Ok(limit)))
}

/// Up to which change replaced versions were erased.
fn looked_at(connection: &mut DbConnection, name: &str) -> Result<i64> {
    let kept = super::settings::find(connection, name)?;
    let bytes = kept.and_then(|kept| <[u8; 8]>::try_from(kept.as_slice()).ok());
    Ok(bytes.map_or(0, i64::from_be_bytes))
}

/// Works so that SQLite overwrites what is erased instead of leaving it in the file until its place is needed.
fn overwriting<T>(
    connection: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> Result<T>,
) -> Result<T> {
    let set = |connection: &mut DbConnection, how: &str| match connection {
        DbConnection::Sqlite(inner) => inner.batch_execute(how).map_err(unavailable),
        DbConnection::Postgres(_) => Ok(()),
    };
    set(connection, "PRAGMA secure_delete = ON")?;
    let done = work(connection);
    set(connection, "PRAGMA secure_delete = OFF")?;
    done
}
