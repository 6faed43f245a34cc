//! The components that every document shares: problems, outcomes, the security scheme.
//!
//! Invariant: a status that any operation names has its response here.

use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ArrayBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};

use super::failures::{FAILURES, Failure};
use super::set;
use crate::error::{
    Bound, CODES, Conflict, Credentials, Error, Forbidden, Gone, Limited, Malformed, Unavailable, Unknown,
    Upstream, UpstreamKind, Violations,
};
use crate::http::problem::{HTTP_CODES, Problem};
use crate::types::{Lang, Pointer, Seq, Text, Violation};

/// The name of the response with this status.
pub(super) fn response_name(status: u16) -> &'static str {
    let known = FAILURES.iter().find(|failure| failure.status == status);
    known.map_or("Internal", |failure| failure.name)
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
        429 => {
            let text = |says: &str| json!({"description": says, "schema": {"type": "string"}});
            json!({
                "Retry-After": retry_after(),
                "RateLimit-Policy": text("The limit that was reached (draft-ietf-httpapi-ratelimit-headers-10); not of failed sign-ins."),
                "RateLimit": text("What of it is left, and when there is more."),
            })
        }
        503 => json!({"Retry-After": retry_after()}),
        _ => json!({}),
    };
    FAILURES
        .iter()
        .map(|failure| {
            let schema = json!({
                "allOf": [{"$ref": "#/components/schemas/Problem"}],
                "properties": {"status": {"const": failure.status}, "code": {"enum": failure.codes}},
            });
            let mut content = json!({"schema": schema});
            if let Some(example) = example(failure) {
                set(&mut content, "example", example);
            }
            let response = json!({
                "description": failure.when,
                "headers": headers(failure.status),
                "content": {"application/problem+json": content},
            });
            (failure.name.to_owned(), response)
        })
        .collect()
}

fn retry_after() -> Value {
    json!({"description": "After so many seconds.", "schema": {"type": "integer"}})
}

/// What a caller may be told with this status.
fn example(failure: &Failure) -> Option<Value> {
    let problem = examples().into_iter().find_map(|problem| {
        let told = problem.members(Lang::En, "019d0fca-2879-7a12-bc2e-f3e8f67b8dbc");
        (told.get("status")?.as_u64()? == u64::from(failure.status)).then_some(told)
    });
    problem.map(Value::Object)
}

/// Problems of each status.
fn examples() -> Vec<Problem> {
    let violation = Violation {
        pointer: Pointer::default().child("nama"),
        keyword: "minLength".into(),
        message: Text::new(
            "Terlalu pendek: paling sedikit 1 karakter.",
            "Too short: at least 1 character.",
        ),
        expected: 1.into(),
    };
    let errors = [
        Error::Malformed(Malformed::Cursor),
        Error::Unauthenticated(Credentials::Missing),
        Error::Forbidden(Forbidden::ManagementOnly),
        Error::Unknown(Unknown::Path),
        Error::Malformed(Malformed::Stalled(30)),
        Error::Conflict(Conflict::StillRunning),
        Error::Gone(Gone::Cursor { head: Seq(1_695) }),
        Error::Stale {
            etag: Some("\"0f3a5c9d1b7e-1695\"".into()),
        },
        Error::TooLarge(Bound::Record(1_048_576)),
        Error::Violates(Violations {
            list: vec![violation],
            total: 1,
        }),
        Error::Limited(Limited::Requests(50), 1),
        Error::Throttled(4),
        Error::Internal(String::new()),
        Error::Unavailable(Unavailable::Overloaded),
        upstream(UpstreamKind::Unreachable),
        upstream(UpstreamKind::Timeout),
    ];
    let http = [
        Problem::accept("application/json"),
        Problem::media_type("application/json"),
    ];
    errors.into_iter().map(Problem::from).chain(http).collect()
}

fn upstream(kind: UpstreamKind) -> Error {
    Error::Upstream(Upstream {
        system: "bkd/simpeg".into(),
        kind,
        sent: false,
        cause: String::new(),
    })
}

/// The security schemes.
pub(super) fn security_schemes() -> Value {
    let bearer = "An API key or an access token of an application; for /admin, the management key.";
    let session = "A person who signed in by POST /session; `__Host-mahakam` where the hub is reached by https. Requests that change something must come from the hub's own pages, or carry X-Requested-With.";
    let oauth = "An application that shows its number and a key at /oauth/token. A scope such as bkd/pegawai/v1:pull narrows what the token may do.";
    json!({
        "oauth": {"type": "oauth2", "description": oauth, "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}}},
        "bearer": {"type": "http", "scheme": "bearer", "description": bearer},
        "session": {"type": "apiKey", "in": "cookie", "name": "mahakam", "description": session},
    })
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
            "successor": {"type": ["string", "null"], "description": "What takes the place of a retired dataset."},
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_told_with_the_status_that_it_has() {
        let told: Vec<&str> = FAILURES
            .iter()
            .flat_map(|failure| failure.codes)
            .copied()
            .collect();
        let missing: Vec<&&str> = CODES
            .iter()
            .chain(HTTP_CODES)
            // No operation of a document is answered so.
            .filter(|code| **code != "method-not-allowed" && !told.contains(code))
            .collect();
        assert_eq!(missing, Vec::<&&str>::new());
        for failure in FAILURES {
            let example = example(failure).unwrap_or_else(|| panic!("{} has no example", failure.status));
            let code = example["code"].as_str().unwrap();
            assert!(failure.codes.contains(&code), "{example}");
        }
    }
}
