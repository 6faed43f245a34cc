//! What is measured of the hub: how connectors, scheduled pulls, subscriptions, agreed pushes and backups stand.
//!
//! Not here: the form in which it is given out (`http/metrics`). Invariant: names and labels, once published,
//! keep their meaning; no label has a value that callers choose.

use super::{ConnectorView, Freshness, Hub, PullView, SubscriptionView};
use crate::access::KeyHash;
use crate::access::rules::Reach;
use crate::connector::BreakerState;
use crate::connector::delivery::State;
use crate::error::Result;
use crate::store;
use crate::types::Timestamp;

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
        let mut gauges = Vec::new();
        for view in self.connectors()? {
            connector_gauges(&view, &mut gauges);
        }
        for view in self.pulls()? {
            pull_gauges(&view, &mut gauges);
        }
        for view in self.subscriptions()? {
            subscription_gauges(&view, &mut gauges);
        }
        for stands in self.freshness(&Reach::All)? {
            freshness_gauges(&stands, self.clock.now(), &mut gauges);
        }
        self.backup_gauges(&mut gauges)?;
        Ok(gauges)
    }

    fn backup_gauges(&self, gauges: &mut Vec<Gauge>) -> Result<()> {
        let (made, tried) = self.store.read(store::backup::newest)?;
        let mut of = Of {
            labels: Vec::new(),
            gauges,
        };
        if let Some(tried) = tried {
            of.add(
                "mahakam_backup_failed",
                "Whether the last attempt at a backup failed",
                truth(tried.failure.is_some()),
            );
        }
        if let Some(made) = made {
            let (begun, now) = (Timestamp(made.begun_at), self.clock.now());
            of.moment(
                "mahakam_backup_last_success_timestamp_seconds",
                "Of which moment the last backup is, in seconds since the epoch",
                Some(begun),
            );
            of.add(
                "mahakam_backup_age_seconds",
                "How old the last backup is, in seconds",
                number(now.seconds().saturating_sub(begun.seconds())),
            );
            of.add(
                "mahakam_backup_last_size_bytes",
                "How large the last backup is, in bytes",
                number(made.bytes.unwrap_or_default()),
            );
        }
        Ok(())
    }
}

/// Adds values of one thing, all with the same labels.
struct Of<'g> {
    labels: Vec<(&'static str, String)>,
    gauges: &'g mut Vec<Gauge>,
}

impl Of<'_> {
    fn add(&mut self, name: &'static str, help: &'static str, value: f64) {
        self.gauges.push(Gauge {
            name,
            help,
            labels: self.labels.clone(),
            value,
        });
    }

    /// A moment, where there was one yet.
    fn moment(&mut self, name: &'static str, help: &'static str, at: Option<Timestamp>) {
        if let Some(at) = at {
            self.add(name, help, number(at.seconds()));
        }
    }
}

fn connector_gauges(view: &ConnectorView, gauges: &mut Vec<Gauge>) {
    let opd = ("opd", view.connector.opd.to_string());
    let labels = vec![opd, ("connector", view.connector.name.clone())];
    let mut of = Of { labels, gauges };
    of.add(
        "mahakam_connector_enabled",
        "Whether the system may be called",
        truth(view.connector.enabled),
    );
    of.add(
        "mahakam_connector_breaker_open",
        "Whether this hub leaves the system alone: 0 no, 1 yes, 0.5 it tries one call",
        match view.breaker {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 0.5,
            BreakerState::Open => 1.0,
        },
    );
    of.moment(
        "mahakam_connector_last_success_timestamp_seconds",
        "When the system last answered, in seconds since the epoch",
        view.heard.success_at,
    );
    of.moment(
        "mahakam_connector_last_failure_timestamp_seconds",
        "When the system last failed, in seconds since the epoch",
        view.heard.failure.as_ref().map(|(at, _)| *at),
    );
}

fn pull_gauges(view: &PullView, gauges: &mut Vec<Gauge>) {
    let dataset = &view.settings.dataset;
    let labels = vec![
        ("opd", dataset.opd.to_string()),
        ("dataset", dataset.to_string()),
        ("pull", view.id.to_string()),
    ];
    let mut of = Of { labels, gauges };
    of.add(
        "mahakam_pull_paused",
        "Whether the scheduled pull rests",
        truth(view.paused),
    );
    of.add(
        "mahakam_pull_running",
        "Whether a hub runs the scheduled pull at this moment",
        truth(view.running),
    );
    if let Some(seconds) = view.lag_seconds {
        of.add(
            "mahakam_pull_lag_seconds",
            "How old what the scheduled pull last brought is, in seconds",
            number(seconds),
        );
    }
    of.moment(
        "mahakam_pull_last_success_timestamp_seconds",
        "When the last successful run of the scheduled pull began, in seconds since the epoch",
        view.last_success_at,
    );
    of.moment(
        "mahakam_pull_last_failure_timestamp_seconds",
        "When the scheduled pull last failed, in seconds since the epoch",
        view.last_failure.as_ref().map(|(at, _)| *at),
    );
}

fn subscription_gauges(view: &SubscriptionView, gauges: &mut Vec<Gauge>) {
    let labels = vec![
        ("opd", view.opd.clone()),
        ("dataset", view.dataset.clone()),
        ("subscription", view.id.to_string()),
    ];
    let mut of = Of { labels, gauges };
    of.add(
        "mahakam_subscription_active",
        "Whether the subscription delivers: 0 where it is paused or was disabled",
        truth(view.state == State::Active),
    );
    of.add(
        "mahakam_subscription_lag_changes",
        "How many changes the receiver did not take yet",
        number(view.lag_changes),
    );
    of.add(
        "mahakam_subscription_lag_seconds",
        "For how long the oldest change that the receiver did not take has been there, in seconds",
        number(view.lag_seconds),
    );
    of.add(
        "mahakam_subscription_failures",
        "Failed deliveries since the last that was taken",
        number(view.failures),
    );
    of.moment(
        "mahakam_subscription_last_success_timestamp_seconds",
        "When the receiver last took a message, in seconds since the epoch",
        view.last_success_at,
    );
    of.moment(
        "mahakam_subscription_last_failure_timestamp_seconds",
        "When a delivery last failed, in seconds since the epoch",
        view.last_failure.map(|failure| failure.at),
    );
}

fn freshness_gauges(stands: &Freshness, now: Timestamp, gauges: &mut Vec<Gauge>) {
    let labels = vec![
        ("opd", stands.dataset.opd.to_string()),
        ("dataset", stands.dataset.to_string()),
    ];
    let mut of = Of { labels, gauges };
    of.add(
        "mahakam_dataset_overdue",
        "Whether the data that was agreed did not come in time",
        truth(stands.late_since.is_some()),
    );
    let late = stands
        .late_since
        .map_or(0, |since| now.seconds().saturating_sub(since.seconds()));
    of.add(
        "mahakam_dataset_overdue_seconds",
        "For how long it is overdue, in seconds",
        number(late),
    );
}

fn truth(value: bool) -> f64 {
    f64::from(u8::from(value))
}

/// A count or a moment as a measured value; those that are no 32-bit number are as near as that goes.
fn number(value: i64) -> f64 {
    f64::from(u32::try_from(value.max(0)).unwrap_or(u32::MAX))
}
