//! [`Callers`]: how often, and how much at once, each application and each person may call.
//!
//! Invariant: there are no more allowances than applications, people, and datasets with limits of their own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use actix_web::http::header::HeaderValue;

use super::meter::Meter;
use super::seconds;
use crate::access::Caller;
use crate::config::RatesConfig;
use crate::contract::Limits;
use crate::error::{Error, Limited, Result};

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
    requests: Option<Meter>,
    records: Option<Meter>,
    /// The same, as answers tell it.
    policy: Option<HeaderValue>,
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
        // Whoever owes records is let in nowhere that could give out more.
        if let Some(records) = allowance.records.as_ref().filter(|_| dataset.is_some()) {
            records
                .settle()
                .map_err(|wait| refusal(Limited::Records(records.quota()), wait))?;
        }
        if let Some(requests) = &allowance.requests {
            let left = requests.one();
            pass.left = Some(left.map_err(|wait| refusal(Limited::Requests(requests.quota()), wait))?);
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
                requests: Meter::new(quotas.0),
                records: Meter::new(quotas.1),
                policy: policy(quotas),
            },
        )
    }
}

/// What may be done in a second, as `RateLimit-Policy` tells it.
fn policy((requests, records): (u32, u32)) -> Option<HeaderValue> {
    let told: Vec<String> = [("requests", requests), ("records", records)]
        .into_iter()
        .filter(|(_, quota)| *quota > 0)
        .map(|(name, quota)| format!("\"{name}\";q={quota};w=1"))
        .collect();
    HeaderValue::from_str(&told.join(", "))
        .ok()
        .filter(|policy| !policy.is_empty())
}

fn refusal(limited: Limited, wait: Duration) -> Error {
    Error::Limited(limited, seconds(wait))
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

impl Pass {
    /// How much may be done in a second.
    pub(in crate::http) fn policy(&self) -> Option<HeaderValue> {
        self.allowance.policy.clone()
    }

    /// How many requests may follow at once.
    pub(in crate::http) fn left(&self) -> Option<u32> {
        self.left
    }

    /// Charges one record.
    ///
    /// # Errors
    /// Limited.
    pub(in crate::http) fn charge(&self) -> Result<()> {
        let Some(records) = &self.allowance.records else {
            return Ok(());
        };
        let charged = records.one();
        charged
            .map(drop)
            .map_err(|wait| refusal(Limited::Records(records.quota()), wait))
    }

    /// Charges so many records that came or went already; where they are too many, the next calls wait.
    pub(in crate::http) fn owe(&self, records: u64) {
        if let Some(meter) = &self.allowance.records {
            meter.owe(records);
        }
    }

    /// Waits until so many records may follow: that is how a stream is slowed down.
    pub(in crate::http) async fn pace(&self, mut records: u64) {
        while records > 0 {
            records = self.pace_some(records).await;
        }
    }

    /// Waits until some of so many records may follow; gives how many are left.
    pub(in crate::http) async fn pace_some(&self, records: u64) -> u64 {
        match &self.allowance.records {
            Some(meter) => meter.pace(records).await,
            None => 0,
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.at_once.requests.fetch_sub(1, Ordering::SeqCst);
        self.at_once.bytes.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}
