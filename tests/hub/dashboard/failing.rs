//! What fails is told in one list.

use mahakam::access::rules::Reach;
use mahakam::hub::{FailingKind, NewConnector, NewSubscription};
use mahakam::types::{Lang, Seq, Timestamp};
use serde_json::json;

use super::{open, own};
use crate::harness::contracts::pegawai;
use crate::harness::{NOW, TestHub, actor};

fn connector(hub: &TestHub, opd: &str) -> i64 {
    hub.key(opd);
    let new = NewConnector {
        opd: opd.parse().unwrap(),
        name: "sistem".into(),
        settings: serde_json::from_value(json!({
            "base_url": "http://127.0.0.1:9", "allow_networks": ["127.0.0.0/8"]
        }))
        .unwrap(),
        credential: None,
    };
    hub.hub.add_connector(&actor(), &new).unwrap().connector.id
}

#[tokio::test]
async fn systems_that_fail_and_subscriptions_that_are_stopped_are_told() {
    let (hub, _api) = open(&pegawai()).await;
    let (bkd, dinkes) = (connector(&hub, "bkd"), connector(&hub, "dinkes"));
    let (application, _) = hub.new_application("dinkes", "penerima");
    let new = NewSubscription {
        dataset: "bkd/pegawai/v1".parse().unwrap(),
        application,
        connector: dinkes,
        path: "/terima".into(),
        batch: 10,
        since: Seq(0),
    };
    let subscription = hub.hub.add_subscription(&actor(), &new).unwrap().subscription.id;
    assert_eq!(hub.hub.failing(&Reach::All).unwrap(), []);
    hub.hub.pause_subscription(&actor(), subscription).unwrap();
    let before = NOW.0 - 5_000;
    hub.database.beside().run(&format!(
        "UPDATE connector SET last_success_at = {before}, last_failure_at = {}, last_failure = 'rahasia' WHERE id = {bkd}",
        NOW.0
    ));
    let failing = hub.hub.failing(&Reach::All).unwrap();
    let what: Vec<_> = failing.iter().map(|one| (one.what, one.opd.as_str())).collect();
    let expected = [
        (FailingKind::Connector(bkd), "bkd"),
        (FailingKind::Subscription(subscription), "dinkes"),
    ];
    assert_eq!(what, expected);
    assert_eq!(failing[0].since, Timestamp(before));
    // What went wrong inside is for the operators alone.
    for reason in failing.iter().map(|one| &one.reason) {
        assert!(!reason.to(Lang::Id).contains("rahasia") && !reason.to(Lang::En).is_empty());
    }
    for (opd, count) in [("bkd", 1), ("dinkes", 1), ("bappeda", 0)] {
        assert_eq!(hub.hub.failing(&own(opd)).unwrap().len(), count, "{opd}");
    }
    hub.database.beside().run(&format!(
        "UPDATE connector SET last_success_at = {} WHERE id = {bkd}",
        NOW.0
    ));
    hub.hub.resume_subscription(&actor(), subscription).unwrap();
    assert_eq!(hub.hub.failing(&Reach::All).unwrap(), []);
}
