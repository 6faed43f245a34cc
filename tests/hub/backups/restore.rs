//! `mahakam backup` and `mahakam restore`, end to end.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use serde_json::json;

use super::{Shell, bring_key, filled, push, records};
use crate::harness::{Database, Disk, Fault, TestHub, on_postgres, program};
use crate::log::{ended, verified};

#[tokio::test]
async fn a_backup_made_while_serving_is_restored_into_an_empty_place() {
    let (hub, barang) = filled(20).await;
    let feed = barang.get("/changes?since=0").await.expect(200)["feed"].clone();
    let shell = Shell::on(&hub.database);
    let writer = async { push(&barang, 100..160).await };
    let made = tokio::task::spawn_blocking({
        let (database, file) = (Arc::clone(&hub.database), shell.path("a.zip"));
        move || {
            program(database.url())
                .args(["--json", "backup"])
                .arg(file)
                .output()
                .unwrap()
        }
    });
    let (made, ()) = tokio::join!(made, writer);
    let made = made.unwrap();
    assert!(made.status.success(), "{made:?}");
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let manifest = &made["manifest"];
    let mark = manifest["feeds"]
        .as_array()
        .unwrap()
        .iter()
        .find(|mark| mark["dataset"] == "bkd/barang/v1")
        .unwrap();
    assert_eq!(mark["feed"], feed);
    let (seq, held) = (mark["seq"].as_i64().unwrap(), mark["records"].as_i64().unwrap());
    assert!(seq >= 20 && seq == held, "{mark}");
    assert!(
        manifest["chains"]
            .as_array()
            .is_some_and(|chains| !chains.is_empty())
    );
    let kind = if on_postgres() { "postgres" } else { "sqlite" };
    assert_eq!(manifest["database"], kind);

    let place = Arc::new(Database::empty());
    let other = Shell::on(&place);
    bring_key(&hub.database, &place);
    let restored = other.json(&["restore", shell.path("a.zip").to_str().unwrap()]);
    assert_eq!(restored["safety"], serde_json::Value::Null);
    assert_eq!(restored["missing_key"], serde_json::Value::Null);
    assert_eq!(records(&place), held);
    let verdict = verified(&place);
    assert!(verdict.ok, "{:?}", verdict.faults);
    let told = "SELECT count(*) FROM audit WHERE action = 'hub.restore' AND actor = 'cli:penguji'";
    assert_eq!(place.beside().number(told), 1);

    let again = TestHub::builder().on(&place).start().await;
    let barang = again.api("bkd/barang/v1", Some(&hub.key("bkd")));
    assert_eq!(
        barang.record("n3").await.expect(200).to_string(),
        r#"{"id":"n3","nilai":1.50}"#
    );
    // Who read the feed before begins anew.
    let old = format!("/changes?since=5&feed={}", feed.as_str().unwrap());
    barang.get(&old).await.is(410);
    barang.push(json!({"id": "baru"})).await.is(201);
}

#[tokio::test]
async fn what_is_there_is_replaced_only_when_asked_and_is_kept() {
    let (hub, barang) = filled(3).await;
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    push(&barang, 50..55).await;
    let database = ended(hub);
    assert!(shell.fails(&["restore", "a.zip"]).contains("--over"));
    assert_eq!(records(&database), 8);
    let restored = shell.json(&["restore", "a.zip", "--over"]);
    assert_eq!(records(&database), 3);
    assert!(verified(&database).ok);
    let safety = restored["safety"].as_str().unwrap();
    if on_postgres() {
        shell.json(&["restore", safety, "--over"]);
        assert_eq!(records(&database), 8);
    } else {
        let mut kept = diesel_at(safety);
        assert_eq!(kept.number("SELECT count(*) FROM record"), 8);
    }
}

/// A SQLite file by itself.
fn diesel_at(file: &str) -> crate::harness::Beside {
    use diesel::Connection as _;
    crate::harness::Beside::Sqlite(diesel::SqliteConnection::establish(file).unwrap())
}

#[tokio::test]
async fn a_database_that_is_worked_with_is_not_replaced() {
    let (hub, barang) = filled(3).await;
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    push(&barang, 50..52).await;
    let said = shell.fails(&["restore", "a.zip", "--over"]);
    assert!(said.contains("Stop"), "{said}");
    let left = std::fs::read_dir(shell.folder.path()).unwrap().count();
    assert_eq!(left, 1, "the backup alone");
    assert_eq!(records(&hub.database), 5);
    barang.push(json!({"id": "lagi"})).await.is(201);
}

#[tokio::test]
async fn a_drill_that_has_no_room_names_the_folder_and_what_to_do() {
    let (hub, _) = filled(30).await;
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    let (disk, narrow) = (Disk::new(), tempfile::tempdir().unwrap());
    let place = narrow.path().to_str().unwrap();
    disk.fails(Fault::Full, place);
    let mut command = program(hub.database.url());
    command.args(["restore", "--drill"]).arg(shell.path("a.zip"));
    disk.under(command.env("TMPDIR", place));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    let told = said.contains(place) && said.contains("can't be written") && said.contains("in TMPDIR");
    assert!(told && !said.contains("a.zip"), "{said}");
    assert_eq!(std::fs::read_dir(place).unwrap().count(), 0, "nothing is left");
}

#[tokio::test]
async fn a_drill_tells_whether_a_backup_could_stand_in_and_leaves_nothing() {
    let (hub, _) = filled(5).await;
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    let found = shell.json(&["restore", "a.zip", "--drill"]);
    assert_eq!(found["ok"], true, "{found}");
    assert_eq!(found["differences"], json!([]));
    assert_eq!(found["audit"]["ok"], true);
    assert!(found["rows"].as_i64().unwrap() > 10);
    assert_eq!(std::fs::read_dir(shell.folder.path()).unwrap().count(), 1);
    assert_eq!(records(&hub.database), 5);
}

#[tokio::test]
async fn what_was_left_by_a_backup_and_a_drill_that_were_killed_is_removed_a_day_later() {
    let (hub, _) = filled(1).await;
    let shell = Shell::on(&hub.database);
    let temporary = tempfile::tempdir().unwrap();
    let left = |path: PathBuf, days: u64| {
        let file = std::fs::File::create(&path).unwrap();
        let age = std::time::Duration::from_secs(days * 86_400);
        file.set_modified(file.metadata().unwrap().modified().unwrap() - age)
            .unwrap();
        path
    };
    let of_a_backup = left(shell.path(".mahakam-backup-x"), 2);
    let of_a_drill = left(temporary.path().join("mahakam-unpacked-x"), 2);
    let not_yet = left(temporary.path().join("mahakam-unpacked-y"), 0);
    let name = format!("mahakam_drill_20200101_{:012x}", std::process::id());
    let mut beside = hub.database.beside();
    if on_postgres() {
        beside.run(&format!("CREATE DATABASE {name}"));
    }
    shell.json(&["backup", "a.zip"]);
    let mut command = program(hub.database.url());
    command.args(["restore", "--drill"]).arg(shell.path("a.zip"));
    let output = command.env("TMPDIR", temporary.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!of_a_backup.exists() && !of_a_drill.exists() && not_yet.exists());
    if on_postgres() {
        let there = format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        assert_eq!(beside.number(&there), 0);
    }
}

#[tokio::test]
async fn a_backup_overwrites_nothing_and_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (hub, _) = filled(1).await;
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    let before = std::fs::read(shell.path("a.zip")).unwrap();
    assert!(shell.fails(&["backup", "a.zip"]).contains("exists already"));
    assert_eq!(std::fs::read(shell.path("a.zip")).unwrap(), before);
    let mode = std::fs::metadata(shell.path("a.zip"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        shell
            .fails(&["backup", "nowhere/a.zip"])
            .contains("nowhere/a.zip")
    );
    assert_eq!(std::fs::read_dir(shell.folder.path()).unwrap().count(), 1);
}

#[test]
fn a_database_that_is_not_there_is_not_backed_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tiada.db");
    let mut command = program(&format!("sqlite:{}", file.display()));
    let refused = command
        .current_dir(folder.path())
        .args(["backup", "a.zip"])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8(refused.stderr)
            .unwrap()
            .contains("There is no database")
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn without_the_tools_of_postgresql_it_is_said_what_to_install() {
    let (hub, _) = filled(1).await;
    let shell = Shell::on(&hub.database);
    let output = program(hub.database.url())
        .env("MAHAKAM_POSTGRES_TOOLS", "/nowhere")
        .current_dir(shell.folder.path())
        .args(["backup", "a.zip"])
        .output()
        .unwrap();
    if on_postgres() {
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("pg_dump is not there") && said.contains("postgresql-client"),
            "{said}"
        );
        assert_eq!(std::fs::read_dir(shell.folder.path()).unwrap().count(), 0);
    } else {
        assert!(output.status.success(), "SQLite needs none: {output:?}");
    }
}

#[tokio::test]
async fn a_master_key_that_is_missing_is_told() {
    let (hub, _) = filled(1).await;
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    let place = Arc::new(Database::empty());
    let other = Shell::on(&place);
    let file = shell.path("a.zip");
    let output = program(place.url())
        .env(
            "MAHAKAM_SECRET_KEY",
            "YW5vdGhlcmFub3RoZXJhbm90aGVyYW5vdGhlcmFub3Q=",
        )
        .current_dir(other.folder.path())
        .args(["--json", "restore"])
        .arg(file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let restored: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(restored["missing_key"].is_string(), "{restored}");
}

#[tokio::test]
async fn after_a_restore_the_file_that_witnesses_the_log_tells_as_much_as_the_database() {
    let (hub, barang) = filled(3).await;
    hub.hub.checkpoint().unwrap();
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    push(&barang, 50..52).await;
    hub.hub.checkpoint().unwrap();
    let database = ended(hub);
    let witness = shell.path("checkpoints");
    let with_witness = |arguments: &[&str]| {
        let mut command = program(database.url());
        command
            .env("MAHAKAM_CHECKPOINT_FILE", &witness)
            .arg("--json")
            .args(arguments);
        let output = command.current_dir(shell.folder.path()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap()
    };
    with_witness(&["restore", "a.zip", "--over"]);
    let told = with_witness(&["doctor"]);
    let findings = told["findings"].as_array().unwrap();
    let witnessed = findings.iter().find(|one| one["check"] == "checkpoints");
    assert_eq!(witnessed.unwrap()["condition"], "ok", "{told:#}");
    with_witness(&["audit", "verify"]);
}

#[tokio::test]
async fn a_database_and_what_lies_beside_it_is_for_its_owner_alone() {
    let place = Arc::new(Database::empty());
    let Some(file) = place.file() else {
        return;
    };
    let run = |umask: &str| {
        let mut command = Command::new("sh");
        command
            .env("MAHAKAM_DATABASE_URL", place.url())
            .args(["-c", &format!("umask {umask}; exec \"$0\" migrate")])
            .arg(env!("CARGO_BIN_EXE_mahakam"));
        command.output().unwrap()
    };
    assert!(run("022").status.success());
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // While somebody works with it.
    let hub = TestHub::builder().on(&place).start().await;
    hub.key("bkd");
    for beside in ["db-wal", "db-shm"] {
        let beside = file.with_extension(beside);
        let mode = std::fs::metadata(&beside).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", beside.display());
    }
}

#[tokio::test]
async fn a_backup_that_comes_through_a_pipe_is_refused_with_what_to_do() {
    let shell = Shell::on(&Arc::new(Database::empty()));
    let said = shell.fails(&["restore", "/dev/stdin"]);
    assert!(
        said.contains("is no file. Save the backup as a file first"),
        "{said}"
    );
}
