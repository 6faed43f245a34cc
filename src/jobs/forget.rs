//! Forgets what was kept for a time only: refused payloads that are older than their contract says,
//! answers under an Idempotency-Key, sessions that ended, what sandboxes held before they were reset, and
//! the log of exchanges.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::hub::Hub;

/// How often there is something to forget.
const EVERY: Duration = Duration::from_secs(3_600);

/// What is left to others between two chunks.
const PAUSE: Duration = Duration::from_millis(2);

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    loop {
        match hub.forget_rejections() {
            Ok(0) => {}
            Ok(rejections) => tracing::info!(rejections, "old refused payloads were forgotten"),
            Err(error) => tracing::error!(
                cause = error.cause(),
                "old refused payloads could not be forgotten; trying on"
            ),
        }
        if let Err(error) = hub.forget_old_claims() {
            tracing::error!(
                cause = error.cause(),
                "old answers could not be forgotten; trying on"
            );
        }
        if let Err(error) = hub.forget_sessions() {
            tracing::error!(
                cause = error.cause(),
                "ended sessions could not be forgotten; trying on"
            );
        }
        if let Err(error) = hub.forget_tokens() {
            tracing::error!(
                cause = error.cause(),
                "expired tokens could not be forgotten; trying on"
            );
        }
        if !forget_exchanges(hub, stopped)
            || !empty_sandboxes(hub, stopped)
            || stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout)
        {
            return;
        }
    }
}

/// Deletes what sandboxes held that were reset; tells whether the job goes on.
fn empty_sandboxes(hub: &Hub, stopped: &Receiver<()>) -> bool {
    loop {
        match hub.empty_sandboxes() {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(cause = error.cause(), "sandboxes could not be emptied; trying on");
                return true;
            }
        }
        if stopped.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
            return false;
        }
    }
}

/// Forgets exchanges whose time is over; tells whether the job goes on.
fn forget_exchanges(hub: &Hub, stopped: &Receiver<()>) -> bool {
    loop {
        match hub.forget_exchanges() {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(
                    cause = error.cause(),
                    "old exchanges could not be forgotten; trying on"
                );
                return true;
            }
        }
        if stopped.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
            return false;
        }
    }
}
