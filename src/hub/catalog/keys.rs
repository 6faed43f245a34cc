//! [`Key`]: a key as the catalog knows it.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::access::{Application, KeyHash};
use crate::types::{Network, Timestamp};

/// A key that was not revoked.
pub(in crate::hub) struct Key {
    /// The SHA-256 of the whole key.
    pub(in crate::hub) hash: KeyHash,
    /// Whose it is.
    pub(in crate::hub) application: Arc<Application>,
    expires_at: Option<Timestamp>,
    networks: Vec<Network>,
    /// When it was last used, in milliseconds since the epoch; 0 when that is written down. The catalog that
    /// comes after this one has the same.
    used: Arc<AtomicI64>,
}

impl Key {
    /// The key, with the use that an older catalog knows of; `None` when its networks can't be read.
    pub(super) fn new(
        hash: KeyHash,
        application: Arc<Application>,
        (expires_at, networks): (Option<i64>, &str),
        used: Option<Arc<AtomicI64>>,
    ) -> Option<Self> {
        let networks = networks.split(',').filter(|network| !network.is_empty());
        Some(Key {
            hash,
            application,
            expires_at: expires_at.map(Timestamp),
            networks: networks
                .map(|network| network.parse().ok())
                .collect::<Option<_>>()?,
            used: used.unwrap_or_default(),
        })
    }

    /// Whether it may be used now, and from there.
    pub(in crate::hub) fn usable(&self, now: Timestamp, from: IpAddr) -> bool {
        let in_time = self.expires_at.is_none_or(|end| now < end);
        let allowed = self.networks.is_empty() || self.networks.iter().any(|network| network.contains(from));
        in_time && allowed
    }

    /// Until when it may be used.
    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Notes that it was used.
    pub(in crate::hub) fn set_used(&self, now: Timestamp) {
        self.used.store(now.0, Ordering::Relaxed);
    }

    /// Where its use is noted.
    pub(super) fn used(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.used)
    }

    /// When it was used, where that was not asked since.
    pub(super) fn take_use(&self) -> Option<Timestamp> {
        let at = self.used.swap(0, Ordering::Relaxed);
        (at > 0).then_some(Timestamp(at))
    }
}
