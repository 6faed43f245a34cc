//! `GET /records/{key}/history`: versions newest first, who made them, pages, and what a grant hides.

use serde_json::{Value, json};

use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn a_history_tells_every_version_newest_first_and_stays_after_a_delete() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a","n": 1.50}"#).await.is(201);
    barang.push(r#"{"id":"b"}"#).await.is(201);
    barang.push(r#"{"id":"a","n":2}"#).await.is(200);
    barang.push(r#"{"id":"a","n":2}"#).await.is(200);
    barang.delete("a").await.is(200);
    let answer = barang.get("/records/a/history").await;
    let page = answer.expect(200);
    let by = page["versions"][0]["by"].clone();
    assert_eq!(by["opd"], "bkd");
    assert!(by["application"].as_str().unwrap().starts_with("uji"), "{by}");
    let (at, contract) = ("2026-03-20T09:46:40.120Z", "1.0.0");
    assert_eq!(
        page,
        json!({"versions": [
            {"seq": 4, "op": "delete", "at": at, "by": by, "contract": contract, "data": null},
            {"seq": 3, "op": "put", "at": at, "by": by, "contract": contract, "data": {"id": "a", "n": 2}},
            {"seq": 1, "op": "put", "at": at, "by": by, "contract": contract, "data": page["versions"][2]["data"]},
        ], "next": null})
    );
    assert!(
        answer.body.contains(r#""data":{"id":"a","n":1.50}"#),
        "as it was sent: {}",
        answer.body
    );
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let page = barang.get("/records/a/history?limit=1").await.expect(200);
    assert_eq!(page["versions"][0]["seq"], 5);
}

#[tokio::test]
async fn a_history_goes_page_by_page() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let lines: String = (0..25)
        .map(|n| format!("{{\"id\":\"a b\",\"n\":{n}}}\n{{\"id\":\"lain\",\"n\":{n}}}\n"))
        .collect();
    barang.lines(lines).await.is(200);
    let mut seen: Vec<i64> = Vec::new();
    let mut path = "/records/a%20b/history?limit=10".to_owned();
    loop {
        let answer = barang.get(&path).await;
        let page = answer.expect(200);
        seen.extend(
            page["versions"]
                .as_array()
                .unwrap()
                .iter()
                .map(|version| version["data"]["n"].as_i64().unwrap()),
        );
        let Some(next) = page["next"].as_str() else {
            assert_eq!(answer.header("link"), "");
            break;
        };
        path = format!("/records/a%20b/history?limit=10&cursor={next}");
        assert_eq!(
            answer.header("link"),
            format!("<{}{path}>; rel=\"next\"", barang.base)
        );
        // What is written meanwhile moves nothing.
        barang
            .push(format!("{{\"id\":\"a b\",\"later\":{}}}", seen.len()))
            .await
            .is(200);
    }
    assert_eq!(seen, (0..25).rev().collect::<Vec<i64>>());
}

#[tokio::test]
async fn a_cursor_of_a_history_is_good_for_that_record_only() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for n in 0..2 {
        barang
            .lines(format!(
                "{{\"id\":\"a\",\"n\":{n}}}\n{{\"id\":\"b\",\"n\":{n}}}\n"
            ))
            .await
            .is(200);
    }
    let cursor = |page: Value| page["next"].as_str().unwrap().to_owned();
    let of_a = cursor(barang.get("/records/a/history?limit=1").await.expect(200));
    let of_list = cursor(barang.get("/records?limit=1").await.expect(200));
    for (key, cursor) in [("b", &of_a), ("a", &of_list), ("a", &"x".to_owned())] {
        barang
            .get(&format!("/records/{key}/history?cursor={cursor}"))
            .await
            .problem(400, "bad-cursor");
    }
    barang
        .get(&format!("/records?cursor={of_a}"))
        .await
        .problem(400, "bad-cursor");
    for (query, code) in [
        ("limit=0", "bad-parameter"),
        ("limit=1001", "bad-parameter"),
        ("x=1", "unknown-parameter"),
    ] {
        barang
            .get(&format!("/records/a/history?{query}"))
            .await
            .problem(400, code);
    }
}

#[tokio::test]
async fn a_key_that_never_was_has_no_history() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang
        .get("/records/a/history")
        .await
        .problem(404, "unknown-record");
    let key = hub.key("pod");
    barang
        .with_key(Some(&key))
        .get("/records/a/history")
        .await
        .problem(404, "unknown-dataset");
    let options = barang.call("OPTIONS", "/records/a/history").await;
    assert_eq!(options.is(204).header("allow"), "GET, HEAD, OPTIONS");
    barang
        .call("DELETE", "/records/a/history")
        .await
        .problem(405, "method-not-allowed");
}

#[tokio::test]
async fn a_history_shows_only_granted_fields() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let nip = "198501012010011001";
    for nama in ["Satu", "Dua"] {
        let text =
            format!("{{\"nip\":\"{nip}\",\"nama\":\"{nama}\",\"unit\":{{\"kode\":\"1\",\"nama\":\"U\"}}}}");
        pegawai.push(text).await;
    }
    let path = format!("/records/{nip}/history");
    let partly = pegawai.with_key(Some(&hub.key("bappeda"))).get(&path).await;
    let page = partly.expect(200);
    assert_eq!(page["versions"].as_array().unwrap().len(), 2);
    for version in page["versions"].as_array().unwrap() {
        assert_eq!(version["data"], json!({"nip": nip, "unit": {"kode": "1"}}));
    }
    pegawai
        .with_key(Some(&hub.key("dkp")))
        .get(&path)
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn a_version_whose_log_has_expired_or_whose_payload_was_erased_says_so() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a","n":1}"#).await.is(201);
    barang.push(r#"{"id":"a","n":2}"#).await.is(200);
    hub.database.beside().run(
        "DELETE FROM exchange WHERE id = (SELECT exchange_id FROM change WHERE seq = 1);
         UPDATE change SET payload = NULL WHERE seq = 1;",
    );
    let page = barang.get("/records/a/history").await.expect(200);
    let (newest, oldest) = (&page["versions"][0], &page["versions"][1]);
    assert_eq!(newest["by"]["opd"], "bkd");
    assert_eq!(newest.get("erased"), None);
    assert_eq!(oldest["by"], Value::Null);
    assert_eq!(oldest["data"], Value::Null);
    assert_eq!(oldest["erased"], true);
}
