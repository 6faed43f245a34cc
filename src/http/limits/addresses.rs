//! [`Addresses`]: how often somebody may call without saying who they are.
//!
//! A call that turns out to be nobody's is charged to its address; an address that has used up what it may
//! is refused before anything of a request is looked at. Addresses are spread over a table by a hash that
//! nobody outside can foresee; two may share a place, and its allowance. Invariant: the table never grows,
//! and no call takes longer, whatever addresses there are.

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{Quota, RateLimiter};

use super::seconds;
use crate::types::Network;

/// How many places the table has. To shut out everybody, a flood has to use up the allowance of each.
const PLACES: usize = 1 << 16;

type Limiter = RateLimiter<usize, Places, MonotonicClock, StateInformationMiddleware>;

/// See the module.
pub(super) struct Addresses {
    most: u32,
    /// `None` when there is no limit.
    limiter: Option<Limiter>,
    /// Until when each place is refused, in nanoseconds since `began`.
    until: Box<[AtomicU64]>,
    began: Instant,
    hash: RandomState,
}

/// What the limiter keeps of each place.
struct Places(Box<[InMemoryState]>);

impl StateStore for Places {
    type Key = usize;

    fn measure_and_replace<T, F, E>(&self, place: &usize, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let nowhere = InMemoryState::default();
        let state = self.0.get(*place).unwrap_or(&nowhere);
        state.measure_and_replace(&NotKeyed::NonKey, decide)
    }
}

impl Addresses {
    /// So many calls a second from each address; 0 is no limit.
    pub(super) fn new(most: u32) -> Self {
        let limiter = NonZeroU32::new(most).map(|most| {
            let places = Places((0..PLACES).map(|_| InMemoryState::default()).collect());
            RateLimiter::new(Quota::per_second(most), places, MonotonicClock)
        });
        let places = if limiter.is_some() { PLACES } else { 0 };
        Addresses {
            most,
            limiter,
            until: (0..places).map(|_| AtomicU64::new(0)).collect(),
            began: Instant::now(),
            hash: RandomState::new(),
        }
    }

    /// How many calls a second there may be.
    pub(super) fn most(&self) -> u32 {
        self.most
    }

    /// For how many seconds nothing is taken from this address, if it is refused.
    pub(super) fn wait(&self, address: IpAddr) -> Option<u32> {
        let until = self.until.get(self.place(address))?.load(Ordering::Relaxed);
        // Mostly nobody is refused, and then the time need not be known.
        if until == 0 {
            return None;
        }
        let left = until.saturating_sub(nanos(self.began.elapsed()));
        (left > 0).then(|| seconds(Duration::from_nanos(left)))
    }

    /// Charges a call of somebody unknown to its address; tells how many may follow now.
    pub(super) fn charge(&self, address: IpAddr) -> Option<u32> {
        let place = self.place(address);
        match self.limiter.as_ref()?.check_key(&place) {
            Ok(state) => Some(state.remaining_burst_capacity()),
            Err(refused) => {
                let wait = refused.wait_time_from(MonotonicClock.now());
                let until = nanos(self.began.elapsed().saturating_add(wait));
                if let Some(known) = self.until.get(place) {
                    known.store(until, Ordering::Relaxed);
                }
                Some(0)
            }
        }
    }

    fn place(&self, address: IpAddr) -> usize {
        let hash = self.hash.hash_one(Network::around(address));
        let places = u64::try_from(PLACES).unwrap_or(u64::MAX);
        usize::try_from(hash % places).unwrap_or(0)
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_used_up_what_it_may_waits_and_no_other_does() {
        let addresses = Addresses::new(1);
        let one: IpAddr = "192.0.2.1".parse().unwrap();
        let others = (2..=255).map(|last| IpAddr::V4([192, 0, 2, last].into()));
        let mut others = others.filter(|other| addresses.place(*other) != addresses.place(one));
        let other = others.next().unwrap();
        assert_eq!(addresses.wait(one), None);
        addresses.charge(one);
        addresses.charge(one);
        assert_eq!(addresses.wait(one), Some(1));
        assert_eq!(addresses.wait(other), None);
        let unlimited = Addresses::new(0);
        assert_eq!(unlimited.charge(one), None);
        assert_eq!(unlimited.wait(one), None);
    }

    #[test]
    fn an_ipv6_caller_is_known_by_its_64() {
        let addresses = Addresses::new(1);
        let [one, same]: [IpAddr; 2] =
            ["2001:db8:1:2::7", "2001:db8:1:2:ffff::9"].map(|text| text.parse().unwrap());
        addresses.charge(one);
        addresses.charge(same);
        assert_eq!(addresses.wait(one), Some(1));
    }

    #[test]
    fn however_many_addresses_are_made_up_nothing_grows_and_nobody_else_is_shut_out() {
        let addresses = Addresses::new(1_000);
        for number in 0..200_000_u32 {
            addresses.charge(IpAddr::V4(number.to_be_bytes().into()));
            let bits = u128::from(number) << 64;
            addresses.charge(IpAddr::V6((bits | 0x2001_0db8 << 96).into()));
        }
        assert_eq!(addresses.until.len(), PLACES);
        let innocent: IpAddr = "203.0.113.1".parse().unwrap();
        assert_eq!(addresses.wait(innocent), None);
        assert!(addresses.charge(innocent).unwrap() > 0);
    }
}
