//! Keeps the catalog fresh: contracts, keys and revocations reach every hub within a second.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::hub::Hub;

/// How often the revision is looked at.
const EVERY: Duration = Duration::from_millis(250);

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let mut failing = false;
    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        match hub.refresh() {
            Ok(()) if failing => {
                failing = false;
                tracing::info!("the database answers again");
            }
            Ok(()) => {}
            Err(error) if !failing => {
                failing = true;
                tracing::error!(
                    cause = error.cause(),
                    "the catalog could not be renewed; trying on"
                );
            }
            Err(_) => {}
        }
    }
}
