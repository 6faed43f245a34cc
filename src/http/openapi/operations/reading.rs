//! Operations that read: records, their history, the feed, exports, refused payloads.

use serde_json::{Value, json};

use super::writing::preconditions;
use super::{READ, Subject, WRITE, bounded, head, header, key, query, with};
use crate::contract::Types;
use crate::hub::ExportForm;
use crate::types::MAX_KEY_BYTES;

pub(super) fn list(subject: &Subject<'_>) -> Value {
    let link = header("The next page, as `rel=\"next\"`.");
    let answer = json!({"200": {
        "description": "A page of records, by key in byte order unless sorted; as lines, all of them.",
        "headers": {
            "Link": link,
            "Mahakam-As-Of": header("Of lines: from where the feed is followed."),
            "Mahakam-Feed": header("Of lines: the feed's id."),
        },
        "content": {
            "application/json": {"schema": subject.schema("RecordPage")},
            "application/x-ndjson": {"schema": {"type": "string", "description": "One record of the page's form a line."}},
        },
    }});
    let text = json!({"type": "string"});
    let mut parameters = vec![
        query("limit", "At most so many; 100 when left out.", &bounded(1, 1_000)),
        query("cursor", "`next` of the page before.", &text),
        fields(),
        query(
            "count",
            "`exact`: say how many records there are altogether.",
            &json!({"enum": ["exact"]}),
        ),
        query(
            "as_of",
            "Show the dataset as it stood at this seq; without filters and order.",
            &json!({"type": "integer", "minimum": 0}),
        ),
        query(
            "key",
            "Only the records with these keys, in this order; `missing` lists the others.",
            &keys(),
        ),
    ];
    parameters.extend(filters(subject));
    let operation = subject.reading("list_records", "List records", answer, &READ);
    with(operation, "parameters", parameters.into())
}

pub(super) fn history(subject: &Subject<'_>) -> Value {
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

pub(super) fn changes(subject: &Subject<'_>) -> Value {
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
    let operation = subject.reading("list_changes", "Follow the changes", answers, &READ);
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
            &json!({"type": "string", "pattern": "^[0-9a-f]{12}$"})
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

pub(super) fn rejections(subject: &Subject<'_>) -> Value {
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

pub(super) fn one_rejection(subject: &Subject<'_>) -> Value {
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

pub(super) fn export(subject: &Subject<'_>) -> Value {
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
    let statuses = [400, 401, 403, 404, 410, 422, 429, 500, 503];
    let operation = subject.reading("export_records", "Export the whole dataset", answers, &statuses);
    with(
        operation,
        "parameters",
        json!([with(format, "required", true.into()), raw]),
    )
}

/// The parameter that cuts records down.
pub(super) fn fields() -> Value {
    let pointer = "(/([^~,/]|~[01])*)+";
    let pattern = format!("^{pointer}(,{pointer})*$");
    let text = json!({"type": "string", "pattern": pattern, "examples": ["/nip,/unit/kode"]});
    query(
        "fields",
        "Only these fields: JSON Pointers with commas between them.",
        &text,
    )
}

fn keys() -> Value {
    json!({"type": "array", "maxItems": 500, "items": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_BYTES}})
}

/// A parameter for each filter field and how it may be compared, and the order.
fn filters(subject: &Subject<'_>) -> Vec<Value> {
    let fields = &subject.filterable;
    let mut parameters = Vec::new();
    for field in fields {
        let (name, text) = (field.pointer.to_string(), json!({"type": "string"}));
        let many = json!({"type": "array", "maxItems": 100, "items": {"type": names(field.types)}});
        parameters.push(query(&name, "Only records with one of these values.", &many));
        let ordered = field.types & (Types::NUMBER | Types::STRING);
        let value = json!({"type": names(ordered)});
        let ordered = ordered != Types::NONE;
        let tests = [
            ("gte", "at least"),
            ("gt", "more than"),
            ("lte", "at most"),
            ("lt", "less than"),
        ];
        for (test, words) in tests.iter().filter(|_| ordered) {
            let words = format!("Only records with {words} this value.");
            parameters.push(query(&format!("{name}[{test}]"), &words, &value));
        }
        if field.types.allow(Types::STRING) {
            let words = "Only records whose value begins so.";
            parameters.push(query(&format!("{name}[prefix]"), words, &text));
        }
    }
    if !fields.is_empty() {
        let known: Vec<String> = fields.iter().map(|field| field.pointer.to_string()).collect();
        let words = format!(
            "The order: some of {}, with commas between them; `-` in front turns it.",
            known.join(", ")
        );
        parameters.push(query("sort", &words, &json!({"type": "string"})));
    }
    parameters
}

/// The names of types in a schema.
fn names(types: Types) -> Vec<&'static str> {
    let words = [
        (Types::STRING, "string"),
        (Types::NUMBER, "number"),
        (Types::INTEGER, "integer"),
        (Types::BOOLEAN, "boolean"),
        (Types::NULL, "null"),
    ];
    // All numbers are told as such; of those the whole ones are a part.
    let told = |word: Types| word != Types::INTEGER || !types.cover(Types::NUMBER);
    let words = words
        .into_iter()
        .filter(|(word, _)| types.cover(*word) && told(*word));
    words.map(|(_, name)| name).collect()
}
