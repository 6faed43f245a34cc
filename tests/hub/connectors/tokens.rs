//! Access tokens of other systems: asked for once, kept until they end, asked for anew when refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mahakam::types::Clock;
use serde_json::json;
use tokio::sync::Barrier;

use crate::harness::{NOW, Reply, TestHub, Upstream};

#[tokio::test]
async fn a_token_is_kept_until_it_ends_or_is_refused() {
    let valid = Arc::new(AtomicUsize::new(0));
    let current = Arc::clone(&valid);
    let system = Upstream::start(move |request| {
        if request.target == "/token" {
            let form = String::from_utf8_lossy(&request.body).into_owned();
            assert_eq!(form, "grant_type=client_credentials&scope=baca");
            // hub:r%26s
            assert_eq!(request.header("authorization"), Some("Basic aHViOnIlMjZz"));
            let number = current.fetch_add(1, Ordering::SeqCst) + 1;
            return Reply::json(
                json!({"access_token": format!("t{number}"), "token_type": "bearer", "expires_in": 100}),
            );
        }
        let expected = format!("Bearer t{}", current.load(Ordering::SeqCst));
        match request.header("authorization") == Some(expected.as_str()) {
            true => Reply::json(r#"{"id":"1"}"#),
            false => Reply::status(401),
        }
    })
    .await;
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let auth = json!({"auth": {"kind": "oauth", "token_url": format!("{}/token", system.url), "client_id": "hub", "scope": "baca"}});
    hub.connect_with("simpeg", &system.url, auth, Some("r&s"));
    let api = hub.publish(&crate::live::langsung(json!({})));
    let api = api.with_key(Some(&hub.key("bappeda")));
    for _ in 0..3 {
        api.get("/live/pegawai").await.is(200);
    }
    assert_eq!(valid.load(Ordering::SeqCst), 1, "one token for all");
    clock.advance(91_000);
    hub.hub.refresh().unwrap();
    api.get("/live/pegawai").await.is(200);
    assert_eq!(valid.load(Ordering::SeqCst), 2, "it was about to end");
    valid.fetch_add(1, Ordering::SeqCst);
    api.get("/live/pegawai").await.is(200);
    assert_eq!(
        valid.load(Ordering::SeqCst),
        4,
        "the one that was refused was replaced"
    );
}

/// A hub with a live dataset whose system takes the newest of the tokens that it gives out.
async fn tokened(
    valid: &Arc<AtomicUsize>,
    meet: Option<Arc<Barrier>>,
) -> (TestHub, crate::harness::Api, Upstream) {
    let current = Arc::clone(valid);
    let system = Upstream::start(move |request| {
        if request.target == "/token" {
            let number = current.fetch_add(1, Ordering::SeqCst) + 1;
            return Reply::json(json!({"access_token": format!("t{number}"), "expires_in": 1_000}));
        }
        let expected = format!("Bearer t{}", current.load(Ordering::SeqCst));
        if request.header("authorization") == Some(expected.as_str()) {
            return Reply::json(r#"{"id":"1"}"#);
        }
        match &meet {
            Some(meet) => Reply::Together(Arc::clone(meet), 401),
            None => Reply::status(401),
        }
    })
    .await;
    let hub = TestHub::start().await;
    let auth = json!({"kind": "oauth", "token_url": format!("{}/token", system.url), "client_id": "hub"});
    hub.connect_with("simpeg", &system.url, json!({"auth": auth}), Some("rahasia"));
    let api = hub.publish(&crate::live::langsung(json!({})));
    (hub, api, system)
}

#[tokio::test]
async fn of_several_calls_with_a_refused_token_all_go_on_with_one_new_token() {
    let valid = Arc::new(AtomicUsize::new(0));
    let (_hub, api, _system) = tokened(&valid, Some(Arc::new(Barrier::new(3)))).await;
    api.get("/live/pegawai").await.is(200);
    valid.store(100, Ordering::SeqCst);
    let calls =
        [api.apart(), api.apart(), api.apart()].map(|api| tokio::spawn(api.get("/live/pegawai").answered()));
    for call in calls {
        call.await.unwrap().unwrap().is(200);
    }
    assert_eq!(valid.load(Ordering::SeqCst), 101, "one token for the three");
}

#[tokio::test]
async fn a_token_refused_for_a_body_that_comes_once_is_not_shown_again() {
    let valid = Arc::new(AtomicUsize::new(0));
    let (_hub, api, system) = tokened(&valid, None).await;
    api.get("/live/pegawai").await.is(200);
    valid.store(100, Ordering::SeqCst);
    let send = || api.call("POST", "/live/pegawai").json(r#"{"id":"1"}"#);
    send().await.problem(502, "system-credentials");
    send().await.is(200);
    let posts = system
        .received()
        .iter()
        .filter(|request| request.method == "POST" && request.target == "/pegawai")
        .count();
    assert_eq!(posts, 2);
}

#[tokio::test]
async fn a_token_server_that_hangs_holds_nobody_for_longer_than_an_answer_may_take() {
    let system = Upstream::start(|_| Reply::Hang).await;
    let hub = TestHub::start().await;
    let settings = json!({
        "auth": {"kind": "oauth", "token_url": format!("{}/token", system.url), "client_id": "hub"},
        "timeouts": {"answer_ms": 2_000}
    });
    hub.connect_with("simpeg", &system.url, settings, Some("rahasia"));
    let api = hub.publish(&crate::live::langsung(json!({})));
    let calls =
        [api.apart(), api.apart(), api.apart()].map(|api| tokio::spawn(api.get("/live/pegawai").answered()));
    for call in calls {
        call.await.unwrap().unwrap().problem(504, "system-timeout");
    }
    assert_eq!(
        system.received().len(),
        1,
        "one asked, and the others failed with it"
    );
}
