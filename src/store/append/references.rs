//! What the database says about the references of a batch: what stands under the keys referred to, on
//! which days they hold, and who refers to what is to be deleted.
//!
//! Which of it matters is decided by the `record::Ledger`. Two hubs can't contradict each other: who
//! refers to a dataset holds its head shared (`postgres::lock`), who deletes from it holds it alone, and
//! both look only then. Invariant: nothing is looked up for a batch that neither refers nor deletes.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::marker::PhantomData;
use std::sync::Arc;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::marks::{Found, Search};
use super::referred::{self, KnownReferred};
use super::{Result, Standings, damaged};
use crate::record::{
    Entry, Evidence, FoundBy, KnownPeriods, Link, Period, PeriodVersion, Periods, Referral, Referrer,
    Standing, Submission,
};
use crate::store::schema::{dataset, dataset_head, reference};
use crate::store::statement::statement;
use crate::store::{DbConnection, datasets};
use crate::types::{Moment, Pointer, RecordKey, Seq, Timestamp};

/// How many versions of a key are looked at at once.
const VERSIONS: i64 = 200;

/// What is asked about.
#[derive(Debug, Default)]
pub struct Questions<'s> {
    /// What is referred to: links and referrals by them.
    pub referrals: Vec<(&'s [Link], &'s [Referral])>,
    /// What is to be deleted: dataset and key.
    pub deletions: Vec<(i64, &'s RecordKey)>,
    /// What is written beside, by dataset and key, where something is to be deleted.
    pub touched: HashSet<(i64, &'s RecordKey)>,
    /// The datasets that are written to.
    pub written: BTreeSet<i64>,
    /// The dataset that this transaction wrote to already: nothing of it is kept for later.
    pub unsettled: Option<i64>,
}

impl<'s> Questions<'s> {
    /// What these submissions raise.
    pub fn of(submissions: impl Iterator<Item = &'s Submission> + Clone) -> Self {
        let mut questions = Questions::default();
        for submission in submissions.clone() {
            questions.written.insert(submission.dataset);
            for entry in &submission.entries {
                match entry {
                    Entry::Put(payload) if payload.referrals.is_empty() => {}
                    Entry::Put(payload) => questions.referrals.push((&submission.links, &payload.referrals)),
                    Entry::Delete(key) => questions.deletions.push((submission.dataset, key)),
                }
            }
        }
        if !questions.deletions.is_empty() {
            let each = submissions.flat_map(|submission| {
                let entries = submission.entries.iter();
                entries.map(|entry| (submission.dataset, entry.key()))
            });
            questions.touched = each.collect();
        }
        questions
    }

    /// Whether there is nothing to look up.
    pub(super) fn is_empty(&self) -> bool {
        self.referrals.is_empty() && self.deletions.is_empty()
    }
}

/// Looks everything up that is asked; what stands under the keys referred to comes beside. What a writer
/// knows of them is taken from there.
///
/// # Errors
/// When the database fails.
pub fn look_up<'s>(
    connection: &mut DbConnection,
    questions: &Questions<'s>,
    now: Moment<'_>,
    known: Option<&mut KnownReferred>,
) -> Result<(Standings<'s>, Evidence<'s>)> {
    let mut evidence = Evidence {
        today: now.day(),
        ..Evidence::default()
    };
    if questions.is_empty() {
        return Ok((Standings::new(), evidence));
    }
    let mut wanted: Vec<(i64, &RecordKey)> = Vec::new();
    let mut with_periods: HashMap<i64, &KnownPeriods> = HashMap::new();
    for (links, referrals) in &questions.referrals {
        for referral in *referrals {
            let (Some(link), Some(key)) = (links.get(referral.link), &referral.key) else {
                continue;
            };
            for target in &link.targets {
                wanted.push((target.dataset, key));
                with_periods.extend(target.periods.as_deref().map(|known| (target.dataset, known)));
            }
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    let standings = match known {
        Some(known) => known.look_up(connection, &wanted, &questions.written)?,
        None => referred::select(connection, &wanted)?,
    };
    for (place, standing) in &standings {
        if let Some(known) = with_periods.get(&place.0) {
            let keep = questions.unsettled != Some(place.0);
            let periods = periods(connection, known, *place, (standing, now), keep)?;
            evidence.periods.insert(*place, periods);
        }
    }
    for (dataset, keys) in by_dataset(&questions.deletions) {
        for guard in guards(connection, dataset)? {
            for key in &keys {
                let referrers = evidence.referrers.entry((dataset, *key)).or_default();
                if !guard.ready {
                    referrers.unready = Some(guard.field.clone());
                }
            }
            for (key, by) in guard.search(connection, &keys, &questions.touched)? {
                let referrers = evidence.referrers.entry((dataset, key)).or_default();
                referrers.found.push(Referrer {
                    dataset: guard.dataset,
                    key: by,
                    by: guard.by.clone(),
                });
            }
        }
    }
    Ok((standings, evidence))
}

fn by_dataset<'s>(deletions: &[(i64, &'s RecordKey)]) -> BTreeMap<i64, BTreeSet<&'s RecordKey>> {
    let mut by_dataset: BTreeMap<i64, BTreeSet<&RecordKey>> = BTreeMap::new();
    for (dataset, key) in deletions {
        by_dataset.entry(*dataset).or_default().insert(key);
    }
    by_dataset
}

/// The row behind a version: number, deleted, payload, time, the one before.
type VersionRow = (i64, bool, Option<String>, i64, Option<i64>);

/// The statements for one of the databases; the texts are the same for both.
macro_rules! statements {
    ($backend:ty, $connection:ty, $versions:ident) => {
        statement!(
            /// So many versions of a key, from this change on back in time, up to one that is known.
            $versions on $backend, $connection: (
                dataset: i64 => BigInt, from: i64 => BigInt, again: i64 => BigInt, known: i64 => BigInt,
                limit: i64 => BigInt,
            ) -> (BigInt, Bool, Nullable<Text>, BigInt, Nullable<BigInt>),
            "WITH RECURSIVE chain (seq, deleted, payload, at, prev, n) AS (
                 SELECT seq, deleted, payload, at, prev, CAST(1 AS BIGINT)
                 FROM change WHERE dataset_id = ? AND seq = ?
                 UNION ALL
                 SELECT c.seq, c.deleted, c.payload, c.at, c.prev, chain.n + 1
                 FROM chain JOIN change c ON c.dataset_id = ? AND c.seq = chain.prev
                 WHERE chain.prev > ? AND chain.n < ?
             )
             SELECT seq, deleted, payload, at, prev FROM chain ORDER BY n"
        );
    };
}

statements!(Sqlite, SqliteConnection, VersionsSqlite);
statements!(Pg, PgConnection, VersionsPostgres);

/// The periods of a key as of what stands; what was known already is taken over.
fn periods(
    connection: &mut DbConnection,
    known: &KnownPeriods,
    (dataset, key): (i64, &RecordKey),
    (standing, now): (&Standing, Moment<'_>),
    keep: bool,
) -> Result<Arc<Periods>> {
    // What is known is not of this feed when it is newer than what stands.
    let before = known.get(key).filter(|(seq, _)| *seq <= standing.seq);
    let (upto, stored) = before.unwrap_or_default();
    if upto == standing.seq {
        return Ok(stored);
    }
    let mut versions = Vec::new();
    let mut from = Some(standing.seq);
    while let Some(seq) = from.filter(|seq| *seq > upto) {
        let rows = chain(connection, dataset, seq, upto)?;
        from = rows.last().and_then(|row| row.4).map(Seq);
        versions.extend(rows.into_iter().map(|(_, deleted, payload, at, _)| {
            if deleted {
                PeriodVersion::Deleted(now.day_of(Timestamp(at)))
            } else {
                PeriodVersion::Put(Period::of_text(&known.valid, &payload.unwrap_or_default()))
            }
        }));
    }
    let mut periods = Arc::unwrap_or_clone(stored);
    versions
        .into_iter()
        .rev()
        .for_each(|version| periods.take(version));
    let periods = Arc::new(periods);
    if keep {
        known.set(key, standing.seq, &periods);
    }
    Ok(periods)
}

fn chain(connection: &mut DbConnection, dataset: i64, from: Seq, known: Seq) -> QueryResult<Vec<VersionRow>> {
    let (from, known, again, limit, lifetime) = (from.0, known.0, dataset, VERSIONS, PhantomData);
    match connection {
        DbConnection::Sqlite(inner) => VersionsSqlite {
            dataset,
            from,
            again,
            known,
            limit,
            lifetime,
        }
        .load(inner),
        DbConnection::Postgres(inner) => VersionsPostgres {
            dataset,
            from,
            again,
            known,
            limit,
            lifetime,
        }
        .load(inner),
    }
}

/// A reference that keeps records of a dataset from being deleted.
struct Guard {
    /// The number of the dataset that refers.
    dataset: i64,
    field: Pointer,
    /// What a caller may be told of it.
    by: Option<(crate::types::DatasetId, Pointer)>,
    /// Whether every record has its marks.
    ready: bool,
}

/// The agency, the name and the major version of a dataset.
type DatasetName = (String, String, i32);

/// Whether somebody refers to a dataset so that its records must stay.
///
/// # Errors
/// When the database fails.
pub(super) fn is_guarded(connection: &mut DbConnection, dataset: i64) -> Result<bool> {
    Ok(!guards(connection, dataset)?.is_empty())
}

fn guards(connection: &mut DbConnection, number: i64) -> Result<Vec<Guard>> {
    let Some((target, in_sandbox)) = named(connection, number)? else {
        return Ok(Vec::new());
    };
    let rows: Vec<(i64, String, bool)> = reference::table
        .filter(reference::target_opd.eq(target.0))
        .filter(reference::target_name.eq(target.1))
        .filter(reference::target_major.eq(target.2))
        .order((reference::dataset_id, reference::field))
        .select((reference::dataset_id, reference::field, reference::named))
        .load(connection)?;
    let mut guards = Vec::with_capacity(rows.len());
    for (real, field, may_be_named) in rows {
        let referrer = match in_sandbox {
            true => datasets::sandbox(connection, real)?,
            false => Some(real),
        };
        if let Some(referrer) = referrer {
            guards.push(guard(connection, (real, referrer), &field, may_be_named)?);
        }
    }
    Ok(guards)
}

/// The name of a dataset as references say it, and whether it is the one for trying; nothing for one that
/// was replaced or is a test's.
fn named(connection: &mut DbConnection, number: i64) -> QueryResult<Option<(DatasetName, bool)>> {
    let name = (dataset::opd, dataset::name, dataset::major);
    let row = dataset::table
        .filter(dataset::id.eq(number))
        .filter(dataset::replaced_at.is_null())
        .select((dataset::sandbox_of, name))
        .first::<(Option<i64>, DatasetName)>(connection)
        .optional()?;
    match row {
        Some((Some(real), _)) => {
            let real = dataset::table.filter(dataset::id.eq(real)).select(name);
            Ok(Some((real.first(connection)?, true)))
        }
        row => Ok(row.map(|(_, name)| (name, false))),
    }
}

fn guard(
    connection: &mut DbConnection,
    (real, referrer): (i64, i64),
    field: &str,
    may_be_named: bool,
) -> Result<Guard> {
    let unreadable = || damaged("a reference that can't be read");
    let (opd, name, major): DatasetName = dataset::table
        .filter(dataset::id.eq(real))
        .select((dataset::opd, dataset::name, dataset::major))
        .first(connection)?;
    let (filters, ready): (String, i32) = dataset_head::table
        .filter(dataset_head::dataset_id.eq(referrer))
        .select((dataset_head::filters, dataset_head::ready))
        .first(connection)?;
    let found_by = FoundBy::parse(&filters).ok_or_else(unreadable)?;
    let ready = usize::try_from(ready).unwrap_or_default();
    let field: Pointer = field.parse().map_err(|_| unreadable())?;
    let id = format!("{opd}/{name}/v{major}")
        .parse()
        .map_err(|_| unreadable())?;
    Ok(Guard {
        dataset: referrer,
        by: may_be_named.then(|| (id, field.clone())),
        ready: found_by.place_of_guard(&field).is_some_and(|place| place < ready),
        field,
    })
}

impl Guard {
    /// Who refers to these keys; nobody where that can't be told yet.
    fn search<'k>(
        &self,
        connection: &mut DbConnection,
        keys: &BTreeSet<&'k RecordKey>,
        touched: &HashSet<(i64, &RecordKey)>,
    ) -> Result<Found<'k>> {
        if !self.ready {
            return Ok(Found::new());
        }
        let search = Search {
            dataset: self.dataset,
            field: &self.field,
            touched,
        };
        search.run(connection, keys)
    }
}

statement!(
    /// What stands under the keys of a dataset that a JSON list names, each with its place in the list.
    ReferredSqlite on Sqlite, SqliteConnection: (keys: String => Text, dataset: i64 => BigInt)
        -> (BigInt, BigInt, Binary, Bool),
    "SELECT q.key, r.seq, r.digest, r.deleted FROM json_each(?) q
     CROSS JOIN record r ON r.dataset_id = ? AND r.key = q.value"
);

/// What stands under a key that was asked for: its place, seq, digest, deleted.
type ReferredRow = (i64, i64, Vec<u8>, bool);

/// What stands under these keys of one dataset.
pub(super) fn referred_rows(
    connection: &mut SqliteConnection,
    dataset: i64,
    keys: &[&str],
) -> Result<Vec<ReferredRow>> {
    let keys = serde_json::to_string(keys).map_err(|_| damaged("keys that can't be written"))?;
    let statement = ReferredSqlite {
        keys,
        dataset,
        lifetime: PhantomData,
    };
    Ok(statement.load(connection)?)
}
