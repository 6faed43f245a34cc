//! [`Happened`]: the day on which something happened, beside the moment at which it was written down.
//!
//! Invariant: what happened never lies in the future, nor before what it follows.

use jiff::civil::{Date, Time};

use super::{Act, File, Refusal};
use crate::integration::calendar::{Calendar, day_after};
use crate::integration::procedure::{Complete, Step};

/// When something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happened {
    /// The day.
    pub on: Date,
    /// The day as which it counts: the next one, after office hours.
    pub counted: Date,
}

impl Happened {
    /// What happened on the day `on`, or now where that is not said. An hour is known only of what is written down on
    /// its day, whether that was said or not.
    pub fn new(on: Option<Date>, (today, time): (Date, Time), closes: Time) -> Self {
        match on.filter(|on| *on != today) {
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
    /// Whether something may have happened then, in `step` where it is a part of one.
    ///
    /// # Errors
    /// When it lies before what it follows: what happened last or, where several act beside each other, what gave them
    /// their turn.
    pub fn follows(&self, act: Act, step: Option<&Step>, happened: Happened) -> Result<(), Refusal> {
        let beside = step.is_some_and(|step| match act {
            Act::Completed => step.complete != Complete::InOrder && step.opinions.is_empty(),
            Act::Opinion => true,
            Act::Opened | Act::Repaired | Act::Paused | Act::Resumed | Act::Cancelled => false,
        });
        let turn = self.visit().filter(|_| beside).map(|visit| visit.turn_on);
        let follows = turn.unwrap_or(self.last_on);
        match happened.on < follows {
            true => Err(Refusal::BeforeLast(follows)),
            false => Ok(()),
        }
    }
}
