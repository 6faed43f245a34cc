//! Limits of how often the hub may be called: by address before anybody is known, by caller afterwards.
//!
//! Not here: how large a request may be, and how often a sign-in may fail. Invariant: a request is charged
//! once, however often its right is asked for anew.

mod addresses;
mod callers;
mod meter;
mod peer;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage as _, HttpRequest, web};

use crate::access::Caller;
use crate::config::RatesConfig;
use crate::error::{Error, Limited, Result};
use crate::hub::Dataset;

pub(super) use callers::Pass;
pub(super) use peer::address;

/// What a body is counted for of which nobody says how long it is.
const UNTOLD_BYTES: u64 = 1024 * 1024;

/// What may be done (draft-ietf-httpapi-ratelimit-headers-10).
pub(super) const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What of it is left (the same draft).
pub(super) const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// See the module.
pub(super) struct Limits {
    addresses: addresses::Addresses,
    callers: callers::Callers,
}

impl Limits {
    /// With nothing used up.
    pub(super) fn new(config: &RatesConfig) -> Self {
        Limits {
            addresses: addresses::Addresses::new(config.address),
            callers: callers::Callers::new(config.clone()),
        }
    }

    /// Refuses what comes from an address that called too often without saying who it is.
    ///
    /// # Errors
    /// Limited.
    pub(super) fn admit_address(&self, address: IpAddr) -> Result<()> {
        match self.addresses.wait(address) {
            None => Ok(()),
            Some(wait) => Err(Error::Limited(Limited::Address(self.addresses.most()), wait)),
        }
    }

    /// Charges a call of somebody unknown to its address; gives what is told of it, if there is a limit.
    pub(super) fn charge_address(&self, address: IpAddr) -> Option<(HeaderValue, u32)> {
        let left = self.addresses.charge(address)?;
        let policy = format!("\"address\";q={};w=1", self.addresses.most());
        Some((HeaderValue::from_str(&policy).ok()?, left))
    }
}

/// Lets a request of `caller` in, which goes to `dataset` if to any; what it is given is left behind.
///
/// # Errors
/// Limited.
pub(super) fn admit(request: &HttpRequest, caller: &Caller, dataset: Option<&Dataset>) -> Result<()> {
    if pass(request).is_some() {
        return Ok(());
    }
    let Some(limits) = request.app_data::<web::Data<Limits>>() else {
        return Ok(());
    };
    let dataset = dataset.map(|dataset| (dataset.number, dataset.current.contract.limits));
    let told = request.headers().get(CONTENT_LENGTH);
    let told = told.and_then(|value| value.to_str().ok()?.parse().ok());
    let chunked = request.headers().contains_key("transfer-encoding");
    let bytes = told.unwrap_or(if chunked { UNTOLD_BYTES } else { 0 });
    if let Some(pass) = limits.callers.admit(caller, dataset, bytes)? {
        request.extensions_mut().insert(Arc::new(pass));
    }
    Ok(())
}

/// What a request was given when it was let in.
pub(super) fn pass(request: &HttpRequest) -> Option<Arc<Pass>> {
    request.extensions().get::<Arc<Pass>>().cloned()
}

/// Tells what may be done, and how much of `name` is left for this second.
pub(super) fn tell(headers: &mut HeaderMap, policy: HeaderValue, (name, left): (&str, Option<u32>)) {
    headers.insert(POLICY, policy);
    let state = left.and_then(|left| {
        let state = ["\"", name, "\";r=", itoa::Buffer::new().format(left), ";t=1"].concat();
        HeaderValue::try_from(state).ok()
    });
    if let Some(state) = state {
        headers.insert(STATE, state);
    }
}

/// Both header fields for a limit of which nothing is left.
pub(super) fn used_up(limited: Limited, seconds: u32) -> (String, String) {
    let (name, policy) = match limited {
        Limited::Requests(most) => ("requests", format!("q={most};w=1")),
        Limited::Records(most) => ("records", format!("q={most};w=1")),
        Limited::Address(most) => ("address", format!("q={most};w=1")),
        Limited::Concurrent(most) => ("concurrent", format!("q={most};qu=\"concurrent-requests\"")),
        Limited::Bytes(most) => ("bytes", format!("q={most};qu=\"content-bytes\"")),
    };
    (
        format!("\"{name}\";{policy}"),
        format!("\"{name}\";r=0;t={seconds}"),
    )
}

/// Whole seconds, at least one.
fn seconds(wait: Duration) -> u32 {
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    u32::try_from(whole.max(1)).unwrap_or(u32::MAX)
}
