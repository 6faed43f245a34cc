//! [`Receiver`]: whom a subscription delivers to, as everything stands at this moment.
//!
//! Invariant: it is asked for anew before each message; nobody delivers by what was true before.

use std::sync::Arc;

use super::terms::Terms;
use crate::access::Caller;
use crate::connector::BreakerState;
use crate::connector::delivery::Reason;
use crate::error::{Error, Gone};
use crate::hub::connectors::System;
use crate::hub::{Dataset, Hub};
use crate::types::{Mode, Pointer, Right};

/// See the module.
pub(super) struct Receiver {
    /// The application, as the log names it.
    pub(super) caller: Caller,
    /// The dataset as it is published.
    pub(super) dataset: Arc<Dataset>,
    /// The fields that may be shown; `None` means all.
    pub(super) fields: Option<Vec<Pointer>>,
    /// The system behind the connector.
    pub(super) system: Arc<System>,
}

/// Why nothing is sent.
pub(super) enum Hindrance {
    /// Something stands against it.
    Reason(Reason),
    /// This hub can't tell right now.
    Unknown,
}

impl Receiver {
    /// Whom a subscription on these `terms` delivers to.
    pub(super) fn of(hub: &Hub, terms: &Terms) -> Result<Self, Hindrance> {
        let no = |reason| Hindrance::Reason(reason);
        hub.fresh().map_err(|_| Hindrance::Unknown)?;
        let now = hub.clock.now();
        let (application, dataset) = {
            let catalog = hub.catalog();
            let application = catalog.application(terms.application, now);
            let application = application.cloned().ok_or_else(|| no(Reason::ApplicationOff))?;
            let dataset = catalog.dataset(&terms.dataset);
            let dataset = dataset.filter(|dataset| dataset.mode() != Mode::Live);
            (
                application,
                dataset.cloned().ok_or_else(|| no(Reason::NoDataset))?,
            )
        };
        let caller = Caller::Application(application);
        let (dataset, fields) = hub
            .permit(&caller, &dataset, Right::Pull)
            .map_err(|error| match error {
                Error::Gone(Gone::Retired { .. }) => no(Reason::Retired),
                _ => no(Reason::NotGranted),
            })?;
        let system = hub.system(terms.connector).ok();
        let system = system.filter(|system| Some(&system.connector.opd) == caller.opd());
        let system = system.ok_or_else(|| no(Reason::NoConnector))?;
        if !system.connector.enabled || system.breaker(now) == BreakerState::Open {
            return Err(no(Reason::Unavailable));
        }
        Ok(Receiver {
            caller,
            dataset,
            fields,
            system,
        })
    }
}
