//! Counts what the records of datasets hold, when they have changed, one dataset after the other.
//!
//! Invariant: it takes a fifth of a thread's time at most, and nobody waits for it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use crate::hub::Hub;

/// How often it is looked whether there is something to count.
const EVERY: Duration = Duration::from_secs(15);

/// How many times as long as the work took is waited.
const REST: u32 = 4;

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let mut wait = EVERY;
    while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let begun = Instant::now();
        let go_on = || stopped.try_recv() == Err(TryRecvError::Empty);
        wait = match hub.count_records(go_on) {
            Ok(true) => begun.elapsed().saturating_mul(REST),
            Ok(false) => EVERY,
            Err(error) => {
                tracing::error!(cause = error.cause(), "records could not be counted; trying on");
                EVERY
            }
        };
    }
}
