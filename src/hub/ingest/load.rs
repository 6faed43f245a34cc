//! What a command needs to load records: a call in its own name.
//!
//! Not here: reading files. Invariant: a load passes the ordinary [`Bulk`](super::Bulk); that it was
//! done, and by whom, is in the audit log before the first record is stored.

use std::sync::Arc;

use crate::access::Caller;
use crate::audit::{Action, ExchangeId};
use crate::error::{Error, Result, Unknown};
use crate::hub::{Actor, Call, Dataset, Hub};
use crate::store;
use crate::types::{DatasetId, Mode};

impl Hub {
    /// Begins to load records into a dataset, or, `dry`, only to tell what would happen. The call's
    /// exchanges carry the actor as their request id: no application stands behind them.
    ///
    /// # Errors
    /// Unknown where there is no such dataset or it keeps no records; when the database fails.
    pub fn begin_load(&self, actor: &Actor, id: &DatasetId, dry: bool) -> Result<(Call, Arc<Dataset>)> {
        let catalog = self.catalog();
        let dataset = catalog
            .dataset(id)
            .ok_or_else(|| Error::Unknown(Unknown::Dataset(id.to_string())))?;
        if dataset.mode() == Mode::Live {
            return Err(Error::Unknown(Unknown::LiveDataset(id.clone())));
        }
        let now = self.clock().now();
        let call = Call {
            id: ExchangeId::new(now),
            at: now,
            started: std::time::Instant::now(),
            request_id: actor.0.as_str().into(),
            traceparent: None,
            caller: Caller::Management,
            pulled_for: None,
            logged: Arc::default(),
        };
        if !dry {
            let action = Action {
                actor: actor.0.as_str().into(),
                name: "records.load",
                target: id.to_string(),
                before: None,
                after: Some(format!("exchange {}", call.id)),
            };
            self.store
                .write(|connection| store::audit::insert(connection, &action, now))?;
        }
        Ok((call, Arc::clone(dataset)))
    }

    /// Logs a load that stored nothing; one that did is in the log with what it stored.
    pub fn end_load(&self, call: &Call, dataset: &Dataset, dry: bool, fault: Option<&Error>) {
        if !call.logged.is_done() {
            let action = if dry { "validate" } else { "push" };
            let mut exchange = call.exchange(action, Some(Arc::clone(&dataset.address)));
            exchange.outcome = fault.map_or("ok", Error::code);
            self.log(exchange);
        }
    }
}
