//! Answers that the contract allows to be served again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use mahakam::types::Clock;
use serde_json::json;

use super::{langsung, started};
use crate::harness::{NOW, Reply, TestHub, Upstream};

#[tokio::test]
async fn an_answer_is_served_again_for_its_time_and_longer_while_the_system_fails() {
    let (calls, failing) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let (counted, fails) = (Arc::clone(&calls), Arc::clone(&failing));
    let system = Upstream::start(move |request| match fails.load(Ordering::SeqCst) {
        true => Reply::status(500),
        false => {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            let keep = match request.target.rsplit('/').next() {
                Some("rahasia") => "cache-control: no-store\r\n",
                Some("berbeda") => "vary: accept, x-unit\r\n",
                _ => "",
            };
            Reply::Answer(
                200,
                format!("content-type: application/json\r\n{keep}"),
                format!("{{\"id\":\"{number}\"}}").into(),
            )
        }
    })
    .await;
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let at = |seconds: i64| {
        clock.advance(NOW.0 + seconds * 1_000 - clock.now().0);
        hub.hub.refresh().unwrap();
    };
    hub.connect("simpeg", &system.url, json!({}));
    let api = hub.publish(&langsung(json!({"cache": "PT60S"})));
    let api = api.with_key(Some(&hub.key("bappeda")));

    let first = api.get("/live/pegawai/1").await;
    first.is(200);
    assert_eq!(first.header("cache-status"), "");
    at(59);
    let again = api.get("/live/pegawai/1").await;
    again.is(200);
    assert_eq!(again.body, first.body);
    assert_eq!(
        (again.header("age"), again.header("cache-status")),
        ("59", "mahakam; hit; ttl=1")
    );
    let other = api.get("/live/pegawai/1?a=b").await;
    other.is(200);
    assert_ne!(other.body, first.body, "another query is another question");
    at(60);
    let renewed = api.get("/live/pegawai/1").await;
    renewed.is(200);
    assert_ne!(renewed.body, first.body);
    failing.store(true, Ordering::SeqCst);
    at(60 + 119);
    let stale = api.get("/live/pegawai/1").await;
    stale.is(200);
    assert_eq!(stale.body, renewed.body);
    assert_eq!(stale.header("cache-status"), "mahakam; hit; ttl=-59");
    at(60 + 120);
    api.get("/live/pegawai/1").await.is(502);
    failing.store(false, Ordering::SeqCst);
    for (path, says) in [("rahasia", "no-store"), ("berbeda", "that another field decides")] {
        let one = api.get(&format!("/live/pegawai/{path}")).await;
        let two = api.get(&format!("/live/pegawai/{path}")).await;
        assert_ne!(one.body, two.body, "the system said {says}");
    }
}

#[tokio::test]
async fn an_older_answer_is_served_while_the_system_answers_what_its_contract_forbids() {
    let broken = Arc::new(AtomicBool::new(false));
    let breaks = Arc::clone(&broken);
    let system = Upstream::start(move |_| match breaks.load(Ordering::SeqCst) {
        true => Reply::Answer(200, "content-type: text/html\r\n".into(), b"<html>rusak".to_vec()),
        false => Reply::json(r#"{"id":"1"}"#),
    })
    .await;
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let connector = hub.connect("simpeg", &system.url, json!({})).connector.id;
    let api = hub.publish(&langsung(json!({"cache": "PT60S", "validate": "enforce"})));
    api.get("/live/pegawai").await.is(200);
    broken.store(true, Ordering::SeqCst);
    clock.advance(61_000);
    hub.hub.refresh().unwrap();
    let stale = api.get("/live/pegawai").await;
    stale.is(200);
    assert_eq!(
        (stale.body.as_str(), stale.header("cache-status")),
        (r#"{"id":"1"}"#, "mahakam; hit; ttl=-1")
    );
    api.get("/live/pegawai/1")
        .await
        .problem(502, "system-answer-invalid");
    let view = hub.hub.connector(connector).unwrap();
    assert_eq!(view.heard.failure.unwrap().1, "the answer is no JSON");
    assert_eq!(view.breaker.as_str(), "closed");
}

#[tokio::test]
async fn what_is_kept_of_a_path_goes_when_it_is_written_to() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let (_hub, api, _system) = started(json!({"cache": "PT60S"}), json!({}), move |request| match request
        .target
        .as_str()
    {
        "/api/pegawai?salah" => Reply::status(409),
        _ => Reply::json(format!(
            "{{\"id\":\"{}\"}}",
            counted.fetch_add(1, Ordering::SeqCst)
        )),
    })
    .await;
    let first = api.get("/live/pegawai?unit=1").await;
    api.get("/live/pegawai/1").await.is(200);
    let refused = api.post("/live/pegawai?salah", "{}").open().await;
    assert_eq!(refused.status, 409);
    assert_eq!(api.get("/live/pegawai?unit=1").await.body, first.body);
    api.post("/live/pegawai", "{}").await.is(200);
    assert_ne!(api.get("/live/pegawai?unit=1").await.body, first.body);
    let other = api.get("/live/pegawai/1").await;
    assert_eq!(
        other.header("cache-status"),
        "mahakam; hit; ttl=60",
        "another path"
    );
}
