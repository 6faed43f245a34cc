//! Datasets that are out of date against what was agreed.

use mahakam::access::rules::Reach;
use mahakam::types::Timestamp;
use serde_json::json;

use super::{HOUR, open, own, pass, person, sum};
use crate::harness::ADMIN_KEY;
use crate::harness::contracts::{barang, named, pegawai};

fn at(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text)
}

#[tokio::test]
async fn data_that_came_by_a_clock_that_was_ahead_does_not_count_as_come_when_it_is_right() {
    const YEAR: i64 = 365 * 24 * HOUR;
    let mut contract = pegawai();
    contract["update"] = json!({"every": "hourly"});
    let (hub, api) = open(&contract).await;
    pass(&hub, YEAR);
    api.push(person(1)).await.is(201);
    sum(&hub, 1).await;
    let late = || hub.hub.out_of_date(&Reach::All).unwrap().len();
    assert_eq!(late(), 0);
    pass(&hub, -YEAR + 2 * HOUR);
    assert_eq!(late(), 1);
    api.push(person(2)).await.is(201);
    assert_eq!(late(), 0);
}

#[tokio::test]
async fn a_dataset_is_late_from_the_agreed_time_on_until_data_comes() {
    let mut contract = pegawai();
    contract["update"] = json!({"every": "daily", "by": "06:00"});
    let (hub, api) = open(&contract).await;
    let mut never = named(barang(), "kosong");
    never["update"] = json!({"every": "hourly"});
    hub.publish(&never);
    hub.publish(&named(barang(), "bebas"));
    api.push(person(1)).await.is(201);
    let late = |reach: &Reach| {
        let late = hub.hub.out_of_date(reach).unwrap();
        let told = late
            .into_iter()
            .map(|one| (one.dataset.to_string(), one.late_since));
        told.collect::<Vec<_>>()
    };
    assert_eq!(late(&Reach::All), []);
    let all = hub.hub.freshness(&own("bkd")).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].due, at("2026-03-21T06:00:00+08:00"));
    // What never came is late from the first time on at which it was due.
    pass(&hub, 2 * HOUR);
    let kosong = ("bkd/kosong/v1".to_owned(), at("2026-03-20T10:46:40.120Z"));
    assert_eq!(late(&Reach::All), std::slice::from_ref(&kosong));
    let metrics = hub.call("GET", "/metrics").key(ADMIN_KEY).await;
    for line in [
        r#"mahakam_dataset_overdue{opd="bkd",dataset="bkd/kosong/v1"} 1.0"#,
        r#"mahakam_dataset_overdue_seconds{opd="bkd",dataset="bkd/kosong/v1"} 3600.0"#,
        r#"mahakam_dataset_overdue{opd="bkd",dataset="bkd/pegawai/v1"} 0.0"#,
    ] {
        assert!(
            metrics.body.lines().any(|known| known == line),
            "{line}: {}",
            metrics.body
        );
    }
    pass(&hub, 12 * HOUR);
    let pegawai = ("bkd/pegawai/v1".to_owned(), at("2026-03-21T06:00:00+08:00"));
    assert_eq!(late(&own("bkd")), [kosong.clone(), pegawai]);
    assert_eq!(late(&own("dinkes")), []);
    let first = &hub.hub.out_of_date(&Reach::All).unwrap()[1];
    assert_eq!(first.last_change, Some(crate::harness::NOW));
    assert_eq!(first.opd_name.as_deref(), Some("Dinas bkd"));
    // Data that came and changed nothing is fresh, data that was all refused is not.
    api.lines("{}\n").await.is(422);
    sum(&hub, 2).await;
    assert_eq!(late(&Reach::All).len(), 2);
    api.push(person(1)).await.is(200);
    sum(&hub, 3).await;
    assert_eq!(late(&Reach::All), [kosong]);
}
