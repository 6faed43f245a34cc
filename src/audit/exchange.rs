//! [`Exchange`]: one logged call through the hub.

use std::fmt;
use std::sync::Arc;

use crate::types::{Digest, OpdCode, Timestamp};

/// The identity of an exchange: a UUID of version 7 (RFC 9562), so that later ones sort later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExchangeId(uuid::Uuid);

impl ExchangeId {
    /// A new id at the moment `now`.
    pub fn new(now: Timestamp) -> Self {
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let nanos = u32::try_from(now.0.rem_euclid(1000) * 1_000_000).unwrap_or_default();
        ExchangeId(uuid::Uuid::new_v7(uuid::Timestamp::from_unix(
            uuid::NoContext,
            seconds,
            nanos,
        )))
    }

    /// Reads an id as it is shown; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        uuid::Uuid::try_parse(text).ok().map(ExchangeId)
    }

    /// An id read back from storage; `None` unless there are 16 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        uuid::Uuid::from_slice(bytes).ok().map(ExchangeId)
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Display for ExchangeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A call as it is logged. A streamed bulk is logged in parts, each with the transaction that
/// stored it, so that the log never claims what a crash undid.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// Its identity.
    pub id: ExchangeId,
    /// Which part of a bulk this is, from 0.
    pub part: i32,
    /// When the call came in.
    pub at: Timestamp,
    /// How long it took so far, in microseconds.
    pub duration_us: i64,
    /// What was asked, such as `push`.
    pub action: &'static str,
    /// The address of the dataset it was about, such as `bkd/pegawai/v1`.
    pub dataset: Option<Arc<str>>,
    /// Which agency asked.
    pub opd: Option<OpdCode>,
    /// The number of the application that asked.
    pub application: Option<i64>,
    /// What came of it: `ok`, the code of the problem, `refused` by what is stored, or `left` where
    /// the caller went before the end of the answer.
    pub outcome: &'static str,
    /// How many records were stored or read.
    pub records: u64,
    /// How many were refused.
    pub rejected: u64,
    /// How many references to nothing were stored, where the contract only warns of them.
    pub unresolved: u64,
    /// How many bytes of payload were taken in or given out.
    pub bytes: u64,
    /// The SHA-256 over the SHA-256s of the stored payloads, in order.
    pub batch_sha256: Option<Digest>,
    /// The request's id.
    pub request_id: String,
}
