//! Answers that the contract allows to be served again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use mahakam::types::Clock;
use serde_json::json;

use super::langsung;
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
