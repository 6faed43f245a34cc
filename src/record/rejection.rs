//! [`Rejection`]: a payload refused by its contract, kept so that it can be repaired and sent again.

use bytes::Bytes;

/// See the module.
#[derive(Debug, Clone)]
pub struct Rejection {
    /// The physical line or the element's number in a bulk, from 1; `None` for a single payload.
    pub line: Option<u64>,
    /// The record's key, where one was found.
    pub key: Option<String>,
    /// What was sent, byte for byte; `None` for a line that was too long to be held.
    pub body: Option<Bytes>,
    /// Why it was refused, as JSON: `code`, `detail` in both languages, `violations`.
    pub reason: String,
}
