//! [`Happened`]: the day on which something happened, beside the moment at which it was written down.
//!
//! Invariant: what happened never lies in the future, nor before what happened last.

use jiff::civil::{Date, Time};

use super::{File, Refusal};
use crate::integration::calendar::{Calendar, day_after};

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happened {
    /// The day.
    pub on: Date,
    /// The day as which it counts: the next one, after office hours.
    pub counted: Date,
}

impl Happened {
    /// What happened on the day `on`, or now where that is not said. An hour is known only of what is written down
    /// as it happens.
    pub fn new(on: Option<Date>, (today, time): (Date, Time), closes: Time) -> Self {
        match on {
            Some(on) => Happened { on, counted: on },
            None if time >= closes => Happened {
                on: today,
                counted: day_after(today),
            },
            None => Happened {
                on: today,
                counted: today,
            },
        }
    }

    /// Whether that may be written down on the day `today`.
    ///
    /// # Errors
    /// When it lies in the future, or back so far that a reason is needed.
    pub fn may_be_told(
        &self,
        calendar: &Calendar,
        today: Date,
        days: u32,
        reasoned: bool,
    ) -> Result<(), Refusal> {
        if self.on > today {
            return Err(Refusal::Future(today));
        }
        match calendar.working_days(self.on, today, &[]) > days && !reasoned {
            true => Err(Refusal::Backdated(days)),
            false => Ok(()),
        }
    }
}

impl File {
    /// Whether something may have happened then.
    ///
    /// # Errors
    /// When it lies before what happened last.
    pub fn follows(&self, happened: Happened) -> Result<(), Refusal> {
        match happened.on < self.last_on {
            true => Err(Refusal::BeforeLast(self.last_on)),
            false => Ok(()),
        }
    }
}
