//! Says every now and then, under the hub's signature, where the chains of the log stand.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::hub::Hub;

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let every = Duration::from_secs(hub.config().log.checkpoint_minutes.saturating_mul(60));
    while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        if let Err(error) = hub.checkpoint() {
            tracing::error!(
                cause = error.cause(),
                "a checkpoint could not be made or written; trying on"
            );
        }
    }
}
