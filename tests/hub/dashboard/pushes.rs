//! The last pushes of an agency.

use mahakam::access::rules::Reach;
use mahakam::hub::RecentPush;

use super::{open, own, person, sum};
use crate::harness::TestHub;
use crate::harness::contracts::pegawai;

fn pushes(hub: &TestHub, opd: &str) -> Vec<RecentPush> {
    hub.hub.recent_pushes(&own(opd), &opd.parse().unwrap()).unwrap()
}

fn told(push: &RecentPush) -> (&str, u64, u64) {
    (&push.outcome, push.stored, push.rejected)
}

#[tokio::test]
async fn the_last_pushes_are_told_newest_first_with_what_was_stored_and_refused() {
    let (hub, api) = open(&pegawai()).await;
    let clock = hub.hub.clock();
    for n in 1..=25 {
        clock.advance(10);
        api.push(person(n)).await.is(201);
    }
    clock.advance(10);
    api.push(r#"{"nip":"1"}"#).await.is(422);
    clock.advance(10);
    api.lines(format!("{}\n{}\n{{}}\n", person(91), person(92)))
        .await
        .is(200);
    clock.advance(10);
    api.record("000000000000000001").await.is(200);
    sum(&hub, 28).await;
    let pushes = pushes(&hub, "bkd");
    assert_eq!(pushes.len(), 20);
    assert_eq!(told(&pushes[0]), ("ok", 2, 1));
    assert_eq!(told(&pushes[1]), ("contract-violated", 0, 1));
    assert_eq!(told(&pushes[2]), ("ok", 1, 0));
    assert!(pushes.is_sorted_by_key(|push| std::cmp::Reverse(push.at)));
    assert_eq!(pushes[0].dataset.as_deref(), Some("bkd/pegawai/v1"));
    assert!(pushes[0].application.as_deref().unwrap().starts_with("uji"));
    // Its rejections are found by the exchange.
    let kept = api
        .get(&format!("/rejections?exchange={}", pushes[0].exchange))
        .await;
    assert_eq!(kept.expect(200)["rejections"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_push_is_found_behind_any_number_of_calls_that_take() {
    let (hub, api) = open(&pegawai()).await;
    api.push(person(1)).await.is(201);
    for _ in 0..1_010 {
        api.record("000000000000000001").await.is(200);
    }
    sum(&hub, 1_011).await;
    let pushes = pushes(&hub, "bkd");
    assert_eq!(pushes.len(), 1);
    assert_eq!(told(&pushes[0]), ("ok", 1, 0));
}

#[tokio::test]
async fn nobody_is_told_of_the_pushes_of_another_agency() {
    let (hub, api) = open(&pegawai()).await;
    api.push(person(1)).await.is(201);
    let dkp = api.with_key(Some(&hub.key("dkp")));
    dkp.push(person(2)).await.is(201);
    sum(&hub, 2).await;
    assert_eq!((pushes(&hub, "bkd").len(), pushes(&hub, "dkp").len()), (1, 1));
    let bkd = "bkd".parse().unwrap();
    let refused = hub.hub.recent_pushes(&own("dinkes"), &bkd).unwrap_err();
    assert_eq!(refused.code(), "forbidden");
    assert_eq!(hub.hub.recent_pushes(&Reach::All, &bkd).unwrap().len(), 1);
}
