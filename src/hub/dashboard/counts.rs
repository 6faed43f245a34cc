//! How many records and changes came and went over time: of a dataset, of an agency's datasets, of all.
//!
//! Invariant: a period in which nothing happened is there with zeros, so that a chart has no holes.

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{counted, days_back};
use crate::access::rules::Reach;
use crate::audit::sends;
use crate::error::{Error, Forbidden, Result};
use crate::hub::Hub;
use crate::report::paper::year_and_month;
use crate::store;
use crate::store::day_totals::figures::{Asked, DayRow};
use crate::store::profiles::Growth;
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
    /// When records were counted last.
    pub records_as_of: Option<Timestamp>,
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
        let datasets = self.datasets_of(reach, of)?;
        let first = days_back(today, DAYS);
        let first_month = today.first_of_month().checked_sub((MONTHS - 1).months());
        let first_month = first_month.unwrap_or(Date::MIN);
        let from = first_month.min(first).to_string();
        let asked = Asked {
            from: &from,
            datasets: datasets.as_deref(),
        };
        let (summed, rows, growth) = self.store.read_at_once(|connection| {
            Ok((
                store::day_totals::summed(connection)?,
                store::day_totals::figures::by_day(connection, asked)?,
                store::profiles::growth(connection, asked.from, asked.datasets)?,
            ))
        })?;
        let days = (0..DAYS).filter_map(|n| first.checked_add(n.days()).ok());
        let months = (0..MONTHS).filter_map(|n| first_month.checked_add(n.months()).ok());
        Ok(CountsOverTime {
            as_of: (summed.at > 0).then_some(Timestamp(summed.at)),
            records: growth.records.map(counted),
            records_as_of: growth.as_of.map(Timestamp),
            days: days
                .map(|day| in_period(day, &day.to_string(), &rows, &growth))
                .collect(),
            months: months
                .map(|month| in_period(month, &year_and_month(month), &rows, &growth))
                .collect(),
        })
    }

    /// The numbers of the datasets that are meant; none where it is all of them.
    fn datasets_of(&self, reach: &Reach, of: &CountsOf) -> Result<Option<Vec<i64>>> {
        let catalog = self.catalog();
        let owned = |opd: &OpdCode| {
            let all = catalog.datasets().into_iter();
            let own = all.filter(|dataset| dataset.id.opd == *opd);
            Some(own.map(|dataset| dataset.number).collect())
        };
        match (reach, of) {
            (Reach::All, CountsOf::All) => Ok(None),
            (Reach::Own(opd), CountsOf::All) => Ok(owned(opd)),
            (_, CountsOf::Opd(opd)) if reach.covers(opd.as_str()) => Ok(owned(opd)),
            (_, CountsOf::Dataset(id)) => {
                let dataset = self.dataset_within(reach, id)?;
                Ok(Some(vec![dataset.number]))
            }
            (_, CountsOf::Opd(_)) => Err(Error::Forbidden(Forbidden::OtherOpd)),
        }
    }
}

/// What happened in the period whose days begin with `name`.
fn in_period(begin: Date, name: &str, rows: &[DayRow], growth: &Growth) -> PeriodCount {
    let mut count = PeriodCount::empty(begin);
    rows.iter()
        .filter(|row| row.day.starts_with(name))
        .for_each(|row| count.add(row));
    count.standing = standing(name, growth);
    count
}

/// How many records there were at the end of the period whose days begin with `name`.
fn standing(name: &str, growth: &Growth) -> Option<u64> {
    let later = |day: &str| day > name && !day.starts_with(name);
    growth.since.as_deref().filter(|since| !later(since))?;
    let grown: i64 = growth
        .days
        .iter()
        .filter(|(day, _)| later(day))
        .map(|(_, by)| by)
        .sum();
    growth.records.map(|records| counted(records - grown))
}
