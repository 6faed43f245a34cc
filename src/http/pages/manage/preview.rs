//! What a mapping makes of a system's items, and what the contract says of it: item, record and judgement side by side.
//!
//! Invariant: it tells what `/admin/connectors/{id}/preview` tells.

use super::super::form::Form;
use crate::connector::pull;
use crate::error::Error;
use crate::hub::{Preview, PreviewInput, PreviewWish, PreviewedItem, PreviewedRecord};
use crate::types::Lang;

/// How many items are tried.
const LIMIT: usize = 10;

/// How many violations of a record are told.
const TOLD: usize = 20;

/// What would become of a page.
pub(super) struct Tried {
    /// How many items are on it.
    pub(super) total: usize,
    pub(super) items: Vec<Item>,
    /// Why there is nothing to show.
    pub(super) reason: Option<String>,
}

/// What would become of an item.
pub(super) struct Item {
    pub(super) input: String,
    /// Why it becomes nothing, in the words of jq.
    pub(super) fault: Option<String>,
    pub(super) records: Vec<Record>,
}

/// What would become of a record.
pub(super) struct Record {
    pub(super) output: String,
    /// What is wrong with it: where, and what; nothing where it would be stored.
    pub(super) faults: Vec<(String, String)>,
}

/// What a form wants tried: on the sample that it brings, else on the system.
pub(super) fn wish(form: &Form, items: pull::Form) -> Result<PreviewWish, Error> {
    Ok(PreviewWish {
        dataset: super::dataset(form)?,
        mapping: form.said("mapping"),
        form: items,
        limit: LIMIT,
        input: match form.said("sample") {
            Some(sample) => PreviewInput::Page(sample.into_bytes()),
            None => PreviewInput::System(form.text("path").to_owned(), form.said("query")),
        },
    })
}

impl Tried {
    pub(super) fn of(preview: Preview, lang: Lang) -> Self {
        Tried {
            total: preview.items_total,
            items: preview
                .items
                .into_iter()
                .map(|item| Item::of(item, lang))
                .collect(),
            reason: preview.reason.map(|reason| reason.text().to(lang).to_owned()),
        }
    }
}

impl Item {
    fn of(item: PreviewedItem, lang: Lang) -> Self {
        Item {
            input: item.input,
            fault: item.fault,
            records: item
                .records
                .into_iter()
                .map(|record| Record::of(record, lang))
                .collect(),
        }
    }
}

impl Record {
    fn of(record: PreviewedRecord, lang: Lang) -> Self {
        let faults = match &record.error {
            None => Vec::new(),
            Some(Error::Violates(violations)) => {
                let told = violations.list.iter().take(TOLD);
                told.map(|one| (one.pointer.to_string(), one.message.to(lang).to_owned()))
                    .collect()
            }
            Some(error) => vec![(String::new(), error.detail().to(lang).to_owned())],
        };
        Record {
            output: record.output,
            faults,
        }
    }
}
