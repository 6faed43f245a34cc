//! Refused payloads as a sheet to be corrected and sent again, and the empty sheet that a dataset is filled in.
//!
//! Not here: taking sheets in (`ingest`). Invariant: no text becomes a formula; a number or a flag where a text belongs is
//! not offered as a text, for nobody knows what was meant.

use std::io::Cursor;
use std::sync::Arc;

use serde_json::Value;

use super::{RejectionView, RejectionsWanted};
use crate::contract::{Contract, Types, with_fields};
use crate::error::{Error, Result};
use crate::hub::{Call, Dataset, ExportForm, Hub};
use crate::record::{Cell, Layout, Survey};
use crate::report::sheet::{Ods, Workbook, Xlsx, csv_row};
use crate::types::{Lang, Pointer};

/// How many refused payloads a sheet holds at most.
const MAX_ROWS: usize = 5_000;

/// How many bytes they may have together.
const MAX_BYTES: usize = 32 << 20;

/// How many are read at once.
const AT_ONCE: u16 = 64;

/// The headings of the columns that are no fields.
const HEADINGS: [&str; 2] = ["#nomor", "#ketidaksesuaian"];

impl Hub {
    /// The wanted rejections as a sheet, oldest first; the first ones where they are very many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rejections_sheet(
        self: &Arc<Self>,
        call: &Call,
        dataset: &Arc<Dataset>,
        wanted: RejectionsWanted,
        (form, lang): (ExportForm, Lang),
    ) -> Result<Vec<u8>> {
        let upto = self.newest_rejection(dataset, wanted.clone()).await?;
        let (mut all, mut bytes, mut after) = (Vec::new(), 0_usize, 0);
        while after < upto && all.len() < MAX_ROWS && bytes < MAX_BYTES {
            let range = (after, upto);
            let some = self
                .rejections_between(call, dataset, wanted.clone(), range, AT_ONCE)
                .await?;
            after = some.last().map_or(upto, |last| last.number);
            bytes += some
                .iter()
                .filter_map(|one| one.body.as_ref())
                .map(Vec::len)
                .sum::<usize>();
            all.extend(some);
        }
        let dataset = Arc::clone(dataset);
        self.computing(move || written(&dataset.current.contract, &all, form, lang))
            .await
    }

    /// An empty sheet with the columns of a dataset.
    ///
    /// # Errors
    /// When it can't be made.
    pub async fn sheet_template(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        form: ExportForm,
    ) -> Result<Vec<u8>> {
        let dataset = Arc::clone(dataset);
        self.computing(move || {
            let contract = &dataset.current.contract;
            let columns = contract.columns();
            let mut sheet = Sheet::begin(form, &texts(contract, &columns, 0))?;
            let headings: Vec<String> = columns.iter().map(Pointer::to_string).collect();
            sheet.headings(&[], &headings)?;
            sheet.finish()
        })
        .await
    }
}

fn written(contract: &Contract, all: &[RejectionView], form: ExportForm, lang: Lang) -> Result<Vec<u8>> {
    let mut survey = Survey::new(contract.columns(), None);
    let payloads: Vec<Option<&str>> = all.iter().map(payload).collect();
    // What is no payload has no columns.
    let fits: Vec<bool> = payloads
        .iter()
        .map(|payload| payload.is_some_and(|payload| survey.look(payload).is_ok()))
        .collect();
    let layout = survey.finish();
    let columns: Vec<Pointer> = layout
        .headings()
        .iter()
        .filter_map(|heading| heading.parse().ok())
        .collect();
    let texts = texts(contract, &columns, HEADINGS.len());
    let mut sheet = Sheet::begin(form, &texts)?;
    sheet.headings(&HEADINGS, &layout.headings())?;
    for ((refused, payload), fits) in all.iter().zip(payloads).zip(fits) {
        let payload = payload.filter(|_| fits);
        sheet.refused(refused, (&layout, &columns, &texts), payload, lang)?;
    }
    sheet.finish()
}

/// The body of a rejection, where it is an object.
fn payload(refused: &RejectionView) -> Option<&str> {
    let text = std::str::from_utf8(refused.body.as_deref()?).ok()?;
    let object = serde_json::from_str::<serde_json::Map<String, Value>>(text).is_ok();
    object.then_some(text)
}

/// Which columns hold texts, behind so many that are no fields and hold texts as well.
fn texts(contract: &Contract, columns: &[Pointer], before: usize) -> Vec<bool> {
    with_fields(&contract.schema, |fields| {
        let text = |column: &Pointer| {
            let types = fields.types(column).unwrap_or(Types::ANY);
            types.allow(Types::STRING) && !types.allow(Types::NUMBER)
        };
        std::iter::repeat_n(true, before)
            .chain(columns.iter().map(text))
            .collect()
    })
}

/// A sheet under way.
enum Sheet {
    Book(Box<Workbook<Cursor<Vec<u8>>>>),
    Table(String),
}

impl Sheet {
    fn begin(form: ExportForm, texts: &[bool]) -> Result<Self> {
        let (out, name) = (Cursor::new(Vec::new()), "Data");
        let book = match form {
            ExportForm::Xlsx => Xlsx::begin_with(out, name, texts, false).map(Workbook::Xlsx),
            ExportForm::Ods => Ods::begin_with(out, name, texts, false).map(Workbook::Ods),
            ExportForm::Csv | ExportForm::Ndjson => return Ok(Sheet::Table(String::new())),
        };
        Ok(Sheet::Book(Box::new(book.map_err(fails)?)))
    }

    fn headings(&mut self, before: &[&str], headings: &[String]) -> Result<()> {
        let before = before.iter().map(|heading| Cell::Text((*heading).into()));
        let headings = headings.iter().map(|heading| Cell::Text(heading.into()));
        let cells: Vec<Cell<'_>> = before.chain(headings).collect();
        match self {
            Sheet::Table(text) => csv_row(text, &cells, false),
            Sheet::Book(book) => book.headings(&fitting(book, &cells)).map_err(fails)?,
        }
        Ok(())
    }

    fn refused(
        &mut self,
        refused: &RejectionView,
        (layout, columns, texts): (&Layout, &[Pointer], &[bool]),
        payload: Option<&str>,
        lang: Lang,
    ) -> Result<()> {
        let faults = faults(refused, payload, lang);
        let number = refused.number.to_string();
        let told: Vec<&str> = faults.iter().map(|(_, told)| told.as_str()).collect();
        let mut cells = vec![Cell::Number(&number), Cell::Text(told.join("\n").into())];
        let row = payload.map(|payload| layout.row(payload)).transpose();
        let row =
            row.map_err(|_| Error::Internal("a refused payload does not fit its own columns".into()))?;
        cells.extend(row.unwrap_or_default());
        let wrong = |column: &Pointer| {
            let at = |(place, _): &(Pointer, String)| place.lies_within(column) || column.lies_within(place);
            payload.is_some() && faults.iter().filter(|(place, _)| !place.is_root()).any(at)
        };
        let marks = [false; HEADINGS.len()]
            .into_iter()
            .chain(columns.iter().map(wrong));
        let marks: Vec<bool> = marks.collect();
        if let Sheet::Table(_) = self {
            // As text in a file of texts, they would come back as such.
            for (cell, text) in cells.iter_mut().zip(texts).skip(HEADINGS.len()) {
                if *text && matches!(cell, Cell::Number(_) | Cell::Flag(_)) {
                    *cell = Cell::Empty;
                }
            }
        }
        self.row(&cells, &marks)
    }

    fn row(&mut self, cells: &[Cell<'_>], marks: &[bool]) -> Result<()> {
        match self {
            Sheet::Table(text) => csv_row(text, cells, false),
            Sheet::Book(book) => book.marked_row(&fitting(book, cells), marks).map_err(fails)?,
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<u8>> {
        match self {
            Sheet::Table(text) => Ok(text.into_bytes()),
            Sheet::Book(book) => Ok(book.finish().map_err(fails)?.into_inner()),
        }
    }
}

/// Where a payload breaks its contract, and how, with what stands there.
fn faults(refused: &RejectionView, payload: Option<&str>, lang: Lang) -> Vec<(Pointer, String)> {
    let text = |value: Option<&Value>| {
        let text = value.and_then(|value| value.get(lang.tag())?.as_str());
        text.unwrap_or_default().to_owned()
    };
    let payload: Value = payload
        .and_then(|payload| serde_json::from_str(payload).ok())
        .unwrap_or_default();
    let violations = refused.reason.get("violations").and_then(Value::as_array);
    let fault = |violation: &Value| {
        let place: Pointer = violation.get("pointer")?.as_str()?.parse().ok()?;
        let stands = place
            .find(&payload)
            .filter(|value| !value.is_object() && !value.is_array());
        let stands = stands.map(|value| format!(" ({value})")).unwrap_or_default();
        let told = format!("{place}{stands}: {}", text(violation.get("message")));
        Some((place, told))
    };
    let found: Vec<(Pointer, String)> = violations.into_iter().flatten().filter_map(fault).collect();
    match found.is_empty() {
        true => vec![(Pointer::default(), text(refused.reason.get("detail")))],
        false => found,
    }
}

/// The cells as far as the format can hold them; what it can't is left for the page of that rejection.
fn fitting<'c>(book: &Workbook<Cursor<Vec<u8>>>, cells: &[Cell<'c>]) -> Vec<Cell<'c>> {
    let mut cells = cells.to_vec();
    while let Some(place) = book.too_long(&cells).and_then(|place| cells.get_mut(place)) {
        *place = Cell::Empty;
    }
    cells
}

fn fails(error: std::io::Error) -> Error {
    Error::Internal(error.to_string())
}
