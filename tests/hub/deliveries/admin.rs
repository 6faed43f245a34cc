//! `/admin/subscriptions`: what is refused, and who sees what.

use mahakam::access::Role;
use serde_json::json;

use super::{Stage, connector, contract};
use crate::harness::{ADMIN_KEY, contracts};

#[tokio::test]
async fn what_can_not_be_delivered_is_refused_when_it_is_added() {
    let stage = Stage::with(json!({})).await;
    let (stranger, _) = stage.hub.new_application("pod", "lain");
    let theirs = connector(&stage.hub, "pod", &stage.endpoint.url, json!({}));
    let terms = json!({"application": stranger, "connector": theirs});
    stage.subscribe(terms).await.problem(409, "receiver-not-granted");
    let cases = [
        (json!({"dataset": "bkd/tiada/v1"}), 404, "unknown-dataset"),
        (json!({"dataset": "x"}), 400, "bad-parameter"),
        (json!({"application": 999}), 404, "unknown-application"),
        (json!({"connector": 999}), 404, "unknown-connector"),
        (json!({"connector": theirs}), 404, "unknown-connector"),
        (json!({"path": "terima"}), 422, "contract-violated"),
        (json!({"path": "/a/../b"}), 400, "bad-parameter"),
        (json!({"path": "/a b"}), 400, "bad-parameter"),
        (json!({"batch": 1001}), 422, "contract-violated"),
        (json!({"since": -1}), 422, "contract-violated"),
        (json!({"since": 1}), 400, "bad-parameter"),
    ];
    for (terms, status, code) in cases {
        stage.subscribe(terms).await.problem(status, code);
    }
    stage.hub.publish(&contracts::live());
    let live = json!({"dataset": "bkd/cuti/v1"});
    stage.subscribe(live).await.problem(404, "dataset-is-live");
}

#[tokio::test]
async fn the_owner_may_subscribe_to_its_own_dataset() {
    let stage = Stage::of("bkd", json!({}), json!({})).await;
    stage.push(0, 1).await;
    stage.reaches(1).await;
    assert!(stage.endpoint.messages()[0].text.contains("rahasia 0"));
}

#[tokio::test]
async fn an_agency_sees_its_own_subscriptions_alone() {
    let stage = Stage::with(json!({})).await;
    let own = stage.hub.person("siti", &[Role::Opd], Some("dinkes")).await;
    let other = stage.hub.person("budi", &[Role::Opd], Some("bappeda")).await;
    let path = format!("/admin/subscriptions/{}", stage.id);
    for (cookie, count, status) in [(&own, 1, 200), (&other, 0, 404)] {
        let list = stage
            .hub
            .call("GET", "/admin/subscriptions")
            .cookie(cookie)
            .await
            .expect(200);
        assert_eq!(list["subscriptions"].as_array().unwrap().len(), count);
        stage.hub.call("GET", &path).cookie(cookie).await.is(status);
    }
}

#[tokio::test]
async fn subscriptions_are_listed_page_by_page() {
    let stage = Stage::with(json!({})).await;
    for _ in 0..3 {
        stage.subscribe(json!({})).await.is(201);
    }
    let page = stage
        .hub
        .call("GET", "/admin/subscriptions?limit=3")
        .key(ADMIN_KEY)
        .await
        .expect(200);
    assert_eq!(page["subscriptions"].as_array().unwrap().len(), 3);
    let next = page["next"].as_str().unwrap();
    let path = format!("/admin/subscriptions?limit=3&cursor={next}");
    let page = stage.hub.call("GET", &path).key(ADMIN_KEY).await.expect(200);
    assert_eq!(
        (page["subscriptions"].as_array().unwrap().len(), &page["next"]),
        (1, &json!(null))
    );
}

#[tokio::test]
async fn what_failed_is_told_in_the_language_of_the_request() {
    let stage = Stage::with(json!({})).await;
    let mut next = contract();
    next["version"] = "1.0.1".into();
    next["grants"] = json!([]);
    stage.hub.publish(&next);
    stage.push(0, 1).await;
    let shown = stage
        .becomes("it is told", |shown| {
            shown["last_failure"]["code"] == "not-granted"
        })
        .await;
    assert!(
        shown["last_failure"]["detail"]
            .as_str()
            .unwrap()
            .contains("hak ambil")
    );
    let path = format!("/admin/subscriptions/{}", stage.id);
    let english = stage
        .hub
        .call("GET", &path)
        .key(ADMIN_KEY)
        .english()
        .await
        .expect(200);
    assert!(
        english["last_failure"]["detail"]
            .as_str()
            .unwrap()
            .contains("no right to pull")
    );
}
