//! Checkpoints: the signed statements of where the chains stood.
//!
//! Invariant: a checkpoint is never changed.

use diesel::prelude::*;

use super::AUDIT;
use crate::audit::{Checkpoint, HeadOf, hex};
use crate::error::Result;
use crate::store::schema::{chain, chain_link, checkpoint};
use crate::store::{DbConnection, unavailable};
use crate::types::Timestamp;

/// The row of a checkpoint.
type Row = (i64, i64, String, Vec<u8>);

/// Waits until no other hub is making a checkpoint; it is this one's turn until the end of the transaction.
///
/// # Errors
/// When the database fails.
pub fn turn(connection: &mut DbConnection) -> Result<()> {
    diesel::update(chain::table.filter(chain::kind.eq(AUDIT)))
        .set(chain::begun_at.eq(chain::begun_at))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// The last checkpoint.
///
/// # Errors
/// When the database fails.
pub fn last(connection: &mut DbConnection) -> Result<Option<Checkpoint>> {
    checkpoint::table
        .order(checkpoint::number.desc())
        .first::<Row>(connection)
        .optional()
        .map(|row| row.map(read))
        .map_err(unavailable)
}

/// The checkpoints behind `after`, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn after(connection: &mut DbConnection, after: i64, limit: i64) -> Result<Vec<Checkpoint>> {
    checkpoint::table
        .filter(checkpoint::number.gt(after))
        .order(checkpoint::number)
        .limit(limit)
        .load::<Row>(connection)
        .map(|rows| rows.into_iter().map(read).collect())
        .map_err(unavailable)
}

/// Adds a checkpoint.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, made: &Checkpoint) -> Result<()> {
    diesel::insert_into(checkpoint::table)
        .values((
            checkpoint::number.eq(made.number),
            checkpoint::at.eq(made.at.0),
            checkpoint::body.eq(&made.body),
            checkpoint::signature.eq(&made.signature),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Where all chains stand that have a link, and that were written to since `since`.
///
/// # Errors
/// When the database fails.
pub fn heads(connection: &mut DbConnection, since: Option<Timestamp>) -> Result<Vec<HeadOf>> {
    let chains: Vec<i64> = chain::table
        .order(chain::id)
        .select(chain::id)
        .load(connection)
        .map_err(unavailable)?;
    let mut heads = Vec::with_capacity(chains.len());
    for chain in chains {
        let last: Option<(i64, i64, Vec<u8>)> = chain_link::table
            .filter(chain_link::chain_id.eq(chain))
            .order(chain_link::number.desc())
            .select((chain_link::number, chain_link::at, chain_link::hash))
            .first(connection)
            .optional()
            .map_err(unavailable)?;
        let news = |at: i64| since.is_none_or(|since| at >= since.0);
        if let Some((number, _, hash)) = last.filter(|(_, at, _)| news(*at)) {
            let hash = hex(&hash);
            heads.push(HeadOf { chain, number, hash });
        }
    }
    Ok(heads)
}

fn read((number, at, body, signature): Row) -> Checkpoint {
    Checkpoint {
        number,
        at: Timestamp(at),
        body,
        signature,
    }
}
