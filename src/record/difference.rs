//! The leaves of a payload, and what differs between two payloads, place by place.
//!
//! Not here: which versions a record has. Invariant: a number is told as it was written, and an object or an array
//! without members is a leaf, so nothing of a payload goes untold.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Damaged;
use crate::types::Pointer;

/// A place in a payload that holds a plain value, or nothing but an empty object or array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Where.
    pub field: Pointer,
    /// What, as JSON.
    pub value: String,
}

/// A place that two payloads differ at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where.
    pub field: Pointer,
    /// What stood there, as JSON; `None` where nothing did.
    pub before: Option<String>,
    /// What stands there now.
    pub after: Option<String>,
}

/// The leaves of a payload, members by name, items in their order.
///
/// # Errors
/// When it is no JSON.
pub fn leaves(payload: &str) -> Result<Vec<Leaf>, Damaged> {
    let value: Value = serde_json::from_str(payload).map_err(|_| Damaged)?;
    let mut found = Vec::new();
    gather(&Pointer::default(), &value, &mut found);
    Ok(found)
}

/// What differs between a payload and the one after it; without one, all of it came, or went.
///
/// # Errors
/// When one of them is no JSON.
pub fn differences(before: Option<&str>, after: Option<&str>) -> Result<Vec<Difference>, Damaged> {
    let all = |payload: Option<&str>| payload.map_or(Ok(Vec::new()), leaves);
    let (before, after) = (all(before)?, all(after)?);
    let standing: BTreeMap<&Pointer, &String> = after.iter().map(|leaf| (&leaf.field, &leaf.value)).collect();
    let earlier: BTreeMap<&Pointer, &String> = before.iter().map(|leaf| (&leaf.field, &leaf.value)).collect();
    let gone = before.iter().filter(|leaf| !standing.contains_key(&leaf.field));
    let gone = gone.map(|leaf| Difference {
        field: leaf.field.clone(),
        before: Some(leaf.value.clone()),
        after: None,
    });
    let come = after
        .iter()
        .filter(|leaf| earlier.get(&leaf.field).copied() != Some(&leaf.value));
    let come = come.map(|leaf| Difference {
        field: leaf.field.clone(),
        before: earlier.get(&leaf.field).map(|value| (*value).clone()),
        after: Some(leaf.value.clone()),
    });
    Ok(come.chain(gone).collect())
}

fn gather(at: &Pointer, value: &Value, found: &mut Vec<Leaf>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                gather(&at.child(name), member, found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (number, item) in items.iter().enumerate() {
                gather(&at.child(&number.to_string()), item, found);
            }
        }
        _ => found.push(Leaf {
            field: at.clone(),
            value: value.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_went_and_changed_is_told_place_by_place() {
        let before = r#"{"a":64.10,"b":{"c":"x","d":[]},"e":[1,2],"f":null}"#;
        let after = r#"{"a":64.1,"b":{"c":"x"},"e":[1],"f":null,"g~/":true}"#;
        let told: Vec<(String, Option<String>, Option<String>)> = differences(Some(before), Some(after))
            .unwrap()
            .into_iter()
            .map(|one| (one.field.to_string(), one.before, one.after))
            .collect();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                ("/a".to_owned(), some("64.10"), some("64.1")),
                ("/g~0~1".to_owned(), None, some("true")),
                ("/b/d".to_owned(), some("[]"), None),
                ("/e/1".to_owned(), some("2"), None),
            ]
        );
        assert!(differences(Some(before), Some(before)).unwrap().is_empty());
        assert_eq!(differences(None, Some(before)).unwrap().len(), 6);
        assert!(differences(None, Some("{")).is_err());
    }
}
