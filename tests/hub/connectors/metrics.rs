//! `/metrics`: how other systems stand, for whoever watches.

use serde_json::json;

use crate::harness::{ADMIN_KEY, Reply, TestHub, Upstream};
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
