//! [`Reasons`]: why payloads were refused, counted by rule and field, with masked samples.
//!
//! Invariant: of what was sent only the shape is kept: letters become `x`, digits `9`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::types::{Lang, Pointer, Text};

/// The most reasons that are told apart.
const MAX_REASONS: usize = 200;
/// How many samples a reason has.
const SAMPLES: usize = 3;
/// How long a shape is, in characters.
const SHAPE: usize = 32;

/// Payloads that were refused for the same reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedFor {
    /// The code of the problem, or the rule of the schema.
    pub rule: String,
    /// The field; `*` stands for each item of an array.
    pub field: String,
    /// What is wrong, as a sentence.
    pub text: String,
    /// How many.
    pub count: u64,
    /// How many of them were repaired.
    pub repaired: u64,
    /// Some of them.
    pub samples: Vec<Sample>,
}

/// A refused payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Its number within the dataset.
    pub number: i64,
    /// The shape of its key.
    pub key: Option<String>,
    /// The shape of what stands in the field.
    pub value: Option<String>,
}

/// A refused payload as it is counted.
#[derive(Debug)]
pub struct Refused<'a> {
    /// Its number within the dataset.
    pub number: i64,
    /// Why, as it is kept.
    pub reason: &'a str,
    /// The record's key.
    pub key: Option<&'a str>,
    /// What was sent.
    pub body: Option<&'a [u8]>,
    /// Whether it was repaired.
    pub repaired: bool,
}

/// The first thing that is wrong with a refused payload.
#[derive(Debug, Clone)]
pub struct FirstReason {
    /// The rule of the schema, or the code of the problem.
    pub rule: String,
    /// The field; `*` stands for each item of an array.
    pub field: String,
    /// What is wrong; empty where saying so could name a key.
    pub text: Text,
    /// Where it is in the payload.
    place: String,
}

impl FirstReason {
    /// Reads it from why the payload was refused, as that is kept.
    pub fn read(reason: &str) -> Self {
        let reason: Value = serde_json::from_str(reason).unwrap_or_default();
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(first) = reason.pointer("/violations/0") else {
            return FirstReason {
                rule: text(reason.get("code")),
                field: String::new(),
                text: Text::new("", ""),
                place: String::new(),
            };
        };
        let place = text(first.get("pointer"));
        FirstReason {
            rule: text(first.get("keyword")),
            field: without_places(&place),
            text: Text::new(
                text(first.pointer("/message/id")),
                text(first.pointer("/message/en")),
            ),
            place,
        }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Reasons {
    found: BTreeMap<(String, String), RejectedFor>,
}

impl Reasons {
    /// Counts a refused payload by the first thing that is wrong with it.
    pub fn add(&mut self, refused: &Refused<'_>) {
        let first = FirstReason::read(refused.reason);
        let (place, says) = (first.place, first.text.to(Lang::Id).to_owned());
        let mut name = (first.rule, first.field);
        if self.found.len() >= MAX_REASONS && !self.found.contains_key(&name) {
            name = ("(lainnya)".to_owned(), String::new());
        }
        let (rule, field) = name.clone();
        let entry = self.found.entry(name).or_insert_with(|| RejectedFor {
            rule,
            field,
            text: says,
            ..RejectedFor::default()
        });
        entry.count += 1;
        entry.repaired += u64::from(refused.repaired);
        if entry.samples.len() < SAMPLES {
            entry.samples.push(Sample {
                number: refused.number,
                key: refused.key.map(shape),
                value: refused.body.and_then(|body| value_at(body, &place)),
            });
        }
    }

    /// The reasons, the most frequent first.
    pub fn finish(self) -> Vec<RejectedFor> {
        let mut reasons: Vec<RejectedFor> = self.found.into_values().collect();
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.count));
        reasons
    }
}

/// The shape of a text.
pub fn shape(text: &str) -> String {
    let masked = |character: char| match character {
        letter if letter.is_uppercase() => 'X',
        letter if letter.is_alphabetic() => 'x',
        digit if digit.is_numeric() => '9',
        control if control.is_control() => ' ',
        other => other,
    };
    let mut shape: String = text.chars().take(SHAPE).map(masked).collect();
    if text.chars().nth(SHAPE).is_some() {
        shape.push('\u{2026}');
    }
    shape
}

/// The shape of what a refused payload has at a place.
fn value_at(body: &[u8], place: &str) -> Option<String> {
    let pointer: Pointer = place
        .parse()
        .ok()
        .filter(|pointer: &Pointer| !pointer.is_root())?;
    let payload: Value = serde_json::from_slice(body).ok()?;
    match pointer.find(&payload)? {
        Value::String(text) => Some(shape(text)),
        Value::Array(_) => Some("[\u{2026}]".to_owned()),
        Value::Object(_) => Some("{\u{2026}}".to_owned()),
        other => Some(shape(&other.to_string())),
    }
}

/// A place with its items in arrays made alike.
fn without_places(place: &str) -> String {
    let segment =
        |segment: &str| match segment.bytes().all(|byte| byte.is_ascii_digit()) && !segment.is_empty() {
            true => "*".to_owned(),
            false => segment.to_owned(),
        };
    place.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn refused_payloads_are_counted_by_rule_and_field_and_shown_in_their_shape_alone() {
        let reason = |place: &str| {
            json!({"code": "contract-violated", "detail": {"id": "", "en": ""}, "violations_total": 1, "violations": [
                {"pointer": place, "keyword": "pattern", "message": {"id": "Harus kode.", "en": "A code."}}
            ]})
            .to_string()
        };
        let exists =
            json!({"code": "transaction-exists", "detail": {"id": "Budi", "en": ""}, "violations": []});
        let mut reasons = Reasons::default();
        for (number, reason, body) in [
            (1, reason("/anak/0/nik"), r#"{"anak":[{"nik":"Budi 6471.01"}]}"#),
            (2, reason("/anak/1/nik"), r#"{"anak":[{},{"nik":64}]}"#),
            (3, exists.to_string(), "{}"),
        ] {
            reasons.add(&Refused {
                number,
                reason: &reason,
                key: Some("A-17"),
                body: Some(body.as_bytes()),
                repaired: number == 2,
            });
        }
        let told = reasons.finish();
        assert_eq!(told.len(), 2);
        let first = &told[0];
        assert_eq!(
            (first.count, first.repaired, first.field.as_str()),
            (2, 1, "/anak/*/nik")
        );
        assert_eq!(first.text, "Harus kode.");
        let values: Vec<_> = first
            .samples
            .iter()
            .map(|sample| sample.value.clone().unwrap())
            .collect();
        assert_eq!(values, ["Xxxx 9999.99", "99"]);
        assert_eq!(first.samples[0].key.as_deref(), Some("X-99"));
        assert_eq!(
            (told[1].rule.as_str(), told[1].text.as_str()),
            ("transaction-exists", "")
        );
    }
}
