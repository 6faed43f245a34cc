//! The ways through a file: looking at its records, searching a key of two fields, and judging every
//! record by the draft.
//!
//! Invariant: each way reads the same records, and a line that can't be read is told, never dropped in
//! silence.

use std::ops::ControlFlow;

use serde_json::Value;

use super::records::{Item, MAX_RECORD, Records};
use crate::cli::load::source::Format;
use crate::cli::{Failure, LANG};
use crate::contract::Validator;
use crate::contract::draft::{Draft, Pairs, Sample, is_deletion};
use crate::error::{Error, Malformed};
use crate::record::csv::{Columns, Row, Untyped};
use crate::record::{FoundBy, Judge, Line, check, judge};
use crate::types::{Document, JsonFault, Places, Text};

/// To which line or element the order of members is looked at.
const ARRANGED: u64 = 200;

/// What one way through the file came to.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// Records, deletions aside.
    pub(super) records: u64,
    /// Lines, rows or elements that are no record.
    pub(super) unread: u64,
    /// The first of them, and why.
    pub(super) first: Option<String>,
    /// Whether the whole file is one object.
    pub(super) whole: bool,
}

impl Count {
    fn unread(&mut self, unit: &str, number: u64, why: &str) {
        self.unread += 1;
        self.first
            .get_or_insert_with(|| format!("{unit} {number}: {why}"));
    }
}

/// A record, and where its members stand if that is of interest.
type Seen<'s> = dyn FnMut(&Value, Option<&Places>) -> Result<(), Text> + 's;

/// Looks at every record.
pub(super) fn look(records: &Records, sample: &mut Sample) -> Result<Count, Failure> {
    let fields = header(records)?;
    fields
        .iter()
        .flat_map(Untyped::fields)
        .for_each(|field| sample.declare(field));
    let mut seen = |record: &Value, places: Option<&Places>| {
        sample.take(record)?;
        if let Some(places) = places {
            sample.arrange(places);
        }
        Ok(())
    };
    let count = walk(records, fields.as_ref(), &mut seen)?;
    Ok(Count {
        records: sample.records(),
        ..count
    })
}

/// Shows every record to the search for a key of two fields.
pub(super) fn search(records: &Records, pairs: &mut Pairs) -> Result<(), Failure> {
    let fields = header(records)?;
    let mut seen = |record: &Value, _: Option<&Places>| {
        if !is_deletion(record) {
            pairs.take(record);
        }
        Ok(())
    };
    walk(records, fields.as_ref(), &mut seen).map(drop)
}

/// The columns of a table; none when the file is no table.
fn header(records: &Records) -> Result<Option<Untyped>, Failure> {
    if records.format != Format::Csv {
        return Ok(None);
    }
    let mut found = None;
    records.each(&mut |item| {
        if let Item::Header(header) = item {
            let columns = Untyped::read(&header).map_err(|why| Failure(why.to(LANG).to_owned()))?;
            found = Some(columns);
        }
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// Reads every record strictly and shows it.
fn walk(records: &Records, fields: Option<&Untyped>, seen: &mut Seen<'_>) -> Result<Count, Failure> {
    let mut count = Count::default();
    let unit = records.format.unit();
    records.each(&mut |item| {
        let (number, done) = match item {
            Item::Header(_) => return Ok(ControlFlow::Continue(())),
            Item::Row(row) => (
                row.line,
                fields.map_or(Ok(()), |fields| one_row(row, fields, seen)),
            ),
            Item::Json(line) => (line.number, one_json(line, seen)),
            Item::Whole(line) => {
                count.whole = true;
                (line.number, one_json(line, seen))
            }
        };
        if let Err(why) = done {
            count.unread(unit, number, &why);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(count)
}

fn one_row(row: &Row, fields: &Untyped, seen: &mut Seen<'_>) -> Result<(), String> {
    let told = |why: Text| why.to(LANG).to_owned();
    if row.oversized {
        return Err(too_large());
    }
    let cells = row.cells().map_err(told)?;
    let record = fields.record(&cells).map_err(told)?;
    seen(&record, None).map_err(told)
}

fn one_json(line: &Line, seen: &mut Seen<'_>) -> Result<(), String> {
    let bytes = line.bytes.as_ref().ok_or_else(too_large)?;
    let (document, places) = if line.number <= ARRANGED {
        Document::parse_with_places(bytes).map(|(document, places)| (document, Some(places)))
    } else {
        Document::parse(bytes).map(|document| (document, None))
    }
    .map_err(|fault| {
        let place = fault.place.within(line.start);
        let fault = Malformed::Json(JsonFault { place, ..fault });
        Error::Malformed(fault).detail().to(LANG).to_owned()
    })?;
    seen(document.value(), places.as_ref()).map_err(|why| why.to(LANG).to_owned())
}

fn too_large() -> String {
    format!("larger than a record may be ({MAX_RECORD} bytes)")
}

/// Judges every record by the draft, as a load would; the first becomes its example. Tells how many
/// were refused.
pub(super) fn judge_all(records: &Records, draft: &mut Draft) -> Result<u64, Failure> {
    let told = |why: Text| Failure(why.to(LANG).to_owned());
    let rules = Judge {
        subject: None,
        validator: Validator::compile(&draft.schema).map_err(told)?,
        key: draft.key.clone(),
        found_by: FoundBy::default(),
        references: Vec::new(),
    };
    let mut columns = None;
    let (mut refused, mut example) = (0, None);
    records.each(&mut |item| {
        let payload = match item {
            Item::Header(header) => {
                columns = Some(Columns::read(&header, &draft.schema, &draft.key, false).map_err(told)?);
                None
            }
            Item::Row(row) => payload_of(row, columns.as_ref()),
            Item::Json(line) | Item::Whole(line) => line.bytes.clone(),
        };
        let record = payload.and_then(|bytes| Document::parse(&bytes).ok());
        let Some(record) = record.filter(|record| !is_deletion(record.value())) else {
            return Ok(ControlFlow::Continue(()));
        };
        let bytes = record.text().as_bytes();
        let fine = if rules.key.is_empty() {
            check(&rules, bytes, MAX_RECORD).is_ok()
        } else {
            judge(&rules, bytes, MAX_RECORD).is_ok()
        };
        if !fine {
            refused += u64::from(record.value().is_object());
        } else if example.is_none() {
            example = Some(record.into_value());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if let Some(example) = example {
        draft.exemplify(example);
    }
    Ok(refused)
}

fn payload_of(row: &Row, columns: Option<&Columns>) -> Option<Vec<u8>> {
    let cells = row.cells().ok()?;
    columns?.payload(&cells).ok()
}
