//! When the database fails: 503 with `Retry-After`, nothing acknowledged that is not stored, and
//! recovery without a hand. One bad row fails alone.

use futures_util::future::join_all;
use serde_json::json;

use crate::harness::{Answer, Api, Beside, TestHub, contracts, eventually, on_postgres};

/// A 503 that tells when to try again, and nothing of the cause.
pub fn is_away(answer: &Answer) {
    answer.problem(503, "database-unavailable");
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!(seconds > 0);
}

pub async fn works_again(barang: &Api) {
    eventually("the hub works again", || async {
        let pushed = barang.push(r#"{"id":"again"}"#).await;
        let (listed, read) = (barang.get("/records").await, barang.record("again").await);
        ([200, 201].contains(&pushed.status) && listed.status == 200 && read.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn while_a_table_is_away_everything_that_needs_it_is_503() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let mut beside = hub.database.beside();
    beside.run("ALTER TABLE change RENAME TO change_away");
    for call in [
        barang.push(r#"{"id":"b"}"#),
        barang.put("b", r#"{"id":"b"}"#),
        barang.delete("a"),
        barang.record("a"),
        barang.get("/records"),
        barang.get("/changes"),
    ] {
        is_away(&call.await);
    }
    let bulk = barang.lines("{\"id\":\"b\"}\n{\"id\":\"c\"}").await;
    is_away(&bulk);
    assert_eq!(bulk.json()["created"], 0);
    let atomic = barang
        .call("POST", "/records?atomic=true")
        .json(r#"[{"id":"b"}]"#);
    is_away(&atomic.await);
    // What needs no table still works.
    barang.post("/validate", "{").await.problem(400, "not-json");
    barang.get("/contract").await.is(200);
    beside.run("ALTER TABLE change_away RENAME TO change");
    works_again(&barang).await;
    let feed = barang.all_changes(0, 10).await;
    let keys: Vec<_> = feed.iter().map(|change| &change["key"]).collect();
    assert_eq!(keys, ["a", "again"], "what was refused is not there");
}

#[tokio::test]
async fn connections_that_are_cut_are_made_anew() {
    if !on_postgres() {
        // SQLite has no connection that could be cut.
        return;
    }
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let mut acknowledged = Vec::new();
    for round in 0..5 {
        hub.database.end_connections();
        for n in 0..6 {
            let key = format!("{round}-{n}");
            let answer = barang.push(json!({"id": key})).await;
            match answer.status {
                201 => acknowledged.push(key),
                _ => is_away(&answer),
            }
        }
        let read = barang.get("/records").await;
        if read.status != 200 {
            is_away(&read);
        }
        works_again(&barang).await;
    }
    assert!(!acknowledged.is_empty());
    for key in acknowledged {
        barang.record(&key).await.is(200);
    }
    for (change, seq) in std::iter::zip(barang.all_changes(0, 100).await, 1..) {
        assert_eq!(change["seq"], seq);
    }
}

#[tokio::test]
async fn connections_that_are_cut_under_load_lose_nothing_that_was_acknowledged() {
    if !on_postgres() {
        return;
    }
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let writers = (0..8).map(|writer| {
        let api = barang.apart();
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0..60 {
                let key = format!("{writer}-{n}");
                let answer = api.push(json!({"id": key})).await;
                match answer.status {
                    201 => acknowledged.push((answer.json()["seq"].as_u64().unwrap(), key)),
                    _ => is_away(&answer),
                }
            }
            acknowledged
        })
    });
    let writers: Vec<_> = writers.collect();
    for _ in 0..10 {
        hub.database.end_connections();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let acknowledged = join_all(writers).await.into_iter().flat_map(Result::unwrap);
    works_again(&barang).await;
    let feed = barang.all_changes(0, 1_000).await;
    for (change, seq) in std::iter::zip(&feed, 1..) {
        assert_eq!(change["seq"], seq);
    }
    for (seq, key) in acknowledged {
        assert_eq!(feed[usize::try_from(seq - 1).unwrap()]["key"], key);
    }
}

/// Keeps all writes of a dataset waiting until it is let go.
fn hold(hub: &TestHub) -> Beside {
    let mut beside = hub.database.beside();
    beside.run(if on_postgres() {
        "BEGIN; SELECT * FROM dataset_head FOR UPDATE"
    } else {
        "BEGIN IMMEDIATE"
    });
    beside
}

#[tokio::test]
async fn while_another_holds_the_lock_writes_wait_and_reads_go_on() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let mut held = hold(&hub);
    let waiting = tokio::spawn(barang.apart().push(r#"{"id":"b"}"#).into_future());
    for _ in 0..20 {
        barang.record("a").await.is(200);
        barang.get("/changes").await.is(200);
        barang.record("b").await.is(404);
    }
    assert!(!waiting.is_finished(), "nothing is answered before the commit");
    held.run("COMMIT");
    waiting.await.unwrap().is(201);
}

#[tokio::test]
async fn a_full_queue_is_503_and_loses_nothing_that_was_taken() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_MAX_RECORD_BYTES", 10_000)
        .setting("MAHAKAM_MAX_DRY_BYTES", 10_000)
        .setting("MAHAKAM_QUEUE_BYTES", 20_480)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    let mut held = hold(&hub);
    let filler = "x".repeat(4_000);
    let calls: Vec<_> = (0..40)
        .map(|n| {
            let payload = json!({"id": format!("k{n}"), "x": filler});
            tokio::spawn(barang.push(payload).into_future())
        })
        .collect();
    // The queue takes a few; all the others are refused while the lock is still held.
    eventually("the queue is full", || async {
        let refused = calls.iter().filter(|call| call.is_finished()).count();
        (refused >= 30).then_some(())
    })
    .await;
    held.run("COMMIT");
    let answers: Vec<Answer> = join_all(calls).await.into_iter().map(Result::unwrap).collect();
    let mut stored = 0;
    for answer in &answers {
        match answer.status {
            201 => stored += 1,
            _ => {
                answer.problem(503, "overloaded");
                assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
            }
        }
    }
    assert!(stored > 0);
    assert_eq!(barang.all_records(100).await.len(), stored);
}

/// Pushes thirty records so that they wait together, one of them poisoned; gives the answers.
async fn with_poison(hub: &TestHub, barang: &Api) -> Vec<(String, Answer)> {
    let mut held = hold(hub);
    let keys: Vec<String> = (0..30)
        .map(|n| if n == 17 { "poison".into() } else { format!("k{n}") })
        .collect();
    let calls: Vec<_> = keys
        .iter()
        .map(|key| tokio::spawn(barang.push(json!({"id": key})).into_future()))
        .collect();
    // All of them have been sent when the hub goes on answering others.
    for _ in 0..10 {
        hub.call("GET", "/health/live").await.is(200);
    }
    held.run("COMMIT");
    let answers = join_all(calls).await.into_iter().map(Result::unwrap);
    std::iter::zip(keys, answers).collect()
}

async fn only_the_poisoned_failed(barang: &Api, answers: Vec<(String, Answer)>) {
    for (key, answer) in answers {
        if key == "poison" {
            is_away(&answer);
        } else {
            assert_eq!(answer.status, 201, "{key}: {answer:?}");
        }
    }
    for (change, seq) in std::iter::zip(barang.all_changes(0, 100).await, 1..) {
        assert_eq!(change["seq"], seq);
    }
    assert_eq!(barang.all_records(100).await.len(), 29);
}

#[tokio::test]
async fn a_row_that_breaks_a_constraint_does_not_fail_its_neighbours() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    hub.database.beside().run(if on_postgres() {
        "ALTER TABLE change ADD CONSTRAINT poisoned CHECK (key <> 'poison')"
    } else {
        "CREATE TABLE antidote (n INTEGER CHECK (n > 0));
         CREATE TRIGGER poisoned BEFORE INSERT ON change WHEN NEW.key = 'poison'
         BEGIN INSERT INTO antidote VALUES (0); END"
    });
    let answers = with_poison(&hub, &barang).await;
    only_the_poisoned_failed(&barang, answers).await;
}

#[tokio::test]
async fn a_row_that_the_database_refuses_for_any_reason_does_not_fail_its_neighbours() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    hub.database.beside().run(if on_postgres() {
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
         CREATE TRIGGER poisoned BEFORE INSERT ON change FOR EACH ROW WHEN (NEW.key = 'poison')
         EXECUTE FUNCTION refuse()"
    } else {
        "CREATE TRIGGER poisoned BEFORE INSERT ON change WHEN NEW.key = 'poison'
         BEGIN SELECT RAISE(ABORT, 'no'); END"
    });
    let answers = with_poison(&hub, &barang).await;
    only_the_poisoned_failed(&barang, answers).await;
}
