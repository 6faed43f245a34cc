//! What an export does step after step: it surveys the payloads, lays out rows, fills a file and gives it out.
//!
//! Not here: what is told of it. Invariant: what is given out of a dataset about persons was logged before.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

use super::pages::Pages;
use super::{Export, ExportForm, ExportStep, count};
use crate::audit::Reading;
use crate::error::{Error, Result, Unavailable, Unfit};
use crate::hub::log::Showing;
use crate::hub::records::damaged;
use crate::record::{Cell, Layout, Misfit, Survey};
use crate::report::sheet::{Workbook, csv_row};
use crate::store::{self, records::Stored};
use crate::types::Pointer;

/// How much of a finished file is given out at once.
const PART: usize = 64 * 1024;

/// A file of an unknown size may pass 4 GiB when so many times its payloads do: a character takes
/// fourteen bytes at most where one came, and a cell has a hundred around it.
const TEXT_GROWTH: u64 = 14;
const CELL_BYTES: u64 = 100;

/// What is done next.
pub(super) enum Stage {
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

impl Export {
    /// Does what is next.
    ///
    /// # Errors
    /// As [`Export::step`].
    pub(super) fn advance(&mut self) -> Result<ExportStep> {
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
        workbook.headings(&headings).map_err(file_failed)?;
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

fn row<'v>(layout: &Layout, payload: &'v str) -> Result<Vec<Cell<'v>>> {
    layout.row(payload).map_err(|misfit| match misfit {
        Misfit::Unplaced => Error::Unavailable(Unavailable::Overtaken),
        Misfit::Damaged => damaged(crate::record::Damaged),
    })
}

fn file_failed(error: std::io::Error) -> Error {
    Error::Internal(format!("the file of an export: {error}"))
}
