//! [`Loader`]: gives payloads to the hub's bulk and keeps account of what became of them.
//!
//! Payloads are lines of one bulk, one behind the other; the loader remembers for each that is under
//! way where it stands in the file. What can't become a payload takes its place in the bulk as a line
//! that is no JSON, so that it is counted, logged and, where all or nothing is wanted, refuses all.

use std::collections::VecDeque;
use std::sync::Arc;

use super::journal::Journal;
use super::tally::{Counts, Tally};
use super::units::Unit;
use super::{Ended, LoadArguments};
use crate::cli::Failure;
use crate::error::{Error, Malformed};
use crate::hub::ingest::{Bulk, BulkReport, LineFault};
use crate::hub::{Call, Dataset, Hub};
use crate::record::Split;
use crate::types::{JsonFault, Place};

/// A dry run is weighed in parts of so many payloads, and of so many bytes.
const DRY_PAYLOADS: usize = 10_000;
const DRY_BYTES: usize = 8 << 20;

/// See the module.
pub(super) struct Loader<'l> {
    hub: &'l Arc<Hub>,
    call: &'l Call,
    dataset: &'l Arc<Dataset>,
    atomic: bool,
    dry: bool,
    bulk: Bulk,
    /// The payloads whose outcome is not known yet, in order.
    sent: VecDeque<Sent>,
    /// The line of the bulk on which the first of them stands.
    first: u64,
    /// How many bytes the bulk was given.
    bytes: usize,
    exchange: String,
    tally: Tally,
    journal: Option<Journal>,
}

/// A payload that is under way.
struct Sent {
    number: u64,
    start: Place,
    /// Why it could not become a payload.
    fault: Option<Error>,
    /// The payload, kept where refused ones are written down.
    payload: Option<Vec<u8>>,
}

impl<'l> Loader<'l> {
    /// A loader that has given nothing yet.
    pub(super) fn new(
        hub: &'l Arc<Hub>,
        call: &'l Call,
        dataset: &'l Arc<Dataset>,
        arguments: &LoadArguments,
        tally: Tally,
        journal: Option<Journal>,
    ) -> Self {
        let (atomic, dry) = (arguments.atomic, arguments.dry_run);
        Loader {
            hub,
            call,
            dataset,
            atomic,
            dry,
            bulk: begin(hub, call, dataset, atomic, dry),
            sent: VecDeque::new(),
            first: 1,
            bytes: 0,
            exchange: call.id.to_string(),
            tally,
            journal,
        }
    }

    /// What was counted so far.
    pub(super) fn counts(&self) -> &Counts {
        &self.tally.counts
    }

    /// Takes the next payload; tells what ended the load, if anything did.
    pub(super) async fn take(&mut self, unit: Unit) -> Result<Option<Error>, Failure> {
        let (mut line, fault) = match unit.payload {
            Ok(payload) => (payload, None),
            Err(fault) => (b"!".to_vec(), Some(fault)),
        };
        let keep = fault.is_none() && self.tally.keeps_payloads();
        self.sent.push_back(Sent {
            number: unit.number,
            start: unit.start,
            payload: keep.then(|| line.clone()),
            fault,
        });
        line.push(b'\n');
        self.bytes += line.len();
        if let Err(error) = self.bulk.feed(&line).await {
            return Ok(Some(error));
        }
        if let Some(report) = self.bulk.settled() {
            let through = report.through;
            self.account(report, through)?;
        }
        if self.dry && !self.atomic && (self.sent.len() >= DRY_PAYLOADS || self.bytes >= DRY_BYTES) {
            return self.close(None).await;
        }
        Ok(None)
    }

    /// Ends the load; `ended` tells what cut it short, if anything did.
    pub(super) async fn finish(mut self, ended: Option<Error>) -> Result<Ended, Failure> {
        let error = self.close(ended).await?;
        self.tally.flush()?;
        if error.is_none()
            && let Some(journal) = self.journal.take()
        {
            journal.remove()?;
        }
        Ok(Ended {
            tally: self.tally,
            exchange: self.exchange,
            error,
        })
    }

    /// Ends the bulk and begins another.
    async fn close(&mut self, ended: Option<Error>) -> Result<Option<Error>, Failure> {
        let next = begin(self.hub, self.call, self.dataset, self.atomic, self.dry);
        let mut report = std::mem::replace(&mut self.bulk, next).finish(ended).await;
        let error = report.ended.take();
        let through = if self.atomic || self.dry {
            u64::MAX
        } else {
            report.through
        };
        self.account(report, through)?;
        (self.first, self.bytes) = (1, 0);
        self.sent.clear();
        Ok(error)
    }

    /// Counts what became of the payloads up to a line of the bulk, and writes down how far it is.
    fn account(&mut self, report: BulkReport, through: u64) -> Result<(), Failure> {
        self.tally.counts.add(&report);
        let mut faults = report.errors.into_iter().peekable();
        let mut done = None;
        while self.first <= through {
            let Some(sent) = self.sent.pop_front() else {
                break;
            };
            done = Some(sent.number);
            if let Some(fault) = faults.next_if(|fault| fault.line == self.first) {
                let (fault, payload) = sent.place(fault);
                self.tally.refuse(&fault, payload.as_deref())?;
            }
            self.first += 1;
        }
        match (&mut self.journal, done) {
            (Some(journal), Some(done)) => journal.save(done, &mut self.tally),
            _ => Ok(()),
        }
    }
}

impl Sent {
    /// The fault of this payload as it stands in the file, and the payload.
    fn place(self, fault: LineFault) -> (LineFault, Option<Vec<u8>>) {
        let error = match (self.fault, fault.error) {
            (Some(own), _) => own,
            (None, Error::Malformed(Malformed::Json(fault))) => {
                // In the bulk it was one line of its own.
                let place = Place {
                    line: 1,
                    ..fault.place
                };
                Error::Malformed(Malformed::Json(JsonFault {
                    place: place.within(self.start),
                    ..fault
                }))
            }
            (None, error) => error,
        };
        let placed = LineFault {
            line: self.number,
            error,
            ..fault
        };
        (placed, self.payload)
    }
}

fn begin(hub: &Arc<Hub>, call: &Call, dataset: &Arc<Dataset>, atomic: bool, dry: bool) -> Bulk {
    let mut bulk = hub.bulk(call, dataset, Split::Lines, atomic, dry);
    if !atomic {
        bulk.list_all();
    }
    bulk
}
