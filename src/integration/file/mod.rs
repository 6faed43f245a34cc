//! [`File`]: one integration as its moves make it.
//!
//! The moves are the truth; each says where it led, so that a file reads the same when the procedure or the
//! parties have changed since. `slots` says who acts, `judge` what may be done, `dates` on which day, `times` what
//! was planned and what came of it. Invariant: a closed file never opens again.

mod dates;
mod judge;
mod refusal;
mod slots;
mod times;

pub use dates::Happened;
pub use judge::{Completion, Opinion};
pub use refusal::Refusal;
pub use slots::{Holder, Party, Slot, parties_of, slots};
pub use times::{Times, VisitTimes, WholeTimes};

use jiff::civil::Date;

use super::calendar::Pause;
use super::procedure::{Post, Then};
use crate::types::{OpdCode, Timestamp};

/// Declares an enum of stored words.
macro_rules! stored {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The word as it is stored and answered.
            pub fn as_str(self) -> &'static str {
                match self {
                    $($name::$variant => $text,)*
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                let known = $name::ALL.iter().copied().find(|word| word.as_str() == text);
                known.ok_or_else(|| format!("'{text}' is no {}", stringify!($name)))
            }
        }
    };
}

stored! {
    /// How an integration is.
    State {
        /// It runs.
        Running = "running",
        /// Its clocks stand.
        Paused = "paused",
        /// It was given up.
        Cancelled = "cancelled",
        /// It came to its end.
        Closed = "closed",
    }
}

stored! {
    /// What was done.
    Act {
        /// The request was received.
        Opened = "opened",
        /// An actor did their part of a step.
        Completed = "completed",
        /// An agency said what it thinks.
        Opinion = "opinion",
        /// What was not valid was repaired.
        Repaired = "repaired",
        /// The clocks were stopped.
        Paused = "paused",
        /// The clocks run again.
        Resumed = "resumed",
        /// It was given up.
        Cancelled = "cancelled",
    }
}

impl Act {
    /// What was done, as screens and papers say it.
    pub fn word(self) -> &'static str {
        match self {
            Act::Opened => "dibuka",
            Act::Completed => "diselesaikan",
            Act::Opinion => "diberi pendapat",
            Act::Repaired => "diperbaiki",
            Act::Paused => "ditangguhkan",
            Act::Resumed => "dilanjutkan",
            Act::Cancelled => "dibatalkan",
        }
    }
}

/// Where a move leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// Nowhere: the file stays in its step.
    Stays,
    /// Nowhere, and what was done in the step counts no more.
    Repair,
    /// To another step.
    Enters(u8),
    /// To the end.
    Closes,
}

/// A move; see the module.
#[derive(Debug, Clone)]
pub struct Move {
    /// What was done.
    pub act: Act,
    /// The step in which.
    pub step: u8,
    /// The round in which.
    pub round: u32,
    /// The post that did it.
    pub post: Option<Post>,
    /// The agency that did it, where it was one.
    pub opd: Option<OpdCode>,
    /// The outcome or the opinion.
    pub outcome: Option<String>,
    /// When it happened.
    pub happened_on: Date,
    /// The day as which that counts.
    pub counted_on: Date,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Who wrote it down.
    pub by: String,
    /// Where it led.
    pub lead: Lead,
}

/// One stay of the file in a step.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The step.
    pub step: u8,
    /// The round.
    pub round: u32,
    /// The day as which its beginning counts.
    pub entered_on: Date,
    /// The day as which its end counts.
    pub left_on: Option<Date>,
    /// The outcome with which it ended.
    pub outcome: Option<String>,
    /// Who did their part, since the last repair.
    pub done: Vec<(Post, Option<OpdCode>)>,
    /// What the agencies said, each its last word.
    pub opinions: Vec<(OpdCode, String)>,
    /// Whether something must be repaired first; since when that was written down.
    pub repair_since: Option<Timestamp>,
    /// When the last repair was found necessary.
    pub faulty_at: Option<Timestamp>,
    /// The day on which it began, whatever it counts as.
    pub began_on: Date,
    /// The day on which its actors last got their turn, or its clocks ran again: nothing in it happened before.
    pub turn_on: Date,
    /// Which of the moves were made in it.
    pub moves: Vec<usize>,
    /// How many moves had been made when its actors last got their turn anew.
    pub turn: usize,
}

/// One integration; see the module.
#[derive(Debug, Clone)]
pub struct File {
    /// How it is.
    pub state: State,
    /// All stays in steps, the last one last.
    pub visits: Vec<Visit>,
    /// The times for which its clocks stood.
    pub pauses: Vec<Pause>,
    /// The day as which its beginning counts.
    pub opened_on: Date,
    /// The latest day on which a move happened.
    pub last_on: Date,
    /// The latest day as which one counts.
    counted_on: Date,
    /// The day as which its end counts.
    pub ended_on: Option<Date>,
}

impl File {
    /// What the moves make, whatever steps the procedure has now. None without a first one.
    pub fn fold(moves: &[Move]) -> Option<Self> {
        let opened = moves.first()?;
        let mut file = File {
            state: State::Running,
            visits: Vec::new(),
            pauses: Vec::new(),
            opened_on: opened.counted_on,
            last_on: opened.happened_on,
            counted_on: opened.counted_on,
            ended_on: None,
        };
        file.enter(opened.step, 1, 0);
        for (index, step) in moves.iter().enumerate() {
            file.take(index, step);
        }
        Some(file)
    }

    /// The stay that goes on, or the last one.
    pub fn visit(&self) -> Option<&Visit> {
        self.visits.last()
    }

    /// The step in which the file is.
    pub fn step(&self) -> u8 {
        self.visit().map_or(0, |visit| visit.step)
    }

    /// The round in which it is.
    pub fn round(&self) -> u32 {
        self.visit().map_or(1, |visit| visit.round)
    }

    /// The move by which the round began where the file is; none for the first one.
    pub fn round_began(&self) -> Option<usize> {
        let first = self.visits.iter().position(|visit| visit.round == self.round())?;
        let before = self.visits.get(first.checked_sub(1)?)?;
        before.moves.last().copied()
    }

    /// Whether nothing will come any more.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Closed | State::Cancelled)
    }

    fn enter(&mut self, step: u8, round: u32, turn: usize) {
        self.visits.push(Visit {
            step,
            round,
            entered_on: self.counted_on,
            left_on: None,
            outcome: None,
            done: Vec::new(),
            opinions: Vec::new(),
            repair_since: None,
            faulty_at: None,
            began_on: self.last_on,
            turn_on: self.last_on,
            moves: Vec::new(),
            turn,
        });
    }

    fn take(&mut self, index: usize, step: &Move) {
        // Of those who act beside each other, who did their part last may be written down first.
        self.last_on = self.last_on.max(step.happened_on);
        self.counted_on = self.counted_on.max(step.counted_on);
        let counted = self.counted_on;
        match step.act {
            Act::Paused => {
                self.state = State::Paused;
                self.pauses.push(Pause {
                    from: counted,
                    until: None,
                });
            }
            Act::Resumed => {
                self.state = State::Running;
                if let Some(pause) = self.pauses.last_mut() {
                    pause.until = Some(counted);
                }
            }
            Act::Cancelled => {
                self.state = State::Cancelled;
                self.ended_on = Some(counted);
                if let Some(pause) = self.pauses.last_mut().filter(|pause| pause.until.is_none()) {
                    pause.until = Some(counted);
                }
            }
            Act::Opened | Act::Completed | Act::Opinion | Act::Repaired => {}
        }
        if let Some(visit) = self.visits.last_mut() {
            visit.take(index, step);
        }
        self.follow(index, step);
    }

    fn follow(&mut self, index: usize, step: &Move) {
        let left = match step.lead {
            Lead::Stays | Lead::Repair => step.act == Act::Cancelled,
            Lead::Enters(_) | Lead::Closes => true,
        };
        if let Some(visit) = self.visits.last_mut().filter(|_| left) {
            visit.left_on = Some(self.counted_on);
            visit.outcome.clone_from(&step.outcome);
        }
        match step.lead {
            Lead::Enters(next) => {
                let round = self.round() + u32::from(next <= self.step());
                self.enter(next, round, index + 1);
            }
            Lead::Closes => {
                self.state = State::Closed;
                self.ended_on = Some(self.counted_on);
            }
            Lead::Stays | Lead::Repair => {}
        }
    }
}

impl Visit {
    fn take(&mut self, index: usize, step: &Move) {
        self.moves.push(index);
        match (step.act, step.lead) {
            (Act::Completed, Lead::Repair) => {
                self.done.clear();
                self.turn = index + 1;
                self.turn_on = step.happened_on;
                self.repair_since = Some(step.recorded_at);
                self.faulty_at = Some(step.recorded_at);
            }
            (Act::Completed, _) => self.done.extend(step.post.map(|post| (post, step.opd.clone()))),
            (Act::Repaired, _) => {
                self.turn = index + 1;
                self.turn_on = step.happened_on;
                self.repair_since = None;
            }
            (Act::Opinion, _) => {
                if let (Some(opd), Some(opinion)) = (&step.opd, &step.outcome) {
                    self.opinions.retain(|(other, _)| other != opd);
                    self.opinions.push((opd.clone(), opinion.clone()));
                }
            }
            (Act::Resumed, _) => self.turn_on = step.happened_on,
            (Act::Opened | Act::Paused | Act::Cancelled, _) => {}
        }
    }
}

impl Lead {
    /// Where an outcome leads when nobody else has to act.
    fn of(then: Then, next: Option<u8>, back: Option<u8>) -> Lead {
        match (then, next, back) {
            (Then::Next, Some(next), _) => Lead::Enters(next),
            (Then::Next, None, _) => Lead::Closes,
            (Then::Back, _, Some(back)) => Lead::Enters(back),
            (Then::Back, _, None) => Lead::Stays,
            (Then::Repair, _, _) => Lead::Repair,
        }
    }
}

#[cfg(test)]
mod tests;
