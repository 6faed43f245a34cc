//! What still reaches its system through a connector, so that none goes that is needed.
//!
//! Invariant: of two at once, one who deletes a connector and one who begins to use it, one is refused: both hold
//! its row first.

use super::Hub;
use crate::connector::Connector;
use crate::error::{Conflict, ConnectorUse, Error, Result, Unknown};
use crate::hub::pulls;
use crate::store::{self, DbConnection};

impl Hub {
    /// Refuses to go on where something needs this connector, whose row the transaction holds.
    pub(super) fn refuse_in_use(&self, connection: &mut DbConnection, connector: &Connector) -> Result<()> {
        let used = match store::subscriptions::through(connection, connector.id)? {
            Some(number) => Some(ConnectorUse::Subscription(number)),
            None => pulls::through(connection, connector)?
                .map(ConnectorUse::Pull)
                .or_else(|| self.live_through(connector)),
        };
        match used {
            None => Ok(()),
            Some(used) => Err(Error::Conflict(Conflict::ConnectorInUse(used))),
        }
    }

    fn live_through(&self, connector: &Connector) -> Option<ConnectorUse> {
        let catalog = self.catalog();
        let mut datasets = catalog.datasets().into_iter();
        let found = datasets.find(|dataset| {
            let live = dataset.current.contract.live.as_ref();
            let named = live.is_some_and(|live| live.connector == connector.name);
            named && dataset.id.opd == connector.opd && dataset.ending.retired.is_none()
        });
        found.map(|dataset| ConnectorUse::Live(dataset.id.as_ref().clone()))
    }
}

/// Holds the row of a connector that is about to be used, until the transaction ends.
///
/// # Errors
/// Unknown where it was deleted meanwhile.
pub(in crate::hub) fn hold_connector(connection: &mut DbConnection, id: i64) -> Result<()> {
    match store::connectors::hold(connection, id)? {
        true => Ok(()),
        false => Err(Error::Unknown(Unknown::Connector(id.to_string()))),
    }
}
