//! Backups that are no good are refused, and nothing is touched.

use serde_json::json;

use super::{Shell, filled, forged, records, with_manifest};
use crate::log::ended;

#[tokio::test]
async fn a_damaged_backup_is_refused_before_anything_is_touched() {
    let (hub, barang) = filled(30).await;
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    barang.push(json!({"id": "sesudah"})).await.is(201);
    let database = ended(hub);
    let whole = std::fs::read(shell.path("a.zip")).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    std::fs::write(shell.path("flipped.zip"), &flipped).unwrap();
    std::fs::write(shell.path("cut.zip"), &whole[..whole.len() - 100]).unwrap();
    std::fs::write(shell.path("half.zip"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(shell.path("none.zip"), "bukan zip").unwrap();
    forged(
        &shell.path("a.zip"),
        &shell.path("other.zip"),
        |name, mut bytes| {
            if name != "manifest.json" {
                bytes.push(0);
            }
            bytes
        },
    );
    for name in [
        "flipped.zip",
        "cut.zip",
        "half.zip",
        "none.zip",
        "other.zip",
        "missing.zip",
    ] {
        for how in ["--over", "--drill"] {
            let said = shell.fails(&["restore", name, how]);
            assert!(said.contains(name), "{said}");
        }
        assert_eq!(records(&database), 31, "{name}");
    }
    let left: Vec<_> = std::fs::read_dir(shell.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| !name.to_string_lossy().ends_with(".zip"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn a_backup_of_a_newer_program_or_of_another_database_is_refused_with_a_clear_word() {
    let (hub, _) = filled(2).await;
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    let database = ended(hub);
    let (from, to) = (shell.path("a.zip"), shell.path("b.zip"));
    with_manifest(&from, &to, |manifest| {
        manifest["schema"] = json!("29990101000001")
    });
    let said = shell.fails(&["restore", "b.zip", "--over"]);
    assert!(said.contains("newer than this program"), "{said}");
    with_manifest(&from, &to, |manifest| manifest["format"] = json!(2));
    assert!(shell.fails(&["restore", "b.zip", "--over"]).contains("newer"));
    with_manifest(&from, &to, |manifest| {
        let other = if manifest["database"] == "sqlite" {
            "postgres"
        } else {
            "sqlite"
        };
        manifest["database"] = json!(other);
    });
    let said = shell.fails(&["restore", "b.zip", "--over"]);
    assert!(said.contains("another kind of database"), "{said}");
    assert_eq!(records(&database), 2);
}

#[tokio::test]
async fn what_is_not_in_the_copy_that_the_manifest_tells_is_found() {
    let (hub, _) = filled(4).await;
    let shell = Shell::on(&hub.database);
    shell.json(&["backup", "a.zip"]);
    let database = ended(hub);
    with_manifest(&shell.path("a.zip"), &shell.path("b.zip"), |manifest| {
        manifest["tables"]["record"] = json!(5);
    });
    for how in ["--over", "--drill"] {
        let output = shell.run(&["restore", "b.zip", how]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(said.contains("record"), "{said}");
    }
    assert_eq!(records(&database), 4);
}

#[tokio::test]
async fn a_backup_of_a_log_that_was_altered_is_not_restored_unseen() {
    let (hub, _) = filled(4).await;
    let database = ended(hub);
    database
        .beside()
        .run("UPDATE exchange SET opd = 'lain' WHERE action = 'push'");
    let shell = Shell::on(&database);
    shell.json(&["backup", "a.zip"]);
    let output = shell.run(&["--json", "restore", "a.zip", "--drill"]);
    assert_eq!(output.status.code(), Some(1));
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&found["ok"], &found["audit"]["ok"]),
        (&json!(false), &json!(false))
    );
    let said = shell.fails(&["restore", "a.zip", "--over"]);
    assert!(said.contains("not as it was written"), "{said}");
}
