//! Forgets what was kept for a time only: refused payloads that are older than their contract says, answers under an
//! Idempotency-Key, sessions that ended, how spreadsheets went and reports were drafted, what sandboxes held before they were reset, versions that
//! were replaced, the log of exchanges, and that agreed data once did not come.
//!
//! Invariant: nothing is forgotten in the hour after a start or after the clock was set, when nobody knows yet whether it is right.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::error::Result;
use crate::hub::Hub;
use crate::types::Timestamp;

/// How often there is something to forget.
const EVERY: Duration = Duration::from_secs(3_600);

/// What is left to others between two chunks.
const PAUSE: Duration = Duration::from_millis(2);

/// How the hub forgets something; it tells how many.
type Forget = fn(&Hub) -> Result<usize>;

/// What is forgotten in one go.
const AT_ONCE: [(&str, Forget); 6] = [
    ("refused payloads", Hub::forget_rejections),
    ("answers under an Idempotency-Key", Hub::forget_old_claims),
    ("sessions", Hub::forget_sessions),
    ("access tokens", Hub::forget_tokens),
    ("spreadsheets that were sent", Hub::forget_sheet_runs),
    ("reports that were drafted", Hub::forget_report_runs),
];

/// Runs until the other end of `stopped` is gone.
pub(super) fn run(hub: &Arc<Hub>, stopped: &Receiver<()>) {
    let mut steady = Steady::new(hub.clock().now());
    mend_plans(hub);
    if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    loop {
        mend_plans(hub);
        // What is forgotten because a clock was wrong is gone for good.
        while steady.jumped(hub.clock().now()) {
            tracing::error!(
                "the clock was set by more than ten minutes; nothing old is forgotten for an hour"
            );
            if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
        for (what, forget) in AT_ONCE {
            match forget(hub) {
                Ok(0) => {}
                Ok(count) => tracing::info!(what, count, "what was kept for a time only was forgotten"),
                Err(error) => tracing::error!(
                    cause = error.cause(),
                    what,
                    "what was kept for a time only could not be forgotten; trying on"
                ),
            }
        }
        if !forget_exchanges(hub, stopped)
            || !forget_history(hub, stopped)
            || !forget_misses(hub, stopped)
            || !empty_sandboxes(hub, stopped)
            || stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout)
        {
            return;
        }
    }
}

/// Plans anew what was planned by a clock that was ahead.
fn mend_plans(hub: &Hub) {
    if let Err(error) = hub.mend_plans() {
        tracing::error!(
            cause = error.cause(),
            "pulls could not be planned anew; trying on"
        );
    }
}

/// Tells time that passed from a clock that was set.
struct Steady {
    since: Instant,
    at: Timestamp,
}

/// By how much the clock may be set before that counts, in milliseconds.
const SET: u64 = 600_000;

impl Steady {
    fn new(now: Timestamp) -> Self {
        Steady {
            since: Instant::now(),
            at: now,
        }
    }

    /// Whether the clock was set since this was asked last.
    fn jumped(&mut self, now: Timestamp) -> bool {
        let passed = i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX);
        let jumped = now.0.abs_diff(self.at.0.saturating_add(passed)) > SET;
        *self = Steady::new(now);
        jumped
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

/// Erases versions that are kept no longer; tells whether the job goes on.
fn forget_history(hub: &Hub, stopped: &Receiver<()>) -> bool {
    loop {
        match hub.forget_history() {
            Ok((_, false)) => return true,
            Ok((versions, true)) => tracing::info!(versions, "old versions were erased"),
            Err(error) => {
                tracing::error!(
                    cause = error.cause(),
                    "old versions could not be erased; trying on"
                );
                return true;
            }
        }
        if stopped.recv_timeout(PAUSE) != Err(RecvTimeoutError::Timeout) {
            return false;
        }
    }
}

/// Forgets misses that are long over; tells whether the job goes on.
fn forget_misses(hub: &Hub, stopped: &Receiver<()>) -> bool {
    loop {
        match hub.forget_misses() {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(
                    cause = error.cause(),
                    "what was told of late data could not be forgotten; trying on"
                );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_forward_or_back_is_noticed_once() {
        let now = Timestamp(1_774_000_000_120);
        let mut steady = Steady::new(now);
        assert!(!steady.jumped(now));
        let year = Timestamp(now.0 + 31_536_000_000);
        assert!(steady.jumped(year));
        assert!(!steady.jumped(year), "whoever set it may have been right");
        assert!(steady.jumped(now));
        assert!(!steady.jumped(Timestamp(now.0 + 60_000)));
    }
}
