//! What stands beside the schema.

use serde_json::{Value, json};

use crate::contract::compat::{Verdict, beyond_patch, compare};
use crate::contract::model::Contract;
use crate::types::Lang;

fn contract(change: impl Fn(&mut Value)) -> Contract {
    let mut document = json!({
        "mahakam": "1", "opd": "bkd", "dataset": "pegawai", "version": "1.0.0", "kind": "master",
        "title": "Pegawai", "key": ["/nip"], "filters": ["/golongan"],
        "schema": {"type": "object", "required": ["nip"], "properties": {"nip": {"type": "string"}, "title": {"type": "string"}}},
        "references": [{"field": "/wilayah", "dataset": "pod/wilayah/v1", "mode": "warn"}],
        "classification": {"level": "restricted", "reason": "x"}
    });
    change(&mut document);
    Contract::from_stored(&document.to_string()).unwrap()
}

fn told(change: impl Fn(&mut Value)) -> String {
    let found = compare(&contract(|_| {}), &contract(change));
    let breaks: Vec<String> = found
        .breaks
        .iter()
        .map(|one| format!("{}@{}", one.rule, one.pointer))
        .collect();
    let doubts: Vec<String> = found
        .undecided
        .iter()
        .map(|one| format!("?{}@{}", one.rule, one.pointer))
        .collect();
    [breaks, doubts].concat().join(" ")
}

#[test]
fn what_stands_beside_the_schema_may_not_refuse_more() {
    let cases: [(&str, Value, &str); 15] = [
        ("/title", json!("Pegawai ASN"), ""),
        ("/classification/level", json!("open"), ""),
        ("/kind", json!("transaction"), "kind@/kind"),
        ("/key", json!(["/nip", "/title"]), "key@/key"),
        ("/dataset", json!("asn"), "dataset@/dataset"),
        ("/opd", json!("dinkes"), "opd@/opd"),
        ("/filters", json!([]), "filters@/filters/0"),
        ("/filters", json!(["/nip", "/golongan"]), ""),
        ("/references/0/mode", json!("strict"), "references@/references/0"),
        ("/references/0/on_delete", json!("refuse"), ""),
        ("/references", json!([]), ""),
        (
            "/idempotency_key",
            json!("required"),
            "idempotency_key@/idempotency_key",
        ),
        ("/valid", json!({"from": "/mulai"}), "?valid@/valid"),
        ("/grants", json!([{"opd": "dinkes", "may": ["pull"]}]), ""),
        ("/schema/required", json!(["nip", "title"]), "required@/title"),
    ];
    for (at, value, expected) in cases {
        let told = told(|document| {
            let (outer, last) = at.rsplit_once('/').unwrap();
            let slot = document.pointer_mut(outer).unwrap();
            match slot {
                Value::Array(items) => items[last.parse::<usize>().unwrap()] = value.clone(),
                other => other[last] = value.clone(),
            }
        });
        assert_eq!(told, expected, "{at} {value}");
    }
}

#[test]
fn a_comparison_is_told_to_programs_in_one_shape() {
    let found = compare(
        &contract(|_| {}),
        &contract(|document| document["schema"]["required"] = json!(["nip", "title"])),
    );
    assert_eq!(found.verdict, Verdict::Breaking);
    assert_eq!(
        found.to_json(Lang::En),
        json!({
            "verdict": "breaking",
            "breaks": [{
                "pointer": "/title", "rule": "required", "old": ["nip"], "new": ["nip", "title"],
                "example": {"nip": "a"}
            }],
            "undecided": []
        })
    );
}

#[test]
fn a_patch_changes_texts_and_grants_alone() {
    let changed = |change: &dyn Fn(&mut Value)| {
        let found = beyond_patch(&contract(|_| {}), &contract(change));
        found
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(changed(&|_| {}), "");
    assert_eq!(
        changed(&|document| {
            document["version"] = json!("1.0.1");
            document["title"] = json!("Lain");
            document["schema"]["title"] = json!("Lain");
            document["schema"]["properties"]["nip"]["description"] = json!("NIP");
            document["classification"]["reason"] = json!("y");
            document["grants"] = json!([{"opd": "dinkes", "may": ["pull"]}]);
            document["examples"] = json!({"valid": [{"nip": "1"}]});
        }),
        ""
    );
    assert_eq!(
        changed(&|document| {
            document["schema"]["properties"]["title"] = json!({"type": "integer"});
            document["limits"] = json!({"requests_per_second": 1});
            document["classification"]["level"] = json!("open");
        }),
        "/classification /limits /schema"
    );
}
