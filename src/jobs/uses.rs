//! Writes down every now and then when keys were last used, and what was last heard of other systems.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::hub::Hub;

/// How often.
const EVERY: Duration = Duration::from_secs(30);

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    loop {
        let goes_on = stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout);
        if let Err(error) = hub.note_uses().and_then(|()| hub.note_heard()) {
            tracing::error!(
                cause = error.cause(),
                "the last uses of keys and systems could not be noted; trying on"
            );
        }
        if !goes_on {
            return;
        }
    }
}
