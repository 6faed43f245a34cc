//! [`Direct`]: the parts of a bulk, each stored as it comes.

use std::collections::VecDeque;
use std::sync::Arc;

use super::intake::{IN_FLIGHT, Part};
use super::report::BulkReport;
use super::{exchange, submission};
use crate::error::{Error, Result};
use crate::hub::writer::Pending;
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Claim, Entry, PartOf, Precondition, Progress};
use crate::store::append::Write;
use crate::types::{Kind, RecordKey};

/// See the module.
pub(super) struct Direct {
    hub: Arc<Hub>,
    call: Call,
    dataset: Arc<Dataset>,
    parts: i32,
    /// Of which request that has its effect once these are parts, and the last line that was handed over.
    once: Option<(Claim, u64)>,
    storing: VecDeque<(Part, Vec<Option<RecordKey>>, Pending)>,
    /// Whether a part could not be stored.
    pub(super) failed: bool,
    /// What became of the lines so far.
    pub(super) report: BulkReport,
}

impl Direct {
    /// Nothing stored yet.
    pub(super) fn new(hub: &Arc<Hub>, call: &Call, dataset: &Arc<Dataset>) -> Self {
        Direct {
            hub: Arc::clone(hub),
            call: call.clone(),
            dataset: Arc::clone(dataset),
            parts: 0,
            once: None,
            storing: VecDeque::new(),
            failed: false,
            report: BulkReport::of(call),
        }
    }

    /// Has each part note how far the request of this claim came.
    pub(super) fn once(&mut self, claim: Claim, progress: Option<&Progress>) {
        if let Some(progress) = progress {
            self.report.before = progress.counts.received();
            self.report.counts = progress.counts;
        }
        self.once = Some((claim, progress.map_or(0, |progress| progress.through)));
    }

    /// Sends a part to be stored.
    ///
    /// # Errors
    /// When an earlier part, or this one, could not be stored.
    pub(super) async fn take(&mut self, mut part: Part) -> Result<()> {
        self.store_until(IN_FLIGHT - 1).await?;
        let mut exchange = exchange(&self.call, &self.dataset, self.call.writes(), part.bytes);
        exchange.part = self.parts;
        self.parts += 1;
        let entries = std::mem::take(&mut part.entries);
        let keys = refusable_keys(&entries, &self.dataset);
        let write = Write {
            rejections: std::mem::take(&mut part.rejections),
            lines: part.numbers.clone(),
            part_of: self.part_of(&part),
            ..Write::new(
                submission(&self.dataset, entries, Precondition::default(), false),
                exchange,
            )
        };
        let submitting = self.hub.writer.submit_when_free(write);
        let pending = self.hub.while_it_answers(submitting).await?;
        self.call.set_logged();
        self.storing.push_back((part, keys, pending));
        Ok(())
    }

    fn part_of(&mut self, part: &Part) -> Option<PartOf> {
        let ((claim, last), (through, lines)) = (self.once.as_mut()?, part.mark?);
        Some(PartOf {
            claim: claim.clone(),
            after: std::mem::replace(last, through),
            through,
            lines,
        })
    }

    /// What became of the lines that were settled since this was asked last.
    pub(super) fn settled(&mut self) -> Option<BulkReport> {
        let rest = BulkReport {
            all: self.report.all,
            ..BulkReport::of(&self.call)
        };
        (self.report.through > 0).then(|| std::mem::replace(&mut self.report, rest))
    }

    /// Waits until everything that was taken is stored.
    ///
    /// # Errors
    /// When a part could not be stored.
    pub(super) async fn flush(&mut self) -> Result<()> {
        self.store_until(0).await
    }

    /// Waits for the last parts.
    pub(super) async fn end(mut self, ended: Option<Error>) -> BulkReport {
        let told = self.failed;
        let stored = self.store_until(0).await;
        self.report.ended = match told {
            true => ended,
            false => stored.err().or(ended),
        };
        self.report
    }

    /// Waits until at most `left` parts are being stored, and counts what became of the others.
    async fn store_until(&mut self, left: usize) -> Result<()> {
        while self.storing.len() > left {
            let Some((part, keys, pending)) = self.storing.pop_front() else {
                break;
            };
            let settled = self.hub.while_it_answers(pending.settled()).await;
            self.failed |= settled.is_err();
            let settled = settled?;
            let refused = part.refused.last().map(|fault| fault.line);
            self.report.through = part.numbers.last().copied().max(refused).unwrap_or_default();
            self.report
                .account(part.refused, &part.numbers, &settled.outcomes, &keys);
        }
        Ok(())
    }
}

/// The keys of entries that what stands may refuse; a put to a master that refers to nothing never is.
pub(super) fn refusable_keys(entries: &[Entry], dataset: &Dataset) -> Vec<Option<RecordKey>> {
    let master = dataset.kind() == Kind::Master;
    let refusable = |entry: &&Entry| match entry {
        Entry::Put(payload) => !master || !payload.referrals.is_empty(),
        Entry::Delete(_) => true,
    };
    entries
        .iter()
        .map(|entry| Some(entry).filter(refusable).map(|entry| entry.key().clone()))
        .collect()
}
