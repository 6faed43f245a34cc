//! [`Intake`]: a stream cut into lines and judged, several parts beside each other.
//!
//! Judged parts come out in the order of the stream. Invariant: however long the stream, a bounded
//! number of parts is held; who feeds must take what is ready before feeding on.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::JoinHandle;

use super::report::LineFault;
use super::trail::Trail;
use crate::error::{Bound, Error, Malformed, Result};
use crate::hub::Dataset;
use crate::record::{
    Entry, Found, Line, Progress, Rejection, Split, Splitter, Syntax, found, judge, judge_line,
};
use crate::types::{Digest, JsonFault, JsonFaultKind, Place};

/// The most lines of one part.
const PART_LINES: usize = 500;
/// The most bytes of one part, unless a single line brings more.
const PART_BYTES: usize = 256 * 1024;
/// How many parts may be judged at the same time.
pub(super) const IN_FLIGHT: usize = 3;
/// The most violations listed of one line.
const MAX_LINE_VIOLATIONS: usize = 100;

/// A judged part of a stream.
#[derive(Default)]
pub(super) struct Part {
    /// What to store, in order.
    pub(super) entries: Vec<Entry>,
    /// The line of each entry.
    pub(super) numbers: Vec<u64>,
    /// The refused lines.
    pub(super) refused: Vec<LineFault>,
    /// The same lines, to be kept.
    pub(super) rejections: Vec<Rejection>,
    /// How many bytes came.
    pub(super) bytes: usize,
    /// Where a stream that has its effect once stands behind this part: the last line, and the digest until there.
    pub(super) mark: Option<(u64, Digest)>,
    /// Where the stream stopped being JSON.
    broken: Option<JsonFault>,
}

impl Part {
    fn refuse(&mut self, line: u64, found: Found, body: Option<Bytes>, error: Error) {
        self.rejections
            .push(Rejection::of(Some(line), found, body, &error));
        self.refused.push(LineFault {
            line,
            key: None,
            error,
        });
    }
}

/// A line in which there is no payload.
#[derive(Debug)]
pub struct Unusable {
    /// The physical line, from 1.
    pub number: u64,
    /// What came, to be kept.
    pub body: Bytes,
    /// Why it is none.
    pub error: Error,
}

/// Lines that are judged together.
type Lines = Vec<std::result::Result<Line, Unusable>>;

/// Lines that are judged together, their bytes, and where the stream stands behind them.
type Waiting = (Lines, usize, Option<(u64, Digest)>);

/// What of a stream is asked.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// How it is cut.
    pub(super) split: Split,
    /// Whether a line may delete a record.
    pub(super) deletions: bool,
    /// The largest record, in bytes.
    pub(super) record_bytes: usize,
    /// The largest stream, in bytes.
    pub(super) body_bytes: usize,
}

/// See the module.
pub(super) struct Intake {
    dataset: Arc<Dataset>,
    terms: Terms,
    splitter: Splitter,
    taken: usize,
    /// Lines that don't fill a part yet, and their bytes.
    lines: Lines,
    bytes: usize,
    /// Full parts that wait to be judged.
    waiting: VecDeque<Waiting>,
    judging: VecDeque<JoinHandle<Part>>,
    broken: Option<JsonFault>,
    /// How many lines, or elements, were taken that were not stored before.
    seen: u64,
    trail: Option<Trail>,
}

impl Intake {
    /// An intake that has taken nothing yet.
    pub(super) fn new(dataset: &Arc<Dataset>, terms: Terms) -> Self {
        Intake {
            dataset: Arc::clone(dataset),
            terms,
            splitter: Splitter::new(terms.split, terms.record_bytes),
            taken: 0,
            lines: Vec::new(),
            bytes: 0,
            waiting: VecDeque::new(),
            judging: VecDeque::new(),
            broken: None,
            seen: 0,
            trail: None,
        }
    }

    /// The same for a stream that has its effect once, behind what is stored of it.
    pub(super) fn behind(&mut self, progress: Option<&Progress>) {
        self.trail = Some(Trail::new(&self.dataset.feed, progress));
    }

    /// How many lines, or elements, came so far to their end that were not stored before.
    pub(super) fn seen(&self) -> u64 {
        self.seen
    }

    /// Takes the next piece of the stream.
    ///
    /// # Errors
    /// Too large, not an array where one was promised, or not what is stored of it.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Result<()> {
        self.taken += piece.len();
        let bound = self.terms.body_bytes;
        if self.taken > bound {
            return Err(Error::TooLarge(Bound::Body(bound)));
        }
        let pushed = self.splitter.push(piece);
        self.cut(false);
        pushed.map_err(broken_array)?;
        match &self.trail {
            Some(trail) if trail.differs() => Err(Error::KeyReused),
            _ => Ok(()),
        }
    }

    /// Takes a line that was cut already, or is none.
    pub(super) fn take(&mut self, line: std::result::Result<Line, Unusable>) {
        if let (Some(trail), Ok(line)) = (&mut self.trail, &line)
            && !trail.is_new(line)
        {
            return;
        }
        self.bytes += match &line {
            Ok(line) => line.bytes.as_ref().map_or(0, Vec::len),
            Err(unusable) => unusable.body.len(),
        };
        self.lines.push(line);
        self.seen += 1;
        if self.lines.len() >= PART_LINES || self.bytes >= PART_BYTES {
            self.close_part();
        }
    }

    /// Takes the end of the stream.
    ///
    /// # Errors
    /// When an array was not closed, or less came than is stored of it.
    pub(super) fn end(&mut self) -> Result<()> {
        self.splitter.finish().map_err(broken_array)?;
        self.cut(false);
        match &self.trail {
            Some(trail) if trail.differs() || trail.is_behind() => Err(Error::KeyReused),
            _ => Ok(()),
        }
    }

    /// The next judged part, if so many wait that somebody should take one.
    ///
    /// # Errors
    /// Malformed where an array stopped being JSON; the parts before it have come out.
    pub(super) async fn ready(&mut self) -> Result<Option<Part>> {
        self.start();
        if self.waiting.is_empty() && self.judging.len() < IN_FLIGHT {
            return Ok(None);
        }
        self.next().await
    }

    /// The next judged part; `None` when nothing is left of what was taken.
    ///
    /// # Errors
    /// As [`Intake::ready`].
    pub(super) async fn rest(&mut self) -> Result<Option<Part>> {
        self.cut(true);
        self.start();
        self.next().await
    }

    async fn next(&mut self) -> Result<Option<Part>> {
        if let Some(fault) = self.broken.take() {
            // What comes behind a syntax error can't be told apart.
            self.judging.drain(..).for_each(|judging| judging.abort());
            self.waiting.clear();
            return Err(Error::Malformed(Malformed::Json(fault)));
        }
        let Some(judging) = self.judging.pop_front() else {
            return Ok(None);
        };
        let judged = judging.await;
        let mut part = judged.map_err(|error| Error::Internal(error.to_string()))?;
        self.broken = part.broken.take();
        self.start();
        Ok(Some(part))
    }

    /// Puts complete lines into parts, `all` of them or only full ones.
    fn cut(&mut self, all: bool) {
        while let Some(line) = self.splitter.next_line() {
            self.take(Ok(line));
        }
        if all && !self.lines.is_empty() {
            self.close_part();
        }
    }

    fn close_part(&mut self) {
        let (lines, bytes) = (std::mem::take(&mut self.lines), std::mem::take(&mut self.bytes));
        self.waiting
            .push_back((lines, bytes, self.trail.as_ref().map(Trail::mark)));
    }

    fn start(&mut self) {
        while self.judging.len() < IN_FLIGHT {
            let Some((lines, bytes, mark)) = self.waiting.pop_front() else {
                break;
            };
            let (dataset, terms) = (Arc::clone(&self.dataset), self.terms);
            let judge = move || {
                let part = judge_lines(&dataset, lines, bytes, terms);
                match mark {
                    // The mark is behind the whole part: of one that is broken nothing may be stored under it.
                    Some(_) if part.broken.is_some() => Part {
                        broken: part.broken,
                        ..Part::default()
                    },
                    _ => Part { mark, ..part },
                }
            };
            self.judging.push_back(tokio::task::spawn_blocking(judge));
        }
    }
}

/// Judges the lines of a part, in order; in an array, text that is no JSON ends the stream.
fn judge_lines(dataset: &Dataset, lines: Lines, bytes: usize, terms: Terms) -> Part {
    let mut part = Part {
        bytes,
        ..Part::default()
    };
    let max = terms.record_bytes;
    for line in lines {
        let line = match line {
            Ok(line) => line,
            Err(unusable) => {
                part.refuse(
                    unusable.number,
                    Found::default(),
                    Some(unusable.body),
                    unusable.error,
                );
                continue;
            }
        };
        let body = line.bytes.map(Bytes::from);
        let judged = match (&body, dataset.judge()) {
            (Some(bytes), Ok(rules)) if terms.deletions => judge_line(rules, dataset.kind(), bytes, max),
            (Some(bytes), Ok(rules)) => judge(rules, bytes, max).map(Entry::Put),
            (None, _) => Err(Error::TooLarge(Bound::Record(max))),
            (_, Err(error)) => Err(error),
        };
        match judged {
            Ok(entry) => {
                part.entries.push(entry);
                part.numbers.push(line.number);
            }
            Err(Error::Malformed(Malformed::Json(fault)))
                if terms.split == Split::Array && is_syntax(&fault) =>
            {
                part.broken = Some(JsonFault {
                    place: fault.place.within(line.start),
                    ..fault
                });
                break;
            }
            Err(error) => {
                let error = shortened(error, line.start);
                let told = body
                    .as_deref()
                    .and_then(|bytes| Some(found(dataset.judge().ok()?, bytes)));
                part.refuse(line.number, told.unwrap_or_default(), body, error);
            }
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
