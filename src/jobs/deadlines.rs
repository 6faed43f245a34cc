//! Tells who has what is due soon or overdue: steps of integrations, whose deadlines are worked out anew when holidays
//! were added, and data that was agreed and did not come.
//!
//! Invariant: several hubs that look at once tell nobody twice.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::hub::Hub;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(300);

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    loop {
        if let Err(error) = hub.look_at_deadlines() {
            tracing::error!(
                cause = error.cause(),
                "deadlines could not be looked at; trying on"
            );
        }
        if let Err(error) = hub.tell_of_overdue() {
            tracing::error!(
                cause = error.cause(),
                "agreed data that did not come could not be told; trying on"
            );
        }
        if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}
