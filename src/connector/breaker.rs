//! [`Breaker`]: it stops calling a system that keeps failing, and tries now and then whether it is back.
//!
//! Closed it lets everybody through; after so many failures in a row it opens and lets nobody through for a
//! while; then one call goes as a probe, which closes it or opens it again. Invariant: at most one probe at a
//! time, and one that never comes back is given up after a while.

use crate::types::Timestamp;

/// See the module. Moments are handed in.
#[derive(Debug, Clone)]
pub struct Breaker {
    /// After how many failures in a row it opens.
    threshold: u32,
    /// For how long it stays open, in milliseconds.
    open_for: i64,
    failures: u32,
    opened: Option<Timestamp>,
    probing: Option<Timestamp>,
}

/// Whether a call may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Go,
    /// It may, as the probe.
    Probe,
    /// Not for so many milliseconds.
    Wait(i64),
}

/// The breaker's state as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls go.
    Closed,
    /// No call goes.
    Open,
    /// One call goes, to see.
    HalfOpen,
}

impl BreakerState {
    /// The state's name in answers and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            BreakerState::Closed => "closed",
            BreakerState::Open => "open",
            BreakerState::HalfOpen => "half-open",
        }
    }
}

impl Breaker {
    /// A closed one.
    pub fn new(threshold: u32, open_seconds: u32) -> Self {
        Breaker {
            threshold: threshold.max(1),
            open_for: i64::from(open_seconds) * 1_000,
            failures: 0,
            opened: None,
            probing: None,
        }
    }

    /// Asks for a call at `now`.
    pub fn admit(&mut self, now: Timestamp) -> Admission {
        let Some(opened) = self.opened else {
            return Admission::Go;
        };
        let since = self.probing.unwrap_or(opened);
        let left = since.0.saturating_add(self.open_for).saturating_sub(now.0);
        // A clock that was set back must not keep it open for longer than it says.
        if left > 0 && left <= self.open_for {
            return Admission::Wait(left);
        }
        self.probing = Some(now);
        Admission::Probe
    }

    /// A call came back well.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.opened = None;
        self.probing = None;
    }

    /// A call failed at `now`.
    pub fn failed(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        let probe_failed = self.probing.take().is_some();
        if probe_failed || (self.opened.is_none() && self.failures >= self.threshold) {
            self.opened = Some(now);
        }
    }

    /// The probe that was admitted at `since` was not made after all, or says nothing about the system.
    pub fn let_go(&mut self, since: Timestamp) {
        if self.probing == Some(since) {
            self.probing = None;
            // The next one probes in its place.
            self.opened = Some(Timestamp(i64::MIN / 2));
        }
    }

    /// Its state at `now`.
    pub fn state(&self, now: Timestamp) -> BreakerState {
        match (self.opened, self.probing) {
            (None, _) => BreakerState::Closed,
            (Some(_), Some(_)) => BreakerState::HalfOpen,
            (Some(opened), None) if now.0.saturating_sub(opened.0) >= self.open_for => BreakerState::HalfOpen,
            (Some(_), None) => BreakerState::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_774_000_000_000;

    fn at(seconds: i64) -> Timestamp {
        Timestamp(START + seconds * 1_000)
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_closes_when_a_probe_comes_back() {
        let mut breaker = Breaker::new(3, 30);
        breaker.failed(at(0));
        breaker.failed(at(0));
        breaker.succeeded();
        breaker.failed(at(1));
        breaker.failed(at(1));
        assert_eq!(breaker.admit(at(1)), Admission::Go);
        breaker.failed(at(1));
        assert_eq!(breaker.state(at(2)), BreakerState::Open);
        assert_eq!(breaker.admit(at(2)), Admission::Wait(29_000));
        assert_eq!(breaker.admit(at(31)), Admission::Probe);
        assert_eq!(breaker.state(at(31)), BreakerState::HalfOpen);
        assert_eq!(
            breaker.admit(at(31)),
            Admission::Wait(30_000),
            "one probe at a time"
        );
        breaker.succeeded();
        assert_eq!(breaker.admit(at(32)), Admission::Go);
        assert_eq!(breaker.state(at(32)), BreakerState::Closed);
    }

    #[test]
    fn a_probe_that_fails_opens_it_again_and_one_that_is_lost_is_replaced() {
        let mut breaker = Breaker::new(1, 10);
        breaker.failed(at(0));
        assert_eq!(breaker.admit(at(10)), Admission::Probe);
        breaker.failed(at(11));
        assert_eq!(breaker.admit(at(12)), Admission::Wait(9_000));
        assert_eq!(breaker.admit(at(21)), Admission::Probe);
        assert_eq!(breaker.admit(at(25)), Admission::Wait(6_000));
        assert_eq!(
            breaker.admit(at(31)),
            Admission::Probe,
            "the first probe was lost"
        );
        breaker.let_go(at(21));
        assert_eq!(
            breaker.admit(at(32)),
            Admission::Wait(9_000),
            "the second one is under way"
        );
        breaker.let_go(at(31));
        assert_eq!(
            breaker.admit(at(32)),
            Admission::Probe,
            "another one goes at once"
        );
    }

    #[test]
    fn late_failures_of_calls_from_before_do_not_keep_it_open() {
        let mut breaker = Breaker::new(1, 10);
        breaker.failed(at(0));
        breaker.failed(at(9));
        assert_eq!(breaker.admit(at(10)), Admission::Probe);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_lock_it() {
        let mut breaker = Breaker::new(1, 10);
        breaker.failed(at(3_600));
        assert_eq!(breaker.admit(at(0)), Admission::Probe);
    }
}
