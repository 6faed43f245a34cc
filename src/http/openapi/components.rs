//! The components that every document shares: problems, outcomes, the security scheme.
//!
//! Invariant: a status that any operation names has its response here.

use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};

use crate::error::CODES;
use crate::http::problem::HTTP_CODES;

/// The statuses of failure: name of the response, and when it is answered.
const RESPONSES: &[(u16, &str, &str)] = &[
    (
        400,
        "BadRequest",
        "Not JSON, not I-JSON, too deep, or a bad parameter, header or cursor.",
    ),
    (401, "Unauthenticated", "No key, or one that is not valid."),
    (403, "Forbidden", "The caller was not granted this."),
    (
        404,
        "NotFound",
        "There is no such thing, or none that the caller may know of.",
    ),
    (406, "NotAcceptable", "No type is given out that `Accept` allows."),
    (408, "Stalled", "No byte of the body came for too long."),
    (
        409,
        "Conflict",
        "The request is right in itself but does not fit what is stored.",
    ),
    (410, "Gone", "The feed can't be continued from this position."),
    (
        412,
        "PreconditionFailed",
        "The record is not what the precondition says; `ETag` has what it is.",
    ),
    (413, "TooLarge", "The record or the body is above its bound."),
    (415, "UnsupportedMediaType", "The body's type is not taken."),
    (
        422,
        "Unprocessable",
        "The body breaks its contract or its schema; `violations` or `faults` say where. Or what is stored does not fit the form asked for.",
    ),
    (500, "Internal", "A fault of the hub."),
    (
        503,
        "Unavailable",
        "The hub is at its limit, is stopping, or its database is away; try again.",
    ),
];

/// The name of the response with this status.
pub(super) fn response_name(status: u16) -> &'static str {
    let known = RESPONSES.iter().find(|(known, ..)| *known == status);
    known.map_or("Internal", |(_, name, _)| name)
}

/// References to the responses with these statuses, for an operation.
pub(super) fn failures(statuses: &[u16]) -> Map<String, Value> {
    let reference =
        |status: &u16| json!({"$ref": format!("#/components/responses/{}", response_name(*status))});
    statuses
        .iter()
        .map(|status| (status.to_string(), reference(status)))
        .collect()
}

/// All shared responses.
pub(super) fn responses() -> Map<String, Value> {
    let headers = |status: u16| match status {
        401 => json!({"WWW-Authenticate": {"schema": {"type": "string"}}}),
        412 => json!({"ETag": {"description": "What the record is now.", "schema": {"type": "string"}}}),
        503 => {
            json!({"Retry-After": {"description": "After so many seconds.", "schema": {"type": "integer"}}})
        }
        _ => json!({}),
    };
    RESPONSES
        .iter()
        .map(|(status, name, description)| {
            let content =
                json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
            let response =
                json!({"description": description, "headers": headers(*status), "content": content});
            ((*name).to_owned(), response)
        })
        .collect()
}

/// The security schemes.
pub(super) fn security_schemes() -> Value {
    let description = "An API key of an application; for /admin, the management key.";
    json!({"bearer": {"type": "http", "scheme": "bearer", "description": description}})
}

/// The schemas of problems.
pub(super) fn problem_schemas() -> Map<String, Value> {
    let codes: Vec<&str> = CODES.iter().chain(HTTP_CODES).copied().collect();
    let text = |description: &str| json!({"type": "string", "description": description});
    let count = |description: &str| json!({"type": "integer", "minimum": 0, "description": description});
    let list = |of: &str| json!({"type": "array", "items": {"$ref": format!("#/components/schemas/{of}")}});
    let mut schemas = Map::new();
    schemas.insert("Problem".into(), json!({
        "type": "object", "description": "Why a request failed (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "The page of this code."},
            "title": text("What kind of problem it is."),
            "status": {"type": "integer", "description": "The status code."},
            "code": {"type": "string", "enum": codes, "description": "What programs may rely on."},
            "detail": text("What to do about it, in the language that Accept-Language chose."),
            "request_id": text("What to report."),
            "violations": list("Violation"),
            "violations_total": count("How many violations there are."),
            "faults": list("Finding"),
            "line": count("The line of a body that is no JSON, from 1."),
            "column": count("The column in that line, from 1."),
            "etag": {"type": ["string", "null"], "description": "What the record is now."},
            "key": text("The key of the record in the way."),
        },
    }));
    schemas.insert("Violation".into(), json!({
        "type": "object", "description": "One wrong, missing or extra value.",
        "required": ["pointer", "keyword", "message", "expected"],
        "properties": {
            "pointer": {"type": "string", "format": "json-pointer", "description": "Leads to the value, or to the member that is missing or extra."},
            "keyword": text("The keyword of the schema that was broken, or `key` or `reference`."),
            "message": text("What to do about it."),
            "expected": {"description": "The keyword's value; null where it has none."},
        },
    }));
    schemas.insert("Finding".into(), json!({
        "type": "object", "description": "A fault or a warning in a contract document.",
        "required": ["pointer", "line", "column", "code", "message"],
        "properties": {
            "pointer": {"type": "string", "format": "json-pointer", "description": "Leads to the member."},
            "line": {"type": ["integer", "null"], "description": "Its line in the document, from 1."},
            "column": {"type": ["integer", "null"], "description": "Its column, from 1."},
            "code": text("What kind of finding it is."),
            "message": text("What to do about it."),
        },
    }));
    schemas
}

/// A list of findings, for the schema of an answer.
pub(in crate::http) fn findings() -> RefOr<Schema> {
    list_of("Finding")
}

/// A list of violations, for the schema of an answer.
pub(in crate::http) fn violations() -> RefOr<Schema> {
    list_of("Violation")
}

fn list_of(name: &str) -> RefOr<Schema> {
    let items = Ref::from_schema_name(name);
    RefOr::T(Schema::Array(ArrayBuilder::new().items(items).build()))
}
