//! The address guard, on the way that calls take.

use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Reply, TestHub, Upstream};

/// What the phase of the name says of a connector to `base`, which allows `networks`.
async fn judged(hub: &TestHub, base: &str, networks: Value) -> Value {
    let number = hub.hub.connectors().unwrap().len();
    let more = json!({"allow_networks": networks, "timeouts": {"connect_ms": 300}});
    let view = hub.connect(&format!("sistem {number}"), base, more);
    let path = format!("/admin/connectors/{}/test", view.connector.id);
    let tested = hub
        .call("POST", &path)
        .key(ADMIN_KEY)
        .json(json!({"path": "/"}))
        .await
        .expect(200);
    tested["phases"].clone()
}

#[tokio::test]
async fn addresses_that_are_not_public_are_not_called_however_they_are_written() {
    let system = Upstream::start(|_| Reply::json("{}")).await;
    let port = system.url.rsplit(':').next().unwrap().to_owned();
    let hub = TestHub::start().await;
    for host in [
        "127.0.0.1",
        "localhost",
        "0x7f.1",
        "2130706433",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "[64:ff9b::7f00:1]",
        "192.168.1.1",
        "100.100.100.200",
    ] {
        let phases = judged(&hub, &format!("http://{host}:{port}"), json!([])).await;
        assert_eq!(phases[0]["ok"], false, "{host}: {phases}");
        assert!(
            phases[0]["detail"]
                .as_str()
                .unwrap()
                .starts_with("address-forbidden"),
            "{host}: {phases}"
        );
    }
    assert!(system.received().is_empty());
    let phases = judged(
        &hub,
        &format!("http://localhost:{port}"),
        json!(["127.0.0.1", "::1"]),
    )
    .await;
    assert_eq!(phases[0]["ok"], true, "{phases}");
    let phases = judged(&hub, &format!("http://127.0.0.1:{port}"), json!(["10.0.0.0/8"])).await;
    assert_eq!(phases[0]["ok"], false, "another range: {phases}");
}

#[tokio::test]
async fn the_guard_stands_in_the_way_of_calls_too() {
    let system = Upstream::start(|_| Reply::json(r#"{"id":"1"}"#)).await;
    for base in [system.url.clone(), system.url.replace("127.0.0.1", "localhost")] {
        let hub = TestHub::start().await;
        hub.connect("simpeg", &base, json!({"allow_networks": []}));
        let api = hub.publish(&crate::live::langsung(json!({})));
        let api = api.with_key(Some(&hub.key("bappeda")));
        api.get("/live/pegawai").await.problem(502, "system-unreachable");
    }
    assert!(system.received().is_empty());
}
