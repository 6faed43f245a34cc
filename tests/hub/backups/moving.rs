//! `mahakam move`: from SQLite to PostgreSQL. Only where the suite has a PostgreSQL.

use std::future::ready;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::records;
use crate::harness::{Beside, Child, Database, TestHub, eventually, on_postgres, program};
use crate::log::verified;

/// The agency and the dataset that are moved.
const CONTRACT: &str = include_str!("../../../samples/contracts/bkd-hari_libur.yaml");
const DATASET: &str = "bkd/hari_libur/v1";

/// A SQLite database with a dataset in it, and the key of its owner.
struct Source {
    folder: tempfile::TempDir,
    key: String,
}

impl Source {
    fn filled(lines: usize) -> Self {
        let mut source = Source {
            folder: tempfile::tempdir().unwrap(),
            key: String::new(),
        };
        std::fs::write(source.folder.path().join("libur.yaml"), CONTRACT).unwrap();
        let days: String = (0..lines)
            .map(|n| {
                let (year, month, day) = (2000 + n / 336, 1 + n / 28 % 12, 1 + n % 28);
                format!("{{\"tanggal\":\"{year}-{month:02}-{day:02}\",\"nama\":\"Hari \\\"ke\\\" {n} \\\\ ü\",\"jenis\":\"libur_nasional\"}}\n")
            })
            .collect();
        std::fs::write(source.folder.path().join("libur.ndjson"), days).unwrap();
        source.json(&["opd", "add", "bkd", "Badan Kepegawaian Daerah"]);
        source.key = source.json(&["app", "add", "bkd", "SIMPEG"])["key"]
            .as_str()
            .unwrap()
            .to_owned();
        source.json(&["contract", "register", "libur.yaml", "--publish"]);
        source.json(&["load", "libur.ndjson", "--dataset", DATASET]);
        source
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("hub.db").display())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(&self.url());
        command
            .env("USER", "penguji")
            .current_dir(self.folder.path())
            .args(arguments);
        command
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.command(&[&["--json"], arguments].concat()).output().unwrap();
        told(&output)
    }

    fn move_to(&self, database: &Database) -> Output {
        let mut command = self.command(&["--json", "move"]);
        command.env("MAHAKAM_MOVE_TO", database.url()).output().unwrap()
    }

    fn begin_move_to(&self, database: &Database) -> std::process::Child {
        let mut command = self.command(&["move"]);
        command.env("MAHAKAM_MOVE_TO", database.url());
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn number(&self, sql: &str) -> i64 {
        use diesel::Connection as _;
        let file = self.folder.path().join("hub.db");
        Beside::Sqlite(diesel::SqliteConnection::establish(file.to_str().unwrap()).unwrap()).number(sql)
    }

    /// The key of its secrets, as a setting.
    fn secret_key(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("secret.key"))
            .unwrap()
            .trim()
            .to_owned()
    }
}

fn told(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn everything_moves_and_is_proven_equal_and_feeds_go_on() {
    if !on_postgres() {
        return;
    }
    let source = Source::filled(700);
    let target = Arc::new(Database::empty());
    let moved = told(&source.move_to(&target));
    let of = |table: &str| {
        let tables = moved["tables"].as_array().unwrap();
        tables
            .iter()
            .find(|moved| moved["table"] == table)
            .unwrap()
            .clone()
    };
    assert_eq!(of("record")["rows"], 700);
    assert_eq!(of("change")["rows"], 700);
    assert!(moved["verified"].as_i64().unwrap() > 700, "{moved}");
    assert!(!moved["to"].as_str().unwrap().contains("postgres:postgres@"));
    let verdict = verified(&target);
    assert!(verdict.ok, "{:?}", verdict.faults);
    assert_eq!(
        source.number("SELECT count(*) FROM record"),
        700,
        "nothing goes from the source"
    );

    let feed = "SELECT count(*) FROM dataset WHERE feed =";
    let hub = TestHub::builder()
        .on(&target)
        .setting("MAHAKAM_SECRET_KEY", source.secret_key())
        .start()
        .await;
    let libur = hub.api(DATASET, Some(&source.key));
    let page = libur.get("/changes?since=0&limit=1").await.expect(200);
    let id = page["feed"].as_str().unwrap();
    assert_eq!(
        source.number(&format!("{feed} '{id}'")),
        1,
        "feeds keep their ids"
    );
    let first = libur.record("2000-01-01").await.expect(200);
    assert_eq!(first["nama"], "Hari \"ke\" 0 \\ ü");
    // What is numbered goes on behind what was moved.
    libur
        .push(json!({"tanggal": "2027-01-01", "nama": "Baru", "jenis": "libur_nasional"}))
        .await
        .is(201);
    hub.new_application("lain", "baru");
    assert!(verified(&target).ok);
}

#[tokio::test]
async fn a_place_that_is_not_empty_is_refused() {
    if !on_postgres() {
        return;
    }
    let source = Source::filled(3);
    let target = Database::create();
    target
        .beside()
        .run("INSERT INTO opd (code, name, created_at) VALUES ('lain', 'Lain', 0)");
    let refused = source.move_to(&target);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("not empty (opd: 1 rows)"), "{said}");
    assert_eq!(records(&target), 0);
}

#[tokio::test]
async fn a_move_that_is_killed_leaves_nothing_and_is_started_again() {
    if !on_postgres() {
        return;
    }
    let source = Source::filled(8_000);
    let target = Database::empty();
    let mut killed = 0;
    for round in 1..=6 {
        let mut process = source.begin_move_to(&target);
        tokio::time::sleep(Duration::from_millis(150 * round)).await;
        if process.try_wait().unwrap().is_some() {
            break;
        }
        process.kill().unwrap();
        process.wait().unwrap();
        let there = target.beside().number(
            "SELECT coalesce((SELECT sum(n_live_tup) FROM pg_stat_user_tables WHERE relname = 'record'), 0)",
        );
        if there == 8_000 {
            // It was through, and only looked at what it had moved.
            break;
        }
        assert_eq!(there, 0);
        killed += 1;
    }
    assert!(killed > 0, "it was too fast to be killed");
    if killed == 6 {
        told(&source.move_to(&target));
    }
    assert_eq!(records(&target), 8_000);
    assert!(verified(&target).ok);
}

#[tokio::test]
async fn a_source_that_is_worked_with_is_not_moved() {
    if !on_postgres() {
        return;
    }
    let source = Source::filled(3);
    let target = Database::empty();
    let serving = Child::start_as(source.command(&[])).await;
    let refused = source.move_to(&target);
    drop(serving);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let says = String::from_utf8(refused.stderr).unwrap();
    assert!(says.contains("Stop it first"), "{says}");
}

#[tokio::test]
async fn nobody_begins_to_work_with_a_source_that_is_being_moved() {
    if !on_postgres() {
        return;
    }
    let source = Source::filled(3);
    let target = Database::empty();
    // The move waits until it is alone there, with the source already its own.
    let mut other = target.beside();
    let mut moving = source.begin_move_to(&target);
    let connected = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    eventually("the move is connected", || {
        ready((other.number(connected) > 0).then_some(()))
    })
    .await;
    let refused = source.command(&["opd", "list"]).output().unwrap();
    moving.kill().unwrap();
    moving.wait().unwrap();
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let says = String::from_utf8(refused.stderr).unwrap();
    assert!(says.contains("being restored or moved"), "{says}");
    assert!(source.command(&["opd", "list"]).status().unwrap().success());
}

#[tokio::test]
async fn a_move_needs_a_target_and_the_right_kinds() {
    let source = Source::filled(1);
    let unnamed = source.command(&["move"]).output().unwrap();
    assert_eq!(unnamed.status.code(), Some(2), "{unnamed:?}");
    let same = source.command(&["move", "sqlite:lain.db"]).output().unwrap();
    assert_eq!(same.status.code(), Some(1));
    assert!(
        String::from_utf8(same.stderr)
            .unwrap()
            .contains("must be a PostgreSQL database")
    );
    let mut none = source.command(&["move", "postgres://nobody@127.0.0.1:1/x"]);
    let none = none
        .env("MAHAKAM_DATABASE_URL", "sqlite:tiada.db")
        .output()
        .unwrap();
    assert_eq!(none.status.code(), Some(1));
    assert!(!source.folder.path().join("tiada.db").exists());
}
