//! Forgets what was kept for a time only: refused payloads that are older than their contract says, and
//! answers under an Idempotency-Key.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::hub::Hub;

/// How often there is something to forget.
const EVERY: Duration = Duration::from_secs(3_600);

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Hub, stopped: &Receiver<()>) {
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
        if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}
