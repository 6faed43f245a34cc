//! Forgetting exchanges whose time is over, a chunk at a time.
//!
//! Invariant: in the transaction in which rows go, a signed gap says so, so that the rest still verifies.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::StoredExchange;
use crate::audit::{ExchangeId, Gap, Signer};
use crate::error::Result;
use crate::store::chains::gaps;
use crate::store::schema::exchange;
use crate::store::{DbConnection, unavailable};
use crate::types::Timestamp;

/// The addresses of all datasets that the log knows: a look-up in the index for each.
///
/// # Errors
/// When the database fails.
pub fn datasets(connection: &mut DbConnection) -> Result<Vec<String>> {
    let mut known: Vec<String> = Vec::new();
    loop {
        let last = known.last().cloned().unwrap_or_default();
        let next: Option<Option<String>> = exchange::table
            .filter(exchange::dataset.gt(last))
            .order(exchange::dataset)
            .select(exchange::dataset)
            .first(connection)
            .optional()
            .map_err(unavailable)?;
        match next.flatten() {
            Some(next) => known.push(next),
            None => return Ok(known),
        }
    }
}

/// Forgets exchanges about a dataset, or about none, that came before `before`, the oldest first, at most
/// `limit`; tells how many.
///
/// # Errors
/// When the database fails.
pub fn forget(
    connection: &mut DbConnection,
    dataset: Option<&str>,
    before: Timestamp,
    limit: i64,
    signer: &Signer,
) -> Result<usize> {
    let mut old = exchange::table.into_boxed();
    old = match dataset {
        Some(dataset) => old.filter(exchange::dataset.eq(dataset)),
        None => old.filter(exchange::dataset.is_null()),
    };
    let old: Vec<StoredExchange> = old
        .filter(exchange::id.lt(ExchangeId::lowest(before).as_bytes().to_vec()))
        .order((exchange::id, exchange::part))
        .limit(limit)
        .load(connection)
        .map_err(unavailable)?;
    let mut places: BTreeMap<(i64, i64), Gap> = BTreeMap::new();
    for row in &old {
        if let (Some(chain), Some(link), Some(place)) = (row.chain_id, row.link, row.place) {
            let gap = places
                .entry((chain, link))
                .or_insert_with(|| Gap::new(chain, link, before));
            gap.add(usize::try_from(place).unwrap_or_default());
        }
        diesel::delete(exchange::table)
            .filter(exchange::id.eq(&row.id))
            .filter(exchange::part.eq(row.part))
            .execute(connection)
            .map_err(unavailable)?;
    }
    for gap in places.into_values() {
        gaps::widen(connection, gap, signer)?;
    }
    Ok(old.len())
}
