//! Whom payloads are about: the versions of a person's records, and the exchanges that read such records.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::exchanges::{RowKey, StoredExchange};
use super::schema::{change, exchange};
use super::{DbConnection, history, unavailable};
use crate::audit::{About, ExchangeId, Subject};
use crate::error::Result;
use crate::types::{RecordKey, Seq, Timestamp};

/// What shows refused payloads, as the log calls it.
pub const SHOWS_REFUSED: &str = "rejections";
/// The actions whose entries tell by themselves whom they showed: nothing else tells it any more.
pub const TELLING: [&str; 2] = [SHOWS_REFUSED, "live"];

/// How many versions of one record are looked at, to learn until when each stood.
const VERSIONS: i64 = 10_000;

/// The newest of some rows, behind `before`.
macro_rules! newest {
    ($connection:expr, $rows:expr, $before:expr, $limit:expr) => {{
        let mut rows = $rows;
        if let Some((id, part)) = $before {
            let same = exchange::id.eq(id).and(exchange::part.lt(part));
            rows = rows
                .filter(exchange::id.le(id))
                .filter(exchange::id.lt(id).or(same));
        }
        rows.order((exchange::id.desc(), exchange::part.desc()))
            .limit($limit)
            .load($connection)
            .map_err(unavailable)
    }};
}

/// Every version of a record that is about `subject`, by dataset and change.
///
/// # Errors
/// When the database fails.
pub fn versions(connection: &mut DbConnection, subject: &Subject) -> Result<Vec<About>> {
    let rows: Vec<(i64, i64, String, i64)> = change::table
        .filter(change::subject.eq(subject.as_bytes()))
        .order((change::dataset_id, change::seq))
        .select((change::dataset_id, change::seq, change::key, change::at))
        .load(connection)
        .map_err(unavailable)?;
    let mut followed: HashMap<(i64, String), HashMap<i64, i64>> = HashMap::new();
    let mut abouts = Vec::with_capacity(rows.len());
    for (dataset, seq, key, from) in rows {
        let record = (dataset, key.clone());
        if !followed.contains_key(&record) {
            followed.insert(record.clone(), ends(connection, dataset, &key)?);
        }
        let until = followed.get(&record).and_then(|ends| ends.get(&seq)).copied();
        abouts.push(About {
            dataset,
            key,
            seq: Seq(seq),
            from,
            until,
        });
    }
    Ok(abouts)
}

/// When each version of a record was followed by the next.
fn ends(connection: &mut DbConnection, dataset: i64, key: &str) -> Result<HashMap<i64, i64>> {
    let Some(key) = RecordKey::parse(key).ok() else {
        return Ok(HashMap::new());
    };
    let Some(last) = history::last(connection, dataset, &key)? else {
        return Ok(HashMap::new());
    };
    let versions = history::walk(connection, dataset, last, VERSIONS)?;
    let pairs = versions.iter().zip(versions.iter().skip(1));
    Ok(pairs.map(|(next, this)| (this.seq.0, next.at.0)).collect())
}

/// The exchanges that read records or changes of these datasets, not before `from` and before `before`, newest
/// first.
///
/// # Errors
/// When the database fails.
pub fn readings(
    connection: &mut DbConnection,
    datasets: &[i64],
    from: Timestamp,
    before: Option<&RowKey>,
    limit: i64,
) -> Result<Vec<StoredExchange>> {
    let mut rows = Vec::new();
    // One by one: each is a walk in the order of an index, all together would be put in order first.
    for dataset in datasets {
        rows.append(&mut readings_of(connection, *dataset, from, before, limit)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.key()));
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(rows)
}

fn readings_of(
    connection: &mut DbConnection,
    dataset: i64,
    from: Timestamp,
    before: Option<&RowKey>,
    limit: i64,
) -> Result<Vec<StoredExchange>> {
    let rows = exchange::table
        .filter(exchange::reading.is_not_null())
        .filter(exchange::dataset_id.eq(dataset))
        .filter(exchange::action.ne_all(TELLING))
        // A call that began earlier may have read it.
        .filter(exchange::id.ge(ExchangeId::lowest(from).as_bytes().to_vec()))
        .into_boxed();
    newest!(connection, rows, before, limit)
}

/// The exchanges of one of the actions that tell by themselves whom they showed, of whatever dataset, before
/// `before`, newest first.
///
/// # Errors
/// When the database fails.
pub fn readings_that_tell(
    connection: &mut DbConnection,
    action: &str,
    before: Option<&RowKey>,
    limit: i64,
) -> Result<Vec<StoredExchange>> {
    let rows = exchange::table
        .filter(exchange::action.eq(action))
        // The condition of the index stands in the text: a value that is bound proves nothing.
        .filter(sql::<Bool>("action NOT IN ('push', 'pull', 'changes')"))
        .filter(exchange::reading.is_not_null())
        .into_boxed();
    newest!(connection, rows, before, limit)
}
