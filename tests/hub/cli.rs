//! The commands, run as programs: what they print, how they end, and that a running hub notices.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::harness::{Database, TestHub, contracts, eventually, program};

/// An empty database, a folder for documents, and the program.
struct Shell {
    database: std::sync::Arc<Database>,
    folder: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        Shell {
            database: std::sync::Arc::new(Database::create()),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program(self.database.url())
            .current_dir(self.folder.path())
            .env("USER", "penguji")
            .args(arguments)
            .output()
            .unwrap()
    }

    /// The one JSON object that a command prints.
    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[&["--json"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    /// What a command says on standard error when it fails.
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {output:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn file(&self, name: &str, contract: &Value) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, contract.to_string()).unwrap();
        path
    }
}

#[test]
fn agencies_are_added_listed_renamed_and_deactivated() {
    let shell = Shell::new();
    assert_eq!(shell.json(&["opd", "add", "bkd", "Kepegawaian"])["code"], "bkd");
    assert_eq!(
        shell.json(&["opd", "rename", "bkd", "Badan Kepegawaian"])["name"],
        "Badan Kepegawaian"
    );
    assert_eq!(shell.json(&["opd", "deactivate", "bkd"])["active"], false);
    let list = shell.json(&["opd", "list"]);
    assert_eq!(list["opds"][0]["name"], "Badan Kepegawaian");
    assert_eq!(list["opds"][0]["active"], false);
    assert!(!shell.fails(&["opd", "add", "bkd", "Lagi"]).is_empty());
    assert!(!shell.fails(&["opd", "rename", "tiada", "x"]).is_empty());
}

#[test]
fn an_application_gets_its_key_once() {
    let shell = Shell::new();
    shell.json(&["opd", "add", "bkd", "Kepegawaian"]);
    let added = shell.json(&["app", "add", "bkd", "SIMPEG"]);
    assert_eq!(added["opd"], "bkd");
    let key = added["key"].as_str().unwrap();
    assert!(key.len() > 43, "256 random bits: {key}");
    let id = added["id"].as_i64().unwrap().to_string();
    let listed = shell.json(&["app", "list"]);
    assert_eq!(listed["applications"][0]["name"], "SIMPEG");
    assert!(!listed.to_string().contains(key));
    let rotated = shell.json(&["app", "rotate", &id]);
    assert_ne!(rotated["key"], added["key"]);
    assert_eq!(shell.json(&["app", "revoke", &id])["revoked"], 1);
    assert!(!shell.fails(&["app", "add", "tiada", "x"]).is_empty());
    assert!(!shell.fails(&["app", "rotate", "999"]).is_empty());
    // Only the hash is stored.
    let mut beside = shell.database.beside();
    let column = format!(
        "SELECT count(*) FROM api_key WHERE public_part = '{key}' OR CAST(hash AS TEXT) LIKE '%{}%'",
        &key[22..]
    );
    assert_eq!(beside.number(&column), 0);
}

#[test]
fn a_contract_is_registered_again_when_it_is_the_same_and_refused_when_it_is_not() {
    let shell = Shell::new();
    shell.json(&["opd", "add", "bkd", "Kepegawaian"]);
    let file = shell.file("barang.json", &contracts::barang());
    let file = file.to_str().unwrap();
    assert_eq!(
        shell.json(&["contract", "check", file])["dataset"],
        "bkd/barang/v1"
    );
    for (arguments, state) in [
        (vec!["contract", "register", file], "draft"),
        (vec!["contract", "register", file], "draft"),
        (vec!["contract", "register", file, "--publish"], "published"),
        (vec!["contract", "register", file, "--publish"], "published"),
        (vec!["contract", "publish", "bkd/barang/v1", "1.0.0"], "published"),
    ] {
        let done = shell.json(&arguments);
        assert_eq!(
            (&done["dataset"], &done["version"], &done["state"]),
            (&"bkd/barang/v1".into(), &"1.0.0".into(), &Value::from(state)),
            "{arguments:?}"
        );
    }
    let mut changed = contracts::barang();
    changed["title"] = "Lain".into();
    let changed = shell.file("lain.json", &changed);
    let said = shell.fails(&["contract", "register", changed.to_str().unwrap()]);
    assert!(said.contains("1.0.0"), "{said}");
    let listed = shell.json(&["contract", "list"]);
    assert_eq!(listed["contracts"].as_array().unwrap().len(), 1);
    let shown = shell.json(&["contract", "show", "bkd/barang/v1", "1.0.0"]);
    assert_eq!(shown, contracts::barang());
    shell.fails(&["contract", "publish", "bkd/barang/v1", "1.9.0"]);
    shell.fails(&["contract", "register", "nowhere.json"]);
    let mut piped = program(shell.database.url());
    piped
        .args(["contract", "register", "-"])
        .stdin(File::open(file).unwrap());
    let output = piped.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_document_is_held_against_the_field_standard_without_a_database() {
    let shell = Shell::new();
    let file = shell.file("barang.json", &contracts::barang());
    let report = |file: &Path| -> Value {
        let output = program("sqlite:/nowhere/at/all.db")
            .args(["--json", "contract", "conformity", file.to_str().unwrap()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let told = report(&file);
    assert_eq!(told["conforms"], false);
    assert_eq!(told["fields"][0]["gaps"][0]["member"], "concept");
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/contracts");
    for sample in std::fs::read_dir(samples).unwrap() {
        let sample = sample.unwrap().path();
        let told = report(&sample);
        assert_eq!(told["counts"]["all"]["share"], 1.0, "{sample:?}: {told:#}");
    }
}

#[test]
fn two_documents_are_compared_without_a_database() {
    let shell = Shell::new();
    let old = contracts::barang();
    let mut wider = old.clone();
    wider["version"] = "1.1.0".into();
    wider["schema"]["properties"]["id"]["type"] = serde_json::json!(["string", "integer", "null"]);
    let mut narrower = old.clone();
    narrower["schema"]["properties"]["id"]["maxLength"] = 5.into();
    let mut unclear = old.clone();
    unclear["valid"] = serde_json::json!({"from": "/id"});
    let path = |name: &str, contract| shell.file(name, contract).to_str().unwrap().to_owned();
    let old = path("lama.json", &old);
    let diff = |new: &str| {
        let output = program("sqlite:/nowhere/at/all.db")
            .args(["--json", "contract", "diff", &old, new])
            .output()
            .unwrap();
        let told: Value =
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
        (output.status.code(), told)
    };
    let (code, told) = diff(&path("lebar.json", &wider));
    assert_eq!(
        (code, told),
        (
            Some(0),
            serde_json::json!({"verdict": "compatible", "breaks": [], "undecided": []})
        )
    );
    let (code, told) = diff(&path("sempit.json", &narrower));
    assert_eq!((code, &told["verdict"]), (Some(1), &"breaking".into()));
    assert_eq!(
        told["breaks"],
        serde_json::json!([{
            "pointer": "/id", "rule": "maxLength", "old": null, "new": 5, "example": {"id": "aaaaaa"}
        }])
    );
    let (code, told) = diff(&path("ragu.json", &unclear));
    assert_eq!((code, &told["verdict"]), (Some(1), &"undecided".into()));
    assert_eq!(told["undecided"][0]["pointer"], "/valid");
    let said = shell.run(&["contract", "diff", &old, &path("teks.json", &narrower)]);
    assert!(
        String::from_utf8_lossy(&said.stdout).contains("/id [maxLength] null -> 5"),
        "{said:?}"
    );
    shell.fails(&["contract", "diff", &old, "nowhere.json"]);
}

#[test]
fn a_contract_of_an_agency_that_is_not_there_is_refused() {
    let shell = Shell::new();
    let file = shell.file("barang.json", &contracts::barang());
    let said = shell.fails(&["contract", "register", file.to_str().unwrap()]);
    assert!(said.contains("bkd"), "{said}");
}

#[test]
fn wrong_usage_ends_with_two_and_help_with_zero() {
    let shell = Shell::new();
    for arguments in [
        vec!["nothing"],
        vec!["opd", "add", "bkd"],
        vec!["opd", "add", "BKD!", "x"],
        vec!["app", "rotate", "x"],
    ] {
        let output = shell.run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {output:?}");
        assert!(!output.stderr.is_empty());
    }
    for arguments in [
        vec!["--help"],
        vec!["serve", "--help"],
        vec!["contract", "register", "--help"],
        vec!["--version"],
    ] {
        let output = shell.run(&arguments);
        assert!(
            output.status.success() && !output.stdout.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn faults_of_the_settings_are_told_together_and_secrets_never() {
    let shell = Shell::new();
    let output = program("mysql://root:hunter2@db")
        .current_dir(shell.folder.path())
        .env("MAHAKAM_LISTEN", "everywhere")
        .env("MAHAKAM_ADMIN_KEY", "short-secret")
        .arg("check-config")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    for name in ["MAHAKAM_DATABASE_URL", "MAHAKAM_LISTEN", "MAHAKAM_ADMIN_KEY"] {
        assert!(said.contains(name), "{said}");
    }
    assert!(
        !said.contains("hunter2") && !said.contains("short-secret"),
        "{said}"
    );
    let moved = |arguments: &[&str], target: &str| {
        let output = program("sqlite:hub.db")
            .current_dir(shell.folder.path())
            .env("MAHAKAM_MOVE_TO", target)
            .args(arguments)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let said = moved(&["check-config"], "postgres://hub:hunter#2@db/hub");
    assert!(said.contains("MAHAKAM_MOVE_TO") && said.contains("%23"), "{said}");
    let said = moved(&["move", "postgres://hub:hunter 2@db/hub"], "");
    assert!(said.contains("%20") && !said.contains("hunter"), "{said}");
    let secret = "0123456789abcdef0123456789abcdef";
    let output = program("postgres://hub:hunter2@db.example/hub?sslpassword=hunter2")
        .current_dir(shell.folder.path())
        .env("MAHAKAM_ADMIN_KEY", secret)
        .env("MAHAKAM_MOVE_TO", "postgres://hub@db/hub?password=hunter2")
        .arg("check-config")
        .output()
        .unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!said.contains("hunter2") && !said.contains(secret), "{said}");
}

#[test]
fn whoever_reads_may_stop_reading_but_what_is_not_written_is_told() {
    let shell = Shell::new();
    shell.json(&["opd", "add", "bkd", "Kepegawaian"]);
    let list = |told: Stdio| {
        let mut command = program(shell.database.url());
        command.current_dir(shell.folder.path()).args(["opd", "list"]);
        let child = command.stdout(told).stderr(Stdio::piped()).spawn().unwrap();
        child.wait_with_output().unwrap()
    };
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = list(writer.into());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = list(full.into());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("can't be written"), "{said}");
}

#[test]
fn settings_come_from_a_file_and_the_environment_wins() {
    let shell = Shell::new();
    std::fs::write(
        shell.folder.path().join(".env"),
        "MAHAKAM_LISTEN=127.0.0.1:4711\nMAHAKAM_WORKERS=3\n",
    )
    .unwrap();
    let output = program(shell.database.url())
        .current_dir(shell.folder.path())
        .env("MAHAKAM_WORKERS", "5")
        .arg("check-config")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("127.0.0.1:4711") && said.contains("workers: 5"),
        "{said}"
    );
}

#[test]
fn a_file_of_settings_that_is_wrong_is_named_without_what_it_holds() {
    let shell = Shell::new();
    let file = shell.folder.path().join(".env");
    std::fs::write(&file, "MAHAKAM_WORKERS=3\nMAHAKAM_ADMIN_KEY=hunter 2\n").unwrap();
    let said = shell.fails(&["check-config"]);
    let file = file.canonicalize().unwrap();
    assert!(said.contains(&*file.to_string_lossy()), "{said}");
    assert!(
        said.contains("MAHAKAM_WORKERS") && !said.contains("hunter"),
        "{said}"
    );
}

#[test]
fn migrating_twice_changes_nothing_the_second_time() {
    let shell = Shell::new();
    shell.json(&["migrate"]);
    assert_eq!(shell.json(&["migrate"])["migrated"], serde_json::json!([]));
}

#[tokio::test]
async fn a_running_hub_notices_what_commands_do_and_the_audit_log_names_them() {
    let hub = TestHub::start().await;
    let shell = Shell {
        database: std::sync::Arc::clone(&hub.database),
        folder: tempfile::tempdir().unwrap(),
    };
    shell.json(&["opd", "add", "bkd", "Kepegawaian"]);
    let added = shell.json(&["app", "add", "bkd", "SIMPEG"]);
    let file = shell.file("barang.json", &contracts::barang());
    shell.json(&["contract", "register", file.to_str().unwrap(), "--publish"]);
    let barang = hub.api("bkd/barang/v1", added["key"].as_str());
    eventually("the hub serves what a command published", || async {
        (barang.push(r#"{"id":"a"}"#).await.status == 201).then_some(())
    })
    .await;
    shell.json(&["app", "revoke", &added["id"].to_string()]);
    eventually("the hub refuses what a command revoked", || async {
        (barang.get("/records").await.status == 401).then_some(())
    })
    .await;
    let mut beside = hub.database.beside();
    let actions = beside.number("SELECT count(*) FROM audit WHERE actor = 'cli:penguji'");
    assert!(actions >= 4, "{actions}");
}

#[tokio::test]
async fn a_command_gets_its_turn_beside_a_hub_that_never_rests() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let shell = Shell {
        database: std::sync::Arc::clone(&hub.database),
        folder: tempfile::tempdir().unwrap(),
    };
    let done = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let load: Vec<_> = (0..4)
        .map(|writer| {
            let (api, done) = (barang.apart(), std::sync::Arc::clone(&done));
            tokio::spawn(async move {
                let mut round = 0;
                while !done.load(std::sync::atomic::Ordering::SeqCst) {
                    round += 1;
                    let lines: String = (0..2_000)
                        .map(|n| format!("{{\"id\":\"{writer}-{n}\",\"n\":{round}}}\n"))
                        .collect();
                    api.lines(lines).await.is(200);
                }
            })
        })
        .collect();
    let commands = tokio::task::spawn_blocking(move || {
        for n in 0..5 {
            shell.json(&["opd", "add", &format!("uji{n}"), "Uji"]);
        }
    });
    commands.await.unwrap();
    done.store(true, std::sync::atomic::Ordering::SeqCst);
    for load in load {
        load.await.unwrap();
    }
}
