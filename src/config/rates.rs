//! How often the hub may be called, and whose word for a caller's address it takes.

use super::source::Reading;
use crate::types::Network;

/// How often the hub may be called; 0 is no limit.
#[derive(Debug, Clone)]
pub struct RatesConfig {
    /// `MAHAKAM_REQUESTS_PER_SECOND`: calls of one application, where the contract says nothing.
    pub requests: u32,
    /// `MAHAKAM_RECORDS_PER_SECOND`: records to and from one application, where the contract says nothing.
    pub records: u32,
    /// `MAHAKAM_CONCURRENT_REQUESTS`: calls of one application at the same time.
    pub concurrent: u32,
    /// `MAHAKAM_CONCURRENT_BYTES`: bytes of the bodies of one application's calls at the same time.
    pub bytes: u64,
    /// `MAHAKAM_ADDRESS_REQUESTS_PER_SECOND`: calls from one address by whoever does not say who they are.
    pub address: u32,
    /// `MAHAKAM_TRUSTED_PROXIES`: whose `Forwarded` and `X-Forwarded-For` are believed; nobody's when empty.
    pub proxies: Vec<Network>,
}

impl RatesConfig {
    pub(super) fn read(reading: &mut Reading<'_>) -> Self {
        let what = "a number, 0 for no limit";
        RatesConfig {
            requests: reading.parsed("MAHAKAM_REQUESTS_PER_SECOND", 100_000, what),
            records: reading.parsed("MAHAKAM_RECORDS_PER_SECOND", 1_000_000, what),
            concurrent: reading.parsed("MAHAKAM_CONCURRENT_REQUESTS", 1_000, what),
            bytes: reading.parsed("MAHAKAM_CONCURRENT_BYTES", 32 << 30, what),
            address: reading.parsed("MAHAKAM_ADDRESS_REQUESTS_PER_SECOND", 1_000, what),
            proxies: proxies(reading),
        }
    }
}

fn proxies(reading: &mut Reading<'_>) -> Vec<Network> {
    const NAME: &str = "MAHAKAM_TRUSTED_PROXIES";
    let listed = reading.text(NAME).unwrap_or_default().to_owned();
    let mut proxies = Vec::new();
    for part in listed.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        match part.parse::<Network>() {
            Ok(network) => proxies.push(network),
            Err(says) => reading.fault(NAME, &says),
        }
    }
    proxies
}
