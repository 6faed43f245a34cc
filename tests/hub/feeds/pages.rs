//! `GET /changes` as pages of JSON.

use serde_json::json;

use super::{filled, seqs};
use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn a_feed_runs_without_gaps_from_one() {
    let (_hub, barang) = filled(3).await;
    barang.put("1", r#"{"id":"1","n":1}"#).await.is(200);
    barang.delete("0").await.is(200);
    barang.put("2", r#"{"id":"2"}"#).await.is(200);
    let page = barang.get("/changes").await.expect(200);
    let changes = page["changes"].as_array().unwrap();
    assert_eq!(seqs(changes), [1, 2, 3, 4, 5]);
    assert_eq!(
        changes[3],
        json!({
            "seq": 4, "op": "put", "key": "1", "at": "2026-03-20T09:46:40.120Z", "contract": "1.0.0",
            "data": {"id": "1", "n": 1}
        })
    );
    assert_eq!(
        changes[4],
        json!({
            "seq": 5, "op": "delete", "key": "0", "at": "2026-03-20T09:46:40.120Z", "contract": "1.0.0",
            "data": null
        })
    );
    assert_eq!((&page["next"], &page["more"]), (&json!(5), &json!(false)));
    assert!(page["feed"].is_string());
}

#[tokio::test]
async fn more_tells_whether_there_is_more() {
    let (_hub, barang) = filled(10).await;
    for (query, expected, next, more) in [
        ("since=0&limit=4", 1..=4, 4, true),
        ("since=4&limit=5", 5..=9, 9, true),
        ("since=9&limit=1", 10..=10, 10, false),
        ("since=5&limit=5", 6..=10, 10, false),
    ] {
        let page = barang.get(&format!("/changes?{query}")).await.expect(200);
        assert_eq!(
            seqs(page["changes"].as_array().unwrap()),
            expected.collect::<Vec<u64>>()
        );
        assert_eq!(
            (&page["next"], &page["more"]),
            (&json!(next), &json!(more)),
            "{query}"
        );
    }
    let end = barang.get("/changes?since=10").await.expect(200);
    assert_eq!(
        (&end["changes"], &end["next"], &end["more"]),
        (&json!([]), &json!(10), &json!(false))
    );
    let (_hub, empty) = TestHub::with(contracts::barang()).await;
    let page = empty.get("/changes").await.expect(200);
    assert_eq!(
        (&page["changes"], &page["next"], &page["more"]),
        (&json!([]), &json!(0), &json!(false))
    );
}

#[tokio::test]
async fn a_page_of_a_feed_has_a_thousand_changes_unless_told_otherwise() {
    let (_hub, barang) = filled(1_001).await;
    let page = barang.get("/changes").await.expect(200);
    assert_eq!(page["changes"].as_array().unwrap().len(), 1_000);
    assert_eq!(page["more"], true);
    let page = barang.get("/changes?limit=10000").await.expect(200);
    assert_eq!(page["changes"].as_array().unwrap().len(), 1_001);
}

#[tokio::test]
async fn a_position_that_can_not_be_served_whole_is_410() {
    let (hub, barang) = filled(3).await;
    barang.get("/changes?since=3").await.is(200);
    for beyond in ["4", "1000", "9223372036854775807"] {
        barang
            .get(&format!("/changes?since={beyond}"))
            .await
            .problem(410, "cursor-gone");
    }
    let feed = barang.get("/changes").await.expect(200)["feed"].clone();
    let feed = feed.as_str().unwrap();
    barang.get(&format!("/changes?since=1&feed={feed}")).await.is(200);
    let other = hub.publish(&contracts::named(contracts::barang(), "lain"));
    let foreign = other.get("/changes").await.expect(200)["feed"].clone();
    for other in [foreign.as_str().unwrap(), "000000000000", "x"] {
        barang
            .get(&format!("/changes?since=1&feed={other}"))
            .await
            .problem(410, "cursor-gone");
    }
}

#[tokio::test]
async fn a_parameter_that_makes_no_sense_is_400() {
    let (_hub, barang) = filled(1).await;
    for query in [
        "since=-1",
        "since=x",
        "since=",
        "since=1.0",
        "since=99999999999999999999",
        "limit=0",
        "limit=10001",
        "since=0&since=1",
        "wait=61",
        "wait=-1",
        "wait=x",
        "latest=yes",
    ] {
        barang
            .get(&format!("/changes?{query}"))
            .await
            .problem(400, "bad-parameter");
    }
    barang
        .get("/changes?sinse=0")
        .await
        .problem(400, "unknown-parameter");
}

#[tokio::test]
async fn a_change_keeps_the_version_of_the_contract_that_judged_it() {
    let (hub, barang) = filled(1).await;
    let mut wider = contracts::barang();
    wider["version"] = "1.1.0".into();
    hub.publish(&wider);
    barang.push(r#"{"id":"new"}"#).await.is(201);
    let changes = barang.all_changes(0, 10).await;
    assert_eq!(changes[0]["contract"], "1.0.0");
    assert_eq!(changes[1]["contract"], "1.1.0");
}

#[tokio::test]
async fn each_dataset_has_a_feed_of_its_own() {
    let (hub, barang) = filled(2).await;
    let other = hub.publish(&contracts::named(contracts::barang(), "lain"));
    assert_eq!(other.push(r#"{"id":"0"}"#).await.expect(201)["seq"], 1);
    assert_eq!(barang.push(r#"{"id":"9"}"#).await.expect(201)["seq"], 3);
    assert_eq!(other.all_changes(0, 10).await.len(), 1);
}

#[tokio::test]
async fn a_live_dataset_has_neither_records_nor_a_feed() {
    let (_hub, cuti) = TestHub::with(contracts::live()).await;
    for path in ["/records", "/records/a", "/changes", "/export?format=csv"] {
        cuti.get(path).await.problem(404, "dataset-is-live");
    }
    cuti.push("{}").await.problem(404, "dataset-is-live");
    cuti.get("/contract").await.is(200);
    cuti.get("/schema").await.is(200);
}
