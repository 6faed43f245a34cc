//! Deadlines, pauses, and days that lie back.

use serde_json::{Value, json};

use super::Stage;

fn due(shown: &Value) -> &str {
    shown["due"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn the_first_clock_starts_on_the_day_on_which_the_letter_was_received() {
    let mut stage = Stage::without().await;
    // Friday: the next working day is Monday, today.
    stage.number = stage.open("key", json!({"received_on": "2026-02-27"})).await;
    let shown = stage.shown().await;
    assert_eq!((due(&shown), &shown["overdue"]), ("2026-03-02", &json!(false)));
    assert_eq!(shown["whole"]["due_from"], "2026-05-27");
    // Four months later is a Saturday; it is rolled on.
    assert_eq!(shown["whole"]["due"], "2026-06-29");
    // Four working days back, and in another year: with a reason, and under that year's number.
    let early = json!({"received_on": "2025-12-30"});
    stage.opening("key", early).await.problem(400, "bad-body");
    let early = json!({"received_on": "2025-12-30", "reason": "Berjalan sebelum hub"});
    stage.number = stage.open("key", early).await;
    assert_eq!(stage.number, "2025/1");
    let shown = stage.shown().await;
    assert_eq!((due(&shown), &shown["overdue"]), ("2025-12-31", &json!(true)));
    let ahead = stage.opening("key", json!({"received_on": "2026-03-03"})).await;
    ahead.problem(400, "bad-body");
}

#[tokio::test]
async fn holidays_are_read_from_the_hubs_own_dataset_and_a_deadline_follows_them() {
    let mut stage = Stage::without().await;
    let mut holidays = crate::harness::contracts::barang();
    holidays["dataset"] = "hari_libur".into();
    holidays["key"] = json!(["/tanggal"]);
    holidays["schema"]["required"] = json!(["tanggal"]);
    holidays["schema"]["properties"] = json!({"tanggal": {"type": "string"}});
    let api = stage.hub.publish(&holidays);
    stage.number = stage.open("asker", json!({})).await;
    assert_eq!(due(&stage.shown().await), "2026-03-03");
    api.lines("{\"tanggal\":\"2026-03-03\"}\n{\"tanggal\":\"2026-03-04\"}\n")
        .await
        .is(200);
    assert_eq!(due(&stage.shown().await), "2026-03-05");
    // The register follows when the job looks at it.
    stage.hub.hub.look_at_deadlines().unwrap();
    let list = stage
        .by("auditor", "GET", "/admin/integrations")
        .await
        .expect(200);
    assert_eq!(list["integrations"][0]["due"], "2026-03-05");
}

#[tokio::test]
async fn what_happens_after_office_hours_counts_as_the_next_day() {
    let mut stage = Stage::without().await;
    // Sixteen o'clock.
    stage.clock.advance(7 * 3_600_000);
    stage.hub.hub.refresh().unwrap();
    stage.number = stage.open("key", json!({})).await;
    let shown = stage.shown().await;
    assert_eq!(
        (&shown["received_on"], &shown["entered_on"]),
        (&json!("2026-03-02"), &json!("2026-03-03"))
    );
    assert_eq!(due(&shown), "2026-03-04");
}

#[tokio::test]
async fn clocks_stand_while_an_integration_is_paused() {
    let mut stage = Stage::without().await;
    stage.number = stage.open("key", json!({"received_on": "2026-02-26"})).await;
    let pause = |body: Value| stage.about("administrator", "POST", "/pause").json(body);
    pause(json!({"reason": "Menunggu anggaran"}))
        .await
        .problem(400, "bad-body");
    pause(json!({"letter": "800/12"})).await.problem(400, "bad-body");
    let said = json!({"reason": "Menunggu anggaran", "letter": "800/12", "on": "2026-02-26"});
    for who in ["asker", "team"] {
        let refused = stage.about(who, "POST", "/pause").json(said.clone()).await;
        refused.problem(403, "step-of-others");
    }
    let shown = pause(said.clone()).await.expect(200);
    assert_eq!((&shown["state"], due(&shown)), (&json!("paused"), "none"));
    assert!(shown["holders"].as_array().unwrap().is_empty());
    pause(said).await.problem(409, "step-refused");
    stage
        .complete("asker", 1, json!({}))
        .await
        .problem(409, "step-refused");
    let resume = json!({});
    let shown = stage
        .about("supervisor", "POST", "/resume")
        .json(resume)
        .await
        .expect(200);
    // Received on Thursday, paused on that day, on again on Monday: Tuesday is the first day.
    assert_eq!((&shown["state"], due(&shown)), (&json!("running"), "2026-03-03"));
    let timeline = stage.timeline().await;
    assert_eq!(
        timeline["pauses"],
        json!([{"from": "2026-02-26", "until": "2026-03-02"}])
    );
    assert_eq!(timeline["whole"]["working_days"], 0);
    let cancel = json!({"reason": "Batal", "letter": "800/13"});
    let refused = stage
        .about("supervisor", "POST", "/cancel")
        .json(cancel.clone())
        .await;
    refused.problem(403, "step-of-others");
    let shown = stage
        .about("administrator", "POST", "/cancel")
        .json(cancel)
        .await
        .expect(200);
    assert_eq!(shown["state"], "cancelled");
    stage
        .about("supervisor", "POST", "/resume")
        .json(json!({}))
        .await
        .problem(409, "step-refused");
    let last = &stage.timeline().await["rounds"][0]["steps"][0]["moves"][3];
    assert_eq!(
        (&last["act"], &last["letter"]),
        (&json!("cancelled"), &json!("800/13"))
    );
}

#[tokio::test]
async fn a_day_lies_neither_ahead_nor_before_the_last_move_and_far_back_only_with_a_reason() {
    let mut stage = Stage::without().await;
    let early = json!({"received_on": "2026-02-02", "reason": "Terlambat dicatat"});
    stage.number = stage.open("key", early).await;
    stage.papers(&["request-letter", "application-data"]).await;
    let on = |day: &str| stage.complete("asker", 1, json!({"on": day}));
    for day in ["2026-03-03", "2026-01-30", "2026-02-24"] {
        on(day).await.problem(400, "bad-body");
    }
    for day in ["02-03-2026", "2026-02-30"] {
        on(day).await.problem(422, "contract-violated");
    }
    // Three working days back.
    on("2026-02-25").await.is(200);
    let moves = stage.timeline().await["rounds"][0]["steps"][0]["moves"].clone();
    assert_eq!(moves[1]["happened_on"], "2026-02-25");
    assert!(
        moves[1]["recorded_at"]
            .as_str()
            .unwrap()
            .starts_with("2026-03-02T")
    );
    stage.papers(&["disposition"]).await;
    let before = json!({"on": "2026-02-24", "reason": "Uji"});
    stage
        .complete("administrator", 1, before)
        .await
        .problem(400, "bad-body");
    stage
        .complete("administrator", 1, json!({"on": "2026-02-26"}))
        .await
        .is(200);
    let steps = stage.timeline().await["rounds"][0]["steps"].clone();
    // Due on the third of February, done on the twenty-sixth: eighteen working days.
    let first = &steps[0];
    assert_eq!(
        (
            &first["due"],
            &first["left_on"],
            &first["working_days"],
            &first["late"]
        ),
        (
            &json!("2026-02-03"),
            &json!("2026-02-26"),
            &json!(18),
            &json!(true)
        )
    );
    assert_eq!(
        (&steps[1]["entered_on"], &steps[1]["due"]),
        (&json!("2026-02-26"), &json!("2026-02-27"))
    );
}
