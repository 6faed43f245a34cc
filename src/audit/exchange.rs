//! [`Exchange`]: one logged call through the hub.

use std::fmt;
use std::sync::Arc;

use super::Fields;
use crate::types::{Digest, Digester, OpdCode, Seq, Timestamp};

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

    /// The lowest id of the moment `at`: those of calls that came before are lower.
    pub fn lowest(at: Timestamp) -> Self {
        let millis = u128::try_from(at.0).unwrap_or_default();
        ExchangeId(uuid::Uuid::from_u128(millis << 80))
    }

    /// When the call came in, in milliseconds since the epoch.
    pub fn at(&self) -> Timestamp {
        Timestamp(i64::try_from(self.0.as_u128() >> 80).unwrap_or(i64::MAX))
    }

    /// The 16 bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether `text` is how this id is shown.
    pub fn is_shown_as(&self, text: &str) -> bool {
        let mut buffer = uuid::Uuid::encode_buffer();
        *self.0.hyphenated().encode_lower(&mut buffer) == *text
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
    /// The SHA-256 over the changes that were written, in order ([`ChangeParts`]).
    pub batch_sha256: Option<Digest>,
    /// The request's id.
    pub request_id: Arc<str>,
    /// The dataset's number.
    pub dataset_id: Option<i64>,
    /// The number of the person that asked.
    pub person: Option<i64>,
    /// The trace context that the caller named.
    pub traceparent: Option<Arc<str>>,
    /// The address that it came from, where nobody said who they are.
    pub address: Option<String>,
    /// For how many calls it stands.
    pub times: u64,
    /// What was read, where that is about persons: a [`super::Reading`] as JSON.
    pub reading: Option<String>,
    /// The number of the first change that was written.
    pub first_seq: Option<Seq>,
    /// How many changes were written.
    pub changes: u64,
}

impl Exchange {
    /// The row.
    pub fn columns(&self) -> Columns<'_> {
        let own = self.id.is_shown_as(&self.request_id);
        Columns {
            id: self.id.as_bytes(),
            part: self.part,
            at: self.at.0,
            duration_us: self.duration_us,
            action: self.action,
            dataset: self.dataset.as_deref(),
            opd: self.opd.as_ref().map(OpdCode::as_str),
            application_id: self.application,
            outcome: self.outcome,
            records: signed(self.records),
            rejected: signed(self.rejected),
            bytes: signed(self.bytes),
            batch_sha256: self.batch_sha256.as_ref().map(Digest::as_bytes),
            request_id: if own { "" } else { &self.request_id },
            unresolved: signed(self.unresolved),
            dataset_id: self.dataset_id,
            person_id: self.person,
            traceparent: self.traceparent.as_deref(),
            address: self.address.as_deref(),
            times: signed(self.times),
            reading: self.reading.as_deref(),
            first_seq: self.first_seq.map(|seq| seq.0),
            changes: signed(self.changes),
        }
    }
}

/// A row of the exchange log, but for its place in the chain.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    /// The exchange's identity.
    pub id: &'a [u8],
    /// The part.
    pub part: i32,
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// For how long, in microseconds.
    pub duration_us: i64,
    /// What was asked.
    pub action: &'a str,
    /// The dataset's address.
    pub dataset: Option<&'a str>,
    /// The agency's code.
    pub opd: Option<&'a str>,
    /// The application's number.
    pub application_id: Option<i64>,
    /// What came of it.
    pub outcome: &'a str,
    /// Records stored or read.
    pub records: i64,
    /// Records refused.
    pub rejected: i64,
    /// Bytes of payload.
    pub bytes: i64,
    /// The digest over the changes.
    pub batch_sha256: Option<&'a [u8]>,
    /// The request's id; empty where it is the exchange's own.
    pub request_id: &'a str,
    /// References to nothing.
    pub unresolved: i64,
    /// The dataset's number.
    pub dataset_id: Option<i64>,
    /// The person's number.
    pub person_id: Option<i64>,
    /// The caller's trace context.
    pub traceparent: Option<&'a str>,
    /// The caller's address.
    pub address: Option<&'a str>,
    /// For how many calls it stands.
    pub times: i64,
    /// What was read.
    pub reading: Option<&'a str>,
    /// The first change.
    pub first_seq: Option<i64>,
    /// How many changes.
    pub changes: i64,
}

impl Columns<'_> {
    /// The row's canonical encoding.
    pub fn fields(&self) -> Fields {
        Fields::of("mahakam exchange 1")
            .bytes(Some(self.id))
            .number(Some(i64::from(self.part)))
            .number(Some(self.at))
            .number(Some(self.duration_us))
            .text(Some(self.action))
            .text(self.dataset)
            .text(self.opd)
            .number(self.application_id)
            .text(Some(self.outcome))
            .number(Some(self.records))
            .number(Some(self.rejected))
            .number(Some(self.bytes))
            .bytes(self.batch_sha256)
            .text(Some(self.request_id))
            .number(Some(self.unresolved))
            .number(self.dataset_id)
            .number(self.person_id)
            .text(self.traceparent)
            .text(self.address)
            .number(Some(self.times))
            .text(self.reading)
            .number(self.first_seq)
            .number(Some(self.changes))
    }
}

/// What of a change its exchange answers for.
#[derive(Debug, Clone, Copy)]
pub struct ChangeParts<'a> {
    /// Its number in the feed.
    pub seq: Seq,
    /// The contract version that judged it.
    pub contract: i64,
    /// The record's key.
    pub key: &'a str,
    /// The digest of the payload; none for a deletion.
    pub payload: Option<&'a [u8]>,
    /// Whom it is about.
    pub subject: Option<&'a [u8]>,
}

impl ChangeParts<'_> {
    /// Adds the change to the digest that its exchange carries.
    pub fn digest(&self, digester: &mut Digester) {
        let fields = Fields::of("mahakam change 1")
            .number(Some(self.seq.0))
            .number(Some(self.contract))
            .text(Some(self.key))
            .bytes(self.payload)
            .bytes(self.subject);
        digester.update(fields.as_bytes());
    }
}

fn signed(number: u64) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_its_moment_and_sorts_behind_the_lowest_of_it() {
        let at = Timestamp(1_774_000_000_120);
        let id = ExchangeId::new(at);
        assert_eq!(id.at(), at);
        assert!(ExchangeId::lowest(at).as_bytes() < id.as_bytes());
        assert!(id.as_bytes() < ExchangeId::lowest(Timestamp(at.0 + 1)).as_bytes());
        assert!(id.is_shown_as(&id.to_string()) && !id.is_shown_as("x"));
    }
}
