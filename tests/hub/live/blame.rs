//! Whose fault it is: what opens a breaker, what closes it, and what says nothing about a system.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::stream;
use mahakam::outbound::Request;
use mahakam::types::Clock;
use serde_json::json;

use super::{langsung, started};
use crate::harness::{NOW, Reply, TestHub, Upstream, eventually};

/// A body of so many parts, one every fifth of a second.
fn slowly(parts: u32) -> reqwest::Body {
    let parts = stream::unfold(parts, async |left| {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let left = left.checked_sub(1)?;
        Some((Ok::<_, std::io::Error>("sepotong"), left))
    });
    reqwest::Body::wrap_stream(parts)
}

#[tokio::test]
async fn a_slow_caller_is_not_held_against_the_system() {
    let settings = json!({"timeouts": {"answer_ms": 500, "total_ms": 2_000}, "breaker_failures": 1});
    let (hub, api, system) = started(json!({}), settings, |_| Reply::json(r#"{"id":"1"}"#)).await;
    let send = |parts| {
        api.call("POST", "/live/pegawai")
            .body("text/plain", slowly(parts))
    };
    send(5).await.is(200);
    assert_eq!(system.received()[0].body, b"sepotong".repeat(5));
    send(20).await.problem(504, "system-timeout");
    let view = &hub.hub.connectors().unwrap()[0];
    assert_eq!(view.breaker.as_str(), "closed");
    let (_, how) = view.heard.failure.clone().unwrap();
    assert!(how.starts_with("caller: "), "{how}");
    api.get("/live/pegawai").await.is(200);
}

#[tokio::test]
async fn a_caller_who_does_not_read_is_not_held_against_the_system() {
    let settings = json!({"timeouts": {"total_ms": 1_000}, "breaker_failures": 1});
    let (_hub, api, _system) = started(json!({}), settings, |request| match request.target.as_str() {
        "/api/pegawai/besar" => Reply::Answer(200, String::new(), vec![b'x'; 40 << 20]),
        _ => Reply::json(r#"{"id":"1"}"#),
    })
    .await;
    let large = api.apart().get("/live/pegawai/besar").open().await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(large.rest().await.is_err(), "its time is over");
    api.get("/live/pegawai").await.is(200);
}

#[tokio::test]
async fn a_system_that_never_ends_its_answers_is_left_alone() {
    let settings = json!({"timeouts": {"idle_ms": 300}, "breaker_failures": 2});
    let (_hub, api, _system) = started(json!({"validate": "report"}), settings, |_| {
        Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".to_vec())
    })
    .await;
    for _ in 0..2 {
        api.get("/live/pegawai").await.problem(502, "system-unreachable");
    }
    api.get("/live/pegawai").await.problem(503, "system-unavailable");
}

#[tokio::test]
async fn a_probe_whose_caller_is_gone_leaves_its_place_to_the_next() {
    let failing = Arc::new(AtomicBool::new(true));
    let fails = Arc::clone(&failing);
    let system = Upstream::start(move |request| match request.target.as_str() {
        _ if fails.load(Ordering::SeqCst) => Reply::status(500),
        "/gantung" => Reply::Hang,
        _ => Reply::json(r#"{"id":"1"}"#),
    })
    .await;
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let connector = hub
        .connect("simpeg", &system.url, json!({"breaker_failures": 1}))
        .connector;
    let api = hub.publish(&langsung(json!({})));
    api.get("/live/pegawai").await.is(502);
    api.get("/live/pegawai").await.problem(503, "system-unavailable");
    failing.store(false, Ordering::SeqCst);
    clock.advance(30_000);
    hub.hub.refresh().unwrap();
    let (asking, reached) = (Arc::clone(&hub.hub), hub.hub.system(connector.id).unwrap());
    let probe = tokio::spawn(async move {
        let lines = asking.lines();
        let (request, patience) = (Request::get("/gantung"), Duration::from_secs(1));
        let answered = asking.ask(&lines, &reached, request, patience).await;
        answered.map(|_| ())
    });
    eventually("the probe is under way", async || {
        (system.received().len() == 2).then_some(())
    })
    .await;
    api.get("/live/pegawai").await.problem(503, "system-unavailable");
    probe.abort();
    assert!(probe.await.unwrap_err().is_cancelled());
    api.get("/live/pegawai").await.is(200);
    assert_eq!(
        hub.hub.connector(connector.id).unwrap().breaker.as_str(),
        "closed"
    );
}

#[tokio::test]
async fn a_system_that_says_when_it_will_be_back_is_not_asked_before() {
    let (_hub, api, system) = started(json!({}), json!({}), |request| match request.target.as_str() {
        "/api/pegawai/nanti" => Reply::Answer(503, "retry-after: 7\r\n".into(), Vec::new()),
        _ => Reply::status(503),
    })
    .await;
    let answer = api.get("/live/pegawai/nanti").await;
    answer.problem(503, "system-unavailable");
    assert_eq!(answer.header("retry-after"), "7");
    assert_eq!(system.received().len(), 1);
    api.get("/live/pegawai/1").await.is(503);
    assert_eq!(
        system.received().len(),
        4,
        "without a word it is tried three times"
    );
}
