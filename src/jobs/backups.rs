//! Makes backups: when the schedule says so, and soon after somebody wants one.
//!
//! Invariant: a backup that is being made is made to its end before the hub stops; one that was killed leaves a file
//! that nobody takes for a backup.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use crate::hub::Hub;

/// How often it is looked whether somebody wants one.
const EVERY: Duration = Duration::from_millis(250);
/// After how many of these looks the schedule is asked.
const SCHEDULE_EVERY: u32 = 40;

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let mut looks = 0_u32;
    while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        looks = looks.wrapping_add(1);
        let done = match looks.checked_rem(SCHEDULE_EVERY) {
            Some(0) => hub.backup_if_due(),
            _ => hub.backup_if_wanted(),
        };
        if let Err(error) = done {
            tracing::error!(
                cause = error.cause(),
                "it could not be told whether a backup is due; trying on"
            );
        }
    }
}
