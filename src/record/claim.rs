//! [`Claim`]: a request that must have its effect once, however often it is sent.
//!
//! By the IETF draft "The Idempotency-Key HTTP Header Field". Invariant: an answer, once kept under a
//! key, is what every repetition of the same request gets.

use std::fmt;

use super::{Counts, Settled};
use crate::audit::ExchangeId;
use crate::types::Digest;

/// How long an answer is kept, in milliseconds.
pub const KEPT: i64 = 24 * 60 * 60 * 1_000;

/// For how long a request that is still being answered may be silent, in milliseconds; then it is
/// taken for dead.
pub const LEASE: i64 = 3 * 60 * 1_000;

/// Which request it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The number of the application that asks; a person's is negative.
    pub application: i64,
    /// The key it chose.
    pub key: String,
    /// The digest of the request: method, path, query and body.
    pub fingerprint: Digest,
    /// The exchange that works at it.
    pub holder: ExchangeId,
}

/// An answer as it is kept and given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers that belong to it.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// How far a request came that is stored part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The last line that is stored.
    pub through: u64,
    /// The digest over the lines until there.
    pub lines: Digest,
    /// What became of them.
    pub counts: Counts,
}

/// A part of a request that is stored part by part; that it is stored is noted in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartOf {
    /// Which request it is, before its body is known.
    pub claim: Claim,
    /// The last line of the part before; 0 where there is none.
    pub after: u64,
    /// The last line of this part.
    pub through: u64,
    /// The digest over all lines until there.
    pub lines: Digest,
}

/// The answer to what became of a write; `None` when it is not to be kept with it.
pub type Answering = Box<dyn Fn(&Settled) -> Option<Answer> + Send>;

/// A claim to be kept in the transaction of its write, and the answer that goes with it.
pub struct Claimed {
    /// Which request it is.
    pub claim: Claim,
    /// The answer to what became of the write; `None` when it is not to be kept with it.
    pub answer: Answering,
}

impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.claim.fmt(f)
    }
}
