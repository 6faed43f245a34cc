//! [`Times`]: what was planned and what came of it, per step and round and on the whole.
//!
//! Invariant: the days for which the clocks stood are in no count.

use jiff::civil::Date;

use super::{File, State, Visit};
use crate::integration::calendar::{Calendar, Pause};
use crate::integration::procedure::{Step, Variant};

/// The times of a file on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// Of each stay, in the order of [`File::visits`].
    pub visits: Vec<VisitTimes>,
    /// Of each round, the first one first.
    pub rounds: Vec<WholeTimes>,
    /// Of the whole.
    pub whole: WholeTimes,
}

/// The times of one stay in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitTimes {
    /// By when it should end; none while the clocks stand, or where the step is not known any more.
    pub due: Option<Date>,
    /// Working days up to its end or to today.
    pub working_days: u32,
    /// Whether it ended, or still goes on, after it was due.
    pub late: bool,
}

/// The times of a round, or of the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeTimes {
    /// The round; 0 for the whole.
    pub round: u32,
    /// The day as which its beginning counts.
    pub from: Date,
    /// The day as which its end counts.
    pub until: Option<Date>,
    /// Working days up to its end or to today.
    pub working_days: u32,
    /// By when it is expected to end, at the earliest.
    pub due_from: Date,
    /// By when it should have ended.
    pub due: Date,
    /// Whether it ended, or still goes on, after that.
    pub late: bool,
}

impl File {
    /// The times on the day `today`.
    pub fn times(&self, variant: &Variant, calendar: &Calendar, today: Date) -> Times {
        let visits = self
            .visits
            .iter()
            .map(|visit| self.visit_times(variant.step(visit.step), visit, calendar, today))
            .collect();
        let rounds = (1..=self.round()).filter_map(|round| {
            let mut of = self.visits.iter().filter(|visit| visit.round == round);
            let first = of.next()?;
            let last = of.next_back().unwrap_or(first);
            Some(self.whole_times(round, (first.entered_on, last.left_on), variant, calendar, today))
        });
        Times {
            visits,
            rounds: rounds.collect(),
            whole: self.whole_times(0, (self.opened_on, self.ended_on), variant, calendar, today),
        }
    }

    /// By when the step where the file is should end.
    pub fn due(&self, step: &Step, calendar: &Calendar) -> Option<Date> {
        let visit = self.visit().filter(|_| self.state == State::Running)?;
        calendar.due(visit.entered_on, step.duration, &self.pauses)
    }

    fn visit_times(
        &self,
        step: Option<&Step>,
        visit: &Visit,
        calendar: &Calendar,
        today: Date,
    ) -> VisitTimes {
        let end = visit.left_on.unwrap_or(today);
        let pauses = self.pauses_of(visit);
        let due = step.and_then(|step| calendar.due(visit.entered_on, step.duration, &pauses));
        VisitTimes {
            due,
            working_days: calendar.working_days(visit.entered_on, end, &pauses),
            late: due.is_some_and(|due| end > due),
        }
    }

    /// The times for which the clocks stood in a stay: what came after it does not touch it.
    fn pauses_of(&self, visit: &Visit) -> Vec<Pause> {
        let Some(left) = visit.left_on else {
            return self.pauses.clone();
        };
        let until = |pause: &Pause| Pause {
            from: pause.from,
            until: Some(pause.until.map_or(left, |until| until.min(left))),
        };
        let of = self.pauses.iter().filter(|pause| pause.from < left);
        of.map(until).collect()
    }

    fn whole_times(
        &self,
        round: u32,
        (from, until): (Date, Option<Date>),
        variant: &Variant,
        calendar: &Calendar,
        today: Date,
    ) -> WholeTimes {
        let end = until.unwrap_or(today);
        let due = calendar.after_months(from, variant.months.1, &self.stood(today));
        WholeTimes {
            round,
            from,
            until,
            working_days: calendar.working_days(from, end, &self.pauses),
            due_from: calendar.after_months(from, variant.months.0, &self.stood(today)),
            due,
            late: end > due,
        }
    }

    /// The times for which the clocks stood, as if they ran again today.
    fn stood(&self, today: Date) -> Vec<Pause> {
        let close = |pause: &Pause| Pause {
            from: pause.from,
            until: pause.until.or(Some(today)),
        };
        self.pauses.iter().map(close).collect()
    }
}
