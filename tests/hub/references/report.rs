//! What refers to nothing now, told to those who manage.

use serde_json::json;

use super::hub;
use crate::harness::{ADMIN_KEY, program};

#[tokio::test]
async fn what_refers_to_nothing_now_is_told() {
    let (hub, wilayah, kunjungan) = hub(json!({"mode": "warn", "on_delete": "ignore"})).await;
    let body = r#"[{"id":"a","kode":"64"},{"id":"b","kode":"99"},{"id":"c","kode":"99"},{"id":"d"},{"id":"e","kode":"64.02"}]"#;
    kunjungan.push(body).await.is(200);
    wilayah.delete("64.02").await.is(200);
    let expected = json!({
        "dataset": "bkd/kunjungan/v1",
        "references": [{
            "field": "/kode", "dataset": "pod/wilayah/v1", "mode": "warn", "unresolved": 3,
            "keys": ["64.02", "99"],
        }],
    });
    let path = "/admin/datasets/bkd/kunjungan/v1/references";
    let told = hub.call("GET", path).key(ADMIN_KEY).await.expect(200);
    assert_eq!(told, expected);
    hub.call("GET", path).key(&hub.key("bkd")).await.is(403);
    hub.call("GET", "/admin/datasets/bkd/lain/v1/references")
        .key(ADMIN_KEY)
        .await
        .is(404);
    let done = program(hub.database.url())
        .args(["references", "bkd/kunjungan/v1", "--json"])
        .output()
        .unwrap();
    let done: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(done, expected);
}
