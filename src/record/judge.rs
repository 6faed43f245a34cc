//! From bytes to an accepted payload: reading, validating, finding the key.

use serde_json::Value;

use super::{Entry, FoundBy, Payload, referrals_of};
use crate::audit::{Subject, SubjectKey};
use crate::contract::{Reference, Validator};
use crate::error::{Bound, Error, Malformed, Result, Violations};
use crate::types::{Document, KeyFault, Kind, MAX_KEY_BYTES, Pointer, RecordKey, Text, Violation};

/// What a dataset asks of its payloads.
#[derive(Debug, Clone)]
pub struct Judge {
    /// The compiled schema.
    pub validator: Validator,
    /// Where the parts of the key stand.
    pub key: Vec<Pointer>,
    /// By what the records are found.
    pub found_by: FoundBy,
    /// What they refer to.
    pub references: Vec<Reference>,
    /// Which field says whom a payload is about, and what hides that.
    pub subject: Option<(Pointer, SubjectKey)>,
}

/// Judges one payload of at most `max_bytes` bytes.
///
/// # Errors
/// Too large, not JSON or not I-JSON, or all violations of the contract, the key's among them.
pub fn judge(rules: &Judge, bytes: &[u8], max_bytes: usize) -> Result<Payload> {
    if bytes.len() > max_bytes {
        return Err(Error::TooLarge(Bound::Record(max_bytes)));
    }
    let document = Document::parse(bytes).map_err(|fault| Error::Malformed(Malformed::Json(fault)))?;
    accept(rules, document)
}

/// Judges one line of a bulk: a payload or, for a master, `{"$delete": "<key>"}`.
///
/// # Errors
/// As [`judge`]; a violation with the keyword `key` when what is to be deleted is no key.
pub fn judge_line(rules: &Judge, kind: Kind, bytes: &[u8], max_bytes: usize) -> Result<Entry> {
    let may_delete = kind == Kind::Master && memchr::memmem::find(bytes, b"\"$delete\"").is_some();
    if !may_delete || bytes.len() > max_bytes {
        return judge(rules, bytes, max_bytes).map(Entry::Put);
    }
    let document = Document::parse(bytes).map_err(|fault| Error::Malformed(Malformed::Json(fault)))?;
    let only = document.value().as_object().filter(|members| members.len() == 1);
    if only.is_none_or(|members| !members.contains_key("$delete")) {
        return accept(rules, document).map(Entry::Put);
    }
    let at = [Pointer::default().child("$delete")];
    match document
        .value()
        .get("$delete")
        .and_then(Value::as_str)
        .map(RecordKey::parse)
    {
        Some(Ok(key)) => Ok(Entry::Delete(key)),
        _ => Err(match key_of(&at, document.value()) {
            Err(violation) => Error::Violates(Violations {
                list: vec![*violation],
                total: 1,
            }),
            // An integer: a key is written as a text here.
            Ok(key) => return Ok(Entry::Delete(key)),
        }),
    }
}

/// Judges one payload of at most `max_bytes` bytes by the schema alone, whatever its key.
///
/// # Errors
/// Too large, not JSON or not I-JSON, or all violations of the schema.
pub fn check(rules: &Judge, bytes: &[u8], max_bytes: usize) -> Result<()> {
    if bytes.len() > max_bytes {
        return Err(Error::TooLarge(Bound::Record(max_bytes)));
    }
    let document = Document::parse(bytes).map_err(|fault| Error::Malformed(Malformed::Json(fault)))?;
    if rules.validator.is_valid(document.value()) {
        return Ok(());
    }
    let found = rules.validator.violations(document.value());
    let total = u64::try_from(found.total).unwrap_or(u64::MAX);
    Err(Error::Violates(Violations {
        list: found.list,
        total,
    }))
}

/// Judges a document that was read already.
///
/// # Errors
/// All violations of the contract, the key's among them.
fn accept(rules: &Judge, document: Document) -> Result<Payload> {
    let key = key_of(&rules.key, document.value());
    match key {
        Ok(key) if rules.validator.is_valid(document.value()) => {
            let (digest, canonical) = (document.digest(), document.canonical_digest());
            let slots = rules.found_by.slots(document.value());
            let marks = rules.found_by.marks(document.value());
            let referrals = referrals_of(&rules.references, document.value());
            let subject = rules.subject.as_ref();
            let subject = subject.and_then(|(field, key)| subject_of(field, key, document.value()));
            let (_, text) = document.into_parts();
            Ok(Payload {
                key,
                text,
                digest,
                canonical,
                slots,
                marks,
                referrals,
                subject,
            })
        }
        key => {
            let found = rules.validator.violations(document.value());
            let mut violations = Violations {
                list: found.list,
                total: u64::try_from(found.total).unwrap_or(u64::MAX),
            };
            if let Err(violation) = key {
                // A key that the schema refuses already is told once.
                if !violations
                    .list
                    .iter()
                    .any(|known| known.pointer == violation.pointer)
                {
                    violations.list.push(*violation);
                    violations.total += 1;
                }
            }
            Err(Error::Violates(violations))
        }
    }
}

/// Whom a payload is about: a text, or an integer literal as its digits.
pub fn subject_of(field: &Pointer, key: &SubjectKey, payload: &Value) -> Option<Subject> {
    match field.find(payload)? {
        Value::String(text) if !text.trim().is_empty() => Some(key.hash(text)),
        Value::Number(number) if is_integer_literal(number.as_str()) => Some(key.hash(number.as_str())),
        _ => None,
    }
}

/// The key in a payload.
///
/// # Errors
/// A violation with the keyword `key` where a part is missing, is neither a string nor an integer
/// literal, is empty, or makes the key too long.
pub fn key_of(pointers: &[Pointer], payload: &Value) -> std::result::Result<RecordKey, Box<Violation>> {
    let mut parts: Vec<&str> = Vec::with_capacity(pointers.len());
    for pointer in pointers {
        let part = match pointer.find(payload) {
            Some(Value::String(text)) => text.as_str(),
            Some(Value::Number(number)) if is_integer_literal(number.as_str()) => number.as_str(),
            _ => {
                let message = Text::new(
                    "Pengenal harus berupa teks atau bilangan bulat.",
                    "The key must be a string or an integer.",
                );
                return Err(broken_key(pointer, message));
            }
        };
        if part.is_empty() {
            return Err(broken_key(
                pointer,
                Text::new("Pengenal tidak boleh kosong.", "The key must not be empty."),
            ));
        }
        parts.push(part);
    }
    RecordKey::from_parts(&parts).map_err(|fault| {
        let first = pointers.first().cloned().unwrap_or_default();
        let message = match fault {
            KeyFault::TooLong => Text::new(
                format!("Pengenal paling panjang {MAX_KEY_BYTES} bita."),
                format!("The key may have at most {MAX_KEY_BYTES} bytes."),
            ),
            KeyFault::Empty | KeyFault::Nul => {
                Text::new("Pengenal tidak boleh kosong.", "The key must not be empty.")
            }
        };
        broken_key(&first, message)
    })
}

pub(super) fn is_integer_literal(number: &str) -> bool {
    number
        .strip_prefix('-')
        .unwrap_or(number)
        .bytes()
        .all(|byte| byte.is_ascii_digit())
}

fn broken_key(pointer: &Pointer, message: Text) -> Box<Violation> {
    Box::new(Violation {
        pointer: pointer.clone(),
        keyword: "key".into(),
        message,
        expected: Value::Null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(pointers: &[&str], payload: &str) -> std::result::Result<String, String> {
        let pointers: Vec<Pointer> = pointers.iter().map(|pointer| pointer.parse().unwrap()).collect();
        let document = Document::parse(payload.as_bytes()).unwrap();
        key_of(&pointers, document.value())
            .map(|key| key.to_string())
            .map_err(|violation| violation.pointer.to_string())
    }

    #[test]
    fn a_key_is_a_string_or_an_integer_literal() {
        assert_eq!(key(&["/id"], r#"{"id": " A:1 "}"#).unwrap(), " A:1 ");
        assert_eq!(
            key(&["/id"], r#"{"id": 9007199254740993}"#).unwrap(),
            "9007199254740993"
        );
        assert_eq!(key(&["/id"], r#"{"id": -5}"#).unwrap(), "-5");
        assert_eq!(
            key(&["/a/b", "/c"], r#"{"a": {"b": "x:y"}, "c": 7}"#).unwrap(),
            "x~1y:7"
        );
        for bad in [
            r#"{"id": 1.0}"#,
            r#"{"id": 1e2}"#,
            r#"{"id": null}"#,
            r#"{"id": ""}"#,
            "{}",
            r#"{"id": ["a"]}"#,
        ] {
            assert_eq!(key(&["/id"], bad).unwrap_err(), "/id", "{bad}");
        }
        assert_eq!(key(&["/c", "/id"], r#"{"c": "x", "id": ""}"#).unwrap_err(), "/id");
    }
}
