//! Reading chains back, to verify them.
//!
//! Invariant: what is damaged is given out as it is, so that verifying can name it.

use diesel::prelude::*;

use super::gaps::digest;
use crate::audit::{Base, Gap, Link};
use crate::error::Result;
use crate::store::schema::{chain, chain_gap, chain_link};
use crate::store::{DbConnection, unavailable};
use crate::types::{Digest, Timestamp};

/// The row of a link.
type LinkRow = (i64, i64, i64, Vec<u8>, Vec<u8>);

const LINK: (
    chain_link::chain_id,
    chain_link::number,
    chain_link::at,
    chain_link::hashes,
    chain_link::hash,
) = (
    chain_link::chain_id,
    chain_link::number,
    chain_link::at,
    chain_link::hashes,
    chain_link::hash,
);

/// A row of `chain`, in the order of its columns.
type BaseRow = (i64, String, i64, i64, Vec<u8>, i64, Vec<u8>);
/// A row of `chain_gap`, in the order of its columns.
type GapRow = (i64, i64, Vec<u8>, i64, Vec<u8>);

/// Where all chains begin, with their signatures, by number.
///
/// # Errors
/// When the database fails.
pub fn bases(connection: &mut DbConnection) -> Result<Vec<(Base, Vec<u8>)>> {
    let rows: Vec<BaseRow> = chain::table
        .order(chain::id)
        .load(connection)
        .map_err(unavailable)?;
    let base = |(chain, kind, begun_at, number, hash, until, signature): (_, _, _, _, Vec<u8>, _, _)| {
        let base = Base {
            chain,
            kind,
            begun_at: Timestamp(begun_at),
            number,
            hash: digest(&hash),
            until: Timestamp(until),
        };
        (base, signature)
    };
    Ok(rows.into_iter().map(base).collect())
}

/// The links of a chain behind `after`, each with the hash that is kept, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn links(
    connection: &mut DbConnection,
    chain: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<(Link, Digest)>> {
    chain_link::table
        .filter(chain_link::chain_id.eq(chain))
        .filter(chain_link::number.gt(after))
        .order(chain_link::number)
        .limit(limit)
        .select(LINK)
        .load::<LinkRow>(connection)
        .map(|rows| rows.into_iter().map(link).collect())
        .map_err(unavailable)
}

/// One link, with the hash that is kept.
///
/// # Errors
/// When the database fails.
pub fn link_at(connection: &mut DbConnection, chain: i64, number: i64) -> Result<Option<(Link, Digest)>> {
    chain_link::table
        .filter(chain_link::chain_id.eq(chain))
        .filter(chain_link::number.eq(number))
        .select(LINK)
        .first::<LinkRow>(connection)
        .optional()
        .map(|row| row.map(link))
        .map_err(unavailable)
}

/// The gaps in the links of a chain behind `after` and up to `last`, with their signatures.
///
/// # Errors
/// When the database fails.
pub fn gaps(connection: &mut DbConnection, chain: i64, after: i64, last: i64) -> Result<Vec<(Gap, Vec<u8>)>> {
    let rows: Vec<GapRow> = chain_gap::table
        .filter(chain_gap::chain_id.eq(chain))
        .filter(chain_gap::number.gt(after))
        .filter(chain_gap::number.le(last))
        .order(chain_gap::number)
        .load(connection)
        .map_err(unavailable)?;
    let gap = |(chain, number, places, until, signature)| {
        let until = Timestamp(until);
        let gap = Gap {
            chain,
            number,
            places,
            until,
        };
        (gap, signature)
    };
    Ok(rows.into_iter().map(gap).collect())
}

fn link((chain, number, at, hashes, hash): LinkRow) -> (Link, Digest) {
    let at = Timestamp(at);
    let link = Link {
        chain,
        number,
        at,
        hashes,
    };
    (link, digest(&hash))
}
