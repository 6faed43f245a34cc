//! The address guard: names are looked up here, and only addresses that may be called are given on.
//!
//! Invariant: the connection is made to the addresses that were judged, and never looked up again.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{Failure, FailureKind};
use crate::connector::permits;
use crate::types::Network;

/// Looks names up for one connector; see the module.
#[derive(Clone)]
pub(super) struct Guard {
    allowed: Arc<[Network]>,
}

impl Guard {
    /// A guard that lets public addresses pass, and those `allowed`.
    pub(super) fn new(allowed: &[Network]) -> Self {
        Guard {
            allowed: allowed.into(),
        }
    }

    /// Judges a host that is written as an address: such a one is not looked up.
    ///
    /// # Errors
    /// When it may not be called.
    pub(super) fn judge(&self, address: IpAddr) -> Result<(), Failure> {
        match permits(address, &self.allowed) {
            true => Ok(()),
            false => {
                let error = GuardError::Forbidden(vec![address]);
                Err(Failure::new(FailureKind::Forbidden, error.to_string()))
            }
        }
    }

    /// The addresses of a name that may be called.
    pub(super) async fn look_up(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, GuardError> {
        let found = tokio::net::lookup_host((host, port)).await;
        let found: Vec<SocketAddr> = found
            .map_err(|error| GuardError::Dns(error.to_string()))?
            .collect();
        if found.is_empty() {
            return Err(GuardError::Dns("the name has no address".into()));
        }
        let (good, bad): (Vec<_>, Vec<_>) = found
            .into_iter()
            .partition(|one| permits(one.ip(), &self.allowed));
        match good.is_empty() {
            true => Err(GuardError::Forbidden(bad.iter().map(SocketAddr::ip).collect())),
            false => Ok(good),
        }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses = guard.look_up(name.as_str(), 0).await?;
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// Why a name leads nowhere.
#[derive(Debug)]
pub(super) enum GuardError {
    /// It has no address.
    Dns(String),
    /// Its addresses may not be called.
    Forbidden(Vec<IpAddr>),
}

impl GuardError {
    /// What kind of failure that is.
    pub(super) fn kind(&self) -> FailureKind {
        match self {
            GuardError::Dns(_) => FailureKind::Dns,
            GuardError::Forbidden(_) => FailureKind::Forbidden,
        }
    }
}

impl fmt::Display for GuardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GuardError::Dns(cause) => write!(f, "the name could not be looked up: {cause}"),
            GuardError::Forbidden(addresses) => {
                write!(f, "no address that may be called: ")?;
                for (number, address) in addresses.iter().enumerate() {
                    let comma = if number == 0 { "" } else { ", " };
                    write!(f, "{comma}{address}")?;
                }
                write!(f, "; allow_networks of the connector says which private ones may")
            }
        }
    }
}

impl std::error::Error for GuardError {}
