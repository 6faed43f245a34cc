//! `latest=true`: the newest change of each key.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{filled, seqs};
use crate::harness::Api;

/// Five keys, changed again and again: what is newest stands at 9 (key 0), 10 (key 4, deleted), 11
/// (key 2), 3 -> superseded, and so on.
async fn changed() -> (crate::harness::TestHub, Api) {
    let (hub, barang) = filled(5).await;
    for (key, n) in [("0", 1), ("1", 1), ("0", 2), ("0", 3)] {
        barang.put(key, json!({"id": key, "n": n})).await.is(200);
    }
    barang.delete("4").await.is(200);
    barang.put("2", r#"{"id":"2","n":1}"#).await.is(200);
    (hub, barang)
}

/// All pages from `since` on.
async fn pages(api: &Api, mut since: u64, limit: u64) -> Vec<Value> {
    let mut changes = Vec::new();
    loop {
        let path = format!("/changes?latest=true&since={since}&limit={limit}");
        let mut page = api.get(&path).await.expect(200);
        changes.append(page["changes"].as_array_mut().unwrap());
        since = page["next"].as_u64().unwrap();
        if page["more"] == false {
            return changes;
        }
    }
}

#[tokio::test]
async fn only_the_newest_change_of_each_key_is_given_out_deletions_too() {
    let (_hub, barang) = changed().await;
    let page = barang.get("/changes?latest=true").await.expect(200);
    let changes = page["changes"].as_array().unwrap();
    assert_eq!(seqs(changes), [4, 7, 9, 10, 11]);
    assert_eq!(changes[2]["data"], json!({"id": "0", "n": 3}));
    assert_eq!(
        (&changes[3]["op"], &changes[3]["key"]),
        (&json!("delete"), &json!("4"))
    );
    assert_eq!((&page["next"], &page["more"]), (&json!(11), &json!(false)));
    let all = barang.get("/changes?latest=false").await.expect(200);
    assert_eq!(all["changes"].as_array().unwrap().len(), 11);
}

#[tokio::test]
async fn pages_of_the_newest_lead_to_the_end_and_on() {
    let (_hub, barang) = changed().await;
    for limit in 1..=6 {
        assert_eq!(
            seqs(&pages(&barang, 0, limit).await),
            [4, 7, 9, 10, 11],
            "{limit}"
        );
    }
    assert_eq!(seqs(&pages(&barang, 7, 1).await), [9, 10, 11]);
    let first = barang.get("/changes?latest=true&limit=2").await.expect(200);
    assert_eq!((&first["next"], &first["more"]), (&json!(7), &json!(true)));
    // What was given out and changes again comes again.
    barang.put("3", r#"{"id":"3","n":1}"#).await.is(200);
    assert_eq!(seqs(&pages(&barang, 7, 2).await), [9, 10, 11, 12]);
    barang
        .get("/changes?latest=true&since=13")
        .await
        .problem(410, "cursor-gone");
}

#[tokio::test]
async fn a_long_stretch_of_what_is_not_the_newest_makes_no_empty_page() {
    let (_hub, barang) = filled(0).await;
    for round in 0..3 {
        let lines: String = (0..9_000)
            .map(|n| format!("{{\"id\":\"k{}\",\"n\":\"{round}-{n}\"}}\n", n % 3))
            .collect();
        barang.lines(lines).await.is(200);
    }
    let page = barang.get("/changes?latest=true&limit=2").await.expect(200);
    assert_eq!(seqs(page["changes"].as_array().unwrap()), [26_998, 26_999]);
    assert_eq!(page["more"], true);
    let page = barang.get("/changes?latest=true&since=26999").await.expect(200);
    assert_eq!(seqs(page["changes"].as_array().unwrap()), [27_000]);
}

#[tokio::test]
async fn the_newest_changes_make_the_list() {
    let (_hub, barang) = changed().await;
    let mut state = BTreeMap::new();
    for change in pages(&barang, 0, 2).await {
        if change["op"] == "put" {
            state.insert(change["key"].to_string(), change["data"].clone());
        }
    }
    let list = barang.all_records(100).await;
    let list = list
        .into_iter()
        .map(|record| (record["key"].to_string(), record["data"].clone()));
    assert_eq!(state, list.collect());
}
