//! Summing the log of exchanges by days of the office.
//!
//! A day that is over is summed once more when calls that it began with have ended, and then for good. Invariant: a day is
//! kept whole or not at all, and days are closed in order; whoever is cut off goes on where it was.

use std::collections::HashMap;

use jiff::civil::Date;

use super::days_back;
use crate::audit::{EXCHANGES_NOTHING, OutcomeClass};
use crate::error::{Error, Result};
use crate::hub::{Dataset, Hub};
use crate::store;
use crate::store::day_totals::{DaySums, DayTotal, EVERYTHING};
use crate::store::exchanges::{Span, Total};
use crate::types::Timestamp;

/// How long a turn to sum keeps others from taking one, in milliseconds.
const TURN: i64 = 50_000;

/// How long after its end a day is summed for good, in milliseconds: three hours, in which long calls end.
const SETTLED: i64 = 3 * 3_600_000;

/// How many days with exchanges are summed at once.
const AT_ONCE: usize = 31;

impl Hub {
    /// Takes the turn to sum the days of the log and to count why payloads were refused; tells whether no hub has taken
    /// it just now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn take_turn_to_sum(&self) -> Result<bool> {
        let now = self.clock.now();
        let before = Timestamp(now.0.saturating_sub(TURN));
        self.store
            .write(|connection| store::day_totals::take_turn(connection, now, before))
    }

    /// Sums the days that are not summed for good, some at a time; tells whether there are more.
    ///
    /// # Errors
    /// When the database fails; what was summed stays.
    pub fn sum_days(&self) -> Result<bool> {
        let (now, today) = (self.clock.now(), self.today());
        let Some(mut day) = self.first_open_day()? else {
            return Ok(false);
        };
        let (mut summed, mut closed) = (0, None);
        while day <= today && summed < AT_ONCE {
            let next = day.tomorrow().unwrap_or(Date::MAX);
            let until = Timestamp::of_day_in(next, &self.config.time.zone);
            if until.0.saturating_add(SETTLED) <= now.0 {
                closed = Some(day.to_string());
            }
            let rows = self.rows_of(day, until)?;
            if !rows.is_empty() || day == today {
                let name = day.to_string();
                self.store.write(|connection| {
                    store::day_totals::keep(connection, &name, &rows, now, closed.as_deref())
                })?;
                summed += 1;
            }
            day = next;
        }
        Ok(day <= today)
    }

    /// The first day that is not summed for good; none where the log is empty.
    fn first_open_day(&self) -> Result<Option<Date>> {
        let (zone, today) = (&self.config.time.zone, self.today());
        self.store.read(|connection| {
            let closed = store::day_totals::summed(connection)?.closed;
            let begin = store::day_totals::begin_of_log(connection)?;
            let Some(closed) = closed else {
                return Ok(begin.map(|begin| begin.date_in(zone)));
            };
            let closed: Date = closed
                .parse()
                .map_err(|_| Error::Internal(format!("{closed:?} is no day")))?;
            // What a clock that was ahead closed is open.
            let closed = match closed < today {
                true => closed,
                false => days_back(today, 3),
            };
            Ok(closed.tomorrow().ok())
        })
    }

    /// What the exchanges of a day about published datasets come to.
    fn rows_of(&self, day: Date, until: Timestamp) -> Result<Vec<DayTotal>> {
        let span = Span {
            from: Timestamp::of_day_in(day, &self.config.time.zone),
            until,
        };
        let totals = self
            .store
            .read(|connection| store::exchanges::totals(connection, span))?;
        let catalog = self.catalog();
        let known: HashMap<&str, &Dataset> = catalog
            .datasets()
            .into_iter()
            .map(|dataset| (&*dataset.address, &**dataset))
            .collect();
        Ok(classed(day, &totals, &known))
    }
}

/// Totals by the class of their outcome, without what exchanges no data: of each dataset and agency, of all that an owner
/// has, and of all.
fn classed(day: Date, totals: &[Total], known: &HashMap<&str, &Dataset>) -> Vec<DayTotal> {
    let mut classes: HashMap<(i64, &str, &str, &str), DaySums> = HashMap::new();
    for total in totals {
        let dataset = total.dataset.as_deref().and_then(|address| known.get(address));
        let Some(dataset) = dataset.filter(|_| !EXCHANGES_NOTHING.contains(&total.action.as_str())) else {
            continue;
        };
        let opd = total.opd.as_deref().unwrap_or_default();
        let outcome = OutcomeClass::of(&total.outcome).as_str();
        let sums = DaySums {
            calls: total.calls,
            records: total.records,
            rejected: total.rejected,
            changes: total.changes,
            bytes: total.bytes,
            last_at: total.last,
            filled_at: total.filled,
        };
        for (number, opd) in [
            (dataset.number, opd),
            (EVERYTHING, dataset.id.opd.as_str()),
            (EVERYTHING, ""),
        ] {
            let class = (number, opd, total.action.as_str(), outcome);
            classes.entry(class).or_default().add(&sums);
        }
    }
    let row = |((dataset, opd, action, outcome), sums): ((i64, &str, &str, &str), DaySums)| DayTotal {
        day: day.to_string(),
        dataset,
        opd: opd.to_owned(),
        action: action.to_owned(),
        outcome: outcome.to_owned(),
        sums,
    };
    classes.into_iter().map(row).collect()
}
