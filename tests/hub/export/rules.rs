//! Who gets a file, when there is none, what is logged, and the command.

use serde_json::{Value, json};

use super::{HOSTILE, NUMBERS, filled};
use crate::harness::{TestHub, contracts, eventually, program};

#[tokio::test]
async fn only_granted_fields_are_in_it() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let siti =
        r#"{"nip":"199001012015031001","nama":"Siti","unit":{"kode":"A.10","nama":"Umum"},"gaji":1.0}"#;
    pegawai.push(siti).await.is(201);
    let bappeda = hub.api("bkd/pegawai/v1", Some(&hub.key("bappeda")));
    let read = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert_eq!(
        read(bappeda.get("/export?format=csv").downloaded().await.1),
        "/nip,/unit/kode\r\n199001012015031001,A.10\r\n"
    );
    assert_eq!(
        serde_json::from_str::<Value>(&read(bappeda.get("/export?format=ndjson").downloaded().await.1))
            .unwrap(),
        json!({"nip": "199001012015031001", "unit": {"kode": "A.10"}})
    );
    let dkp = hub.api("bkd/pegawai/v1", Some(&hub.key("dkp")));
    dkp.get("/export?format=csv").await.problem(403, "forbidden");
    let nobody = pegawai.with_key(None);
    nobody
        .get("/export?format=csv")
        .await
        .problem(401, "credentials-missing");
}

#[tokio::test]
async fn what_is_asked_for_must_be_known() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for query in ["", "?format=", "?format=pdf", "?format=CSV", "?format=csv&raw=1"] {
        let refused = barang.get(&format!("/export{query}")).english().await;
        let problem = refused.problem(400, "bad-parameter");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            query.contains("raw") || detail.contains("csv, ndjson, ods, xlsx"),
            "{detail}"
        );
    }
    barang
        .get("/export?format=csv&limit=1")
        .await
        .problem(400, "unknown-parameter");
    barang
        .call("POST", "/export?format=csv")
        .await
        .problem(405, "method-not-allowed");
    barang
        .get("/export?format=csv")
        .header("Accept", "application/json")
        .await
        .is(200);
    let head = barang.call("HEAD", "/export?format=xlsx").await;
    assert_eq!(head.is(200).body, "");
    assert!(head.header("content-disposition").contains("bkd-barang-v1.xlsx"));
    barang.call("HEAD", "/export").await.is(400);
}

#[tokio::test]
async fn a_sheet_that_would_be_too_long_is_422_and_points_to_csv() {
    let hub = TestHub::builder().sheet_rows(3).start().await;
    let barang = hub.publish(&contracts::barang());
    for id in ["a", "b"] {
        barang.push(json!({"id": id})).await.is(201);
    }
    barang.get("/export?format=ods").downloaded().await;
    barang.push(r#"{"id":"c"}"#).await.is(201);
    for format in ["ods", "xlsx"] {
        let refused = barang.get(&format!("/export?format={format}")).await;
        let problem = refused.problem(422, "too-many-rows");
        assert!(
            problem["detail"].as_str().unwrap().contains("format=csv"),
            "{problem}"
        );
    }
    barang.get("/export?format=csv").await.is(200);
    barang.get("/export?format=ndjson").await.is(200);
}

#[tokio::test]
async fn a_text_that_no_cell_of_xlsx_holds_is_422_and_named() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let (fits, long) = ("é".repeat(32_767), "é".repeat(32_768));
    barang
        .push(json!({"id": "a", "x": {"y": 1}, "teks": fits}))
        .await
        .is(201);
    barang.get("/export?format=xlsx").downloaded().await;
    barang.push(json!({"id": "b", "teks": long})).await.is(201);
    let problem = barang
        .get("/export?format=xlsx")
        .await
        .problem(422, "text-too-long");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("'b'") && detail.contains("/teks"), "{detail}");
    for format in ["csv", "ods"] {
        barang.get(&format!("/export?format={format}")).downloaded().await;
    }
}

#[tokio::test]
async fn an_export_is_logged_with_what_it_gave_out() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.lines("{\"id\":\"a\"}\n{\"id\":\"b\"}\n").await.is(200);
    let beside = std::sync::Mutex::new(hub.database.beside());
    for (id, query, outcome, records) in [
        ("satu", "?format=ndjson", "ok", 2),
        ("dua", "?format=csv", "ok", 2),
        ("tiga", "?format=ods", "ok", 2),
        ("empat", "?format=pdf", "bad-parameter", 0),
    ] {
        let call = barang.get(&format!("/export{query}")).header("X-Request-Id", id);
        let bytes = if outcome == "ok" {
            call.downloaded().await.1.len()
        } else {
            call.await.is(400);
            0
        };
        let logged = format!("SELECT count(*) FROM exchange WHERE request_id = '{id}'");
        let right = format!(
            "{logged} AND action = 'export' AND outcome = '{outcome}' AND records = {records} AND bytes = {bytes}"
        );
        eventually("the export is logged as it was", || async {
            (beside.lock().unwrap().number(&right) == 1).then_some(())
        })
        .await;
        assert_eq!(beside.lock().unwrap().number(&logged), 1);
    }
}

#[tokio::test]
async fn the_command_writes_a_file_and_tells_which() {
    let (hub, surat) = filled().await;
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        program(hub.database.url())
            .current_dir(folder.path())
            .env("USER", "penguji")
            .args(arguments)
            .output()
            .unwrap()
    };
    let base = ["--json", "export", "--dataset", "bkd/surat/v1", "--format"];
    for (format, more) in [
        ("csv", vec![]),
        ("xlsx", vec![]),
        ("ods", vec!["--output", "lain.ods"]),
    ] {
        let output = run(&[&base[..], &[format], &more[..]].concat());
        assert!(output.status.success(), "{output:?}");
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        let file = more.last().copied().unwrap_or(match format {
            "csv" => "bkd-surat-v1.csv",
            _ => "bkd-surat-v1.xlsx",
        });
        let records = HOSTILE.len() + NUMBERS.len() + 1;
        assert_eq!(
            told,
            json!({"dataset": "bkd/surat/v1", "format": format, "records": records, "file": file})
        );
        let written = std::fs::read(folder.path().join(file)).unwrap();
        let (_, served) = surat.get(&format!("/export?format={format}")).downloaded().await;
        assert_eq!(written, served, "{format}");
    }
    let piped = run(&[
        "export",
        "--dataset",
        "bkd/surat/v1",
        "--format",
        "csv",
        "--raw",
        "--output",
        "-",
    ]);
    let (_, served) = surat.get("/export?format=csv&raw=true").downloaded().await;
    assert_eq!(piped.stdout, served);
    let missing = run(&["export", "--dataset", "bkd/tiada/v1", "--format", "csv"]);
    assert_eq!(missing.status.code(), Some(1), "{missing:?}");
    let wrong = run(&["export", "--dataset", "bkd/surat/v1", "--format", "pdf"]);
    assert_eq!(wrong.status.code(), Some(2), "{wrong:?}");
    let names = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(names, 3, "nothing half done is left");
    let mut beside = hub.database.beside();
    let audited = "SELECT count(*) FROM audit WHERE actor = 'cli:penguji' AND action = 'dataset.export'";
    assert_eq!(beside.number(audited), 4);
}
