//! Rows that are altered directly in the database are found and named.

use std::sync::Arc;

use mahakam::hub::Verdict;
use mahakam::types::Clock;
use serde_json::json;

use super::{ended, verified};
use crate::harness::{Child, Database, NOW, TestHub, contracts, on_postgres, program};

/// A database whose log holds writes, reads, refusals and actions, under two checkpoints.
async fn logged() -> Arc<Database> {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    for id in ["a", "b", "c"] {
        barang.push(json!({ "id": id })).await.is(201);
    }
    let lines: String = (0..20).map(|n| format!("{{\"id\":\"n{n}\"}}\n")).collect();
    barang.lines(&lines).await.is(200);
    barang
        .call("PUT", "/snapshot?max_delete=1")
        .body("application/x-ndjson", "{\"id\":\"b\"}\n{\"id\":\"z\"}\n")
        .await
        .is(200);
    barang.delete("z").await.is(200);
    barang.push("{}").await.is(422);
    barang.with_key(None).record("a").await.is(401);
    hub.hub.checkpoint().unwrap();
    barang.record("b").await.is(200);
    barang.push(json!({ "id": "d" })).await.is(201);
    ended(hub)
}

/// Whether a fault of this kind is among those told, with its words.
fn tells(verdict: &Verdict, kind: &str, what: &str, which: &str) {
    let found = verdict
        .faults
        .iter()
        .any(|fault| fault.kind == kind && fault.what == what && fault.which.contains(which));
    assert!(
        found && !verdict.ok,
        "{kind} {what} {which} in {:#?}",
        verdict.faults
    );
}

#[tokio::test]
async fn a_log_that_nobody_touched_is_as_it_was_written() {
    let database = logged().await;
    let verdict = verified(&database);
    assert!(verdict.ok, "{:#?}", verdict.faults);
    assert!(
        verdict.exchanges >= 10 && verdict.actions >= 3 && verdict.checkpoints == 2,
        "{verdict:?}"
    );
    assert!(verdict.changes >= 25, "{verdict:?}");
    assert_eq!((verdict.unchained, verdict.erased, verdict.expired), (0, 0, 0));
}

/// What somebody does to a database, and what is told of it.
type Harm = (&'static str, &'static str, &'static str, &'static str);

/// Tries each harm on a database of its own, and that the verdict names it.
async fn each(harms: &[Harm]) {
    for (sql, kind, what, which) in harms {
        let database = logged().await;
        database.beside().run(sql);
        tells(&verified(&database), kind, what, which);
    }
}

#[tokio::test]
async fn altered_removed_inserted_and_reordered_rows_of_the_log_are_found_and_named() {
    each(&[
        ("UPDATE exchange SET opd = 'dinkes' WHERE action = 'push' AND opd = 'bkd'", "altered", "exchange", "part 0"),
        ("UPDATE exchange SET outcome = 'ok' WHERE outcome = 'contract-violated'", "altered", "exchange", "part"),
        ("UPDATE exchange SET at = at + 1 WHERE action = 'pull'", "altered", "exchange", "part"),
        ("DELETE FROM exchange WHERE action = 'delete'", "removed", "exchange", "place 0"),
        ("DELETE FROM exchange WHERE outcome = 'credentials-missing'", "removed", "exchange", "chain"),
        (
            "INSERT INTO exchange (id, part, at, duration_us, action, outcome, records, rejected, bytes, request_id)
             SELECT id, 77, at, 1, 'pull', 'ok', 1, 0, 1, 'x' FROM exchange WHERE action = 'delete'",
            "inserted", "exchange", "part 77",
        ),
        (
            "INSERT INTO exchange (id, part, at, duration_us, action, outcome, records, rejected, bytes, request_id,
                                   chain_id, link, place, salt)
             SELECT id, 77, at, 1, 'pull', 'ok', 1, 0, 1, 'x', chain_id, link, 5000, salt
             FROM exchange WHERE action = 'delete'",
            "inserted", "exchange", "part 77",
        ),
        ("UPDATE audit SET actor = 'orang lain' WHERE action = 'opd.add'", "altered", "audit", ""),
        ("UPDATE audit SET after = 'x' WHERE action = 'opd.add'", "altered", "audit", ""),
        ("DELETE FROM audit WHERE action = 'application.add'", "removed", "exchange", "place 0"),
        ("UPDATE audit SET id = id + 1000 WHERE action = 'opd.add'", "altered", "audit", "100"),
    ])
    .await;
}

#[tokio::test]
async fn rows_of_one_transaction_that_change_places_are_found() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    // What was refused is logged together.
    for _ in 0..5 {
        barang.record("tiada").await.is(404);
    }
    let database = ended(hub);
    let mut beside = database.beside();
    let many = "SELECT count(*) FROM exchange WHERE place = 1 AND action = 'pull'";
    assert!(beside.number(many) > 0, "some were logged in one transaction");
    beside.run("UPDATE exchange SET place = 1 - place WHERE place < 2 AND action = 'pull'");
    tells(&verified(&database), "moved", "exchange", "part 0");
}

#[tokio::test]
async fn changed_payloads_and_changes_are_found_and_named() {
    let any = "WHERE key = 'b' AND payload IS NOT NULL";
    let harms = [
        (format!("UPDATE change SET payload = '{{\"id\":\"b\",\"x\":1}}' {any}"), "altered", "payload", "key b"),
        (
            format!("UPDATE change SET payload_sha256 = (SELECT payload_sha256 FROM change WHERE key = 'a' AND payload IS NOT NULL) {any}"),
            "altered", "payload", "key b",
        ),
        (format!("UPDATE change SET key = 'lain' {any}"), "altered", "change", "2"),
        (format!("UPDATE change SET at = at - 1 {any}"), "altered", "change", "2"),
        (format!("UPDATE change SET deleted = TRUE {any}"), "altered", "change", "2"),
        ("DELETE FROM change WHERE seq = 2".to_owned(), "removed", "change", "2"),
        ("DELETE FROM change WHERE seq = (SELECT max(seq) FROM change)".to_owned(), "removed", "change", ""),
        (
            "INSERT INTO change (dataset_id, seq, key, deleted, payload, payload_sha256, contract_id, at, exchange_id)
             SELECT dataset_id, seq + 1000, key, deleted, payload, payload_sha256, contract_id, at, exchange_id
             FROM change WHERE seq = 2".to_owned(),
            "inserted", "change", "1002",
        ),
        ("UPDATE record SET seq = 1 WHERE key = 'd'".to_owned(), "altered", "record", ""),
    ];
    for (sql, kind, what, which) in harms {
        let database = logged().await;
        database.beside().run(&sql);
        tells(&verified(&database), kind, what, which);
    }
}

#[tokio::test]
async fn an_erased_payload_is_no_fault() {
    let database = logged().await;
    database
        .beside()
        .run("UPDATE change SET payload = NULL WHERE key = 'b' AND NOT deleted");
    let verdict = verified(&database);
    assert!(verdict.ok && verdict.erased > 0, "{:#?}", verdict.faults);
}

#[tokio::test]
async fn whoever_makes_links_fit_again_is_found_by_the_checkpoints() {
    let last = "(SELECT max(number) FROM chain_link l WHERE l.chain_id = chain_link.chain_id)";
    let kept = "number = 1";
    let harms = [
        // Rows and links of the end are gone together.
        (format!("DELETE FROM exchange WHERE link = (SELECT max(number) FROM chain_link l WHERE l.chain_id = exchange.chain_id);
                  DELETE FROM chain_link WHERE number = {last}"), "removed", "link", "chain"),
        (format!("UPDATE chain_link SET hash = hashes WHERE number = {last}"), "altered", "link", "link"),
        (format!("DELETE FROM chain_link WHERE {kept}"), "removed", "link", "links 1 to 1"),
        (format!("UPDATE chain_link SET at = at + 1 WHERE {kept}"), "altered", "link", "link 1"),
        ("DELETE FROM checkpoint WHERE number = 1".to_owned(), "removed", "checkpoint", "2"),
        ("UPDATE checkpoint SET body = replace(body, '\"number\":1', '\"number\":9')".to_owned(), "altered", "checkpoint", "1"),
        ("UPDATE chain SET base = 1".to_owned(), "unsigned", "chain", "chain"),
        ("DELETE FROM chain WHERE kind = 'audit'".to_owned(), "removed", "chain", "chain"),
        (
            "INSERT INTO chain_gap (chain_id, number, places, until, signature)
             SELECT chain_id, number, hash, 0, hash FROM chain_link WHERE number = 1".to_owned(),
            "unsigned", "gap", "link 1",
        ),
    ];
    for (sql, kind, what, which) in harms {
        let database = logged().await;
        for one in sql.split(';') {
            database.beside().run(one);
        }
        tells(&verified(&database), kind, what, which);
    }
}

#[tokio::test]
async fn the_file_holds_what_the_database_may_lose_and_a_broken_line_is_made_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("checkpoints");
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder()
        .setting("MAHAKAM_CHECKPOINT_FILE", file.display())
        .clock(clock)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    hub.hub.checkpoint().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    // Killed in the middle of a line, and before the next one.
    std::fs::write(&file, &text[..text.len() / 2]).unwrap();
    barang.push(r#"{"id":"a"}"#).await.is(201);
    hub.hub.checkpoint().unwrap();
    let whole = std::fs::read_to_string(&file).unwrap();
    assert_eq!(whole.lines().count(), 2, "{whole}");
    assert!(whole.starts_with(&text), "{whole}");
    let database = ended(hub);
    let verify = |arguments: &[&str]| {
        let output = program(database.url())
            .args(["audit", "verify", "--json", "--checkpoints"])
            .arg(&file)
            .args(arguments)
            .output()
            .unwrap();
        (
            output.status.code(),
            serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap(),
        )
    };
    let (code, verdict) = verify(&[]);
    assert_eq!((code, &verdict["ok"]), (Some(0), &json!(true)), "{verdict}");
    database.beside().run("DELETE FROM checkpoint WHERE number > 1");
    let (code, verdict) = verify(&[]);
    assert_eq!(
        (code, &verdict["faults"][0]["what"]),
        (Some(1), &json!("checkpoint")),
        "{verdict}"
    );
}

#[tokio::test]
async fn verifying_works_beside_a_running_hub_and_on_a_copy() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let writing = tokio::spawn(async move {
        for n in 0..200 {
            barang.push(json!({ "id": n.to_string() })).await.is(201);
        }
    });
    while !writing.is_finished() {
        let database = Arc::clone(&hub.database);
        let verdict = tokio::task::spawn_blocking(move || verified(&database))
            .await
            .unwrap();
        assert!(verdict.ok, "{:#?}", verdict.faults);
    }
    writing.await.unwrap();
    if !on_postgres() {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.db");
        hub.database
            .beside()
            .run(&format!("VACUUM INTO '{}'", copy.display()));
        let output = program(&format!("sqlite:{}", copy.display()))
            .args(["audit", "verify"])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("as it was written"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn several_hubs_have_chains_of_their_own_and_a_killed_one_leaves_no_fault() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let key = hub.key("bkd");
    let mut child = Child::start(&hub.database).await;
    let beside = child.api("bkd/barang/v1", &key);
    for n in 0..20 {
        barang.push(json!({ "id": format!("x{n}") })).await.is(201);
        beside.push(json!({ "id": format!("y{n}") })).await.is(201);
    }
    child.kill();
    barang.push(json!({ "id": "z" })).await.is(201);
    let database = ended(hub);
    let verdict = verified(&database);
    assert!(verdict.ok, "{:#?}", verdict.faults);
    assert!(verdict.chains >= 3, "{verdict:?}");
}
