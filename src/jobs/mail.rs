//! Mails the notices of integrations, where the settings name a mail server.
//!
//! Invariant: a server that fails or takes its time holds up nothing but mail.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::hub::Hub;

/// How often it is looked.
const EVERY: Duration = Duration::from_secs(30);

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    if hub.config().mail.is_none() {
        return;
    }
    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        if let Err(error) = hub.send_notices() {
            tracing::error!(cause = error.cause(), "notices could not be mailed; trying on");
        }
    }
}
