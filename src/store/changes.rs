//! Reading the change log: a dataset's feed.

use diesel::prelude::*;

use super::schema::change;
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{Seq, Timestamp};

/// One entry of a feed.
#[derive(Debug, Clone)]
pub struct Change {
    /// Its number.
    pub seq: Seq,
    /// The record's key.
    pub key: String,
    /// Whether the record was deleted.
    pub deleted: bool,
    /// The payload's text; `None` after a deletion.
    pub payload: Option<String>,
    /// The number of the contract version that judged it.
    pub contract: i64,
    /// When it was committed.
    pub at: Timestamp,
}

/// The changes after `since`, in order, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn page(connection: &mut DbConnection, dataset: i64, since: Seq, limit: i64) -> Result<Vec<Change>> {
    change::table
        .filter(change::dataset_id.eq(dataset))
        .filter(change::seq.gt(since.0))
        .order(change::seq)
        .limit(limit)
        .select((
            change::seq,
            change::key,
            change::deleted,
            change::payload,
            change::contract_id,
            change::at,
        ))
        .load::<(i64, String, bool, Option<String>, i64, i64)>(connection)
        .map(|rows| {
            rows.into_iter()
                .map(|(seq, key, deleted, payload, contract, at)| Change {
                    seq: Seq(seq),
                    key,
                    deleted,
                    payload,
                    contract,
                    at: Timestamp(at),
                })
                .collect()
        })
        .map_err(unavailable)
}
