//! `/admin/connectors`: registered, changed, tried; their credentials kept and never shown.

mod guard;
mod kept;
mod metrics;
mod secured;
mod tokens;
mod trial;
mod uses;

use serde_json::json;

use crate::harness::{ADMIN_KEY, Reply, TestHub, Upstream};

#[tokio::test]
async fn a_connector_is_registered_shown_changed_and_removed() {
    let hub = TestHub::start().await;
    hub.key("bkd");
    let new = json!({
        "opd": "bkd", "name": "simpeg", "credential": "kata sandi rahasia",
        "settings": {"base_url": "https://simpeg.example/api/", "auth": {"kind": "basic", "username": "hub"}}
    });
    let answer = hub
        .call("POST", "/admin/connectors")
        .key(ADMIN_KEY)
        .json(&new)
        .await;
    let added = answer.expect(201);
    let path = format!("/admin/connectors/{}", added["id"]);
    assert!(answer.header("location").ends_with(&path));
    assert_eq!(added["settings"]["base_url"], "https://simpeg.example/api");
    assert_eq!(added["has_credential"], true);
    assert_eq!(added["state"]["breaker"], "closed");
    let again = hub
        .call("POST", "/admin/connectors")
        .key(ADMIN_KEY)
        .json(&new)
        .await;
    again.problem(409, "name-taken");
    let list = hub
        .call("GET", "/admin/connectors")
        .key(ADMIN_KEY)
        .await
        .expect(200);
    assert_eq!(list["connectors"].as_array().unwrap().len(), 1);
    let change =
        json!({"enabled": false, "settings": {"base_url": "https://baru.example", "max_concurrent": 3}});
    let changed = hub
        .call("PATCH", &path)
        .key(ADMIN_KEY)
        .json(change)
        .await
        .expect(200);
    assert_eq!(changed["settings"]["max_concurrent"], 3);
    assert_eq!(changed["enabled"], false);
    hub.call("DELETE", &path).key(ADMIN_KEY).await.is(204);
    hub.call("GET", &path)
        .key(ADMIN_KEY)
        .await
        .problem(404, "unknown-connector");
}

#[tokio::test]
async fn a_credential_is_kept_encrypted_and_shown_to_nobody() {
    let hub = TestHub::start().await;
    let auth = json!({"auth": {"kind": "bearer"}});
    let view = hub.connect_with(
        "simpeg",
        "https://lama.example",
        auth.clone(),
        Some("kata sandi rahasia"),
    );
    let path = format!("/admin/connectors/{}", view.connector.id);
    let mut settings = json!({"base_url": "https://baru.example"});
    settings["auth"] = auth["auth"].clone();
    let change = json!({"settings": settings, "credential": "rahasia lain"});
    let changed = hub
        .call("PATCH", &path)
        .key(ADMIN_KEY)
        .json(change)
        .await
        .expect(200);
    let list = hub
        .call("GET", "/admin/connectors")
        .key(ADMIN_KEY)
        .await
        .expect(200);
    for shown in [&changed, &list] {
        assert!(!shown.to_string().contains("rahasia"), "{shown}");
    }
    let mut beside = hub.database.beside();
    let changes = "SELECT count(*) FROM audit WHERE action = 'connector.change' AND before LIKE '%lama.example%' AND after LIKE '%baru.example%'";
    assert_eq!(beside.number(changes), 1);
    let leaks = "SELECT count(*) FROM audit WHERE before LIKE '%rahasia%' OR after LIKE '%rahasia%'";
    assert_eq!(beside.number(leaks), 0);
    let kept = "SELECT count(*) FROM secret WHERE name LIKE 'connector/%'";
    assert_eq!(beside.number(kept), 1);
    hub.call("DELETE", &path).key(ADMIN_KEY).await.is(204);
    assert_eq!(beside.number(kept), 0);
}

#[tokio::test]
async fn settings_that_could_not_be_used_are_refused_with_every_fault() {
    let hub = TestHub::start().await;
    hub.key("bkd");
    let add = |settings: serde_json::Value| {
        let new = json!({"opd": "bkd", "name": "simpeg", "settings": settings});
        hub.call("POST", "/admin/connectors").key(ADMIN_KEY).json(new)
    };
    let answer = add(json!({
        "base_url": "https://a.example", "auth": {"kind": "bearer"}, "headers": {"Host": "b"},
        "timeouts": {"total_ms": 5}, "ca_certificates": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    }))
    .await;
    let problem = answer.problem(422, "contract-faulty");
    let pointers: Vec<_> = problem["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].clone())
        .collect();
    for pointer in [
        "/headers/Host",
        "/timeouts/total_ms",
        "/credential",
        "/ca_certificates",
    ] {
        assert!(pointers.contains(&pointer.into()), "{pointer}: {pointers:?}");
    }
    add(json!({"base_url": "https://a.example", "bukan": 1}))
        .await
        .problem(422, "contract-violated");
    add(json!({"base_url": "ftp://a.example"}))
        .await
        .problem(400, "bad-body");
    add(json!({})).await.problem(422, "contract-violated");
}

#[tokio::test]
async fn keys_go_where_the_system_wants_them() {
    let system = Upstream::start(|_| Reply::json(r#"{"id":"1"}"#)).await;
    let hub = TestHub::start().await;
    for (number, (auth, expected)) in [
        (
            json!({"kind": "key", "place": "header", "name": "X-Api-Key"}),
            "x-api-key: k?y&1",
        ),
        (
            json!({"kind": "key", "place": "query", "name": "kunci"}),
            "/pegawai?a=1&kunci=k%3Fy%261",
        ),
        (json!({"kind": "bearer"}), "authorization: Bearer k?y&1"),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("sistem {number}");
        let view = hub.connect_with(&name, &system.url, json!({"auth": auth}), Some("k?y&1"));
        let path = format!("/admin/connectors/{}/test", view.connector.id);
        let asked = json!({"path": "/pegawai", "query": "a=1"});
        let tested = hub
            .call("POST", &path)
            .key(ADMIN_KEY)
            .json(asked)
            .await
            .expect(200);
        assert_eq!(tested["ok"], true, "{tested}");
        assert!(!tested.to_string().contains("k?y"), "{tested}");
        let got = system.received().last().unwrap().clone();
        let shown = format!(
            "{}\n{:?}",
            got.target,
            got.headers
                .iter()
                .map(|(n, v)| format!("{n}: {v}"))
                .collect::<Vec<_>>()
        );
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
}

#[tokio::test]
async fn every_kind_of_auth_can_be_registered_over_http_and_is_shown_as_it_was_written() {
    let hub = TestHub::start().await;
    hub.key("bkd");
    for (number, auth) in [
        json!({"kind": "none"}),
        json!({"kind": "key", "place": "header", "name": "X-Api-Key"}),
        json!({"kind": "key", "place": "query", "name": "kunci"}),
        json!({"kind": "basic", "username": "hub"}),
        json!({"kind": "bearer"}),
        json!({"kind": "oauth", "token_url": "https://a.example/token", "client_id": "hub", "scope": "baca", "client_auth": "basic"}),
        json!({"kind": "oauth", "token_url": "https://a.example/token", "client_id": "hub", "client_auth": "post"}),
    ]
    .into_iter()
    .enumerate()
    {
        let mut new = json!({
            "opd": "bkd", "name": format!("sistem {number}"), "settings": {"base_url": "https://a.example", "auth": auth}
        });
        if auth["kind"] != "none" {
            new["credential"] = json!("rahasia");
        }
        let added = hub
            .call("POST", "/admin/connectors")
            .key(ADMIN_KEY)
            .json(new)
            .await
            .expect(201);
        assert_eq!(added["settings"]["auth"], auth, "{added}");
    }
}
