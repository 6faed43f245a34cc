//! `PUT /snapshot`.

use std::convert::Infallible;

use serde_json::{Value, json};

use crate::harness::{Answer, Api, Call, TestHub, contracts};

fn snapshot(api: &Api, query: &str, lines: &str) -> Call {
    api.call("PUT", &format!("/snapshot{query}"))
        .body("application/x-ndjson", lines.to_owned())
}

/// Checks counts: received, added, changed, unchanged, removed, rejected.
fn counts(report: &Value, expected: [u64; 6]) {
    let names = ["received", "added", "changed", "unchanged", "removed", "rejected"];
    let found = names.map(|name| {
        report[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name}: {report}"))
    });
    assert_eq!(found, expected, "{report}");
    assert!(report["exchange"].is_string(), "{report}");
}

async fn contents(api: &Api) -> Vec<String> {
    let records = api.all_records(1_000).await;
    records.iter().map(|record| record["data"].to_string()).collect()
}

fn numbered(count: u32, n: u32) -> String {
    (0..count)
        .map(|id| format!("{{\"id\":\"{id:05}\",\"n\":{n}}}\n"))
        .collect()
}

#[tokio::test]
async fn only_the_difference_to_what_stands_is_stored() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang
        .lines("{\"id\":\"a\"}\n{\"id\":\"b\",\"n\":1}\n{\"id\":\"c\"}")
        .await
        .is(200);
    let lines = "{\"id\":\"d\"}\n\n{\"n\":2,\"id\":\"b\"}\n{\"id\":\"a\"}\n{\"id\":\"a\"}\n";
    let report = snapshot(&barang, "?max_delete=0.5", lines).await.expect(200);
    counts(&report, [4, 1, 1, 2, 1, 0]);
    let changes = barang.all_changes(3, 100).await;
    let told: Vec<(u64, &str, &str)> = changes
        .iter()
        .map(|change| {
            (
                change["seq"].as_u64().unwrap(),
                change["op"].as_str().unwrap(),
                change["key"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [(4, "put", "b"), (5, "delete", "c"), (6, "put", "d")]);
    assert_eq!(
        contents(&barang).await,
        [r#"{"id":"a"}"#, r#"{"id":"b","n":2}"#, r#"{"id":"d"}"#]
    );
    let again = snapshot(&barang, "", lines).await.expect(200);
    counts(&again, [4, 0, 0, 4, 0, 0]);
    assert_eq!(barang.all_changes(0, 100).await.len(), 6);
}

#[tokio::test]
async fn more_may_vanish_only_when_it_was_allowed() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.lines(numbered(10, 1)).await.is(200);
    let nine: String = numbered(10, 1)
        .lines()
        .skip(1)
        .map(|line| format!("{line}\n"))
        .collect();
    let eight: String = nine.lines().skip(1).map(|line| format!("{line}\n")).collect();
    let refused = snapshot(&barang, "", &eight).await;
    let problem = refused.problem(409, "too-many-vanish");
    counts(&problem, [8, 0, 0, 8, 2, 0]);
    assert!(refused.body.contains("max_delete"), "{refused:?}");
    counts(
        &snapshot(&barang, "", "").await.problem(409, "too-many-vanish"),
        [0, 0, 0, 0, 10, 0],
    );
    assert_eq!(barang.all_changes(0, 100).await.len(), 10);
    counts(
        &snapshot(&barang, "", &nine).await.expect(200),
        [9, 0, 0, 9, 1, 0],
    );
    counts(
        &snapshot(&barang, "?max_delete=1", "").await.expect(200),
        [0, 0, 0, 0, 9, 0],
    );
    assert!(contents(&barang).await.is_empty());
    counts(&snapshot(&barang, "", "").await.expect(200), [0; 6]);
}

#[tokio::test]
async fn one_refused_line_keeps_everything_as_it_was() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    for (lines, code, line) in [
        (
            "{\"id\":\"a\"}\n{\"id\":true}\n{\"id\":\"b\"}",
            "contract-violated",
            2,
        ),
        ("{\"id\":\"a\"}\n{\"id\":\"b\"", "not-json", 2),
        ("{\"id\":\"b\"}\n{\"$delete\":\"a\"}", "contract-violated", 2),
        (
            "{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"b\",\"n\":1}",
            "key-repeated",
            3,
        ),
    ] {
        let refused = snapshot(&barang, "?max_delete=1", lines).await;
        let problem = refused.problem(422, "bulk-refused");
        let fault = &problem["errors"][0];
        assert_eq!(
            (fault["code"].as_str(), fault["line"].as_u64()),
            (Some(code), Some(line)),
            "{problem}"
        );
        assert_eq!(problem["rejected"], 1, "{problem}");
        assert_eq!((&problem["added"], &problem["removed"]), (&json!(0), &json!(0)));
    }
    assert_eq!(barang.all_changes(0, 100).await.len(), 1);
}

#[tokio::test]
async fn a_stream_that_breaks_off_changes_nothing() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.lines(numbered(20, 1)).await.is(200);
    let piece: Result<String, Infallible> = Ok(numbered(10, 2));
    let failing = futures_util::stream::iter([
        piece.map_err(|never| match never {}),
        Err(std::io::Error::other("cut")),
    ]);
    let cut = barang
        .call("PUT", "/snapshot?max_delete=1")
        .body("application/x-ndjson", reqwest::Body::wrap_stream(failing))
        .answered()
        .await;
    assert!(cut.is_none_or(|answer: Answer| answer.status >= 400));
    // The hub is well and a whole snapshot still goes through.
    hub.call("GET", "/health/ready").await.is(200);
    assert_eq!(barang.all_changes(0, 100).await.len(), 20);
    counts(
        &snapshot(&barang, "", &numbered(20, 2)).await.expect(200),
        [20, 0, 20, 0, 0, 0],
    );
}

#[tokio::test]
async fn a_large_snapshot_is_compared_record_by_record() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    counts(
        &snapshot(&barang, "", &numbered(9_000, 1)).await.expect(200),
        [9_000, 9_000, 0, 0, 0, 0],
    );
    // Every third record changes, the last hundred go, fifty come, and the order is another.
    let next: String = (100..9_050_u32)
        .rev()
        .map(|number| {
            let id = if number >= 9_000 { number } else { number - 100 };
            let n = if id % 3 == 0 { 2 } else { 1 };
            format!("{{\"id\":\"{id:05}\",\"n\":{n}}}\n")
        })
        .collect();
    let changed = (0..8_900).filter(|id| id % 3 == 0).count();
    let changed = u64::try_from(changed).unwrap();
    counts(
        &snapshot(&barang, "", &next).await.expect(200),
        [8_950, 50, changed, 8_900 - changed, 100, 0],
    );
    assert_eq!(barang.all_records(1_000).await.len(), 8_950);
    let changes = barang.all_changes(0, 10_000).await;
    assert_eq!(
        changes.len(),
        9_000 + 50 + usize::try_from(changed).unwrap() + 100
    );
}

#[tokio::test]
async fn what_is_written_during_a_snapshot_is_not_lost_unseen() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.lines(numbered(500, 1)).await.is(200);
    let pusher = barang.apart();
    let pushing = tokio::spawn(async move {
        for n in 0..100 {
            pusher.push(format!("{{\"id\":\"00001\",\"n\":{n}}}")).await;
        }
    });
    for n in 2..12 {
        snapshot(&barang, "", &numbered(500, n)).await.is(200);
    }
    pushing.await.unwrap();
    let last = snapshot(&barang, "", &numbered(500, 99)).await.expect(200);
    assert_eq!(last["removed"], 0);
    // The feed, replayed, is what the list says.
    let mut replayed = std::collections::BTreeMap::new();
    let changes = barang.all_changes(0, 10_000).await;
    for (index, change) in changes.iter().enumerate() {
        assert_eq!(change["seq"], index + 1);
        replayed.insert(
            change["key"].as_str().unwrap().to_owned(),
            change["data"].to_string(),
        );
    }
    assert_eq!(
        replayed.into_values().collect::<Vec<_>>(),
        contents(&barang).await
    );
}

#[tokio::test]
async fn only_the_owner_of_a_master_sends_snapshots_and_only_lines() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    contract["grants"] = json!([{"opd": "dinkes", "may": ["push"], "purpose": "Uji", "basis": "Uji"}]);
    let barang = hub.publish(&contract);
    let other = barang.with_key(Some(&hub.key("dinkes")));
    snapshot(&other, "", "").await.problem(403, "forbidden");
    barang
        .call("PUT", "/snapshot")
        .json("[]")
        .await
        .problem(415, "unsupported-media-type");
    for bad in ["2", "-1", "x", "1e-1"] {
        snapshot(&barang, &format!("?max_delete={bad}"), "")
            .await
            .problem(400, "bad-parameter");
    }
    snapshot(&barang, "", "")
        .header("If-Match", "*")
        .await
        .problem(400, "conditional-bulk");
    let transaksi = hub.publish(&contracts::mutasi());
    snapshot(&transaksi, "", "")
        .await
        .problem(405, "method-not-allowed");
}
