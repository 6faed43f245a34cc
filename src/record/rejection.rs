//! [`Rejection`]: a payload refused by its contract, kept so that it can be repaired and sent again.
//!
//! Not here: where it is kept and for how long. Invariant: a reason is bounded, however much is
//! wrong with the payload.

use bytes::Bytes;
use serde_json::{Value, json};

use super::Found;
use crate::audit::Subject;
use crate::error::{Bound, Conflict, Error, Malformed, Violations};
use crate::types::{Lang, Text, Violation};

/// The most violations that a reason lists.
const MAX_VIOLATIONS: usize = 20;
/// How long the listed violations may be together, in bytes; the first one is always listed.
const MAX_BYTES: usize = 8 * 1024;
/// How long the text of an expected value may be, in bytes; a longer one is told as null.
const MAX_EXPECTED: usize = 512;

/// See the module.
#[derive(Debug, Clone)]
pub struct Rejection {
    /// The physical line or the element's number in a bulk, from 1; `None` for a single payload.
    pub line: Option<u64>,
    /// The record's key, where one was found.
    pub key: Option<String>,
    /// Whom it is about, where that was found.
    pub subject: Option<Subject>,
    /// What was sent, byte for byte; `None` for a line that was too long to be held. Where only
    /// what is stored stood against it, insignificant white space is gone.
    pub body: Option<Bytes>,
    /// Why it was refused, as JSON: `code`, `detail` in both languages, `violations`.
    pub reason: String,
}

impl Rejection {
    /// What is kept of a payload that was refused with `error`.
    pub fn of(line: Option<u64>, found: Found, body: Option<Bytes>, error: &Error) -> Self {
        Rejection {
            line,
            key: found.key.map(|key| key.to_string()),
            subject: found.subject,
            body,
            reason: reason(error),
        }
    }

    /// Whether a single payload refused with `error` is kept: where the payload is to blame, and not
    /// the request around it.
    pub fn keeps(error: &Error) -> bool {
        matches!(
            error,
            Error::Violates(_)
                | Error::Malformed(Malformed::Json(_))
                | Error::TooLarge(Bound::Record(_))
                | Error::Conflict(Conflict::KeyMismatch { .. } | Conflict::TransactionExists(_))
        )
    }
}

/// An error as it is kept beside the payload.
fn reason(error: &Error) -> String {
    let (violations, total) = match error {
        Error::Violates(violations) => (listed(violations), violations.total),
        _ => (Vec::new(), 0),
    };
    json!({
        "code": error.code(),
        "detail": both(&error.detail()),
        "violations": violations,
        "violations_total": total,
    })
    .to_string()
}

/// The first violations, as many as there is room for.
fn listed(violations: &Violations) -> Vec<Value> {
    let mut room = MAX_BYTES;
    let mut list = Vec::new();
    for violation in violations.list.iter().take(MAX_VIOLATIONS) {
        let shown = one(violation);
        let size = shown.to_string().len();
        if size > room && !list.is_empty() {
            break;
        }
        room = room.saturating_sub(size);
        list.push(shown);
    }
    list
}

fn one(violation: &Violation) -> Value {
    let short = violation.expected.to_string().len() <= MAX_EXPECTED;
    json!({
        "pointer": violation.pointer,
        "keyword": violation.keyword,
        "message": both(&violation.message),
        "expected": if short { &violation.expected } else { &Value::Null },
    })
}

fn both(text: &Text) -> Value {
    json!({"id": text.to(Lang::Id), "en": text.to(Lang::En)})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_bounded_however_much_is_wrong() {
        let violation = Violation {
            pointer: "/golongan".parse().unwrap(),
            keyword: "enum".into(),
            message: Text::new("x".repeat(300), "y".repeat(300)),
            expected: Value::from(vec!["z".repeat(100); 50]),
        };
        let error = Error::Violates(Violations {
            list: vec![violation; 1_000],
            total: 4_711,
        });
        let kept = Rejection::of(None, Found::default(), None, &error);
        assert!(
            kept.reason.len() < MAX_BYTES + 1_024,
            "{} bytes",
            kept.reason.len()
        );
        let reason: Value = serde_json::from_str(&kept.reason).unwrap();
        assert_eq!(reason["code"], "contract-violated");
        assert_eq!(reason["violations_total"], 4_711);
        assert_eq!(reason["violations"][0]["expected"], Value::Null);
        let listed = reason["violations"].as_array().unwrap().len();
        assert!((1..=MAX_VIOLATIONS).contains(&listed), "{listed}");
    }
}
