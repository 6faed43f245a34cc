//! What is true of answers whatever was asked: ids, languages, the pages of the problems.

use crate::harness::{TestHub, contracts};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test]
async fn ids_are_taken_over_when_they_are_well_formed_and_made_otherwise() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for path in ["/records", "/records/none", "/contract"] {
        let answer = barang
            .get(path)
            .header("X-Request-Id", "simpeg-2026.03:1")
            .header("traceparent", TRACE)
            .await;
        assert_eq!(answer.header("x-request-id"), "simpeg-2026.03:1");
        assert_eq!(answer.header("traceparent"), TRACE);
    }
    for (id, trace) in [
        ("a b", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01"),
        ("\"", "00-00000000000000000000000000000000-b7ad6b7169203331-01"),
        ("<x>", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"),
        (&"x".repeat(129), "x"),
    ] {
        let answer = barang
            .get("/records")
            .header("X-Request-Id", id)
            .header("traceparent", trace)
            .await;
        assert_ne!(answer.header("x-request-id"), id);
        let made = answer.header("traceparent");
        assert_ne!(made, trace);
        assert_eq!((made.len(), &made[..3]), (55, "00-"), "{made}");
    }
    let one = barang.get("/records").await;
    let other = barang.get("/records").await;
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test]
async fn texts_are_indonesian_unless_english_is_wanted_more() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for (wanted, language) in [
        ("", "id"),
        ("id", "id"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("EN", "en"),
        ("id;q=0.5,en;q=0.9", "en"),
        ("en;q=0.5,id;q=0.9", "id"),
        ("fr,de", "id"),
        ("fr,en;q=0.1", "en"),
        ("*", "id"),
        ("en;q=0", "id"),
        ("xx;;q=,,", "id"),
    ] {
        let answer = barang.record("none").header("Accept-Language", wanted).await;
        let problem = answer.problem(404, "unknown-record");
        assert_eq!(answer.header("content-language"), language, "{wanted}");
        let expected = if language == "en" {
            "Not found"
        } else {
            "Tidak ditemukan"
        };
        assert_eq!(problem["title"], expected, "{wanted}");
    }
}

#[tokio::test]
async fn every_problem_has_a_page() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let problem = barang.push("{").await.expect(400);
    for (lang, mark) in [("id", "lang=\"id\""), ("en", "lang=\"en\"")] {
        let page = hub
            .call("GET", problem["type"].as_str().unwrap())
            .header("Accept-Language", lang)
            .await;
        assert_eq!(page.is(200).header("content-type"), "text/html; charset=utf-8");
        assert!(
            page.body.contains("not-json") && page.body.contains(mark),
            "{}",
            page.body
        );
    }
    for code in mahakam::error::CODES {
        hub.call("GET", &format!("/problems/{code}")).await.is(200);
    }
    for code in [
        "method-not-allowed",
        "unsupported-media-type",
        "not-acceptable",
        "bulk-refused",
    ] {
        hub.call("GET", &format!("/problems/{code}")).await.is(200);
    }
    let unknown = hub.call("GET", "/problems/%3Cscript%3E").await;
    unknown.problem(404, "unknown-problem");
    assert_eq!(unknown.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn every_refusal_is_logged_once() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let id = |n: usize| format!("uji-{n}");
    let calls = [
        barang.push(r#"{"id":"a"}"#),
        barang.push("{}"),
        // Calls of people who do not say who they are become one row: tests/hub/limits/addresses.rs.
        barang.record("a"),
        barang.record("none"),
        hub.api("bkd/tiada/v1", Some(&hub.key("bkd"))).get("/changes"),
        barang.lines("{\"id\":\"b\"}\n{}"),
        barang.delete("none"),
        barang.put("a", r#"{"id":"a"}"#).header("If-None-Match", "*"),
    ];
    let count = calls.len();
    for (n, call) in calls.into_iter().enumerate() {
        call.header("X-Request-Id", &id(n)).await;
    }
    let mut beside = hub.database.beside();
    for n in 0..count {
        let query = format!("SELECT count(*) FROM exchange WHERE request_id = '{}'", id(n));
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while beside.number(&query) == 0 {
            assert!(std::time::Instant::now() < deadline, "call {n} was not logged");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(beside.number(&query), 1, "call {n}");
    }
}
