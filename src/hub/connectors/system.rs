//! [`System`]: another system as a running hub knows it.
//!
//! It holds what goes beyond one call: how it stands (breaker), how many calls are under way (bulkhead), how
//! fast it may be called, and what was last heard. Invariant: a connector that did not change keeps its
//! `System` when the hub renews what it knows.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::{Clock as _, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::credential::{self, Credential};
use super::read;
use crate::connector::{Admission, Breaker, BreakerState, Budget, Connector};
use crate::error::{Error, Result, Unknown, Upstream, UpstreamKind};
use crate::hub::Hub;
use crate::hub::secrets::Secrets;
pub use crate::store::connectors::Heard;
use crate::store::{self, Store};
use crate::types::{OpdCode, Timestamp};

type Limiter = RateLimiter<NotKeyed, InMemoryState, MonotonicClock, NoOpMiddleware<std::time::Instant>>;

/// For how long a call waits for its turn before it is told to come back, where somebody waits for its answer.
pub(in crate::hub) const MAX_WAIT: Duration = Duration::from_secs(1);

/// See the module.
pub struct System {
    /// The connector as it is registered.
    pub connector: Connector,
    pub(super) credential: Credential,
    address: String,
    turns: Arc<Semaphore>,
    limiter: Option<Limiter>,
    health: Mutex<Health>,
}

/// A call that was let in; it counts as under way until it is dropped.
///
/// It ends well, in failure, or without a word about the system: then it lets go of its place as the probe.
pub(super) struct Turn {
    system: Arc<System>,
    /// Since when it is the breaker's probe.
    probe: Option<Timestamp>,
    ended: bool,
    _place: Option<OwnedSemaphorePermit>,
}

impl Turn {
    /// The system that is called.
    pub(super) fn system(&self) -> &Arc<System> {
        &self.system
    }

    /// Notes that the system answered well, unless the call ended already.
    pub(super) fn succeeded(&mut self, now: Timestamp) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let mut health = self.system.health();
        health.breaker.succeeded();
        health.heard.success_at = Some(now);
    }

    /// Notes that it failed, and how; `counts` when that says something about the system.
    pub(super) fn failed(&mut self, now: Timestamp, how: String, counts: bool) {
        let mut health = self.system.health();
        health.heard.failure = Some((now, how));
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        match self.probe {
            _ if counts => health.breaker.failed(now),
            Some(since) => health.breaker.let_go(since),
            None => {}
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(since) = self.probe.filter(|_| !self.ended) {
            self.system.health().breaker.let_go(since);
        }
    }
}

/// How a system stands.
struct Health {
    breaker: Breaker,
    budget: Budget,
    heard: Heard,
}

impl System {
    fn new(connector: Connector, credential: Credential) -> Self {
        let settings = &connector.settings;
        let turns = usize::try_from(settings.max_concurrent).unwrap_or(1);
        let rate = settings.requests_per_second.and_then(NonZeroU32::new);
        let limiter =
            rate.map(|rate| RateLimiter::direct_with_clock(Quota::per_second(rate), MonotonicClock));
        System {
            address: connector.address(),
            turns: Arc::new(Semaphore::new(turns)),
            limiter,
            health: Mutex::new(Health {
                breaker: Breaker::new(settings.breaker_failures, settings.breaker_seconds),
                budget: Budget::default(),
                heard: Heard::default(),
            }),
            credential,
            connector,
        }
    }

    /// How people name it.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What its breaker says.
    pub fn breaker(&self, now: Timestamp) -> BreakerState {
        self.health().breaker.state(now)
    }

    /// Waits for a turn to call it.
    ///
    /// # Errors
    /// Unavailable when it is switched off or failing, or there is none within `patience`.
    pub(super) async fn enter(self: &Arc<Self>, now: Timestamp, patience: Duration) -> Result<Turn> {
        if !self.connector.enabled {
            return Err(self.busy(60, "it is switched off"));
        }
        let admitted = self.health().breaker.admit(now);
        let probe = match admitted {
            Admission::Go => None,
            Admission::Probe => Some(now),
            Admission::Wait(millis) => {
                let seconds = u32::try_from(millis / 1_000 + 1).unwrap_or(1);
                return Err(self.busy(seconds, "the breaker is open"));
            }
        };
        let mut turn = Turn {
            system: Arc::clone(self),
            probe,
            ended: false,
            _place: None,
        };
        turn._place = Some(self.place(patience).await?);
        Ok(turn)
    }

    async fn place(&self, patience: Duration) -> Result<OwnedSemaphorePermit> {
        let turns = Arc::clone(&self.turns);
        let turn = match Arc::clone(&turns).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_) => match tokio::time::timeout(patience, turns.acquire_owned()).await {
                Ok(Ok(turn)) => turn,
                Ok(Err(_)) | Err(_) => return Err(self.busy(1, "as many calls as allowed are under way")),
            },
        };
        self.pace(patience).await?;
        Ok(turn)
    }

    /// Waits until the rate allows one more call.
    async fn pace(&self, patience: Duration) -> Result<()> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let mut left = patience;
        while let Err(refused) = limiter.check() {
            let wait = refused.wait_time_from(MonotonicClock.now());
            left = left
                .checked_sub(wait)
                .ok_or_else(|| self.busy(1, "as many calls a second as allowed were made"))?;
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    fn busy(&self, seconds: u32, cause: &str) -> Error {
        Error::Upstream(Upstream {
            system: self.address.clone(),
            kind: UpstreamKind::Unavailable(seconds.max(1)),
            sent: false,
            cause: cause.to_owned(),
        })
    }

    /// Notes that an answer of it was of no use; it stands as it did.
    pub(in crate::hub) fn note_refused(&self, now: Timestamp, why: String) {
        self.health().heard.failure = Some((now, why));
    }

    /// A call is made; it saves a share for repetitions.
    pub(super) fn save(&self) {
        self.health().budget.save();
    }

    /// Takes one repetition, if one is left.
    pub(super) fn may_repeat(&self) -> bool {
        self.health().budget.take()
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All systems that are registered, as of one revision.
#[derive(Default)]
pub(in crate::hub) struct Systems {
    all: HashMap<i64, Arc<System>>,
}

impl Systems {
    /// Reads them from the database; those of `old` that did not change are taken over.
    ///
    /// # Errors
    /// When the database fails.
    pub(in crate::hub) fn load(store: &Store, secrets: &Secrets, old: &Systems) -> Result<Self> {
        let rows = store.read(store::connectors::list)?;
        let mut all = HashMap::new();
        for row in rows {
            let known = old
                .all
                .get(&row.id)
                .filter(|system| system.connector.revision == row.revision);
            let system = match known {
                Some(system) => Arc::clone(system),
                None => match read(&row) {
                    Ok(connector) => {
                        let credential =
                            store.read(|connection| credential::load(connection, secrets, row.id))?;
                        Arc::new(System::new(connector, credential))
                    }
                    // One that a newer hub wrote must not take the others down.
                    Err(error) => {
                        tracing::error!(cause = error.cause(), "a connector can't be used");
                        continue;
                    }
                },
            };
            all.insert(row.id, system);
        }
        Ok(Systems { all })
    }

    /// The one with this number.
    pub(in crate::hub) fn get(&self, id: i64) -> Option<&Arc<System>> {
        self.all.get(&id)
    }

    /// What was heard since this was asked last.
    pub(super) fn take_heard(&self) -> Vec<(i64, Heard)> {
        let taken = self
            .all
            .iter()
            .map(|(id, system)| (*id, std::mem::take(&mut system.health().heard)));
        taken.filter(|(_, heard)| *heard != Heard::default()).collect()
    }
}

impl Hub {
    /// The system behind the connector with this number.
    ///
    /// # Errors
    /// Unknown where there is none.
    pub fn system(&self, id: i64) -> Result<Arc<System>> {
        let systems = self.systems.load();
        let found = systems.get(id).cloned();
        found.ok_or_else(|| Error::Unknown(Unknown::Connector(id.to_string())))
    }

    /// The system behind an agency's connector of this name.
    ///
    /// # Errors
    /// Unknown where there is none.
    pub fn system_named(&self, opd: &OpdCode, name: &str) -> Result<Arc<System>> {
        let systems = self.systems.load();
        let mut all = systems.all.values();
        let found = all.find(|system| system.connector.name == name && system.connector.opd == *opd);
        found
            .cloned()
            .ok_or_else(|| Error::Unknown(Unknown::Connector(format!("{opd}/{name}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn system(more: &str) -> Arc<System> {
        let settings = format!(r#"{{"base_url": "https://a.example", {more}}}"#);
        let connector = Connector {
            id: 1,
            opd: "bkd".parse().unwrap(),
            name: "sistem".into(),
            revision: 1,
            enabled: true,
            settings: serde_json::from_str(&settings).unwrap(),
        };
        Arc::new(System::new(connector, Credential::default()))
    }

    #[tokio::test]
    async fn whoever_has_patience_waits_for_the_rate_and_others_are_told_to_come_back() {
        let (system, now) = (system(r#""requests_per_second": 1"#), Timestamp(0));
        system.enter(now, Duration::ZERO).await.unwrap();
        let refused = system.enter(now, Duration::ZERO).await.err().unwrap();
        assert_eq!(refused.code(), "system-unavailable");
        for _ in 0..2 {
            system.enter(now, MAX_WAIT * 60).await.unwrap();
        }
    }
}
