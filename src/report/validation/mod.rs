//! [`ValidationFigures`]: the figures of a Laporan Hasil Validasi.
//!
//! `tally` counts what records hold, `rejected` why payloads were refused, `paper` is what both look like on paper. Not
//! here: reading records. Invariant: a stored value is shown in its shape alone, but for groups and dates that were asked for
//! and are not about persons.

mod paper;
mod rejected;
mod tally;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use rejected::{FirstReason, Reasons, Refused, RejectedFor, Sample, shape};
pub use tally::{NOTHING, OTHERS, Tally};

use super::decimal::difference;
use crate::types::{Pointer, Timestamp};

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidationFigures {
    /// The integration's number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// Who takes part.
    pub parties: Vec<PartyLine>,
    /// As of when it was counted.
    pub as_of: Timestamp,
    /// From when on what was sent is counted; from the beginning where there is none.
    pub from: Option<Timestamp>,
    /// Each of its datasets.
    pub datasets: Vec<DatasetFigures>,
    /// What is to be said about it.
    pub notes: Vec<String>,
}

/// An agency that takes part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyLine {
    /// As what.
    pub side: String,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// The figures of one dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetFigures {
    /// The dataset.
    pub dataset: String,
    /// What it is called.
    pub title: String,
    /// The version of its contract.
    pub version: String,
    /// The digest of that.
    pub contract_digest: String,
    /// Whether it is answered by the owner's system and stores nothing.
    pub live: bool,
    /// What was sent.
    pub flow: Flow,
    /// How many records stand.
    pub records: u64,
    /// The agency's figures beside the hub's.
    pub controls: Vec<Control>,
    /// Why payloads were refused, as far as they are still kept.
    pub rejections: Vec<RejectedFor>,
    /// How far columns are filled, and what the data standard misses.
    pub columns: Vec<ColumnLine>,
    /// References that lead to nothing.
    pub references: Vec<ReferenceLine>,
    /// How new the data is.
    pub freshness: Freshness,
    /// The last unit test of this version.
    pub unit_test: Option<TestLine>,
}

/// What was sent, and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// All payloads, refused ones too.
    pub sent: u64,
    /// Records that were not there before.
    pub created: u64,
    /// Records that were there and changed.
    pub changed: u64,
    /// Records that were deleted.
    pub deleted: u64,
    /// Payloads that said what stood already.
    pub unchanged: u64,
    /// Payloads that were refused.
    pub rejected: u64,
    /// Refused payloads that were neither repaired nor forgotten.
    pub open: u64,
    /// Live calls that succeeded.
    pub live_calls: u64,
}

/// A figure of the agency beside that of the hub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// What is compared.
    pub what: String,
    /// What the agency says.
    pub opd: Option<String>,
    /// What the hub counts.
    pub hub: Option<String>,
    /// The hub's less the agency's, where both are numbers.
    pub difference: Option<String>,
    /// Whether they agree; none where the agency says nothing.
    pub agrees: Option<bool>,
}

/// How far a column is filled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnLine {
    /// The field.
    pub field: String,
    /// In how many records it holds something.
    pub filled: u64,
    /// What the data standard asks for and the contract does not say; none where the standard was not asked.
    pub missing: Option<Vec<String>>,
}

/// A reference, and how many records lead to nothing by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferenceLine {
    /// The field that refers.
    pub field: String,
    /// The dataset referred to.
    pub dataset: String,
    /// How many records lead to nothing.
    pub unresolved: u64,
    /// The first codes that are not known, in their shape alone where they are about persons.
    pub codes: Vec<String>,
}

/// How new the data is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freshness {
    /// What was agreed, as a paper says it.
    pub agreed: Option<String>,
    /// When something was stored last, unchanged payloads included.
    pub last: Option<Timestamp>,
    /// Until when that is new.
    pub until: Option<Timestamp>,
    /// Whether it is; none where nothing was agreed.
    pub fresh: Option<bool>,
}

/// What came of a unit test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestLine {
    /// When.
    pub at: Timestamp,
    /// Whether nothing failed.
    pub passed: bool,
}

/// What an agency counted of a dataset itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many records.
    pub rows: Option<u64>,
    /// How many for each value of a field.
    pub groups: Vec<(Pointer, BTreeMap<String, u64>)>,
    /// The sum of a field.
    pub sums: Vec<(Pointer, String)>,
    /// The first and the last date in a field.
    pub dates: Vec<(Pointer, Option<String>, Option<String>)>,
}

impl Counted {
    /// All fields that it names.
    pub fn fields(&self) -> impl Iterator<Item = &Pointer> {
        let groups = self.groups.iter().map(|(field, _)| field);
        let sums = self.sums.iter().map(|(field, _)| field);
        groups
            .chain(sums)
            .chain(self.dates.iter().map(|(field, ..)| field))
    }
}

impl Control {
    /// Two numbers.
    pub(super) fn of_numbers(what: String, opd: Option<String>, hub: String) -> Self {
        let difference = opd.as_deref().and_then(|opd| difference(&hub, opd));
        let zero = |text: &String| text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b'-'));
        Control {
            what,
            agrees: opd.as_ref().map(|_| difference.as_ref().is_some_and(zero)),
            opd,
            hub: Some(hub),
            difference,
        }
    }

    /// Two texts, such as dates.
    pub(super) fn of_texts(what: String, opd: Option<String>, hub: Option<String>) -> Self {
        Control {
            what,
            agrees: opd.is_some().then(|| opd == hub),
            opd,
            hub,
            difference: None,
        }
    }
}

impl DatasetFigures {
    /// How many figures of the agency are not the hub's.
    pub fn differing(&self) -> usize {
        let differs = |control: &&Control| control.agrees == Some(false);
        self.controls.iter().filter(differs).count()
    }
}
