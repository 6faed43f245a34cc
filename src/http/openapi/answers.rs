//! The schemas of what a dataset answers.
//!
//! Not here: which operation answers what (`operations`). Invariant: every member that an answer
//! always has is required here.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::operations::Subject;
use crate::http::rejections::view::{RejectionPage, WholeRejection};
use crate::types::MAX_KEY_BYTES;

/// The schemas of the dataset's answers, and the shared ones.
pub(super) fn schemas(subject: &Subject<'_>) -> Map<String, Value> {
    let seq = json!({"type": "integer", "minimum": 1});
    let at = json!({"type": "string", "format": "date-time"});
    let text = json!({"type": "string"});
    let data = subject.schema("Shown");
    let mut schemas = shared();
    let mut add = |name: &str, required: &[&str], properties: Value| {
        let schema = json!({"type": "object", "required": required, "properties": properties});
        schemas.insert(format!("{}{name}", subject.prefix), schema);
    };
    add(
        "Record",
        &["key", "seq", "updated_at", "data"],
        json!({"key": text, "seq": seq, "updated_at": at, "data": subject.schema("Selected")}),
    );
    add(
        "RecordPage",
        &["records", "next", "as_of"],
        json!({
            "records": {"type": "array", "items": subject.schema("Record")},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page; null at the end."},
            "count": {"type": "integer", "minimum": 0, "description": "How many there are, where `count=exact` was asked."},
            "missing": {"type": "array", "items": text, "description": "Of a list by keys, those without a record."},
            "as_of": {"type": "integer", "minimum": 0, "description": "Follow the changes from here, and nothing is missed."},
        }),
    );
    add(
        "Change",
        &["seq", "op", "key", "at", "contract", "data"],
        json!({
            "seq": seq, "op": {"enum": ["put", "delete"]}, "key": text, "at": at,
            "contract": {"type": "string", "description": "The version by which the payload was judged."},
            "data": {"anyOf": [&data, {"type": "null"}]},
            "erased": {"type": "boolean"},
        }),
    );
    add(
        "ChangePage",
        &["changes", "next", "more", "feed"],
        json!({
            "changes": {"type": "array", "items": subject.schema("Change")},
            "next": {"type": "integer", "minimum": 0, "description": "What to ask for next, as `since`."},
            "more": {"type": "boolean"}, "feed": text,
        }),
    );
    let some = json!({"type": "object", "description": "Where `fields` was asked for: only those."});
    schemas.insert(
        format!("{}Selected", subject.prefix),
        json!({"anyOf": [data, some]}),
    );
    schemas.extend(versions(subject));
    schemas
}

/// The schemas of a record's history.
fn versions(subject: &Subject<'_>) -> Map<String, Value> {
    let text = json!({"type": "string"});
    let version = json!({
        "type": "object", "required": ["seq", "op", "at", "by", "contract", "data"],
        "properties": {
            "seq": {"type": "integer", "minimum": 1}, "op": {"enum": ["put", "delete"]},
            "at": {"type": "string", "format": "date-time"},
            "by": {
                "anyOf": [{"$ref": "#/components/schemas/Author"}, {"type": "null"}],
                "description": "Who made it; null when the log no longer tells.",
            },
            "contract": text,
            "data": {"anyOf": [subject.schema("Shown"), {"type": "null"}]},
            "erased": {"type": "boolean"},
        },
    });
    let page = json!({
        "type": "object", "required": ["versions", "next"],
        "properties": {
            "versions": {"type": "array", "items": subject.schema("RecordVersion")},
            "next": {"type": ["string", "null"], "description": "The cursor of the next page; null at the end."},
        },
    });
    let name = |name: &str| format!("{}{name}", subject.prefix);
    Map::from_iter([(name("RecordVersion"), version), (name("HistoryPage"), page)])
}

/// The schemas that all datasets share.
fn shared() -> Map<String, Value> {
    let count = json!({"type": "integer", "minimum": 0});
    let mut schemas = Map::new();
    extend_with::<RejectionPage>(&mut schemas);
    extend_with::<WholeRejection>(&mut schemas);
    schemas.insert(
        "Outcome".into(),
        json!({
            "type": "object", "required": ["key", "seq", "outcome"],
            "properties": {
                "key": {"type": "string"}, "seq": {"type": ["integer", "null"]},
                "outcome": {"enum": ["created", "updated", "unchanged", "deleted"]},
            },
        }),
    );
    schemas.insert(
        "Author".into(),
        json!({
            "type": "object", "required": ["opd", "application"],
            "description": "Both are null for whoever manages the hub.",
            "properties": {"opd": {"type": ["string", "null"]}, "application": {"type": ["string", "null"]}},
        }),
    );
    schemas.insert(
        "MergePatch".into(),
        json!({
            "type": "object",
            "description": "What changes (RFC 7396): a member that is null is removed.",
        }),
    );
    schemas.insert(
        "Deletion".into(),
        json!({
            "type": "object", "description": "Among many records: deletes the one with this key.",
            "required": ["$delete"], "additionalProperties": false,
            "properties": {"$delete": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_BYTES}},
        }),
    );
    schemas.extend(reports(&count));
    schemas
}

/// What becomes of many records.
fn reports(count: &Value) -> Map<String, Value> {
    let mut schemas = Map::new();
    schemas.insert("BulkReport".into(), json!({
        "type": "object",
        "required": ["received", "created", "updated", "unchanged", "deleted", "rejected", "errors", "exchange"],
        "properties": {
            "received": count, "created": count, "updated": count, "unchanged": count,
            "deleted": count, "rejected": count,
            "errors": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/BulkError"}},
            "exchange": {"type": "string"},
        },
    }));
    schemas.insert("SnapshotReport".into(), json!({
        "type": "object",
        "required": ["received", "added", "changed", "unchanged", "removed", "rejected", "errors", "exchange"],
        "properties": {
            "received": count, "added": count, "changed": count, "unchanged": count,
            "removed": count, "rejected": count,
            "errors": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/BulkError"}},
            "exchange": {"type": "string"},
        },
    }));
    schemas.insert(
        "BulkError".into(),
        json!({
            "type": "object", "required": ["line", "key", "code", "detail", "violations"],
            "properties": {
                "line": {"type": "integer", "minimum": 1}, "key": {"type": ["string", "null"]},
                "code": {"type": "string"}, "detail": {"type": "string"},
                "violations": {"type": "array", "items": {"$ref": "#/components/schemas/Violation"}},
            },
        }),
    );
    schemas
}

/// Adds the schema of `T` and of all it is made of.
fn extend_with<T: ToSchema>(schemas: &mut Map<String, Value>) {
    let mut found = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut found);
    for (name, schema) in found {
        // A schema is made of texts and numbers, which can always be written as JSON.
        schemas.insert(name, serde_json::to_value(schema).unwrap_or_default());
    }
}
