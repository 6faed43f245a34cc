//! What was shown of persons: in the log before it leaves, and found again by the person's number.

use diesel::connection::SimpleConnection as _;
use mahakam::config::DatabaseConfig;
use mahakam::store::{DbConnection, Store, subjects};
use mahakam::types::Timestamp;
use serde_json::{Value, json};

use super::orang;
use crate::chains::{plan, watch};
use crate::harness::{ADMIN_KEY, Api, TestHub, contracts};

const NIK: &str = "7171010101900001";

/// A hub with two persons, and the keys of `bkd` (owner) and `dinkes` (may pull).
async fn with_persons() -> (TestHub, Api, String) {
    let hub = TestHub::start().await;
    let owner = hub.publish(&orang());
    owner
        .lines(format!(
            "{{\"id\":\"a\",\"nik\":\"{NIK}\",\"nama\":\"Ani\"}}\n{{\"id\":\"b\",\"nik\":\"7171010101900002\",\"nama\":\"Budi\"}}\n"
        ))
        .await
        .is(200);
    let key = hub.key("dinkes");
    let reader = owner.with_key(Some(&key));
    (hub, reader, key)
}

async fn sightings(hub: &TestHub, nik: &str) -> Value {
    hub.call("GET", &format!("/admin/audit/subjects/{nik}"))
        .key(ADMIN_KEY)
        .await
        .expect(200)
}

fn actions(found: &Value) -> Vec<(String, Vec<String>)> {
    let each = |sighting: &Value| {
        assert_eq!(sighting["opd"], "dinkes", "{sighting}");
        assert_eq!(sighting["dataset"], "bkd/orang/v1");
        let seen = sighting["seen"].as_array().unwrap().iter();
        let keys = seen
            .map(|seen| seen["key"].as_str().unwrap().to_owned())
            .collect();
        (sighting["action"].as_str().unwrap().to_owned(), keys)
    };
    found["sightings"].as_array().unwrap().iter().map(each).collect()
}

#[tokio::test]
async fn whoever_saw_a_person_is_found_by_every_way_of_reading_and_nobody_else() {
    let (hub, reader, _) = with_persons().await;
    let ways: [(&str, &str, &str); 9] = [
        ("/records/a", "application/json", "pull"),
        ("/records", "application/json", "pull"),
        ("/records?/nama=Ani", "application/json", "pull"),
        ("/records?key=a&key=c", "application/json", "pull"),
        ("/records", "application/x-ndjson", "pull"),
        ("/records/a/history", "application/json", "pull"),
        ("/changes?since=0", "application/json", "changes"),
        ("/changes?since=0", "application/x-ndjson", "changes"),
        ("/export?format=csv", "text/csv", "export"),
    ];
    for (number, (path, accept, action)) in ways.into_iter().enumerate() {
        reader.get(path).header("accept", accept).await.is(200);
        let found = sightings(&hub, NIK).await;
        let actions = actions(&found);
        assert_eq!(actions.len(), number + 1, "{path} {accept}: {found}");
        let expected = (action.to_owned(), vec!["a".to_owned()]);
        let same = ways.iter().take(number + 1).filter(|way| way.2 == action).count();
        assert_eq!(
            actions.iter().filter(|seen| **seen == expected).count(),
            same,
            "{path}"
        );
    }
    // What shows somebody else only.
    for path in [
        "/records/b",
        "/records?/nama=Budi",
        "/records?key=b",
        "/records/c",
    ] {
        reader.get(path).await;
    }
    assert_eq!(actions(&sightings(&hub, NIK).await).len(), ways.len());
    let nobody = sightings(&hub, "7171010101900003").await;
    assert_eq!(nobody, json!({"versions": 0, "sightings": [], "next": null}));
}

#[tokio::test]
async fn what_stood_before_a_person_came_or_after_they_went_is_not_held_against_anybody() {
    let (hub, reader, _) = with_persons().await;
    let owner = reader.with_key(Some(&hub.key("bkd")));
    owner.delete("a").await.is(200);
    reader.get("/records").await.is(200);
    assert_eq!(actions(&sightings(&hub, NIK).await), []);
    owner
        .push(format!(r#"{{"id":"a","nik":"{NIK}","nama":"Ani"}}"#))
        .await
        .is(201);
    reader.record("a").await.is(200);
    assert_eq!(actions(&sightings(&hub, NIK).await).len(), 1);
}

#[tokio::test]
async fn pages_of_sightings_and_of_exchanges_show_each_once() {
    let (hub, reader, _) = with_persons().await;
    for _ in 0..5 {
        reader.record("a").await.is(200);
    }
    for (path, member) in [
        (format!("/admin/audit/subjects/{NIK}?limit=2"), "sightings"),
        ("/admin/exchanges?reading=true&limit=2".to_owned(), "exchanges"),
    ] {
        let (mut ids, mut next) = (Vec::new(), Some(path));
        while let Some(path) = next {
            let answer = hub.call("GET", &path).key(ADMIN_KEY).await;
            let page = answer.is(200).json();
            for item in page[member].as_array().unwrap() {
                let id = item.get("exchange").or_else(|| item.get("id")).unwrap();
                ids.push(id.as_str().unwrap().to_owned());
            }
            next = (!page["next"].is_null()).then(|| {
                let link = answer.header("link");
                let url = link.split(['<', '>']).nth(1).unwrap();
                url[url.find("/admin").unwrap()..].to_owned()
            });
        }
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!((ids.len(), once.len()), (5, 5), "{member}");
    }
}

#[tokio::test]
async fn an_entry_is_there_when_the_answer_is_and_it_is_the_only_one() {
    let (hub, reader, _) = with_persons().await;
    let mut beside = hub.database.beside();
    reader.record("a").await.is(200);
    let count =
        "SELECT count(*) FROM exchange WHERE action = 'pull' AND records = 1 AND reading = '{\"key\":\"a\"}'";
    assert_eq!(beside.number(count), 1);
    reader
        .get("/records")
        .header("accept", "application/x-ndjson")
        .await
        .is(200);
    let sum = "SELECT CAST(sum(records) AS BIGINT) FROM exchange WHERE action = 'pull'";
    assert_eq!(beside.number(sum), 3);
}

#[tokio::test]
async fn what_cannot_be_logged_is_not_shown() {
    let (hub, reader, _) = with_persons().await;
    let mut beside = hub.database.beside();
    beside.run("ALTER TABLE exchange RENAME TO exchange_gone");
    for path in [
        "/records/a",
        "/records",
        "/changes?since=0",
        "/export?format=ndjson",
    ] {
        let answer = reader.get(path).await;
        answer.problem(503, "database-unavailable");
        assert!(!answer.body.contains(NIK));
    }
    beside.run("ALTER TABLE exchange_gone RENAME TO exchange");
    reader.record("a").await.is(200);
}

#[tokio::test]
async fn a_dataset_without_persons_is_read_without_waiting_for_the_log() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    barang.record("a").await.is(200);
    let mut beside = hub.database.beside();
    assert_eq!(
        beside.number("SELECT count(*) FROM exchange WHERE reading IS NOT NULL"),
        0
    );
}

#[tokio::test]
async fn the_log_is_taken_out_as_lines_and_as_a_table() {
    let (hub, reader, _) = with_persons().await;
    reader.record("a").await.is(200);
    let taken = |accept: &'static str, path: &'static str| {
        hub.call("GET", path).key(ADMIN_KEY).header("accept", accept)
    };
    let lines = taken(
        "application/x-ndjson",
        "/admin/exchanges?dataset=bkd/orang/v1&reading=true",
    )
    .await;
    let line: Value = serde_json::from_str(lines.is(200).body.trim()).unwrap();
    assert_eq!(
        (&line["action"], &line["reading"]),
        (&json!("pull"), &json!({"key": "a"}))
    );
    let table = taken("text/csv", "/admin/exchanges?dataset=bkd/orang/v1&reading=true").await;
    let rows: Vec<&str> = table.is(200).body.lines().collect();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[0].starts_with("at,action,outcome,dataset,opd,application"));
    let id = line["id"].as_str().unwrap();
    let parts = hub.call("GET", &format!("/admin/exchanges/{id}")).key(ADMIN_KEY);
    assert_eq!(parts.await.expect(200)["parts"], json!([line]));
    let unknown = hub.call("GET", "/admin/exchanges/0").key(ADMIN_KEY).await;
    unknown.problem(404, "unknown-exchange");
    let audit = taken("text/csv", "/admin/audit?action=opd.add").await;
    assert!(audit.is(200).body.contains("opd.add"));
    let bad = taken("application/json", "/admin/exchanges?from=kemarin").await;
    bad.problem(400, "bad-parameter");
}

#[tokio::test]
async fn asking_who_saw_somebody_is_audited_without_their_number() {
    let (hub, _, _) = with_persons().await;
    sightings(&hub, NIK).await;
    let page = hub
        .call("GET", "/admin/audit?action=audit.subject")
        .key(ADMIN_KEY);
    let page = page.await.expect(200);
    assert_eq!(page["actions"].as_array().unwrap().len(), 1);
    assert!(!page.to_string().contains(NIK));
}

#[tokio::test]
async fn who_read_is_found_dataset_by_dataset_and_told_newest_first() {
    let (hub, orang, key) = with_persons().await;
    let pasien = hub.publish(&contracts::named(super::orang(), "pasien"));
    pasien
        .lines(format!("{{\"id\":\"a\",\"nik\":\"{NIK}\",\"nama\":\"Ani\"}}\n"))
        .await
        .is(200);
    let pasien = pasien.with_key(Some(&key));
    for _ in 0..3 {
        orang.record("a").await.is(200);
        pasien.record("a").await.is(200);
    }
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let mut connection = Store::open(&config).unwrap().dedicated().unwrap();
    if let DbConnection::Postgres(inner) = &mut connection {
        let generic = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";
        inner.batch_execute(generic).unwrap();
    }
    let datasets = ["orang", "pasien"].map(|name| {
        let number = format!("SELECT id FROM dataset WHERE name = '{name}' AND sandbox_of IS NULL");
        hub.database.beside().number(&number)
    });
    let seen = watch(&mut connection);
    let (mut ids, mut before) = (Vec::new(), None);
    loop {
        let rows = subjects::readings(&mut connection, &datasets, Timestamp(0), before.as_ref(), 2).unwrap();
        let Some(last) = rows.last() else { break };
        before = Some(last.key());
        ids.extend(rows.into_iter().map(|row| row.id));
    }
    let asked = std::mem::take(&mut *seen.lock().unwrap());
    assert!(ids.is_sorted_by(|newer, older| newer > older) && ids.len() == 6);
    for text in asked {
        let plan = plan(&mut connection, &text);
        let sorts = plan.contains("TEMP B-TREE");
        assert!(
            plan.contains("exchange_reading_dataset") && !sorts,
            "{text}\n{plan}"
        );
    }
}
