//! [`Contract`]: the interchange document, typed.
//!
//! Not here: whether a document may be registered (that is [`super::Checker`]). Reading is lenient:
//! unknown members are ignored, because an older hub must live beside a newer one. Invariant: what a
//! document left out has the default documented at its member.

mod access;
mod duration;
mod parts;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use access::{Grant, IdempotencyKey, Limits, Live, LiveRoute, LiveValidation};
pub use duration::Duration;
pub use parts::{
    Agreed, Capacity, Classification, Contact, Every, Examples, Field, Level, OnDelete, Reference,
    ReferenceMode, Retention, Signature, Signer, Update, Valid,
};

use crate::types::{DatasetId, DatasetName, Digest, Kind, Mode, OpdCode, Pointer, Version};

/// One interchange document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contract {
    /// The version of the document format; `1`.
    pub mahakam: String,
    /// The agency that owns the dataset.
    pub opd: OpdCode,
    /// The dataset's name within its owner.
    pub dataset: DatasetName,
    /// The contract's semantic version.
    pub version: Version,
    /// How records live; only a live contract may leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Where answers come from; stored when left out.
    #[serde(default)]
    pub mode: Mode,
    /// What the dataset is called on screens and papers.
    pub title: String,
    /// What it holds, in a sentence or two; empty when left out.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whom to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// Where a payload holds its key; several make a compound key. Empty only for a live contract.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<Pointer>,
    /// The JSON Schema of one payload, written out.
    pub schema: Value,
    /// Fields that may be filtered and sorted on; none when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Pointer>,
    /// Fields that hold the key of a record elsewhere; none when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// The period for which a record of a master holds; always, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Valid>,
    /// Who may know of it.
    pub classification: Classification,
    /// Fields about a person; none when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub personal_data: Vec<Pointer>,
    /// The field that says which person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Pointer>,
    /// What freshness was agreed; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<Update>,
    /// How long things are kept; for good, where left out.
    #[serde(default)]
    pub retention: Retention,
    /// What other agencies may do; nobody anything when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    /// How fast it may be called; the hub's own limits where left out.
    #[serde(default)]
    pub limits: Limits,
    /// Whether writes must carry an `Idempotency-Key`; optional when left out.
    #[serde(default)]
    pub idempotency_key: IdempotencyKey,
    /// How the owner's system answers, for a live contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live: Option<Live>,
    /// What the fields mean (Satu Data Indonesia: concept, definition, classification, measure, unit).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<Pointer, Field>,
    /// Payloads that must be accepted and refused.
    #[serde(default)]
    pub examples: Examples,
    /// The dataset that takes this one's place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<DatasetId>,
    /// What was signed, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
}

impl Contract {
    /// Reads a document as the database keeps it: unknown members are ignored.
    ///
    /// # Errors
    /// What is wrong, for the log: a stored document was checked when it was registered.
    pub fn from_stored(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The dataset that this contract describes.
    pub fn dataset_id(&self) -> DatasetId {
        DatasetId {
            opd: self.opd.clone(),
            name: self.dataset.clone(),
            major: self.version.major,
        }
    }

    /// Whether a field is about persons, or holds what is.
    pub fn is_personal(&self, field: &Pointer) -> bool {
        let personal = self.personal_data.iter();
        personal
            .chain(&self.subject)
            .any(|personal| field.lies_within(personal) || personal.lies_within(field))
    }

    /// The grant of `opd`, if it has one. The owner needs none.
    pub fn grant(&self, opd: &OpdCode) -> Option<&Grant> {
        self.grants.iter().find(|grant| grant.opd == *opd)
    }
}

/// The hash that is printed on the paper to be signed: of the canonical document (members sorted,
/// no white space, numbers as written) without `agreed`.
pub fn contract_digest(document: &Value) -> Digest {
    match document {
        Value::Object(members) => {
            let mut members = members.clone();
            members.remove("agreed");
            Digest::of(Value::Object(members).to_string().as_bytes())
        }
        _ => Digest::of(document.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn smallest() -> Value {
        json!({
            "mahakam": "1", "opd": "bkd", "dataset": "pegawai", "version": "2.1.0", "kind": "master",
            "title": "Pegawai", "key": ["/nip"], "schema": {"type": "object"},
            "classification": {"level": "open"}
        })
    }

    #[test]
    fn what_a_document_leaves_out_has_its_default() {
        let contract = Contract::from_stored(&smallest().to_string()).unwrap();
        assert_eq!(contract.dataset_id().to_string(), "bkd/pegawai/v2");
        assert_eq!(contract.mode, Mode::Stored);
        assert_eq!(contract.idempotency_key, IdempotencyKey::Optional);
        assert_eq!(contract.retention, Retention::default());
        assert!(contract.grants.is_empty() && contract.live.is_none());
    }

    #[test]
    fn members_of_a_newer_hub_are_ignored() {
        let mut document = smallest();
        document["tomorrow"] = json!({"a": 1});
        document["classification"]["tomorrow"] = json!(true);
        assert!(Contract::from_stored(&document.to_string()).is_ok());
    }

    #[test]
    fn a_contract_is_read_back_as_it_was_written() {
        let mut document = smallest();
        document["schema"]["multipleOf"] = serde_json::from_str("0.10").unwrap();
        document["grants"] =
            json!([{"opd": "dinkes", "may": ["pull"], "fields": ["/nip"], "until": "2027-12-31"}]);
        document["retention"] = json!({"history": "P5Y"});
        document["fields"] = json!({"/nip": {"concept": "NIP"}});
        let contract = Contract::from_stored(&document.to_string()).unwrap();
        let written = serde_json::to_string(&contract).unwrap();
        assert_eq!(Contract::from_stored(&written).unwrap(), contract);
        assert!(written.contains("0.10"), "numbers stay as written: {written}");
    }

    #[test]
    fn signatures_do_not_change_what_is_signed() {
        let plain = contract_digest(&smallest());
        let mut signed = smallest();
        signed["agreed"] = json!({"contract_digest": plain.to_string()});
        assert_eq!(contract_digest(&signed), plain);
        signed["title"] = json!("Pegawai ASN");
        assert_ne!(contract_digest(&signed), plain);
    }
}
