//! What a contract says beside its schema: what may change in a minor, and what in a patch.
//!
//! Not here: the schema. Invariant: a member that is added to [`Contract`] is not free to change in a
//! patch until it is listed among the texts.

use serde_json::{Map, Value, json};

use super::{Break, Undecided, wording};
use crate::contract::model::{
    Contract, IdempotencyKey, Live, LiveValidation, OnDelete, Reference, ReferenceMode,
};
use crate::contract::schema::each_child;
use crate::types::Pointer;

/// Members that a patch may change: texts, grants, what was agreed, and the version itself.
const FREE: &[&str] = &[
    "version",
    "title",
    "description",
    "contact",
    "grants",
    "fields",
    "examples",
    "update",
    "successor",
    "agreed",
];

/// Keywords of a schema that say nothing about which payloads are accepted.
const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "$comment",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// What is refused now by what stands beside the schema, and what can't be told.
pub fn compare(old: &Contract, new: &Contract) -> (Vec<Break>, Vec<Undecided>) {
    let mut breaks = Vec::new();
    let mut must_equal = |member: &str, old: Value, new: Value| {
        if old != new {
            breaks.push(narrower(&[member], member, old, new));
        }
    };
    must_equal("opd", json!(old.opd), json!(new.opd));
    must_equal("dataset", json!(old.dataset), json!(new.dataset));
    must_equal("kind", json!(old.kind), json!(new.kind));
    must_equal("mode", json!(old.mode), json!(new.mode));
    must_equal("key", json!(old.key), json!(new.key));
    if old.idempotency_key == IdempotencyKey::Optional && new.idempotency_key == IdempotencyKey::Required {
        must_equal("idempotency_key", json!("optional"), json!("required"));
    }
    filters(old, new, &mut breaks);
    references(old, new, &mut breaks);
    if let (Some(old), Some(new)) = (&old.live, &new.live) {
        live(old, new, &mut breaks);
    }
    let mut undecided = Vec::new();
    if old.valid != new.valid {
        undecided.push(Undecided {
            pointer: place(&["valid"]),
            rule: "valid".to_owned(),
            why: wording::period(),
        });
    }
    (breaks, undecided)
}

fn place(segments: &[&str]) -> Pointer {
    segments
        .iter()
        .fold(Pointer::default(), |place, segment| place.child(segment))
}

fn narrower(at: &[&str], rule: &str, old: Value, new: Value) -> Break {
    Break {
        pointer: place(at),
        rule: rule.to_owned(),
        old,
        new,
        example: None,
    }
}

/// A filter that is gone: a reader's question that was answered is refused.
fn filters(old: &Contract, new: &Contract, breaks: &mut Vec<Break>) {
    for (index, filter) in old.filters.iter().enumerate() {
        if !new.filters.contains(filter) {
            let at = ["filters", &index.to_string()];
            breaks.push(narrower(&at, "filters", json!(filter), Value::Null));
        }
    }
}

/// References that refuse what was stored before, or deletions that were done before.
fn references(old: &Contract, new: &Contract, breaks: &mut Vec<Break>) {
    for (index, reference) in new.references.iter().enumerate() {
        let same = |known: &&Reference| {
            known.field == reference.field && known.dataset == reference.dataset && known.at == reference.at
        };
        let known = old.references.iter().find(same);
        let strict = reference.mode == ReferenceMode::Strict;
        let strictly = known.is_some_and(|known| known.mode == ReferenceMode::Strict);
        let held = known.is_some_and(|known| known.on_delete == OnDelete::Refuse);
        let number = index.to_string();
        if strict && !strictly {
            let at = ["references", &number];
            breaks.push(narrower(&at, "references", json!(known), json!(reference)));
        } else if reference.on_delete == OnDelete::Refuse && !held {
            let at = ["references", &number, "on_delete"];
            let before = json!(known.map(|known| known.on_delete));
            breaks.push(narrower(&at, "on_delete", before, json!(reference.on_delete)));
        }
    }
}

/// Calls that were passed on and are refused, answers that were passed on and are held back.
fn live(old: &Live, new: &Live, breaks: &mut Vec<Break>) {
    for (index, route) in old.allow.iter().enumerate() {
        if !new.allow.contains(route) {
            let at = ["live", "allow", &index.to_string()];
            breaks.push(narrower(&at, "allow", json!(route), Value::Null));
        }
    }
    if new.validate == LiveValidation::Enforce && old.validate != LiveValidation::Enforce {
        let (old, new) = (json!(old.validate), json!(new.validate));
        breaks.push(narrower(&["live", "validate"], "validate", old, new));
    }
}

/// The members by which two versions differ although a patch may change texts and grants alone.
pub fn beyond_patch(old: &Contract, new: &Contract) -> Vec<Pointer> {
    let (old, new) = (plain(old), plain(new));
    let mut found = Vec::new();
    for name in old
        .keys()
        .chain(new.keys().filter(|name| !old.contains_key(*name)))
    {
        if !FREE.contains(&name.as_str()) && old.get(name) != new.get(name) {
            found.push(place(&[name]));
        }
    }
    found
}

/// A contract's members, without the texts inside them.
fn plain(contract: &Contract) -> Map<String, Value> {
    let mut members = match serde_json::to_value(contract) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    };
    if let Some(Value::Object(classification)) = members.get_mut("classification") {
        classification.remove("reason");
    }
    let bare = without_annotations(&contract.schema);
    members.insert("schema".to_owned(), bare);
    members
}

/// A schema without its annotations; nothing inside `enum`, `const` or a member's name is taken for
/// one.
fn without_annotations(schema: &Value) -> Value {
    let mut places: Vec<Pointer> = Vec::new();
    let mut waiting = vec![(schema, Pointer::default())];
    while let Some((here, at)) = waiting.pop() {
        let Value::Object(members) = here else { continue };
        let named = members.keys().filter(|name| ANNOTATIONS.contains(&name.as_str()));
        places.extend(named.map(|name| at.child(name)));
        each_child(
            members,
            &crate::contract::schema::Trail::Root,
            &mut |child, trail| {
                waiting.push((child, at.join(&trail.pointer())));
            },
        );
    }
    let mut bare = schema.clone();
    for place in places {
        remove(&mut bare, &place);
    }
    bare
}

fn remove(value: &mut Value, at: &Pointer) {
    let segments: Vec<&str> = at.segments().collect();
    let Some((last, outer)) = segments.split_last() else {
        return;
    };
    let outer = place(outer).to_string();
    if let Some(Value::Object(members)) = value.pointer_mut(&outer) {
        members.remove(*last);
    }
}
