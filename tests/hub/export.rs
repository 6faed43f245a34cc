//! `GET /export` and `mahakam export`: each kind of file, read back by a program that is not ours.

use std::io::Cursor;

use calamine::{Data, Ods, Range, Reader as _, Xlsx};
use serde_json::{Value, json};

use crate::harness::{Api, TestHub, contracts, eventually, program};

/// Texts that files are known to spoil.
const HOSTILE: [&str; 26] = [
    "=1+1",
    "+62",
    "-5",
    "@x",
    "\tq",
    "\r",
    "a,b;c",
    "d \"e\"",
    "f\ng",
    "h\r\ni",
    "j\u{1}\u{8}\u{1f}k",
    "_x0041_",
    "_x000D_",
    "_x0041\u{2}",
    "64.10",
    "007",
    "199001012015031001",
    "😀 é",
    "<&>'\"]]>",
    "  dua  spasi  ",
    "",
    "'=x",
    "TRUE",
    "1e5",
    "\u{fffe}",
    "\n",
];

/// Numbers as they are written, and whether a double is all they are.
const NUMBERS: [(&str, bool); 8] = [
    ("64.10", false),
    ("64.1", true),
    ("123456789012345678", false),
    ("-5", true),
    ("1e+5", false),
    ("0", true),
    ("-0", false),
    ("0.1", true),
];

/// A master with something nested, and open for more.
fn surat() -> Value {
    let mut contract = contracts::named(contracts::barang(), "surat");
    contract["schema"]["properties"] = json!({
        "id": {"type": "string"}, "teks": {"type": "string"}, "angka": {"type": "number"},
        "aktif": {"type": "boolean"}, "kosong": {"type": "null"}, "anak": {"type": "array"},
        "alamat": {"type": "object", "properties": {"kode/pos": {"type": "string"}, "kota": {"type": "string"}}}
    });
    contract
}

const HEADINGS: [&str; 9] = [
    "/id",
    "/aktif",
    "/alamat/kode~1pos",
    "/alamat/kota",
    "/anak",
    "/angka",
    "/kosong",
    "/teks",
    "/luar",
];

async fn filled() -> (TestHub, Api) {
    let (hub, surat) = TestHub::with(surat()).await;
    for (n, text) in HOSTILE.iter().enumerate() {
        surat
            .push(json!({"id": format!("t{n:02}"), "teks": text}))
            .await
            .is(201);
    }
    for (n, (number, _)) in NUMBERS.iter().enumerate() {
        surat
            .push(format!("{{\"id\":\"n{n}\",\"angka\":{number}}}"))
            .await
            .is(201);
    }
    surat
        .push(r#"{"id":"a","aktif":true,"alamat":{"kode/pos":"07511","kota":"Sendawar"},"anak":[{"n":1.50},null],"kosong":null,"luar":{"b":1}}"#)
        .await
        .is(201);
    surat.push(r#"{"id":"z"}"#).await.is(201);
    surat.delete("z").await.is(200);
    (hub, surat)
}

/// The row of the record that is not about texts or numbers, as texts.
const ONE: [&str; 9] = [
    "a",
    "true",
    "07511",
    "Sendawar",
    r#"[{"n":1.50},null]"#,
    "",
    "",
    "",
    r#"{"b":1}"#,
];

#[tokio::test]
async fn a_csv_gives_every_value_back_as_it_was_sent() {
    let (_hub, surat) = filled().await;
    for (query, guarded) in [("", true), ("&raw=false", true), ("&raw=true", false)] {
        let (headers, bytes) = surat
            .get(&format!("/export?format=csv{query}"))
            .downloaded()
            .await;
        assert_eq!(headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(
            headers["content-disposition"],
            "attachment; filename=\"bkd-surat-v1.csv\""
        );
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(bytes.as_slice())
            .into_records();
        let mut next =
            || -> Vec<String> { rows.next().unwrap().unwrap().iter().map(str::to_owned).collect() };
        assert_eq!(next(), HEADINGS);
        assert_eq!(next(), ONE);
        for (number, _) in NUMBERS {
            assert_eq!(next()[5], number);
        }
        for text in HOSTILE {
            let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
            let guard = if guarded && formula { "'" } else { "" };
            assert_eq!(next()[7], format!("{guard}{text}"));
        }
        assert!(rows.next().is_none(), "what was deleted is not there");
    }
}

#[tokio::test]
async fn lines_are_the_bare_payloads() {
    let (_hub, surat) = filled().await;
    let (headers, bytes) = surat.get("/export?format=ndjson").downloaded().await;
    assert_eq!(headers["content-type"], "application/x-ndjson");
    let lines = String::from_utf8(bytes).unwrap();
    let records = surat.all_records(1_000).await;
    assert_eq!(lines.lines().count(), records.len());
    assert!(lines.ends_with('\n'));
    let first = lines.lines().next().unwrap();
    assert_eq!(
        first,
        r#"{"id":"a","aktif":true,"alamat":{"kode/pos":"07511","kota":"Sendawar"},"anak":[{"n":1.50},null],"kosong":null,"luar":{"b":1}}"#
    );
    for (line, record) in lines.lines().zip(&records) {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap(), record["data"]);
    }
}

fn xlsx(bytes: Vec<u8>) -> Range<Data> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    book.worksheet_range("surat").unwrap()
}

fn ods(bytes: Vec<u8>) -> Range<Data> {
    let mut book: Ods<_> = Ods::new(Cursor::new(bytes)).unwrap();
    book.worksheet_range("surat").unwrap()
}

/// A cell as text; numbers and truth values must be such.
fn text(sheet: &Range<Data>, row: u32, column: u32) -> String {
    match sheet.get_value((row, column)) {
        Some(Data::String(text)) => text.clone(),
        None | Some(Data::Empty) => String::new(),
        other => panic!("row {row}, column {column} is no text: {other:?}"),
    }
}

#[tokio::test]
async fn sheets_give_every_value_back_in_a_cell_of_its_kind() {
    let (_hub, surat) = filled().await;
    type Kind = (&'static str, &'static str, fn(Vec<u8>) -> Range<Data>, bool);
    let kinds: [Kind; 2] = [
        (
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            xlsx,
            true,
        ),
        (
            "ods",
            "application/vnd.oasis.opendocument.spreadsheet",
            ods,
            false,
        ),
    ];
    for (format, media, read, keeps_controls) in kinds {
        let (headers, bytes) = surat.get(&format!("/export?format={format}")).downloaded().await;
        assert_eq!(headers["content-type"], media);
        assert_eq!(headers["content-length"], bytes.len().to_string());
        let sheet = read(bytes);
        for (column, heading) in (0..).zip(HEADINGS) {
            assert_eq!(text(&sheet, 0, column), heading, "{format}");
        }
        assert_eq!(sheet.get_value((1, 1)), Some(&Data::Bool(true)), "{format}");
        for (column, expected) in (0..).zip(ONE).filter(|(column, _)| *column != 1) {
            assert_eq!(text(&sheet, 1, column), expected, "{format}");
        }
        let mut row = 1;
        for (number, double) in NUMBERS {
            row += 1;
            let expected = if double {
                Data::Float(number.parse().unwrap())
            } else {
                Data::String(number.into())
            };
            assert_eq!(sheet.get_value((row, 5)), Some(&expected), "{format}");
        }
        for hostile in HOSTILE {
            row += 1;
            let lost = |character: char| {
                matches!(character, '\0'..='\u{8}' | '\u{e}'..='\u{1f}' | '\u{fffe}') && !keeps_controls
            };
            let expected: String = hostile
                .chars()
                .map(|character| if lost(character) { '\u{fffd}' } else { character })
                .collect();
            assert_eq!(text(&sheet, row, 7), expected, "{format} {hostile:?}");
        }
        assert_eq!(sheet.height(), usize::try_from(row).unwrap() + 1, "{format}");
    }
}

#[tokio::test]
async fn a_dataset_without_records_is_a_header() {
    let (_hub, surat) = TestHub::with(surat()).await;
    let (_, bytes) = surat.get("/export?format=csv").downloaded().await;
    let declared = HEADINGS[..8].join(",");
    assert_eq!(String::from_utf8(bytes).unwrap(), format!("{declared}\r\n"));
    assert_eq!(surat.get("/export?format=ndjson").downloaded().await.1, b"");
    assert_eq!(
        xlsx(surat.get("/export?format=xlsx").downloaded().await.1).height(),
        1
    );
    assert_eq!(
        ods(surat.get("/export?format=ods").downloaded().await.1).height(),
        1
    );
}

#[tokio::test]
async fn every_record_of_many_pages_is_there_once() {
    let (_hub, surat) = TestHub::with(surat()).await;
    let lines: String = (0..5_000)
        .map(|n| format!("{{\"id\":\"{n:05}\",\"angka\":{n}}}\n"))
        .collect();
    surat.lines(lines).await.is(200);
    let expected: Vec<String> = (0..5_000).map(|n| format!("{n:05}")).collect();
    let (_, bytes) = surat.get("/export?format=csv").downloaded().await;
    let mut rows = csv::Reader::from_reader(bytes.as_slice()).into_records();
    let found: Vec<String> = rows.by_ref().map(|row| row.unwrap()[0].to_owned()).collect();
    assert_eq!(found, expected);
    let sheet = xlsx(surat.get("/export?format=xlsx").downloaded().await.1);
    let found: Vec<String> = (1..=5_000).map(|row| text(&sheet, row, 0)).collect();
    assert_eq!(found, expected);
    assert_eq!(sheet.height(), 5_001);
}

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
