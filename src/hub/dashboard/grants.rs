//! Grants that end soon.
//!
//! Invariant: a grant that ended already, or of a dataset that is retired, is not among them.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::access::rules::Reach;
use crate::hub::Hub;
use crate::types::{DatasetId, OpdCode, Right};

/// Within how many days a grant ends soon.
const SOON: i32 = 30;

/// A grant that ends soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingGrant {
    /// The dataset.
    pub dataset: DatasetId,
    /// Its title.
    pub title: String,
    /// What its owner is called.
    pub provider_name: Option<String>,
    /// To whom it is granted.
    pub recipient: OpdCode,
    /// What they are called.
    pub recipient_name: Option<String>,
    /// What they may do.
    pub may: Vec<Right>,
    /// What for.
    pub purpose: Option<String>,
    /// By which rule or agreement.
    pub basis: Option<String>,
    /// The last day on which it holds.
    pub until: Date,
    /// How many days are left after today.
    pub days_left: i32,
}

impl Hub {
    /// The grants that end within thirty days: of datasets that an agency owns, and to that agency. The first to end comes
    /// first.
    pub fn ending_grants(&self, reach: &Reach) -> Vec<EndingGrant> {
        let today = self.today();
        let last = today.checked_add(SOON.days()).unwrap_or(Date::MAX);
        let catalog = self.catalog();
        let mut ending = Vec::new();
        for dataset in catalog.datasets() {
            if dataset.ending.retired.is_some() {
                continue;
            }
            let contract = &dataset.current.contract;
            for grant in &contract.grants {
                let concerns = reach.covers(contract.opd.as_str()) || reach.covers(grant.opd.as_str());
                let Some(until) = grant
                    .until
                    .filter(|until| concerns && today <= *until && *until <= last)
                else {
                    continue;
                };
                let name = |opd: &OpdCode| catalog.opd_name(opd.as_str()).map(str::to_owned);
                ending.push(EndingGrant {
                    dataset: (*dataset.id).clone(),
                    title: contract.title.clone(),
                    provider_name: name(&contract.opd),
                    recipient: grant.opd.clone(),
                    recipient_name: name(&grant.opd),
                    may: grant.may.clone(),
                    purpose: grant.purpose.clone(),
                    basis: grant.basis.clone(),
                    until,
                    days_left: today.until(until).map_or(0, |left| left.get_days()),
                });
            }
        }
        ending.sort_by_key(|grant| grant.until);
        ending
    }
}
