//! Who gives what to whom: grants, and what was taken by them in the last thirty days.
//!
//! Invariant: an agency is told of what it gives and what it is given, and of nothing between others.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::counted;
use super::lately::MONTH;
use crate::access::rules::Reach;
use crate::audit::sends;
use crate::error::{Error, Forbidden, Result};
use crate::hub::contracts::Ending;
use crate::hub::{Catalog, Dataset, Hub};
use crate::store;
use crate::store::day_totals::DaySums;
use crate::types::{DatasetId, OpdCode, Pointer, Right, Timestamp, Version};

/// A dataset that one agency gives to another.
#[derive(Debug, Clone)]
pub struct Given {
    /// The dataset; its owner gives it.
    pub dataset: DatasetId,
    /// Its title.
    pub title: String,
    /// The version that is served.
    pub version: Version,
    /// How its life ends: when it was deprecated, its sunset and its successor.
    pub ending: Ending,
    /// What its owner is called.
    pub provider_name: Option<String>,
    /// Who is given it.
    pub recipient: String,
    /// What they are called.
    pub recipient_name: Option<String>,
    /// Whether there is a grant; without one it was taken because it is open, or by a grant that is no more.
    pub granted: bool,
    /// The columns that are granted; none means all.
    pub fields: Option<Vec<Pointer>>,
    /// What for.
    pub purpose: Option<String>,
    /// The last day of the grant.
    pub until: Option<Date>,
    /// When it was last taken, ever.
    pub last: Option<Timestamp>,
    /// Calls, deliveries too, in the last thirty days.
    pub calls: u64,
    /// Records, changes and answers that were given out in that time.
    pub records: u64,
    /// Bytes of payload in that time.
    pub bytes: u64,
}

/// What one agency gives to another.
#[derive(Debug, Clone)]
pub struct GivenTo {
    /// Who gives.
    pub provider: String,
    /// What they are called.
    pub provider_name: Option<String>,
    /// Who is given.
    pub recipient: String,
    /// What they are called.
    pub recipient_name: Option<String>,
    /// The datasets.
    pub datasets: Vec<Given>,
    /// When something was last taken.
    pub last: Option<Timestamp>,
    /// Records in the last thirty days.
    pub records: u64,
    /// Bytes in the last thirty days.
    pub bytes: u64,
}

impl Hub {
    /// Who gives what to whom, by provider and recipient.
    ///
    /// # Errors
    /// When the database fails.
    pub fn who_gives_what(&self, reach: &Reach) -> Result<Vec<GivenTo>> {
        let mut pairs: BTreeMap<(String, String), GivenTo> = BTreeMap::new();
        for given in self.given(reach)? {
            let provider = given.dataset.opd.to_string();
            let name = (provider.clone(), given.recipient.clone());
            let pair = pairs.entry(name).or_insert_with(|| GivenTo {
                provider,
                provider_name: given.provider_name.clone(),
                recipient: given.recipient.clone(),
                recipient_name: given.recipient_name.clone(),
                datasets: Vec::new(),
                last: None,
                records: 0,
                bytes: 0,
            });
            pair.last = pair.last.max(given.last);
            pair.records += given.records;
            pair.bytes += given.bytes;
            pair.datasets.push(given);
        }
        Ok(pairs.into_values().collect())
    }

    /// Who is given the data of an agency.
    ///
    /// # Errors
    /// Forbidden for another agency.
    pub fn given_by(&self, reach: &Reach, opd: &OpdCode) -> Result<Vec<Given>> {
        let mut given = self.given_of(reach, opd)?;
        given.retain(|given| given.dataset.opd == *opd);
        Ok(given)
    }

    /// What an agency is given.
    ///
    /// # Errors
    /// Forbidden for another agency.
    pub fn given_to(&self, reach: &Reach, opd: &OpdCode) -> Result<Vec<Given>> {
        let mut given = self.given_of(reach, opd)?;
        given.retain(|given| given.recipient == opd.as_str());
        Ok(given)
    }

    fn given_of(&self, reach: &Reach, opd: &OpdCode) -> Result<Vec<Given>> {
        match reach.covers(opd.as_str()) {
            true => self.given(&Reach::Own(opd.clone())),
            false => Err(Error::Forbidden(Forbidden::OtherOpd)),
        }
    }

    /// What is given from one agency to another within reach, by dataset and recipient.
    fn given(&self, reach: &Reach) -> Result<Vec<Given>> {
        let today = self.today();
        let catalog = self.catalog();
        let datasets: Vec<&Dataset> = catalog
            .datasets()
            .into_iter()
            .map(|dataset| &**dataset)
            .filter(|dataset| dataset.ending.retired.is_none() && concerns(reach, dataset))
            .collect();
        let takes = self.takes(reach, &datasets)?;
        let mut all = Vec::new();
        for dataset in datasets {
            let owner = dataset.id.opd.as_str();
            let granted = granted_to(dataset, today);
            let takers = takes.get(&dataset.number);
            let others = takers.into_iter().flat_map(BTreeMap::keys);
            let others = others.filter(|opd| !granted.contains(&opd.as_str()));
            let recipients = granted.iter().copied().chain(others.map(String::as_str));
            for opd in recipients.filter(|opd| *opd != owner && !opd.is_empty()) {
                if reach.covers(owner) || reach.covers(opd) {
                    let take = takers.and_then(|takers| takers.get(opd));
                    let take = take.copied().unwrap_or_default();
                    all.push(given(&catalog, dataset, (opd, granted.contains(&opd)), take));
                }
            }
        }
        Ok(all)
    }

    /// What was taken of datasets, by dataset and agency.
    fn takes(&self, reach: &Reach, datasets: &[&Dataset]) -> Result<Takes> {
        let numbers: Vec<i64> = datasets.iter().map(|dataset| dataset.number).collect();
        let numbers = (*reach != Reach::All).then_some(numbers.as_slice());
        let last = self
            .store
            .read(|connection| store::day_totals::figures::last(connection, numbers))?;
        let flows = self.flows_lately(MONTH)?;
        let mut takes = Takes::new();
        for flow in flows.into_iter().filter(|flow| !sends(&flow.action)) {
            let take = takes.entry(flow.dataset).or_default().entry(flow.opd);
            take.or_default().0.add(&flow.sums);
        }
        for row in last.into_iter().filter(|row| !sends(&row.action)) {
            let take = takes.entry(row.dataset).or_default().entry(row.opd).or_default();
            take.1 = take.1.max(Some(Timestamp(row.at)));
        }
        Ok(takes)
    }
}

/// What came to be taken, and when that was last.
type Take = (DaySums, Option<Timestamp>);

/// What was taken, by the dataset's number and the agency.
type Takes = HashMap<i64, BTreeMap<String, Take>>;

/// Whether a dataset may be anything to those who are within reach.
fn concerns(reach: &Reach, dataset: &Dataset) -> bool {
    match reach {
        Reach::All => true,
        Reach::Own(opd) => {
            dataset.grants.owner == *opd || dataset.grants.open || dataset.grants.given.contains_key(opd)
        }
    }
}

/// The agencies that may take a dataset by a grant that holds, in the order of the contract.
fn granted_to(dataset: &Dataset, today: Date) -> Vec<&str> {
    let grants = dataset.current.contract.grants.iter();
    let takes = |may: &[Right]| may.iter().any(|right| matches!(right, Right::Pull | Right::Live));
    grants
        .filter(|grant| takes(&grant.may) && grant.until.is_none_or(|until| today <= until))
        .map(|grant| grant.opd.as_str())
        .collect()
}

fn given(
    catalog: &Catalog,
    dataset: &Dataset,
    (recipient, granted): (&str, bool),
    (sums, last): Take,
) -> Given {
    let contract = &dataset.current.contract;
    let grant = contract
        .grants
        .iter()
        .find(|grant| granted && grant.opd.as_str() == recipient);
    Given {
        dataset: (*dataset.id).clone(),
        title: contract.title.clone(),
        version: dataset.current.version,
        ending: dataset.ending.clone(),
        provider_name: catalog.opd_name(dataset.id.opd.as_str()).map(str::to_owned),
        recipient: recipient.to_owned(),
        recipient_name: catalog.opd_name(recipient).map(str::to_owned),
        granted,
        fields: grant.and_then(|grant| grant.fields.clone()),
        purpose: grant.and_then(|grant| grant.purpose.clone()),
        until: grant.and_then(|grant| grant.until),
        last,
        calls: counted(sums.calls),
        records: counted(sums.records),
        bytes: counted(sums.bytes),
    }
}
