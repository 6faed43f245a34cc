//! Spreadsheets that people sent: each goes on when its sender leaves, and is found again with how far it is.
//!
//! `view` is how they are shown. Not here: how rows become records (`ingest::sheet`), and how it is noted how far they are
//! (`long_work`). Invariant: what is said to be stored is.

mod view;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;

pub use view::{SheetRun, Uncorrected};

use super::ingest::{Sheet, SheetCounts};
use super::long_work::{Work, forgotten_before, signed, why};
use super::{Call, Dataset, Hub, PageQuery};
use crate::error::{Error, Malformed, Result, Unknown};
use crate::record::{Cursor, Found, Rejection};
use crate::store;
use crate::store::sheet_runs::{NewSheetRun, SheetProgress};
use crate::types::{RecordKey, Seq};

/// How long the name of a file may be, in characters.
const MAX_NAME: usize = 120;

/// How much is kept of why corrections were refused again, in bytes.
const MAX_REASONS: usize = 64 << 10;

/// A sheet that is to be taken in, and is known already.
pub struct BegunSheet {
    /// Its number.
    pub id: i64,
    call: Call,
    dataset: Arc<Dataset>,
    sheet: Sheet,
    under_way: Arc<()>,
}

/// A page of sheets.
#[derive(Debug)]
pub struct SheetRunPage {
    /// They, newest first.
    pub runs: Vec<SheetRun>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl Hub {
    /// Looks through a spreadsheet that a person sent, and notes that it is to be taken in.
    ///
    /// # Errors
    /// Malformed when the file can't be read to its end, or its header does not fit the contract: then nothing is noted.
    pub async fn begin_sheet(
        self: &Arc<Self>,
        person: i64,
        call: &Call,
        dataset: &Arc<Dataset>,
        (name, file): (String, Bytes),
    ) -> Result<BegunSheet> {
        let sheet = self.look_through(dataset, file).await?;
        let call = call.apart(self.clock.now());
        let (exchange, now) = (call.id, call.at);
        let (address, total) = (Arc::clone(&dataset.address), signed(sheet.rows));
        let id = self
            .blocking(move |hub| {
                let name: String = name
                    .chars()
                    .filter(|one| !one.is_control())
                    .take(MAX_NAME)
                    .collect();
                let new = NewSheetRun {
                    person_id: person,
                    dataset: &address,
                    name: &name,
                    exchange_id: exchange.as_bytes(),
                    begun_at: now.0,
                    progress_at: now.0,
                    total,
                };
                hub.store
                    .write(|connection| store::sheet_runs::insert(connection, &new))
            })
            .await?;
        Ok(BegunSheet {
            id,
            call,
            dataset: Arc::clone(dataset),
            sheet,
            under_way: Arc::clone(&self.long_work),
        })
    }

    /// Takes a sheet in to its end, and writes down how far it is meanwhile; gives how many rows were taken.
    pub async fn take_in(self: &Arc<Self>, begun: BegunSheet) -> u64 {
        let BegunSheet {
            id,
            call,
            dataset,
            sheet,
            under_way: _until_the_end,
        } = begun;
        let work = Work { what: "sheet", id };
        let (tell, told) = watch::channel(SheetCounts::default());
        let taking = self.take_sheet(&call, &dataset, sheet, &tell);
        let note = || {
            let progress = written(&told.borrow());
            move |hub: &Arc<Hub>| {
                let now = hub.clock.now();
                hub.store
                    .write(|connection| store::sheet_runs::progress(connection, id, &progress, now))
            }
        };
        let report = self.noting(work, taking, note).await;
        if !call.logged.is_done() {
            // No row of it was a push of its own.
            let mut entry = call.closing("push", Some(Arc::clone(&dataset.address)));
            entry.outcome = report.ended.as_ref().map_or(entry.outcome, Error::code);
            self.log(entry);
        }
        let (progress, reason) = (written(&report.counts), report.ended.as_ref());
        let reason = reason.map(|error| why(work, error));
        let uncorrected = kept(&report.uncorrected);
        self.note_end(work, || {
            let (reason, uncorrected) = (reason.clone(), uncorrected.clone());
            move |hub: &Arc<Hub>| {
                let (now, texts) = (hub.clock.now(), (reason.as_deref(), uncorrected.as_deref()));
                hub.store
                    .write(|connection| store::sheet_runs::end(connection, id, &progress, texts, now))
            }
        })
        .await;
        report.counts.taken
    }

    /// The sheets that a person sent, newest first; of one dataset, where its address is given.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this list.
    pub fn sheet_runs(&self, person: i64, dataset: Option<&str>, query: &PageQuery) -> Result<SheetRunPage> {
        let binding = format!("/sheets {person} {}", dataset.unwrap_or_default());
        let before = match &query.cursor {
            Some(text) => Cursor::open(text, &self.cursor_key, &binding)
                .and_then(|cursor| cursor.after.as_str().parse().ok())
                .ok_or(Error::Malformed(Malformed::Cursor))?,
            None => i64::MAX,
        };
        let rows = i64::try_from(query.limit).unwrap_or(i64::MAX - 1) + 1;
        let mut runs = self
            .store
            .read(|connection| store::sheet_runs::page(connection, (person, dataset), before, rows))?;
        let more = runs.len() > query.limit;
        runs.truncate(query.limit);
        let last = runs.last().filter(|_| more);
        let last = last.and_then(|last| RecordKey::parse(&last.id.to_string()).ok());
        let next = last.map(|after| Cursor { as_of: Seq(0), after }.seal(&self.cursor_key, &binding));
        let now = self.clock.now();
        Ok(SheetRunPage {
            runs: runs.into_iter().map(|row| SheetRun::read(row, now)).collect(),
            next,
        })
    }

    /// One sheet that a person sent to a dataset.
    ///
    /// # Errors
    /// Unknown where they sent none of this number to it.
    pub fn sheet_run(&self, person: i64, dataset: &str, id: i64) -> Result<SheetRun> {
        let found = self
            .store
            .read(|connection| store::sheet_runs::find(connection, person, id))?;
        let found = found.filter(|run| run.dataset == dataset);
        let now = self.clock.now();
        found
            .map(|row| SheetRun::read(row, now))
            .ok_or(Error::Unknown(Unknown::Path))
    }

    /// Forgets how sheets went that were sent long ago; tells how many.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_sheet_runs(&self) -> Result<usize> {
        let before = forgotten_before(self.clock.now());
        self.store
            .write(|connection| store::sheet_runs::forget(connection, before))
    }
}

fn written(counts: &SheetCounts) -> SheetProgress {
    SheetProgress {
        taken: signed(counts.taken),
        created: signed(counts.created),
        updated: signed(counts.updated),
        unchanged: signed(counts.unchanged),
        rejected: signed(counts.rejected),
        repaired: signed(counts.repaired),
    }
}

/// The first corrections that were refused again, as many as there is room for.
fn kept(uncorrected: &[(u64, i64, Error)]) -> Option<String> {
    let mut room = MAX_REASONS;
    let mut listed = Vec::new();
    for (row, number, error) in uncorrected {
        let reason = Rejection::of(None, Found::default(), None, error).reason;
        if reason.len() > room {
            break;
        }
        room -= reason.len();
        listed.push(Uncorrected {
            row: *row,
            number: *number,
            reason: serde_json::from_str(&reason).unwrap_or_default(),
        });
    }
    serde_json::to_string(&listed).ok().filter(|_| !listed.is_empty())
}
