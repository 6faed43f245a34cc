//! [`Staged`]: an atomic bulk, laid aside as it comes and stored in one transaction at the end.
//!
//! Invariant: no client's network holds a lock; when anything is refused, nothing is stored.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::direct::refusable_keys;
use super::intake::Part;
use super::report::BulkReport;
use super::{exchange, submission};
use crate::error::{Error, Result};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Entry, Precondition};
use crate::store::append::{Whole, Write, append_as_one};
use crate::store::staging::{Staging, Which};

/// See the module.
pub(super) struct Staged {
    hub: Arc<Hub>,
    call: Call,
    dataset: Arc<Dataset>,
    aside: Aside,
    received: u64,
    report: BulkReport,
}

impl Staged {
    /// Nothing laid aside yet.
    pub(super) fn new(hub: &Arc<Hub>, call: &Call, dataset: &Arc<Dataset>) -> Self {
        Staged {
            hub: Arc::clone(hub),
            call: call.clone(),
            dataset: Arc::clone(dataset),
            aside: Aside::default(),
            received: 0,
            report: BulkReport::of(call),
        }
    }

    /// Lays a part aside.
    ///
    /// # Errors
    /// When the disk is full.
    pub(super) async fn take(&mut self, part: Part) -> Result<()> {
        let lines = part.numbers.len() + part.refused.len();
        self.received += u64::try_from(lines).unwrap_or(u64::MAX);
        part.refused
            .into_iter()
            .for_each(|fault| self.report.refuse(fault));
        if self.report.errors.is_empty() {
            self.aside.add(part.entries, part.numbers, part.bytes).await?;
        }
        Ok(())
    }

    /// Stores everything, or nothing.
    pub(super) async fn end(mut self, ended: Option<Error>) -> BulkReport {
        if ended.is_none() && self.report.errors.is_empty() {
            match self.store().await {
                Ok(report) => self.report = report,
                Err(error) => self.report.ended = Some(error),
            }
        } else {
            self.report.ended = ended;
        }
        if self.report.ended.is_some() || !self.report.errors.is_empty() {
            self.report.rejected = self.received;
        }
        self.report
    }

    async fn store(&mut self) -> Result<BulkReport> {
        let (staging, bytes) = self.aside.done().await?;
        let Some(mut staging) = staging else {
            return Ok(BulkReport::of(&self.call));
        };
        let (call, dataset) = (self.call.clone(), Arc::clone(&self.dataset));
        let (now, bound) = (self.hub.clock.now(), self.hub.rejection_bound());
        let work = move |connection: &mut crate::store::DbConnection| {
            let mut report = BulkReport::of(&call);
            let stored = append_as_one(connection, dataset.number, now, bound, |whole, _| {
                let mut parts = Parts::new(&call, &dataset, bytes);
                let mut chunk = staging.next(Which::All, None)?;
                while let Some(mut this) = chunk {
                    let entries = std::mem::take(&mut this.entries);
                    let keys = refusable_keys(&entries, &dataset);
                    let settled = parts.append(whole, entries)?;
                    report.account(Vec::new(), &this.lines, &settled.outcomes, &keys);
                    chunk = staging.next(Which::All, Some(&this))?;
                }
                // Whatever was written so far is undone by the error.
                if report.errors.is_empty() {
                    Ok(())
                } else {
                    Err(undone())
                }
            });
            match stored {
                Ok(()) => call.set_logged(),
                Err(_) if !report.errors.is_empty() => report = report.without_effect(),
                Err(error) => return Err(error),
            }
            Ok(report)
        };
        self.hub.writer.alone(work).await
    }
}

/// What undoes a transaction on purpose; nobody sees it.
pub(super) fn undone() -> Error {
    Error::Internal("undone on purpose".into())
}

/// The parts of one exchange, written in one transaction.
pub(super) struct Parts<'p> {
    call: &'p Call,
    dataset: &'p Arc<Dataset>,
    /// The bytes that came; told with the first part.
    bytes: usize,
    next: i32,
}

impl<'p> Parts<'p> {
    /// Before the first part.
    pub(super) fn new(call: &'p Call, dataset: &'p Arc<Dataset>, bytes: usize) -> Self {
        Parts {
            call,
            dataset,
            bytes,
            next: 0,
        }
    }

    /// Writes the next part.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn append(
        &mut self,
        whole: &mut Whole<'_>,
        entries: Vec<Entry>,
    ) -> Result<crate::record::Settled> {
        let bytes = std::mem::take(&mut self.bytes);
        let mut exchange = exchange(self.call, self.dataset, "push", bytes);
        exchange.part = self.next;
        self.next += 1;
        whole.append(Write {
            submission: submission(self.dataset, entries, Precondition::default(), false),
            exchange,
            rejections: Vec::new(),
            claimed: None,
        })
    }
}

/// A staging file that is written to beside the judging.
#[derive(Default)]
pub(super) struct Aside {
    adding: Option<JoinHandle<Result<Staging>>>,
    bytes: usize,
}

impl Aside {
    /// Lays entries aside as soon as the last ones are.
    ///
    /// # Errors
    /// When the disk is full.
    pub(super) async fn add(&mut self, entries: Vec<Entry>, lines: Vec<u64>, bytes: usize) -> Result<()> {
        let (staging, _) = self.done().await?;
        self.bytes += bytes;
        self.adding = Some(tokio::task::spawn_blocking(move || {
            let mut staging = staging.map_or_else(Staging::new, Ok)?;
            staging.add(&entries, &lines)?;
            Ok(staging)
        }));
        Ok(())
    }

    /// The file with everything in it, and how many bytes came; `None` when nothing came.
    ///
    /// # Errors
    /// When the disk is full.
    pub(super) async fn done(&mut self) -> Result<(Option<Staging>, usize)> {
        let staging = match self.adding.take() {
            None => None,
            Some(adding) => Some(
                adding
                    .await
                    .map_err(|error| Error::Internal(error.to_string()))??,
            ),
        };
        Ok((staging, self.bytes))
    }
}
