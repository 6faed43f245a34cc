//! Gaps: which rows of which link expired; and cutting off what holds nothing else.
//!
//! Invariant: a gap and the base of a chain are signed anew whenever they change, and a gap whose signature does
//! not hold is never widened, which would make it good.

use diesel::prelude::*;

use super::read;
use crate::audit::{Base, Gap, Signer};
use crate::error::Result;
use crate::store::schema::{chain, chain_gap, chain_link};
use crate::store::{DbConnection, unavailable};
use crate::types::Digest;

/// How many links are looked at at once.
const AT_ONCE: i64 = 500;

/// Adds the places of a gap to those that are there already.
///
/// # Errors
/// When the database fails.
pub(in crate::store) fn widen(connection: &mut DbConnection, mut gap: Gap, signer: &Signer) -> Result<()> {
    let this = chain_gap::table
        .filter(chain_gap::chain_id.eq(gap.chain))
        .filter(chain_gap::number.eq(gap.number));
    let known = read::gaps(connection, gap.chain, gap.number - 1, gap.number)?;
    for (known, signature) in known {
        if !signer.public().verifies(known.fields().as_bytes(), &signature) {
            return Ok(());
        }
        let places = (0..known.places.len().saturating_mul(8)).filter(|place| known.holds(*place));
        places.for_each(|place| gap.add(place));
        gap.until = gap.until.max(known.until);
    }
    diesel::delete(this).execute(connection).map_err(unavailable)?;
    diesel::insert_into(chain_gap::table)
        .values((
            chain_gap::chain_id.eq(gap.chain),
            chain_gap::number.eq(gap.number),
            chain_gap::places.eq(&gap.places),
            chain_gap::until.eq(gap.until.0),
            chain_gap::signature.eq(signer.sign(gap.fields().as_bytes())),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Cuts off the links at the beginning of a chain of which every row expired; tells how many.
///
/// # Errors
/// When the database fails.
pub fn cut(connection: &mut DbConnection, base: &Base, signer: &Signer) -> Result<usize> {
    let links = read::links(connection, base.chain, base.number, AT_ONCE)?;
    let last = links.last().map_or(base.number, |(link, _)| link.number);
    let gaps = read::gaps(connection, base.chain, base.number, last)?;
    let mut fresh = base.clone();
    let mut cut = 0;
    for (link, hash) in &links {
        let gap = gaps.iter().find(|(gap, _)| gap.number == link.number);
        let sound = gap.is_some_and(|(gap, signature)| {
            gap.rows() == link.rows() && signer.public().verifies(gap.fields().as_bytes(), signature)
        });
        if !sound || link.hash(&fresh.hash) != *hash {
            break;
        }
        (fresh.number, fresh.hash) = (link.number, *hash);
        let until = gap.map_or(fresh.until, |(gap, _)| gap.until);
        fresh.until = fresh.until.max(until);
        cut += 1;
    }
    if cut > 0 {
        set_base(connection, &fresh, signer)?;
        let gone = chain_link::table
            .filter(chain_link::chain_id.eq(fresh.chain))
            .filter(chain_link::number.le(fresh.number));
        diesel::delete(gone).execute(connection).map_err(unavailable)?;
        let gone = chain_gap::table
            .filter(chain_gap::chain_id.eq(fresh.chain))
            .filter(chain_gap::number.le(fresh.number));
        diesel::delete(gone).execute(connection).map_err(unavailable)?;
    }
    Ok(cut)
}

fn set_base(connection: &mut DbConnection, base: &Base, signer: &Signer) -> Result<()> {
    diesel::update(chain::table.filter(chain::id.eq(base.chain)))
        .set((
            chain::base.eq(base.number),
            chain::base_hash.eq(base.hash.as_bytes()),
            chain::until.eq(base.until.0),
            chain::signature.eq(base.sign(signer)),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// A digest as it is kept, or one that fits nothing.
pub(super) fn digest(bytes: &[u8]) -> Digest {
    Digest::from_bytes(bytes).unwrap_or_else(|| Digest::of(b"a damaged digest"))
}
