//! More is asked for than can be done: whoever asks too much is told so early, and nobody else.

use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{Answer, Beside, TestHub, contracts, eventually, on_postgres};

/// A hub whose queue holds eight pushes of 4,000 bytes.
async fn narrow() -> TestHub {
    TestHub::builder()
        .setting("MAHAKAM_MAX_RECORD_BYTES", 10_000)
        .setting("MAHAKAM_MAX_DRY_BYTES", 10_000)
        .setting("MAHAKAM_QUEUE_BYTES", 40_960)
        .start()
        .await
}

/// Keeps all writes waiting until it is let go.
fn hold(hub: &TestHub) -> Beside {
    let mut beside = hub.database.beside();
    beside.run(if on_postgres() {
        "BEGIN; SELECT * FROM dataset_head FOR UPDATE"
    } else {
        "BEGIN IMMEDIATE"
    });
    beside
}

#[tokio::test]
async fn a_loud_application_is_refused_before_it_takes_the_room_of_a_quiet_one() {
    let hub = narrow().await;
    let loud = hub.publish(&contracts::libur());
    let quiet = loud.with_key(Some(&hub.key("bappeda")));
    let mut held = hold(&hub);
    let filler = "x".repeat(4_000);
    let loud_calls: Vec<_> = (0..60)
        .map(|n| {
            let payload = json!({"id": format!("loud-{n}"), "x": filler});
            tokio::spawn(loud.push(payload).into_future())
        })
        .collect();
    eventually("the loud one has as much waiting as it may", || async {
        let refused = loud_calls.iter().filter(|call| call.is_finished()).count();
        (refused >= 50).then_some(())
    })
    .await;
    let quiet_calls: Vec<_> = (0..2)
        .map(|n| {
            let payload = json!({"id": format!("quiet-{n}"), "x": filler});
            tokio::spawn(quiet.apart().push(payload).into_future())
        })
        .collect();
    // Reading needs no room there.
    quiet.get("/records").await.is(200);
    held.run("COMMIT");
    for call in quiet_calls {
        call.await.unwrap().is(201);
    }
    let answers: Vec<Answer> = join_all(loud_calls)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let stored = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(stored > 0, "the loud one is served as well");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        answer.problem(503, "overloaded");
        assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
    }
    assert_eq!(loud.all_records(100).await.len(), stored + 2);
}

#[tokio::test]
async fn a_bulk_of_a_loud_application_waits_and_a_quiet_one_is_never_refused_meanwhile() {
    let hub = narrow().await;
    let loud = hub.publish(&contracts::libur());
    let quiet = loud.with_key(Some(&hub.key("bappeda")));
    let lines: String = (0..4_000)
        .map(|n| format!("{{\"id\":\"loud-{n}\",\"x\":\"{}\"}}\n", "x".repeat(300)))
        .collect();
    let bulks: Vec<_> = (0..4)
        .map(|_| tokio::spawn(loud.apart().lines(&lines).into_future()))
        .collect();
    let mut pushed = 0;
    while pushed == 0 || bulks.iter().any(|bulk| !bulk.is_finished()) {
        quiet.push(json!({"id": format!("quiet-{pushed}")})).await.is(201);
        pushed += 1;
    }
    for bulk in bulks {
        bulk.await.unwrap().is(200);
    }
    assert_eq!(loud.all_records(1_000).await.len(), 4_000 + pushed);
}
