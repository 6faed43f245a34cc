//! Connectors: the rules of how the hub reaches the agencies' own systems.
//!
//! Not here: calling them (`outbound`), keeping them (`store`), what a running hub knows of each (`hub`).
//! Invariant: nothing here does I/O or looks at a clock; moments and chances are handed in.

mod auth;
mod base;
mod breaker;
pub mod delivery;
mod headers;
mod path;
pub mod pull;
mod query;
mod ranges;
mod retry;
mod settings;

pub use auth::{Auth, KeyPlace, TokenAuth};
pub use base::BaseUrl;
pub use breaker::{Admission, Breaker, BreakerState};
pub use headers::{is_hop_by_hop, is_kept_back, is_same_field, is_sendable};
pub use path::{PathFault, PathPattern, checked_path, checked_query, readings};
pub use query::without_parameter;
pub use ranges::{is_public, permits};
pub use retry::{Budget, is_idempotent, wait};
pub use settings::{Fault, Settings, Timeouts};

use crate::types::OpdCode;

/// A connector as it is registered; see the module. Its credential is kept apart, encrypted.
#[derive(Debug, Clone, PartialEq)]
pub struct Connector {
    /// Its number.
    pub id: i64,
    /// The agency whose system it reaches.
    pub opd: OpdCode,
    /// Its name, used once within the agency; contracts name it in `live.connector`.
    pub name: String,
    /// Rises with each change of it.
    pub revision: i64,
    /// Whether it may be called.
    pub enabled: bool,
    /// How it is called.
    pub settings: Settings,
}

impl Connector {
    /// How people and problems name it: `bkd/simpeg`.
    pub fn address(&self) -> String {
        format!("{}/{}", self.opd, self.name)
    }
}
