//! [`Staged`]: an atomic bulk, laid aside as it comes and stored in one transaction at the end.
//!
//! Invariant: no client's network holds a lock; when anything is refused, nothing is stored.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::direct::refusable_keys;
use super::intake::Part;
use super::report::{BulkReport, LineFault, MAX_ERRORS};
use super::{Finally, exchange, scope, submission};
use crate::error::{Error, Result};
use crate::hub::writer::Pending;
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Entry, Found, Precondition, Rejection};
use crate::store::DbConnection;
use crate::store::append::{Broken, Whole, Write, append_as_one};
use crate::store::chains::Chain;
use crate::store::staging::{StagedLine, Staging, Which};
use crate::types::RecordKey;

/// See the module.
pub(super) struct Staged {
    hub: Arc<Hub>,
    call: Call,
    dataset: Arc<Dataset>,
    aside: Aside,
    keeping: Keeping,
    received: u64,
    report: BulkReport,
    finally: Option<Finally<BulkReport>>,
}

impl Staged {
    /// Nothing laid aside yet.
    pub(super) fn new(hub: &Arc<Hub>, call: &Call, dataset: &Arc<Dataset>) -> Self {
        Staged {
            hub: Arc::clone(hub),
            call: call.clone(),
            dataset: Arc::clone(dataset),
            aside: Aside::default(),
            keeping: Keeping::new(hub, call, dataset),
            received: 0,
            report: BulkReport::of(call),
            finally: None,
        }
    }

    /// Has the answer kept in the transaction that stores everything.
    pub(super) fn finally(&mut self, finally: Finally<BulkReport>) {
        self.finally = Some(finally);
    }

    /// Lays a part aside.
    ///
    /// # Errors
    /// When the disk is full.
    pub(super) async fn take(&mut self, mut part: Part) -> Result<()> {
        self.keeping.keep(std::mem::take(&mut part.rejections)).await?;
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
            self.report.ended = self.keeping.done().await.err().or(ended);
        }
        if self.report.ended.is_some() || !self.report.errors.is_empty() {
            self.report.counts.rejected = self.received;
        }
        self.report
    }

    async fn store(&mut self) -> Result<BulkReport> {
        let (staging, bytes) = self.aside.done().await?;
        let Some(mut staging) = staging else {
            return Ok(BulkReport::of(&self.call));
        };
        let (call, dataset) = (self.call.clone(), Arc::clone(&self.dataset));
        let (hub, bound) = (Arc::clone(&self.hub), self.hub.rejection_bound());
        let (deletes, finally) = (self.aside.deletes, self.finally.take());
        let work = move |connection: &mut DbConnection, chain: &mut Chain| {
            let mut report = BulkReport::of(&call);
            let mut broken = Vec::new();
            let scope = scope(&dataset, deletes);
            let stored = append_as_one(connection, scope, hub.moment(), bound, chain, |whole, _| {
                let mut parts = Parts::new(&call, &dataset, bytes, 0);
                let mut chunk = staging.next(Which::All, None)?;
                while let Some(mut this) = chunk {
                    let entries = std::mem::take(&mut this.entries);
                    let keys = refusable_keys(&entries, &dataset);
                    let settled = parts.append(whole, entries)?;
                    report.account(Vec::new(), &this.lines, &settled.outcomes, &keys);
                    chunk = staging.next(Which::All, Some(&this))?;
                }
                if report.errors.is_empty() {
                    broken = judged(whole)?;
                }
                // Whatever was written so far is undone by the error.
                if !report.errors.is_empty() || !broken.is_empty() {
                    return Err(undone());
                }
                finally.map_or(Ok(()), |finally| {
                    finally.keep(whole.connection(), &report, hub.clock.now())
                })
            });
            for (line, error) in faults(&mut staging, broken)? {
                let (line, key) = (line.line, Some(line.key));
                report.refuse(LineFault { line, key, error });
            }
            match stored {
                Ok(()) => call.set_logged(),
                Err(_) if !report.errors.is_empty() => report = report.without_effect(),
                Err(error) => return Err(error),
            }
            let rejections = refused_by_what_stands(&mut staging, &report)?;
            Ok((report, rejections))
        };
        let (report, rejections) = self.hub.while_it_answers(self.hub.writer.alone(work)).await?;
        self.keeping.keep(rejections).await?;
        self.keeping.done().await?;
        Ok(report)
    }
}

/// Judges what was written as a whole; gives what may not stand, or go.
pub(super) fn judged(whole: &mut Whole<'_>) -> Result<Vec<Broken>> {
    let verdict = whole.judge(MAX_ERRORS)?;
    if verdict.broken.is_empty() {
        whole.log_unresolved(verdict.unresolved)?;
    }
    Ok(verdict.broken)
}

/// The lines that may not stand, with what is against them.
pub(super) fn faults(staging: &mut Staging, broken: Vec<Broken>) -> Result<Vec<(StagedLine, Error)>> {
    if broken.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<&str> = broken.iter().map(|broken| broken.key.as_str()).collect();
    let lines = staging.last_with(&keys)?;
    let mut refusals: HashMap<&str, &Broken> = HashMap::new();
    refusals.extend(broken.iter().map(|broken| (broken.key.as_str(), broken)));
    Ok(lines
        .into_iter()
        .filter_map(|line| {
            let broken = refusals.get(line.key.as_str())?;
            let error = broken.refusal.error(&broken.key);
            Some((line, error))
        })
        .collect())
}

/// What is kept of the lines that what stands refused.
fn refused_by_what_stands(staging: &mut Staging, report: &BulkReport) -> Result<Vec<Rejection>> {
    if report.errors.is_empty() {
        return Ok(Vec::new());
    }
    let lines: Vec<u64> = report.errors.iter().map(|fault| fault.line).collect();
    let staged = staging.payloads(&lines)?;
    Ok(report
        .errors
        .iter()
        .filter_map(|fault| {
            let found = staged.iter().find(|staged| staged.line == fault.line)?;
            Some(rejection(found, &fault.error))
        })
        .collect())
}

/// What is kept of a staged line that was refused with `error`.
pub(super) fn rejection(staged: &StagedLine, error: &Error) -> Rejection {
    let found = Found {
        key: RecordKey::parse(&staged.key).ok(),
        subject: staged.subject.clone(),
    };
    let body = staged.payload.clone().into();
    Rejection::of(Some(staged.line), found, Some(body), error)
}

/// Keeps refused lines of a stream of which nothing may be stored yet.
pub(super) struct Keeping {
    hub: Arc<Hub>,
    call: Call,
    dataset: Arc<Dataset>,
    /// How many parts of the exchange were written for them.
    parts: i32,
    pending: Option<Pending>,
}

impl Keeping {
    /// Nothing kept yet.
    pub(super) fn new(hub: &Arc<Hub>, call: &Call, dataset: &Arc<Dataset>) -> Self {
        Keeping {
            hub: Arc::clone(hub),
            call: call.clone(),
            dataset: Arc::clone(dataset),
            parts: 0,
            pending: None,
        }
    }

    /// Keeps these lines, once those before are.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn keep(&mut self, rejections: Vec<Rejection>) -> Result<()> {
        if rejections.is_empty() {
            return Ok(());
        }
        self.done().await?;
        let mut exchange = exchange(&self.call, &self.dataset, self.call.writes(), 0);
        exchange.part = self.parts;
        self.parts += 1;
        let submission = submission(&self.dataset, Vec::new(), Precondition::default(), false);
        let write = Write {
            rejections,
            ..Write::new(submission, exchange)
        };
        let submitting = self.hub.writer.submit_when_free(write);
        self.pending = Some(self.hub.while_it_answers(submitting).await?);
        self.call.set_logged();
        Ok(())
    }

    /// Waits until what was handed over is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn done(&mut self) -> Result<()> {
        match self.pending.take() {
            Some(pending) => self.hub.while_it_answers(pending.settled()).await.map(|_| ()),
            None => Ok(()),
        }
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
    /// Before the part with the number `next`.
    pub(super) fn new(call: &'p Call, dataset: &'p Arc<Dataset>, bytes: usize, next: i32) -> Self {
        Parts {
            call,
            dataset,
            bytes,
            next,
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
        let mut exchange = exchange(self.call, self.dataset, self.call.writes(), bytes);
        exchange.part = self.next;
        self.next += 1;
        let submission = submission(self.dataset, entries, Precondition::default(), false);
        whole.append(Write::new(submission, exchange))
    }
}

/// A staging file that is written to beside the judging.
#[derive(Default)]
pub(super) struct Aside {
    adding: Option<JoinHandle<Result<Staging>>>,
    bytes: usize,
    /// Whether something is to be deleted.
    pub(super) deletes: bool,
}

impl Aside {
    /// Lays entries aside as soon as the last ones are.
    ///
    /// # Errors
    /// When the disk is full.
    pub(super) async fn add(&mut self, entries: Vec<Entry>, lines: Vec<u64>, bytes: usize) -> Result<()> {
        let (staging, _) = self.done().await?;
        self.bytes += bytes;
        self.deletes |= entries.iter().any(|entry| matches!(entry, Entry::Delete(_)));
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
