//! `mahakam doctor`: what is the matter, what to do, and how it ends.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Output};

use mahakam::types::Clock;
use serde_json::Value;

use crate::harness::{Database, TestHub, contracts, is_root, open_to_all, program};
use crate::log::ended;

fn examined(database: &Database, settings: &[(&str, &str)]) -> (Output, Value) {
    let mut command = program(database.url());
    let command = command.args(["--json", "doctor"]).envs(settings.iter().copied());
    let output = command.output().unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output, told)
}

/// What was found about one thing.
fn found<'t>(told: &'t Value, check: &str) -> &'t Value {
    let findings = told["findings"].as_array().unwrap();
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("{check} in {told:#}"))
}

async fn used() -> std::sync::Arc<Database> {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    ended(hub)
}

#[tokio::test]
async fn a_hub_that_others_reach_unencrypted_is_warned_of() {
    let database = used().await;
    for (settings, warned) in [
        (&[("MAHAKAM_LISTEN", "127.0.0.1:8080")][..], None),
        (
            &[("MAHAKAM_LISTEN", "0.0.0.0:8080")],
            Some("0.0.0.0:8080 is not encrypted"),
        ),
        (
            &[("MAHAKAM_PUBLIC_URL", "http://hub.example")],
            Some("http://hub.example is not encrypted"),
        ),
        (
            &[
                ("MAHAKAM_LISTEN", "0.0.0.0:8080"),
                ("MAHAKAM_PUBLIC_URL", "https://hub.example"),
            ],
            None,
        ),
    ] {
        let (_, told) = examined(&database, settings);
        let findings = told["findings"].as_array().unwrap().iter();
        let mut about = findings.filter(|finding| finding["check"] == "address");
        let says = about.next().and_then(|finding| finding["found"].as_str());
        assert_eq!(says, warned, "{settings:?}: {told:#}");
    }
}

#[tokio::test]
async fn a_server_that_is_well_is_told_so_line_by_line() {
    let database = used().await;
    let (output, told) = examined(&database, &[]);
    assert_eq!(output.status.code(), Some(0), "{told:#}");
    assert_eq!((&told["ok"], &told["faults"]), (&Value::Bool(true), &0.into()));
    for check in [
        "settings",
        "database",
        "migrations",
        "clock",
        "secrets",
        "retention",
    ] {
        assert_eq!(found(&told, check)["condition"], "ok", "{told:#}");
    }
    for check in ["backup", "checkpoints", "admin-key"] {
        let warned = found(&told, check);
        assert_eq!(warned["condition"], "warning");
        assert!(warned["todo"].as_str().unwrap().contains("MAHAKAM_"), "{warned}");
    }
    let text = program(database.url()).arg("doctor").output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("WARNING backup: there is none\n        -> Set MAHAKAM_BACKUP_FOLDER"),
        "{text}"
    );
}

#[tokio::test]
async fn settings_that_can_not_be_read_are_a_fault() {
    let (output, told) = examined(&Database::empty(), &[("MAHAKAM_LISTEN", "everywhere")]);
    assert_eq!(output.status.code(), Some(1));
    let fault = found(&told, "settings");
    assert_eq!(fault["condition"], "fault");
    assert!(fault["found"].as_str().unwrap().contains("MAHAKAM_LISTEN"));
    let database = used().await;
    let (output, told) = examined(&database, &[("MAHAKAM_BACKUP_SCHEDULE", "nightly")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(told.to_string().contains("MAHAKAM_BACKUP_SCHEDULE"));
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_a_fault_and_no_hub_starts_on_it() {
    let database = used().await;
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000001')";
    database.beside().run(newer);
    let (output, told) = examined(&database, &[]);
    assert_eq!(output.status.code(), Some(1));
    let fault = found(&told, "migrations");
    assert_eq!(fault["condition"], "fault");
    assert!(
        fault["found"].as_str().unwrap().contains("29990101000001"),
        "{fault}"
    );
    for command in [["migrate"].as_slice(), &["serve"], &["opd", "list"]] {
        let refused = program(database.url())
            .args(command)
            .env("MAHAKAM_LISTEN", "127.0.0.1:0")
            .output()
            .unwrap();
        assert_eq!(refused.status.code(), Some(1), "{command:?}: {refused:?}");
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(
            said.contains("newer Mahakam") && said.contains("Install the newer version"),
            "{said}"
        );
    }
}

#[tokio::test]
async fn the_last_backup_and_its_age_are_told() {
    let database = used().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.zip");
    let made = program(database.url()).arg("backup").arg(&file).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    let (_, told) = examined(&database, &[]);
    assert_eq!(found(&told, "backup")["condition"], "ok", "{told:#}");
    let mut beside = database.beside();
    for (days, condition) in [(3, "warning"), (8, "fault")] {
        beside.run(&format!(
            "UPDATE backup SET begun_at = begun_at - {days} * 86400000"
        ));
        let (_, told) = examined(&database, &[]);
        assert_eq!(found(&told, "backup")["condition"], condition);
    }
}

#[tokio::test]
async fn a_certificate_that_ends_and_a_missing_master_key_are_told() {
    let database = used().await;
    let folder = tempfile::tempdir().unwrap();
    let certificate = |name: &str, year: i32| {
        let mut params = rcgen::CertificateParams::new(vec!["hub.example".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let (cert, pem) = (
            folder.path().join(format!("{name}.crt")),
            folder.path().join(format!("{name}.key")),
        );
        std::fs::write(&cert, params.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(&pem, key.serialize_pem()).unwrap();
        (cert.display().to_string(), pem.display().to_string())
    };
    for (name, year, condition) in [("old", 2020, "fault"), ("new", 2090, "ok")] {
        let (cert, key) = certificate(name, year);
        let settings = [
            ("MAHAKAM_TLS_CERTIFICATE", cert.as_str()),
            ("MAHAKAM_TLS_KEY", &key),
        ];
        let (_, told) = examined(&database, &settings);
        assert_eq!(found(&told, "certificate")["condition"], condition, "{told:#}");
    }
    let other = [(
        "MAHAKAM_SECRET_KEY",
        "YW5vdGhlcmFub3RoZXJhbm90aGVyYW5vdGhlcmFub3Q=",
    )];
    let (output, told) = examined(&database, &other);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(found(&told, "secrets")["condition"], "fault");
}

#[tokio::test]
async fn a_key_file_that_is_damaged_is_not_told_as_another_key() {
    let database = used().await;
    let folder = tempfile::tempdir().unwrap();
    let beside = |file: &Path| file.with_file_name("secret.key");
    let file = database
        .file()
        .map_or_else(|| folder.path().join("data/secret.key"), beside);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "bukan kunci").unwrap();
    let mut command = program(database.url());
    let command = command.args(["--json", "doctor"]).current_dir(folder.path());
    let output = command.env_remove("MAHAKAM_SECRET_KEY").output().unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap();
    let secrets = found(&told, "secrets");
    assert_eq!(secrets["condition"], "fault", "{told:#}");
    let says = secrets["found"].as_str().unwrap();
    assert!(says.contains("secret.key") && says.contains("base64"), "{says}");
}

#[tokio::test]
async fn a_log_whose_end_was_cut_off_is_told_by_the_file_that_witnessed_it() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    hub.hub.checkpoint().unwrap();
    let database = ended(hub);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    let settings = [("MAHAKAM_CHECKPOINT_FILE", file.to_str().unwrap())];
    // A hub that starts and stops writes what the file lacks.
    let again = TestHub::builder()
        .on(&database)
        .setting(settings[0].0, settings[0].1)
        .start()
        .await;
    again.publish(&contracts::named(contracts::barang(), "lain"));
    again.hub.checkpoint().unwrap();
    let database = ended(again);
    let (_, told) = examined(&database, &settings);
    assert_eq!(found(&told, "checkpoints")["condition"], "ok", "{told:#}");
    database
        .beside()
        .run("DELETE FROM checkpoint WHERE number = (SELECT max(number) FROM checkpoint)");
    let (output, told) = examined(&database, &settings);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(found(&told, "checkpoints")["condition"], "fault");
}

#[tokio::test]
async fn what_the_hub_may_not_write_is_told_with_the_user_who_may_not() {
    let (folder, programs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o555)).unwrap();
    let place = folder.path().to_str().unwrap();
    let url = format!("sqlite:{place}/hub.db");
    let runs = |command: &str| {
        let mut program = program(&url);
        if is_root() {
            // Root may write everywhere: somebody else runs it, from where they may.
            open_to_all(programs.path());
            let copy = programs.path().join("mahakam");
            std::fs::copy(env!("CARGO_BIN_EXE_mahakam"), &copy).unwrap();
            program = Command::new(copy);
            program.env_clear().env("MAHAKAM_DATABASE_URL", &url);
            program.uid(65_533).gid(65_533).current_dir("/");
        }
        program
            .env("MAHAKAM_BACKUP_FOLDER", place)
            .args(["--json", command]);
        program.output().unwrap()
    };
    let user = match is_root() {
        true => 65_533,
        false => std::fs::metadata("/proc/self").unwrap().uid(),
    };
    let output = runs("doctor");
    let told: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!(output.status.code(), Some(1), "{told:#}");
    for check in ["disk", "backup-disk"] {
        let fault = found(&told, check);
        assert_eq!(fault["condition"], "fault", "{told:#}");
        let says = fault["found"].as_str().unwrap();
        assert!(
            says.starts_with(&format!("{place} can't be written by user {user}")),
            "{says}"
        );
    }
    let refused = runs("migrate");
    let says = String::from_utf8(refused.stderr).unwrap();
    assert!(
        says.contains(&format!("hub.db can't be written by user {user}")) && says.contains("chown -R"),
        "{says}"
    );
}

#[tokio::test]
async fn a_first_backup_that_is_still_to_come_is_told_with_its_day() {
    let database = used().await;
    let folder = tempfile::tempdir().unwrap();
    let settings = [("MAHAKAM_BACKUP_FOLDER", folder.path().to_str().unwrap())];
    // Nobody knows the day of the hub that used it; it stands for one that began an hour ago.
    let moment = |hours: i64| {
        let at = Clock::System.now().0 - hours * 3_600_000;
        database.beside().run(&format!("UPDATE audit SET at = {at}"));
    };
    moment(1);
    let (_, told) = examined(&database, &settings);
    let young = found(&told, "backup");
    assert_eq!(young["condition"], "ok", "{told:#}");
    assert!(
        young["found"]
            .as_str()
            .unwrap()
            .contains("the first is due on 20")
    );
    moment(100);
    let (_, told) = examined(&database, &settings);
    assert_eq!(found(&told, "backup")["condition"], "warning", "{told:#}");
}
