//! What stands under keys that are referred to, remembered as long as their dataset stays as it is.
//!
//! Masters change seldom and are referred to by every record, so most batches need no look-up. Invariant:
//! what is remembered was read after the head that it is remembered with, so it is right as long as the
//! head is the same; a dataset that the transaction itself writes to is never remembered.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::{Result, Standings, postgres, sqlite};
use crate::record::Standing;
use crate::store::DbConnection;
use crate::store::schema::dataset_head;
use crate::types::RecordKey;

/// How many keys are remembered, some 15 MB; then it begins anew.
const MOST_KNOWN: usize = 100_000;

/// What stands under the keys of one dataset; nothing under those that are not there.
#[derive(Debug, Default)]
struct KnownKeys {
    /// Where the feed stood.
    seq: i64,
    keys: HashMap<RecordKey, Option<Standing>>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct KnownReferred(HashMap<i64, KnownKeys>);

impl KnownReferred {
    /// What stands under these keys, which are sorted; asks the database for what is not known.
    pub(super) fn look_up<'w>(
        &mut self,
        connection: &mut DbConnection,
        wanted: &[(i64, &'w RecordKey)],
        written: &BTreeSet<i64>,
    ) -> Result<Standings<'w>> {
        let lasting: BTreeSet<i64> = wanted
            .iter()
            .map(|(dataset, _)| *dataset)
            .filter(|dataset| !written.contains(dataset))
            .collect();
        self.forget_changed(connection, &lasting)?;
        let mut standings = Standings::with_capacity(wanted.len());
        let mut unknown = Vec::new();
        for place in wanted {
            let known = self.0.get(&place.0).and_then(|known| known.keys.get(place.1));
            match known {
                Some(Some(standing)) => drop(standings.insert(*place, standing.clone())),
                Some(None) => {}
                None => unknown.push(*place),
            }
        }
        let found = select(connection, &unknown)?;
        for place in unknown {
            if let Some(known) = self.0.get_mut(&place.0) {
                known.keys.insert(place.1.clone(), found.get(&place).cloned());
            }
        }
        standings.extend(found);
        Ok(standings)
    }

    /// Leaves what is known of these datasets alone, and of them only what still holds.
    fn forget_changed(&mut self, connection: &mut DbConnection, datasets: &BTreeSet<i64>) -> QueryResult<()> {
        let count: usize = self.0.values().map(|known| known.keys.len()).sum();
        if count > MOST_KNOWN {
            self.0.clear();
        }
        let heads: Vec<(i64, i64)> = match datasets.is_empty() {
            true => Vec::new(),
            false => dataset_head::table
                .filter(dataset_head::dataset_id.eq_any(datasets))
                .select((dataset_head::dataset_id, dataset_head::seq))
                .load(connection)?,
        };
        self.0.retain(|dataset, _| datasets.contains(dataset));
        for (dataset, seq) in heads {
            let known = self.0.entry(dataset).or_default();
            if known.seq != seq {
                *known = KnownKeys {
                    seq,
                    keys: HashMap::new(),
                };
            }
        }
        Ok(())
    }
}

/// What stands under these keys, which are sorted.
pub(super) fn select<'w>(
    connection: &mut DbConnection,
    wanted: &[(i64, &'w RecordKey)],
) -> Result<Standings<'w>> {
    match connection {
        _ if wanted.is_empty() => Ok(Standings::new()),
        DbConnection::Sqlite(inner) => sqlite::referred(inner, wanted),
        DbConnection::Postgres(inner) => postgres::select_standings(inner, wanted),
    }
}
