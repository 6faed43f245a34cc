//! The disk of a hub on SQLite, and file handles.

use std::process::Command;

use serde_json::json;

use super::{Load, holds, prepared};
use crate::harness::{
    Api, Child, Database, Disk, Fault, TestHub, contracts, eventually, on_postgres, program,
};
use crate::outages::{is_away, works_again};

/// The real program on a disk that works for now.
async fn on(disk: &Disk, database: &Database) -> Child {
    let mut program = program(database.url());
    disk.under(&mut program);
    Child::start_as(program).await
}

fn barang(child: &Child, key: &str) -> Api {
    child.api("bkd/barang/v1", key)
}

#[tokio::test]
async fn on_a_full_disk_writes_are_503_reads_go_on_and_with_room_everything_works_again() {
    if on_postgres() {
        // There the disk is the database's: `faults::postgres`.
        return;
    }
    let hub = TestHub::start().await;
    hub.publish(&contracts::barang());
    let mut persons = contracts::named(contracts::barang(), "warga");
    persons["personal_data"] = json!(["/id"]);
    hub.publish(&persons).push(r#"{"id":"a"}"#).await.is(201);
    let (database, key) = (std::sync::Arc::clone(&hub.database), hub.key("bkd"));
    drop(hub);
    let disk = Disk::new();
    let child = on(&disk, &database).await;
    let barang = barang(&child, &key);
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let load = Load::begin(&barang, "load");
    eventually("pushes are acknowledged", || async {
        (load.count() >= 50).then_some(())
    })
    .await;
    disk.fails(Fault::Full, "hub.db");
    // What was under way may still have found room.
    eventually("the disk is full", || async {
        let answer = barang.push(r#"{"id":"b"}"#).await;
        (answer.status == 503).then(|| is_away(&answer))
    })
    .await;
    is_away(&barang.put("a", r#"{"id":"a","n":1}"#).await);
    is_away(&barang.delete("a").await);
    let bulk = barang.lines("{\"id\":\"c\"}\n{\"id\":\"d\"}").await;
    is_away(&bulk);
    assert_eq!(bulk.json()["created"], 0);
    barang.record("a").await.is(200);
    barang.get("/records").await.is(200);
    barang.get("/changes").await.is(200);
    // What is shown of persons is logged first: where that can't be, nothing is shown.
    is_away(&child.api("bkd/warga/v1", &key).record("a").await);
    disk.works(Fault::Full);
    works_again(&barang).await;
    child.api("bkd/warga/v1", &key).record("a").await.is(200);
    let before = load.count();
    eventually("pushes are acknowledged again", || async {
        (load.count() > before).then_some(())
    })
    .await;
    let acknowledged = load.end().await;
    let feed = holds(&barang, &acknowledged).await;
    for refused in ["b", "c", "d"] {
        let stored = feed.iter().any(|change| change["key"] == refused);
        assert!(!stored || refused == "b", "{refused} was refused and is stored");
    }
}

#[tokio::test]
async fn where_a_bulk_can_not_be_laid_aside_it_is_503_and_stores_nothing() {
    if on_postgres() {
        // The file is the same; the program needs no database of its own for this.
        return;
    }
    let (database, key) = prepared(Database::create()).await;
    let disk = Disk::new();
    let child = on(&disk, &database).await;
    let barang = barang(&child, &key);
    // SQLite's own names of files that are removed as they are made.
    disk.fails(Fault::Full, "etilqs_");
    let lines: String = (0..20_000)
        .map(|n| format!("{{\"id\":\"k{n}\",\"x\":\"{}\"}}\n", "y".repeat(600)))
        .collect();
    let send = |path: &str| {
        barang
            .call("POST", path)
            .body("application/x-ndjson", lines.clone())
    };
    is_away(&send("/records?atomic=true").await);
    assert_eq!(barang.all_changes(0, 10).await.len(), 0);
    // Nothing else needs that file.
    barang.push(r#"{"id":"a"}"#).await.is(201);
    disk.works(Fault::Full);
    let report = send("/records?atomic=true").await.expect(200);
    assert_eq!(report["created"], 20_000);
}

#[tokio::test]
async fn after_a_disk_that_failed_under_a_commit_the_program_ends_and_started_anew_has_all_that_was_acknowledged()
 {
    if on_postgres() {
        return;
    }
    for fault in [Fault::Sync, Fault::ReadOnly] {
        let (database, key) = prepared(Database::create()).await;
        let disk = Disk::new();
        let mut child = on(&disk, &database).await;
        let api = barang(&child, &key);
        let load = Load::begin(&api, "load");
        eventually("pushes are acknowledged", || async {
            (load.count() >= 50).then_some(())
        })
        .await;
        disk.fails(fault, "hub.db");
        // It answers 503 while there is somebody to answer, and whoever watches it starts it again.
        let ended = tokio::task::spawn_blocking(move || (child.wait(), child));
        let (status, child) = ended.await.unwrap();
        assert_eq!(status.code(), Some(1), "{fault:?}");
        let acknowledged = load.end().await;
        drop(child);
        disk.works(fault);
        let child = on(&disk, &database).await;
        let api = barang(&child, &key);
        works_again(&api).await;
        holds(&api, &acknowledged).await;
    }
}

#[tokio::test]
async fn a_hub_that_has_no_file_handle_left_comes_back_when_there_are_some() {
    let (database, key) = prepared(Database::create()).await;
    let inner = program(database.url());
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 120; exec \"$0\" \"$@\""]);
    limited.arg(inner.get_program()).env_clear();
    for (name, value) in inner.get_envs() {
        limited.env(name, value.unwrap());
    }
    let child = Child::start_as(limited).await;
    let barang = barang(&child, &key);
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let address = child.url.trim_start_matches("http://").to_owned();
    let idle: Vec<_> = (0..200)
        .filter_map(|_| std::net::TcpStream::connect(&address).ok())
        .collect();
    assert!(idle.len() > 100, "{}", idle.len());
    // Whoever has a connection is served, or told to come again.
    for n in 0..20 {
        let answer = barang.push(json!({"id": format!("k{n}")})).await;
        if answer.status != 201 {
            is_away(&answer);
        }
    }
    drop(idle);
    works_again(&barang.apart()).await;
}
