//! Whether the schema knows the fields that a document names, and whether its keys can be keys.
//!
//! Not here: reading the schema (`schema::Fields`). Invariant: a field that the schema leaves open is
//! accepted, except as a key, which it must require.

use std::collections::HashMap;

use serde_json::Value;

use super::Findings;
use super::document::at;
use crate::contract::fault::{self, Fault};
use crate::contract::schema::{Fields, Knowledge};
use crate::types::{Pointer, Text};

/// Judges every pointer of a document.
pub fn check(document: &Value, fields: &Fields<'_, '_>, findings: &mut Findings) {
    let mut asked: HashMap<Pointer, Option<Option<String>>> = HashMap::new();
    for (place, pointer, wildcard) in named(document) {
        if pointer.has_wildcard() && !wildcard {
            let id = "\"*\" hanya berlaku dalam grants, personal_data dan fields; tunjuk satu kolom di sini.";
            let en = "\"*\" is for grants, personal_data and fields; name one field here.";
            findings.fault(Fault::new(fault::BAD_VALUE, place, Text::new(id, en)));
            continue;
        }
        let unknown = asked
            .entry(pointer.clone())
            .or_insert_with(|| match fields.look_up(&pointer) {
                Knowledge::Unknown(near) => Some(near),
                Knowledge::Known(_) | Knowledge::Open => None,
            });
        if let Some(near) = unknown {
            findings.fault(Fault::new(
                fault::UNKNOWN_FIELD,
                place,
                wording(&pointer, near.as_deref()),
            ));
        }
    }
    keys(document, fields, findings);
}

/// Every pointer into the payload: where it is named, what it names, whether `*` may stand in it.
fn named(document: &Value) -> Vec<(Pointer, Pointer, bool)> {
    let mut all = Vec::new();
    let mut take = |place: Pointer, value: Option<&Value>, wildcard: bool| {
        if let Some(pointer) = value.and_then(Value::as_str).and_then(|text| text.parse().ok()) {
            all.push((place, pointer, wildcard));
        }
    };
    let list = |place: &str| {
        document
            .pointer(place)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
    };
    for (path, wildcard) in [("/key", false), ("/filters", false), ("/personal_data", true)] {
        for (index, value) in list(path) {
            take(at(path).child(&index.to_string()), Some(value), wildcard);
        }
    }
    for (index, reference) in list("/references") {
        for member in ["field", "at"] {
            take(
                at("/references").child(&index.to_string()).child(member),
                reference.get(member),
                false,
            );
        }
    }
    for path in ["/valid/from", "/valid/until", "/subject"] {
        take(at(path), document.pointer(path), false);
    }
    for (index, grant) in list("/grants") {
        let granted = grant
            .get("fields")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate();
        for (number, value) in granted {
            let place = at("/grants")
                .child(&index.to_string())
                .child("fields")
                .child(&number.to_string());
            take(place, Some(value), true);
        }
    }
    if let Some(Value::Object(described)) = document.get("fields") {
        for name in described.keys() {
            take(
                at("/fields").child(name),
                Some(&Value::String(name.clone())),
                true,
            );
        }
    }
    all
}

fn wording(pointer: &Pointer, near: Option<&str>) -> Text {
    match near {
        Some(near) => Text::new(
            format!("Skema tidak mengenal kolom {pointer}; apakah maksudnya \"{near}\"?"),
            format!("The schema does not know the field {pointer}; is \"{near}\" meant?"),
        ),
        None => Text::new(
            format!(
                "Skema tidak mengenal kolom {pointer}; perbaiki penunjuknya atau tambahkan kolom itu ke skema."
            ),
            format!(
                "The schema does not know the field {pointer}; correct the pointer or add the field to the schema."
            ),
        ),
    }
}

/// A key must be there in every payload, and be a text or an integer.
fn keys(document: &Value, fields: &Fields<'_, '_>, findings: &mut Findings) {
    for (index, key) in document
        .get("key")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
    {
        let place = at("/key").child(&index.to_string());
        let Some(pointer) = key.as_str().and_then(|text| text.parse::<Pointer>().ok()) else {
            continue;
        };
        let known = fields.look_up(&pointer);
        if pointer.has_wildcard() || matches!(known, Knowledge::Unknown(_)) {
            continue;
        }
        if !fields.requires(&pointer) {
            let id = format!(
                "Pengenal {pointer} harus wajib ada: tambahkan ke \"required\" dalam skema (di setiap tingkatnya)."
            );
            let en = format!(
                "The key field {pointer} must always be there: add it to \"required\" in the schema (at each level)."
            );
            findings.fault(Fault::new(fault::KEY_OPTIONAL, place.clone(), Text::new(id, en)));
        }
        if let Knowledge::Known(schemas) = known
            && !fields.may_be_key(&schemas)
        {
            let id = format!(
                "Pengenal {pointer} harus berupa teks atau bilangan bulat; perbaiki \"type\" kolom itu dalam skema."
            );
            let en = format!(
                "The key field {pointer} must be a text or an integer; correct the \"type\" of that field in the schema."
            );
            findings.fault(Fault::new(fault::KEY_TYPE, place, Text::new(id, en)));
        }
    }
}
