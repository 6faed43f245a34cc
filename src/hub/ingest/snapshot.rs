//! [`Snapshot`]: a complete dataset in; only the difference to what stands is stored.
//!
//! The stream is laid aside, compared with what stands without a lock, and the difference is stored
//! in one transaction that compares again if anything was written in between. Invariant: a stream
//! that breaks off, or of which one line is refused, changes nothing.

use std::sync::Arc;

use super::intake::{Intake, Part, Terms, Unusable};
use super::report::{BulkReport, LineFault};
use super::staged::{Aside, Keeping, Parts, faults, judged, rejection, undone};
use super::{Finally, scope};
use crate::error::{Conflict, Error, Result};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Line, Refusal, Share, Split};
use crate::store::append::{RejectionBound, Whole, append_as_one};
use crate::store::chains::Chain;
use crate::store::staging::{Difference, StagedLine, Staging, Which};
use crate::store::{self, DbConnection};
use crate::types::Seq;

/// The most contradicting lines that are named.
const MAX_CONTRADICTIONS: i64 = 1_000;

/// A snapshot under way: feed it the body, then finish it.
pub struct Snapshot {
    hub: Arc<Hub>,
    call: Call,
    dataset: Arc<Dataset>,
    intake: Intake,
    aside: Aside,
    keeping: Keeping,
    max_delete: Share,
    received: u64,
    report: BulkReport,
    finally: Option<Finally<SnapshotReport>>,
}

/// What became of a snapshot.
#[derive(Debug, Default)]
pub struct SnapshotReport {
    /// How many lines came.
    pub received: u64,
    /// How the dataset changed, or, when nothing was stored, would have changed.
    pub difference: Difference,
    /// Lines that were refused.
    pub rejected: u64,
    /// The first refused lines, in the order of the stream.
    pub errors: Vec<LineFault>,
    /// The exchange's identity.
    pub exchange: String,
    /// What kept the snapshot from being stored, apart from refused lines.
    pub ended: Option<Error>,
}

impl Hub {
    /// Begins a snapshot, of whose standing records at most the share `max_delete` may vanish.
    pub fn snapshot(self: &Arc<Self>, call: &Call, dataset: &Arc<Dataset>, max_delete: Share) -> Snapshot {
        let limits = &self.config.limits;
        let terms = Terms {
            split: Split::Lines,
            deletions: false,
            record_bytes: limits.record_bytes,
            body_bytes: limits.body_bytes,
        };
        Snapshot {
            hub: Arc::clone(self),
            call: call.clone(),
            dataset: Arc::clone(dataset),
            intake: Intake::new(dataset, terms),
            aside: Aside::default(),
            keeping: Keeping::new(self, call, dataset),
            max_delete,
            received: 0,
            report: BulkReport::of(call),
            finally: None,
        }
    }
}

impl Snapshot {
    /// How many lines came so far to their end.
    pub fn seen(&self) -> u64 {
        self.intake.seen()
    }

    /// Has the answer kept in the transaction that stores the difference.
    pub fn finally(&mut self, finally: Finally<SnapshotReport>) {
        self.finally = Some(finally);
    }

    /// Takes the next part of the body. After an error nothing more needs to be fed.
    ///
    /// # Errors
    /// Whatever ends the snapshot: too large, or the disk full.
    pub async fn feed(&mut self, piece: &[u8]) -> Result<()> {
        let fed = self.intake.feed(piece);
        while let Some(part) = self.intake.ready().await? {
            self.lay_aside(part).await?;
        }
        fed
    }

    /// Takes a line that was cut already, or why there is no payload in it.
    ///
    /// # Errors
    /// Whatever ends the snapshot, as in [`feed`](Self::feed).
    pub async fn take(&mut self, line: std::result::Result<Line, Unusable>) -> Result<()> {
        self.intake.take(line);
        while let Some(part) = self.intake.ready().await? {
            self.lay_aside(part).await?;
        }
        Ok(())
    }

    /// Ends the snapshot: `ended` tells what cut the body short, if anything did.
    pub async fn finish(mut self, ended: Option<Error>) -> SnapshotReport {
        let ended = match ended {
            Some(error) => Some(error),
            None => self.drain().await.err(),
        };
        let mut difference = Difference::default();
        let ended = match ended {
            None if self.report.counts.rejected == 0 => self.store(&mut difference).await.err(),
            other => other,
        };
        let ended = self.keeping.done().await.err().or(ended);
        SnapshotReport {
            received: self.received,
            difference,
            rejected: self.report.counts.rejected,
            errors: self.report.errors,
            exchange: self.report.exchange,
            ended,
        }
    }

    async fn drain(&mut self) -> Result<()> {
        self.intake.end()?;
        while let Some(part) = self.intake.rest().await? {
            self.lay_aside(part).await?;
        }
        Ok(())
    }

    async fn lay_aside(&mut self, mut part: Part) -> Result<()> {
        self.keeping.keep(std::mem::take(&mut part.rejections)).await?;
        let refused = u64::try_from(part.refused.len()).unwrap_or(u64::MAX);
        self.received += refused + u64::try_from(part.numbers.len()).unwrap_or(u64::MAX);
        self.report.counts.rejected += refused;
        part.refused
            .into_iter()
            .for_each(|fault| self.report.refuse(fault));
        if self.report.counts.rejected == 0 {
            self.aside.add(part.entries, part.numbers, part.bytes).await?;
        }
        Ok(())
    }

    /// Compares and stores; refuses lines that contradict each other.
    async fn store(&mut self, found: &mut Difference) -> Result<()> {
        let (staging, bytes) = self.aside.done().await?;
        let dataset = Arc::clone(&self.dataset);
        let sealing = self.hub.blocking(move |hub| {
            let mut staging = staging.map_or_else(Staging::new, Ok)?;
            let contradictions = staging.seal(MAX_CONTRADICTIONS)?;
            if !contradictions.is_empty() {
                return Ok((staging, contradictions, None));
            }
            let compared = hub.store.read(|connection| {
                let head = store::datasets::head(connection, dataset.number)?;
                Ok((head, staging.compare(connection, dataset.number)?))
            })?;
            Ok((staging, contradictions, Some(compared)))
        });
        let (staging, contradictions, compared) = sealing.await?;
        let Some((head, difference)) = compared else {
            let repeated = |line: StagedLine| {
                let error = Error::Conflict(Conflict::KeyRepeated(line.key.clone()));
                (line, error)
            };
            return self
                .refuse(contradictions.into_iter().map(repeated).collect())
                .await;
        };
        *found = difference;
        guard(difference, self.max_delete)?;
        let swap = Swap {
            call: self.call.clone(),
            dataset: Arc::clone(&self.dataset),
            staging,
            bytes,
            head,
            difference,
            max_delete: self.max_delete,
            hub: Arc::clone(&self.hub),
            bound: self.hub.rejection_bound(),
            received: self.received,
            finally: self.finally.take(),
        };
        let swapping = self
            .hub
            .writer
            .alone(move |connection, chain| swap.run(connection, chain));
        let swapped = self.hub.while_it_answers(swapping).await?;
        match swapped {
            Swapped::Stored(difference) => *found = difference,
            Swapped::Refused(lines) => return self.refuse(lines).await,
        }
        self.call.set_logged();
        Ok(())
    }

    /// Refuses lines that were read well, but contradict earlier ones or refer to nothing.
    async fn refuse(&mut self, lines: Vec<(StagedLine, Error)>) -> Result<()> {
        let mut rejections = Vec::new();
        for (line, error) in lines {
            rejections.push(rejection(&line, &error));
            self.report.counts.rejected += 1;
            self.report.refuse(LineFault {
                line: line.line,
                key: Some(line.key),
                error,
            });
        }
        self.keeping.keep(rejections).await
    }
}

/// Refuses to let more vanish than was allowed.
fn guard(difference: Difference, max_delete: Share) -> Result<()> {
    if max_delete.covers(difference.removed, difference.standing) {
        Ok(())
    } else {
        Err(Error::Conflict(Conflict::TooManyVanish {
            removed: difference.removed,
            standing: difference.standing,
            allowed: max_delete.to_string(),
        }))
    }
}

/// What came of storing the difference.
enum Swapped {
    Stored(Difference),
    /// These lines may not stand; nothing was stored.
    Refused(Vec<(StagedLine, Error)>),
}

/// What the transaction needs that stores the difference.
struct Swap {
    call: Call,
    dataset: Arc<Dataset>,
    staging: Staging,
    bytes: usize,
    /// What stood when the staged records were compared.
    head: Seq,
    difference: Difference,
    max_delete: Share,
    hub: Arc<Hub>,
    bound: RejectionBound,
    received: u64,
    finally: Option<Finally<SnapshotReport>>,
}

impl Swap {
    fn run(mut self, connection: &mut DbConnection, chain: &mut Chain) -> Result<Swapped> {
        let (number, bound, hub) = (self.dataset.number, self.bound, Arc::clone(&self.hub));
        let (dataset, mut broken) = (Arc::clone(&self.dataset), Vec::new());
        let stored = append_as_one(
            connection,
            scope(&dataset, true),
            hub.moment(),
            bound,
            chain,
            |whole, head| {
                if head != self.head {
                    self.difference = self.staging.compare(whole.connection(), number)?;
                    guard(self.difference, self.max_delete)?;
                }
                self.write(whole)?;
                broken = judged(whole)?;
                if !broken.is_empty() {
                    return Err(undone());
                }
                if let Some(finally) = self.finally.take() {
                    let report = SnapshotReport {
                        received: self.received,
                        difference: self.difference,
                        exchange: self.call.id.to_string(),
                        ..SnapshotReport::default()
                    };
                    finally.keep(whole.connection(), &report, hub.clock.now())?;
                }
                Ok(self.difference)
            },
        );
        let in_use = |refusal: &Refusal| !matches!(refusal, Refusal::Broken(_));
        match broken.iter().find(|broken| in_use(&broken.refusal)) {
            Some(broken) => Err(broken.refusal.error(&broken.key)),
            None if broken.is_empty() => stored.map(Swapped::Stored),
            None => faults(&mut self.staging, broken).map(Swapped::Refused),
        }
    }

    fn write(&mut self, whole: &mut Whole<'_>) -> Result<()> {
        let mut parts = Parts::new(&self.call, &self.dataset, self.bytes, 0);
        let mut chunk = self.staging.next(Which::Different, None)?;
        if chunk.is_none() {
            // Nothing differs; that it was sent is logged all the same.
            parts.append(whole, Vec::new())?;
        }
        while let Some(mut this) = chunk {
            parts.append(whole, std::mem::take(&mut this.entries))?;
            chunk = self.staging.next(Which::Different, Some(&this))?;
        }
        Ok(())
    }
}
