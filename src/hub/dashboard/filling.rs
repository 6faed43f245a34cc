//! How far the columns of each agency's datasets are filled, beside how far they were seven days ago.
//!
//! What records hold is counted in the background (`profile`), and kept day by day, so that nothing is read but sums. Invariant:
//! a change is told of datasets alone that were counted at both times.

use std::collections::{BTreeMap, HashMap};

use super::lately::WEEK;
use super::{counted, days_back};
use crate::access::rules::Reach;
use crate::error::Result;
use crate::hub::Hub;
use crate::store;
use crate::store::filling::FillingRow;

/// How far the columns of an agency's datasets are filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledOf {
    /// The agency that owns the datasets.
    pub opd: String,
    /// What it is called.
    pub opd_name: Option<String>,
    /// How many of all cells hold something.
    pub now: Cells,
    /// Of the datasets that were counted at both times: how it was seven days ago, and how it is.
    pub since: Option<(Cells, Cells)>,
}

/// Cells of records: one for each column of each record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cells {
    /// How many hold something.
    pub filled: u64,
    /// How many there are.
    pub all: u64,
}

impl Cells {
    /// How many of a thousand hold something.
    pub fn permille(self) -> u64 {
        self.filled.saturating_mul(1_000) / self.all.max(1)
    }

    fn add(&mut self, row: &FillingRow) {
        self.filled += counted(row.filled);
        self.all += counted(row.cells);
    }
}

impl FilledOf {
    /// By how many of a thousand more cells hold something than seven days ago; none where that is not known.
    pub fn change(&self) -> Option<i64> {
        let permille = |cells: Cells| i64::try_from(cells.permille()).unwrap_or_default();
        self.since.map(|(before, now)| permille(now) - permille(before))
    }
}

impl Hub {
    /// How far the columns of the datasets within `reach` are filled, by owner, the emptiest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn filled_lately(&self, reach: &Reach) -> Result<Vec<FilledOf>> {
        let today = self.today();
        let before = days_back(today, WEEK + 1).to_string();
        let today = today.to_string();
        let catalog = self.catalog();
        let owners: HashMap<i64, &str> = catalog
            .datasets()
            .into_iter()
            .map(|dataset| (dataset.number, dataset.id.opd.as_str()))
            .filter(|(_, opd)| reach.covers(opd))
            .collect();
        let rows = self.store.read(store::filling::all)?;
        let mut opds: BTreeMap<&str, FilledOf> = BTreeMap::new();
        for days in rows.chunk_by(|one, other| one.dataset == other.dataset) {
            let (Some(now), Some(opd)) = (
                // A clock that was ahead may have left days that are to come.
                days.iter().rev().find(|row| row.day <= today),
                days.first().and_then(|row| owners.get(&row.dataset).copied()),
            ) else {
                continue;
            };
            let of_opd = opds.entry(opd).or_insert_with(|| FilledOf {
                opd: opd.to_owned(),
                opd_name: catalog.opd_name(opd).map(str::to_owned),
                now: Cells::default(),
                since: None,
            });
            of_opd.now.add(now);
            if let Some(then) = days.iter().rev().find(|row| row.day <= before) {
                let (past, present) = of_opd.since.get_or_insert_default();
                past.add(then);
                present.add(now);
            }
        }
        let mut opds: Vec<FilledOf> = opds.into_values().filter(|one| one.now.all > 0).collect();
        opds.sort_by_key(|one| one.now.permille());
        Ok(opds)
    }
}
