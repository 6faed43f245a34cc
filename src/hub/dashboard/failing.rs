//! What fails: systems that do not answer, scheduled pulls that went wrong, subscriptions that are behind or stopped.
//!
//! Invariant: a reason is a sentence that may be shown to whoever the system belongs to; it names no internal cause.

use crate::access::rules::Reach;
use crate::connector::BreakerState;
use crate::connector::delivery::{Ended, State};
use crate::error::Result;
use crate::hub::{ConnectorView, Hub, PullView, SubscriptionView};
use crate::types::{Text, Timestamp};

/// How far a subscription may be behind before it is told of, in seconds.
const BEHIND: i64 = 900;

/// What fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailingKind {
    /// A connector, by its number.
    Connector(i64),
    /// A scheduled pull, by its number.
    Pull(i64),
    /// A subscription, by its number.
    Subscription(i64),
}

/// Something that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// What.
    pub what: FailingKind,
    /// How people name it: a connector by its name, the others by the dataset.
    pub name: String,
    /// The agency whose it is: whose system is called, or who receives.
    pub opd: String,
    /// What that is called.
    pub opd_name: Option<String>,
    /// Since when: the last moment at which it went well, or else when it was added.
    pub since: Timestamp,
    /// Why, and what to do about it.
    pub reason: Text,
}

impl Hub {
    /// What fails of what belongs to those within reach, what has failed longest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn failing(&self, reach: &Reach) -> Result<Vec<Failing>> {
        let mut all: Vec<Failing> = self.connectors()?.iter().filter_map(connector).collect();
        all.extend(self.pulls()?.iter().filter_map(pull));
        all.extend(self.subscriptions()?.iter().filter_map(subscription));
        all.retain(|failing| reach.covers(&failing.opd));
        let catalog = self.catalog();
        for failing in &mut all {
            failing.opd_name = catalog.opd_name(&failing.opd).map(str::to_owned);
        }
        all.sort_by_key(|failing| failing.since);
        Ok(all)
    }
}

fn connector(view: &ConnectorView) -> Option<Failing> {
    let failed = view.heard.failure.as_ref().map(|(at, _)| *at);
    let fails = view.breaker != BreakerState::Closed || failed > view.heard.success_at;
    if !view.connector.enabled || !fails {
        return None;
    }
    let reason = match view.breaker {
        BreakerState::Closed => Text::new(
            "Panggilan terakhir ke sistem ini gagal. Uji penghubungnya.",
            "The last call to this system failed. Try its connector.",
        ),
        BreakerState::Open | BreakerState::HalfOpen => Text::new(
            "Sistem ini gagal berturut-turut, sehingga panggilan ditahan sebentar lalu dicoba lagi. Hubungi pengelolanya.",
            "This system failed again and again, so calls are held back for a while and tried again. Ask whoever runs it.",
        ),
    };
    Some(Failing {
        what: FailingKind::Connector(view.connector.id),
        name: view.connector.name.clone(),
        opd: view.connector.opd.to_string(),
        opd_name: None,
        since: view.heard.success_at.unwrap_or(view.created_at),
        reason,
    })
}

fn pull(view: &PullView) -> Option<Failing> {
    let (at, reason) = view.last_failure.as_ref()?;
    if view.paused || Some(*at) <= view.last_success_at {
        return None;
    }
    Some(Failing {
        what: FailingKind::Pull(view.id),
        name: view.settings.dataset.to_string(),
        opd: view.settings.dataset.opd.to_string(),
        opd_name: None,
        since: view.last_success_at.unwrap_or(view.created_at),
        reason: reason.text(),
    })
}

fn subscription(view: &SubscriptionView) -> Option<Failing> {
    let why = view.last_failure.and_then(|failure| failure.reason);
    let reason = match view.state {
        State::Paused => Text::new(
            "Langganan ini dihentikan sementara. Lanjutkan bila penerimanya siap.",
            "Somebody stopped this subscription for a while. Resume it when the receiver is ready.",
        ),
        State::Disabled(Ended::Gone) => Text::new(
            "Sistem penerima tidak ingin menerima lagi (410). Tanyakan kepada pengelolanya, lalu lanjutkan atau hapus.",
            "The receiving system wants nothing more (410). Ask whoever runs it, then resume or delete.",
        ),
        State::Disabled(Ended::Exhausted) => Text::new(
            "Tiga hari tidak ada yang diterima, sehingga pengiriman dihentikan. Perbaiki penerimanya, lalu lanjutkan.",
            "Nothing was taken for three days, so deliveries were stopped. Mend the receiver, then resume.",
        ),
        State::Active if view.failures > 0 => why.map_or_else(
            || Text::new("Pengiriman terakhir gagal.", "The last delivery failed."),
            crate::connector::delivery::Reason::says,
        ),
        State::Active if view.lag_seconds > BEHIND => Text::new(
            "Pengiriman tertinggal lebih dari lima belas menit.",
            "Deliveries are more than a quarter of an hour behind.",
        ),
        State::Active => return None,
    };
    Some(Failing {
        what: FailingKind::Subscription(view.id),
        name: view.dataset.clone(),
        opd: view.opd.clone(),
        opd_name: None,
        since: view.last_success_at.unwrap_or(view.created_at),
        reason,
    })
}
