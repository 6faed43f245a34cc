//! Exporting a whole dataset as one file.
//!
//! An [`Export`] is asked for step after step and holds no thread, connection or transaction in between,
//! so a slow or vanished reader costs nothing. Records are read by key in pages, each in a transaction of
//! its own: whatever is there throughout appears exactly once. Invariant: what can be refused is refused
//! before the first part of the file is given out.

mod form;
mod pages;

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use bytes::Bytes;

use super::log::Showing;
use super::records::damaged;
use super::{Actor, Call, Dataset, Hub};
use crate::audit::{Action, Reading};
use crate::error::{Error, Result, Unavailable, Unfit, Unknown};
use crate::record::{Cell, Layout, Mask, Misfit, Survey};
use crate::report::sheet::{Workbook, csv_row};
use crate::store::{self, records::Stored};
use crate::types::{DatasetId, Pointer};
pub use form::ExportForm;
use pages::Pages;

/// How much of a finished file is given out at once.
const PART: usize = 64 * 1024;

/// A file of an unknown size may pass 4 GiB when so many times its payloads do: a character takes
/// fourteen bytes at most where one came, and a cell has a hundred around it.
const TEXT_GROWTH: u64 = 14;
const CELL_BYTES: u64 = 100;

/// What is wanted.
#[derive(Debug, Clone, Copy)]
pub struct ExportQuery {
    /// As which kind of file.
    pub form: ExportForm,
    /// Whether texts that begin like a formula are left as they are.
    pub raw: bool,
}

/// What came of one step.
#[derive(Debug)]
pub enum ExportStep {
    /// Some of the work was done; nothing to give out yet.
    Working,
    /// The next part of the file.
    Part(Bytes),
    /// The file is complete.
    End,
}

/// See the module.
pub struct Export {
    hub: Arc<Hub>,
    dataset: Arc<Dataset>,
    fields: Option<Vec<Pointer>>,
    mask: Option<Mask>,
    query: ExportQuery,
    pages: Pages,
    stage: Stage,
    length: Option<u64>,
    records: u64,
    /// A part that was made before anybody wanted it.
    waiting: Option<Bytes>,
    call: Call,
    given: Given,
}

/// What is done next.
enum Stage {
    Begin,
    /// Every payload is looked at for its columns; how many bytes they had so far.
    Survey(Box<Survey>, u64),
    /// Payloads are given out line by line.
    Lines,
    /// Rows of CSV are given out.
    Rows(Box<Layout>),
    /// Rows are written to a file that nobody else can see.
    Sheet(Box<Layout>, Box<Workbook<File>>),
    /// That file is given out.
    File(File),
    End,
}

/// What was given out so far, for the log.
struct Given {
    /// Whether the entry that ends the log of it is made here.
    logged: bool,
    bytes: u64,
    /// Whether the end was reached.
    whole: bool,
    /// The code of what went wrong.
    outcome: Option<&'static str>,
}

impl Hub {
    /// An export of the dataset; of its payloads, only `fields` when they are named.
    pub fn export(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        fields: Option<Vec<Pointer>>,
        query: ExportQuery,
        call: Call,
    ) -> Export {
        Export {
            hub: Arc::clone(self),
            dataset: Arc::clone(dataset),
            mask: fields.as_deref().map(Mask::of),
            fields,
            query,
            pages: Pages::new(dataset.number),
            stage: Stage::Begin,
            length: None,
            records: 0,
            waiting: None,
            call,
            given: Given {
                logged: false,
                bytes: 0,
                whole: false,
                outcome: None,
            },
        }
    }

    /// An export of everything for whoever manages the hub; it is in the audit log before it begins.
    ///
    /// # Errors
    /// Unknown where there is no such dataset with records, or when the database fails.
    pub fn export_for(self: &Arc<Self>, actor: &Actor, id: &DatasetId, query: ExportQuery) -> Result<Export> {
        let catalog = self.catalog();
        let dataset = catalog.dataset(id);
        let dataset = dataset.ok_or_else(|| Error::Unknown(Unknown::Dataset(id.to_string())))?;
        if dataset.mode() == crate::types::Mode::Live {
            return Err(Error::Unknown(Unknown::LiveDataset(id.clone())));
        }
        let action = Action {
            actor: actor.0.as_str().into(),
            name: "dataset.export",
            target: id.to_string(),
            before: None,
            after: None,
        };
        let now = self.clock().now();
        self.store
            .write(|connection| store::audit::insert(connection, &action, now))?;
        let mut export = self.export(dataset, None, query, Call::of_command(now));
        export.log();
        Ok(export)
    }
}

impl Export {
    /// How long the file is, where that is known by now.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// How many records were written so far.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Puts a part back that was made to see that nothing is refused; the next step gives it again.
    pub fn put_back(&mut self, part: Bytes) {
        self.given.bytes = self.given.bytes.saturating_sub(count(part.len()));
        self.waiting = Some(part);
    }

    /// Takes over the exchange's entry in the log: it is made when the export ends or is given up.
    pub fn log(&mut self) {
        self.call.set_logged();
        self.given.logged = true;
    }

    /// Does a bounded piece of the work; it may block.
    ///
    /// # Errors
    /// Unfit when the dataset does not fit the kind of file; unavailable when the database fails or
    /// records of a new shape came in meanwhile. The export is over then.
    pub fn step(&mut self) -> Result<ExportStep> {
        let waiting = self.waiting.take().map(|part| Ok(ExportStep::Part(part)));
        let step = waiting.unwrap_or_else(|| self.advance());
        match &step {
            Ok(ExportStep::Working) => {}
            Ok(ExportStep::Part(part)) => self.given.bytes += count(part.len()),
            Ok(ExportStep::End) => self.given.whole = true,
            Err(error) => self.given.outcome = Some(error.code()),
        }
        step
    }

    fn advance(&mut self) -> Result<ExportStep> {
        match std::mem::replace(&mut self.stage, Stage::End) {
            Stage::Begin => self.begin(),
            Stage::Survey(survey, bytes) => self.survey(survey, bytes),
            Stage::Lines => self.lines(),
            Stage::Rows(layout) => self.rows(layout),
            Stage::Sheet(layout, workbook) => self.sheet(layout, workbook),
            Stage::File(file) => self.file(file),
            Stage::End => Ok(ExportStep::End),
        }
    }

    fn begin(&mut self) -> Result<ExportStep> {
        let contract = &self.dataset.current.contract;
        self.stage = match self.query.form {
            ExportForm::Ndjson => Stage::Lines,
            ExportForm::Csv => self.new_survey(contract.columns()),
            ExportForm::Ods | ExportForm::Xlsx => {
                let number = self.dataset.number;
                let records = self
                    .hub
                    .store
                    .read(|connection| store::records::count(connection, number))?;
                self.fits(u64::try_from(records).unwrap_or_default())?;
                self.new_survey(contract.columns())
            }
        };
        Ok(ExportStep::Working)
    }

    fn new_survey(&self, columns: Vec<Pointer>) -> Stage {
        Stage::Survey(Box::new(Survey::new(columns, self.fields.as_deref())), 0)
    }

    fn survey(&mut self, mut survey: Box<Survey>, mut bytes: u64) -> Result<ExportStep> {
        if let Some(page) = self.pages.next(&self.hub.store)? {
            for stored in &page {
                survey.look(&self.payload(stored)?).map_err(damaged)?;
                bytes += count(stored.payload.len());
            }
            self.records += count(page.len());
            self.stage = Stage::Survey(survey, bytes);
            return Ok(ExportStep::Working);
        }
        let layout = Box::new(survey.finish());
        let headings: Vec<Cell<'static>> = layout
            .headings()
            .into_iter()
            .map(|heading| Cell::Text(heading.into()))
            .collect();
        let cells = self.records.saturating_mul(count(headings.len()));
        self.pages = Pages::new(self.dataset.number);
        self.records = 0;
        if self.query.form == ExportForm::Csv {
            let mut text = String::new();
            csv_row(&mut text, &headings, true);
            self.stage = Stage::Rows(layout);
            return Ok(ExportStep::Part(text.into()));
        }
        let size = bytes
            .saturating_mul(TEXT_GROWTH)
            .saturating_add(cells.saturating_mul(CELL_BYTES));
        let mut workbook = self.workbook(headings.len(), size >= u64::from(u32::MAX))?;
        workbook.row(&headings).map_err(file_failed)?;
        self.stage = Stage::Sheet(layout, Box::new(workbook));
        Ok(ExportStep::Working)
    }

    fn workbook(&self, columns: usize, large: bool) -> Result<Workbook<File>> {
        let file = tempfile::tempfile().map_err(file_failed)?;
        self.query
            .form
            .workbook(file, self.dataset.id.name.as_str(), columns, large)
            .map_err(file_failed)
    }

    fn lines(&mut self) -> Result<ExportStep> {
        let Some(page) = self.pages.next(&self.hub.store)? else {
            return Ok(ExportStep::End);
        };
        let mut text = String::with_capacity(page.iter().map(|stored| stored.payload.len() + 1).sum());
        self.witness(&page)?;
        for stored in &page {
            text.push_str(&self.payload(stored)?);
            text.push('\n');
        }
        self.records += count(page.len());
        self.stage = Stage::Lines;
        Ok(ExportStep::Part(text.into()))
    }

    fn rows(&mut self, layout: Box<Layout>) -> Result<ExportStep> {
        let Some(page) = self.pages.next(&self.hub.store)? else {
            return Ok(ExportStep::End);
        };
        self.witness(&page)?;
        let mut text = String::new();
        for stored in &page {
            let payload = self.payload(stored)?;
            csv_row(&mut text, &row(&layout, &payload)?, self.query.raw);
        }
        self.records += count(page.len());
        self.stage = Stage::Rows(layout);
        Ok(ExportStep::Part(text.into()))
    }

    fn sheet(&mut self, layout: Box<Layout>, mut workbook: Box<Workbook<File>>) -> Result<ExportStep> {
        let Some(page) = self.pages.next(&self.hub.store)? else {
            let mut file = workbook.finish().map_err(file_failed)?;
            self.length = Some(file.seek(SeekFrom::End(0)).map_err(file_failed)?);
            file.rewind().map_err(file_failed)?;
            self.stage = Stage::File(file);
            return Ok(ExportStep::Working);
        };
        self.witness(&page)?;
        for stored in &page {
            let payload = self.payload(stored)?;
            let cells = row(&layout, &payload)?;
            if let Some(column) = workbook.too_long(&cells) {
                let pointer = layout.headings().into_iter().nth(column).unwrap_or_default();
                let key = stored.key.clone();
                return Err(Error::Unfit(Unfit::TextTooLong { key, pointer }));
            }
            workbook.row(&cells).map_err(file_failed)?;
        }
        self.records += count(page.len());
        self.fits(self.records)?;
        self.stage = Stage::Sheet(layout, workbook);
        Ok(ExportStep::Working)
    }

    fn file(&mut self, mut file: File) -> Result<ExportStep> {
        let mut part = Vec::with_capacity(PART);
        let read = file.by_ref().take(count(PART)).read_to_end(&mut part);
        if read.map_err(file_failed)? == 0 {
            return Ok(ExportStep::End);
        }
        self.stage = Stage::File(file);
        Ok(ExportStep::Part(part.into()))
    }

    /// Logs what goes into the file next.
    fn witness(&self, page: &[Stored]) -> Result<()> {
        let (Some(first), Some(last)) = (page.first(), page.last()) else {
            return Ok(());
        };
        let showing = Showing {
            dataset: &self.dataset,
            action: "export",
            reading: Reading::Keys {
                from: first.key.clone(),
                to: Some(last.key.clone()),
            },
            records: page.len(),
            bytes: page.iter().map(|stored| stored.payload.len()).sum(),
        };
        self.hub.witness_blocking(&self.call, showing)
    }

    /// Whether so many records fit a sheet.
    fn fits(&self, records: u64) -> Result<()> {
        let most = self.hub.config().limits.sheet_rows.saturating_sub(1);
        if records > most {
            return Err(Error::Unfit(Unfit::TooManyRows { records, most }));
        }
        Ok(())
    }

    /// A stored payload, or the granted part of it.
    fn payload<'s>(&self, stored: &'s Stored) -> Result<Cow<'s, str>> {
        match &self.mask {
            None => Ok(Cow::Borrowed(stored.payload.as_str())),
            Some(mask) => mask.part(&stored.payload).map(Cow::Owned).map_err(damaged),
        }
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        let given = &self.given;
        if !given.logged {
            return;
        }
        let whole = given.whole || self.length == Some(given.bytes);
        let mut exchange = self
            .call
            .closing("export", Some(Arc::clone(&self.dataset.address)));
        if self.call.logged.parts() == 0 {
            exchange.bytes = given.bytes;
            exchange.records = self.records;
        }
        exchange.outcome = match given.outcome {
            Some(code) => code,
            None if whole => "ok",
            None => "broken-off",
        };
        self.hub.log(exchange);
    }
}

fn row<'v>(layout: &Layout, payload: &'v str) -> Result<Vec<Cell<'v>>> {
    layout.row(payload).map_err(|misfit| match misfit {
        Misfit::Unplaced => Error::Unavailable(Unavailable::Overtaken),
        Misfit::Damaged => damaged(crate::record::Damaged),
    })
}

fn file_failed(error: std::io::Error) -> Error {
    Error::Internal(format!("the file of an export: {error}"))
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
