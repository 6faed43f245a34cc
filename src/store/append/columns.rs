//! Exchanges turned from rows into columns, as PostgreSQL's `unnest` takes them.

use super::signed;
use crate::audit::Exchange;
use crate::types::{Digest, OpdCode};

/// One vector per column of the exchange log, in the order of the exchanges.
pub(super) struct Columns<'a> {
    pub(super) id: Vec<&'a [u8]>,
    pub(super) part: Vec<i32>,
    pub(super) at: Vec<i64>,
    pub(super) duration_us: Vec<i64>,
    pub(super) action: Vec<&'a str>,
    pub(super) dataset: Vec<Option<String>>,
    pub(super) opd: Vec<Option<&'a str>>,
    pub(super) application_id: Vec<Option<i64>>,
    pub(super) outcome: Vec<&'a str>,
    pub(super) records: Vec<i64>,
    pub(super) rejected: Vec<i64>,
    pub(super) bytes: Vec<i64>,
    pub(super) batch_sha256: Vec<Option<&'a [u8]>>,
    pub(super) request_id: Vec<&'a str>,
    pub(super) unresolved: Vec<i64>,
}

impl<'a> Columns<'a> {
    /// The columns of these exchanges.
    pub(super) fn of(exchanges: &'a [Exchange]) -> Self {
        let each = || exchanges.iter();
        Columns {
            id: each().map(|exchange| exchange.id.as_bytes()).collect(),
            part: each().map(|exchange| exchange.part).collect(),
            at: each().map(|exchange| exchange.at.0).collect(),
            duration_us: each().map(|exchange| exchange.duration_us).collect(),
            action: each().map(|exchange| exchange.action).collect(),
            dataset: each()
                .map(|exchange| exchange.dataset.as_ref().map(ToString::to_string))
                .collect(),
            opd: each()
                .map(|exchange| exchange.opd.as_ref().map(OpdCode::as_str))
                .collect(),
            application_id: each().map(|exchange| exchange.application).collect(),
            outcome: each().map(|exchange| exchange.outcome).collect(),
            records: each().map(|exchange| signed(exchange.records)).collect(),
            rejected: each().map(|exchange| signed(exchange.rejected)).collect(),
            bytes: each().map(|exchange| signed(exchange.bytes)).collect(),
            batch_sha256: each()
                .map(|exchange| exchange.batch_sha256.as_ref().map(Digest::as_bytes))
                .collect(),
            request_id: each().map(|exchange| exchange.request_id.as_str()).collect(),
            unresolved: each().map(|exchange| signed(exchange.unresolved)).collect(),
        }
    }
}
