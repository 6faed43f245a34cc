//! [`Link`]: one step of a chain of hashes over the rows of the log.
//!
//! A link holds the salted hashes of the rows that one transaction wrote, and a hash over them, its place and
//! the link before. Not here: where links are kept. Invariant: a row may go and its hash stays, so that what
//! is left still verifies.

use super::{Fields, Signer};
use crate::types::{Digest, Timestamp};

/// How many bytes a hash has.
pub const HASH: usize = 32;

/// One step of a chain.
#[derive(Debug, Clone)]
pub struct Link {
    /// The chain.
    pub chain: i64,
    /// Its number in the chain, from 1 without gaps.
    pub number: i64,
    /// When it was made.
    pub at: Timestamp,
    /// The hashes of its rows, by place, one behind the other.
    pub hashes: Vec<u8>,
}

impl Link {
    /// The hash of the link behind one with the hash `before`.
    pub fn hash(&self, before: &Digest) -> Digest {
        let link = Fields::of("mahakam chain_link 1")
            .number(Some(self.chain))
            .number(Some(self.number))
            .number(Some(self.at.0))
            .bytes(Some(before.as_bytes()));
        link.hash(Digest::of(&self.hashes).as_bytes())
    }

    /// How many rows it has, those that are gone included.
    pub fn rows(&self) -> usize {
        self.hashes.len() / HASH
    }

    /// The hash of the row at `place`.
    pub fn at_place(&self, place: usize) -> Option<&[u8]> {
        let begin = place.checked_mul(HASH)?;
        self.hashes.get(begin..begin.checked_add(HASH)?)
    }
}

/// What stands before the first link of a chain.
pub fn nothing() -> Digest {
    Digest::of(b"mahakam chain 1")
}

/// Where a chain begins: behind the last link that was cut off, 0 for none. It is signed, so that nobody
/// else begins one or cuts one off.
#[derive(Debug, Clone)]
pub struct Base {
    /// The chain.
    pub chain: i64,
    /// What is chained: `exchange` or `audit`.
    pub kind: String,
    /// When the chain was begun.
    pub begun_at: Timestamp,
    /// The number of the last link that was cut off.
    pub number: i64,
    /// Its hash.
    pub hash: Digest,
    /// Rows from before this moment may have been cut off.
    pub until: Timestamp,
}

impl Base {
    /// What is signed.
    pub fn fields(&self) -> Fields {
        Fields::of("mahakam chain 1")
            .number(Some(self.chain))
            .text(Some(&self.kind))
            .number(Some(self.begun_at.0))
            .number(Some(self.number))
            .bytes(Some(self.hash.as_bytes()))
            .number(Some(self.until.0))
    }

    /// Its signature.
    pub fn sign(&self, signer: &Signer) -> Vec<u8> {
        signer.sign(self.fields().as_bytes())
    }
}

/// Which rows of a link expired. It is signed, so that nobody else lets rows expire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The chain.
    pub chain: i64,
    /// The link.
    pub number: i64,
    /// One bit a place, the lowest first.
    pub places: Vec<u8>,
    /// Rows from before this moment had expired when the gap was made.
    pub until: Timestamp,
}

impl Gap {
    /// A gap without places.
    pub fn new(chain: i64, number: i64, until: Timestamp) -> Self {
        Gap {
            chain,
            number,
            places: Vec::new(),
            until,
        }
    }

    /// Adds a place.
    pub fn add(&mut self, place: usize) {
        let byte = place / 8;
        if self.places.len() <= byte {
            self.places.resize(byte + 1, 0);
        }
        if let Some(bits) = self.places.get_mut(byte) {
            *bits |= 1 << (place % 8);
        }
    }

    /// Whether the row at `place` expired.
    pub fn holds(&self, place: usize) -> bool {
        self.places
            .get(place / 8)
            .is_some_and(|bits| bits & (1 << (place % 8)) != 0)
    }

    /// How many rows expired.
    pub fn rows(&self) -> usize {
        let ones = |bits: &u8| usize::try_from(bits.count_ones()).unwrap_or_default();
        self.places.iter().map(ones).sum()
    }

    /// What is signed.
    pub fn fields(&self) -> Fields {
        Fields::of("mahakam chain_gap 1")
            .number(Some(self.chain))
            .number(Some(self.number))
            .number(Some(self.until.0))
            .bytes(Some(&self.places))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(number: i64, rows: &[&[u8]]) -> Link {
        let hashes = rows.iter().map(|row| Digest::of(row));
        Link {
            chain: 1,
            number,
            at: Timestamp(5),
            hashes: hashes.flat_map(|hash| hash.as_bytes().to_vec()).collect(),
        }
    }

    #[test]
    fn a_link_depends_on_every_row_their_order_its_place_and_the_link_before() {
        let before = nothing();
        let hash = link(1, &[b"a", b"b"]).hash(&before);
        for other in [link(1, &[b"b", b"a"]), link(1, &[b"a"]), link(2, &[b"a", b"b"])] {
            assert_ne!(other.hash(&before), hash);
        }
        assert_ne!(link(1, &[b"a", b"b"]).hash(&hash), hash);
        assert_eq!(link(1, &[b"a", b"b"]).hash(&before), hash);
        assert_eq!(
            link(1, &[b"a", b"b"]).at_place(1),
            Some(Digest::of(b"b").as_bytes())
        );
        assert_eq!(link(1, &[b"a", b"b"]).at_place(2), None);
    }

    #[test]
    fn a_gap_remembers_its_places() {
        let mut gap = Gap::new(1, 1, Timestamp(0));
        for place in [0, 9, 9, 17] {
            gap.add(place);
        }
        assert_eq!(gap.rows(), 3);
        assert!(gap.holds(9) && !gap.holds(8) && !gap.holds(1_000));
    }
}
