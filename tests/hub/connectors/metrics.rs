//! `/metrics`: how other systems stand, for whoever watches.

use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Reply, TestHub, Upstream, contracts, eventually};
use crate::live::langsung;

#[tokio::test]
async fn how_systems_stand_is_measured_and_told_to_those_who_watch() {
    let system = Upstream::start(|_| Reply::status(500)).await;
    let watching = "a key that watches, of more than 32 characters";
    let hub = TestHub::builder()
        .setting("MAHAKAM_METRICS_KEY", watching)
        .start()
        .await;
    hub.connect("simpeg", &system.url, json!({"breaker_failures": 1}));
    let api = hub.publish(&langsung(json!({})));
    api.get("/live/pegawai").await.is(502);
    let answer = hub.call("GET", "/metrics").key(watching).await;
    answer.is(200);
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    for line in [
        r#"mahakam_connector_breaker_open{opd="bkd",connector="simpeg"} 1.0"#,
        r#"mahakam_connector_enabled{opd="bkd",connector="simpeg"} 1.0"#,
        r#"mahakam_connector_last_failure_timestamp_seconds{opd="bkd",connector="simpeg"} 1774000000.0"#,
        "# EOF",
    ] {
        assert!(
            answer.body.lines().any(|known| known == line),
            "{line}: {}",
            answer.body
        );
    }
    hub.call("GET", "/metrics").key(ADMIN_KEY).await.is(200);
    hub.call("GET", "/metrics")
        .await
        .problem(401, "credentials-missing");
    hub.call("GET", "/metrics")
        .key(&hub.key("bkd"))
        .await
        .problem(403, "forbidden");
    hub.call("GET", "/admin/connectors")
        .key(watching)
        .await
        .problem(401, "credentials-invalid");
}

#[tokio::test]
async fn how_pulls_and_subscriptions_stand_is_measured() {
    let system = Upstream::start(|_| Reply::status(500)).await;
    let hub = TestHub::start().await;
    let connector = hub.connect("simpeg", &system.url, json!({})).connector.id;
    let api = hub.publish(&contracts::barang());
    let settings = json!({"dataset": "bkd/barang/v1", "connector": "simpeg", "path": "/barang"});
    let add = |path: &str, body: Value| hub.call("POST", path).key(ADMIN_KEY).json(body);
    let pull = add("/admin/pulls", json!({"settings": settings}))
        .await
        .expect(201)["id"]
        .clone();
    hub.call("POST", &format!("/admin/pulls/{pull}/pause"))
        .key(ADMIN_KEY)
        .await
        .is(200);
    let (application, _) = hub.new_application("bkd", "penerima");
    let terms = json!({
        "dataset": "bkd/barang/v1", "application": application, "connector": connector, "path": "/terima"
    });
    let subscription = add("/admin/subscriptions", terms).await.expect(201)["id"].clone();
    api.lines("{\"id\":\"1\"}\n{\"id\":\"2\"}\n".to_owned())
        .await
        .is(200);
    let pull = format!(r#"{{opd="bkd",dataset="bkd/barang/v1",pull="{pull}"}}"#);
    let subscription = format!(r#"{{opd="bkd",dataset="bkd/barang/v1",subscription="{subscription}"}}"#);
    let expected = [
        format!("mahakam_pull_paused{pull} 1.0"),
        format!("mahakam_pull_running{pull} 0.0"),
        format!("mahakam_subscription_active{subscription} 1.0"),
        format!("mahakam_subscription_lag_changes{subscription} 2.0"),
        format!("mahakam_subscription_lag_seconds{subscription} 0.0"),
        format!("mahakam_subscription_failures{subscription} 1.0"),
    ];
    eventually("all of it is measured", || async {
        let told = hub.call("GET", "/metrics").key(ADMIN_KEY).await;
        told.is(200);
        let lines: Vec<&str> = told.body.lines().collect();
        expected
            .iter()
            .all(|line| lines.contains(&line.as_str()))
            .then_some(())
    })
    .await;
}
