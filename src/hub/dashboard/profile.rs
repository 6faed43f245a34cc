//! What the records of a dataset hold: how far its columns are filled, and how its filter columns are distributed.
//!
//! It is counted whole, in the background, when records have changed; a page reads what was counted and says as of when.
//! Invariant: values of a column about persons are never counted apart.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{counted, days_back};
use crate::access::rules::Reach;
use crate::error::{Error, Result};
use crate::hub::export::pages::Pages;
use crate::hub::{Dataset, Hub};
use crate::report::validation::{Counted, NOTHING, OTHERS, Tally};
use crate::store;
use crate::store::filling::FillingRow;
use crate::store::profiles::ProfileRow;
use crate::types::{DatasetId, Mode, Pointer, Timestamp};

/// How long what was counted of a dataset stands before it is counted anew, in milliseconds.
const STANDS: i64 = 600_000;

/// For how many days it is kept how far columns were filled.
const KEPT_DAYS: i32 = 14;

/// How many values of a column are shown.
const TOP: usize = 10;

/// How far a column is filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnFill {
    /// The column.
    pub field: Pointer,
    /// In how many records it holds something: not null, nor blank, nor empty.
    pub filled: u64,
}

/// How the values of a column are distributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Distribution {
    /// The column.
    pub field: Pointer,
    /// The most frequent values with how many records have them, the most frequent first.
    pub values: Vec<(String, u64)>,
    /// How many records have another value.
    pub others: u64,
    /// How many have none.
    pub empty: u64,
}

/// What the records of a dataset hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetProfile {
    /// When it was counted.
    pub as_of: Timestamp,
    /// Whether records have changed since.
    pub changed_since: bool,
    /// How many records there are.
    pub records: u64,
    /// The columns, those of the key first.
    pub columns: Vec<ColumnFill>,
    /// The distribution of each filter that is not about persons.
    pub distributions: Vec<Distribution>,
}

/// What is kept of it beside the number of records.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    columns: Vec<ColumnFill>,
    distributions: Vec<Distribution>,
}

impl Hub {
    /// What the records of a dataset hold, as far as it may be told; none before it was counted.
    ///
    /// # Errors
    /// Unknown where there is no such dataset; forbidden where nothing of it may be told.
    pub fn dataset_profile(&self, reach: &Reach, id: &DatasetId) -> Result<Option<DatasetProfile>> {
        let dataset = self.dataset_within(reach, id)?;
        let (row, head) = self.store.read_at_once(|connection| {
            Ok((
                store::profiles::find(connection, dataset.number)?,
                store::datasets::head(connection, dataset.number)?,
            ))
        })?;
        let Some(row) = row else {
            return Ok(None);
        };
        let kept: Kept = serde_json::from_str(&row.profile)
            .map_err(|error| Error::Internal(format!("the profile of {id} is damaged: {error}")))?;
        let fields = shown_fields(reach, &dataset, self.today());
        let shown = |field: &Pointer| {
            let granted = fields.as_ref();
            granted.is_none_or(|granted| granted.iter().any(|granted| field.lies_within(granted)))
        };
        let contract = &dataset.current.contract;
        Ok(Some(DatasetProfile {
            as_of: Timestamp(row.as_of),
            changed_since: row.seq != head.0,
            records: counted(row.records),
            columns: kept
                .columns
                .into_iter()
                .filter(|column| shown(&column.field))
                .collect(),
            // A version since may have said of more fields that they are about persons.
            distributions: kept
                .distributions
                .into_iter()
                .filter(|one| shown(&one.field) && !contract.is_personal(&one.field))
                .collect(),
        }))
    }

    /// Counts the records of the dataset that waits longest to be counted; tells whether there was one. `go_on` is
    /// asked between pages.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_records(&self, go_on: impl Fn() -> bool) -> Result<bool> {
        let before = Timestamp(self.clock.now().0.saturating_sub(STANDS));
        let due = self
            .store
            .read(|connection| store::profiles::due(connection, before))?;
        let catalog = self.catalog();
        let served: BTreeMap<i64, &std::sync::Arc<Dataset>> = catalog
            .datasets()
            .into_iter()
            .filter(|dataset| dataset.mode() == Mode::Stored)
            .map(|dataset| (dataset.number, dataset))
            .collect();
        match due.iter().find_map(|number| served.get(number)) {
            None => Ok(false),
            Some(dataset) => self.count_dataset(dataset, go_on),
        }
    }

    fn count_dataset(&self, dataset: &Dataset, go_on: impl Fn() -> bool) -> Result<bool> {
        let (now, today) = (self.clock.now(), self.today());
        let head = self
            .store
            .read(|connection| store::datasets::head(connection, dataset.number))?;
        let contract = &dataset.current.contract;
        let grouped = contract.filters.iter();
        let groups = grouped
            .filter(|field| !contract.is_personal(field))
            .map(|field| (field.clone(), BTreeMap::new()));
        let apart = Counted {
            groups: groups.collect(),
            ..Counted::default()
        };
        let mut tally = Tally::new(contract.columns(), Vec::new(), apart);
        let mut pages = Pages::new(dataset.number);
        while let Some(page) = pages.next(&self.store)? {
            if !go_on() {
                return Ok(false);
            }
            for stored in &page {
                let payload = serde_json::from_str(&stored.payload)
                    .map_err(|_| Error::Internal("a stored payload is damaged".into()))?;
                tally.add(&payload);
            }
        }
        let kept = kept(&tally);
        let row = ProfileRow {
            dataset: dataset.number,
            seq: head.0,
            as_of: now.0,
            records: i64::try_from(tally.rows()).unwrap_or(i64::MAX),
            profile: serde_json::to_string(&kept).map_err(|error| Error::Internal(error.to_string()))?,
        };
        let parts = ["", dataset.id.opd.as_str(), &dataset.address];
        let filling = filling(&tally, dataset.number, today);
        let oldest = days_back(today, KEPT_DAYS).to_string();
        self.store.write(|connection| {
            if store::profiles::keep(connection, &row, &filling.day, &parts)? {
                store::filling::keep(connection, &filling, &oldest)?;
            }
            Ok(())
        })?;
        Ok(true)
    }
}

/// How far the columns are filled, all of them together.
fn filling(tally: &Tally, dataset: i64, today: Date) -> FillingRow {
    let columns = u64::try_from(tally.filled().len()).unwrap_or(u64::MAX);
    let filled: u64 = tally.filled().iter().map(|(_, filled)| filled).sum();
    let signed = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    FillingRow {
        dataset,
        day: today.to_string(),
        filled: signed(filled),
        cells: signed(tally.rows().saturating_mul(columns)),
    }
}

fn kept(tally: &Tally) -> Kept {
    let column = |(field, filled): &(Pointer, u64)| ColumnFill {
        field: field.clone(),
        filled: *filled,
    };
    Kept {
        columns: tally.filled().iter().map(column).collect(),
        distributions: tally.groups().iter().map(distribution).collect(),
    }
}

fn distribution((field, groups): &(Pointer, BTreeMap<String, u64>)) -> Distribution {
    let (mut values, mut others, mut empty) = (Vec::new(), 0, 0);
    for (value, count) in groups {
        match value.as_str() {
            NOTHING => empty += count,
            OTHERS => others += count,
            _ => values.push((value.clone(), *count)),
        }
    }
    values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    others += values.iter().skip(TOP).map(|(_, count)| count).sum::<u64>();
    values.truncate(TOP);
    Distribution {
        field: field.clone(),
        values,
        others,
        empty,
    }
}

/// The fields that may be told of; `None` means all.
fn shown_fields(reach: &Reach, dataset: &Dataset, today: Date) -> Option<Vec<Pointer>> {
    let Reach::Own(opd) = reach else {
        return None;
    };
    if dataset.id.opd == *opd {
        return None;
    }
    let given = dataset.grants.given.get(opd)?;
    let holds = given.until.is_none_or(|until| today <= until);
    given.fields.clone().filter(|_| holds)
}
