//! [`Loader`]: gives payloads to the hub's bulk and keeps account of what became of them.
//!
//! Not here: where payloads come from. Invariant: what the journal says to be settled is settled.

use std::collections::VecDeque;
use std::sync::Arc;

use super::journal::Journal;
use super::tally::Tally;
use super::units::Unit;
use super::{Ended, LoadArguments};
use crate::cli::Failure;
use crate::error::Error;
use crate::hub::ingest::{Bulk, BulkReport, Mode};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Counts, Split};

/// A dry run is weighed in parts of so many payloads, and of so many bytes.
const DRY_PAYLOADS: usize = 10_000;
const DRY_BYTES: usize = 8 << 20;

/// See the module.
pub(super) struct Loader<'l> {
    begin: Begin<'l>,
    bulk: Bulk,
    /// How many payloads the bulk was given, and how many bytes.
    given: usize,
    bytes: usize,
    /// Payloads whose outcome is not known yet, with their lines, where refused ones are written down.
    kept: VecDeque<(u64, Vec<u8>)>,
    tally: Tally,
    journal: Option<Journal>,
}

/// What a bulk is begun with.
struct Begin<'l> {
    hub: &'l Arc<Hub>,
    call: &'l Call,
    dataset: &'l Arc<Dataset>,
    split: Split,
    mode: Mode,
}

impl<'l> Loader<'l> {
    /// A loader that has given nothing yet.
    pub(super) fn new(
        hub: &'l Arc<Hub>,
        (call, dataset): (&'l Call, &'l Arc<Dataset>),
        split: Split,
        arguments: &LoadArguments,
        tally: Tally,
        journal: Option<Journal>,
    ) -> Self {
        let begin = Begin {
            hub,
            call,
            dataset,
            split,
            mode: match (arguments.dry_run, arguments.atomic) {
                (true, atomic) => Mode::Dry(atomic),
                (false, true) => Mode::Atomic,
                (false, false) => Mode::Each,
            },
        };
        Loader {
            bulk: begin.bulk(),
            begin,
            given: 0,
            bytes: 0,
            kept: VecDeque::new(),
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
        let (number, payload) = match &unit {
            Ok(line) => (line.number, line.bytes.as_deref().unwrap_or_default()),
            Err(unusable) => (unusable.number, &*unusable.body),
        };
        self.given += 1;
        self.bytes += payload.len();
        // An atomic load may be of any size before anything of it is settled.
        if self.tally.writes_down() && self.begin.mode != Mode::Atomic {
            self.kept.push_back((number, payload.to_vec()));
        }
        if let Err(error) = self.bulk.take(unit).await {
            return Ok(Some(error));
        }
        if let Some(report) = self.bulk.settled() {
            self.account(report)?;
        }
        let much = self.given >= DRY_PAYLOADS || self.bytes >= DRY_BYTES;
        if much && self.begin.mode == Mode::Dry(false) {
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
            exchange: self.begin.call.id.to_string(),
            error,
        })
    }

    /// Ends the bulk and begins another.
    async fn close(&mut self, mut ended: Option<Error>) -> Result<Option<Error>, Failure> {
        if ended.is_none() && self.begin.split == Split::Array {
            // Its elements were taken one by one; for the bulk the array itself is empty.
            ended = self.bulk.feed(b"[]").await.err();
        }
        let bulk = std::mem::replace(&mut self.bulk, self.begin.bulk());
        let mut report = bulk.finish(ended).await;
        let error = report.ended.take();
        self.account(report)?;
        self.kept.clear();
        (self.given, self.bytes) = (0, 0);
        Ok(error)
    }

    /// Counts what became of payloads, and writes down how far the load is.
    fn account(&mut self, report: BulkReport) -> Result<(), Failure> {
        self.tally.counts.add(&report.counts);
        for fault in &report.errors {
            while self.kept.pop_front_if(|(line, _)| *line < fault.line).is_some() {}
            let kept = self.kept.pop_front_if(|(line, _)| *line == fault.line);
            self.tally
                .refuse(fault, kept.as_ref().map(|(_, payload)| payload.as_slice()))?;
        }
        while self
            .kept
            .pop_front_if(|(line, _)| *line <= report.through)
            .is_some()
        {}
        match &mut self.journal {
            Some(journal) if report.through > 0 => journal.save(report.through, &mut self.tally),
            _ => Ok(()),
        }
    }
}

impl Begin<'_> {
    fn bulk(&self) -> Bulk {
        let mut bulk = self.hub.bulk(self.call, self.dataset, self.split, self.mode);
        bulk.list_all();
        bulk
    }
}
