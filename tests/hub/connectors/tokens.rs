//! Access tokens of other systems: asked for once, kept until they end, asked for anew when refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use mahakam::types::Clock;
use serde_json::json;

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
