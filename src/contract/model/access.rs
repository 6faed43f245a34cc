//! The parts of a contract that say who may do what, and how fast.
//!
//! Not here: deciding about a call (the access room does, with the grants). Invariant: a grant
//! without `fields` covers all fields.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Duration;
use crate::types::{OpdCode, Pointer, Right};

/// What one agency may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The agency.
    pub opd: OpdCode,
    /// Its rights; at least one.
    pub may: Vec<Right>,
    /// The fields it may see; all when left out. `*` stands for each item of an array.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fields: Option<Vec<Pointer>>,
    /// What the data is used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// The rule or the agreement that allows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// The last day of the grant; without end when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// How fast a dataset may be called, for each application; the hub's own limits where left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Limits {
    /// Calls in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requests_per_second: Option<u32>,
    /// Records in a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_per_second: Option<u32>,
}

/// Whether writes must carry an `Idempotency-Key`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdempotencyKey {
    /// They may.
    #[default]
    Optional,
    /// They must.
    Required,
}

/// How the owner's system answers live calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// The connector that reaches the system.
    pub connector: String,
    /// What may be called; nothing else is.
    pub allow: Vec<LiveRoute>,
    /// What is done with answers that break the schema; enforce when left out.
    #[serde(default)]
    pub validate: LiveValidation,
    /// How long an answer may be served again; not at all when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<Duration>,
}

/// One method and path that may be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveRoute {
    /// The HTTP method.
    pub method: String,
    /// The path at the owner's system; `*` stands for one segment.
    pub path: String,
}

/// What is done with an answer of the owner's system that breaks the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LiveValidation {
    /// It is refused.
    #[default]
    Enforce,
    /// It is passed on and noted.
    Report,
    /// It is passed on unseen.
    Off,
}
