//! What a caller can't say in the hub's place, and where a live call can't lead.

use serde_json::json;

use super::{langsung, started};
use crate::harness::{Received, Reply, TestHub, Upstream};

/// All values of a field, in the order in which they came.
fn values<'r>(received: &'r Received, name: &str) -> Vec<&'r str> {
    let fields = received.headers.iter().filter(|(known, _)| known == name);
    fields.map(|(_, value)| value.as_str()).collect()
}

#[tokio::test]
async fn what_the_connector_sets_stands_alone_whatever_the_caller_sends() {
    for (auth, path, target) in [
        (
            json!({"kind": "key", "place": "header", "name": "X-Api-Key"}),
            "/live/pegawai?X-Api-Key=palsu",
            "/pegawai?X-Api-Key=palsu",
        ),
        (
            json!({"kind": "key", "place": "query", "name": "api_key"}),
            "/live/pegawai?api_key=palsu&a=%20b&api%5Fkey=palsu&API.KEY[]=palsu",
            "/pegawai?a=%20b&api_key=rahasia",
        ),
    ] {
        let system = Upstream::start(|_| Reply::json(r#"{"id":"1"}"#)).await;
        let hub = TestHub::start().await;
        let more = json!({"auth": auth, "headers": {"X-Versi": "3"}});
        hub.connect_with("simpeg", &system.url, more, Some("rahasia"));
        let owner = hub.publish(&langsung(json!({})));
        let api = owner.with_key(Some(&hub.key("bappeda")));
        let call = api.get(path).header("X-Api-Key", "palsu").header("X-Versi", "9");
        call.header("X_Versi", "9").header("X-Lain", "ya").await.is(200);
        let got = &system.received()[0];
        assert_eq!(got.target, target);
        assert_eq!(values(got, "x-versi"), ["3"]);
        assert_eq!(values(got, "x-lain"), ["ya"]);
        let key = values(got, "x-api-key");
        let expected = if target.contains("rahasia") {
            "palsu"
        } else {
            "rahasia"
        };
        assert_eq!(key, [expected]);
    }
}

#[tokio::test]
async fn fields_that_make_a_request_another_one_do_not_pass() {
    let (_hub, api, system) = started(json!({}), json!({}), |_| Reply::json(r#"{"id":"1"}"#)).await;
    let kept = [
        "X-HTTP-Method-Override",
        "X-Method-Override",
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Real-IP",
        "X-Forwarded-User",
        "X_Forwarded_For",
        "Remote-User",
        "Proxy",
    ];
    let mut call = api.get("/live/pegawai").header("Idempotency-Key", "kunci-1");
    for name in kept {
        call = call.header(name, "DELETE");
    }
    call.await.is(200);
    let got = &system.received()[0];
    for name in kept {
        assert_eq!(got.header(&name.to_ascii_lowercase()), None, "{name}");
    }
    assert_eq!(
        got.header("idempotency-key"),
        Some("kunci-1"),
        "it is for the system"
    );
}

#[tokio::test]
async fn an_encoded_slash_leads_to_no_path_that_was_not_allowed() {
    let one = json!({"method": "GET", "path": "/pegawai/*"});
    let below = |method: &str| json!({"method": method, "path": "/pegawai/*/*"});
    for allow in [json!([one]), json!([one, below("DELETE")])] {
        let (_hub, api, system) = started(json!({"allow": allow}), json!({}), |_| {
            Reply::json(r#"{"id":"1"}"#)
        })
        .await;
        for path in ["1%2Fgaji", "1%252fgaji", "1%25%32%46gaji"] {
            let answer = api.get(&format!("/live/pegawai/{path}")).await;
            assert!([404, 405].contains(&answer.status), "{path}: {answer:?}");
        }
        assert!(system.received().is_empty());
    }
    let allow = json!([one, below("GET")]);
    let (_hub, api, system) = started(json!({"allow": allow}), json!({}), |_| {
        Reply::json(r#"{"id":"1"}"#)
    })
    .await;
    api.get("/live/pegawai/III%2Fa").await.is(200);
    assert_eq!(system.received()[0].target, "/api/pegawai/III%2Fa");
}

#[tokio::test]
async fn a_sandbox_does_not_lead_to_a_system_in_use() {
    let (hub, api, system) = started(json!({}), json!({}), |_| Reply::json(r#"{"id":"1"}"#)).await;
    let key = hub.key("bappeda");
    for method in ["GET", "POST"] {
        let call = hub
            .call(method, "/sandbox/bkd/langsung/v1/live/pegawai")
            .key(&key);
        call.await.problem(404, "unknown-path");
    }
    assert!(system.received().is_empty());
    api.get("/live/pegawai").await.is(200);
}
