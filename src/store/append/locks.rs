//! Which heads a batch holds on PostgreSQL, and how.
//!
//! Who writes to a dataset holds its head against other writers; who deletes from it, against those
//! who refer to it as well; who refers to it holds it shared, so that nothing is deleted from it until
//! the commit. Heads that others hold are left for later, so one busy dataset stalls nobody. Invariant:
//! whoever waits for a head holds none with a higher number, so no two hubs wait for each other.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};

use super::Write;
use super::head::{HeadRow, Heads, heads};
use crate::record::{Entry, Link};
use crate::store::statement::statement;

/// How a head is held; a later one shuts out more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Nothing may be deleted from the dataset.
    Referring,
    /// Nobody else may write to it.
    Writing,
    /// Nor may anybody refer to it.
    Deleting,
}

/// How heads are locked: the free ones of several, and one, waiting for it.
macro_rules! locks {
    ($free:ident, $one:ident, $strength:literal) => {
        statement!(
            /// Locks the heads that are free.
            $free on Pg, PgConnection: (datasets: Vec<i64> => Array<BigInt>)
                -> (BigInt, BigInt, Text, BigInt, BigInt),
            concat!(
                "SELECT dataset_id, seq, filters, rejections, rejected_bytes FROM dataset_head
                 WHERE dataset_id = ANY(?) ORDER BY dataset_id FOR ", $strength, " SKIP LOCKED"
            )
        );
        statement!(
            /// Locks one head, waiting for it.
            $one on Pg, PgConnection: (dataset: i64 => BigInt) -> (BigInt, BigInt, Text, BigInt, BigInt),
            concat!(
                "SELECT dataset_id, seq, filters, rejections, rejected_bytes FROM dataset_head
                 WHERE dataset_id = ? FOR ", $strength
            )
        );
    };
}

locks!(FreeReferring, OneReferring, "KEY SHARE");
locks!(FreeWriting, OneWriting, "NO KEY UPDATE");
locks!(FreeDeleting, OneDeleting, "UPDATE");

impl Strength {
    fn free(self, connection: &mut PgConnection, datasets: Vec<i64>) -> QueryResult<Vec<HeadRow>> {
        let lifetime = PhantomData;
        match self {
            _ if datasets.is_empty() => Ok(Vec::new()),
            Strength::Referring => FreeReferring { datasets, lifetime }.load(connection),
            Strength::Writing => FreeWriting { datasets, lifetime }.load(connection),
            Strength::Deleting => FreeDeleting { datasets, lifetime }.load(connection),
        }
    }

    fn one(self, connection: &mut PgConnection, dataset: i64) -> QueryResult<Vec<HeadRow>> {
        let lifetime = PhantomData;
        match self {
            Strength::Referring => OneReferring { dataset, lifetime }.load(connection),
            Strength::Writing => OneWriting { dataset, lifetime }.load(connection),
            Strength::Deleting => OneDeleting { dataset, lifetime }.load(connection),
        }
    }
}

/// What a batch needs of each dataset that it writes to.
#[derive(Debug, Default)]
struct Need {
    deletes: bool,
    /// The datasets that it refers to.
    refers: BTreeSet<i64>,
}

impl Need {
    fn own(&self) -> Strength {
        if self.deletes {
            Strength::Deleting
        } else {
            Strength::Writing
        }
    }
}

fn needs(batch: &[Write]) -> BTreeMap<i64, Need> {
    let mut needs: BTreeMap<i64, Need> = BTreeMap::new();
    for write in batch {
        let submission = &write.submission;
        let need = needs.entry(submission.dataset).or_default();
        let mut refers = false;
        for entry in &submission.entries {
            match entry {
                Entry::Put(payload) => refers |= !payload.referrals.is_empty(),
                Entry::Delete(_) => need.deletes = true,
            }
        }
        if refers {
            need.refers.extend(targets(&submission.links));
        }
    }
    needs
}

/// The numbers of all datasets that these links lead to.
pub(super) fn targets(links: &[Link]) -> impl Iterator<Item = i64> {
    links
        .iter()
        .flat_map(|link| &link.targets)
        .map(|target| target.dataset)
}

/// Locks what is free of what the batch needs. Gives the heads of those datasets that can be written
/// to: whose own head is held, and those of all that it refers to. `None` when there is none.
pub(super) fn free(connection: &mut PgConnection, batch: &[Write]) -> QueryResult<Option<Heads>> {
    let needs = needs(batch);
    let mut rows = Vec::new();
    for strength in [Strength::Writing, Strength::Deleting] {
        let own = needs.iter().filter(|(_, need)| need.own() == strength);
        rows.extend(strength.free(connection, own.map(|(dataset, _)| *dataset).collect())?);
    }
    let mut heads = heads(rows);
    let foreign: BTreeSet<i64> = needs
        .iter()
        .filter(|(dataset, _)| heads.contains_key(dataset))
        .flat_map(|(_, need)| need.refers.iter().copied())
        .filter(|target| !heads.contains_key(target))
        .collect();
    let shared = Strength::Referring.free(connection, foreign.into_iter().collect())?;
    let shared: BTreeSet<i64> = shared.into_iter().map(|row| row.0).collect();
    let held: BTreeSet<i64> = heads.keys().copied().chain(shared).collect();
    heads.retain(|dataset, _| {
        needs
            .get(dataset)
            .is_some_and(|need| need.refers.is_subset(&held))
    });
    Ok((!heads.is_empty()).then_some(heads))
}

/// The heads of a batch that this transaction holds already.
pub(super) fn held(connection: &mut PgConnection, batch: &[Write]) -> QueryResult<Heads> {
    let datasets = batch.iter().map(|write| write.submission.dataset).collect();
    Strength::Writing.free(connection, datasets).map(heads)
}

/// Locks the head of a dataset and those that it refers to, in the order of their numbers, waiting for
/// each; gives the dataset's own.
pub(super) fn take(
    connection: &mut PgConnection,
    dataset: i64,
    own: Strength,
    refers: impl Iterator<Item = i64>,
) -> QueryResult<Heads> {
    let mut wanted: BTreeMap<i64, Strength> = refers.map(|target| (target, Strength::Referring)).collect();
    wanted.insert(dataset, own);
    let mut held = Vec::new();
    for (number, strength) in wanted {
        let rows = strength.one(connection, number)?;
        if number == dataset {
            held.extend(rows);
        }
    }
    Ok(heads(held))
}
