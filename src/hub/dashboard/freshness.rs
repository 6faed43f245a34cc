//! Which datasets are out of date against what was agreed.
//!
//! The rule is the contract's (`Update::late_since`). Invariant: data that came and changed nothing is fresh data.

use std::collections::HashMap;

use crate::access::rules::Reach;
use crate::audit::sends;
use crate::contract::{Contact, Update};
use crate::error::Result;
use crate::hub::{Dataset, Hub};
use crate::store;
use crate::types::{DatasetId, Mode, Timestamp};

/// How a dataset stands against what was agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The dataset.
    pub dataset: DatasetId,
    /// Its title.
    pub title: String,
    /// What its owner is called.
    pub opd_name: Option<String>,
    /// Whom to ask.
    pub contact: Option<Contact>,
    /// What was agreed.
    pub agreed: Update,
    /// When records last came, as far as the log is summed, changed or not.
    pub last_push: Option<Timestamp>,
    /// When a record last changed.
    pub last_change: Option<Timestamp>,
    /// By when more is due; none where data comes whenever something happens.
    pub due: Option<Timestamp>,
    /// Since when it is late; none while it is not.
    pub late_since: Option<Timestamp>,
}

impl Hub {
    /// How the datasets within `reach` stand for which something was agreed, those that are late first, the latest of them
    /// first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn freshness(&self, reach: &Reach) -> Result<Vec<Freshness>> {
        let catalog = self.catalog();
        let agreed: Vec<_> = catalog
            .datasets()
            .into_iter()
            .filter(|dataset| reach.covers(dataset.id.opd.as_str()))
            .filter(|dataset| dataset.mode() == Mode::Stored && dataset.ending.retired.is_none())
            .filter(|dataset| dataset.current.contract.update.is_some())
            .collect();
        let numbers: Vec<i64> = agreed.iter().map(|dataset| dataset.number).collect();
        let (pushes, changes) = self.store.read_at_once(|connection| {
            Ok((
                store::day_totals::figures::last(connection, Some(&numbers))?,
                store::changes::newest_at(connection, &numbers)?,
            ))
        })?;
        let changes: HashMap<i64, Timestamp> = changes.into_iter().collect();
        let mut pushed: HashMap<i64, Timestamp> = HashMap::new();
        for push in pushes.iter().filter(|push| sends(&push.action)) {
            let last = pushed.entry(push.dataset).or_default();
            *last = Timestamp(push.at).max(*last);
        }
        let stands = |dataset: &&std::sync::Arc<Dataset>| {
            let number = dataset.number;
            let came = (pushed.get(&number).copied(), changes.get(&number).copied());
            let mut stands = self.stands(dataset, came)?;
            stands.opd_name = catalog.opd_name(dataset.id.opd.as_str()).map(str::to_owned);
            Some(stands)
        };
        let mut all: Vec<Freshness> = agreed.iter().filter_map(stands).collect();
        all.sort_by(|a, b| {
            let order = |one: &Freshness| {
                (
                    one.late_since.is_none(),
                    one.late_since,
                    one.due.is_none(),
                    one.due,
                )
            };
            order(a).cmp(&order(b)).then_with(|| a.dataset.cmp(&b.dataset))
        });
        Ok(all)
    }

    /// The datasets within `reach` that are late, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn out_of_date(&self, reach: &Reach) -> Result<Vec<Freshness>> {
        let mut late = self.freshness(reach)?;
        late.retain(|one| one.late_since.is_some());
        Ok(late)
    }

    fn stands(
        &self,
        dataset: &Dataset,
        (last_push, last_change): (Option<Timestamp>, Option<Timestamp>),
    ) -> Option<Freshness> {
        let contract = &dataset.current.contract;
        let agreed = contract.update.clone()?;
        let (zone, now) = (&self.config.time.zone, self.clock.now());
        // What a clock that was ahead wrote does not say when anything came.
        let has_been = |at: &Timestamp| !at.is_to_come(now);
        let (last_push, last_change) = (last_push.filter(has_been), last_change.filter(has_been));
        // What never came is late from the first time on at which it was due.
        let published = dataset.versions.first().map(|version| version.published_at);
        let last = last_push.max(last_change).or(published)?;
        Some(Freshness {
            dataset: (*dataset.id).clone(),
            title: contract.title.clone(),
            opd_name: None,
            contact: contract.contact.clone(),
            due: agreed.fresh_until(last, zone),
            late_since: agreed.late_since(last, now, zone),
            agreed,
            last_push,
            last_change,
        })
    }
}
