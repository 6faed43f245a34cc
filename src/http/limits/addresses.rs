//! [`Addresses`]: how often somebody may call without saying who they are.
//!
//! A call that turns out to be nobody's is charged to its address; an address that has used up what it may
//! is refused before anything of a request is looked at. Invariant: memory is bounded whatever addresses
//! there are; where they are too many, those that are new share one allowance.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::seconds;
use crate::types::Network;

/// How many addresses are told apart.
const MAX: usize = 20_000;
/// After how long an address that stays away is forgotten: by then it has its whole allowance again.
const FORGET: Duration = Duration::from_secs(2);

type Limiter = RateLimiter<NotKeyed, InMemoryState, MonotonicClock, NoOpMiddleware<Instant>>;

/// See the module.
pub(super) struct Addresses {
    quota: Option<Quota>,
    known: Mutex<Known>,
    /// How many of them are refused; mostly none, and then nobody looks further.
    refused: AtomicUsize,
}

#[derive(Default)]
struct Known {
    each: HashMap<Network, Address>,
    others: Option<Address>,
}

struct Address {
    limiter: Limiter,
    seen: Instant,
    until: Option<Instant>,
}

impl Addresses {
    /// So many calls a second from each address; 0 is no limit.
    pub(super) fn new(requests: u32) -> Self {
        Addresses {
            quota: NonZeroU32::new(requests).map(Quota::per_second),
            known: Mutex::default(),
            refused: AtomicUsize::new(0),
        }
    }

    /// How many calls a second there may be.
    pub(super) fn most(&self) -> u32 {
        self.quota.map_or(0, |quota| quota.burst_size().get())
    }

    /// For how many seconds nothing is taken from this address, if it is refused.
    pub(super) fn wait(&self, address: IpAddr) -> Option<u32> {
        if self.refused.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let now = Instant::now();
        let mut known = self.known();
        let Known { each, others } = &mut *known;
        let address = each.get_mut(&Network::around(address)).or(others.as_mut())?;
        let until = address.until?;
        if until > now {
            return Some(seconds(until - now));
        }
        address.until = None;
        self.refused.fetch_sub(1, Ordering::Relaxed);
        None
    }

    /// Charges a call of somebody unknown to its address.
    pub(super) fn charge(&self, address: IpAddr) {
        let Some(quota) = self.quota else { return };
        let now = Instant::now();
        let mut known = self.known();
        let network = Network::around(address);
        if known.each.len() >= MAX && !known.each.contains_key(&network) {
            self.forget(&mut known, now);
        }
        let full = known.each.len() >= MAX && !known.each.contains_key(&network);
        let fresh = || Address {
            limiter: RateLimiter::direct_with_clock(quota, MonotonicClock),
            seen: now,
            until: None,
        };
        let address = match full {
            true => known.others.get_or_insert_with(fresh),
            false => known.each.entry(network).or_insert_with(fresh),
        };
        address.seen = now;
        if let Err(refused) = address.limiter.check() {
            let wait = refused.wait_time_from(MonotonicClock.now());
            if address.until.replace(now + wait).is_none() {
                self.refused.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Lets go of those who stayed away.
    fn forget(&self, known: &mut Known, now: Instant) {
        known.each.retain(|_, address| {
            let stays = now.duration_since(address.seen) < FORGET;
            if !stays && address.until.is_some() {
                self.refused.fetch_sub(1, Ordering::Relaxed);
            }
            stays
        });
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_used_up_what_it_may_waits_and_no_other_does() {
        let addresses = Addresses::new(1);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        assert_eq!(addresses.wait(one), None);
        addresses.charge(one);
        addresses.charge(one);
        assert_eq!(addresses.wait(one), Some(1));
        assert_eq!(addresses.wait(other), None);
        assert_eq!(Addresses::new(0).wait(one), None);
    }

    #[test]
    fn however_many_addresses_are_made_up_few_are_kept_and_the_rest_share() {
        let addresses = Addresses::new(1);
        for number in 0..100_000_u32 {
            addresses.charge(IpAddr::V4(number.to_be_bytes().into()));
        }
        assert!(addresses.known().each.len() <= MAX);
        let made_up = IpAddr::V4([203, 0, 113, 1].into());
        addresses.charge(made_up);
        assert!(
            addresses.wait(made_up).is_some(),
            "those who are too many share one allowance"
        );
        let bits = u128::from_be_bytes([0x20; 16]);
        for number in 0..1_000_u128 {
            addresses.charge(IpAddr::V6((bits + number).into()));
        }
        assert!(addresses.known().each.len() <= MAX);
    }
}
