//! How many records and changes came and went over time: of a dataset, of an agency's datasets, of all.
//!
//! Invariant: a period in which nothing happened is there with zeros, so that a chart has no holes.

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{counted, days_back};
use crate::access::rules::Reach;
use crate::audit::sends;
use crate::error::{Error, Forbidden, Result};
use crate::hub::{Dataset, Hub};
use crate::report::paper::year_and_month;
use crate::store;
use crate::store::day_totals::figures::{DayRow, Part};
use crate::types::{DatasetId, OpdCode, Timestamp};

/// How many days are shown.
const DAYS: i32 = 30;
/// How many months are shown.
const MONTHS: i32 = 12;

/// Of what is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountsOf {
    /// Of everything within reach.
    All,
    /// Of the datasets that an agency owns.
    Opd(OpdCode),
    /// Of a dataset.
    Dataset(DatasetId),
}

/// What happened in a day or a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodCount {
    /// The day, or the first day of the month.
    pub begin: Date,
    /// Records that came in and stand, the unchanged ones too.
    pub sent: u64,
    /// Records that were refused.
    pub rejected: u64,
    /// Changes that were written.
    pub changes: u64,
    /// Records, changes and answers that were given out.
    pub taken: u64,
    /// Calls.
    pub calls: u64,
    /// Calls that were refused or failed.
    pub failed: u64,
    /// Bytes of payload, in and out.
    pub bytes: u64,
    /// How many records there were at its end; none before they were counted for the first time.
    pub standing: Option<u64>,
}

/// Counts over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountsOverTime {
    /// Up to when the log is counted; none before it was for the first time.
    pub as_of: Option<Timestamp>,
    /// How many records there are; none before they were counted for the first time.
    pub records: Option<u64>,
    /// The last thirty days of the office, today included, the oldest first.
    pub days: Vec<PeriodCount>,
    /// The last twelve months, this one included, the oldest first.
    pub months: Vec<PeriodCount>,
}

impl PeriodCount {
    fn empty(begin: Date) -> Self {
        PeriodCount {
            begin,
            sent: 0,
            rejected: 0,
            changes: 0,
            taken: 0,
            calls: 0,
            failed: 0,
            bytes: 0,
            standing: None,
        }
    }

    fn add(&mut self, row: &DayRow) {
        let sums = &row.sums;
        if sends(&row.action) {
            self.sent += counted(sums.records);
            self.rejected += counted(sums.rejected);
        } else {
            self.taken += counted(sums.records);
        }
        self.changes += counted(sums.changes);
        self.calls += counted(sums.calls);
        if row.outcome != "ok" {
            self.failed += counted(sums.calls);
        }
        self.bytes += counted(sums.bytes);
    }
}

impl Hub {
    /// Records and changes over time. Whoever speaks for an agency and asks for all is given its datasets.
    ///
    /// # Errors
    /// Unknown where there is no such dataset; forbidden for another agency or its datasets.
    pub fn counts_over_time(&self, reach: &Reach, of: &CountsOf) -> Result<CountsOverTime> {
        let today = self.today();
        let counted_of = self.counted_of(reach, of)?;
        let first = days_back(today, DAYS);
        let first_month = today.first_of_month().checked_sub((MONTHS - 1).months());
        let first_month = first_month.unwrap_or(Date::MIN);
        let from = first_month.min(first).to_string();
        let (part, name) = match &counted_of {
            Counted::All => (Part::All, String::new()),
            Counted::Owner(opd) => (Part::Owner(opd.as_str()), opd.to_string()),
            Counted::Dataset(dataset) => (Part::Dataset(dataset.number), dataset.address.to_string()),
        };
        let (summed, rows, growth) = self.store.read_at_once(|connection| {
            Ok((
                store::day_totals::summed(connection)?,
                store::day_totals::figures::by_day(connection, &from, part)?,
                store::profiles::growth(connection, &name)?,
            ))
        })?;
        let days = (0..DAYS).filter_map(|n| first.checked_add(n.days()).ok());
        let months = (0..MONTHS).filter_map(|n| first_month.checked_add(n.months()).ok());
        Ok(CountsOverTime {
            as_of: (summed.at > 0).then_some(Timestamp(summed.at)),
            records: (!growth.is_empty()).then(|| counted(growth.iter().map(|(_, by)| by).sum())),
            days: days
                .map(|day| in_period(day, &day.to_string(), &rows, &growth))
                .collect(),
            months: months
                .map(|month| in_period(month, &year_and_month(month), &rows, &growth))
                .collect(),
        })
    }

    /// Of what it is counted, as far as that lies within reach.
    fn counted_of(&self, reach: &Reach, of: &CountsOf) -> Result<Counted> {
        match (reach, of) {
            (Reach::All, CountsOf::All) => Ok(Counted::All),
            (Reach::Own(opd), CountsOf::All) => Ok(Counted::Owner(opd.clone())),
            (_, CountsOf::Opd(opd)) if reach.covers(opd.as_str()) => Ok(Counted::Owner(opd.clone())),
            (_, CountsOf::Opd(_)) => Err(Error::Forbidden(Forbidden::OtherOpd)),
            (_, CountsOf::Dataset(id)) => Ok(Counted::Dataset(self.dataset_within(reach, id)?)),
        }
    }
}

/// Of what it is counted.
enum Counted {
    All,
    Owner(OpdCode),
    Dataset(Arc<Dataset>),
}

/// What happened in the period whose days begin with `name`.
fn in_period(begin: Date, name: &str, rows: &[DayRow], growth: &[(String, i64)]) -> PeriodCount {
    let mut count = PeriodCount::empty(begin);
    rows.iter()
        .filter(|row| row.day.starts_with(name))
        .for_each(|row| count.add(row));
    count.standing = standing(name, growth);
    count
}

/// How many records there were at the end of the period whose days begin with `name`; none before they were counted.
fn standing(name: &str, growth: &[(String, i64)]) -> Option<u64> {
    let until = |day: &str| day < name || day.starts_with(name);
    growth.first().filter(|(since, _)| until(since))?;
    let grown = growth.iter().filter(|(day, _)| until(day));
    Some(counted(grown.map(|(_, by)| by).sum()))
}
