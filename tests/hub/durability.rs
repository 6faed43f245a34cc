//! Invariant 1: an answer that says stored is sent after the commit. The real program is killed
//! again and again while it is written to, and asked to stop while it works.

use std::collections::BTreeMap;
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Api, Child, Database, TestHub, contracts, eventually, on_postgres, program};

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;

/// What was acknowledged: the payload under each seq.
type Acknowledged = Arc<Mutex<BTreeMap<u64, Value>>>;

/// A database with a dataset and an agency's key in it, and no hub running.
async fn prepared() -> (Arc<Database>, String) {
    let hub = TestHub::start().await;
    hub.publish(&contracts::barang());
    (Arc::clone(&hub.database), hub.key("bkd"))
}

/// Pushes over one connection until no answer comes; every second push changes a record that
/// others change too.
async fn push_until_the_end(api: Api, name: String, acknowledged: Acknowledged) {
    for n in 0.. {
        let key = if n % 2 == 0 {
            format!("{name}-{n}")
        } else {
            format!("shared-{}", n % 7)
        };
        let payload = json!({"id": key, "by": format!("{name}-{n}")});
        let Some(answer) = api.push(&payload).answered().await else {
            return;
        };
        match answer.status {
            200 | 201 => {
                let seq = answer.json()["seq"].as_u64().unwrap();
                let before = acknowledged.lock().unwrap().insert(seq, payload);
                assert_eq!(before, None, "seq {seq} was given out twice");
            }
            503 => {}
            _ => panic!("{answer:?}"),
        }
    }
}

fn count(acknowledged: &Acknowledged) -> usize {
    acknowledged.lock().unwrap().len()
}

/// Starts writers on the child; they end with it.
fn write(
    child: &Child,
    key: &str,
    round: usize,
    acknowledged: &Acknowledged,
) -> Vec<tokio::task::JoinHandle<()>> {
    (0..CONNECTIONS)
        .map(|connection| {
            let api = child.api("bkd/barang/v1", key);
            let name = format!("r{round}c{connection}");
            tokio::spawn(push_until_the_end(api, name, Arc::clone(acknowledged)))
        })
        .collect()
}

/// Waits until so many more pushes were acknowledged.
async fn acknowledge(acknowledged: &Acknowledged, more: usize) {
    let wanted = count(acknowledged) + more;
    eventually("pushes are acknowledged", || async {
        (count(acknowledged) >= wanted).then_some(())
    })
    .await;
}

/// After a kill, PostgreSQL may still be busy with what the dead hub had asked for.
async fn settle(database: &Database) {
    if on_postgres() {
        let mut beside = database.beside();
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        while beside.number(others) > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The feed has no gaps, holds what was acknowledged under its seq, and agrees with the list; every
/// change has its exchange.
async fn check(api: &Api, database: &Database, acknowledged: &Acknowledged) -> usize {
    let feed = api.all_changes(0, 10_000).await;
    for (change, expected) in std::iter::zip(&feed, 1_u64..) {
        assert_eq!(change["seq"], expected, "the feed has no gaps");
    }
    for (seq, payload) in acknowledged.lock().unwrap().iter() {
        let place = usize::try_from(seq - 1).unwrap();
        let change = feed
            .get(place)
            .unwrap_or_else(|| panic!("seq {seq} was acknowledged and is lost"));
        assert_eq!(change["data"], *payload, "seq {seq}");
    }
    let mut state: BTreeMap<&str, (&Value, &Value)> = BTreeMap::new();
    for change in &feed {
        state.insert(change["key"].as_str().unwrap(), (&change["seq"], &change["data"]));
    }
    let records = api.all_records(1_000).await;
    let listed: BTreeMap<&str, (&Value, &Value)> = records
        .iter()
        .map(|record| {
            let key = record["key"].as_str().unwrap();
            (key, (&record["seq"], &record["data"]))
        })
        .collect();
    assert_eq!(listed, state, "the list and the feed agree");
    let mut beside = database.beside();
    let orphans = "SELECT count(*) FROM change c WHERE NOT EXISTS (SELECT 1 FROM exchange e WHERE e.id = c.exchange_id)";
    assert_eq!(beside.number(orphans), 0, "every change has its exchange");
    let head = beside.number("SELECT max(seq) FROM dataset_head");
    assert_eq!(usize::try_from(head).unwrap(), feed.len());
    feed.len()
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_nine_again_and_again() {
    let (database, key) = prepared().await;
    let acknowledged = Acknowledged::default();
    for round in 1..=ROUNDS {
        let mut child = Child::start(&database).await;
        let writers = write(&child, &key, round, &acknowledged);
        acknowledge(&acknowledged, 100 + 37 * round).await;
        child.kill();
        for writer in join_all(writers).await {
            writer.unwrap();
        }
        settle(&database).await;
        let child = Child::start(&database).await;
        let stored = check(&child.api("bkd/barang/v1", &key), &database, &acknowledged).await;
        // What was stored and could not be acknowledged any more: at most one per connection and kill.
        let unheard = stored - count(&acknowledged);
        assert!(unheard <= CONNECTIONS * round, "{unheard} after {round} kills");
    }
}

#[tokio::test]
async fn a_bulk_that_a_kill_cut_short_is_stored_in_whole_parts_and_in_order() {
    let (database, key) = prepared().await;
    let mut child = Child::start(&database).await;
    let api = child.api("bkd/barang/v1", &key);
    let lines = futures_util::stream::iter((0..).map(|n| {
        Ok::<_, std::convert::Infallible>(format!("{{\"id\":\"{n:09}\",\"x\":\"{}\"}}\n", "y".repeat(200)))
    }));
    let bulk = api
        .apart()
        .call("POST", "/records")
        .body("application/x-ndjson", reqwest::Body::wrap_stream(lines));
    let sending = tokio::spawn(bulk.answered());
    let atomic = futures_util::stream::iter(
        (0..).map(|n| Ok::<_, std::convert::Infallible>(format!("{{\"id\":\"atomic-{n}\"}}\n"))),
    );
    let atomic = api
        .apart()
        .call("POST", "/records?atomic=true")
        .body("application/x-ndjson", reqwest::Body::wrap_stream(atomic));
    let staging = tokio::spawn(atomic.answered());
    eventually("some of it is stored", || async {
        let stored = api.get("/records?limit=1").await.expect(200)["as_of"].as_u64();
        (stored > Some(2_000)).then_some(())
    })
    .await;
    child.kill();
    assert!(sending.await.unwrap().is_none(), "a dead hub does not answer");
    // It may have been refused for its size before.
    drop(staging.await.unwrap());
    settle(&database).await;
    let child = Child::start(&database).await;
    let api = child.api("bkd/barang/v1", &key);
    check(&api, &database, &Acknowledged::default()).await;
    let feed = api.all_changes(0, 10_000).await;
    for (change, n) in std::iter::zip(&feed, 0..) {
        assert_eq!(change["key"], format!("{n:09}"), "in the order of the stream");
    }
}

#[tokio::test]
async fn a_hub_that_is_asked_to_stop_answers_what_is_in_flight_and_ends_well() {
    let (database, key) = prepared().await;
    let mut child = Child::start(&database).await;
    let acknowledged = Acknowledged::default();
    let writers = write(&child, &key, 0, &acknowledged);
    // A bulk whose second half comes after the hub was asked to stop.
    let (send, mut receive) = tokio::sync::mpsc::unbounded_channel::<String>();
    let parts = futures_util::stream::poll_fn(move |context| {
        receive
            .poll_recv(context)
            .map(|part| part.map(Ok::<_, std::convert::Infallible>))
    });
    let api = child.api("bkd/barang/v1", &key);
    let bulk = api
        .apart()
        .call("POST", "/records")
        .body("application/x-ndjson", reqwest::Body::wrap_stream(parts));
    let bulk = tokio::spawn(bulk.into_future());
    let first: String = (0..5_000).map(|n| format!("{{\"id\":\"bulk-{n}\"}}\n")).collect();
    send.send(first).unwrap();
    eventually("the bulk is under way", || async {
        (api.record("bulk-0").await.status == 200).then_some(())
    })
    .await;
    acknowledge(&acknowledged, 50).await;
    child.terminate();
    eventually("the hub takes no more connections", || async {
        let tried = api.apart().get("/records?limit=1").answered().await;
        tried.is_none().then_some(())
    })
    .await;
    send.send("{\"id\":\"bulk-last\"}\n".into()).unwrap();
    drop(send);
    let report = bulk.await.unwrap().expect(200);
    assert_eq!(report["created"], 5_001);
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    drop(api);
    assert_eq!(child.wait().code(), Some(0));
    settle(&database).await;
    let child = Child::start(&database).await;
    let api = child.api("bkd/barang/v1", &key);
    check(&api, &database, &acknowledged).await;
    api.record("bulk-last").await.is(200);
}

/// Waits until a program has ended by itself; what it was told.
async fn ended(mut child: Child) -> i32 {
    let wait = tokio::task::spawn_blocking(move || child.wait());
    let status = tokio::time::timeout(Duration::from_secs(60), wait).await;
    status.unwrap().unwrap().code().unwrap()
}

#[tokio::test]
async fn a_hub_whose_database_file_was_taken_away_ends_and_one_that_is_there_again_is_the_same() {
    let (database, key) = prepared().await;
    let Some(file) = database.file() else {
        // A server's files are its own affair.
        return;
    };
    let child = Child::start(&database).await;
    child
        .api("bkd/barang/v1", &key)
        .push(r#"{"id":"a"}"#)
        .await
        .is(201);
    let away = file.with_extension("away");
    // As when a disk is mounted over the folder, or taken away from under it.
    std::fs::rename(file, &away).unwrap();
    assert_eq!(ended(child).await, 1);
    std::fs::rename(&away, file).unwrap();
    let child = Child::start(&database).await;
    child.api("bkd/barang/v1", &key).record("a").await.is(200);
}

#[tokio::test]
async fn a_database_that_is_gone_is_not_begun_anew_where_a_file_tells_of_it() {
    let (database, _) = prepared().await;
    let Some(file) = database.file() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let witness = folder.path().join("checkpoints");
    let settings = ("MAHAKAM_CHECKPOINT_FILE", witness.to_str().unwrap());
    let hub = TestHub::builder()
        .on(&database)
        .setting(settings.0, settings.1)
        .start()
        .await;
    hub.hub.checkpoint().unwrap();
    drop(hub);
    let away = file.with_extension("away");
    std::fs::rename(file, &away).unwrap();
    let mut serve = program(database.url());
    let serve = serve.arg("serve").env(settings.0, settings.1);
    let output = serve.env("MAHAKAM_LISTEN", "127.0.0.1:0").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("hub.db is not there") && said.contains("Mount its disk"),
        "{said}"
    );
    // Nor by a command; that would be taken for it at the next start.
    for command in [
        ["opd", "list"].as_slice(),
        &["migrate"],
        &["audit", "verify"],
        &["backup", "a.zip"],
        &["doctor"],
    ] {
        let mut run = program(database.url());
        let output = run.args(command).env(settings.0, settings.1).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command:?}: {output:?}");
        assert!(!file.exists(), "{command:?}");
    }
}

#[tokio::test]
async fn another_program_that_looks_into_the_database_takes_nothing_from_a_hub_that_runs() {
    let (database, key) = prepared().await;
    let mut child = Child::start(&database).await;
    let barang = |child: &Child| child.api("bkd/barang/v1", &key);
    barang(&child).push(r#"{"id":"a"}"#).await.is(201);
    // The last that closes a database clears up behind it, unless somebody else holds it.
    let mut beside = database.beside();
    assert_eq!(beside.number("SELECT count(*) FROM record"), 1);
    drop(beside);
    barang(&child).push(r#"{"id":"b"}"#).await.is(201);
    child.kill();
    let child = Child::start(&database).await;
    barang(&child).record("b").await.is(200);
}

#[tokio::test]
async fn a_service_manager_is_told_when_the_hub_is_ready() {
    let (database, _) = prepared().await;
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("notify");
    let manager = UnixDatagram::bind(&socket).unwrap();
    manager.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut serve = program(database.url());
    serve.env("NOTIFY_SOCKET", &socket);
    let child = Child::start_as(serve).await;
    let told = || {
        let mut told = [0; 64];
        let length = manager.recv(&mut told).unwrap();
        String::from_utf8_lossy(&told[..length]).trim().to_owned()
    };
    assert_eq!(told(), "READY=1");
    child.terminate();
    assert_eq!(told(), "STOPPING=1");
    assert_eq!(ended(child).await, 0);
}
