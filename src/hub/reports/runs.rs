//! Reports whose drafting takes a while: each goes on when whoever asked for it leaves, and is found again.
//!
//! Not here: the figures (`validation`), and how it is noted how far they are (`long_work`). Invariant: a person sees their
//! own alone; what would refuse a report is found before it begins.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::validation::{Planned, Validation};
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::{Error, Result, Unknown};
use crate::hub::Hub;
use crate::hub::integrations::person;
use crate::hub::long_work::{Work, WorkState, forgotten_before, signed, why};
use crate::integration::IntegrationNumber;
use crate::store;
use crate::store::report_runs::{NewReportRun, ReportRunRow};
use crate::types::Timestamp;

/// For how long it is listed that no draft came of one, in milliseconds.
const LISTED: i64 = 86_400_000;

/// How many are listed.
const SOME: i64 = 10;

/// A report that is to be drafted, and is known already.
pub struct BegunReport {
    /// Its number.
    pub id: i64,
    caller: Caller,
    planned: Planned,
    under_way: Arc<()>,
}

/// A report that is, or was, being drafted.
#[derive(Debug)]
pub struct ReportRun {
    /// Its number; the draft has another.
    pub id: i64,
    /// The integration's number.
    pub subject: String,
    /// What was typed into the form, as forms are sent.
    pub typed: String,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// How it stands.
    pub state: WorkState,
    /// How many records are counted.
    pub total: u64,
    /// How many were.
    pub counted: u64,
    /// The number of the draft that came of it.
    pub report: Option<i64>,
}

impl ReportRun {
    fn read(row: ReportRunRow, now: Timestamp) -> Self {
        let counted = |number: i64| u64::try_from(number).unwrap_or_default();
        ReportRun {
            state: WorkState::of(row.progress_at, (row.ended_at, row.reason.as_deref()), now),
            id: row.id,
            subject: row.subject,
            typed: row.typed,
            begun_at: Timestamp(row.begun_at),
            total: counted(row.total),
            counted: counted(row.counted),
            report: row.report_id,
        }
    }
}

impl Hub {
    /// Looks at what a Laporan Hasil Validasi is to be about, and notes that it is to be drafted for a person, with what
    /// they `typed`.
    ///
    /// # Errors
    /// Those of [`Hub::draft_validation`]: then nothing is noted.
    pub fn begin_validation(
        &self,
        caller: Caller,
        reach: &Reach,
        number: IntegrationNumber,
        (told, typed): (Validation, &str),
    ) -> Result<BegunReport> {
        let person = person(&caller)?.id;
        let planned = self.plan_validation(reach, number, told)?;
        let (subject, now) = (number.to_string(), self.clock.now());
        let new = NewReportRun {
            person_id: person,
            subject: &subject,
            typed,
            begun_at: now.0,
            progress_at: now.0,
            total: signed(self.records_of(&planned)?),
        };
        let id = self
            .store
            .write(|connection| store::report_runs::insert(connection, &new))?;
        Ok(BegunReport {
            id,
            caller,
            planned,
            under_way: Arc::clone(&self.long_work),
        })
    }

    /// Drafts a report to its end, and writes down how far it is meanwhile. Its draft ends it in the transaction that keeps
    /// both; a failure is written down where there is no draft.
    pub async fn draft_begun(self: &Arc<Self>, begun: BegunReport) {
        let BegunReport {
            id,
            caller,
            planned,
            under_way: _until_the_end,
        } = begun;
        let work = Work { what: "report", id };
        let counted = Arc::new(AtomicU64::new(0));
        let tell = Arc::clone(&counted);
        let drafting = self.blocking(move |hub| {
            let so_far = |counted| tell.store(counted, Ordering::Relaxed);
            hub.draft_planned(&caller, planned, (Some(id), &so_far))
        });
        let so_far = || signed(counted.load(Ordering::Relaxed));
        let note = || {
            let counted = so_far();
            move |hub: &Arc<Hub>| {
                let now = hub.clock.now();
                hub.store
                    .write(|connection| store::report_runs::progress(connection, id, counted, now))
            }
        };
        if let Err(error) = self.noting(work, drafting, note).await {
            let reason = why(work, &error);
            self.note_end(work, || {
                let ended = (so_far(), reason.clone());
                move |hub: &Arc<Hub>| {
                    let (now, (counted, reason)) = (hub.clock.now(), ended);
                    hub.store.write(|connection| {
                        store::report_runs::stopped(connection, id, (counted, &reason), now)
                    })
                }
            })
            .await;
        }
    }

    /// One that a person drafts, or did.
    ///
    /// # Errors
    /// Unknown where they began none of this number.
    pub fn report_run(&self, person: i64, id: i64) -> Result<ReportRun> {
        let found = self
            .store
            .read(|connection| store::report_runs::find(connection, person, id))?;
        let now = self.clock.now();
        found
            .map(|row| ReportRun::read(row, now))
            .ok_or(Error::Unknown(Unknown::Path))
    }

    /// Those that a person began within the last day and of which no draft came, or not yet; newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn report_runs(&self, person: i64) -> Result<Vec<ReportRun>> {
        let now = self.clock.now();
        let since = Timestamp(now.0.saturating_sub(LISTED));
        let rows = self
            .store
            .read(|connection| store::report_runs::without_draft(connection, person, since, SOME))?;
        Ok(rows.into_iter().map(|row| ReportRun::read(row, now)).collect())
    }

    /// Forgets how reports were drafted long ago; tells how many.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_report_runs(&self) -> Result<usize> {
        let before = forgotten_before(self.clock.now());
        self.store
            .write(|connection| store::report_runs::forget(connection, before))
    }
}
