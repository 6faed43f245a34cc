//! `POST /records` with an array or with lines.

use std::convert::Infallible;
use std::sync::Arc;

use serde_json::{Value, json};

use crate::harness::{Answer, Api, TestHub, actor, contracts, eventually, raw_parts};

/// Checks a bulk's counts: received, created, updated, unchanged, deleted, rejected.
fn counts(report: &Value, expected: [u64; 6]) {
    let names = [
        "received",
        "created",
        "updated",
        "unchanged",
        "deleted",
        "rejected",
    ];
    let found = names.map(|name| {
        report[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name}: {report}"))
    });
    assert_eq!(found, expected, "{report}");
    assert!(report["exchange"].is_string(), "{report}");
}

/// Line and code of each refused line.
fn faults(report: &Value) -> Vec<(u64, String)> {
    let errors = report["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| {
            assert!(!error["detail"].as_str().unwrap().is_empty(), "{error}");
            let code = error["code"].as_str().unwrap().to_owned();
            (error["line"].as_u64().unwrap(), code)
        })
        .collect()
}

async fn keys(api: &Api) -> Vec<String> {
    let records = api.all_records(1_000).await;
    records
        .iter()
        .map(|record| record["key"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_line_is_judged_in_order_and_a_repeated_key_is_one_more_change() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let lines = "{\"id\":\"a\",\"n\":1}\n{\"id\":\"b\"}\n{\"id\":\"a\",\"n\":2}\n{\"id\":\"a\",\"n\":2}\n{\"id\":\"a\",\"n\":1}";
    let answer = barang.lines(lines).await;
    counts(&answer.expect(200), [5, 2, 2, 1, 0, 0]);
    assert_eq!(answer.json()["errors"], json!([]));
    let feed: Vec<(u64, String)> = barang
        .all_changes(0, 10)
        .await
        .iter()
        .map(|change| (change["seq"].as_u64().unwrap(), change["data"].to_string()))
        .collect();
    let expected = [
        r#"{"id":"a","n":1}"#,
        r#"{"id":"b"}"#,
        r#"{"id":"a","n":2}"#,
        r#"{"id":"a","n":1}"#,
    ];
    assert_eq!(
        feed,
        std::iter::zip(1.., expected.map(str::to_owned)).collect::<Vec<_>>()
    );
    let array = format!("[{}]", lines.replace('\n', ","));
    counts(&barang.push(array).await.expect(200), [5, 0, 2, 3, 0, 0]);
}

#[tokio::test]
async fn a_bad_line_is_refused_with_its_number_and_the_others_are_stored() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let body = [
        "{\"id\":\"a\"}",
        "",
        "{\"id\":",
        "  \t",
        "{\"n\":1}\r",
        "{\"id\":\"b\",\"id\":\"c\"}",
        "{\"id\":\"d\"}\r",
        "[1]",
        "{\"id\":\"e\"} x",
        "{\"id\":\"\\ud800\"}",
        "",
        "{\"id\":\"f\"}",
        "",
    ]
    .join("\n");
    let report = barang.lines(&body).await.expect(200);
    counts(&report, [9, 3, 0, 0, 0, 6]);
    let expected = [
        (3, "not-json"),
        (5, "contract-violated"),
        (6, "not-i-json"),
        (8, "contract-violated"),
        (9, "not-json"),
        (10, "not-i-json"),
    ];
    assert_eq!(
        faults(&report),
        expected.map(|(line, code)| (line, code.to_owned())),
        "{report}"
    );
    let violations = report["errors"][1]["violations"].as_array().unwrap();
    assert_eq!(violations[0]["pointer"], "/id");
    assert_eq!(violations[0]["keyword"], "required");
    assert_eq!(keys(&barang).await, ["a", "d", "f"]);
}

#[tokio::test]
async fn a_bad_line_of_bytes_that_are_no_utf8_is_one_bad_line() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let body = b"{\"id\":\"a\"}\n{\"id\":\"\xff\"}\n\xff\xfe\n{\"id\":\"b\"}".to_vec();
    let answer = barang
        .call("POST", "/records")
        .body("application/x-ndjson", body)
        .await;
    let report = answer.expect(200);
    counts(&report, [4, 2, 0, 0, 0, 2]);
    assert_eq!(
        faults(&report).iter().map(|(line, _)| *line).collect::<Vec<_>>(),
        [2, 3]
    );
}

#[tokio::test]
async fn elements_of_an_array_are_numbered() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let report = barang
        .push("\n [ {\"id\":\"a\"},\n\n {\"n\":1}, {\"id\":\"b\",\"id\":\"b\"},\n{\"id\":\"c\"} ] ")
        .await
        .expect(200);
    counts(&report, [4, 2, 0, 0, 0, 2]);
    assert_eq!(
        faults(&report),
        [(2, "contract-violated".into()), (3, "not-i-json".into())]
    );
    assert_eq!(keys(&barang).await, ["a", "c"]);
}

#[tokio::test]
async fn a_line_of_the_errors_speaks_the_callers_language() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let body = "{\"id\":\"a\"}\n{}\n{";
    let id = barang.lines(body).await.expect(200);
    let en = barang.lines(body).english().await.expect(200);
    for (one, other) in std::iter::zip(id["errors"].as_array().unwrap(), en["errors"].as_array().unwrap()) {
        assert_eq!(one["code"], other["code"]);
        assert_ne!(one["detail"], other["detail"]);
    }
}

#[tokio::test]
async fn a_line_above_the_record_bound_is_one_rejected_line() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_MAX_RECORD_BYTES", 100)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    let big = format!("{{\"id\":\"big\",\"x\":\"{}\"}}", "y".repeat(1_000_000));
    let body = format!("{{\"id\":\"a\"}}\n{big}\n{{\"id\":\"b\"}}\n");
    let report = barang.lines(&body).await.expect(200);
    counts(&report, [3, 2, 0, 0, 0, 1]);
    assert_eq!(faults(&report), [(2, "record-too-large".into())]);
    let array = format!("[{{\"id\":\"c\"}},{big},{{\"id\":\"d\"}}]");
    let report = barang.push(array).await.expect(200);
    counts(&report, [3, 2, 0, 0, 0, 1]);
    assert_eq!(faults(&report), [(2, "record-too-large".into())]);
    assert_eq!(keys(&barang).await, ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn an_array_that_breaks_in_the_middle_is_400_with_what_was_stored_before() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for (index, (tail, line, column)) in [
        (" x, {\"id\":\"z\"}]", 2, 2),
        (" {\"id\": ]}, {\"id\":\"z\"}]", 2, 9),
        (" ,{\"id\":\"z\"}]", 2, 2),
        (" {\"id\":\"z\"", 2, 11),
        ("", 2, 1),
    ]
    .iter()
    .enumerate()
    {
        let key = format!("k{index}");
        let body = format!("[{{\"id\":\"{key}\"}}, {{\"n\":1}},\n{tail}");
        let answer = barang.push(&body).await;
        let problem = answer.problem(400, "not-json");
        assert_eq!(
            (&problem["line"], &problem["column"]),
            (&json!(line), &json!(column)),
            "{body}"
        );
        assert_eq!(
            (&problem["created"], &problem["rejected"]),
            (&json!(1), &json!(1)),
            "{body}"
        );
        assert_eq!(faults(&problem), [(2, "contract-violated".into())]);
        barang.record(&key).await.is(200);
    }
    barang.record("z").await.is(404);
    let behind = barang.push("[{\"id\":\"q\"}] {\"id\":\"z\"}").await;
    assert_eq!(behind.problem(400, "not-json")["created"], 1);
    barang.record("q").await.is(200);
}

#[tokio::test]
async fn a_bulk_with_nothing_in_it_is_fine() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for answer in [
        barang.lines("").await,
        barang.lines("\n \n\r\n").await,
        barang.push("[]").await,
        barang.push(" [ ] ").await,
        barang
            .call("POST", "/records?atomic=true")
            .body("application/x-ndjson", "")
            .await,
    ] {
        counts(&answer.expect(200), [0; 6]);
    }
}

#[tokio::test]
async fn a_bulk_of_which_everything_was_refused_is_422_with_the_counts() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let answer = barang.lines("{}\n\n{\n").await;
    let problem = answer.problem(422, "bulk-refused");
    counts(&problem, [2, 0, 0, 0, 0, 2]);
    assert_eq!(
        faults(&problem),
        [(1, "contract-violated".into()), (3, "not-json".into())]
    );
}

#[tokio::test]
async fn an_atomic_bulk_is_stored_whole_or_not_at_all() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let atomic = |body: &str| {
        barang
            .call("POST", "/records?atomic=true")
            .body("application/x-ndjson", body.to_owned())
    };
    let refused = atomic("{\"id\":\"a\"}\n{}\n{\"id\":\"b\"}").await;
    let problem = refused.expect(422);
    counts(&problem, [3, 0, 0, 0, 0, 3]);
    assert_eq!(faults(&problem), [(2, "contract-violated".into())]);
    assert!(barang.all_changes(0, 10).await.is_empty());
    let broken = barang
        .call("POST", "/records?atomic=true")
        .json("[{\"id\":\"a\"},x]")
        .await;
    broken.problem(400, "not-json");
    assert!(barang.all_changes(0, 10).await.is_empty());
    let stored = atomic("{\"id\":\"a\"}\n{\"id\":\"b\"}\n{\"id\":\"a\"}").await;
    counts(&stored.expect(200), [3, 2, 0, 1, 0, 0]);
    let plain = barang
        .call("POST", "/records?atomic=false")
        .json("[{\"id\":\"c\"},{}]")
        .await;
    counts(&plain.expect(200), [2, 1, 0, 0, 0, 1]);
    barang
        .call("POST", "/records?atomic=maybe")
        .json("[]")
        .await
        .problem(400, "bad-parameter");
}

#[tokio::test]
async fn an_atomic_bulk_is_refused_for_one_transaction_that_stands_otherwise() {
    let (_hub, mutasi) = TestHub::with(contracts::mutasi()).await;
    mutasi.push(r#"{"id":"b","n":1}"#).await.is(201);
    let refused = mutasi
        .call("POST", "/records?atomic=true")
        .json(r#"[{"id":"a"},{"id":"b","n":2},{"id":"c"}]"#)
        .await;
    assert!([409, 422].contains(&refused.status), "{refused:?}");
    let problem = refused.json();
    counts(&problem, [3, 0, 0, 0, 0, 3]);
    assert_eq!(faults(&problem), [(2, "transaction-exists".into())]);
    assert_eq!(mutasi.all_changes(0, 10).await.len(), 1);
    mutasi.record("a").await.is(404);
    let stored = mutasi
        .call("POST", "/records?atomic=true")
        .json(r#"[{"id":"a"},{"id":"b","n":1},{"id":"c"}]"#)
        .await;
    counts(&stored.expect(200), [3, 2, 0, 1, 0, 0]);
}

#[tokio::test]
async fn a_bulk_that_is_only_judged_has_a_bound_of_its_own() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_MAX_DRY_BYTES", 1_000)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    let body: String = (0..100).map(|n| format!("{{\"id\":\"key-{n}\"}}\n")).collect();
    barang
        .call("POST", "/validate")
        .body("application/x-ndjson", body.clone())
        .await
        .problem(413, "body-too-large");
    assert!(barang.all_changes(0, 10).await.is_empty());
    let atomic = barang.call("POST", "/records?atomic=true");
    let atomic = atomic.body("application/x-ndjson", body.clone()).await;
    counts(&atomic.expect(200), [100, 100, 0, 0, 0, 0]);
    counts(&barang.lines(&body).await.expect(200), [100, 0, 0, 100, 0, 0]);
}

#[tokio::test]
async fn a_line_may_delete() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"[{"id":"a"},{"id":"b"}]"#).await.is(200);
    let report = barang
        .lines("{\"$delete\":\"a\"}\n{\"$delete\":\"nobody\"}\n{\"id\":\"c\"}\n{\"$delete\":\"c\"}")
        .await
        .expect(200);
    counts(&report, [4, 1, 0, 0, 2, 1]);
    assert_eq!(faults(&report), [(2, "unknown-record".into())]);
    assert_eq!(keys(&barang).await, ["b"]);
}

#[tokio::test]
async fn a_transaction_can_not_be_deleted_by_a_line() {
    let (_hub, mutasi) = TestHub::with(contracts::mutasi()).await;
    mutasi.push(r#"{"id":"a"}"#).await.is(201);
    let report = mutasi
        .lines("{\"$delete\":\"a\"}\n{\"id\":\"b\"}")
        .await
        .expect(200);
    counts(&report, [2, 1, 0, 0, 0, 1]);
    mutasi.record("a").await.is(200);
}

/// A body of lines that comes in parts cut at odd places.
fn in_parts(lines: usize) -> reqwest::Body {
    let body: String = (0..lines)
        .map(|n| match n % 10 {
            9 => format!("{{\"n\":{n}}}\n"),
            _ => format!("{{\"id\":\"{n:06}\",\"x\":\"{}\"}}\n", "y".repeat(n % 300)),
        })
        .collect();
    let parts: Vec<_> = body
        .into_bytes()
        .chunks(7_919)
        .map(|part| Ok::<_, Infallible>(part.to_vec()))
        .collect();
    reqwest::Body::wrap_stream(futures_util::stream::iter(parts))
}

#[tokio::test]
async fn a_long_stream_is_stored_in_order_and_lists_its_first_thousand_errors() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let answer: Answer = barang
        .call("POST", "/records")
        .body("application/x-ndjson", in_parts(12_000))
        .await;
    let report = answer.expect(200);
    counts(&report, [12_000, 10_800, 0, 0, 0, 1_200]);
    let faults = faults(&report);
    assert_eq!(faults.len(), 1_000);
    assert!(
        std::iter::zip(&faults, 1..).all(|((line, _), n)| *line == n * 10),
        "{faults:?}"
    );
    let feed = barang.all_changes(0, 10_000).await;
    assert_eq!(feed.len(), 10_800);
    let in_order = feed.is_sorted_by(|a, b| a["key"].as_str() < b["key"].as_str());
    assert!(in_order, "the feed has the order of the stream");
    let again = barang
        .call("POST", "/records")
        .body("application/x-ndjson", in_parts(12_000))
        .await
        .expect(200);
    counts(&again, [12_000, 0, 0, 10_800, 0, 1_200]);
}

#[tokio::test]
async fn whoever_loses_the_right_to_push_is_stopped_in_the_middle_of_a_bulk() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let (id, key) = hub.new_application("bkd", "lain");
    let head = format!(
        "POST /api/bkd/barang/v1/records HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    );
    let (address, inner) = (hub.address().to_owned(), Arc::clone(&hub.hub));
    let (mut beside, handle) = (hub.database.beside(), tokio::runtime::Handle::current());
    let chunk = |lines: String| format!("{:x}\r\n{lines}\r\n", lines.len()).into_bytes();
    let many: String = (0..20_000).map(|n| format!("{{\"id\":\"a{n}\"}}\n")).collect();
    // Far more lines than pass in the second that a right is relied on.
    let lines = (0..20_000).map(move |n| {
        if n == 0 {
            handle.block_on(eventually("a part is stored", || {
                let stored = beside.number("SELECT count(*) FROM record");
                async move { (stored > 0).then_some(()) }
            }));
            inner.revoke_keys(&actor(), id).unwrap();
        }
        chunk(format!("{{\"id\":\"{n}\"}}\n"))
    });
    let lines = std::iter::once(chunk(many)).chain(lines);
    let parts = std::iter::once(head.into_bytes()).chain(lines);
    let answer = tokio::task::spawn_blocking(move || raw_parts(&address, parts))
        .await
        .unwrap();
    assert_eq!(answer.status, 401, "{answer:?}");
    let (_, json) = answer.body.split_at(answer.body.find('{').unwrap());
    let json = &json[..=json.rfind('}').unwrap()];
    let problem: Value = serde_json::from_str(json).unwrap();
    let received = problem["received"].as_u64().unwrap();
    assert!((1..40_000).contains(&received), "{problem}");
    assert_eq!(problem["created"], received, "what came before is stored");
    let stored = barang.all_records(1_000).await.len();
    assert_eq!(u64::try_from(stored).unwrap(), received);
}
