//! Deleting what others refer to.

use serde_json::json;

use super::{hub, kunjungan};
use crate::harness::{ADMIN_KEY, TestHub, eventually};

#[tokio::test]
async fn what_others_refer_to_is_not_deleted() {
    let (_hub, wilayah, kunjungan) = hub(json!({})).await;
    kunjungan.push(r#"{"id":"a","kode":"64"}"#).await.is(201);
    let problem = wilayah.delete("64").english().await.problem(409, "record-in-use");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("bkd/kunjungan/v1, field /kode"), "{detail}");
    let answer = wilayah
        .lines("{\"$delete\":\"64\"}\n{\"$delete\":\"64.02\"}\n")
        .await
        .expect(200);
    assert_eq!(
        (&answer["deleted"], &answer["rejected"]),
        (&json!(1), &json!(1)),
        "{answer}"
    );
    assert_eq!(answer["errors"][0]["code"], "record-in-use");
    wilayah.record("64").await.is(200);
    // Who refers elsewhere, or is gone, stands in nobody's way.
    kunjungan.push(r#"{"id":"a","kode":"64.10"}"#).await.is(200);
    wilayah.delete("64").await.is(200);
    kunjungan.delete("a").await.is(200);
    wilayah.delete("64.10").await.is(200);
}

#[tokio::test]
async fn whoever_refers_is_found_when_the_first_that_did_has_moved_on() {
    let (_hub, wilayah, kunjungan) = hub(json!({})).await;
    for id in ["a", "b", "c"] {
        kunjungan
            .push(format!(r#"{{"id":"{id}","kode":"64"}}"#))
            .await
            .is(201);
    }
    kunjungan.push(r#"{"id":"a","kode":"64.10"}"#).await.is(200);
    wilayah.delete("64").await.problem(409, "record-in-use");
    kunjungan.delete("b").await.is(200);
    wilayah.delete("64").await.problem(409, "record-in-use");
    kunjungan.push(r#"{"id":"c","kode":"64.10"}"#).await.is(200);
    wilayah.delete("64").await.is(200);
    // What comes again is referred to again, though the mark was known all the time.
    wilayah.push(r#"{"kode":"64"}"#).await.is(201);
    kunjungan.push(r#"{"id":"b","kode":"64"}"#).await.is(201);
    wilayah.delete("64").await.problem(409, "record-in-use");
}

#[tokio::test]
async fn in_one_body_what_refers_may_go_before_what_it_refers_to() {
    let mut unit = kunjungan(json!({}));
    unit["dataset"] = "unit".into();
    unit["references"] = json!([{"field": "/kode", "dataset": "bkd/unit/v1"}]);
    let (hub, unit) = TestHub::with(unit).await;
    let all = "{\"id\":\"a\"}\n{\"id\":\"b\",\"kode\":\"a\"}\n{\"id\":\"c\",\"kode\":\"a\"}\n";
    unit.lines(all).await.is(200);
    let answer = unit
        .lines("{\"$delete\":\"b\"}\n{\"$delete\":\"a\"}\n{\"$delete\":\"c\"}\n")
        .await
        .expect(200);
    assert_eq!(
        (&answer["deleted"], &answer["errors"][0]["key"]),
        (&json!(2), &json!("a"))
    );
    let answer = unit.lines("{\"id\":\"b\",\"kode\":\"a\"}\n{\"$delete\":\"b\"}\n{\"$delete\":\"a\"}\n");
    assert_eq!(answer.await.expect(200)["deleted"], 2);
    drop(hub);
}

#[tokio::test]
async fn a_reference_that_lets_it_go_stays_as_it_is() {
    let (hub, wilayah, kunjungan) = hub(json!({"on_delete": "ignore"})).await;
    kunjungan.push(r#"{"id":"a","kode":"64"}"#).await.is(201);
    wilayah.delete("64").await.is(200);
    kunjungan.record("a").await.is(200);
    kunjungan.push(r#"{"id":"b","kode":"64"}"#).await.is(422);
    kunjungan
        .push(r#"{"id":"a","kode":"64","catatan":"x"}"#)
        .await
        .is(422);
    kunjungan.push(r#"{"id":"a","kode":"64"}"#).await.is(200);
    drop(hub);
}

#[tokio::test]
async fn a_warning_guards_too_and_a_confidential_dataset_is_not_named() {
    let (hub, wilayah, _kunjungan) = hub(json!({"on_delete": "ignore"})).await;
    let mut secret = kunjungan(json!({"mode": "warn"}));
    secret["dataset"] = "rahasia".into();
    secret["classification"]["level"] = "confidential".into();
    let secret = hub.publish(&secret);
    secret.push(r#"{"id":"a","kode":"64"}"#).await.is(201);
    let problem = wilayah.delete("64").english().await.problem(409, "record-in-use");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("another dataset") && !detail.contains("rahasia"),
        "{detail}"
    );
}

#[tokio::test]
async fn an_undo_takes_nothing_away_that_others_refer_to() {
    let (hub, wilayah, kunjungan) = hub(json!({})).await;
    wilayah.push(r#"{"kode":"65"}"#).await.is(201);
    kunjungan.push(r#"{"id":"a","kode":"65"}"#).await.is(201);
    let undo = |dataset: &str, to: u64, head: u64| {
        hub.call("POST", &format!("/admin/datasets/{dataset}/undo"))
            .key(ADMIN_KEY)
            .json(json!({"to": to, "dry_run": false, "expect_head": head}))
    };
    undo("pod/wilayah/v1", 3, 4).await.problem(409, "record-in-use");
    wilayah.record("65").await.is(200);
    // Nor does it bring back what refers to nothing any more.
    kunjungan.delete("a").await.is(200);
    undo("pod/wilayah/v1", 3, 4).await.is(200);
    undo("bkd/kunjungan/v1", 1, 2).await.problem(409, "undo-misfits");
    kunjungan.record("a").await.is(404);
}

#[tokio::test]
async fn references_that_came_with_a_later_version_guard_as_soon_as_they_can_be_found() {
    let (hub, wilayah, _) = hub(json!({"on_delete": "ignore"})).await;
    let mut contract = kunjungan(json!({}));
    contract["dataset"] = "lama".into();
    contract.as_object_mut().unwrap().remove("references");
    let lama = hub.publish(&contract);
    let body: String = (0..1_200)
        .map(|n| format!("{{\"id\":\"{n:04}\",\"kode\":\"64\"}}\n"))
        .collect();
    lama.lines(body).await.is(200);
    let mut contract = kunjungan(json!({}));
    contract["dataset"] = "lama".into();
    contract["version"] = "1.1.0".into();
    hub.publish_uncompared(&contract);
    // Until all records can be found by it, nothing is deleted; then it is told why.
    eventually("the references can be found", || async {
        let answer = wilayah.delete("64").await;
        match answer.status {
            503 => {
                answer.problem(503, "filter-not-ready");
                None
            }
            _ => Some(answer.problem(409, "record-in-use")),
        }
    })
    .await;
}

#[tokio::test]
async fn a_retired_dataset_keeps_nothing_from_being_deleted() {
    let (hub, wilayah, kunjungan) = hub(json!({})).await;
    kunjungan.push(r#"{"id":"a","kode":"64"}"#).await.is(201);
    wilayah.delete("64").await.problem(409, "record-in-use");
    for step in ["deprecate", "retire"] {
        hub.call("POST", &format!("/admin/contracts/bkd/kunjungan/1.0.0/{step}"))
            .key(ADMIN_KEY)
            .await
            .is(200);
    }
    // A hub that starts later does not put it back.
    let later = TestHub::builder().on(&hub.database).start().await;
    let there = later.api("pod/wilayah/v1", Some(&hub.key("pod")));
    there.delete("64").await.is(200);
}
