//! The parts of a contract that say what data it is and how it was agreed.
//!
//! Not here: who may do what with it (`access`). Invariant: every member that a document may leave
//! out is optional or has a default here.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Duration;
use crate::types::{DatasetId, Pointer};

/// Whom to ask about a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// A person or a desk.
    pub name: String,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Its telephone number, as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A field that holds the key of a record in another dataset, or in this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The field that refers.
    pub field: Pointer,
    /// The dataset referred to.
    pub dataset: DatasetId,
    /// The field with the date at which the reference is judged; now, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Pointer>,
    /// What a reference to nothing means; strict when left out.
    #[serde(default)]
    pub mode: ReferenceMode,
    /// What deleting the record referred to means; refuse when left out.
    #[serde(default)]
    pub on_delete: OnDelete,
}

/// What a reference to nothing means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReferenceMode {
    /// The payload is refused.
    #[default]
    Strict,
    /// The payload is stored and the reference reported.
    Warn,
}

/// What happens when a record that others refer to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDelete {
    /// The deletion is refused.
    #[default]
    Refuse,
    /// The record goes; the references stay as they are.
    Ignore,
}

/// The period for which a record of a master holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Valid {
    /// The field with the first day.
    pub from: Pointer,
    /// The field with the last day; without one a record holds until its successor begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Pointer>,
}

/// Who may know of the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classification {
    /// The level.
    pub level: Level,
    /// Why it is not open; mandatory then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Until when it is not open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// A level of classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Anybody may read it, without a key.
    Open,
    /// Those who were granted it.
    Restricted,
    /// Those who were granted it; kept out of public lists.
    Confidential,
}

/// What freshness was agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// How often the owner brings the data up to date.
    pub every: Every,
    /// By what time of day, `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// How often data is brought up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Every {
    /// Whenever something happens.
    Event,
    /// Each hour.
    Hourly,
    /// Each day.
    Daily,
    /// Each week.
    Weekly,
    /// Each month.
    Monthly,
    /// Each quarter.
    Quarterly,
    /// Each half year.
    Semiannually,
    /// Each year.
    Yearly,
}

/// How long things are kept; what is left out is kept for good.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Retention {
    /// Earlier versions of records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Duration>,
    /// The log of exchanges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Duration>,
    /// Refused payloads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejections: Option<Duration>,
}

/// What a field means, in the words of the data standard (Satu Data Indonesia).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Field {
    /// The idea behind the data (konsep).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concept: Option<String>,
    /// What limits and sets apart that idea (definisi).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// How values are grouped (klasifikasi).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<String>,
    /// What is measured (ukuran).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// In which unit (satuan).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Payloads that show what the schema means; part of the integration's unit test.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Examples {
    /// Payloads that must be accepted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub valid: Vec<Value>,
    /// Payloads that must be refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid: Vec<Value>,
}

/// What was signed, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    /// The hash of the canonical document without `agreed`, as printed on the paper.
    pub contract_digest: String,
    /// The hash of the signed file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_sha256: Option<String>,
    /// How it was signed; by hand when left out.
    #[serde(default)]
    pub signature: Signature,
    /// Who signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signers: Vec<Signer>,
}

/// How a paper was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signature {
    /// By hand, on paper.
    #[default]
    Wet,
    /// With an electronic certificate.
    Electronic,
}

/// A person who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// The name, with titles.
    pub name: String,
    /// The civil servant's number (NIP), as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nip: Option<String>,
    /// The office held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub office: Option<String>,
    /// In what capacity; definitive when left out.
    #[serde(default)]
    pub capacity: Capacity,
    /// The day of signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Date>,
}

/// In what capacity an office is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Capacity {
    /// Appointed to it.
    #[default]
    Definitive,
    /// Pelaksana Tugas, acting.
    Plt,
    /// Pelaksana Harian, for the day.
    Plh,
}
