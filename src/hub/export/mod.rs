//! Exporting a whole dataset as one file.
//!
//! An [`Export`] is asked for step after step and holds no thread, connection or transaction in between,
//! so a slow or vanished reader costs nothing. Records are read by key in pages, each in a transaction of
//! its own: whatever is there throughout appears exactly once. Invariant: what can be refused is refused
//! before the first part of the file is given out.

mod form;
pub(in crate::hub) mod pages;
mod stages;

use std::sync::Arc;

use bytes::Bytes;

use super::{Actor, Call, Dataset, Hub};
use crate::audit::Action;
use crate::error::{Error, Result, Unknown};
use crate::record::Mask;
use crate::store;
use crate::types::{DatasetId, Pointer};
pub use form::ExportForm;
use pages::Pages;
use stages::Stage;

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

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
