//! The register, a person's tasks, and what they are told.

use std::io::{Cursor, Read as _};

use serde_json::{Value, json};

use super::Stage;

fn numbers(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap();
    list.iter().map(|one| one["number"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_register_is_found_by_state_step_deadline_agency_and_dataset_page_by_page() {
    let mut stage = Stage::start().await;
    stage.up_to(3).await;
    let late = json!({"received_on": "2026-02-02", "reason": "Uji", "contracts": []});
    stage.open("key", late).await;
    stage.number = stage
        .open("key", json!({"parties": [{"opd": "dkp", "side": "asker"}]}))
        .await;
    let cancel = json!({"reason": "Batal", "letter": "1"});
    stage
        .about("administrator", "POST", "/cancel")
        .json(cancel)
        .await
        .is(200);
    let cases = [
        ("", vec!["2026/3", "2026/2", "2026/1"]),
        ("?state=running", vec!["2026/2", "2026/1"]),
        ("?state=cancelled", vec!["2026/3"]),
        ("?step=3", vec!["2026/1"]),
        ("?overdue=true", vec!["2026/2"]),
        ("?opd=dkp", vec!["2026/3"]),
        ("?opd=bkd&step=1", vec!["2026/2"]),
        ("?dataset=bkd/barang/v1", vec!["2026/3", "2026/1"]),
        ("?state=paused", vec![]),
    ];
    for (query, expected) in cases {
        let path = format!("/admin/integrations{query}");
        let list = stage.by("auditor", "GET", &path).await.expect(200);
        assert_eq!(numbers(&list["integrations"]), expected, "{query}");
    }
    let page = stage
        .by("key", "GET", "/admin/integrations?limit=2&opd=bkd")
        .await
        .expect(200);
    assert!(page["next"].is_null());
    let page = stage
        .by("key", "GET", "/admin/integrations?limit=2")
        .await
        .expect(200);
    let next = format!(
        "/admin/integrations?limit=2&cursor={}",
        page["next"].as_str().unwrap()
    );
    let page = stage.by("key", "GET", &next).await.expect(200);
    assert_eq!(
        (numbers(&page["integrations"]), &page["next"]),
        (vec!["2026/1"], &Value::Null)
    );
    for bad in ["?state=open", "?step=0", "?cursor=abc", "?opd=B", "?year=2026"] {
        let answer = stage.by("key", "GET", &format!("/admin/integrations{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn somebody_finds_what_they_have_to_do_and_nothing_else() {
    let stage = Stage::start().await;
    let tasks = async |who: &str| {
        let list = stage.by(who, "GET", "/admin/tasks").await.expect(200);
        numbers(&list["tasks"]).len()
    };
    assert_eq!((tasks("asker").await, tasks("administrator").await), (1, 0));
    stage
        .papers(&["request-letter", "application-data", "disposition"])
        .await;
    stage.complete("asker", 1, json!({})).await.is(200);
    assert_eq!((tasks("asker").await, tasks("administrator").await), (0, 1));
    stage.complete("administrator", 1, json!({})).await.is(200);
    assert_eq!((tasks("asker").await, tasks("provider").await), (1, 0));
    stage.through(2).await;
    assert_eq!((tasks("team").await, tasks("provider").await), (1, 1));
    assert_eq!(tasks("auditor").await, 0);
    stage
        .by("key", "GET", "/admin/tasks")
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn who_has_a_file_is_told_once_that_it_is_their_turn_that_it_is_due_soon_and_overdue() {
    let stage = Stage::start().await;
    let kinds = async |who: &str| -> Vec<String> {
        let list = stage.by(who, "GET", "/admin/notices").await.expect(200);
        let list = list["notices"].as_array().unwrap().clone();
        list.iter()
            .map(|one| one["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(kinds("asker").await, ["turn"]);
    assert!(kinds("administrator").await.is_empty());
    // Due tomorrow, the one working day that is left.
    for _ in 0..2 {
        stage.hub.hub.look_at_deadlines().unwrap();
    }
    assert_eq!(kinds("asker").await, ["due-soon", "turn"]);
    let list = stage.by("asker", "GET", "/admin/notices").await.expect(200);
    let first = list["notices"][1].clone();
    assert_eq!(
        (&first["integration"], &first["addressee"]),
        (&json!("2026/1"), &json!("OPD dinkes"))
    );
    let read = |who: &'static str, ids: Value| {
        stage
            .by(who, "POST", "/admin/notices/read")
            .json(json!({"notices": ids}))
    };
    // What is another's can't be read for them.
    assert_eq!(
        read("provider", json!([first["id"]])).await.expect(200)["read"],
        0
    );
    assert_eq!(
        read("asker", json!([first["id"], first["id"]])).await.expect(200)["read"],
        1
    );
    assert_eq!(kinds("asker").await, ["due-soon"]);
    // Two days later.
    stage.clock.advance(2 * 86_400_000);
    stage.hub.hub.refresh().unwrap();
    stage.hub.hub.look_at_deadlines().unwrap();
    let mut beside = stage.hub.database.beside();
    let overdue = "SELECT count(*) FROM notice WHERE kind = 'overdue' AND opd = 'dinkes'";
    assert_eq!(beside.number(overdue), 1);
    // The next actor is told when it comes to them.
    assert_eq!(
        beside.number("SELECT count(*) FROM notice WHERE post = 'administrator'"),
        0
    );
}

#[tokio::test]
async fn the_register_is_taken_out_as_an_opendocument_sheet() {
    let stage = Stage::start().await;
    stage
        .open("key", json!({"subject": "Data <pulau> & \"kota\""}))
        .await;
    let (headers, body) = stage
        .by("auditor", "GET", "/admin/integrations/export")
        .downloaded()
        .await;
    assert_eq!(
        headers["content-type"],
        "application/vnd.oasis.opendocument.spreadsheet"
    );
    let mut archive = zip::ZipArchive::new(Cursor::new(body)).unwrap();
    let mut content = String::new();
    archive
        .by_name("content.xml")
        .unwrap()
        .read_to_string(&mut content)
        .unwrap();
    for part in [
        "Daftar Integrasi",
        "2026/1",
        "2026/2",
        "Data &lt;pulau&gt; &amp;",
        "Permohonan dan Disposisi",
        "OPD dinkes",
    ] {
        assert!(content.contains(part), "{part}");
    }
    let (_, own) = stage
        .by("stranger", "GET", "/admin/integrations/export")
        .downloaded()
        .await;
    let mut archive = zip::ZipArchive::new(Cursor::new(own)).unwrap();
    let mut content = String::new();
    archive
        .by_name("content.xml")
        .unwrap()
        .read_to_string(&mut content)
        .unwrap();
    assert!(!content.contains("2026/1"));
}

#[tokio::test]
async fn the_procedure_is_shown_as_data() {
    let stage = Stage::without().await;
    let shown = stage.by("asker", "GET", "/admin/procedure").await.expect(200);
    let new = &shown["variants"][0];
    assert_eq!(
        (&new["code"], new["steps"].as_array().unwrap().len()),
        (&json!("new"), 12)
    );
    assert_eq!(new["steps"][2]["outcomes"][1]["then"], "back");
    assert!(!shown["documents"].as_array().unwrap().is_empty());
}
