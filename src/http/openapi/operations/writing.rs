//! Operations that write, and the one that only tells what would be answered.

use serde_json::{Value, json};

use super::{Subject, WRITE, head, header, query, tags, with};

pub(super) fn push(subject: &Subject<'_>) -> Value {
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

pub(super) fn put(subject: &Subject<'_>) -> Value {
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

pub(super) fn delete(subject: &Subject<'_>) -> Value {
    let answers = json!({"200": {
        "description": "It was deleted.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}},
    }});
    let statuses = [400, 401, 403, 404, 406, 409, 410, 412, 429, 500, 503];
    let operation = subject.operation("delete_record", "Delete a record", answers, &statuses);
    with(operation, "parameters", preconditions().to_vec().into())
}

pub(super) fn validate(subject: &Subject<'_>) -> Value {
    let outcomes = json!({"anyOf": [
        {"$ref": "#/components/schemas/Outcome"}, {"$ref": "#/components/schemas/BulkReport"},
    ]});
    let answers = json!({"200": {
        "description": "It would be stored; `seq` is null.",
        "content": {"application/json": {"schema": outcomes}},
    }});
    let statuses = [
        400, 401, 403, 404, 406, 408, 409, 410, 413, 415, 422, 429, 500, 503,
    ];
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

pub(super) fn preconditions() -> [Value; 3] {
    [
        idempotency_key(),
        tags("If-Match", "For one record: the ETag that it must still have."),
        tags(
            "If-None-Match",
            "For one record: `*`, when it must not be there yet.",
        ),
    ]
}

fn idempotency_key() -> Value {
    head(
        "Idempotency-Key",
        "A value of your own making: for 24 hours the same request gets its first answer.",
    )
}

pub(super) fn patch(subject: &Subject<'_>) -> Value {
    let answers = json!({"200": {
        "description": "It was changed, or stood so already.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Outcome"}}},
        "headers": {"ETag": header("What it is.")},
    }});
    let statuses = [WRITE.as_slice(), &[415, 422]].concat();
    let summary = "Change a part of a record (RFC 7396); the result is judged as a whole";
    let operation = subject.operation("patch_record", summary, answers, &statuses);
    let operation = with(operation, "parameters", preconditions().to_vec().into());
    let patch = json!({"schema": {"$ref": "#/components/schemas/MergePatch"}});
    let content = json!({"application/merge-patch+json": patch, "application/json": patch});
    with(
        operation,
        "requestBody",
        json!({"required": true, "content": content}),
    )
}

pub(super) fn snapshot(subject: &Subject<'_>) -> Value {
    let answers = json!({"200": {
        "description": "The dataset is what was sent; the difference was stored.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SnapshotReport"}}},
    }});
    let statuses = [
        400, 401, 403, 404, 406, 408, 409, 410, 413, 415, 422, 429, 500, 503,
    ];
    let summary = "Replace the whole dataset: what was not sent is deleted";
    let operation = subject.operation("put_snapshot", summary, answers, &statuses);
    let share = json!({"type": "number", "minimum": 0, "maximum": 1, "default": 0.1});
    let words = "Which share of the records may vanish; more is answered 409 and nothing is stored, as it is when one of them is referred to.";
    let parameters = json!([query("max_delete", words, &share), idempotency_key()]);
    let lines = json!({"schema": {"type": "string", "description": "One payload a line, all there are."}});
    let body = json!({"required": true, "content": {"application/x-ndjson": lines}});
    let operation = with(operation, "parameters", parameters);
    with(operation, "requestBody", body)
}
