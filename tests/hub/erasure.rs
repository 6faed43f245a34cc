//! What is erased: a record for good by `mahakam erase`, and old versions by their contract; the log still verifies.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mahakam::types::{Clock, RecordKey};
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, NOW, TestHub, actor, contracts, eventually, program};
use crate::log::{ended, orang, verified};

const DAY: i64 = 86_400_000;

fn erase(hub: &TestHub, arguments: &[&str]) -> std::process::Output {
    program(hub.database.url())
        .env("USER", "penguji")
        .args(["erase", "--dataset", "bkd/orang/v1", "--json"])
        .args(arguments)
        .output()
        .unwrap()
}

/// The versions of a record, newest first, each with whether it was erased.
async fn versions(api: &crate::harness::Api, key: &str) -> Vec<(String, Value, bool)> {
    let history = api.get(&format!("/records/{key}/history")).await.expect(200);
    let versions = history["versions"].as_array().unwrap().iter();
    versions
        .map(|version| {
            let op = version["op"].as_str().unwrap().to_owned();
            (op, version["data"].clone(), version["erased"] == true)
        })
        .collect()
}

#[tokio::test]
async fn what_a_record_held_is_erased_with_its_refused_payloads_and_the_log_still_verifies() {
    let hub = TestHub::start().await;
    let api = hub.publish(&orang());
    for name in ["Rahasia", "Rahasia Baru"] {
        let payload = json!({"id": "a", "nik": "6472", "nama": name});
        assert!([200, 201].contains(&api.push(payload).await.status));
    }
    api.push(json!({"id": "a", "nik": 6472, "nama": "Rahasia Salah"}))
        .await
        .is(422);
    api.push(json!({"id": "b", "nik": "6473", "nama": "Orang Lain"}))
        .await
        .is(201);
    let output = erase(&hub, &["--key", "a", "--reason", "Putusan 12/2026", "--yes"]);
    assert!(output.status.success(), "{output:?}");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        told,
        json!({"dataset": "bkd/orang/v1", "key": "a", "deleted": true, "versions": 2, "rejections": 1})
    );
    api.record("a").await.is(404);
    api.record("b").await.is(200);
    let erased: Vec<_> = versions(&api, "a").await;
    let expected = [("delete", false), ("put", true), ("put", true)];
    for ((op, data, gone), (expected_op, expected_gone)) in std::iter::zip(&erased, expected) {
        assert_eq!((op.as_str(), *gone), (expected_op, expected_gone));
        assert_eq!(*data, Value::Null);
    }
    assert_eq!(erased.len(), 3);
    let feed = api.all_changes(0, 10).await;
    let told: Vec<_> = feed.iter().map(|change| change["erased"] == true).collect();
    assert_eq!(told, [true, true, false, false]);
    let mut beside = hub.database.beside();
    for (table, column) in [("change", "payload"), ("rejection", "body")] {
        let text = if column == "body" && crate::harness::on_postgres() {
            "encode(body, 'escape')".to_owned()
        } else {
            format!("CAST({column} AS TEXT)")
        };
        let held = format!("SELECT count(*) FROM {table} WHERE {text} LIKE '%Rahasia%'");
        assert_eq!(beside.number(&held), 0, "{table}");
    }
    let audited = "SELECT count(*) FROM audit WHERE actor = 'cli:penguji' AND action = 'record.erase' \
                   AND target = 'bkd/orang/v1' AND after LIKE '%Putusan 12/2026%'";
    assert_eq!(beside.number(audited), 1);
    // The key may be used again, also for what was there before.
    api.push(json!({"id": "a", "nik": "6472", "nama": "Rahasia"}))
        .await
        .is(201);
    drop(beside);
    let database = ended(hub);
    let verdict = verified(&database);
    assert!(verdict.ok, "{:#?}", verdict.faults);
    assert_eq!(verdict.erased, 2);
}

#[tokio::test]
async fn what_was_read_before_it_was_erased_is_not_given_once_more() {
    let hub = TestHub::start().await;
    let mut contract = orang();
    contract["kind"] = json!("transaction");
    let api = hub.publish(&contract);
    let payload = json!({"id": "a", "nik": "6472", "nama": "Rahasia"});
    api.push(payload).await.is(201);
    for _ in 0..2 {
        assert!(api.record("a").await.is(200).body.contains("Rahasia"));
    }
    let output = erase(&hub, &["--key", "a", "--reason", "Putusan 12/2026", "--yes"]);
    assert!(output.status.success(), "{output:?}");
    let answer = api.record("a").await;
    assert!(!answer.body.contains("Rahasia"), "{}", answer.body);
}

#[tokio::test]
async fn a_record_that_is_pushed_while_it_is_erased_stands_whole_or_is_gone() {
    let hub = TestHub::start().await;
    let api = hub.publish(&contracts::barang());
    api.push(r#"{"id":"a","n":0}"#).await.is(201);
    let over = Arc::new(AtomicBool::new(false));
    let pushers: Vec<_> = (1..=3)
        .map(|pusher| {
            let (api, over) = (api.apart(), Arc::clone(&over));
            tokio::spawn(async move {
                let mut n = 0;
                while !over.load(Ordering::SeqCst) {
                    n += 1;
                    let answer = api.push(json!({"id": "a", "n": n, "by": pusher})).await;
                    assert!([200, 201].contains(&answer.status), "{answer:?}");
                    // Nobody erased what stands.
                    let stands = api.record("a").await;
                    match stands.status {
                        404 => {}
                        _ => assert_eq!(stands.expect(200)["id"], "a"),
                    }
                }
            })
        })
        .collect();
    let (actor, id, key) = (
        actor(),
        "bkd/barang/v1".parse().unwrap(),
        RecordKey::parse("a").unwrap(),
    );
    let mut erased = 0;
    for _ in 0..60 {
        match hub.hub.erase(&actor, &id, &key, "Putusan").await {
            Ok(_) => erased += 1,
            // It was written anew each time.
            Err(error) => assert_eq!(error.code(), "overloaded"),
        }
    }
    over.store(true, Ordering::SeqCst);
    for pusher in pushers {
        pusher.await.unwrap();
    }
    hub.hub.erase(&actor, &id, &key, "Putusan").await.unwrap();
    assert!(erased > 0);
    api.record("a").await.is(404);
    let held = "SELECT count(*) FROM change WHERE payload IS NOT NULL";
    assert_eq!(hub.database.beside().number(held), 0);
    let database = ended(hub);
    let verdict = verified(&database);
    assert!(verdict.ok, "{:#?}", verdict.faults);
}

#[tokio::test]
async fn what_is_erased_leaves_the_log_of_sqlite_as_soon_as_nobody_reads_it() {
    let hub = TestHub::start().await;
    let api = hub.publish(&contracts::barang());
    let Some(file) = hub.database.file() else {
        // PostgreSQL's log is its own.
        return;
    };
    let log = format!("{}-wal", file.display());
    let holds = || {
        let bytes = std::fs::read(&log).unwrap();
        bytes.windows(7).any(|some| some == b"Rahasia")
    };
    api.push(r#"{"id":"a","nama":"Rahasia"}"#).await.is(201);
    let mut reader = hub.database.beside();
    reader.run("BEGIN; SELECT count(*) FROM change");
    let erasing = {
        let hub = Arc::clone(&hub.hub);
        tokio::spawn(async move {
            let (id, key) = ("bkd/barang/v1".parse().unwrap(), RecordKey::parse("a").unwrap());
            hub.erase(&actor(), &id, &key, "Putusan").await
        })
    };
    let audited = "SELECT count(*) FROM audit WHERE action = 'record.erase'";
    eventually("it is erased", || async {
        (hub.database.beside().number(audited) == 1).then_some(())
    })
    .await;
    assert!(holds(), "the reader keeps it there");
    reader.run("COMMIT");
    erasing.await.unwrap().unwrap();
    assert!(!holds());
}

#[tokio::test]
async fn nothing_is_erased_without_a_reason_or_by_mistake() {
    let hub = TestHub::start().await;
    let api = hub.publish(&orang());
    api.push(json!({"id": "a", "nik": "6472"})).await.is(201);
    for arguments in [
        &["--key", "a", "--reason", "x"][..],
        &["--key", "a", "--reason", " ", "--yes"],
        &["--key", "tiada", "--reason", "x", "--yes"],
    ] {
        let output = erase(&hub, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
        assert!(!output.stderr.is_empty());
    }
    assert_eq!(erase(&hub, &["--key", "a", "--yes"]).status.code(), Some(2));
    api.record("a").await.is(200);
}

#[tokio::test]
async fn versions_that_were_replaced_longer_ago_than_the_contract_keeps_them_are_erased() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let mut contract = contracts::barang();
    contract["retention"] = json!({"history": "P10D"});
    let api = hub.publish(&contract);
    let later = |days: i64| {
        clock.advance(days * DAY);
        hub.hub.refresh().unwrap();
    };
    let forget = || while hub.hub.forget_history().unwrap().1 {};
    // Where there is nothing to forget, nobody who writes is kept waiting, nor waited for.
    let mut writer = hub.database.beside();
    writer.run(match hub.database.file() {
        Some(_) => "BEGIN IMMEDIATE",
        None => "BEGIN; LOCK TABLE change IN SHARE ROW EXCLUSIVE MODE",
    });
    forget();
    writer.run("COMMIT");
    api.push(r#"{"id":"a","n":1}"#).await.is(201);
    api.push(r#"{"id":"b","n":1}"#).await.is(201);
    later(20);
    // Whatever its age, what stands is no history.
    forget();
    assert_eq!(api.record("a").await.expect(200)["n"], 1);
    api.push(r#"{"id":"a","n":2}"#).await.is(200);
    later(5);
    api.push(r#"{"id":"a","n":3}"#).await.is(200);
    forget();
    assert_eq!(
        versions(&api, "a")
            .await
            .iter()
            .filter(|version| version.2)
            .count(),
        0
    );
    later(6);
    forget();
    let erased: Vec<bool> = versions(&api, "a")
        .await
        .iter()
        .map(|version| version.2)
        .collect();
    assert_eq!(
        erased,
        [false, false, true],
        "the first was replaced eleven days ago"
    );
    later(10);
    forget();
    forget();
    let erased: Vec<bool> = versions(&api, "a")
        .await
        .iter()
        .map(|version| version.2)
        .collect();
    assert_eq!(erased, [false, true, true]);
    assert_eq!(api.record("b").await.expect(200)["n"], 1);
    assert_eq!(api.all_changes(0, 10).await.len(), 4);
    let database = ended(hub);
    let verdict = verified(&database);
    assert!(verdict.ok, "{:#?}", verdict.faults);
}

#[tokio::test]
async fn a_backup_by_command_is_in_the_audit_log() {
    let hub = TestHub::start().await;
    hub.publish(&contracts::barang());
    let folder = tempfile::tempdir().unwrap();
    let output = program(hub.database.url())
        .current_dir(folder.path())
        .env("USER", "penguji")
        .args(["backup", "cadangan.zip"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let audit = hub
        .call("GET", "/admin/audit?action=backup.make")
        .key(ADMIN_KEY)
        .await
        .expect(200);
    let entry = &audit["actions"][0];
    assert_eq!(entry["actor"], "cli:penguji", "{audit}");
    assert_eq!(entry["target"], "cadangan.zip");
}
