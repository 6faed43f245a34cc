//! `GET /records` as lines: what one needs to go on from there, and answers that break off.

use serde_json::{Value, json};

use super::list::filled;
use crate::harness::{Api, Call, TestHub, actor, contracts};

fn lines(api: &Api, query: &str) -> Call {
    api.get(&format!("/records{query}"))
        .header("Accept", "application/x-ndjson")
}

/// A dataset of `count` records that don't fit between the hub and a caller who does not read.
async fn large(count: usize) -> (TestHub, Api) {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let text = "x".repeat(10_000);
    let body: String = (0..count)
        .map(|n| format!("{{\"id\":\"k{n:05}\",\"t\":\"{text}\"}}\n"))
        .collect();
    barang.lines(body).await.is(200);
    (hub, barang)
}

#[tokio::test]
async fn lines_say_from_where_the_feed_is_followed() {
    let (_hub, barang) = filled(2_500).await;
    let all = lines(&barang, "").await;
    let page = barang.get("/records?limit=1").await.expect(200);
    assert_eq!(all.header("mahakam-as-of"), page["as_of"].to_string());
    let feed = barang.get("/changes?limit=1").await.expect(200)["feed"].clone();
    assert_eq!(all.header("mahakam-feed"), feed);
    let values: Vec<Value> = all
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(values, barang.all_records(1_000).await);
    barang.push(r#"{"id":"new"}"#).await.is(201);
    let since = all.header("mahakam-as-of").parse().unwrap();
    assert_eq!(barang.all_changes(since, 10).await[0]["key"], "new");
    barang
        .call("HEAD", "/records")
        .header("Accept", "application/x-ndjson")
        .await
        .is(200);
}

#[tokio::test]
async fn whoever_loses_the_right_to_read_gets_no_more_lines() {
    let (hub, barang) = large(6_000).await;
    let (id, key) = hub.new_application("bkd", "lain");
    let reader = barang.with_key(Some(&key)).apart();
    let mut stream = lines(&reader, "").open().await;
    assert!(stream.line().await.unwrap().is_some());
    hub.hub.revoke_keys(&actor(), id).unwrap();
    let mut count = 1;
    let ended = loop {
        match stream.line().await {
            Ok(Some(_)) => count += 1,
            ended => break ended,
        }
    };
    assert!(ended.is_err(), "an answer that is not whole must not look whole");
    assert!(count < 6_000);
}

#[tokio::test]
async fn a_failure_in_the_middle_of_lines_breaks_the_connection_off() {
    let (hub, barang) = large(6_000).await;
    let mut stream = lines(&barang.apart(), "").open().await;
    assert!(stream.line().await.unwrap().is_some());
    hub.database
        .beside()
        .run("ALTER TABLE record RENAME TO elsewhere");
    let ended = loop {
        match stream.line().await {
            Ok(Some(_)) => {}
            ended => break ended,
        }
    };
    assert!(ended.is_err(), "an answer that is not whole must not look whole");
    hub.database
        .beside()
        .run("ALTER TABLE elsewhere RENAME TO record");
}

#[tokio::test]
async fn the_link_to_the_next_page_leads_on_whatever_was_asked() {
    let mut contract = contracts::barang();
    contract["filters"] = json!(["/n"]);
    contract["schema"]["properties"]["n"] = json!({"type": "string"});
    let (_hub, barang) = TestHub::with(contract).await;
    for id in ["a", "b", "c"] {
        barang
            .push(format!("{{\"id\":\"{id}\",\"n\":\"é &\"}}"))
            .await
            .is(201);
    }
    // Names and values may be encoded in more ways than one.
    let first = "/records?limit=1&/n[prefix]=%C3%a9+%26&fie%6Cds=/id&sort=-/n&%63ursor=";
    let answer = barang.get(first.trim_end_matches("&%63ursor=")).await;
    answer.is(200);
    barang.get(first).await.problem(400, "bad-cursor");
    let mut link = answer.header("link").to_owned();
    let mut seen = vec!["c".to_owned()];
    while let Some((address, _)) = link.split_once('>') {
        let path = address.trim_start_matches('<').trim_start_matches(&barang.base);
        let page = barang.get(&path.replace("cursor=", "%63ursor=")).await;
        assert_eq!(
            page.expect(200)["records"][0]["data"],
            json!({"id": page.json()["records"][0]["key"]})
        );
        seen.push(page.json()["records"][0]["key"].as_str().unwrap().to_owned());
        link = page.header("link").to_owned();
    }
    assert_eq!(seen, ["c", "b", "a"]);
}

#[tokio::test]
async fn a_page_of_an_earlier_moment_is_full_whatever_came_later() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang
        .lines("{\"id\":\"a\"}\n{\"id\":\"y\"}\n{\"id\":\"z\"}\n")
        .await
        .is(200);
    let later: String = (0..600).map(|n| format!("{{\"id\":\"m{n:03}\"}}\n")).collect();
    barang.lines(later).await.is(200);
    barang.delete("y").await.is(200);
    let keys = |page: &Value| -> Vec<String> {
        let records = page["records"].as_array().unwrap().iter();
        records
            .map(|record| record["key"].as_str().unwrap().to_owned())
            .collect()
    };
    let first = barang.get("/records?as_of=3&limit=2").await.expect(200);
    assert_eq!(keys(&first), ["a", "y"]);
    let next = first["next"].as_str().unwrap();
    let second = barang
        .get(&format!("/records?as_of=3&limit=2&cursor={next}"))
        .await
        .expect(200);
    assert_eq!(keys(&second), ["z"]);
    assert_eq!(second["next"], Value::Null);
    let all = barang.get("/records?as_of=3&limit=3").await.expect(200);
    assert_eq!(
        all["next"],
        Value::Null,
        "a full page that is the last has no next"
    );
    barang
        .get(&format!("/records?as_of=4&limit=2&cursor={next}"))
        .await
        .problem(400, "bad-cursor");
}
