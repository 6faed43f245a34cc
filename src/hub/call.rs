//! [`Call`] and [`Actor`]: who asks the hub for something, and since when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Instant;

use crate::access::{Caller, PersonName};
use crate::audit::{Exchange, ExchangeId};
use crate::types::{OpdCode, Timestamp};

/// A request to the hub as far as the log is concerned.
#[derive(Debug, Clone)]
pub struct Call {
    /// The exchange's identity.
    pub id: ExchangeId,
    /// When the request came in.
    pub at: Timestamp,
    /// The same moment, for measuring.
    pub started: Instant,
    /// The request's id.
    pub request_id: Arc<str>,
    /// The trace context that the caller named; without one, it follows from the exchange's id.
    pub traceparent: Option<Arc<str>>,
    /// Who asks.
    pub caller: Caller,
    /// For which agency the hub itself fetches what it writes, where nobody sends it.
    pub pulled_for: Option<OpdCode>,
    /// What is in the log of it already.
    pub logged: Arc<Logged>,
}

impl Call {
    /// The call of a command, at the moment `now`.
    pub fn of_command(now: Timestamp) -> Self {
        let id = ExchangeId::new(now);
        Call {
            id,
            at: now,
            started: Instant::now(),
            request_id: id.to_string().into(),
            traceparent: None,
            caller: Caller::Management,
            pulled_for: None,
            logged: Arc::default(),
        }
    }

    /// Another exchange of the same request at the moment `now`: what it does has entries of its own in the log.
    pub fn apart(&self, now: Timestamp) -> Self {
        Call {
            id: ExchangeId::new(now),
            at: now,
            started: Instant::now(),
            logged: Arc::default(),
            ..self.clone()
        }
    }

    /// What the log says of records that come in by it.
    pub(super) fn writes(&self) -> &'static str {
        match self.pulled_for {
            Some(_) => "scheduled-pull",
            None => "push",
        }
    }

    /// The call's entry in the log, with nothing counted yet.
    pub fn exchange(&self, action: &'static str, dataset: Option<Arc<str>>) -> Exchange {
        Exchange {
            id: self.id,
            part: 0,
            at: self.at,
            duration_us: i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX),
            action,
            dataset,
            opd: self.pulled_for.as_ref().or(self.caller.opd()).cloned(),
            application: self.application(),
            outcome: "ok",
            records: 0,
            rejected: 0,
            unresolved: 0,
            bytes: 0,
            batch_sha256: None,
            request_id: Arc::clone(&self.request_id),
            dataset_id: None,
            person: self.person(),
            traceparent: self.traceparent.clone(),
            address: None,
            times: 1,
            reading: None,
            first_seq: None,
            changes: 0,
        }
    }

    /// Tells that the exchange was stored with what it wrote.
    pub(super) fn set_logged(&self) {
        self.logged.set_done();
    }

    /// The entry that ends what the log says of the call: of what it was shown earlier entries tell, if any.
    pub fn closing(&self, action: &'static str, dataset: Option<Arc<str>>) -> Exchange {
        let mut exchange = self.exchange(action, dataset);
        exchange.part = self.logged.parts();
        exchange
    }

    fn person(&self) -> Option<i64> {
        match &self.caller {
            Caller::Person(person) => Some(person.id),
            Caller::Anonymous | Caller::Application(_) | Caller::Management => None,
        }
    }

    fn application(&self) -> Option<i64> {
        match &self.caller {
            Caller::Application(application) => Some(application.id),
            Caller::Anonymous | Caller::Person(_) | Caller::Management => None,
        }
    }
}

/// What of a call is in the log already.
#[derive(Debug, Default)]
pub struct Logged {
    done: AtomicBool,
    parts: AtomicI32,
}

impl Logged {
    /// Tells that its entry is there, or will be made by whoever says so.
    pub fn set_done(&self) {
        self.done.store(true, Ordering::SeqCst);
    }

    /// Whether nobody else needs to make its entry.
    pub fn is_done(&self) -> bool {
        self.done.load(Ordering::SeqCst)
    }

    /// How many entries say what it was shown.
    pub fn parts(&self) -> i32 {
        self.parts.load(Ordering::SeqCst)
    }

    /// The number of the next such entry.
    pub(super) fn next_part(&self) -> i32 {
        self.parts.fetch_add(1, Ordering::SeqCst)
    }
}

/// Who does something, as the audit log names them: `cli:<user>`, `admin-key`, `person:<name>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(pub String);

impl Actor {
    /// A person who signed in.
    pub fn person(name: &PersonName) -> Self {
        Actor(format!("person:{name}"))
    }

    /// Whether it is a person, and not a key or a command.
    pub fn is_person(&self) -> bool {
        self.0.starts_with("person:")
    }

    /// Whoever stands behind a request.
    pub fn of(caller: &Caller) -> Self {
        match caller {
            Caller::Anonymous => Actor("anonymous".into()),
            Caller::Application(application) => Actor(format!("application:{}", application.id)),
            Caller::Person(person) => Actor::person(&person.name),
            Caller::Management => Actor("admin-key".into()),
        }
    }
}
