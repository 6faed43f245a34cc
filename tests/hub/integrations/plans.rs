//! The register of thousands of integrations and a person's tasks are found by indexes.

use mahakam::config::DatabaseConfig;
use mahakam::store::Store;
use mahakam::store::integrations::{self, Wanted, holders, moves, notices, parts};
use serde_json::json;

use super::Stage;
use crate::chains::{plan, watch};

/// Integrations beside those of a stage: so many, one in ten of them running and with `bkd`.
fn many(stage: &Stage, count: u32) {
    let mut beside = stage.hub.database.beside();
    beside.run(&format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO integration (year, number, variant, subject, received_on, created_at, moves, state, step, round, entered_on, due)
         SELECT 2025, i, 'new', 'Uji', '2025-01-02', 0, 1, CASE WHEN i % 10 = 0 THEN 'running' ELSE 'closed' END, 3, 1,
             '2025-01-02', CASE WHEN i % 10 = 0 THEN '2025-02-02' END
         FROM n"
    ));
    beside.run(
        "INSERT INTO integration_move (integration_id, seq, act, step, round, happened_on, counted_on, recorded_at, actor, lead)
         SELECT id, 1, 'opened', 1, 1, '2025-01-02', '2025-01-02', 0, 'test', 'stays' FROM integration WHERE year = 2025",
    );
    beside.run(
        "INSERT INTO integration_holder (integration_id, post, opd)
         SELECT id, 'opd', 'bkd' FROM integration WHERE year = 2025 AND state = 'running'",
    );
    beside.run(
        "INSERT INTO integration_party (integration_id, opd_id, side)
         SELECT integration.id, opd.id, 'asker' FROM integration, opd WHERE year = 2025 AND opd.code = 'bkd'",
    );
    beside.run("ANALYZE");
}

#[tokio::test]
async fn nothing_about_integrations_reads_a_whole_table() {
    let stage = Stage::start().await;
    many(&stage, 3_000);
    let config = DatabaseConfig {
        url: stage.hub.database.url().to_owned(),
        pool_size: 1,
    };
    let mut connection = Store::open(&config).unwrap().dedicated().unwrap();
    let seen = watch(&mut connection);
    let posts = [("opd".to_owned(), "bkd".to_owned())];
    let wanted = [
        Wanted::default(),
        Wanted {
            state: Some("running".into()),
            ..Wanted::default()
        },
        Wanted {
            overdue_on: Some("2026-03-02".into()),
            ..Wanted::default()
        },
        Wanted {
            within: Some("bkd".into()),
            below: Some((2026, 1)),
            ..Wanted::default()
        },
    ];
    for wanted in &wanted {
        integrations::register(&mut connection, wanted, 100).unwrap();
    }
    let held = integrations::tasks(&mut connection, &posts, 100).unwrap();
    assert_eq!(held.len(), 100);
    let ids: Vec<i64> = held.iter().map(|row| row.id).take(3).collect();
    holders::of(&mut connection, &ids).unwrap();
    parts::parties(&mut connection, &ids).unwrap();
    parts::contracts(&mut connection, &ids).unwrap();
    moves::of(&mut connection, ids[0]).unwrap();
    notices::unread(&mut connection, 1, &posts, 100).unwrap();
    integrations::running(&mut connection, 0, Some("2026-03-02"), 100).unwrap();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    assert!(seen.len() > 10);
    for text in seen.iter().filter(|text| text.starts_with("SELECT")) {
        let plan = plan(&mut connection, text);
        for line in plan.lines() {
            let whole = line.trim_start().starts_with("SCAN ") && !line.contains("USING");
            let grows = |table: &&str| line.split_whitespace().any(|word| word == *table);
            let tables = [
                "integration",
                "integration_move",
                "integration_holder",
                "integration_party",
            ];
            let whole = whole || line.contains("Seq Scan on");
            assert!(
                !whole || !tables.iter().any(grows),
                "{line}\n\nin\n{plan}\n\nof\n{text}"
            );
        }
    }
}

#[tokio::test]
async fn an_agency_with_many_integrations_is_shown_its_own_page_by_page_and_its_tasks() {
    let stage = Stage::start().await;
    many(&stage, 50);
    let list = stage
        .by("provider", "GET", "/admin/integrations?limit=10")
        .await
        .expect(200);
    let first = &list["integrations"][0];
    assert_eq!(
        (&first["number"], list["integrations"].as_array().unwrap().len()),
        (&json!("2026/1"), 10)
    );
    let late = stage
        .by("provider", "GET", "/admin/integrations?overdue=true")
        .await
        .expect(200);
    assert_eq!(late["integrations"].as_array().unwrap().len(), 5);
    let tasks = stage.by("provider", "GET", "/admin/tasks").await.expect(200);
    assert_eq!(tasks["tasks"].as_array().unwrap().len(), 5);
}
