//! The integration unit test: what is tried, what comes of it, and that nothing of it stays.

use serde_json::{Value, json};

use super::{admin, register};
use crate::harness::{TestHub, contracts, program};

/// The paper of a test.
async fn tested(hub: &TestHub, dataset: &str) -> Value {
    let path = format!("/{dataset}/1.0.0/test");
    admin(hub, "POST", &path).english().await.expect(200)
}

fn cases<'p>(paper: &'p Value, result: &str) -> Vec<&'p Value> {
    let all = paper["cases"].as_array().unwrap();
    all.iter().filter(|case| case["result"] == result).collect()
}

fn named<'p>(paper: &'p Value, name: &str) -> Vec<&'p Value> {
    let all = paper["cases"].as_array().unwrap();
    all.iter().filter(|case| case["name"] == name).collect()
}

#[tokio::test]
async fn a_draft_is_tested_whole_and_leaves_nothing() {
    let hub = TestHub::start().await;
    let mut contract = contracts::pegawai();
    contract["filters"] = json!(["/golongan", "/gaji"]);
    contract["examples"] = json!({
        "valid": [{"nip": "198001012005011001", "nama": "Budi", "golongan": "III/a", "gaji": 64.10, "unit": {"kode": "7"}}],
        "invalid": [{"nip": "1", "nama": "Budi"}],
    });
    register(&hub, &contract).await;
    let before = hub.database.beside().number("SELECT count(*) FROM dataset");
    let paper = tested(&hub, "bkd/pegawai").await;
    assert_eq!(paper["result"], "passed", "{:#?}", cases(&paper, "failed"));
    assert_eq!(paper["counts"]["passed"], cases(&paper, "passed").len());
    assert_eq!(
        paper["contract_digest"],
        mahakam::contract::contract_digest(&contract).to_string()
    );
    // Every rule of the schema was broken once.
    for place in [
        "/required/0",
        "/additionalProperties",
        "/properties/nip/pattern",
        "/properties/nama/maxLength",
        "/properties/golongan/enum",
        "/properties/lahir/format",
        "/properties/gaji/minimum",
        "/properties/unit/required/0",
        "/properties/anak/maxItems",
        "/properties/anak/items/properties/umur/maximum",
    ] {
        let tried = named(&paper, &format!("Breaks {place}"));
        assert!(!tried.is_empty(), "{place}");
        for case in tried {
            assert_eq!(
                json!([case["expected"], case["got"]["code"]]),
                json!([422, "contract-violated"])
            );
        }
    }
    let not_tried = cases(&paper, "not_tried");
    assert_eq!((not_tried.len(), &not_tried[0]["name"]), (1, &json!("Reset")));
    every_grant_was_tried(&paper);
    what_was_refused_was_repaired(&paper);
    assert_eq!(named(&paper, "Filter by /gaji")[0]["result"], "passed");
    let mut beside = hub.database.beside();
    for table in ["record", "change", "rejection"] {
        assert_eq!(
            beside.number(&format!("SELECT count(*) FROM {table}")),
            0,
            "{table}"
        );
    }
    assert_eq!(beside.number("SELECT count(*) FROM dataset"), before);
    let audited = "SELECT count(*) FROM audit WHERE action = 'contract.test'";
    assert_eq!(beside.number(audited), 1);
}

fn what_was_refused_was_repaired(paper: &Value) {
    for name in [
        "One refused payload",
        "Correct and send again",
        "It is told as repaired",
    ] {
        assert_eq!(named(paper, name)[0]["result"], "passed", "{name}");
    }
}

fn every_grant_was_tried(paper: &Value) {
    for (name, status) in [
        ("bappeda: pull", 200),
        ("bappeda: push", 403),
        ("dinkes: pull", 200),
        ("dkp: pull", 403),
        ("dkp: push", 200),
        ("Without a key: pull", 401),
        ("Another agency: pull", 404),
    ] {
        assert_eq!(named(paper, name)[0]["got"]["status"], status, "{name}");
    }
}

#[tokio::test]
async fn transactions_live_datasets_compound_keys_and_open_data_are_tested_as_what_they_are() {
    let hub = TestHub::start().await;
    let mut required = contracts::named(contracts::mutasi(), "wajib");
    required["idempotency_key"] = "required".into();
    for contract in [
        contracts::mutasi(),
        contracts::libur(),
        contracts::pasangan(),
        contracts::live(),
        required,
    ] {
        register(&hub, &contract).await;
        let dataset = format!(
            "{}/{}",
            contract["opd"].as_str().unwrap(),
            contract["dataset"].as_str().unwrap()
        );
        let paper = tested(&hub, &dataset).await;
        assert_eq!(
            paper["result"],
            "passed",
            "{dataset}: {:#?}",
            cases(&paper, "failed")
        );
    }
    let paper = tested(&hub, "bkd/mutasi").await;
    assert_eq!(named(&paper, "Delete")[0]["got"]["status"], 405);
    let paper = tested(&hub, "pod/libur").await;
    assert_eq!(named(&paper, "Without a key: pull")[0]["got"]["status"], 200);
    let paper = tested(&hub, "bkd/cuti").await;
    assert_eq!(
        named(&paper, "It keeps no records")[0]["got"]["code"],
        "dataset-is-live"
    );
    assert_eq!(
        named(&paper, "A call to the agency's system")[0]["result"],
        "not_tried"
    );
}

#[tokio::test]
async fn what_payloads_refer_to_is_taken_from_the_masters_that_there_are() {
    let hub = TestHub::start().await;
    let mut codes = contracts::named(contracts::barang(), "kode");
    codes["schema"]["properties"]["sampai"] = json!({"type": "string", "format": "date"});
    codes["schema"]["properties"]["dari"] = json!({"type": "string", "format": "date"});
    codes["valid"] = json!({"from": "/dari", "until": "/sampai"});
    let codes = hub.publish(&codes);
    let mut visits = contracts::named(contracts::barang(), "kunjungan");
    visits["schema"]["properties"]["kode"] = json!({"type": "string", "pattern": "^[0-9]{2}$"});
    visits["schema"]["required"] = json!(["id", "kode"]);
    visits["references"] = json!([{"field": "/kode", "dataset": "bkd/kode/v1"}]);
    register(&hub, &visits).await;
    let name = "/kode refers to nothing in bkd/kode/v1";
    let paper = tested(&hub, "bkd/kunjungan").await;
    assert_eq!(paper["result"], "passed", "{:#?}", cases(&paper, "failed"));
    assert_eq!(named(&paper, name)[0]["result"], "not_tried");
    codes.push(r#"{"id":"Samarinda"}"#).await.is(201);
    codes.push(r#"{"id":"63","sampai":"2001-01-01"}"#).await.is(201);
    codes.push(r#"{"id":"64","sampai":"2999-01-01"}"#).await.is(201);
    let paper = tested(&hub, "bkd/kunjungan").await;
    assert_eq!(paper["result"], "passed", "{:#?}", cases(&paper, "failed"));
    let astray = named(&paper, name)[0];
    assert_eq!(
        (&astray["result"], &astray["got"]["status"]),
        (&json!("passed"), &json!(422))
    );
    // What is pushed refers to the one that the schema takes and that holds today.
    let pushed = named(&paper, "Push")[0].to_string();
    assert!(pushed.contains("64"), "{pushed}");
    codes.delete("64").await.is(200);
}

#[tokio::test]
async fn records_that_are_told_apart_by_what_they_refer_to_stay_apart() {
    let hub = TestHub::start().await;
    let codes = hub.publish(&contracts::named(contracts::barang(), "kode"));
    codes.lines("{\"id\":\"1\"}\n{\"id\":\"2\"}\n").await.is(200);
    let mut posts = contracts::named(contracts::barang(), "kodepos");
    posts["schema"]["properties"]["pos"] = json!({"type": "string"});
    posts["filters"] = json!(["/pos"]);
    posts["references"] = json!([{"field": "/id", "dataset": "bkd/kode/v1"}]);
    posts["examples"] = json!({"valid": [{"id": "2", "pos": "75"}, {"id": "9", "pos": "76"}]});
    register(&hub, &posts).await;
    let paper = tested(&hub, "bkd/kodepos").await;
    assert_eq!(paper["result"], "passed", "{:#?}", cases(&paper, "failed"));
    assert_eq!(
        named(&paper, "/id refers to nothing in bkd/kode/v1")[0]["result"],
        "passed"
    );
    assert_eq!(named(&paper, "Filter by /pos")[0]["result"], "passed");
}

#[tokio::test]
async fn a_contract_that_no_payload_keeps_to_says_so() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    contract["schema"]["properties"]["id"] = json!({"type": "string", "minLength": 3, "maxLength": 2});
    register(&hub, &contract).await;
    let paper = tested(&hub, "bkd/barang").await;
    let not_tried = named(&paper, "Read, change, delete");
    assert_eq!(not_tried[0]["result"], "not_tried");
    assert_eq!(
        not_tried[0]["why"],
        "No payload was accepted; add examples.valid."
    );
}

#[tokio::test]
async fn the_paper_prints_and_holds_nothing_unescaped() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    contract["title"] = "<script>alert(1)</script>".into();
    contract["examples"] = json!({"valid": [{"id": "<img src=x onerror=alert(1)>"}]});
    register(&hub, &contract).await;
    let page = admin(&hub, "POST", "/bkd/barang/1.0.0/test")
        .header("Accept", "text/html")
        .await;
    page.is(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    let text = &page.body;
    assert!(text.contains("Unit Tes Integrasi Aplikasi") && text.contains("&lt;script&gt;"));
    assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
    // The command writes the same page, and ends with 0.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("uji.html");
    let output = program(hub.database.url())
        .args(["--json", "contract", "test", "bkd/barang/v1", "1.0.0", "--html"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["result"], "passed");
    assert!(
        std::fs::read_to_string(file)
            .unwrap()
            .contains("Integration unit test")
    );
    admin(&hub, "POST", "/bkd/barang/9.0.0/test")
        .await
        .problem(404, "unknown-version");
    admin(&hub, "POST", "/bkd/barang/1.0.0/test?format=pdf")
        .await
        .problem(400, "bad-parameter");
}
