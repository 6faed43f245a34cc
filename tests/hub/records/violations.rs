//! Payloads that break their contract: every place is told, in the language of the caller.

use serde_json::{Value, json};

use crate::harness::{TestHub, contracts};

const BROKEN: &str = r#"{
    "nip": "12", "golongan": "X", "lahir": "2026-02-30", "gaji": -1.50, "warna": "biru",
    "unit": {"kode": 7, "x/y": 1},
    "anak": [{"nama": "a", "umur": 130}, {}, {"nama": "c", "umur": 1.5}, {"nama": "d"}]
}"#;

/// Pointer, keyword and expected value of each, sorted.
fn told(violations: &Value) -> Vec<(String, String, Value)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut told: Vec<_> = violations
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                text(&one["pointer"]),
                text(&one["keyword"]),
                one["expected"].clone(),
            )
        })
        .collect();
    told.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    told
}

#[tokio::test]
async fn a_payload_that_breaks_the_contract_is_refused_with_every_pointer() {
    let (_hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let (id, en) = (
        pegawai.push(BROKEN).await.problem(422, "contract-violated"),
        pegawai
            .push(BROKEN)
            .english()
            .await
            .problem(422, "contract-violated"),
    );
    let expected = [
        ("/anak", "maxItems", json!(3)),
        ("/anak/0/umur", "maximum", json!(120)),
        ("/anak/1/nama", "required", json!(["nama"])),
        ("/anak/2/umur", "type", json!("integer")),
        ("/gaji", "minimum", json!(0)),
        ("/golongan", "enum", json!(["III/a", "III/b", "IV/a"])),
        ("/lahir", "format", json!("date")),
        ("/nama", "required", json!(["nip", "nama"])),
        ("/nip", "pattern", json!("^[0-9]{18}$")),
        ("/unit/kode", "type", json!("string")),
        ("/unit/x~1y", "additionalProperties", json!(false)),
        ("/warna", "additionalProperties", json!(false)),
    ]
    .map(|(pointer, keyword, expected)| (pointer.to_owned(), keyword.to_owned(), expected));
    for problem in [&id, &en] {
        assert_eq!(told(&problem["violations"]), expected);
        assert_eq!(problem["violations_total"], 12);
    }
    for (one, other) in std::iter::zip(
        id["violations"].as_array().unwrap(),
        en["violations"].as_array().unwrap(),
    ) {
        assert_eq!(one["pointer"], other["pointer"]);
        assert_ne!(one["message"], other["message"], "{one}");
        assert!(!one["message"].as_str().unwrap().is_empty());
        let mut members: Vec<&String> = one.as_object().unwrap().keys().collect();
        members.sort();
        assert_eq!(members, ["expected", "keyword", "message", "pointer"]);
    }
    assert!(pegawai.all_changes(0, 10).await.is_empty());
}

#[tokio::test]
async fn of_very_many_violations_the_first_thousand_are_listed_and_all_are_counted() {
    let (_hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let members: Vec<String> = (0..1_500).map(|n| format!("\"x{n}\":1")).collect();
    let payload = format!(
        "{{\"nip\":\"199001012015031001\",\"nama\":\"Siti\",{}}}",
        members.join(",")
    );
    let problem = pegawai.push(&payload).await.problem(422, "contract-violated");
    assert_eq!(problem["violations"].as_array().unwrap().len(), 1_000);
    assert_eq!(problem["violations_total"], 1_500);
    let report = pegawai.push(format!("[{payload}]")).await.expect(422);
    let line = &report["errors"][0];
    assert_eq!(line["code"], "contract-violated");
    assert_eq!(line["violations"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn numbers_are_judged_to_the_last_digit() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    contract["schema"]["properties"]["n"] =
        serde_json::from_str(r#"{"maximum": 9007199254740992, "multipleOf": 0.1}"#).unwrap();
    let barang = hub.publish(&contract);
    barang
        .push(r#"{"id":"a","n":9007199254740993}"#)
        .await
        .problem(422, "contract-violated");
    barang.push(r#"{"id":"b","n":0.3}"#).await.is(201);
    barang
        .push(r#"{"id":"c","n":0.35}"#)
        .await
        .problem(422, "contract-violated");
}

#[tokio::test]
async fn something_that_is_no_object_has_no_key() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for payload in ["1", "\"a\"", "null", "true"] {
        let problem = barang.push(payload).await.problem(422, "contract-violated");
        let told = told(&problem["violations"]);
        assert!(
            told.contains(&(String::new(), "type".into(), json!("object"))),
            "{payload}: {told:?}"
        );
    }
}
