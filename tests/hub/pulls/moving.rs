//! Systems whose records move from page to page while the pages are read.

use std::sync::Mutex;

use serde_json::json;

use super::{Asked, Reply, System, add, expected, hub_with, manage, run, stored};

/// A system that lists 25 records in the order in which they changed, ten a page from any offset on; the first one of the
/// list changes after each of the first `times` requests.
fn moving(times: usize) -> System {
    let list: Mutex<Vec<(usize, usize)>> = Mutex::new((0..25).map(|n| (n, n)).collect());
    System::start(move |asked: &Asked| {
        let mut list = list.lock().unwrap();
        let from = asked.number("lewati");
        let items: Vec<String> = list
            .iter()
            .skip(from)
            .take(10)
            .map(|(n, at)| format!("{{\"id\":\"{n:06}\",\"at\":{at}}}"))
            .collect();
        if asked.before < times {
            let (first, _) = list.remove(0);
            let newest = list.last().unwrap().1;
            list.push((first, newest + 1));
        }
        Reply::Json(format!("[{}]", items.join(",")))
    })
}

fn by_offset() -> serde_json::Value {
    json!({
        "paging": {"by": "offset", "parameter": "lewati"},
        "bookmark": {"pointer": "/at", "parameter": "sejak"}
    })
}

#[tokio::test]
async fn a_record_that_moves_to_a_page_that_was_read_is_read_all_the_same() {
    let system = moving(1);
    let hub = hub_with(&system).await;
    let id = add(&hub, &by_offset()).await;
    let ended = run(&hub, id).await;
    assert_eq!(
        (&ended["outcome"], &ended["bookmark_after"]),
        (&json!("ok"), &json!(25))
    );
    let ids: Vec<_> = stored(&hub)
        .await
        .iter()
        .map(|record| json!({"id": record["id"]}))
        .collect();
    assert_eq!(ids, expected(25), "none was lost");
}

#[tokio::test]
async fn where_records_move_all_the_time_the_run_fails_and_its_bookmark_stays() {
    let system = moving(usize::MAX);
    let hub = hub_with(&system).await;
    let id = add(&hub, &by_offset()).await;
    let ended = run(&hub, id).await;
    assert_eq!(
        (&ended["outcome"], &ended["reason"]["code"]),
        (&json!("failed"), &json!("pages-moved")),
        "{ended}"
    );
    let shown = manage(&hub, "GET", &format!("/admin/pulls/{id}"), None)
        .await
        .expect(200);
    assert_eq!(shown["state"]["bookmark"], json!(null));
    assert!(!stored(&hub).await.is_empty(), "what came is kept");
}

#[tokio::test]
async fn a_snapshot_whose_records_move_changes_nothing() {
    let system = moving(1);
    let hub = hub_with(&system).await;
    let paging = json!({"by": "offset", "parameter": "lewati"});
    let id = add(&hub, &json!({"paging": paging, "kind": "snapshot"})).await;
    assert_eq!(run(&hub, id).await["reason"]["code"], "pages-moved");
    assert!(stored(&hub).await.is_empty());
    assert_eq!(run(&hub, id).await["outcome"], "ok");
    assert_eq!(stored(&hub).await.len(), 25);
}

#[tokio::test]
async fn pages_of_a_single_record_are_read_to_the_end() {
    let system = System::start(|asked: &Asked| Reply::Json(super::part(asked.number("lewati"), 1, 5)));
    let hub = hub_with(&system).await;
    let paging = json!({"by": "offset", "parameter": "lewati"});
    let id = add(&hub, &json!({"paging": paging})).await;
    assert_eq!(run(&hub, id).await["received"], 5);
    assert_eq!(stored(&hub).await, expected(5));
}

#[tokio::test]
async fn a_system_whose_pages_begin_at_multiples_alone_is_read_without_overlap() {
    let system =
        System::start(|asked: &Asked| Reply::Json(super::part(asked.number("lewati") / 10 * 10, 10, 30)));
    let hub = hub_with(&system).await;
    let paging = |overlap: bool| json!({"by": "offset", "parameter": "lewati", "overlap": overlap});
    let id = add(&hub, &json!({"paging": paging(true)})).await;
    assert_eq!(run(&hub, id).await["outcome"], "failed");
    let id = add(&hub, &json!({"paging": paging(false)})).await;
    let ended = run(&hub, id).await;
    assert_eq!(
        (&ended["outcome"], &ended["received"]),
        (&json!("ok"), &json!(30))
    );
    assert_eq!(stored(&hub).await, expected(30));
}
