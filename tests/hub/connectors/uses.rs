//! A connector that something needs is not deleted.

use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, TestHub, contracts};
use crate::live::langsung;

/// Tries to delete a connector; gives what it is told to be needed for.
async fn refused(hub: &TestHub, connector: i64) -> String {
    let path = format!("/admin/connectors/{connector}");
    let answer = hub.call("DELETE", &path).key(ADMIN_KEY).english().await;
    let problem: Value = answer.problem(409, "connector-in-use");
    hub.call("GET", &path).key(ADMIN_KEY).await.is(200);
    problem["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_connector_in_use_is_not_deleted_and_the_refusal_names_its_use() {
    let hub = TestHub::start().await;
    let connector = hub
        .connect("simpeg", "https://simpeg.example", json!({}))
        .connector
        .id;
    let manage = |method: &'static str, path: String, body: Option<Value>| {
        let call = hub.call(method, &path).key(ADMIN_KEY);
        async move {
            match body {
                Some(body) => call.json(body).await,
                None => call.await,
            }
        }
    };

    let owner = hub.publish(&langsung(json!({})));
    assert!(
        refused(&hub, connector)
            .await
            .contains("live calls of bkd/langsung/v1")
    );
    let version = "/admin/contracts/bkd/langsung/1.0.0".to_owned();
    let until = json!({"sunset": "2026-01-01"});
    manage("POST", format!("{version}/deprecate"), Some(until))
        .await
        .is(200);
    manage("POST", format!("{version}/retire"), None).await.is(200);

    let barang = hub.publish(&contracts::barang());
    let settings = json!({"dataset": "bkd/barang/v1", "connector": "simpeg", "path": "/barang"});
    let pull = manage("POST", "/admin/pulls".into(), Some(json!({"settings": settings}))).await;
    let pull = pull.expect(201)["id"].clone();
    assert!(
        refused(&hub, connector)
            .await
            .contains(&format!("scheduled pull {pull}"))
    );
    manage("DELETE", format!("/admin/pulls/{pull}"), None)
        .await
        .is(204);

    let (application, _) = hub.new_application("bkd", "penerima");
    let terms = json!({
        "dataset": "bkd/barang/v1", "application": application, "connector": connector, "path": "/terima"
    });
    let added = manage("POST", "/admin/subscriptions".into(), Some(terms))
        .await
        .expect(201);
    let id = added["id"].clone();
    assert!(
        refused(&hub, connector)
            .await
            .contains(&format!("subscription {id}"))
    );
    manage("DELETE", format!("/admin/subscriptions/{id}"), None)
        .await
        .is(200);

    manage("DELETE", format!("/admin/connectors/{connector}"), None)
        .await
        .is(204);
    drop((owner, barang));
}
