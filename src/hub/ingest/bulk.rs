//! Many records in: a stream that is cut, judged and stored part by part, in order.
//!
//! While one part is being stored the next is being judged; the stream is slowed down by waiting
//! for room in the writer's queue, so memory stays flat whatever the size. Invariant: parts reach
//! the writer in the order of the stream.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::report::{BulkReport, LineFault};
use super::{exchange, refused, submission};
use crate::error::{Bound, Error, Malformed, Result};
use crate::hub::writer::Pending;
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Entry, Line, Outcome, Precondition, Settled, Split, Splitter, Syntax, judge_line};
use crate::store::append::Write;
use crate::types::{JsonFault, JsonFaultKind, Kind, Place, RecordKey};

/// The most lines of one part.
const PART_LINES: usize = 500;
/// The most bytes of one part, unless a single line brings more.
const PART_BYTES: usize = 256 * 1024;
/// How many parts may be judged, and how many stored, at the same time.
const IN_FLIGHT: usize = 3;
/// The most violations listed of one line.
const MAX_LINE_VIOLATIONS: usize = 100;

/// A bulk under way: feed it the body, then finish it.
pub struct Bulk {
    hub: Arc<Hub>,
    call: Call,
    dataset: Arc<Dataset>,
    splitter: Splitter,
    split: Split,
    /// Nothing is stored before the end.
    staging: bool,
    /// One refusal refuses all.
    atomic: bool,
    /// Whether the answer is wanted without storing anything.
    dry: bool,
    lines: Vec<Line>,
    bytes: usize,
    taken: usize,
    parts: i32,
    judging: VecDeque<JoinHandle<Part>>,
    storing: VecDeque<(Part, Vec<Option<RecordKey>>, Pending)>,
    staged: Part,
    report: BulkReport,
}

/// A judged part of a stream.
#[derive(Default)]
pub(super) struct Part {
    /// What to store, in order.
    pub(super) entries: Vec<Entry>,
    /// The line of each entry.
    pub(super) numbers: Vec<u64>,
    /// The refused lines.
    pub(super) refused: Vec<LineFault>,
    /// How many bytes came.
    bytes: usize,
    /// The last line.
    last: u64,
    /// Where the stream stopped being JSON.
    broken: Option<JsonFault>,
}

impl Hub {
    /// Begins a bulk.
    pub fn bulk(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        split: Split,
        atomic: bool,
        dry: bool,
    ) -> Bulk {
        Bulk {
            hub: Arc::clone(self),
            call: call.clone(),
            dataset: Arc::clone(dataset),
            splitter: Splitter::new(split, self.config.limits.record_bytes),
            split,
            staging: atomic || dry,
            atomic,
            dry,
            lines: Vec::new(),
            bytes: 0,
            taken: 0,
            parts: 0,
            judging: VecDeque::new(),
            storing: VecDeque::new(),
            staged: Part::default(),
            report: BulkReport {
                exchange: call.id.to_string(),
                ..BulkReport::default()
            },
        }
    }
}

impl Bulk {
    /// Takes the next part of the body. After an error nothing more needs to be fed.
    ///
    /// # Errors
    /// Whatever ends the bulk: not an array, too large, or the database away.
    pub async fn feed(&mut self, part: &[u8]) -> Result<()> {
        self.taken += part.len();
        let limits = &self.hub.config.limits;
        let bound = if self.staging {
            limits.atomic_bytes
        } else {
            limits.body_bytes
        };
        if self.taken > bound {
            return Err(Error::TooLarge(Bound::Body(bound)));
        }
        let pushed = self.splitter.push(part);
        self.gather(false).await?;
        pushed.map_err(broken_array)
    }

    /// Lists every refused line in what [`settled`](Self::settled) gives, for somebody who asks often.
    pub fn list_all(&mut self) {
        self.report.all = true;
    }

    /// What became of the lines that were settled since this was asked last; `None` when there are
    /// none. What it gave is no longer part of the final report.
    pub fn settled(&mut self) -> Option<BulkReport> {
        (self.report.through > 0).then(|| {
            let rest = BulkReport {
                exchange: self.report.exchange.clone(),
                all: self.report.all,
                ..BulkReport::default()
            };
            std::mem::replace(&mut self.report, rest)
        })
    }

    /// Ends the bulk: `ended` tells what cut the body short, if anything did. Everything that came
    /// before is stored, unless the bulk is atomic.
    pub async fn finish(mut self, ended: Option<Error>) -> BulkReport {
        let ended = match ended {
            Some(error) => Some(error),
            None => self.splitter.finish().map_err(broken_array).err(),
        };
        let rest = self.gather(true).await;
        let judged = self.judge_until(0).await;
        let stored = self.store_until(0).await;
        let failed = rest.and(judged).and(stored).err();
        self.report.ended = failed.or(ended);
        if self.staging {
            self.settle_staged().await;
        }
        let report = &self.report;
        let counted = report.created + report.updated + report.unchanged + report.deleted + report.rejected;
        self.report.received = counted;
        self.report
    }

    /// Sends complete lines off to be judged, `all` of them or only full parts.
    async fn gather(&mut self, all: bool) -> Result<()> {
        while let Some(line) = self.splitter.next_line() {
            self.bytes += line.bytes.as_ref().map_or(0, Vec::len);
            self.lines.push(line);
            if self.lines.len() >= PART_LINES || self.bytes >= PART_BYTES {
                self.judge_part().await?;
            }
        }
        if all && !self.lines.is_empty() {
            self.judge_part().await
        } else {
            Ok(())
        }
    }

    async fn judge_part(&mut self) -> Result<()> {
        self.judge_until(IN_FLIGHT - 1).await?;
        let lines = std::mem::take(&mut self.lines);
        let bytes = std::mem::take(&mut self.bytes);
        let (dataset, array) = (Arc::clone(&self.dataset), self.split == Split::Array);
        let max = self.hub.config.limits.record_bytes;
        let judge = move || judge_lines(&dataset, lines, bytes, max, array);
        self.judging.push_back(tokio::task::spawn_blocking(judge));
        Ok(())
    }

    /// Waits until at most `left` parts are being judged; judged ones go on to be stored.
    async fn judge_until(&mut self, left: usize) -> Result<()> {
        while self.judging.len() > left {
            let Some(judging) = self.judging.pop_front() else {
                break;
            };
            let mut part = judging
                .await
                .map_err(|error| Error::Internal(error.to_string()))?;
            let broken = part.broken.take();
            if self.staging {
                self.staged.entries.append(&mut part.entries);
                self.staged.numbers.append(&mut part.numbers);
                self.staged.refused.append(&mut part.refused);
                self.staged.bytes += part.bytes;
                self.staged.last = part.last;
            } else {
                self.store_part(part).await?;
            }
            if let Some(fault) = broken {
                // What comes behind a syntax error can't be told apart.
                self.judging.iter().for_each(JoinHandle::abort);
                self.judging.clear();
                return Err(Error::Malformed(Malformed::Json(fault)));
            }
        }
        Ok(())
    }

    async fn store_part(&mut self, mut part: Part) -> Result<()> {
        self.store_until(IN_FLIGHT - 1).await?;
        let mut exchange = exchange(&self.call, &self.dataset, "push", part.bytes);
        exchange.part = self.parts;
        exchange.rejected = u64::try_from(part.refused.len()).unwrap_or(u64::MAX);
        self.parts += 1;
        let entries = std::mem::take(&mut part.entries);
        let keys = keys_of(&entries, &self.dataset);
        let submission = submission(&self.dataset, entries, Precondition::default(), false);
        let pending = self
            .hub
            .writer
            .submit_when_free(Write { submission, exchange })
            .await?;
        self.call.set_logged();
        self.storing.push_back((part, keys, pending));
        Ok(())
    }

    /// Waits until at most `left` parts are being stored, and counts what became of the others.
    async fn store_until(&mut self, left: usize) -> Result<()> {
        while self.storing.len() > left {
            let Some((part, keys, pending)) = self.storing.pop_front() else {
                break;
            };
            let settled = pending.settled().await?;
            self.account(part, &settled, &keys);
        }
        Ok(())
    }

    /// Stores, or only weighs, what an atomic bulk has staged; all of it or nothing.
    async fn settle_staged(&mut self) {
        let mut part = std::mem::take(&mut self.staged);
        let total = u64::try_from(part.numbers.len() + part.refused.len()).unwrap_or(u64::MAX);
        if self.atomic && (self.report.ended.is_some() || !part.refused.is_empty()) {
            self.report.rejected = total;
            part.refused.drain(..).for_each(|fault| self.report.refuse(fault));
            return;
        }
        let entries = std::mem::take(&mut part.entries);
        let keys = keys_of(&entries, &self.dataset);
        let settled = if self.dry {
            self.hub.weigh(&self.dataset, entries, self.atomic).await
        } else {
            let exchange = exchange(&self.call, &self.dataset, "push", part.bytes);
            let submission = submission(&self.dataset, entries, Precondition::default(), true);
            match self
                .hub
                .writer
                .submit_when_free(Write { submission, exchange })
                .await
            {
                Ok(pending) => {
                    self.call.set_logged();
                    pending.settled().await
                }
                Err(error) => Err(error),
            }
        };
        match settled {
            Ok(settled) => {
                let stored = settled.stored;
                self.account(part, &settled, &keys);
                if !stored {
                    let errors = std::mem::take(&mut self.report.errors);
                    let exchange = std::mem::take(&mut self.report.exchange);
                    self.report = BulkReport {
                        rejected: total,
                        errors,
                        exchange,
                        ..BulkReport::default()
                    };
                }
            }
            Err(error) => {
                self.report.rejected = total;
                self.report.ended = Some(error);
            }
        }
    }

    fn account(&mut self, part: Part, settled: &Settled, keys: &[Option<RecordKey>]) {
        let mut faults = part.refused;
        self.report.through = part.last;
        self.report.rejected += u64::try_from(faults.len()).unwrap_or(u64::MAX);
        for (position, (outcome, line)) in settled.outcomes.iter().zip(&part.numbers).enumerate() {
            self.report.count(outcome);
            if let (Outcome::Refused(refusal), Some(key)) =
                (outcome, keys.get(position).and_then(Option::as_ref))
            {
                let error = refused(refusal, key);
                faults.push(LineFault {
                    line: *line,
                    key: Some(key.to_string()),
                    error,
                });
            }
        }
        faults.sort_by_key(|fault| fault.line);
        faults.into_iter().for_each(|fault| self.report.refuse(fault));
    }
}

/// The keys of entries that what stands may refuse; a put to a master never is.
fn keys_of(entries: &[Entry], dataset: &Dataset) -> Vec<Option<RecordKey>> {
    let master = dataset.kind() == Kind::Master;
    let refusable = |entry: &&Entry| !(master && matches!(entry, Entry::Put(_)));
    entries
        .iter()
        .map(|entry| Some(entry).filter(refusable).map(|entry| entry.key().clone()))
        .collect()
}

/// Judges the lines of a part, in order; in an array, text that is no JSON ends the stream.
fn judge_lines(dataset: &Dataset, lines: Vec<Line>, bytes: usize, max: usize, array: bool) -> Part {
    let mut part = Part {
        bytes,
        ..Part::default()
    };
    for line in lines {
        part.last = line.number;
        let judged = match (&line.bytes, dataset.judge()) {
            (Some(bytes), Ok(rules)) => judge_line(rules, dataset.kind(), bytes, max),
            (None, _) => Err(Error::TooLarge(Bound::Record(max))),
            (_, Err(error)) => Err(error),
        };
        match judged {
            Ok(entry) => {
                part.entries.push(entry);
                part.numbers.push(line.number);
            }
            Err(Error::Malformed(Malformed::Json(fault))) if array && is_syntax(&fault) => {
                part.broken = Some(JsonFault {
                    place: fault.place.within(line.start),
                    ..fault
                });
                break;
            }
            Err(error) => part.refused.push(LineFault {
                line: line.number,
                key: None,
                error: shortened(error, line.start),
            }),
        }
    }
    part
}

/// A line's error as it is listed: its place within the body, not too many violations.
fn shortened(error: Error, start: Place) -> Error {
    match error {
        Error::Violates(mut violations) => {
            violations.list.truncate(MAX_LINE_VIOLATIONS);
            Error::Violates(violations)
        }
        Error::Malformed(Malformed::Json(fault)) => Error::Malformed(Malformed::Json(JsonFault {
            place: fault.place.within(start),
            ..fault
        })),
        other => other,
    }
}

fn is_syntax(fault: &JsonFault) -> bool {
    matches!(fault.kind, JsonFaultKind::Syntax | JsonFaultKind::Incomplete)
}

fn broken_array(syntax: Syntax) -> Error {
    let kind = if syntax.incomplete {
        JsonFaultKind::Incomplete
    } else {
        JsonFaultKind::Syntax
    };
    Error::Malformed(Malformed::Json(JsonFault {
        kind,
        place: syntax.place,
    }))
}
