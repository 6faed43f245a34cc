//! [`Meter`]: so many of something in a second.
//!
//! What was given out before it could be counted is owed, and paid before anything else is allowed. A stream
//! takes its share in small parts, so that it goes on beside single calls, and they beside it. Invariant: on
//! the whole no more is allowed than the quota says, however it is asked for.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

type Limiter = RateLimiter<NotKeyed, InMemoryState, MonotonicClock, StateInformationMiddleware>;

/// Into how many parts a second's quota is cut for whoever takes much.
const PARTS: u32 = 10;

/// See the module.
pub(super) struct Meter {
    quota: NonZeroU32,
    limiter: Limiter,
    owed: AtomicU64,
}

impl Meter {
    /// So many a second; `None` for 0, which is no limit.
    pub(super) fn new(quota: u32) -> Option<Self> {
        let quota = NonZeroU32::new(quota)?;
        let limiter = RateLimiter::direct_with_clock(Quota::per_second(quota), MonotonicClock);
        Some(Meter {
            quota,
            limiter: limiter.with_middleware::<StateInformationMiddleware>(),
            owed: AtomicU64::new(0),
        })
    }

    /// How many a second.
    pub(super) fn quota(&self) -> u32 {
        self.quota.get()
    }

    /// Takes one; gives how many may follow at once.
    ///
    /// # Errors
    /// How long to wait.
    pub(super) fn one(&self) -> Result<u32, Duration> {
        self.settle()?;
        let checked = self.limiter.check();
        let refused = |wait: governor::NotUntil<_>| wait.wait_time_from(MonotonicClock.now());
        checked
            .map(|state| state.remaining_burst_capacity())
            .map_err(refused)
    }

    /// Counts so many that were given out already.
    pub(super) fn owe(&self, count: u64) {
        if count > 0 {
            self.owed.fetch_add(count, Ordering::Relaxed);
            // What is not there yet is paid by whoever comes next.
            let _ = self.settle();
        }
    }

    /// Pays what is owed, as far as there is something to pay with.
    ///
    /// # Errors
    /// How long to wait until all of it can be paid.
    pub(super) fn settle(&self) -> Result<(), Duration> {
        loop {
            let owed = self.owed.load(Ordering::Relaxed);
            if owed == 0 {
                return Ok(());
            }
            let part = owed.min(self.part());
            if self.take(part).is_some() {
                let millis = owed.saturating_mul(1_000) / u64::from(self.quota());
                return Err(Duration::from_millis(millis.max(1)));
            }
            let paid = |owed: u64| Some(owed.saturating_sub(part));
            // It always changes the number.
            let _ = self.owed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, paid);
        }
    }

    /// Waits until some of so many may follow; gives how many are left.
    pub(super) async fn pace(&self, count: u64) -> u64 {
        let part = count.min(self.part());
        while let Some(wait) = self.take(part) {
            tokio::time::sleep(wait).await;
        }
        count - part
    }

    fn part(&self) -> u64 {
        u64::from((self.quota() / PARTS).max(1))
    }

    /// Takes so many at once, no more than a part; else tells how long to wait.
    fn take(&self, count: u64) -> Option<Duration> {
        let count = NonZeroU32::new(u32::try_from(count).unwrap_or(u32::MAX))?;
        // A part is never more than fits.
        let checked = self.limiter.check_n(count).ok()?;
        let now = MonotonicClock.now();
        checked.err().map(|refused| refused.wait_time_from(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_is_paid_before_anything_else_is_allowed() {
        let meter = Meter::new(2).unwrap();
        assert_eq!(meter.one(), Ok(1));
        meter.owe(1_000);
        let wait = meter.one().unwrap_err();
        assert!(wait > Duration::from_secs(300), "{wait:?}");
        assert!(Meter::new(0).is_none());
    }

    #[test]
    fn what_there_is_pays_at_once() {
        let meter = Meter::new(1_000).unwrap();
        meter.owe(900);
        assert_eq!(meter.settle(), Ok(()));
        assert!(meter.one().unwrap() < 1_000);
    }

    #[tokio::test]
    async fn a_stream_takes_its_share_in_parts() {
        let meter = Meter::new(1_000).unwrap();
        assert_eq!(meter.pace(250).await, 150);
        assert_eq!(meter.pace(60).await, 0);
        assert_eq!(meter.pace(0).await, 0);
    }
}
