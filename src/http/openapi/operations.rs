//! The operations of a dataset.
//!
//! Not here: the schemas of their answers (`answers`). Invariant: a path is described exactly when it
//! is served, and an operation's id is the name of its handler behind the subject's prefix.

use serde_json::{Map, Value, json};

use super::components::failures;
use crate::hub::ExportForm;
use crate::types::{DatasetId, MAX_KEY_BYTES};

/// The most examples that are shown.
const MAX_EXAMPLES: usize = 3;

/// The dataset that is described.
pub(super) struct Subject<'d> {
    /// Its identity.
    pub(super) id: &'d DatasetId,
    /// What the names of its operations and schemas begin with.
    pub(super) prefix: &'d str,
    /// Payloads that keep to its contract.
    pub(super) examples: &'d [Value],
    /// Whether records may be changed.
    pub(super) master: bool,
    /// Whether it may be read without a key.
    pub(super) open: bool,
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
        json!({
            "operationId": format!("{}{id}", self.prefix),
            "summary": summary,
            "tags": [self.tag()],
            "responses": responses,
        })
    }

    /// An operation that reads; an open dataset is read without a key, too.
    fn reading(&self, id: &str, summary: &str, answers: Value, statuses: &[u16]) -> Value {
        let mut operation = self.operation(id, summary, answers, statuses);
        if self.open {
            super::set(&mut operation, "security", json!([{}, {"bearer": []}]));
        }
        operation
    }

    /// The content of one payload, with the contract's examples.
    fn one(&self, schema: Value) -> Value {
        let examples: Map<String, Value> = self
            .examples
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

/// The paths of the dataset; those of records only where it has some.
pub(super) fn paths(subject: &Subject<'_>, stored: bool) -> Map<String, Value> {
    let mut paths = Map::new();
    let mut add = |path: &str, item: Value| {
        paths.insert(format!("/api/{}{path}", subject.id), item);
    };
    if stored {
        add("/records", json!({"get": list(subject), "post": push(subject)}));
        add("/records/{key}", one_record(subject));
        add("/records/{key}/history", history(subject));
        add("/changes", json!({"get": changes(subject)}));
        add("/rejections", json!({"get": rejections(subject)}));
        add("/rejections/{number}", one_rejection(subject));
        add("/export", json!({"get": export(subject)}));
    }
    add("/validate", json!({"post": validate(subject)}));
    add("/contract", json!({"get": contract(subject)}));
    add("/schema", json!({"get": schema(subject)}));
    add("/openapi.json", json!({"get": openapi(subject)}));
    paths
}

fn list(subject: &Subject<'_>) -> Value {
    let link = header("The next page, as `rel=\"next\"`.");
    let answer = json!({"200": {
        "description": "A page of records, by key in byte order.",
        "headers": {"Link": link},
        "content": {"application/json": {"schema": subject.schema("RecordPage")}},
    }});
    let parameters = json!([
        query("limit", "At most so many; 100 when left out.", &bounded(1, 1_000)),
        query("cursor", "`next` of the page before.", &json!({"type": "string"})),
    ]);
    let operation = subject.reading("list_records", "List records", answer, &READ);
    with(operation, "parameters", parameters)
}

fn push(subject: &Subject<'_>) -> Value {
    let outcomes = json!({"anyOf": [
        {"$ref": "#/components/schemas/Outcome"}, {"$ref": "#/components/schemas/BulkReport"},
    ]});
    let answers = json!({
        "201": {
            "description": "One record was created.",
            "headers": {"Location": header("Where it is."), "ETag": header("What it is.")},
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}},
        },
        "200": {
            "description": "One record was updated or stood so already, or many were judged.",
            "headers": {"ETag": header("What the one record is.")},
            "content": {"application/json": {"schema": outcomes}},
        },
    });
    let atomic = query(
        "atomic",
        "Of many records, store all or none.",
        &json!({"type": "boolean", "default": false}),
    );
    let mut parameters = vec![atomic];
    parameters.extend(preconditions());
    let operation = subject.operation(
        "push_records",
        "Store one record, or many as an array or as lines",
        answers,
        &[WRITE.as_slice(), &[415, 422]].concat(),
    );
    let operation = with(operation, "parameters", parameters.into());
    with(operation, "requestBody", subject.push_body())
}

fn one_record(subject: &Subject<'_>) -> Value {
    let tag = json!({"ETag": header("What it is."), "Last-Modified": header("When it last changed.")});
    let answers = json!({
        "200": {
            "description": "The payload as it was sent.",
            "headers": tag,
            "content": {"application/json": subject.one(subject.schema("Shown"))},
        },
        "304": {"description": "It is what `If-None-Match` names.", "headers": tag},
    });
    let get = subject.reading("get_record", "Get a record", answers, &READ);
    let known = json!([head("If-None-Match", "The ETag of what is known already.")]);
    let mut item = json!({"parameters": [key()], "get": with(get, "parameters", known)});
    if subject.master {
        super::set(&mut item, "put", put(subject));
        super::set(&mut item, "delete", delete(subject));
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

fn history(subject: &Subject<'_>) -> Value {
    let answer = json!({"200": {
        "description": "A page of the record's versions, newest first; they stay after a deletion.",
        "headers": {"Link": header("The next page, as `rel=\"next\"`.")},
        "content": {"application/json": {"schema": subject.schema("HistoryPage")}},
    }});
    let operation = subject.reading("get_history", "List a record's versions", answer, &READ);
    json!({"parameters": [key()], "get": with(operation, "parameters", paging())})
}

/// The parameters of a list that goes page by page.
fn paging() -> Value {
    json!([
        query("limit", "At most so many; 100 when left out.", &bounded(1, 1_000)),
        query("cursor", "`next` of the page before.", &json!({"type": "string"})),
    ])
}

fn put(subject: &Subject<'_>) -> Value {
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}});
    let answers = json!({
        "201": {
            "description": "It was created.", "content": content,
            "headers": {"Location": header("Where it is."), "ETag": header("What it is.")},
        },
        "200": {
            "description": "It was updated, or stood so already.", "content": content,
            "headers": {"ETag": header("What it is.")},
        },
    });
    let statuses = [WRITE.as_slice(), &[415, 422]].concat();
    let operation = subject.operation("put_record", "Store a record under its key", answers, &statuses);
    let operation = with(operation, "parameters", preconditions().to_vec().into());
    let content = json!({"application/json": subject.one(subject.schema("Payload"))});
    with(
        operation,
        "requestBody",
        json!({"required": true, "content": content}),
    )
}

fn delete(subject: &Subject<'_>) -> Value {
    let answers = json!({"200": {
        "description": "It was deleted.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}},
    }});
    let statuses = [400, 401, 403, 404, 406, 412, 500, 503];
    let operation = subject.operation("delete_record", "Delete a record", answers, &statuses);
    with(operation, "parameters", preconditions().to_vec().into())
}

fn changes(subject: &Subject<'_>) -> Value {
    let events = "Server-sent events: `id` is the seq, `event` is `change`, `data` is one Change. Goes on \
                  until the caller leaves; a comment every 15 seconds.";
    let lines = "One Change a line, to the end that stood when the answer began.";
    let answers = json!({"200": {
        "description": "The changes after `since`, in their order.",
        "headers": {"Mahakam-Feed": header("The feed's id, as the parameter `feed` takes it.")},
        "content": {
            "application/json": {"schema": subject.schema("ChangePage")},
            "application/x-ndjson": {"schema": {"type": "string", "description": lines}},
            "text/event-stream": {"schema": {"type": "string", "description": events}},
        },
    }});
    let statuses = [READ.as_slice(), &[410]].concat();
    let operation = subject.reading("list_changes", "Follow the changes", answers, &statuses);
    with(operation, "parameters", position())
}

/// Where a reader of the feed stands, and what it wants from there.
fn position() -> Value {
    let seq = json!({"type": "integer", "minimum": 0, "default": 0});
    let wait = "Where there is nothing yet, wait so many seconds for it. Events wait anyway.";
    json!([
        query(
            "since",
            "The last seq that is known; the page before has it as `next`.",
            &seq
        ),
        query(
            "limit",
            "At most so many on a page, 1000 when left out. Lines and events have no limit.",
            &bounded(1, 10_000)
        ),
        query(
            "feed",
            "The feed to which `since` belongs; any other is answered 410.",
            &json!({"type": "string"})
        ),
        query("wait", wait, &bounded(0, 60)),
        query(
            "latest",
            "Only the newest change of each key, deletions too.",
            &json!({"type": "boolean", "default": false})
        ),
        head(
            "Last-Event-ID",
            "Of events: the last that was received; wins over `since`."
        ),
    ])
}

fn rejections(subject: &Subject<'_>) -> Value {
    let lines = json!({"schema": {"type": "string", "description": "All of them, oldest first, each with its body."}});
    let answer = json!({"200": {
        "description": "A page of the refused payloads, newest first; or all of them, oldest first.",
        "headers": {"Link": header("The next page, as `rel=\"next\"`.")},
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/RejectionPage"}},
            "application/x-ndjson": lines, "text/csv": lines,
        },
    }});
    let mut parameters = vec![
        query(
            "open",
            "Only those that are not repaired.",
            &json!({"type": "boolean", "default": false}),
        ),
        query(
            "exchange",
            "Only those of this call.",
            &json!({"type": "string", "format": "uuid"}),
        ),
        query(
            "format",
            "All of them, in this form, whatever `Accept` says.",
            &json!({"enum": ["ndjson", "csv"]}),
        ),
    ];
    if let Value::Array(paging) = paging() {
        parameters.extend(paging);
    }
    let summary = "List refused payloads: the owner all, others what they sent";
    let operation = subject.operation("list_rejections", summary, answer, &READ);
    with(operation, "parameters", parameters.into())
}

fn one_rejection(subject: &Subject<'_>) -> Value {
    let number = json!({
        "name": "number", "in": "path", "required": true, "description": "Its number.",
        "schema": {"type": "integer", "minimum": 1},
    });
    let answer = json!({"200": {
        "description": "The refused payload and why it was refused.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WholeRejection"}}},
    }});
    let get = subject.operation("get_rejection", "Get a refused payload", answer, &READ);
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}});
    let answers = json!({
        "201": {"description": "The record was created.", "content": content},
        "200": {"description": "The record was updated, or stood so already.", "content": content},
    });
    let statuses = [WRITE.as_slice(), &[415, 422]].concat();
    let summary = "Send the corrected payload, as a push";
    let post = subject.operation("repair_rejection", summary, answers, &statuses);
    let post = with(post, "parameters", preconditions().to_vec().into());
    let body =
        json!({"required": true, "content": {"application/json": subject.one(subject.schema("Payload"))}});
    json!({"parameters": [number], "get": get, "post": with(post, "requestBody", body)})
}

fn export(subject: &Subject<'_>) -> Value {
    let file = |format: &str| json!({"schema": {"type": "string", "description": format}});
    let answers = json!({"200": {
        "description": "The whole dataset as a file, by key in byte order.",
        "headers": {"Content-Disposition": header("What the file may be called.")},
        "content": {
            "text/csv": file("Pointers as header, arrays as JSON text."),
            "application/x-ndjson": file("One payload a line."),
            "application/vnd.oasis.opendocument.spreadsheet": file("The same table as in CSV."),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": file("The same table as in CSV."),
        },
    }});
    let format = query(
        "format",
        "Which kind of file; `Accept` is not looked at.",
        &json!({"type": "string", "enum": ExportForm::ALL.map(ExportForm::as_str)}),
    );
    let raw = query(
        "raw",
        "In CSV, leave texts as they are that a spreadsheet would take for formulas.",
        &json!({"type": "boolean", "default": false}),
    );
    let statuses = [400, 401, 403, 404, 422, 500, 503];
    let operation = subject.reading("export_records", "Export the whole dataset", answers, &statuses);
    with(
        operation,
        "parameters",
        json!([with(format, "required", true.into()), raw]),
    )
}

fn validate(subject: &Subject<'_>) -> Value {
    let outcomes = json!({"anyOf": [
        {"$ref": "#/components/schemas/Outcome"}, {"$ref": "#/components/schemas/BulkReport"},
    ]});
    let answers = json!({"200": {
        "description": "It would be stored; `seq` is null.",
        "content": {"application/json": {"schema": outcomes}},
    }});
    let statuses = [400, 401, 403, 404, 406, 408, 413, 415, 422, 500, 503];
    let atomic = query(
        "atomic",
        "Judge many records as all or none.",
        &json!({"type": "boolean", "default": false}),
    );
    let summary = "Tell what a push would be answered, and store nothing";
    let operation = subject.operation("validate_records", summary, answers, &statuses);
    let operation = with(operation, "parameters", json!([atomic]));
    with(operation, "requestBody", subject.push_body())
}

fn contract(subject: &Subject<'_>) -> Value {
    let operation = served(subject, "get_contract", "Get the contract", "application/json");
    with(operation, "parameters", json!([version()]))
}

fn schema(subject: &Subject<'_>) -> Value {
    let operation = served(
        subject,
        "get_schema",
        "Get the JSON Schema of a payload",
        "application/schema+json",
    );
    with(operation, "parameters", json!([version()]))
}

fn openapi(subject: &Subject<'_>) -> Value {
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

/// The statuses with which a reading operation fails.
const READ: [u16; 7] = [400, 401, 403, 404, 406, 500, 503];
/// The statuses with which a writing operation fails, its body aside.
const WRITE: [u16; 11] = [400, 401, 403, 404, 406, 408, 409, 412, 413, 500, 503];

fn preconditions() -> [Value; 2] {
    [
        head("If-Match", "For one record: the ETag that it must still have."),
        head(
            "If-None-Match",
            "For one record: `*`, when it must not be there yet.",
        ),
    ]
}

fn version() -> Value {
    query(
        "version",
        "A published version; the newest when left out.",
        &json!({"type": "string"}),
    )
}

fn query(name: &str, description: &str, schema: &Value) -> Value {
    json!({"name": name, "in": "query", "description": description, "schema": schema})
}

fn head(name: &str, description: &str) -> Value {
    json!({"name": name, "in": "header", "description": description, "schema": {"type": "string"}})
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
