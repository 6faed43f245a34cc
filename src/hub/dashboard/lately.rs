//! [`Lately`]: what the days that are closed come to, by dataset, agency and action, held in memory.
//!
//! Days that are closed don't change, so their sums over the last weeks are asked for once a day; those of the days since are
//! asked for each time. Invariant: what is held is of the days up to the last that is closed, and of no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::days_back;
use crate::error::Result;
use crate::hub::Hub;
use crate::store;
use crate::store::day_totals::figures::{Days, FlowRow};

/// Over how many days pages add up.
pub(super) const WEEK: i32 = 7;
/// The same for what is given.
pub(super) const MONTH: i32 = 30;

/// See the module. By the number of days.
#[derive(Default)]
pub struct Lately(Mutex<HashMap<i32, Held>>);

/// The sums of some days.
struct Held {
    from: String,
    until: String,
    flows: Arc<Vec<FlowRow>>,
}

impl Hub {
    /// What the last `days` come to, by dataset, agency and action; some of them in two rows.
    pub(super) fn flows_lately(&self, days: i32) -> Result<Vec<FlowRow>> {
        let today = self.today();
        let from = days_back(today, days).to_string();
        let today = today.to_string();
        let closed = self.store.read(store::day_totals::summed)?.closed;
        let closed = closed.filter(|closed| *closed >= from);
        let Some(closed) = closed else {
            let days = Days {
                from: &from,
                until: &today,
            };
            return self
                .store
                .read(|connection| store::day_totals::figures::flows(connection, days));
        };
        let held = self.held(days, &from, &closed)?;
        let mut open = self
            .store
            .read(|connection| store::day_totals::figures::since(connection, &closed))?;
        open.extend(held.iter().cloned());
        Ok(open)
    }

    /// Asks for what closed days come to before somebody waits for it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn hold_figures(&self) -> Result<()> {
        self.flows_lately(WEEK)?;
        self.flows_lately(MONTH)?;
        Ok(())
    }

    /// What the days up to the last that is closed come to.
    fn held(&self, days: i32, from: &str, until: &str) -> Result<Arc<Vec<FlowRow>>> {
        let mut all = self.lately.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.get(&days);
        if let Some(held) = known.filter(|held| held.from == from && held.until == until) {
            return Ok(Arc::clone(&held.flows));
        }
        let wanted = Days { from, until };
        let flows = self
            .store
            .read(|connection| store::day_totals::figures::flows(connection, wanted))?;
        let flows = Arc::new(flows);
        let held = Held {
            from: from.to_owned(),
            until: until.to_owned(),
            flows: Arc::clone(&flows),
        };
        all.insert(days, held);
        Ok(flows)
    }
}
