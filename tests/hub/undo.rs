//! Setting a dataset back to an earlier state: `/admin/datasets/.../undo` and `mahakam undo`.

use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Api, Call, TestHub, contracts, program};

const PATH: &str = "/admin/datasets/bkd/barang/v1/undo";

fn undo(hub: &TestHub, asked: &Value) -> Call {
    hub.call("POST", PATH).key(ADMIN_KEY).json(asked)
}

/// The records, each as its payload.
async fn standing(api: &Api) -> Vec<Value> {
    let records = api.all_records(100).await;
    records.into_iter().map(|record| record["data"].clone()).collect()
}

/// A dataset with a state at seq 3 and everything done to it since: a is changed twice, b deleted, c
/// changed and changed back, d added, e added and deleted, f deleted and added again otherwise.
async fn moved_on() -> (TestHub, Api, Vec<Value>) {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang
        .lines("{\"id\":\"a\",\"n\":1.50}\n{\"id\":\"b\"}\n{\"id\":\"c\"}\n{\"id\":\"f\"}\n")
        .await
        .is(200);
    let before = standing(&barang).await;
    let lines = [
        r#"{"id":"a","n":2}"#,
        r#"{"id":"a","n":3}"#,
        r#"{"$delete":"b"}"#,
        r#"{"id":"c","n":1}"#,
        r#"{"id":"c"}"#,
        r#"{"id":"d"}"#,
        r#"{"id":"e"}"#,
        r#"{"$delete":"e"}"#,
        r#"{"$delete":"f"}"#,
        r#"{"id":"f","n":1}"#,
    ];
    barang.lines(lines.join("\n")).await.is(200);
    (hub, barang, before)
}

#[tokio::test]
async fn what_would_change_is_shown_and_nothing_is_done() {
    let (hub, barang, before) = moved_on().await;
    let expected = json!({
        "dataset": "bkd/barang/v1", "to": 4, "head": 14,
        "restored": {"count": 1, "keys": ["b"]},
        "changed_back": {"count": 2, "keys": ["a", "f"]},
        "removed": {"count": 1, "keys": ["d"]},
        "misfits": {"count": 0, "keys": []},
        "done": false, "new_head": null,
    });
    for asked in [
        json!({"to": 4}),
        json!({"to": 4, "dry_run": true, "expect_head": 1}),
    ] {
        assert_eq!(undo(&hub, &asked).await.expect(200), expected);
    }
    assert_ne!(standing(&barang).await, before);
    assert_eq!(barang.all_changes(14, 10).await.len(), 0);
}

#[tokio::test]
async fn a_dataset_goes_back_as_new_changes_all_at_once_and_forward_again() {
    let (hub, barang, before) = moved_on().await;
    let later = standing(&barang).await;
    let done = undo(&hub, &json!({"to": 4, "dry_run": false, "expect_head": 14}))
        .await
        .expect(200);
    assert_eq!((&done["done"], &done["new_head"]), (&json!(true), &json!(18)));
    assert_eq!(standing(&barang).await, before);
    assert!(barang.record("a").await.body.contains("1.50"), "as it was sent");
    let changes: Vec<(Value, Value)> = barang
        .all_changes(14, 10)
        .await
        .into_iter()
        .map(|change| (change["op"].clone(), change["key"].clone()))
        .collect();
    assert_eq!(
        changes,
        [("put", "a"), ("put", "b"), ("delete", "d"), ("put", "f")].map(|(op, key)| (json!(op), json!(key)))
    );
    let history = barang.get("/records/a/history?limit=1").await.expect(200);
    assert_eq!(
        history["versions"][0]["by"],
        json!({"opd": null, "application": null})
    );
    // An undo is a change like any other, and can be undone.
    undo(&hub, &json!({"to": 14, "dry_run": false, "expect_head": 18}))
        .await
        .is(200);
    assert_eq!(standing(&barang).await, later);
    let nothing = undo(&hub, &json!({"to": 22, "dry_run": false, "expect_head": 22})).await;
    let nothing = nothing.expect(200);
    assert_eq!(
        (&nothing["done"], &nothing["new_head"]),
        (&json!(true), &Value::Null)
    );
    let mut beside = hub.database.beside();
    let audited = "SELECT count(*) FROM audit WHERE action = 'dataset.undo' AND actor = 'admin-key'
                   AND target = 'bkd/barang/v1 to 4' AND before = '{\"head\":14}' AND after = '{\"head\":18}'";
    assert_eq!(beside.number(audited), 1);
    assert_eq!(
        beside.number("SELECT count(*) FROM audit WHERE action = 'dataset.undo'"),
        2
    );
    let logged = "SELECT CAST(sum(records) AS BIGINT) FROM exchange WHERE action = 'undo'";
    assert_eq!(beside.number(logged), 8);
}

#[tokio::test]
async fn back_to_the_beginning_removes_everything() {
    let (hub, barang, _) = moved_on().await;
    undo(&hub, &json!({"to": 0, "dry_run": false, "expect_head": 14}))
        .await
        .is(200);
    assert!(standing(&barang).await.is_empty());
}

#[tokio::test]
async fn what_was_written_since_it_was_shown_is_not_undone_unseen() {
    let (hub, barang, _) = moved_on().await;
    let asked = json!({"to": 4, "dry_run": false, "expect_head": 14});
    barang.push(r#"{"id":"g"}"#).await.is(201);
    let later = standing(&barang).await;
    undo(&hub, &asked).await.problem(409, "head-moved");
    undo(&hub, &json!({"to": 4, "dry_run": false}))
        .await
        .problem(400, "bad-body");
    assert_eq!(standing(&barang).await, later);
}

#[tokio::test]
async fn records_that_the_contract_of_today_refuses_stop_an_undo() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang
        .lines("{\"id\":\"a\"}\n{\"id\":7}\n{\"id\":\"b\"}\n")
        .await
        .is(200);
    barang
        .lines("{\"id\":\"a\",\"n\":1}\n{\"$delete\":\"7\"}\n")
        .await
        .is(200);
    hub.database
        .beside()
        .run("UPDATE change SET payload = NULL WHERE seq = 2");
    let mut contract = contracts::barang();
    contract["version"] = "1.1.0".into();
    contract["schema"]["required"] = json!(["id", "n"]);
    hub.publish_uncompared(&contract);
    let shown = undo(&hub, &json!({"to": 3})).await.expect(200);
    assert_eq!(shown["misfits"], json!({"count": 2, "keys": ["a", "7"]}));
    undo(&hub, &json!({"to": 3, "dry_run": false, "expect_head": 5}))
        .await
        .problem(409, "undo-misfits");
    assert_eq!(barang.all_changes(5, 10).await.len(), 0);
}

#[tokio::test]
async fn an_undo_is_all_or_nothing_however_much_it_is() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let lines = |n: u32| -> String {
        let ids = 0..1_000;
        ids.map(|id| format!("{{\"id\":\"{id:04}\",\"n\":{n}}}\n"))
            .collect()
    };
    barang.lines(lines(1)).await.is(200);
    let before = standing(&barang).await;
    barang.lines(lines(2)).await.is(200);
    let shown = undo(&hub, &json!({"to": 1000})).await.expect(200);
    assert_eq!(shown["changed_back"]["count"], 1_000);
    assert_eq!(shown["changed_back"]["keys"].as_array().unwrap().len(), 20);
    // The last of them can't come back, so none does.
    let spoil = "UPDATE change SET payload = NULL WHERE seq = 1000";
    let mend = r#"UPDATE change SET payload = '{"id":"0999","n":1}' WHERE seq = 1000"#;
    let asked = json!({"to": 1000, "dry_run": false, "expect_head": 2000});
    hub.database.beside().run(spoil);
    undo(&hub, &asked).await.problem(409, "undo-misfits");
    assert_eq!(barang.all_changes(2_000, 10).await.len(), 0);
    hub.database.beside().run(mend);
    let done = undo(&hub, &asked).await.expect(200);
    assert_eq!(done["new_head"], 3_000);
    assert_eq!(standing(&barang).await, before);
}

#[tokio::test]
async fn only_masters_go_back_and_only_to_states_there_were() {
    let (hub, barang, _) = moved_on().await;
    hub.publish(&contracts::mutasi());
    hub.publish(&contracts::live());
    let ask = |path: &str, body: Value| hub.call("POST", path).key(ADMIN_KEY).json(body);
    let at = |name: &str| format!("/admin/datasets/bkd/{name}/undo");
    let zero = json!({"to": 0});
    ask(&at("mutasi/v1"), zero.clone())
        .await
        .problem(409, "not-undoable");
    ask(&at("cuti/v1"), zero.clone())
        .await
        .problem(404, "dataset-is-live");
    for unknown in ["tiada/v1", "barang/v2", "barang/v01", "BARANG/v1"] {
        ask(&at(unknown), zero.clone())
            .await
            .problem(404, "unknown-dataset");
    }
    ask(PATH, json!({"to": 15})).await.problem(400, "bad-body");
    for bad in [
        json!({}),
        json!({"to": -1}),
        json!({"to": 1, "x": 1}),
        json!({"to": "1"}),
    ] {
        ask(PATH, bad).await.problem(422, "contract-violated");
    }
    hub.call("POST", PATH).json(&zero).await.is(401);
    let owner = hub.call("POST", PATH).key(&hub.key("bkd")).json(&zero).await;
    owner.problem(403, "forbidden");
    assert_eq!(barang.all_changes(14, 10).await.len(), 0);
}

#[tokio::test]
async fn the_command_shows_and_does_it_only_with_yes() {
    let (hub, barang, before) = moved_on().await;
    let run = |more: &[&str]| {
        let output = program(hub.database.url())
            .env("USER", "penguji")
            .args(["undo", "--dataset", "bkd/barang/v1", "--to", "4"])
            .args(more)
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = run(&[]);
    assert_eq!(code, Some(0));
    assert!(
        text.contains("changed back: 2 (a, f)") && text.contains("--yes"),
        "{text}"
    );
    assert_ne!(standing(&barang).await, before);
    let (code, json) = run(&["--yes", "--json"]);
    assert_eq!(code, Some(0), "{json}");
    let report: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&report["done"], &report["new_head"]), (&json!(true), &json!(18)));
    assert_eq!(standing(&barang).await, before);
    let audited = "SELECT count(*) FROM audit WHERE action = 'dataset.undo' AND actor = 'cli:penguji'";
    assert_eq!(hub.database.beside().number(audited), 1);
}
