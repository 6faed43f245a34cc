//! [`Violation`]: one way in which a payload breaks its contract.

use serde_json::Value;

use super::{Pointer, Text};

/// The most violations reported of one record; the total is always told.
pub const MAX_VIOLATIONS: usize = 1000;

/// One wrong, missing or extra value in a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Leads to the wrong value; for a missing or an extra member, to that member.
    pub pointer: Pointer,
    /// The JSON Schema keyword that was broken, or `key` or `reference`.
    pub keyword: Box<str>,
    /// What to do about it.
    pub message: Text,
    /// The keyword's value in the schema; null where it has none.
    pub expected: Value,
}
