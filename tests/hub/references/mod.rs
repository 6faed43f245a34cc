//! References between datasets: what is refused, what is only counted, and what may not be deleted.

mod bodies;
mod concurrent;
mod contracts;
mod deletion;
mod periods;
mod plans;
mod report;
mod single;

use serde_json::{Value, json};

use crate::harness::{Api, TestHub};

/// The draft of all schemas here.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A master of codes, each with its parent: `pod/wilayah/v1`. The parent is of the same dataset.
fn wilayah() -> Value {
    json!({
        "mahakam": "1", "opd": "pod", "dataset": "wilayah", "version": "1.0.0", "kind": "master",
        "title": "Wilayah", "key": ["/kode"],
        "schema": {
            "$schema": DRAFT, "type": "object", "required": ["kode"],
            "properties": {
                "kode": {"type": ["string", "integer"]}, "induk": {"type": ["string", "null"]},
                "dari": {"type": ["string", "null"]}, "sampai": {"type": ["string", "null"]}
            }
        },
        "classification": {"level": "restricted", "reason": "Uji"}
    })
}

/// The same with periods.
fn wilayah_with_periods() -> Value {
    let mut contract = wilayah();
    contract["valid"] = json!({"from": "/dari", "until": "/sampai"});
    contract
}

/// The same, each record referring to its parent.
fn tree() -> Value {
    let mut contract = wilayah();
    contract["references"] = json!([{"field": "/induk", "dataset": "pod/wilayah/v1"}]);
    contract
}

/// Records that refer to codes: `bkd/kunjungan/v1`; `more` is added to the reference.
fn kunjungan(more: Value) -> Value {
    let mut reference = json!({"field": "/kode", "dataset": "pod/wilayah/v1"});
    reference
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({
        "mahakam": "1", "opd": "bkd", "dataset": "kunjungan", "version": "1.0.0", "kind": "master",
        "title": "Kunjungan", "key": ["/id"],
        "schema": {
            "$schema": DRAFT, "type": "object", "required": ["id"],
            "properties": {
                "id": {"type": "string"}, "kode": {"type": ["string", "integer", "number", "null"]},
                "tanggal": {"type": ["string", "null"]}, "catatan": {"type": "string"}
            }
        },
        "references": [reference],
        "classification": {"level": "restricted", "reason": "Uji"}
    })
}

/// A hub with the codes `64`, `64.02` and `64.10`, and what refers to them by such a reference.
async fn hub(more: Value) -> (TestHub, Api, Api) {
    let (hub, wilayah) = TestHub::with(wilayah()).await;
    wilayah
        .push(r#"[{"kode":"64"},{"kode":"64.02"},{"kode":"64.10"}]"#)
        .await
        .is(200);
    let kunjungan = hub.publish(&kunjungan(more));
    (hub, wilayah, kunjungan)
}

/// The only violation of a refused payload.
fn violation(problem: &Value) -> &Value {
    assert_eq!(problem["violations_total"], 1, "{problem}");
    &problem["violations"][0]
}

/// The keys of all records.
async fn keys(api: &Api) -> Vec<String> {
    let records = api.all_records(1_000).await;
    records
        .iter()
        .map(|record| record["key"].as_str().unwrap().to_owned())
        .collect()
}

fn lines(payloads: &[Value]) -> String {
    payloads.iter().map(|payload| format!("{payload}\n")).collect()
}
