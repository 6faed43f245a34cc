//! The operations of a dataset.
//!
//! Not here: the schemas of their answers (`answers`). Invariant: a path is described exactly when it
//! is served, and an operation's id is the name of its handler behind the subject's prefix.

mod documents;
mod live;
mod reading;
mod writing;

use serde_json::{Map, Value, json};

use super::components::failures;
use crate::contract::Live;
use crate::record::FilterField;
use crate::types::{DatasetId, MAX_KEY_BYTES};

/// The most examples that are shown.
const MAX_EXAMPLES: usize = 3;

/// The dataset that is described.
pub(super) struct Subject<'d> {
    /// Its identity.
    pub(super) id: &'d DatasetId,
    /// Below which path its resources are.
    pub(super) path: String,
    /// Whether its end was announced.
    pub(super) deprecated: bool,
    /// What the names of its operations and schemas begin with.
    pub(super) prefix: &'d str,
    /// Payloads that keep to its contract.
    pub(super) examples: &'d [Value],
    /// What the caller is shown of them.
    pub(super) shown: &'d [Value],
    /// Whether records may be changed.
    pub(super) master: bool,
    /// Whether it may be read without a key.
    pub(super) open: bool,
    /// What its lists may be filtered and sorted by.
    pub(super) filterable: Vec<&'d FilterField>,
}

impl Subject<'_> {
    /// The tag of its operations. Viewers make links of tags, in which a slash would divide.
    pub(super) fn tag(&self) -> String {
        self.id.to_string().replace('/', ".")
    }

    /// A reference to a schema of the subject's own.
    pub(super) fn schema(&self, name: &str) -> Value {
        json!({"$ref": format!("#/components/schemas/{}{name}", self.prefix)})
    }

    /// An operation that answers with `answers` or fails with one of `statuses`.
    fn operation(&self, id: &str, summary: &str, answers: Value, statuses: &[u16]) -> Value {
        let mut responses = failures(statuses);
        if let Value::Object(answers) = answers {
            responses.extend(answers);
        }
        let mut operation = json!({
            "operationId": format!("{}{id}", self.prefix),
            "summary": summary,
            "tags": [self.tag()],
            "responses": responses,
        });
        if self.deprecated {
            super::set(&mut operation, "deprecated", true.into());
        }
        operation
    }

    /// An operation that reads; an open dataset is read without a key, too.
    fn reading(&self, id: &str, summary: &str, answers: Value, statuses: &[u16]) -> Value {
        let mut operation = self.operation(id, summary, answers, statuses);
        if self.open {
            super::set(&mut operation, "security", json!([{}, {"bearer": []}]));
        }
        operation
    }

    /// The content of one payload that is sent, with the contract's examples.
    fn one(&self, schema: Value) -> Value {
        Self::with_examples(schema, self.examples)
    }

    fn with_examples(schema: Value, examples: &[Value]) -> Value {
        let examples: Map<String, Value> = examples
            .iter()
            .take(MAX_EXAMPLES)
            .enumerate()
            .map(|(index, example)| (format!("example-{}", index + 1), json!({"value": example})))
            .collect();
        if examples.is_empty() {
            json!({"schema": schema})
        } else {
            json!({"schema": schema, "examples": examples})
        }
    }

    /// The body of a push: one payload, an array, or lines.
    fn push_body(&self) -> Value {
        let mut item = vec![self.schema("Payload")];
        if self.master {
            item.push(json!({"$ref": "#/components/schemas/Deletion"}));
        }
        let many = json!({"type": "array", "items": {"anyOf": item}});
        let lines = "One payload a line.";
        json!({"required": true, "content": {
            "application/json": self.one(json!({"anyOf": [self.schema("Payload"), many]})),
            "application/x-ndjson": {"schema": {"type": "string", "description": lines}},
        }})
    }
}

/// The paths of the dataset: those of records where it has some, else those that its owner's system answers.
pub(super) fn paths(subject: &Subject<'_>, live: Option<&Live>) -> Map<String, Value> {
    let mut paths = Map::new();
    let mut add = |path: &str, item: Value| {
        paths.insert(format!("{}{path}", subject.path), item);
    };
    if live.is_none() {
        add(
            "/records",
            json!({"get": reading::list(subject), "post": writing::push(subject)}),
        );
        add("/records/{key}", one_record(subject));
        add("/records/{key}/history", reading::history(subject));
        add("/changes", json!({"get": reading::changes(subject)}));
        add("/rejections", json!({"get": reading::rejections(subject)}));
        add("/rejections/{number}", reading::one_rejection(subject));
        if subject.master {
            add("/snapshot", json!({"put": writing::snapshot(subject)}));
        }
        add("/export", json!({"get": reading::export(subject)}));
    }
    add("/validate", json!({"post": writing::validate(subject)}));
    add("/contract", json!({"get": documents::contract(subject)}));
    add("/schema", json!({"get": documents::schema(subject)}));
    add("/openapi.json", json!({"get": documents::openapi(subject)}));
    paths.extend(live.map(|live| live::paths(subject, live)).unwrap_or_default());
    paths
}

fn one_record(subject: &Subject<'_>) -> Value {
    let tag = json!({"ETag": header("What it is."), "Last-Modified": header("When it last changed.")});
    let answers = json!({
        "200": {
            "description": "The payload as it was sent.",
            "headers": tag,
            "content": {"application/json": Subject::with_examples(subject.schema("Selected"), subject.shown)},
        },
        "304": {"description": "It is what `If-None-Match` names.", "headers": tag},
    });
    let get = subject.reading("get_record", "Get a record", answers, &READ);
    let known = json!([
        tags("If-None-Match", "The ETag of what is known already."),
        reading::fields(),
    ]);
    let mut item = json!({"parameters": [key()], "get": with(get, "parameters", known)});
    if subject.master {
        super::set(&mut item, "put", writing::put(subject));
        super::set(&mut item, "patch", writing::patch(subject));
        super::set(&mut item, "delete", writing::delete(subject));
    }
    item
}

/// The key in a path.
fn key() -> Value {
    json!({
        "name": "key", "in": "path", "required": true,
        "description": "The record's key, percent-encoded.",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_BYTES},
    })
}

/// The statuses with which a reading operation fails.
const READ: [u16; 9] = [400, 401, 403, 404, 406, 410, 429, 500, 503];
/// The statuses with which a writing operation fails, its body aside.
const WRITE: [u16; 13] = [400, 401, 403, 404, 406, 408, 409, 410, 412, 413, 429, 500, 503];

fn query(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

fn head(name: &str, description: &str) -> Value {
    json!({"name": name, "in": "header", "description": description, "schema": {"type": "string"}})
}

/// A header whose value is a list of entity tags, or `*` (RFC 9110, section 8.8.3).
fn tags(name: &str, description: &str) -> Value {
    let tag = r#"(W/)?"[\x21\x23-\x7e]*""#;
    let pattern = format!(r"^(\*|{tag}(\s*,\s*{tag})*)$");
    let schema = json!({"type": "string", "pattern": pattern});
    with(head(name, description), "schema", schema)
}

fn header(description: &str) -> Value {
    json!({"description": description, "schema": {"type": "string"}})
}

fn bounded(least: u64, most: u64) -> Value {
    json!({"type": "integer", "minimum": least, "maximum": most})
}

fn with(mut operation: Value, name: &str, value: Value) -> Value {
    super::set(&mut operation, name, value);
    operation
}
