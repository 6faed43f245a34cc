//! [`Bulk`]: many records in; judged as they come, stored part by part, all at once, or not at all.
//!
//! While one part is being stored the next is being judged; the stream is slowed down by whoever
//! stores, so memory stays flat whatever the size. Invariant: parts are stored in the order of the
//! stream.

use std::sync::Arc;

use super::Finally;
use super::direct::Direct;
use super::dry::Dry;
use super::intake::{Intake, Part, Terms, Unusable};
use super::report::BulkReport;
use super::staged::Staged;
use crate::error::{Error, Result};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Claim, Line, Progress, Split};

/// What is to become of a bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// What is accepted is stored, part by part.
    Each,
    /// Everything is stored, or nothing.
    Atomic,
    /// Nothing is stored; the answer is wanted that a push would get. True when it would be atomic.
    Dry(bool),
}

/// A bulk under way: feed it the body, then finish it.
pub struct Bulk {
    intake: Intake,
    sink: Sink,
}

/// Where judged parts go.
enum Sink {
    Direct(Direct),
    Staged(Box<Staged>),
    Dry(Dry),
}

impl Hub {
    /// Begins a bulk.
    pub fn bulk(self: &Arc<Self>, call: &Call, dataset: &Arc<Dataset>, split: Split, mode: Mode) -> Bulk {
        let limits = &self.config.limits;
        let terms = Terms {
            split,
            deletions: true,
            record_bytes: limits.record_bytes,
            body_bytes: match mode {
                Mode::Each | Mode::Atomic => limits.body_bytes,
                Mode::Dry(_) => limits.dry_bytes,
            },
        };
        let sink = match mode {
            Mode::Each => Sink::Direct(Direct::new(self, call, dataset)),
            Mode::Atomic => Sink::Staged(Box::new(Staged::new(self, call, dataset))),
            Mode::Dry(atomic) => Sink::Dry(Dry::new(self, call, dataset, atomic)),
        };
        Bulk {
            intake: Intake::new(dataset, terms),
            sink,
        }
    }
}

impl Bulk {
    /// Has it have its effect once: how far it came is noted with each part, and it goes on behind what is stored of it.
    #[must_use]
    pub fn once(mut self, claim: Claim, progress: Option<&Progress>) -> Self {
        if let Sink::Direct(direct) = &mut self.sink {
            self.intake.behind(progress);
            direct.once(claim, progress);
        }
        self
    }

    /// Has the answer to a bulk that is stored as one kept with it.
    pub fn finally(&mut self, finally: Finally<BulkReport>) {
        if let Sink::Staged(staged) = &mut self.sink {
            staged.finally(finally);
        }
    }

    /// How many lines, or elements, came so far to their end.
    pub fn seen(&self) -> u64 {
        self.intake.seen()
    }

    /// Takes the next part of the body. After an error nothing more needs to be fed.
    ///
    /// # Errors
    /// Whatever ends the bulk: not an array, too large, or the database away.
    pub async fn feed(&mut self, piece: &[u8]) -> Result<()> {
        let fed = self.intake.feed(piece);
        self.pass_on().await?;
        fed
    }

    /// Takes a line, or an element, that was cut already, or why there is no payload in it.
    ///
    /// # Errors
    /// Whatever ends the bulk, as in [`feed`](Self::feed).
    pub async fn take(&mut self, line: std::result::Result<Line, Unusable>) -> Result<()> {
        self.intake.take(line);
        self.pass_on().await
    }

    /// Stores what was taken so far, however little, and waits until it is stored. A bulk that is not stored part
    /// by part goes on holding it.
    ///
    /// # Errors
    /// Whatever ends the bulk, as in [`feed`](Self::feed).
    pub async fn flush(&mut self) -> Result<()> {
        self.drain().await?;
        match &mut self.sink {
            Sink::Direct(direct) => direct.flush().await,
            Sink::Staged(_) | Sink::Dry(_) => Ok(()),
        }
    }

    /// Lists every refused line, for somebody who asks often what was [`settled`](Self::settled).
    pub fn list_all(&mut self) {
        match &mut self.sink {
            Sink::Direct(direct) => direct.report.all = true,
            Sink::Dry(dry) => dry.report.all = true,
            Sink::Staged(_) => {}
        }
    }

    /// What became of the lines that were settled since this was asked last; `None` when there are
    /// none. It is no longer part of the final report.
    pub fn settled(&mut self) -> Option<BulkReport> {
        match &mut self.sink {
            Sink::Direct(direct) => direct.settled(),
            Sink::Staged(_) | Sink::Dry(_) => None,
        }
    }

    /// What became of the lines that were settled so far and not told yet, where they are stored part by part.
    pub fn so_far(&self) -> Option<&BulkReport> {
        match &self.sink {
            Sink::Direct(direct) => Some(&direct.report),
            Sink::Staged(_) | Sink::Dry(_) => None,
        }
    }

    /// Ends the bulk: `ended` tells what cut the body short, if anything did. Everything that came
    /// before is stored, unless the bulk is atomic.
    pub async fn finish(mut self, ended: Option<Error>) -> BulkReport {
        let ended = match ended {
            Some(error) => Some(error),
            None => self.intake.end().err(),
        };
        // Behind a part that could not be stored nothing is.
        let ended = match &self.sink {
            Sink::Direct(direct) if direct.failed => ended,
            _ => self.drain().await.err().or(ended),
        };
        match self.sink {
            Sink::Direct(direct) => direct.end(ended).await,
            Sink::Staged(staged) => staged.end(ended).await,
            Sink::Dry(dry) => dry.end(ended).await,
        }
    }

    async fn pass_on(&mut self) -> Result<()> {
        while let Some(part) = self.intake.ready().await? {
            self.sink.take(part).await?;
        }
        Ok(())
    }

    async fn drain(&mut self) -> Result<()> {
        while let Some(part) = self.intake.rest().await? {
            self.sink.take(part).await?;
        }
        Ok(())
    }
}

impl Sink {
    async fn take(&mut self, part: Part) -> Result<()> {
        match self {
            Sink::Direct(direct) => direct.take(part).await,
            Sink::Staged(staged) => staged.take(part).await,
            Sink::Dry(dry) => {
                dry.take(part);
                Ok(())
            }
        }
    }
}
