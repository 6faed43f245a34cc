//! Systems in trouble: bounded, told, and nobody else's trouble.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use mahakam::hub::ConnectorChange;
use mahakam::types::{Clock, Timestamp};
use serde_json::json;

use super::{detail, langsung, started};
use crate::harness::{NOW, Reply, TestHub, Upstream, actor, contracts, eventually};

#[tokio::test]
async fn each_way_of_failing_is_a_problem_that_names_the_system_and_not_its_inside() {
    let quick =
        json!({"timeouts": {"answer_ms": 300, "idle_ms": 300, "total_ms": 1_000}, "breaker_failures": 1_000});
    let (_hub, api, _system) = started(json!({}), quick, |request| {
        let reply = request.target.rsplit('/').next().unwrap_or_default();
        match reply {
            "lima" => Reply::Answer(500, String::new(), b"PDOException in /var/www/db.php".to_vec()),
            "sibuk" => Reply::Answer(503, "retry-after: 7\r\n".into(), Vec::new()),
            "kunci" => Reply::Answer(401, "www-authenticate: Basic\r\n".into(), Vec::new()),
            "gantung" => Reply::Hang,
            "separuh" => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{".to_vec()),
            "sampah" => Reply::Raw(b"\x16\x03\x01 bukan http\r\n\r\n".to_vec()),
            "panjang" => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: banyak\r\n\r\n{}".to_vec()),
            "dua" => {
                Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}".to_vec())
            }
            "kepala" => {
                Reply::Raw(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(2_000_000)).into_bytes())
            }
            "keluar" => Reply::Answer(302, "location: http://127.0.0.2/x\r\n".into(), Vec::new()),
            "samping" => Reply::Answer(302, "location: /admin/pegawai\r\n".into(), Vec::new()),
            "putar" => Reply::Answer(302, "location: putar\r\n".into(), Vec::new()),
            "pindah" => Reply::Answer(302, "location: /api/pegawai/baru\r\n".into(), Vec::new()),
            _ => Reply::json(r#"{"id":"1"}"#),
        }
    })
    .await;
    for (path, status, code) in [
        ("lima", 502, "system-answer-invalid"),
        ("kunci", 502, "system-credentials"),
        ("gantung", 504, "system-timeout"),
        ("separuh", 502, "system-unreachable"),
        ("sampah", 502, "system-answer-invalid"),
        ("panjang", 502, "system-answer-invalid"),
        ("dua", 502, "system-answer-invalid"),
        ("kepala", 502, "system-answer-invalid"),
        ("keluar", 502, "system-answer-invalid"),
        ("samping", 502, "system-answer-invalid"),
        ("putar", 502, "system-answer-invalid"),
    ] {
        let answer = api.get(&format!("/live/pegawai/{path}")).await;
        answer.problem(status, code);
        assert!(
            detail(&answer).contains("bkd/simpeg"),
            "{path}: {}",
            detail(&answer)
        );
        assert!(
            !answer.body.contains("PDO") && !answer.body.contains("127.0.0"),
            "{path}: {}",
            answer.body
        );
    }
    let busy = api.get("/live/pegawai/sibuk").await;
    busy.problem(503, "system-unavailable");
    assert_eq!(busy.header("retry-after"), "7");
    api.get("/live/pegawai/pindah").await.is(200);
}

#[tokio::test]
async fn a_system_that_drips_is_given_up_when_its_time_is_over() {
    let quick = json!({"timeouts": {"idle_ms": 5_000, "total_ms": 500}});
    let (_hub, api, _system) = started(json!({"validate": "report"}), quick, |_| Reply::Drip).await;
    api.get("/live/pegawai").await.problem(504, "system-timeout");
}

#[tokio::test]
async fn a_streamed_answer_that_stops_half_way_never_looks_whole() {
    let quick = json!({"timeouts": {"idle_ms": 300}});
    let (_hub, api, _system) = started(json!({}), quick, |request| match request.target.as_str() {
        "/api/pegawai/putus" => {
            Reply::Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nsatu \r\n".to_vec())
        }
        _ => Reply::Drip,
    })
    .await;
    assert!(
        api.get("/live/pegawai/putus").answered().await.is_none(),
        "the connection is broken off"
    );
}

#[tokio::test]
async fn a_system_that_keeps_failing_is_left_alone_and_tried_again_after_a_while() {
    let (well, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (is_well, counted) = (Arc::clone(&well), Arc::clone(&calls));
    let system = Upstream::start(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        match is_well.load(Ordering::SeqCst) {
            true => Reply::json(r#"{"id":"1"}"#),
            false => Reply::status(500),
        }
    })
    .await;
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let connector = hub.connect(
        "simpeg",
        &system.url,
        json!({"breaker_failures": 3, "breaker_seconds": 30}),
    );
    let api = hub.publish(&langsung(json!({})));
    let api = api.with_key(Some(&hub.key("bappeda")));
    for _ in 0..3 {
        api.get("/live/pegawai").await.is(502);
    }
    let left_alone = api.get("/live/pegawai").await;
    left_alone.problem(503, "system-unavailable");
    assert_eq!(left_alone.header("retry-after"), "31");
    assert_eq!(calls.load(Ordering::SeqCst), 3, "it was not asked");
    assert_eq!(
        hub.hub
            .connector(connector.connector.id)
            .unwrap()
            .breaker
            .as_str(),
        "open"
    );
    well.store(true, Ordering::SeqCst);
    clock.advance(30_000);
    hub.hub.refresh().unwrap();
    api.get("/live/pegawai").await.is(200);
    let view = hub.hub.connector(connector.connector.id).unwrap();
    assert_eq!(view.breaker.as_str(), "closed");
    assert_eq!(view.heard.success_at, Some(Timestamp(NOW.0 + 30_000)));
    assert_eq!(view.heard.failure, Some((NOW, "it answered 500".into())));
}

#[tokio::test]
async fn a_system_that_hangs_takes_no_place_from_another() {
    let (_hub, api, _hanging) = started(
        json!({}),
        json!({"max_concurrent": 1, "timeouts": {"answer_ms": 60_000}}),
        |request| match request.target.as_str() {
            "/api/pegawai/gantung" => Reply::Hang,
            _ => Reply::json(r#"{"id":"1"}"#),
        },
    )
    .await;
    let hub = &_hub;
    let good = Upstream::start(|_| Reply::json(r#"{"id":"1"}"#)).await;
    hub.connect("lain", &good.url, json!({}));
    let mut other = contracts::named(langsung(json!({"connector": "lain"})), "lain");
    other["grants"] = json!([]);
    let other = hub.publish(&other);
    let held = tokio::spawn(api.apart().get("/live/pegawai/gantung").answered());
    eventually("the system holds a call", async || {
        (_hanging.received().len() == 1).then_some(())
    })
    .await;
    api.get("/live/pegawai/1")
        .await
        .problem(503, "system-unavailable");
    for _ in 0..20 {
        other.get("/live/pegawai/1").await.is(200);
    }
    held.abort();
}

#[tokio::test]
async fn a_connector_is_switched_off_and_on_for_every_hub() {
    let (hub, api, system) = started(json!({}), json!({}), |_| Reply::json(r#"{"id":"1"}"#)).await;
    let second = TestHub::builder().on(&hub.database).start().await;
    let there = second.api("bkd/langsung/v1", Some(&hub.key("bappeda")));
    there.get("/live/pegawai").await.is(200);
    let id = hub.hub.connectors().unwrap()[0].connector.id;
    let switch = |on| ConnectorChange {
        enabled: Some(on),
        ..ConnectorChange::default()
    };
    hub.hub.change_connector(&actor(), id, &switch(false)).unwrap();
    api.get("/live/pegawai").await.problem(503, "system-unavailable");
    eventually("the other hub knows", async || {
        (there.get("/live/pegawai").await.status == 503).then_some(())
    })
    .await;
    let asked = system.received().len();
    api.get("/live/pegawai").await.is(503);
    assert_eq!(system.received().len(), asked);
    hub.hub.change_connector(&actor(), id, &switch(true)).unwrap();
    api.get("/live/pegawai").await.is(200);
}

#[tokio::test]
async fn a_contract_whose_connector_is_not_registered_says_so() {
    let hub = TestHub::start().await;
    let api = hub.publish(&langsung(json!({})));
    let api = api.with_key(Some(&hub.key("bappeda")));
    let answer = api.get("/live/pegawai").await;
    answer.problem(503, "system-unavailable");
    assert!(detail(&answer).contains("bkd/simpeg"));
}
