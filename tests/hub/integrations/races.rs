//! Several at once.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::json;

use super::Stage;
use crate::harness::TestHub;

#[tokio::test]
async fn of_two_who_complete_at_once_one_wins_and_the_other_is_told_what_happened() {
    let stage = Stage::start().await;
    stage.up_to(2).await;
    stage
        .papers(&["integration-document", "database-structure"])
        .await;
    for _ in 0..3 {
        stage
            .complete("asker", 9, json!({}))
            .await
            .problem(409, "step-refused");
    }
    let answers = join_all((0..6).map(|_| stage.complete("asker", 2, json!({})))).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(won, 1);
    for lost in answers.iter().filter(|answer| answer.status != 200) {
        let lost = lost.problem(409, "step-refused");
        assert!(
            lost["detail"].as_str().unwrap().contains("Saudara asker"),
            "{lost}"
        );
    }
    let mut beside = stage.hub.database.beside();
    assert_eq!(
        beside.number("SELECT count(*) FROM integration_move WHERE step = 2"),
        1
    );
}

#[tokio::test]
async fn numbers_of_a_year_have_no_gaps_and_no_doubles_with_two_hubs() {
    let stage = Stage::without().await;
    let other = TestHub::builder()
        .on(&stage.hub.database)
        .clock(stage.clock.clone())
        .start()
        .await;
    let body = json!({"subject": "Uji", "parties": [{"opd": "dinkes", "side": "asker"}]});
    let bad = json!({"subject": "Uji", "parties": [{"opd": "tidakada", "side": "asker"}]});
    let calls = (0..24).map(|turn| {
        let hub = if turn % 2 == 0 { &stage.hub } else { &other };
        let body = if turn % 5 == 4 { &bad } else { &body };
        let call = hub
            .call("POST", "/admin/integrations")
            .key(crate::harness::ADMIN_KEY);
        async move { call.json(body).await }
    });
    let answers = join_all(calls).await;
    let opened = answers.iter().filter(|answer| answer.status == 201);
    let mut numbers: Vec<String> = opened
        .map(|answer| answer.json()["number"].as_str().unwrap().to_owned())
        .collect();
    numbers.sort_by_key(|number| number.split('/').nth(1).unwrap().parse::<u32>().unwrap());
    let expected: Vec<String> = (1..=numbers.len())
        .map(|number| format!("2026/{number}"))
        .collect();
    assert_eq!((numbers.len(), numbers), (20, expected));
    let _ = Arc::strong_count(&stage.hub.database);
}
