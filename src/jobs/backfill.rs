//! Fills the slots of filters that came later, a chunk at a time, so that writers get their turn.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::hub::Hub;

/// How often it is looked whether there is something to fill.
const EVERY: Duration = Duration::from_millis(500);
/// What is left to others between two chunks.
const PAUSE: Duration = Duration::from_millis(2);

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let mut wait = EVERY;
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        wait = match hub.fill_filters() {
            Ok(0) => EVERY,
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::error!(
                    cause = error.cause(),
                    "filters could not be filled yet; trying on"
                );
                EVERY
            }
        };
    }
}
