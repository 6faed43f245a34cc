//! [`LiveCache`]: answers of other systems that their contracts allow to be served again.
//!
//! An answer is fresh for as long as the contract says, and is kept for as long again, to be served while the
//! system fails (RFC 5861, stale-if-error). Invariant: memory is bounded, and no answer outlives twice the time
//! of its contract.

use std::sync::Arc;

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::{LiveAnswer, LiveBody, LiveRequest};
use crate::hub::Dataset;
use crate::outbound::Headers;
use crate::types::Timestamp;

/// How many bytes are kept in all.
const CAPACITY: u64 = 64 << 20;
/// How many answers are expected.
const EXPECTED: usize = 10_000;
/// The largest answer that is kept, in bytes.
const MAX_BODY: usize = 1 << 20;
/// What an answer weighs beside its body, in bytes.
const OVERHEAD: usize = 1_024;

/// See the module.
pub(in crate::hub) struct LiveCache(Cache<CacheKey, Arc<Cached>, Weight>);

/// What was asked. The caller is no part of it: all who may call a system get the same answers, by its
/// connector's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    /// The contract version.
    version: i64,
    path: String,
    query: Option<String>,
    accept: Vec<String>,
}

/// An answer that is kept.
pub(super) struct Cached {
    status: u16,
    headers: Headers,
    pub(super) body: Bytes,
    violations: u64,
    at: Timestamp,
    seconds: i64,
}

/// How old an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Its age in seconds.
    pub age: i64,
    /// For how many seconds it is fresh yet; less than none when it is stale.
    pub left: i64,
}

impl Hit {
    /// Whether it may be served though the system could be asked.
    pub fn is_fresh(&self) -> bool {
        self.left > 0
    }
}

#[derive(Clone)]
struct Weight;

impl Weighter<CacheKey, Arc<Cached>> for Weight {
    fn weight(&self, key: &CacheKey, cached: &Arc<Cached>) -> u64 {
        let asked = key.path.len() + key.query.as_ref().map_or(0, String::len);
        let accepted: usize = key.accept.iter().map(String::len).sum();
        let fields = cached
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len());
        let bytes = cached.body.len() + fields.sum::<usize>() + asked + accepted + OVERHEAD;
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl CacheKey {
    /// What a request asks for, if its answer may be kept.
    pub(super) fn of(dataset: &Dataset, asked: &LiveRequest) -> Option<Self> {
        (asked.method == "GET").then(|| CacheKey {
            version: dataset.current.number,
            path: asked.path.clone(),
            query: asked.query.clone(),
            accept: asked
                .headers
                .iter()
                .filter(|(name, _)| name.starts_with("accept"))
                .map(|(_, value)| value.clone())
                .collect(),
        })
    }
}

impl Default for LiveCache {
    fn default() -> Self {
        LiveCache(Cache::with_weighter(EXPECTED, CAPACITY, Weight))
    }
}

impl LiveCache {
    /// The answer that is kept, with its age at `now`.
    pub(super) fn find(&self, key: &CacheKey, now: Timestamp) -> Option<(Arc<Cached>, Hit)> {
        let cached = self.0.get(key)?;
        let age = now.0.saturating_sub(cached.at.0) / 1_000;
        if age < 0 || age >= cached.seconds.saturating_mul(2) {
            self.0.remove(key);
            return None;
        }
        let left = cached.seconds - age;
        Some((cached, Hit { age, left }))
    }

    /// Lets go of all that is kept of a path that was written to (RFC 9111, 4.4).
    pub(super) fn forget(&self, dataset: &Dataset, path: &str) {
        let version = dataset.current.number;
        self.0.retain(|key, _| key.version != version || key.path != path);
    }

    /// Keeps an answer, if its system does not object.
    pub(super) fn keep(
        &self,
        key: CacheKey,
        answer: &LiveAnswer,
        body: &Bytes,
        seconds: i64,
        now: Timestamp,
    ) {
        if answer.status != 200 || body.len() > MAX_BODY || objects(&answer.headers) {
            return;
        }
        self.0.insert(
            key,
            Arc::new(Cached {
                status: answer.status,
                headers: answer.headers.clone(),
                // What is kept has a bound of its own; its place among what is under way is free again.
                body: Bytes::copy_from_slice(body),
                violations: answer.violations,
                at: now,
                seconds,
            }),
        );
    }
}

/// Whether the system says that its answer is not for others, or depends on fields that a [`CacheKey`] does not
/// hold (RFC 9111, 3 and 4.1).
fn objects(headers: &Headers) -> bool {
    let words = |name| {
        headers
            .all(name)
            .flat_map(|value| value.split(','))
            .map(|word| word.trim().to_ascii_lowercase())
    };
    let kept_back = words("cache-control")
        .any(|word| word == "no-store" || word == "private" || word.starts_with("private="));
    kept_back || words("vary").any(|field| !field.starts_with("accept") && field != "origin")
}

impl Cached {
    /// The answer once more.
    pub(super) fn answer(&self, hit: Hit) -> LiveAnswer {
        LiveAnswer {
            status: self.status,
            headers: self.headers.clone(),
            body: LiveBody::Whole(self.body.clone()),
            hit: Some(hit),
            violations: self.violations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_much_is_asked_for_memory_is_bounded() {
        let cache = LiveCache::default();
        let answer = LiveAnswer {
            status: 200,
            headers: Headers::default(),
            body: LiveBody::Whole(Bytes::new()),
            hit: None,
            violations: 0,
        };
        let key = |path: String| CacheKey {
            version: 1,
            path,
            query: None,
            accept: Vec::new(),
        };
        let large = Bytes::from(vec![b'x'; MAX_BODY]);
        for number in 0..200 {
            cache.keep(key(format!("/{number}")), &answer, &large, 60, Timestamp(0));
            assert!(cache.0.weight() <= CAPACITY, "behind {number}");
        }
        assert!(cache.0.weight() > CAPACITY / 2, "as much as fits is kept");
        let too_large = Bytes::from(vec![b'x'; MAX_BODY + 1]);
        cache.keep(key("/besar".into()), &answer, &too_large, 60, Timestamp(0));
        assert!(cache.find(&key("/besar".into()), Timestamp(0)).is_none());
    }
}
