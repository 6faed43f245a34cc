//! What is measured of the hub: how other systems stand.
//!
//! Not here: the form in which it is given out (`http/metrics`). Invariant: names and labels, once published,
//! keep their meaning; no label has a value that callers choose.

use super::Hub;
use crate::access::KeyHash;
use crate::connector::BreakerState;
use crate::error::Result;

/// One measured value.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// What is measured, with its unit at the end.
    pub name: &'static str,
    /// What that means.
    pub help: &'static str,
    /// Of what.
    pub labels: Vec<(&'static str, String)>,
    /// The value.
    pub value: f64,
}

impl Hub {
    /// Whether this is the key that may read metrics and nothing else.
    pub fn may_watch(&self, token: &str) -> bool {
        let expected = self.config.access.metrics_key.as_ref();
        expected.is_some_and(|expected| KeyHash::of(expected.reveal()).matches(&KeyHash::of(token)))
    }

    /// All values as they are now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn gauges(&self) -> Result<Vec<Gauge>> {
        self.connector_gauges()
    }

    fn connector_gauges(&self) -> Result<Vec<Gauge>> {
        let mut gauges = Vec::new();
        for view in self.connectors()? {
            let labels = || {
                vec![
                    ("opd", view.connector.opd.to_string()),
                    ("connector", view.connector.name.clone()),
                ]
            };
            let mut add = |name, help, value| {
                gauges.push(Gauge {
                    name,
                    help,
                    labels: labels(),
                    value,
                });
            };
            add(
                "mahakam_connector_enabled",
                "Whether the system may be called",
                f64::from(u8::from(view.connector.enabled)),
            );
            add(
                "mahakam_connector_breaker_open",
                "Whether this hub leaves the system alone: 0 no, 1 yes, 0.5 it tries one call",
                match view.breaker {
                    BreakerState::Closed => 0.0,
                    BreakerState::HalfOpen => 0.5,
                    BreakerState::Open => 1.0,
                },
            );
            if let Some(at) = view.heard.success_at {
                let help = "When the system last answered, in seconds since the epoch";
                add(
                    "mahakam_connector_last_success_timestamp_seconds",
                    help,
                    number(at.seconds()),
                );
            }
            if let Some((at, _)) = &view.heard.failure {
                let help = "When the system last failed, in seconds since the epoch";
                add(
                    "mahakam_connector_last_failure_timestamp_seconds",
                    help,
                    number(at.seconds()),
                );
            }
        }
        Ok(gauges)
    }
}

/// A count or a moment as a measured value; those that are no 32-bit number are as near as that goes.
fn number(value: i64) -> f64 {
    f64::from(u32::try_from(value.max(0)).unwrap_or(u32::MAX))
}
