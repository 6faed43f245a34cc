//! Codes that die and are issued again: references are judged at a date.

use mahakam::types::{Clock, Timestamp};
use serde_json::{Value, json};

use super::{kunjungan, lines, violation, wilayah, wilayah_with_periods};
use crate::harness::{Api, NOW, TestHub};

/// What refers at its own date.
fn dated() -> Value {
    kunjungan(json!({"at": "/tanggal", "on_delete": "ignore"}))
}

/// Whether `kode` is accepted at each of these dates.
async fn accepted(api: &Api, kode: &str, dates: &[&str]) -> Vec<bool> {
    let mut accepted = Vec::new();
    for date in dates {
        let answer = api
            .post("/validate", json!({"id": "x", "kode": kode, "tanggal": date}))
            .await;
        assert!([200, 422].contains(&answer.status), "{answer:?}");
        accepted.push(answer.status == 200);
    }
    accepted
}

#[tokio::test]
async fn a_code_holds_in_its_periods_over_all_versions() {
    let (hub, wilayah) = TestHub::with(wilayah_with_periods()).await;
    let kunjungan = hub.publish(&dated());
    wilayah
        .push(r#"{"kode":"64.02.19","dari":"2000-01-01","sampai":"2019-12-31"}"#)
        .await
        .is(201);
    let dates = [
        "1999-12-31",
        "2000-01-01",
        "2019-12-31",
        "2020-01-01",
        "2024-06-01",
        "2026-03-20",
    ];
    let holds = accepted(&kunjungan, "64.02.19", &dates).await;
    assert_eq!(holds, [false, true, true, false, false, false]);
    // The code is issued again for something else; the past stays true.
    wilayah
        .push(r#"{"kode":"64.02.19","dari":"2024-06-01"}"#)
        .await
        .is(200);
    let holds = accepted(&kunjungan, "64.02.19", &dates).await;
    assert_eq!(holds, [false, true, true, false, true, true]);
    // A deletion ends it on the day it is made; a later version replaces one with the same begin.
    wilayah.delete("64.02.19").await.is(200);
    let dates = ["2019-12-31", "2024-06-01", "2026-03-19", "2026-03-20"];
    assert_eq!(
        accepted(&kunjungan, "64.02.19", &dates).await,
        [true, true, true, false]
    );
    wilayah
        .push(r#"{"kode":"64.02.19","dari":"2024-06-01","sampai":"2024-12-31"}"#)
        .await
        .is(201);
    assert_eq!(
        accepted(&kunjungan, "64.02.19", &dates).await,
        [true, true, false, false]
    );
}

#[tokio::test]
async fn without_a_date_it_is_judged_today() {
    let (hub, wilayah) = TestHub::with(wilayah_with_periods()).await;
    let kunjungan = hub.publish(&dated());
    wilayah
        .push(r#"[{"kode":"a","dari":"2026-03-20"},{"kode":"b","dari":"2026-03-21"}]"#)
        .await
        .is(200);
    for tanggal in [
        "",
        r#","tanggal":null"#,
        r#","tanggal":"kemarin""#,
        r#","tanggal":"2026-03-20T23:00:00Z""#,
    ] {
        let push = |kode: &str| kunjungan.push(format!("{{\"id\":\"x\",\"kode\":\"{kode}\"{tanggal}}}"));
        assert!(push("a").await.status < 300, "{tanggal}");
        let problem = push("b").english().await.expect(422);
        let message = violation(&problem)["message"].as_str().unwrap();
        assert_eq!(
            message,
            "'b' does not hold in pod/wilayah/v1 on 2026-03-20. Check the code and the date."
        );
    }
    // 16:00 in UTC is midnight in Kalimantan Timur.
    hub.hub.clock().advance(7 * 3_600_000);
    hub.hub.refresh().unwrap();
    kunjungan.push(r#"{"id":"y","kode":"b"}"#).await.is(201);
}

#[tokio::test]
async fn today_and_the_day_of_a_deletion_are_those_of_the_office() {
    // A quarter to five in the afternoon of the twentieth in WITA, a quarter past midnight in Kiritimati.
    let hub = TestHub::builder()
        .setting("MAHAKAM_TIME_ZONE", "Pacific/Kiritimati")
        .clock(Clock::fixed(Timestamp(NOW.0 + 30 * 60_000)))
        .start()
        .await;
    let (wilayah, kunjungan) = (hub.publish(&wilayah_with_periods()), hub.publish(&dated()));
    wilayah
        .push(r#"[{"kode":"a","dari":"2026-03-21"},{"kode":"b","dari":"2026-03-22"},{"kode":"c","dari":"2000-01-01"}]"#)
        .await
        .is(200);
    let undated = |kode: &str| json!({"id": kode, "kode": kode}).to_string();
    kunjungan.push(undated("a")).await.is(201);
    kunjungan.post("/validate", undated("a")).await.is(200);
    let problem = kunjungan.push(undated("b")).english().await.expect(422);
    let message = violation(&problem)["message"].as_str().unwrap();
    assert!(message.contains("on 2026-03-21"), "{message}");
    // As one, all of it is judged by the same day.
    for (kode, status) in [("a", 200), ("b", 422)] {
        let body = format!("{}\n", json!({"id": format!("{kode}2"), "kode": kode}));
        let call = kunjungan.call("POST", "/records?atomic=true");
        call.body("application/x-ndjson", body).await.is(status);
    }
    // A code that is deleted today held yesterday for the last time.
    wilayah.delete("c").await.is(200);
    let dates = ["2026-03-20", "2026-03-21"];
    assert_eq!(accepted(&kunjungan, "c", &dates).await, [true, false]);
}

#[tokio::test]
async fn periods_that_came_with_a_later_version_hold_for_what_was_written_before() {
    let (hub, api) = TestHub::with(wilayah()).await;
    api.push(r#"{"kode":"a","dari":"2000-01-01","sampai":"2010-12-31"}"#)
        .await
        .is(201);
    api.push(r#"{"kode":"a","dari":"2015-01-01"}"#).await.is(200);
    api.push(r#"{"kode":"b"}"#).await.is(201);
    let kunjungan = hub.publish(&dated());
    let dates = ["1990-01-01", "2005-01-01", "2012-01-01", "2020-01-01"];
    assert_eq!(accepted(&kunjungan, "a", &dates).await, [true; 4]);
    let mut contract = wilayah_with_periods();
    contract["version"] = "1.1.0".into();
    hub.publish_uncompared(&contract);
    assert_eq!(
        accepted(&kunjungan, "a", &dates).await,
        [false, true, false, true]
    );
    // What names no period always holds.
    assert_eq!(accepted(&kunjungan, "b", &dates).await, [true; 4]);
}

#[tokio::test]
async fn a_long_history_is_read_to_its_beginning() {
    let (hub, wilayah) = TestHub::with(wilayah_with_periods()).await;
    let kunjungan = hub.publish(&dated());
    let versions: Vec<Value> = (0..450)
        .map(|n| json!({"kode": "a", "dari": format!("{:04}-01-01", 1_500 + n), "sampai": format!("{:04}-06-30", 1_500 + n)}))
        .collect();
    wilayah.lines(lines(&versions)).await.is(200);
    let dates = [
        "1499-12-31",
        "1500-06-30",
        "1500-07-01",
        "1949-01-01",
        "1950-01-01",
    ];
    assert_eq!(
        accepted(&kunjungan, "a", &dates).await,
        [false, true, false, true, false]
    );
    wilayah.push(r#"{"kode":"a","dari":"1950-01-01"}"#).await.is(200);
    assert_eq!(
        accepted(&kunjungan, "a", &dates).await,
        [false, true, false, true, true]
    );
}

#[tokio::test]
async fn within_one_body_periods_count_in_order() {
    let mut contract = wilayah_with_periods();
    contract["references"] =
        json!([{"field": "/induk", "dataset": "pod/wilayah/v1", "at": "/dari", "on_delete": "ignore"}]);
    let (_hub, wilayah) = TestHub::with(contract).await;
    let body = [
        json!({"kode": "64", "dari": "2000-01-01"}),
        json!({"kode": "64.02", "induk": "64", "dari": "1999-01-01"}),
        json!({"kode": "64.03", "induk": "64", "dari": "2001-01-01"}),
        json!({"$delete": "64"}),
        json!({"kode": "64.04", "induk": "64", "dari": "2001-01-01"}),
        json!({"kode": "64.05", "induk": "64"}),
    ];
    let answer = wilayah.lines(lines(&body)).await.expect(200);
    let refused: Vec<&Value> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| &fault["line"])
        .collect();
    assert_eq!(refused, [2, 6], "{answer}");
    // The same as a whole: by what stands in the end.
    let body = [
        json!({"kode": "7.1", "induk": "7", "dari": "2001-01-01"}),
        json!({"kode": "7", "dari": "2000-01-01"}),
    ];
    let call = wilayah
        .call("POST", "/records?atomic=true")
        .body("application/x-ndjson", lines(&body));
    call.await.is(200);
}
