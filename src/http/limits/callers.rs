//! [`Callers`]: how often, and how much at once, each application and each person may call.
//!
//! Invariant: there are no more allowances than applications, people, and datasets with limits of their own.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::seconds;
use crate::access::Caller;
use crate::config::RatesConfig;
use crate::contract::Limits;
use crate::error::{Error, Limited, Result};

type Limiter = RateLimiter<NotKeyed, InMemoryState, MonotonicClock, StateInformationMiddleware>;

/// What is kept of callers, for all threads.
type Kept<K, V> = RwLock<HashMap<K, Arc<V>>>;

/// Whose allowance it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Who {
    Application(i64),
    Person(i64),
}

/// See the module.
pub(super) struct Callers {
    config: RatesConfig,
    /// By caller, and by the dataset where its contract has limits.
    allowances: Kept<(Who, Option<i64>), Allowance>,
    at_once: Kept<Who, AtOnce>,
}

/// What a caller may do in a second.
struct Allowance {
    /// How many requests and records; 0 is no limit.
    quotas: (u32, u32),
    requests: Option<Limiter>,
    records: Option<Limiter>,
}

/// What a caller does at this moment.
#[derive(Default)]
struct AtOnce {
    requests: AtomicU32,
    bytes: AtomicU64,
}

/// A request that was let in; its place is free again when this is dropped.
pub(in crate::http) struct Pass {
    allowance: Arc<Allowance>,
    at_once: Arc<AtOnce>,
    bytes: u64,
    /// How many requests may follow at once.
    left: Option<u32>,
}

impl Callers {
    pub(super) fn new(config: RatesConfig) -> Self {
        Callers {
            config,
            allowances: RwLock::default(),
            at_once: RwLock::default(),
        }
    }

    /// Lets a request in, with a body of so many bytes; `None` for whoever is not limited.
    ///
    /// # Errors
    /// Limited.
    pub(super) fn admit(
        &self,
        caller: &Caller,
        dataset: Option<(i64, Limits)>,
        bytes: u64,
    ) -> Result<Option<Pass>> {
        let who = match caller {
            Caller::Application(application) => Who::Application(application.id),
            Caller::Person(person) => Who::Person(person.id),
            Caller::Anonymous | Caller::Management => return Ok(None),
        };
        let allowance = self.allowance(who, dataset);
        let mut pass = Pass {
            allowance: Arc::clone(&allowance),
            at_once: found(&self.at_once, who, |_| true, AtOnce::default),
            bytes,
            left: None,
        };
        // Counted before it is judged, so that of two at the same time one sees the other.
        let before = pass.at_once.requests.fetch_add(1, Ordering::SeqCst);
        let bytes_before = pass.at_once.bytes.fetch_add(bytes, Ordering::SeqCst);
        if self.config.concurrent > 0 && before >= self.config.concurrent {
            return Err(Error::Limited(Limited::Concurrent(self.config.concurrent), 1));
        }
        if self.config.bytes > 0 && bytes_before.saturating_add(bytes) > self.config.bytes {
            return Err(Error::Limited(Limited::Bytes(self.config.bytes), 1));
        }
        if let Some(requests) = &allowance.requests {
            let state = requests.check().map_err(|refused| {
                let wait = refused.wait_time_from(MonotonicClock.now());
                Error::Limited(Limited::Requests(allowance.quotas.0), seconds(wait))
            })?;
            pass.left = Some(state.remaining_burst_capacity());
        }
        Ok(Some(pass))
    }

    fn allowance(&self, who: Who, dataset: Option<(i64, Limits)>) -> Arc<Allowance> {
        let own = dataset.filter(|(_, limits)| *limits != Limits::default());
        let limits = own.map(|(_, limits)| limits).unwrap_or_default();
        let quotas = (
            limits.requests_per_second.unwrap_or(self.config.requests),
            limits.records_per_second.unwrap_or(self.config.records),
        );
        let key = (who, own.map(|(number, _)| number));
        found(
            &self.allowances,
            key,
            |known: &Allowance| known.quotas == quotas,
            || Allowance {
                quotas,
                requests: limiter(quotas.0),
                records: limiter(quotas.1),
            },
        )
    }
}

/// What is kept under `key`, made where it is missing or fits no more.
fn found<K: std::hash::Hash + Eq, V>(
    map: &Kept<K, V>,
    key: K,
    fits: impl Fn(&V) -> bool,
    make: impl FnOnce() -> V,
) -> Arc<V> {
    let known = map.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.get(&key).filter(|known| fits(known)) {
        return Arc::clone(known);
    }
    drop(known);
    let mut map = map.write().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = map.get(&key).filter(|known| fits(known)) {
        return Arc::clone(known);
    }
    let made = Arc::new(make());
    map.insert(key, Arc::clone(&made));
    made
}

fn limiter(quota: u32) -> Option<Limiter> {
    let quota = NonZeroU32::new(quota).map(Quota::per_second)?;
    let limiter = RateLimiter::direct_with_clock(quota, MonotonicClock);
    Some(limiter.with_middleware::<StateInformationMiddleware>())
}

impl Pass {
    /// How much may be done in a second, and how much of it is left (draft-ietf-httpapi-ratelimit-headers-10).
    pub(in crate::http) fn headers(&self) -> Option<(String, String)> {
        let (requests, records) = self.allowance.quotas;
        let left = self.left?;
        let mut policy = format!("\"requests\";q={requests};w=1");
        if records > 0 {
            policy.push_str(&format!(", \"records\";q={records};w=1"));
        }
        Some((policy, format!("\"requests\";r={left};t=1")))
    }

    /// Charges so many records.
    ///
    /// # Errors
    /// Limited when they are more than may follow now. A call with more records than a second allows needs the
    /// whole second.
    pub(in crate::http) fn charge(&self, records: u64) -> Result<()> {
        match self.try_charge(records) {
            None => Ok(()),
            Some(wait) => {
                let quota = self.allowance.quotas.1;
                Err(Error::Limited(Limited::Records(quota), seconds(wait)))
            }
        }
    }

    /// Waits until so many records may follow: that is how a stream is slowed down.
    pub(in crate::http) async fn pace(&self, mut records: u64) {
        let most = u64::from(self.allowance.quotas.1);
        while most > 0 && records > 0 {
            let some = records.min(most);
            match self.try_charge(some) {
                None => records -= some,
                Some(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// For how long so many records have to wait, if they do.
    fn try_charge(&self, records: u64) -> Option<Duration> {
        let limiter = self.allowance.records.as_ref()?;
        let quota = self.allowance.quotas.1;
        let records = u32::try_from(records).unwrap_or(u32::MAX).min(quota);
        // More than a quota was cut off, so there is always room for so many in the end.
        let checked = limiter.check_n(NonZeroU32::new(records)?).ok()?;
        let now: Instant = MonotonicClock.now();
        checked.err().map(|refused| refused.wait_time_from(now))
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.at_once.requests.fetch_sub(1, Ordering::SeqCst);
        self.at_once.bytes.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}
