//! Hostile contracts and hostile data on every page of a dataset.

use std::fmt::Write as _;

use mahakam::access::Role;
use regex::Regex;
use serde_json::{Value, json};

use super::{ask, page, upload};
use crate::harness::{TestHub, contracts};

const SCRIPT: &str =
    "</title></textarea></code><script>alert(1)</script><img src=x onerror='alert(1)'>\"&amp;{{7*7}}";

/// Texts that look like something else, or are drawn oddly.
const ODD: [&str; 4] = [
    "=HYPERLINK(\"http://evil.example\")",
    "\u{202e}txet",
    "e\u{301}\u{301}\u{301}\u{301}",
    "@SUM(A1)",
];

fn contract() -> Value {
    let mut contract = contracts::barang();
    for member in ["title", "description"] {
        contract[member] = SCRIPT.into();
    }
    contract["schema"]["properties"][SCRIPT] = json!({"type": "string", "title": SCRIPT});
    contract["schema"]["properties"]["pilihan"] = json!({"enum": [SCRIPT, "b"]});
    contract["schema"]["properties"]["n".repeat(3_000)] = json!({"type": "string"});
    contract["filters"] = json!([
        "/pilihan",
        format!("/{}", SCRIPT.replace('~', "~0").replace('/', "~1"))
    ]);
    contract
}

/// That nothing of what somebody sent became a part of the page.
fn harmless(path: &str, body: &str) {
    let tag = Regex::new(r#"<[a-z][^<>]* (on\w+|style)\s*="#).unwrap();
    for part in ["<script>", "<img src=x", "</textarea></code>"] {
        assert!(!body.contains(part), "{path}: {part}: {body}");
    }
    // Within quotes nothing is an attribute; no quote of theirs ends them.
    let bare = Regex::new("\"[^\"]*\"")
        .unwrap()
        .replace_all(body, "\"\"")
        .into_owned();
    assert!(!tag.is_match(&bare), "{path}: {body}");
    assert!(body.contains("&#60;script&#62;alert(1)"), "{path}: {body}");
}

#[tokio::test]
async fn no_text_of_a_contract_or_a_record_becomes_a_part_of_a_page() {
    let (hub, api) = TestHub::with(contract()).await;
    api.push(json!({"id": SCRIPT, SCRIPT: SCRIPT, "pilihan": SCRIPT, "lain": {SCRIPT: ODD}}))
        .await
        .is(201);
    api.push(json!({"id": SCRIPT, SCRIPT: ODD[1], "pilihan": SCRIPT}))
        .await
        .is(200);
    api.push(json!({"id": SCRIPT, SCRIPT: 1, "pilihan": ODD[0]}))
        .await
        .is(422);
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let base = "/datasets/bkd/barang/v1";
    let key: String = form_urlencoded::byte_serialize(SCRIPT.as_bytes())
        .collect::<String>()
        .replace('+', "%20");
    let paths = [
        "/datasets".to_owned(),
        format!("/datasets?q={key}"),
        base.to_owned(),
        format!("{base}?key={key}"),
        format!("{base}?%2Fpilihan={key}&sort=%2Fpilihan"),
        format!("{base}?%2F{key}=1"),
        format!("{base}/figures"),
        format!("{base}/records/{key}"),
        format!("{base}/rejections"),
        format!("{base}/rejections/1"),
        format!("{base}/sheet"),
    ];
    for path in &paths {
        let answer = ask(&hub, &siti, "GET", path).await;
        assert!([200, 400].contains(&answer.status), "{path}: {answer:?}");
        harmless(path, &answer.body);
    }
    let refused = upload(
        &hub,
        &siti,
        &format!("{base}/sheet"),
        format!("{},id\na,b\n", "<script>alert(1)").as_bytes(),
    )
    .await;
    harmless("the upload", &refused.body);
    let taken = upload(
        &hub,
        &siti,
        &format!("{base}/sheet"),
        b"id,pilihan\n<script>alert(1),x\n",
    )
    .await;
    assert!(taken.is(200).body.contains("baris ditolak"), "{taken:?}");
    let page = page(&hub, &siti, base).await;
    assert!(
        page.contains(&format!("<bdi>{}</bdi>", ODD[1])),
        "what turns the direction of writing is kept apart"
    );
}

#[tokio::test]
async fn formulas_of_others_are_harmless_in_what_is_downloaded() {
    let (hub, api) = TestHub::with(contract()).await;
    for (number, odd) in ODD.iter().enumerate() {
        api.push(json!({"id": format!("{odd}{number}"), "pilihan": odd}))
            .await
            .is(422);
    }
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let path = "/datasets/bkd/barang/v1/rejections/download?format=csv";
    let (_, file) = ask(&hub, &siti, "GET", path).downloaded().await;
    for row in csv::Reader::from_reader(file.as_slice()).records() {
        for cell in row.unwrap().iter().skip(1) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
}

#[tokio::test]
async fn a_dataset_of_five_hundred_columns_is_shown_like_any_other() {
    let mut contract = contracts::barang();
    for number in 0..500 {
        contract["schema"]["properties"][format!("kolom_{number:03}")] = json!({"type": "string"});
    }
    let (hub, api) = TestHub::with(contract).await;
    let mut payload = String::from("{\"id\":\"a\"");
    for number in 0..500 {
        write!(payload, ",\"kolom_{number:03}\":\"isi {number}\"").unwrap();
    }
    payload.push('}');
    api.push(&payload).await.is(201);
    api.push(
        payload
            .replace("\"isi 7\"", "7")
            .replace("\"id\":\"a\"", "\"id\":\"b\""),
    )
    .await
    .is(422);
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let base = "/datasets/bkd/barang/v1";
    let body = page(&hub, &siti, base).await;
    assert!(
        body.contains("isi 6<") && !body.contains("isi 7<") && body.contains("8 dari 501"),
        "{body}"
    );
    let body = page(
        &hub,
        &siti,
        &format!("{base}?columns=%2Fkolom_499&columns=%2Fkolom_007"),
    )
    .await;
    assert!(body.contains("isi 499<") && body.contains("isi 7<") && !body.contains("isi 8<"));
    for path in [
        "/records/a",
        "/figures",
        "/rejections/1",
        "/sheet",
        "/rejections/download",
        "/sheet/template",
    ] {
        ask(&hub, &siti, "GET", &format!("{base}{path}"))
            .downloaded()
            .await;
    }
    assert!(
        page(&hub, &siti, &format!("{base}/rejections/1"))
            .await
            .contains("name=\"at:/kolom_007\" value=\"7\"")
    );
}
