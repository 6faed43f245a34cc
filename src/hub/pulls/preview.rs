//! Trying a mapping: what a page of the system becomes, and what the contract says of it.
//!
//! Invariant: nothing is stored, and not more is read than one page.

use std::sync::Arc;

use super::mapper::Mapper;
use super::reason::Stop;
use super::source::Source;
use super::{Reason, fault};
use crate::connector::pull::{Ask, Charset, Form, Mapped, Page};
use crate::connector::{checked_path, checked_query};
use crate::error::{Error, Finding, Result};
use crate::hub::ingest::{LineFault, Mode};
use crate::hub::{Call, Dataset, Hub};
use crate::record::{Line, Split};
use crate::types::{DatasetId, Place};

/// The longest page that is read for a preview, in bytes.
const MAX_PAGE_BYTES: u64 = 4 << 20;

/// What is to be tried.
#[derive(Debug)]
pub struct PreviewWish {
    /// The dataset whose contract judges.
    pub dataset: DatasetId,
    /// The jq program; without one, items are records.
    pub mapping: Option<String>,
    /// In which form the items come.
    pub form: Form,
    /// How many items are tried at the most.
    pub limit: usize,
    /// Where the items come from.
    pub input: PreviewInput,
}

/// Where the items of a preview come from.
#[derive(Debug)]
pub enum PreviewInput {
    /// The system, asked at this path and query.
    System(String, Option<String>),
    /// A page that was sent along.
    Page(Vec<u8>),
}

/// What would become of a page.
#[derive(Debug, Default)]
pub struct Preview {
    /// How many items are on the page.
    pub items_total: usize,
    /// The first of them.
    pub items: Vec<PreviewedItem>,
    /// Why there is nothing to show, where the page could not be had or read.
    pub reason: Option<Reason>,
}

/// What would become of an item.
#[derive(Debug)]
pub struct PreviewedItem {
    /// The item as the system sends it.
    pub input: String,
    /// Why it becomes nothing.
    pub fault: Option<String>,
    /// The records that it becomes.
    pub records: Vec<PreviewedRecord>,
}

/// What would become of a record.
#[derive(Debug)]
pub struct PreviewedRecord {
    /// The record.
    pub output: String,
    /// Why it would be refused.
    pub error: Option<Error>,
}

impl Hub {
    /// Tries a mapping on a page of the system behind the connector with this number, or on one sent along.
    ///
    /// # Errors
    /// Unknown where there is no such connector or dataset, faulty when what is wished can't be tried.
    pub async fn preview_pull(self: &Arc<Self>, connector: i64, wish: PreviewWish) -> Result<Preview> {
        let system = self.system(connector)?;
        let dataset = self.dataset(&wish.dataset)?;
        check(&wish, system.connector.opd == wish.dataset.opd)?;
        let mut mapper = match &wish.mapping {
            Some(program) => Some(Mapper::start(self, program).await?),
            None => None,
        };
        let (body, content_type) = match wish.input {
            PreviewInput::Page(body) => (Some(body.into()), None),
            PreviewInput::System(path, query) => {
                let lines = Arc::new(self.lines());
                let mut source = Source::new(self, &lines, system, &wish.form, MAX_PAGE_BYTES);
                match source.fetch_once(&Ask { path, query }).await {
                    Ok(fetched) => (fetched.body, fetched.content_type),
                    Err(stop) => return nothing(stop),
                }
            }
        };
        let body = body.unwrap_or_default();
        let charset = Charset::of(content_type.as_deref());
        let page = match Page::read(&body, charset, &wish.form, None) {
            Ok(page) => page,
            Err(trouble) => return nothing(trouble.into()),
        };
        let first: Vec<&str> = page.items.iter().take(wish.limit).copied().collect();
        let mapped = match &mut mapper {
            Some(mapper) => mapper.map(&first).await?,
            None => first.iter().map(|item| Ok(vec![(*item).to_owned()])).collect(),
        };
        Ok(Preview {
            items_total: page.items.len(),
            items: self.judged_items(&dataset, &first, mapped).await?,
            reason: None,
        })
    }

    /// What the contract says of records, without storing them.
    async fn judged_items(
        self: &Arc<Self>,
        dataset: &Arc<Dataset>,
        items: &[&str],
        mapped: Vec<Mapped>,
    ) -> Result<Vec<PreviewedItem>> {
        let call = Call::of_command(self.clock.now());
        let mut bulk = self.bulk(&call, dataset, Split::Lines, Mode::Dry(false));
        bulk.list_all();
        for (number, record) in (1..).zip(mapped.iter().flatten().flatten()) {
            let line = Line {
                number,
                start: Place { line: 1, column: 1 },
                bytes: Some(record.clone().into_bytes()),
            };
            bulk.take(Ok(line)).await?;
        }
        let report = bulk.finish(None).await;
        if let Some(error) = report.ended {
            return Err(error);
        }
        let mut faults = report.errors.into_iter().peekable();
        let mut number = 0;
        let mut shown = |output: String| {
            number += 1;
            let fault = faults.next_if(|fault: &LineFault| fault.line == number);
            PreviewedRecord {
                output,
                error: fault.map(|fault| fault.error),
            }
        };
        let items = items.iter().zip(mapped).map(|(item, mapped)| {
            let (records, fault) = match mapped {
                Ok(records) => (records, None),
                Err(fault) => (Vec::new(), Some(fault.0)),
            };
            PreviewedItem {
                input: (*item).to_owned(),
                fault,
                records: records.into_iter().map(&mut shown).collect(),
            }
        });
        Ok(items.collect())
    }
}

/// Refuses a wish that can't be fulfilled.
fn check(wish: &PreviewWish, own: bool) -> Result<()> {
    let mut faults: Vec<Finding> = Vec::new();
    if !own {
        faults.push(fault(
            "/dataset",
            "dataset ini milik OPD lain daripada penghubungnya.",
            "this dataset belongs to another agency than the connector.",
        ));
    }
    if let PreviewInput::System(path, query) = &wish.input {
        if checked_path(path).is_err() {
            faults.push(fault(
                "/path",
                "harus path yang dimulai dengan / dan ditulis percent-encoded.",
                "it must be a path that begins with / and is percent-encoded.",
            ));
        }
        if query
            .as_deref()
            .is_some_and(|query| checked_query(query).is_err())
        {
            faults.push(fault(
                "/query",
                "harus ditulis percent-encoded.",
                "it must be percent-encoded.",
            ));
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Error::Faulty(faults)),
    }
}

/// A preview of what did not come.
fn nothing(stop: Stop) -> Result<Preview> {
    let reason = match stop {
        Stop::Failed(reason) | Stop::Stopped(reason) => Some(reason),
        Stop::Leaving => None,
    };
    Ok(Preview {
        reason,
        ..Preview::default()
    })
}
