//! `GET /records/{key}`, its `HEAD`, its 304, and the fields that a grant shows.

use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{TestHub, contracts, raw};

const SITI: &str = r#"{"nama":"Siti","unit":{"nama":"Sekretariat","kode":"A.10"},"nip":"199001012015031001","gaji":5000.10}"#;
const NIP: &str = "199001012015031001";

#[tokio::test]
async fn an_unknown_key_is_404() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.record("nobody").await.problem(404, "unknown-record");
    barang.get("/records/").await.problem(404, "unknown-path");
    barang.push(r#"{"id":"a"}"#).await.is(201);
    barang.get("/records/a/").await.problem(404, "unknown-path");
    barang.record("A").await.problem(404, "unknown-record");
}

#[tokio::test]
async fn of_many_that_are_asked_for_at_once_each_is_what_was_asked_for() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let other = hub.publish(&contracts::named(contracts::barang(), "lain"));
    let lines = |of: &str| -> String {
        (0..40)
            .map(|n| format!("{{\"id\":\"k{n}\",\"of\":\"{of}{n}\"}}\n"))
            .collect()
    };
    barang.lines(lines("barang")).await.is(200);
    other.lines(lines("lain")).await.is(200);
    // Some were read before, some twice at once, and some are not there.
    for n in 0..20 {
        barang.record(&format!("k{n}")).await.is(200);
    }
    for _ in 0..3 {
        let asked = (0..240).map(|n| {
            let (api, of) = if n % 3 == 0 {
                (&other, "lain")
            } else {
                (&barang, "barang")
            };
            let key = n % 60;
            async move {
                let answer = api.record(&format!("k{key}")).await;
                match key {
                    0..40 => assert!(
                        answer.is(200).body.contains(&format!("\"of\":\"{of}{key}\"")),
                        "{key}: {}",
                        answer.body
                    ),
                    _ => drop(answer.problem(404, "unknown-record")),
                }
            }
        });
        join_all(asked).await;
    }
}

#[tokio::test]
async fn what_the_caller_has_already_is_304() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let etag = barang
        .push(r#"{"id":"a"}"#)
        .await
        .is(201)
        .header("etag")
        .to_owned();
    for field in [
        etag.clone(),
        format!("W/{etag}"),
        "*".into(),
        format!("\"x\", {etag}"),
    ] {
        let answer = barang.record("a").header("If-None-Match", &field).await;
        assert_eq!(answer.is(304).body, "", "{field}");
        assert_eq!(answer.header("etag"), etag);
    }
    barang
        .record("a")
        .header("If-None-Match", "\"other\"")
        .await
        .is(200);
    barang.push(r#"{"id":"a","n":1}"#).await.is(200);
    barang.record("a").header("If-None-Match", &etag).await.is(200);
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a","n":[1,2,3]}"#).await.is(201);
    for path in [
        "/records/a",
        "/records",
        "/changes",
        "/contract",
        "/schema",
        "/openapi.json",
    ] {
        let (get, head) = (barang.get(path).await, barang.call("HEAD", path).await);
        assert_eq!(head.is(200).body, "", "{path}");
        for name in [
            "content-type",
            "content-length",
            "etag",
            "last-modified",
            "content-language",
            "vary",
        ] {
            assert_eq!(head.header(name), get.header(name), "{name} of {path}");
        }
    }
    barang.call("HEAD", "/records/none").await.is(404);
    // A client library drops a body behind HEAD; the wire shows that there is none.
    let path = barang.base.trim_start_matches(&hub.url);
    let request = format!(
        "HEAD {path}/records/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
        hub.key("bkd")
    );
    let answer = raw(hub.address(), request.as_bytes());
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("content-length"), "22");
}

#[tokio::test]
async fn a_grant_of_some_fields_shows_only_them_everywhere() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    pegawai.push(SITI).await.is(201);
    let bappeda = pegawai.with_key(Some(&hub.key("bappeda")));
    let part = json!({"nip": NIP, "unit": {"kode": "A.10"}});
    assert_eq!(bappeda.record(NIP).await.expect(200), part);
    assert_eq!(bappeda.all_records(10).await[0]["data"], part);
    assert_eq!(bappeda.all_changes(0, 10).await[0]["data"], part);
    let dinkes = pegawai.with_key(Some(&hub.key("dinkes")));
    assert_eq!(dinkes.record(NIP).await.is(200).body, SITI);
}

#[tokio::test]
async fn the_tag_of_a_part_has_a_hash_behind_it() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let whole = pegawai.push(SITI).await.is(201).header("etag").to_owned();
    let bappeda = pegawai.with_key(Some(&hub.key("bappeda")));
    let part = bappeda.record(NIP).await.header("etag").to_owned();
    let begin = format!("{};", whole.trim_end_matches('"'));
    assert!(
        part.starts_with(&begin) && part.ends_with('"'),
        "{part} of {whole}"
    );
    bappeda.record(NIP).header("If-None-Match", &part).await.is(304);
    bappeda.record(NIP).header("If-None-Match", &whole).await.is(200);
    // If-Match ignores the hash.
    pegawai
        .put(NIP, SITI.replace("Siti", "Budi"))
        .header("If-Match", &part)
        .await
        .is(200);
}

#[tokio::test]
async fn the_part_of_a_payload_keeps_its_numbers() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    contract["schema"]["properties"]["n"] = json!({"type": "number"});
    contract["schema"]["properties"]["z"] = json!({"type": "string"});
    contract["grants"] = json!([{"opd": "dinkes", "may": ["pull"], "fields": ["/id", "/n", "/z"], "purpose": "Uji", "basis": "Uji"}]);
    let barang = hub.publish(&contract);
    barang.push(r#"{"id":"a","n":64.10,"q":1,"z":"x"}"#).await.is(201);
    let dinkes = barang.with_key(Some(&hub.key("dinkes")));
    assert_eq!(
        dinkes.record("a").await.is(200).body,
        r#"{"id":"a","n":64.10,"z":"x"}"#
    );
}
