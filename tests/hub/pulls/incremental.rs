//! Incremental pulls: from where the last one ended, every digit as sent, refused records kept.

use serde_json::json;

use super::{Asked, Reply, System, add, hub_with, manage, pulled, run, stored};
use crate::harness::contracts;

/// A system whose records have a moment at which they changed, and that gives out those since a moment.
fn changing() -> System {
    System::start(|asked: &Asked| {
        let since = asked.parameter("sejak").trim_start_matches('>').to_owned();
        let later = asked.before > 0;
        let all = [
            ("a", "2026-03-01T00:00:00", true),
            ("c", "2026-03-03T00:00:00", true),
            ("b", "2026-03-02T00:00:00", true),
            ("d", "2026-03-04T00:00:00", later),
        ];
        let found = all.iter().filter(|(_, at, there)| *there && **at >= *since);
        let items: Vec<String> = found
            .map(|(id, at, _)| format!("{{\"id\":\"{id}\",\"at\":\"{at}\"}}"))
            .collect();
        Reply::Json(format!("[{}]", items.join(",")))
    })
}

#[tokio::test]
async fn the_next_run_asks_from_the_greatest_value_of_the_last_one_that_went_well() {
    let system = changing();
    let hub = hub_with(&system).await;
    let rule =
        json!({"pointer": "/at", "parameter": "sejak", "template": ">{bookmark}", "first": "2026-03-02"});
    let id = add(&hub, &json!({"bookmark": rule})).await;
    let first = run(&hub, id).await;
    assert_eq!(
        (&first["received"], &first["bookmark_before"]),
        (&json!(2), &json!(null)),
        "{first}"
    );
    assert_eq!(first["bookmark_after"], "2026-03-03T00:00:00");
    let second = run(&hub, id).await;
    assert_eq!(second["bookmark_before"], "2026-03-03T00:00:00");
    assert_eq!(
        (&second["received"], &second["created"], &second["unchanged"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(second["bookmark_after"], "2026-03-04T00:00:00");
    let asked: Vec<String> = system
        .asked()
        .iter()
        .map(|asked| asked.parameter("sejak").to_owned())
        .collect();
    assert_eq!(asked, [">2026-03-02", ">2026-03-03T00:00:00"]);
    // Another meaning of the bookmark begins anew.
    let settings = super::settings(&json!({"bookmark": {"pointer": "/id", "parameter": "sejak"}}));
    let body = json!({"settings": settings});
    let changed = manage(&hub, "PATCH", &format!("/admin/pulls/{id}"), Some(&body))
        .await
        .expect(200);
    assert_eq!(changed["state"]["bookmark"], json!(null));
}

#[tokio::test]
async fn a_bookmark_does_not_move_when_a_run_fails() {
    let system = System::start(|asked: &Asked| match asked.parameter("hal") {
        "1" => Reply::Json("[{\"id\":\"a\",\"n\":12345678901234567890123}]".into()),
        _ if asked.before < 3 => Reply::Json("<html>".into()),
        _ => Reply::Json("[]".into()),
    });
    let hub = hub_with(&system).await;
    let rule = json!({"pointer": "/n", "parameter": "sejak"});
    let paging = json!({"by": "page", "parameter": "hal"});
    let id = add(&hub, &json!({"bookmark": rule, "paging": paging})).await;
    assert_eq!(run(&hub, id).await["outcome"], "failed");
    let path = format!("/admin/pulls/{id}");
    let shown = manage(&hub, "GET", &path, None).await.expect(200);
    assert_eq!(shown["state"]["bookmark"], json!(null));
    while run(&hub, id).await["outcome"] != "ok" {}
    let shown = manage(&hub, "GET", &path, None).await;
    assert!(
        shown.body.contains("\"bookmark\":12345678901234567890123,"),
        "{shown:?}"
    );
}

#[tokio::test]
async fn records_are_stored_to_the_last_digit_with_and_without_a_mapping() {
    let item = "{\"id\": \"a\", \"besar\": 12345678901234567890, \"rasio\": 64.10, \"nol\": -0, \"e\": 1E+5}";
    let kept = "{\"id\":\"a\",\"besar\":12345678901234567890,\"rasio\":64.10,\"nol\":-0,\"e\":1E+5}";
    let system = System::start(move |_: &Asked| Reply::Json(format!("[{item}]")));
    let hub = hub_with(&system).await;
    for mapping in [
        json!({}),
        json!({"mapping": "."}),
        json!({"mapping": "{id, besar, rasio, nol, e}"}),
    ] {
        assert_eq!(pulled(&hub, &mapping).await["outcome"], "ok");
        let api = hub.api("bkd/barang/v1", Some(&hub.key("bkd")));
        assert_eq!(api.record("a").await.body, kept, "{mapping}");
    }
}

#[tokio::test]
async fn what_breaks_the_contract_is_kept_as_rejected_and_the_rest_is_stored() {
    let system = System::start(|_: &Asked| {
        Reply::Json(
            r#"[{"id":"a"},{"nama":"tanpa id"},{"id":true},{"id":"b","id":"c"},{"id":"d"},{"$delete":"tidak ada"}]"#.into(),
        )
    });
    let hub = hub_with(&system).await;
    let id = add(&hub, &json!({})).await;
    let first = run(&hub, id).await;
    assert_eq!(first["outcome"], "ok", "{first}");
    assert_eq!(
        (&first["received"], &first["created"], &first["rejected"]),
        (&json!(6), &json!(2), &json!(4))
    );
    assert_eq!(stored(&hub).await, [json!({"id": "a"}), json!({"id": "d"})]);
    let api = hub.api("bkd/barang/v1", Some(&hub.key("bkd")));
    let rejections = api.get("/rejections").await.expect(200)["rejections"].clone();
    let rejections = rejections.as_array().unwrap();
    assert_eq!(rejections.len(), 4);
    assert!(
        rejections
            .iter()
            .all(|rejection| rejection["exchange"] == first["exchange"])
    );
    // The log of exchanges tells which pull it was, and for whom.
    let exchange = first["exchange"].as_str().unwrap();
    let logged = manage(&hub, "GET", &format!("/admin/exchanges/{exchange}"), None)
        .await
        .expect(200);
    let part = &logged["parts"][0];
    assert_eq!(
        (&part["action"], &part["opd"]),
        (&json!("scheduled-pull"), &json!("bkd"))
    );
    assert_eq!(part["request_id"], format!("pull-{id}-run-{}", first["id"]));
}

#[tokio::test]
async fn a_transaction_that_comes_again_is_unchanged_and_another_payload_is_rejected() {
    let system = System::start(|asked: &Asked| {
        let n = if asked.before < 2 { 1 } else { 2 };
        Reply::Json(format!("[{{\"id\":\"a\",\"n\":{n}}}]"))
    });
    let hub = hub_with(&system).await;
    hub.publish(&contracts::mutasi());
    let id = add(&hub, &json!({"dataset": "bkd/mutasi/v1"})).await;
    let mut counts = Vec::new();
    for _ in 0..3 {
        let run = run(&hub, id).await;
        counts.push(["created", "unchanged", "rejected"].map(|name| run[name].as_i64().unwrap()));
    }
    assert_eq!(counts, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]);
}

#[tokio::test]
async fn a_run_that_brings_nothing_is_in_the_log_of_exchanges_all_the_same() {
    let system = System::start(|asked: &Asked| match asked.before {
        0 => Reply::Json("[]".into()),
        _ => Reply::Whole(204, vec![], Vec::new()),
    });
    let hub = hub_with(&system).await;
    let id = add(&hub, &json!({})).await;
    for _ in 0..2 {
        let run = run(&hub, id).await;
        assert_eq!((&run["outcome"], &run["received"]), (&json!("ok"), &json!(0)));
        let path = format!("/admin/exchanges/{}", run["exchange"].as_str().unwrap());
        let logged = crate::harness::eventually("it is logged", || async {
            let answer = manage(&hub, "GET", &path, None).await;
            (answer.status == 200).then(|| answer.json())
        })
        .await;
        assert_eq!(logged["parts"][0]["outcome"], "ok");
    }
}

#[tokio::test]
async fn a_day_that_is_still_to_come_hides_nothing_and_a_pull_can_begin_anew() {
    let system = System::start(|asked: &Asked| {
        let at = match asked.before {
            0 => "2026-03-01T00:00:00",
            _ => "9999-12-31T00:00:00",
        };
        Reply::Json(format!("[{{\"id\":\"a\",\"at\":\"{at}\"}}]"))
    });
    let hub = hub_with(&system).await;
    let id = add(
        &hub,
        &json!({"bookmark": {"pointer": "/at", "parameter": "sejak"}}),
    )
    .await;
    assert_eq!(run(&hub, id).await["bookmark_after"], "2026-03-01T00:00:00");
    let refused = run(&hub, id).await;
    assert_eq!(refused["outcome"], "failed");
    assert_eq!(refused["reason"]["code"], "bookmark-ahead", "{refused}");
    let path = format!("/admin/pulls/{id}");
    let kept = manage(&hub, "GET", &path, None).await.expect(200);
    assert_eq!(kept["state"]["bookmark"], "2026-03-01T00:00:00");
    let anew = manage(&hub, "POST", &format!("{path}/restart"), None)
        .await
        .expect(200);
    assert_eq!(anew["state"]["bookmark"], json!(null));
    run(&hub, id).await;
    assert_eq!(system.asked().last().unwrap().parameter("sejak"), "");
}
