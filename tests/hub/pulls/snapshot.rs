//! Complete pulls: what vanished at the system vanishes here, within bounds, or nothing happens at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::{Asked, Reply, System, add, expected, hub_with, list, run, stored};

/// A system with as many records as this says, on two pages.
fn shrinking() -> (System, Arc<AtomicUsize>) {
    let size = Arc::new(AtomicUsize::new(20));
    let of = Arc::clone(&size);
    let system = System::start(move |asked: &Asked| {
        let (count, from) = (of.load(Ordering::SeqCst), asked.number("skip"));
        Reply::Json(match from {
            0 => list(0, count / 2),
            _ if from < count => list(from, count - from),
            _ => "[]".into(),
        })
    });
    (system, size)
}

#[tokio::test]
async fn what_vanished_at_the_system_vanishes_as_far_as_that_is_allowed() {
    let (system, size) = shrinking();
    let hub = hub_with(&system).await;
    let paging = json!({"by": "offset", "parameter": "skip"});
    let id = add(
        &hub,
        &json!({"kind": "snapshot", "paging": paging, "max_delete": "0.25"}),
    )
    .await;
    let first = run(&hub, id).await;
    assert_eq!(
        (&first["outcome"], &first["created"]),
        (&json!("ok"), &json!(20)),
        "{first}"
    );
    size.store(16, Ordering::SeqCst);
    let second = run(&hub, id).await;
    assert_eq!(
        (&second["deleted"], &second["unchanged"]),
        (&json!(4), &json!(16)),
        "{second}"
    );
    assert_eq!(stored(&hub).await, expected(16));
    size.store(2, Ordering::SeqCst);
    let third = run(&hub, id).await;
    assert_eq!(
        (&third["outcome"], &third["reason"]["code"]),
        (&json!("failed"), &json!("too-many-vanish"))
    );
    assert_eq!(stored(&hub).await, expected(16));
}

#[tokio::test]
async fn a_snapshot_that_breaks_off_or_holds_a_wrong_record_changes_nothing() {
    let system = System::start(|asked: &Asked| {
        let first = asked.number("skip") == 0;
        Reply::Json(match (asked.before, first) {
            (_, true) => list(0, 10),
            (0..4, false) => "[{\"id\":".into(),
            // The last record of the page before comes once more.
            (_, false) if asked.number("skip") == 10 => "[{\"id\":false}]".into(),
            (4..6, false) => "[{\"id\":\"000009\"},{\"id\":false}]".into(),
            _ => list(9, 1),
        })
    });
    let hub = hub_with(&system).await;
    let paging = json!({"by": "offset", "parameter": "skip"});
    let id = add(&hub, &json!({"kind": "snapshot", "paging": paging})).await;
    let mut codes = Vec::new();
    loop {
        let run = run(&hub, id).await;
        if run["outcome"] == "ok" {
            break;
        }
        assert!(stored(&hub).await.is_empty());
        codes.push(run["reason"]["code"].as_str().unwrap().to_owned());
    }
    assert_eq!(codes, ["answer-cut", "answer-cut", "snapshot-rejected"]);
    assert_eq!(stored(&hub).await, expected(10));
}
