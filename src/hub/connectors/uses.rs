//! What still reaches its system through a connector, so that none goes that is needed.
//!
//! Invariant: of two at once, one who deletes a connector and one who begins to use it, one is refused: both hold
//! its row first.

use super::{Hub, find, read};
use crate::connector::Connector;
use crate::error::{Conflict, ConnectorUse, Error, Result, Unknown};
use crate::hub::pulls;
use crate::store::{self, DbConnection};

impl Hub {
    /// What reaches its system through a connector, and so keeps it from being removed.
    ///
    /// # Errors
    /// Unknown where there is no such connector.
    pub fn connector_uses(&self, id: i64) -> Result<Vec<ConnectorUse>> {
        self.store.read(|connection| {
            let connector = read(&find(connection, id)?)?;
            self.uses(connection, &connector)
        })
    }

    /// Refuses to go on where something needs this connector, whose row the transaction holds.
    pub(super) fn refuse_in_use(&self, connection: &mut DbConnection, connector: &Connector) -> Result<()> {
        match self.uses(connection, connector)?.into_iter().next() {
            None => Ok(()),
            Some(used) => Err(Error::Conflict(Conflict::ConnectorInUse(used))),
        }
    }

    fn uses(&self, connection: &mut DbConnection, connector: &Connector) -> Result<Vec<ConnectorUse>> {
        let subscriptions = store::subscriptions::through(connection, connector.id)?;
        let pulls = pulls::through(connection, connector)?;
        let uses = subscriptions.into_iter().map(ConnectorUse::Subscription);
        let uses = uses.chain(pulls.into_iter().map(ConnectorUse::Pull));
        Ok(uses.chain(self.live_through(connector)).collect())
    }

    fn live_through(&self, connector: &Connector) -> Vec<ConnectorUse> {
        let catalog = self.catalog();
        let datasets = catalog.datasets().into_iter();
        let through = datasets.filter(|dataset| {
            let live = dataset.current.contract.live.as_ref();
            let named = live.is_some_and(|live| live.connector == connector.name);
            named && dataset.id.opd == connector.opd && dataset.ending.retired.is_none()
        });
        through
            .map(|dataset| ConnectorUse::Live(dataset.id.as_ref().clone()))
            .collect()
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
