//! Operations that give out documents about the dataset.

use serde_json::{Value, json};

use super::{READ, Subject, header, query, with};

pub(super) fn contract(subject: &Subject<'_>) -> Value {
    let operation = served(subject, "get_contract", "Get the contract", "application/json");
    with(operation, "parameters", json!([version()]))
}

pub(super) fn schema(subject: &Subject<'_>) -> Value {
    let operation = served(
        subject,
        "get_schema",
        "Get the JSON Schema of a payload",
        "application/schema+json",
    );
    with(operation, "parameters", json!([version()]))
}

pub(super) fn openapi(subject: &Subject<'_>) -> Value {
    served(
        subject,
        "get_openapi",
        "Get this dataset's OpenAPI document",
        "application/json",
    )
}

/// An operation that gives out a document about the dataset.
fn served(subject: &Subject<'_>, id: &str, summary: &str, media: &str) -> Value {
    let tag = json!({"ETag": header("What the document is.")});
    let answers = json!({
        "200": {"description": "The document.", "headers": tag, "content": {media: {"schema": {"type": "object"}}}},
        "304": {"description": "It is what `If-None-Match` names.", "headers": tag},
    });
    subject.reading(id, summary, answers, &READ)
}

fn version() -> Value {
    query(
        "version",
        "A published version; the newest when left out.",
        &json!({"type": "string"}),
    )
}
