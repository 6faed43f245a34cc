//! What is kept of connectors: read when it can be, shown where it was given for, and no trouble of others.

use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Reply, TestHub, Upstream};
use crate::live::langsung;

#[tokio::test]
async fn a_credential_does_not_follow_a_connector_to_another_place() {
    let hub = TestHub::start().await;
    let basic = json!({"auth": {"kind": "basic", "username": "hub"}});
    let view = hub.connect_with("simpeg", "https://lama.example/api", basic, Some("rahasia"));
    let path = format!("/admin/connectors/{}", view.connector.id);
    let change = |base: &str, auth: Value, credential: Option<&str>| {
        let mut change = json!({"settings": {"base_url": base, "auth": auth}});
        if let Some(credential) = credential {
            change["credential"] = credential.into();
        }
        hub.call("PATCH", &path).key(ADMIN_KEY).json(change)
    };
    let basic = json!({"kind": "basic", "username": "hub"});
    change("https://lama.example/v2", basic.clone(), None)
        .await
        .is(200);
    let elsewhere = json!({"kind": "oauth", "token_url": "https://lain.example/token", "client_id": "hub"});
    for (base, auth) in [
        ("https://lain.example", basic.clone()),
        ("http://lama.example", basic.clone()),
        ("https://lama.example", elsewhere),
    ] {
        let problem = change(base, auth, None).await.problem(422, "contract-faulty");
        assert_eq!(problem["faults"][0]["pointer"], "/credential", "{base}");
    }
    let without = change("https://lain.example", json!({"kind": "none"}), None).await;
    assert_eq!(without.expect(200)["has_credential"], false);
    change("https://lain.example", basic.clone(), None)
        .await
        .problem(422, "contract-faulty");
    let anew = change("https://lain.example", basic, Some("rahasia lain")).await;
    assert_eq!(anew.expect(200)["has_credential"], true);
}

#[tokio::test]
async fn a_system_is_not_kept_without_its_credential_when_the_database_fails() {
    let system = Upstream::start(|_| Reply::json(r#"{"id":"1"}"#)).await;
    let hub = TestHub::start().await;
    let auth = json!({"auth": {"kind": "bearer"}});
    hub.connect_with("simpeg", &system.url, auth, Some("rahasia"));
    let api = hub.publish(&langsung(json!({})));
    let mut beside = hub.database.beside();
    beside.run("ALTER TABLE secret RENAME TO secret_elsewhere");
    beside.run("UPDATE connector SET revision = revision + 1");
    beside.run("UPDATE revision SET value = value + 1");
    assert!(hub.hub.refresh().is_err());
    beside.run("ALTER TABLE secret_elsewhere RENAME TO secret");
    hub.hub.refresh().unwrap();
    api.get("/live/pegawai").await.is(200);
    assert_eq!(
        system.received()[0].header("authorization"),
        Some("Bearer rahasia")
    );
}

#[tokio::test]
async fn a_connector_that_a_newer_hub_wrote_takes_neither_lists_nor_metrics_down() {
    let hub = TestHub::start().await;
    hub.connect("simpeg", "https://a.example", json!({}));
    hub.connect("baru", "https://b.example", json!({}));
    let mut beside = hub.database.beside();
    beside.run(
        r#"UPDATE connector SET settings = '{"base_url": "https://b.example", "kuantum": true}' WHERE name = 'baru'"#,
    );
    let list = hub
        .call("GET", "/admin/connectors")
        .key(ADMIN_KEY)
        .await
        .expect(200);
    let names: Vec<&Value> = list["connectors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["simpeg"]);
    let metrics = hub.call("GET", "/metrics").key(ADMIN_KEY).await;
    metrics.is(200);
    assert!(metrics.body.contains(r#"connector="simpeg""#) && !metrics.body.contains(r#"connector="baru""#));
}
