//! The operations that the owner's own system answers, as the contract allows them.

use serde_json::{Map, Value, json};

use super::{Subject, with};
use crate::contract::{Live, LiveValidation};

/// The statuses with which a live call fails.
const STATUSES: [u16; 11] = [400, 401, 403, 404, 413, 422, 429, 500, 502, 503, 504];

/// The paths below `/live`; each star of the contract is a parameter.
pub(super) fn paths(subject: &Subject<'_>, live: &Live) -> Map<String, Value> {
    let mut paths: Map<String, Value> = Map::new();
    for (number, route) in live.allow.iter().enumerate() {
        let (path, parameters) = with_parameters(&route.path);
        let summary = format!("Call the owner's system: {} {}", route.method, route.path);
        let content = match live.validate {
            LiveValidation::Enforce => one_or_many(subject),
            LiveValidation::Report | LiveValidation::Off => json!({}),
        };
        let answers = json!({"2XX": {
            "description": "What the system answered.",
            "content": {"application/json": {"schema": content}},
        }});
        let id = format!("call_live_{}", number + 1);
        let mut operation = subject.operation(&id, &summary, answers, &STATUSES);
        if matches!(route.method.as_str(), "POST" | "PUT" | "PATCH") {
            let body = json!({"content": {"application/json": {"schema": {}}}});
            operation = with(operation, "requestBody", body);
        }
        let item = paths
            .entry(format!("{}/live{path}", subject.path))
            .or_insert_with(|| json!({"parameters": parameters}));
        super::super::set(item, &route.method.to_ascii_lowercase(), operation);
    }
    paths
}

/// One payload, or a list of them.
fn one_or_many(subject: &Subject<'_>) -> Value {
    let payload = subject.schema("Payload");
    json!({"anyOf": [payload, {"type": "array", "items": payload}]})
}

/// A path of the contract with names in place of stars, and what the names are.
fn with_parameters(path: &str) -> (String, Vec<Value>) {
    let mut parameters = Vec::new();
    let segments = path.split('/').map(|segment| match segment {
        "*" => {
            let name = format!("segment{}", parameters.len() + 1);
            parameters.push(json!({
                "name": name, "in": "path", "required": true, "schema": {"type": "string"},
                "description": "One segment of the path, percent-encoded.",
            }));
            format!("{{{name}}}")
        }
        segment => segment.to_owned(),
    });
    let path = segments.collect::<Vec<_>>().join("/");
    (path, parameters)
}
