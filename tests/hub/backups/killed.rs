//! A restore that is killed leaves the database that was there, or the new one, whole.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use super::{Shell, filled, records};
use crate::harness::{Database, eventually, on_postgres, program};
use crate::log::{ended, verified};

/// How often it is killed, each time later.
const ROUNDS: u64 = 12;

#[tokio::test]
async fn a_restore_that_is_killed_leaves_one_database_or_the_other() {
    let (hub, barang) = filled(0).await;
    let lines: String = (0..3_000).map(|n| format!("{{\"id\":\"n{n}\"}}\n")).collect();
    barang.lines(&lines).await.is(200);
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    barang.push(json!({"id": "sesudah"})).await.is(201);
    let database = ended(hub);
    let mut seen = [0, 0];
    for round in 0..ROUNDS {
        let mut process = program(database.url())
            .current_dir(shell.folder.path())
            .args(["restore", "a.zip", "--over"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(15 * round * round)).await;
        kill_all(&process);
        process.wait().unwrap();
        alone(&database).await;
        let there = records(&database);
        assert!(
            there == 3_000 || there == 3_001,
            "{there} records after round {round}"
        );
        seen[usize::from(there == 3_000)] += 1;
        let verdict = verified(&database);
        assert!(verdict.ok, "round {round}: {:?}", verdict.faults);
    }
    assert!(
        seen[0] > 0,
        "it was killed before it was done at least once: {seen:?}"
    );
    shell.json(&["restore", "a.zip", "--over"]);
    assert_eq!(records(&database), 3_000);
    assert!(verified(&database).ok);
}

/// Kills a program and what it started, as the end of a machine does: a child that lives on may only now connect.
fn kill_all(process: &Child) {
    // It may have ended already.
    let _ = Command::new("kill")
        .args(["-9", "--", &format!("-{}", process.id())])
        .stderr(Stdio::null())
        .status();
}

/// Waits until PostgreSQL has let go of whom the killed one left behind.
async fn alone(database: &Database) {
    if !on_postgres() {
        return;
    }
    let others = "SELECT count(*) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    eventually("nobody is left", || async {
        (database.beside().number(others) == 0).then_some(())
    })
    .await;
}
