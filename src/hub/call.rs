//! [`Call`] and [`Actor`]: who asks the hub for something, and since when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::access::{Caller, PersonName};
use crate::audit::{Exchange, ExchangeId};
use crate::types::Timestamp;

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
    pub request_id: String,
    /// The trace context that the caller named; without one, it follows from the exchange's id.
    pub traceparent: Option<String>,
    /// Who asks.
    pub caller: Caller,
    /// Whether the exchange is in the log already, stored with what it wrote.
    pub logged: Arc<AtomicBool>,
}

impl Call {
    /// The call of a command, at the moment `now`.
    pub fn of_command(now: Timestamp) -> Self {
        let id = ExchangeId::new(now);
        Call {
            id,
            at: now,
            started: Instant::now(),
            request_id: id.to_string(),
            traceparent: None,
            caller: Caller::Management,
            logged: Arc::default(),
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
            opd: self.caller.opd().cloned(),
            application: self.application(),
            outcome: "ok",
            records: 0,
            rejected: 0,
            unresolved: 0,
            bytes: 0,
            batch_sha256: None,
            request_id: self.request_id.clone(),
            dataset_id: None,
            person: None,
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
        self.logged.store(true, Ordering::SeqCst);
    }

    fn application(&self) -> Option<i64> {
        match &self.caller {
            Caller::Application(application) => Some(application.id),
            Caller::Anonymous | Caller::Person(_) | Caller::Management => None,
        }
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
