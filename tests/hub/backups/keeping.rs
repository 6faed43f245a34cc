//! Backups by schedule, on request, listed, measured, and let go of.

use std::sync::Arc;

use mahakam::access::Role;
use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Database, NOW, TestHub, eventually};

/// A day in milliseconds.
const DAY: i64 = 86_400_000;

async fn hub_with(folder: &tempfile::TempDir, clock: &Clock, database: Option<&Arc<Database>>) -> TestHub {
    let mut builder = TestHub::builder()
        .setting("MAHAKAM_BACKUP_FOLDER", folder.path().display())
        .setting("MAHAKAM_BACKUP_KEEP", 2)
        .clock(clock.clone());
    if let Some(database) = database {
        builder = builder.on(database);
    }
    builder.start().await
}

fn advance(hub: &TestHub, clock: &Clock, milliseconds: i64) {
    clock.advance(milliseconds);
    hub.hub.refresh().unwrap();
}

async fn listed(hub: &TestHub) -> Value {
    hub.call("GET", "/admin/backups").key(ADMIN_KEY).await.expect(200)
}

fn files(folder: &tempfile::TempDir) -> Vec<String> {
    let mut files: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_backup_is_made_when_the_schedule_says_so_and_the_oldest_goes() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::fixed(NOW));
    let hub = hub_with(&folder, &clock, None).await;
    std::fs::write(folder.path().join("milik-orang.zip"), "x").unwrap();
    assert!(!hub.hub.backup_if_due().unwrap(), "not yet");
    let state = &listed(&hub).await["state"];
    assert_eq!(state["scheduled"], true);
    // Half past one in the morning of the day after, in the province.
    assert_eq!(state["next_at"], "2026-03-20T17:30:00.000Z");
    for day in 1..=4 {
        advance(&hub, &clock, DAY);
        // The hub's own job may have been faster.
        hub.hub.backup_if_due().unwrap();
        assert!(!hub.hub.backup_if_due().unwrap(), "once a day");
        let made = eventually("it is listed", || async {
            let list = listed(&hub).await;
            let made = list["backups"].as_array().unwrap().len() == day;
            (made && list["state"]["running"] == false).then_some(list)
        })
        .await;
        let newest = &made["backups"][0];
        assert_eq!(
            (&newest["cause"], &newest["verified"]),
            (&json!("schedule"), &json!(true))
        );
        assert_eq!(newest["failure"], Value::Null);
    }
    let there = files(&folder);
    assert_eq!(
        there,
        [
            "mahakam-20260323T094640Z.zip",
            "mahakam-20260324T094640Z.zip",
            "milik-orang.zip"
        ]
    );
    let list = listed(&hub).await;
    let removed: Vec<bool> = list["backups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|backup| backup["removed_at"].is_string())
        .collect();
    assert_eq!(removed, [false, false, true, true]);
}

#[tokio::test]
async fn of_two_hubs_one_makes_the_backup() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::fixed(NOW));
    let first = hub_with(&folder, &clock, None).await;
    let second = hub_with(&folder, &clock, Some(&first.database)).await;
    advance(&first, &clock, DAY);
    second.hub.refresh().unwrap();
    std::thread::scope(|scope| {
        for hub in [&first, &second, &first, &second] {
            scope.spawn(|| hub.hub.backup_if_due().unwrap());
        }
    });
    eventually("it is listed", || async {
        let list = listed(&first).await;
        (list["state"]["running"] == false && list["backups"][0]["id"].is_i64()).then_some(())
    })
    .await;
    assert_eq!(listed(&first).await["backups"].as_array().unwrap().len(), 1);
    assert_eq!(files(&folder).len(), 1);
}

#[tokio::test]
async fn who_operates_has_one_made_now_and_sees_what_came_of_it() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::fixed(NOW));
    let hub = hub_with(&folder, &clock, None).await;
    let operator = hub.person("siti", &[Role::Operator], None).await;
    let started = hub
        .call("POST", "/admin/backups")
        .cookie(&operator)
        .await
        .expect(202);
    assert_eq!(started["running"], true);
    let made = eventually("it is made", || async {
        let list = listed(&hub).await;
        list["backups"][0]["id"].is_i64().then_some(list)
    })
    .await;
    let made = &made["backups"][0];
    assert_eq!(
        (&made["cause"], &made["verified"]),
        (&json!("person:siti"), &json!(true))
    );
    let file = std::fs::read(folder.path().join(made["file"].as_str().unwrap())).unwrap();
    assert_eq!(made["bytes"], file.len());
    assert_eq!(made["sha256"], mahakam::types::Digest::of(&file).to_string());
    clock.advance(3_000);
    let metrics = hub.call("GET", "/metrics").key(ADMIN_KEY).await;
    for line in [
        "mahakam_backup_failed 0.0",
        "mahakam_backup_age_seconds 3.0",
        "mahakam_backup_last_success_timestamp_seconds 1774000000.0",
    ] {
        assert!(metrics.body.contains(line), "{line} in {}", metrics.body);
    }
}

#[tokio::test]
async fn a_backup_that_fails_is_told_and_deletes_nothing() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::fixed(NOW));
    let hub = hub_with(&folder, &clock, None).await;
    advance(&hub, &clock, DAY);
    hub.hub.backup_if_due().unwrap();
    eventually("it is made", || async {
        (files(&folder).len() == 1).then_some(())
    })
    .await;
    // A file where the next one is to be.
    std::fs::write(folder.path().join("mahakam-20260322T094640Z.zip"), "x").unwrap();
    advance(&hub, &clock, DAY);
    hub.hub.backup_if_due().unwrap();
    let list = eventually("it is told", || async {
        let list = listed(&hub).await;
        (list["backups"].as_array().unwrap().len() == 2).then_some(list)
    })
    .await;
    let failed = &list["backups"][0];
    assert!(
        failed["failure"].as_str().unwrap().contains("exists already"),
        "{failed}"
    );
    assert_eq!(
        (&failed["verified"], &failed["bytes"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(files(&folder).len(), 2);
    assert_eq!(
        list["state"]["next_at"], "2026-03-22T10:01:40.120Z",
        "tried again soon"
    );
}

#[tokio::test]
async fn without_a_folder_nothing_is_made_and_it_is_said_what_to_set() {
    let hub = TestHub::start().await;
    let refused = hub.call("POST", "/admin/backups").key(ADMIN_KEY).english().await;
    let refused = refused.expect(409);
    assert_eq!(refused["code"], "maintenance-refused");
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("MAHAKAM_BACKUP_FOLDER")
    );
    hub.call("GET", "/admin/backups").await.is(401);
}
