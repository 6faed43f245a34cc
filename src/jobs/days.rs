//! Sums the days of the log, and counts why payloads are refused, so that pages have their figures at once.
//!
//! Invariant: it takes a twentieth of a thread's time at most, however long a day's log is.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::hub::Hub;

/// How often the running day is summed anew.
const EVERY: Duration = Duration::from_secs(60);

/// What is left to others between two days that are summed later.
const PAUSE: Duration = Duration::from_millis(20);

/// How many times as long as the work took is waited at least.
const REST: u32 = 20;

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let mut mine = false;
    loop {
        let begun = Instant::now();
        let worked = match mine {
            true => work(hub),
            false => hub
                .take_turn_to_sum()
                .and_then(|mine| if mine { work(hub) } else { Ok(false) }),
        };
        let wait = match worked {
            Ok(true) => PAUSE,
            Ok(false) => EVERY.max(begun.elapsed().saturating_mul(REST)),
            Err(ref error) => {
                tracing::error!(cause = error.cause(), "days could not be summed; trying on");
                EVERY
            }
        };
        mine = worked.is_ok_and(|more| more);
        if stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// Does some of the work of a turn; tells whether there is more.
fn work(hub: &Hub) -> Result<bool> {
    let more = (hub.sum_days()?, hub.count_reasons()?);
    if more != (false, false) {
        return Ok(true);
    }
    hub.hold_figures()?;
    Ok(false)
}
