//! Another province's procedure, named by a setting.

use std::path::PathBuf;

use serde_json::json;

use super::Stage;
use crate::harness::{Database, program};

/// The hub's own procedure.
const OWN: &str = include_str!("../../../schemas/procedure.yaml");

/// A file with the hub's procedure, changed.
pub(super) fn changed(folder: &tempfile::TempDir, changes: &[(&str, &str)]) -> PathBuf {
    let mut text = OWN.to_owned();
    for (before, after) in changes {
        assert!(text.contains(before), "{before}");
        text = text.replacen(before, after, 1);
    }
    let path = folder.path().join("prosedur.yaml");
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn another_procedure_varies_steps_and_makes_a_paper_mandatory_without_code() {
    let folder = tempfile::tempdir().unwrap();
    let file = changed(
        &folder,
        &[
            (
                "{ document: minutes-agreement, optional: true }",
                "{ document: minutes-agreement }",
            ),
            ("title: Definisi Data", "title: Uraian Data"),
        ],
    );
    let mut stage = Stage::with(&[("MAHAKAM_PROCEDURE", file.to_str().unwrap())]).await;
    stage.number = stage.open("asker", json!({})).await;
    stage.through(1).await;
    assert_eq!(stage.shown().await["step"]["title"], "Uraian Data");
    stage.through(2).await;
    let agreed = || stage.complete("team", 3, json!({"outcome": "agreed"}));
    let refused = agreed().await.problem(409, "step-refused");
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .contains("Berita Acara Kesepakatan"),
        "{refused}"
    );
    stage.papers(&["minutes-agreement"]).await;
    agreed().await.is(200);
}

#[test]
fn a_faulty_procedure_stops_the_start_with_all_its_faults() {
    let folder = tempfile::tempdir().unwrap();
    let file = changed(
        &folder,
        &[
            ("role: administrator }", "role: director }"),
            ("backdate_days: 3", "backdate_days: -1"),
        ],
    );
    let database = Database::create();
    for command in ["check-config", "serve"] {
        let output = program(database.url())
            .env("MAHAKAM_PROCEDURE", &file)
            .arg(command)
            .output()
            .unwrap();
        let says = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success(), "{command}");
        for part in [
            "prosedur.yaml",
            "/backdate_days",
            "/steps/0/actors/1/role",
            "line ",
        ] {
            assert!(says.contains(part), "{command}: {part} in {says}");
        }
    }
}
