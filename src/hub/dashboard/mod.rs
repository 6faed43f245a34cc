//! The figures behind the pages: how data comes, stands and goes, for those who answer for it.
//!
//! `days` sums the log day by day, and everything else is asked of those sums, of the catalog and of what the hub knows
//! of other systems. Not here: pages, words of pages. Invariant: nobody is told more than lies within their reach, and no
//! question walks through the log or the records.

mod counts;
mod days;
mod failing;
mod filling;
mod flows;
mod freshness;
mod grants;
mod lately;
mod profile;
mod pushes;
mod rejected;

pub use counts::{CountsOf, CountsOverTime, PeriodCount};
pub use failing::{Failing, FailingKind};
pub use filling::{Cells, FilledOf};
pub use flows::{Given, GivenTo};
pub use freshness::Freshness;
pub use grants::EndingGrant;
pub(super) use lately::Lately;
pub use profile::{ColumnFill, DatasetProfile, Distribution};
pub use pushes::RecentPush;
pub use rejected::{Rejected, RejectedOf, RejectedReason};

use std::sync::Arc;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::{Dataset, Hub};
use crate::access::rules::Reach;
use crate::error::{Error, Forbidden, Result, Unknown};
use crate::types::{DatasetId, OpdCode};

impl Hub {
    /// A dataset of which somebody may be told figures: their own, one that they were granted, or an open one.
    fn dataset_within(&self, reach: &Reach, id: &DatasetId) -> Result<Arc<Dataset>> {
        let catalog = self.catalog();
        let dataset = catalog.dataset(id);
        let dataset = dataset.ok_or_else(|| Error::Unknown(Unknown::Dataset(id.to_string())))?;
        let today = self.today();
        let granted = |opd: &OpdCode| {
            let given = dataset.grants.given.get(opd);
            given.is_some_and(|given| given.until.is_none_or(|until| today <= until))
        };
        match reach {
            Reach::All => Ok(Arc::clone(dataset)),
            Reach::Own(opd) if dataset.id.opd == *opd || dataset.grants.open || granted(opd) => {
                Ok(Arc::clone(dataset))
            }
            Reach::Own(_) => Err(Error::Forbidden(Forbidden::OtherOpd)),
        }
    }
}

/// The first of so many days that end with `today`.
fn days_back(today: Date, days: i32) -> Date {
    today.checked_sub((days - 1).days()).unwrap_or(Date::MIN)
}

/// A count as it comes from the database.
fn counted(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
