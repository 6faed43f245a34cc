//! [`StoredExchange`]: a row of the exchange log as it is read back.

use diesel::prelude::*;

use crate::audit::{Columns, ExchangeId};

/// A row with its place in the chain; the columns in the order of the table.
#[derive(Debug, Clone, Queryable)]
pub struct StoredExchange {
    /// The exchange's identity.
    pub id: Vec<u8>,
    /// The part.
    pub part: i32,
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// For how long, in microseconds.
    pub duration_us: i64,
    /// What was asked.
    pub action: String,
    /// The dataset's address.
    pub dataset: Option<String>,
    /// The agency's code.
    pub opd: Option<String>,
    /// The application's number.
    pub application_id: Option<i64>,
    /// What came of it.
    pub outcome: String,
    /// Records stored or read.
    pub records: i64,
    /// Records refused.
    pub rejected: i64,
    /// Bytes of payload.
    pub bytes: i64,
    /// The digest over the changes.
    pub batch_sha256: Option<Vec<u8>>,
    /// The request's id; empty where it is the exchange's own.
    pub request_id: String,
    /// References to nothing.
    pub unresolved: i64,
    /// The dataset's number.
    pub dataset_id: Option<i64>,
    /// The person's number.
    pub person_id: Option<i64>,
    /// The caller's trace context.
    pub traceparent: Option<String>,
    /// The caller's address.
    pub address: Option<String>,
    /// For how many calls it stands.
    pub times: i64,
    /// What was read, as JSON.
    pub reading: Option<String>,
    /// The first change that was written.
    pub first_seq: Option<i64>,
    /// How many changes were written.
    pub changes: i64,
    /// The chain; none for rows from before there were chains.
    pub chain_id: Option<i64>,
    /// The link.
    pub link: Option<i64>,
    /// The place in the link.
    pub place: Option<i32>,
    /// The salt of the row's hash.
    pub salt: Option<Vec<u8>>,
}

impl StoredExchange {
    /// The row but for its place in the chain.
    pub fn columns(&self) -> Columns<'_> {
        Columns {
            id: &self.id,
            part: self.part,
            at: self.at,
            duration_us: self.duration_us,
            action: &self.action,
            dataset: self.dataset.as_deref(),
            opd: self.opd.as_deref(),
            application_id: self.application_id,
            outcome: &self.outcome,
            records: self.records,
            rejected: self.rejected,
            bytes: self.bytes,
            batch_sha256: self.batch_sha256.as_deref(),
            request_id: &self.request_id,
            unresolved: self.unresolved,
            dataset_id: self.dataset_id,
            person_id: self.person_id,
            traceparent: self.traceparent.as_deref(),
            address: self.address.as_deref(),
            times: self.times,
            reading: self.reading.as_deref(),
            first_seq: self.first_seq,
            changes: self.changes,
        }
    }

    /// The exchange's identity.
    pub fn id(&self) -> Option<ExchangeId> {
        ExchangeId::from_bytes(&self.id)
    }

    /// Where it stands in the log.
    pub fn key(&self) -> RowKey {
        (self.id.clone(), self.part)
    }
}

/// By what rows are ordered: the exchange and the part.
pub type RowKey = (Vec<u8>, i32);
