//! Data about persons that another system answered: in the log before it is shown.

use mahakam::types::DatasetId;
use serde_json::json;

use super::langsung;
use crate::harness::{ADMIN_KEY, Reply, TestHub, Upstream};

#[tokio::test]
async fn who_was_shown_whom_by_another_system_is_in_the_log() {
    let system = Upstream::start(|request| match request.target.as_str() {
        "/pegawai/gagal" => Reply::Answer(200, String::new(), b"bukan json".to_vec()),
        _ => Reply::json(r#"[{"id":"a","nik":"6472010101800001"},{"id":"b","nik":"6472010101800002"}]"#),
    })
    .await;
    let hub = TestHub::start().await;
    hub.connect("simpeg", &system.url, json!({}));
    let mut contract = langsung(json!({}));
    contract["schema"]["properties"]["nik"] = json!({"type": "string"});
    contract["personal_data"] = json!(["/nik"]);
    contract["subject"] = "/nik".into();
    let api = hub.publish(&contract);
    let api = api.with_key(Some(&hub.key("bappeda")));
    api.get("/live/pegawai").await.is(200);
    let id: DatasetId = "bkd/langsung/v1".parse().unwrap();
    assert!(hub.hub.catalog().dataset(&id).unwrap().is_about_persons());
    let mut beside = hub.database.beside();
    assert_eq!(
        beside.number(
            "SELECT count(*) FROM exchange WHERE action = 'live' AND reading LIKE '%persons%' AND records = 2"
        ),
        1
    );
    assert_eq!(
        beside.number("SELECT count(*) FROM exchange WHERE reading LIKE '%6472%'"),
        0
    );
    api.get("/live/pegawai/gagal").await.is(200);
    assert_eq!(
        beside.number(
            "SELECT count(*) FROM exchange WHERE action = 'live' AND reading LIKE '%GET /pegawai/gagal%'"
        ),
        1
    );
    for (person, sightings) in [("6472010101800002", 1), ("6472010101800003", 0)] {
        let path = format!("/admin/audit/subjects/{person}");
        let seen = hub.call("GET", &path).key(ADMIN_KEY).await.expect(200);
        assert_eq!(
            seen["sightings"].as_array().map(Vec::len),
            Some(sightings),
            "{seen}"
        );
        if sightings > 0 {
            assert_eq!(seen["sightings"][0]["opd"], "bappeda");
            assert_eq!(seen["sightings"][0]["answers"], true);
        }
    }
}
