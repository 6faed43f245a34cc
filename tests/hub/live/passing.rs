//! What passes between a caller and a system, and what does not.

use serde_json::json;

use super::{langsung, started};
use crate::harness::{Reply, TestHub, Upstream, contracts, raw};

#[tokio::test]
async fn a_call_reaches_the_system_with_the_connectors_credentials_and_not_the_callers() {
    let system = Upstream::start(|_| {
        Reply::Answer(
            200,
            "content-type: application/json\r\nset-cookie: sid=1\r\nx-halaman: 2\r\nserver: PHP\r\n\
             connection: x-sendiri\r\nx-sendiri: 1\r\naccess-control-allow-origin: *\r\n"
                .into(),
            br#"{"id":"1","angka":64.10}"#.to_vec(),
        )
    })
    .await;
    let hub = TestHub::start().await;
    let auth = json!({"auth": {"kind": "basic", "username": "hub"}, "headers": {"X-Versi": "3"}});
    hub.connect_with("simpeg", &format!("{}/api", system.url), auth, Some("rahasia"));
    // A key with a slash in it is allowed as the path that others take it for, too.
    let allow = json!([{"method": "GET", "path": "/pegawai/*"}, {"method": "GET", "path": "/pegawai/*/*"}]);
    let owner = hub.publish(&langsung(json!({"allow": allow})));
    let bappeda = owner.with_key(Some(&hub.key("bappeda")));
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let answer = bappeda
        .get("/live/pegawai/III%2Fa?unit=a%20b&unit=c")
        .header("X-Request-Id", "permintaan-1")
        .header("traceparent", trace)
        .header("Cookie", "a=b")
        .header("Connection", "X-Rahasia")
        .header("X-Rahasia", "1")
        .header("X-Dari-Pemanggil", "ya")
        .await;
    answer.is(200);
    assert_eq!(answer.body, r#"{"id":"1","angka":64.10}"#);
    assert_eq!(answer.header("x-halaman"), "2");
    for held in ["set-cookie", "server", "x-sendiri", "access-control-allow-origin"] {
        assert_eq!(answer.header(held), "", "{held}");
    }
    let [got] = &system.received()[..] else {
        panic!("one request")
    };
    assert_eq!(got.target, "/api/pegawai/III%2Fa?unit=a%20b&unit=c");
    assert_eq!(got.header("authorization"), Some("Basic aHViOnJhaGFzaWE="));
    assert_eq!(got.header("x-versi"), Some("3"));
    assert_eq!(got.header("x-dari-pemanggil"), Some("ya"));
    assert_eq!(got.header("x-request-id"), Some("permintaan-1"));
    assert_eq!(got.header("traceparent"), Some(trace));
    assert!(
        got.header("forwarded")
            .unwrap()
            .starts_with("for=127.0.0.1;proto=http")
    );
    assert!(got.header("host").unwrap().starts_with("127.0.0.1:"));
    for kept in ["cookie", "x-rahasia"] {
        assert_eq!(got.header(kept), None, "{kept}");
    }
}

#[tokio::test]
async fn only_what_the_contract_allows_is_asked_of_the_system() {
    let (hub, api, system) = started(json!({}), json!({}), |_| Reply::json(r#"{"id":"1"}"#)).await;
    api.get("/live/pegawai/1").await.is(200);
    api.get("/live/gaji/1").await.problem(404, "unknown-path");
    api.get("/live/pegawai/1/gaji").await.problem(404, "unknown-path");
    let refused = api.call("PATCH", "/live/pegawai/1").json("{}").await;
    refused.is(405);
    assert_eq!(refused.header("allow"), "DELETE, GET, HEAD, OPTIONS");
    let options = api.call("OPTIONS", "/live/pegawai").await;
    options.is(204);
    assert_eq!(options.header("allow"), "GET, HEAD, POST, OPTIONS");
    api.with_key(None).get("/live/pegawai/1").await.is(401);
    let dinkes = hub.key("dinkes");
    api.with_key(Some(&dinkes)).get("/live/pegawai/1").await.is(404);
    let owner = api.with_key(Some(&hub.key("bkd")));
    owner.get("/records").await.problem(404, "dataset-is-live");
    let stored = hub.publish(&contracts::barang());
    stored.get("/live/pegawai/1").await.is(404);
    assert_eq!(system.received().len(), 1, "nothing else was asked");
}

#[tokio::test]
async fn no_path_leads_out_of_the_systems_base() {
    let allow = json!({"allow": [
        {"method": "GET", "path": "/*"}, {"method": "GET", "path": "/*/*"}, {"method": "GET", "path": "/*/*/*"}
    ]});
    let (hub, api, system) = started(allow, json!({}), |_| Reply::json("{}")).await;
    let key = hub.key("bappeda");
    for path in [
        "%2e%2e",
        "%2E%2e/admin",
        "a/%2e%2e/%2e%2e",
        "..%2fadmin",
        "%252e%252e/x",
        "a%5c..%5cb",
        "..;/x",
        "a%00b",
        "a//b",
    ] {
        let request = format!(
            "GET /api/bkd/langsung/v1/live/{path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
        );
        let answer = raw(hub.address(), request.as_bytes());
        assert!([400, 404].contains(&answer.status), "{path}: {answer:?}");
    }
    assert!(system.received().is_empty(), "{:?}", system.received());
    api.get("/live/a").await.is(200);
}

#[tokio::test]
async fn head_is_asked_as_head_and_answers_of_the_4xx_kind_pass() {
    let (hub, api, system) = started(json!({}), json!({}), |request| match request.target.as_str() {
        "/api/pegawai/0" => Reply::Answer(404, "content-type: text/plain\r\n".into(), b"tidak ada".to_vec()),
        _ => Reply::json(r#"{"id":"1"}"#),
    })
    .await;
    let (address, key) = (hub.address().to_owned(), hub.key("bappeda"));
    let request = format!(
        "GET /api/bkd/langsung/v1/live/pegawai/0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    );
    let missing = tokio::task::spawn_blocking(move || raw(&address, request.as_bytes()))
        .await
        .unwrap();
    assert_eq!((missing.status, missing.body.as_str()), (404, "tidak ada"));
    let head = api.call("HEAD", "/live/pegawai/1").await;
    head.is(200);
    assert_eq!(head.body, "");
    assert_eq!(system.received()[1].method, "HEAD");
}

#[tokio::test]
async fn calls_are_in_the_log_as_what_they_are() {
    let (hub, api, _system) = started(json!({}), json!({}), |_| Reply::json(r#"{"id":"1"}"#)).await;
    api.get("/live/pegawai/1").await.is(200);
    let found = crate::harness::eventually("the call is in the log", async || {
        let page = hub
            .call("GET", "/admin/exchanges?action=live")
            .key(crate::harness::ADMIN_KEY)
            .await
            .expect(200);
        page["exchanges"].as_array().unwrap().first().cloned()
    })
    .await;
    assert_eq!(found["dataset"], "bkd/langsung/v1");
    assert_eq!(found["opd"], "bappeda");
    assert_eq!(found["outcome"], "ok");
    assert_eq!(found["bytes"], 10);
}
