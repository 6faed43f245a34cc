//! What was refused in the last seven days: of each agency and each dataset, with the biggest reasons.
//!
//! Why payloads are refused is counted as they come, so that nothing is read but sums. Invariant: a payload is counted
//! under the first thing that is wrong with it, once.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::lately::WEEK;
use super::{counted, days_back};
use crate::access::rules::Reach;
use crate::audit::sends;
use crate::error::Result;
use crate::hub::{Dataset, Hub};
use crate::report::validation::FirstReason;
use crate::store;
use crate::store::day_totals::figures::FlowRow;
use crate::store::reasons::{ReasonRow, Why};
use crate::types::{DatasetId, Text, Timestamp};

/// For how many days reasons are kept.
const KEPT: i32 = 31;

/// How many reasons are shown.
const TOP: usize = 3;

/// How many rejections are counted in one transaction.
const AT_ONCE: i64 = 500;

/// Why payloads were refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedReason {
    /// The rule of the schema, or the code of the problem.
    pub rule: String,
    /// The field, as a pointer; `*` stands for each item of an array. Empty where it is none in particular.
    pub field: String,
    /// What is wrong; empty for a problem that is no rule of the schema.
    pub text: Text,
    /// How many payloads.
    pub times: u64,
}

/// What was sent to datasets, and what of it was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedOf {
    /// The agency that owns the datasets.
    pub opd: String,
    /// What it is called.
    pub opd_name: Option<String>,
    /// The dataset and its title, where it is one.
    pub dataset: Option<(DatasetId, String)>,
    /// Records that were sent: those that stand and those that were refused.
    pub pushed: u64,
    /// Records that stand, the unchanged ones too.
    pub stored: u64,
    /// Records that were refused.
    pub rejected: u64,
    /// The three biggest reasons, the biggest first.
    pub reasons: Vec<RejectedReason>,
}

impl RejectedOf {
    /// How many of a thousand records were refused.
    pub fn permille(&self) -> u64 {
        self.rejected.saturating_mul(1_000) / self.pushed.max(1)
    }
}

/// What was refused lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The first day that is counted.
    pub from: Date,
    /// Up to when the log is counted; none before it was for the first time.
    pub as_of: Option<Timestamp>,
    /// By owner, those with most rejections first.
    pub opds: Vec<RejectedOf>,
    /// By dataset, in the same order.
    pub datasets: Vec<RejectedOf>,
}

impl Hub {
    /// What was sent in the last seven days to the datasets within `reach`, and what of it was refused, and why.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rejected_lately(&self, reach: &Reach) -> Result<Rejected> {
        let from = days_back(self.today(), WEEK);
        let catalog = self.catalog();
        let within: HashMap<i64, &Dataset> = catalog
            .datasets()
            .into_iter()
            .filter(|dataset| reach.covers(dataset.id.opd.as_str()))
            .map(|dataset| (dataset.number, &**dataset))
            .collect();
        let flows = self.flows_lately(WEEK)?;
        let (summed, reasons) = self.store.read_at_once(|connection| {
            Ok((
                store::day_totals::summed(connection)?,
                store::reasons::since(connection, &from.to_string())?,
            ))
        })?;
        let mut datasets: BTreeMap<i64, Gathered<'_>> = BTreeMap::new();
        let mut opds: BTreeMap<&str, Gathered<'_>> = BTreeMap::new();
        for flow in flows.iter().filter(|flow| sends(&flow.action)) {
            if let Some(dataset) = within.get(&flow.dataset) {
                datasets.entry(flow.dataset).or_default().send(flow);
                opds.entry(dataset.id.opd.as_str()).or_default().send(flow);
            }
        }
        for reason in &reasons {
            if let Some(dataset) = within.get(&reason.dataset) {
                datasets.entry(reason.dataset).or_default().refuse(reason);
                opds.entry(dataset.id.opd.as_str()).or_default().refuse(reason);
            }
        }
        let of_datasets = datasets.into_iter().filter_map(|(number, gathered)| {
            let dataset = within.get(&number)?;
            let (opd, title) = (dataset.id.opd.as_str(), dataset.current.contract.title.clone());
            Some(gathered.shown(opd, catalog.opd_name(opd), Some(((*dataset.id).clone(), title))))
        });
        let of_opds = opds
            .into_iter()
            .map(|(opd, gathered)| gathered.shown(opd, catalog.opd_name(opd), None));
        Ok(Rejected {
            from,
            as_of: (summed.at > 0).then_some(Timestamp(summed.at)),
            opds: sorted(of_opds),
            datasets: sorted(of_datasets),
        })
    }

    /// Counts why payloads were refused that were not counted yet, some at a time; tells whether there are more.
    ///
    /// # Errors
    /// When the database fails; what was counted stays.
    pub fn count_reasons(&self) -> Result<bool> {
        let zone = &self.config.time.zone;
        let read = |at: Timestamp, reason: &str| {
            let first = FirstReason::read(reason);
            Why {
                day: at.date_in(zone).to_string(),
                rule: first.rule,
                field: first.field,
                text: first.text,
            }
        };
        let oldest = days_back(self.today(), KEPT).to_string();
        let uncounted = self.store.read(store::reasons::uncounted)?;
        let mut more = false;
        for dataset in uncounted {
            let some = self
                .store
                .write(|connection| store::reasons::count(connection, dataset, AT_ONCE, read))?;
            more |= i64::try_from(some).is_ok_and(|some| some >= AT_ONCE);
        }
        if !more {
            self.store
                .write(|connection| store::reasons::forget(connection, &oldest))?;
        }
        Ok(more)
    }
}

/// What was sent to a dataset or an agency's datasets.
#[derive(Default)]
struct Gathered<'r> {
    stored: u64,
    rejected: u64,
    reasons: HashMap<(&'r str, &'r str), (&'r ReasonRow, u64)>,
}

impl<'r> Gathered<'r> {
    fn send(&mut self, flow: &FlowRow) {
        self.stored += counted(flow.sums.records);
        self.rejected += counted(flow.sums.rejected);
    }

    fn refuse(&mut self, reason: &'r ReasonRow) {
        let name = (reason.rule.as_str(), reason.field.as_str());
        self.reasons.entry(name).or_insert((reason, 0)).1 += counted(reason.times);
    }

    fn shown(self, opd: &str, opd_name: Option<&str>, dataset: Option<(DatasetId, String)>) -> RejectedOf {
        let reason = |(row, times): (&ReasonRow, u64)| RejectedReason {
            rule: row.rule.clone(),
            field: row.field.clone(),
            text: Text::new(row.text_id.clone(), row.text_en.clone()),
            times,
        };
        let mut reasons: Vec<RejectedReason> = self.reasons.into_values().map(reason).collect();
        reasons.sort_by(|a, b| {
            let names = |reason: &RejectedReason| (reason.rule.clone(), reason.field.clone());
            b.times.cmp(&a.times).then_with(|| names(a).cmp(&names(b)))
        });
        reasons.truncate(TOP);
        RejectedOf {
            opd: opd.to_owned(),
            opd_name: opd_name.map(str::to_owned),
            dataset,
            pushed: self.stored.saturating_add(self.rejected),
            stored: self.stored,
            rejected: self.rejected,
            reasons,
        }
    }
}

/// Those with most rejections first, then by name.
fn sorted(all: impl Iterator<Item = RejectedOf>) -> Vec<RejectedOf> {
    let mut all: Vec<RejectedOf> = all.collect();
    all.sort_by(|a, b| b.rejected.cmp(&a.rejected).then_with(|| a.opd.cmp(&b.opd)));
    all
}
