//! A stream with an `Idempotency-Key` that was cut off and is sent again: it goes on behind what is stored of it, and what
//! is stored as one is stored once.

use std::convert::Infallible;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;

use futures_util::StreamExt as _;
use serde_json::Value;

use crate::harness::{Answer, Api, Call, Child, Database, TestHub, contracts, eventually, on_postgres};

const HEADER: &str = "Idempotency-Key";

/// How many lines a bulk has here, of how many records.
const LINES: (usize, usize) = (4_000, 1_500);

/// A line of which every record comes more than once, each time with another payload.
fn line(n: usize) -> String {
    format!("{{\"id\":\"{:04}\",\"n\":{n}}}\n", n % LINES.1)
}

fn lines(count: usize) -> String {
    (0..count).map(line).collect()
}

/// The same body in each form that a bulk may have: the media type and the text.
fn forms() -> [(&'static str, String); 3] {
    let elements: Vec<String> = (0..LINES.0).map(|n| line(n).trim_end().to_owned()).collect();
    let blank = |n: usize| if n.is_multiple_of(7) { "\n\n" } else { "" };
    let sparse: String = (0..LINES.0).map(|n| format!("{}{}", blank(n), line(n))).collect();
    [
        ("application/x-ndjson", lines(LINES.0)),
        ("application/x-ndjson", sparse.trim_end().to_owned()),
        ("application/json", format!("[{}]", elements.join(", "))),
    ]
}

fn bulk(api: &Api, body: impl Into<reqwest::Body>) -> Call {
    let call = api.call("POST", "/records");
    call.body("application/x-ndjson", body).header(HEADER, "k")
}

/// The counts of the whole bulk, and each of its lines once in the feed, in order.
async fn whole(answer: Answer, api: &Api) {
    let told = answer.expect(200);
    for (name, count) in [
        ("received", LINES.0),
        ("created", LINES.1),
        ("updated", LINES.0 - LINES.1),
        ("unchanged", 0),
        ("rejected", 0),
    ] {
        assert_eq!(told[name], count, "{name}: {told}");
    }
    let feed = api.all_changes(0, 10_000).await;
    let order: Vec<&Value> = feed.iter().map(|change| &change["data"]["n"]).collect();
    assert_eq!(order, (0..LINES.0).collect::<Vec<_>>());
}

/// Lets the time pass for which a request that fell silent is taken to be running.
fn silent(database: &Database) {
    let mut beside = database.beside();
    beside.run("UPDATE idempotency SET at = at - 200000 WHERE status IS NULL");
}

#[tokio::test]
async fn a_bulk_whose_hub_was_killed_goes_on_behind_what_is_stored() {
    let hub = TestHub::start().await;
    hub.publish(&contracts::barang());
    let (database, key) = (Arc::clone(&hub.database), hub.key("bkd"));
    drop(hub);
    let mut child = Child::start(&database).await;
    let api = child.api("bkd/barang/v1", &key);
    let begun = futures_util::stream::iter([Ok::<_, Infallible>(lines(3_000))]);
    let body = reqwest::Body::wrap_stream(begun.chain(futures_util::stream::pending()));
    let sending = tokio::spawn(bulk(&api.apart(), body).answered());
    eventually("some of it is stored", || async {
        let stored = api.get("/records?limit=1").await.expect(200)["as_of"].as_u64();
        (stored >= Some(500)).then_some(())
    })
    .await;
    child.kill();
    assert!(sending.await.unwrap().is_none(), "a dead hub does not answer");
    let child = Child::start(&database).await;
    let api = child.api("bkd/barang/v1", &key);
    bulk(&api, lines(LINES.0))
        .await
        .problem(409, "idempotency-key-running");
    silent(&database);
    whole(bulk(&api, lines(LINES.0)).await, &api).await;
    let again = bulk(&api, lines(LINES.0)).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
}

#[tokio::test]
async fn a_bulk_whose_sender_went_away_goes_on_in_whichever_form_it_comes() {
    let ways = forms().map(|form| [(form.clone(), false), (form, true)]);
    for ((media, body), reset) in ways.into_iter().flatten() {
        let (hub, barang) = TestHub::with(contracts::barang()).await;
        cut_off(&hub, media, &body, reset).await;
        let again = || {
            let call = barang.call("POST", "/records").body(media, body.clone());
            call.header(HEADER, "k")
        };
        let answer = eventually("the key is free", || async {
            let answer = again().await;
            (answer.status != 409).then_some(answer)
        })
        .await;
        whole(answer, &barang).await;
    }
}

/// Sends more than half of a bulk, and no more; the connection is closed, or reset.
async fn cut_off(hub: &TestHub, media: &str, all: &str, reset: bool) {
    // Whoever closes a connection without having read what came resets it.
    let unread = if reset { "Expect: 100-continue\r\n" } else { "" };
    let head = format!(
        "POST /api/bkd/barang/v1/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: {media}\r\n{HEADER}: k\r\n{unread}Content-Length: {}\r\n\r\n",
        hub.key("bkd"),
        all.len()
    );
    let mut stream = TcpStream::connect(hub.address()).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    // In the middle of a line.
    stream.write_all(&all.as_bytes()[..all.len() / 2 + 7]).unwrap();
    eventually("the key is taken", || async {
        let taken = hub.database.beside().number("SELECT count(*) FROM idempotency");
        (taken == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_bulk_whose_sender_went_away_goes_on_for_the_same_body_alone() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let all = lines(LINES.0);
    cut_off(&hub, "application/x-ndjson", &all, false).await;
    let other = || bulk(&barang, all.replacen("\"n\":3}", "\"n\":-3}", 1));
    eventually("the key is free", || async {
        let answer = other().await;
        (answer.status != 409).then(|| answer.problem(422, "idempotency-key-reused"))
    })
    .await;
    let stored = barang.all_changes(0, 10_000).await.len();
    assert!((500..2_100).contains(&stored), "{stored}");
    let shorter = bulk(&barang, lines(stored - 1)).await;
    shorter.problem(422, "idempotency-key-reused");
    let single = barang.push(r#"{"id":"x"}"#).header(HEADER, "k").await;
    single.problem(422, "idempotency-key-reused");
    assert_eq!(barang.all_changes(0, 10_000).await.len(), stored);
    whole(bulk(&barang, all).await, &barang).await;
}

#[tokio::test]
async fn what_was_stored_before_is_not_paid_for_once_more() {
    let mut contract = contracts::barang();
    contract["limits"] = serde_json::json!({"records_per_second": 2_000});
    let (hub, barang) = TestHub::with(contract).await;
    cut_off(&hub, "application/x-ndjson", &lines(LINES.0), false).await;
    let short = || bulk(&barang, lines(10));
    let readable = || async { barang.get("/records?limit=1").await.status == 200 };
    eventually("the key is free and what came is paid for", || async {
        let refused = short().await.status == 422;
        (refused && readable().await).then_some(())
    })
    .await;
    short().await.problem(422, "idempotency-key-reused");
    assert!(readable().await);
}

#[tokio::test]
async fn a_hub_that_fell_silent_stores_nothing_any_more_once_another_took_its_bulk_up() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let (send, receive) = tokio::sync::mpsc::unbounded_channel();
    let body = futures_util::stream::unfold(receive, |mut receive| async {
        let next: Option<String> = receive.recv().await;
        next.map(|next| (Ok::<_, Infallible>(next), receive))
    });
    let first = bulk(&barang.apart(), reqwest::Body::wrap_stream(body));
    let first = tokio::spawn(first.into_future());
    send.send(lines(3_000)).unwrap();
    // All but the parts that wait for what comes behind them.
    eventually("most of it is stored", || async {
        let stored = barang.get("/records?limit=1").await.expect(200)["as_of"].as_u64();
        (stored >= Some(2_000)).then_some(())
    })
    .await;
    silent(&hub.database);
    whole(bulk(&barang, lines(LINES.0)).await, &barang).await;
    send.send((3_000..LINES.0).map(line).collect()).unwrap();
    drop(send);
    first.await.unwrap().problem(409, "idempotency-key-running");
    let again = bulk(&barang, lines(LINES.0)).await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    whole(again, &barang).await;
}

#[tokio::test]
async fn behind_a_part_that_could_not_be_stored_nothing_is() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    refuse(&hub.database, "INSERT ON change", "NEW.key = '0010'");
    let refused = bulk(&barang, lines(LINES.0)).await;
    assert!(refused.status >= 500, "{refused:?}");
    assert_eq!(barang.all_changes(0, 10).await.len(), 0);
    allow(&hub.database, "change");
    whole(bulk(&barang, lines(LINES.0)).await, &barang).await;
}

/// Has the database refuse what it is told to do to a table, `when` it is so.
fn refuse(database: &Database, what: &str, when: &str) {
    let body = if on_postgres() {
        "EXECUTE FUNCTION refuse()"
    } else {
        "BEGIN SELECT RAISE(ABORT, 'no'); END"
    };
    let mut beside = database.beside();
    if on_postgres() {
        beside.run(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        );
    }
    beside.run(&format!(
        "CREATE TRIGGER refused BEFORE {what} FOR EACH ROW WHEN ({when}) {body}"
    ));
}

fn allow(database: &Database, table: &str) {
    let mut beside = database.beside();
    beside.run(&match on_postgres() {
        true => format!("DROP TRIGGER refused ON {table}"),
        false => "DROP TRIGGER refused".to_owned(),
    });
}

#[tokio::test]
async fn a_bulk_that_is_stored_and_was_not_answered_is_answered_and_not_stored_anew() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let body = "{\"id\":\"a\"}\n{\"id\":false}\n{\"id\":\"b\",\"n\":1}\n{\"id\":\"b\",\"n\":2}\n";
    // As a hub leaves it that is killed behind the last part.
    refuse(&hub.database, "UPDATE ON idempotency", "NEW.status IS NOT NULL");
    bulk(&barang, body).await.is(503);
    allow(&hub.database, "idempotency");
    assert_eq!(barang.all_changes(0, 10).await.len(), 3);
    barang.push(r#"{"id":"b","n":3}"#).await.is(200);
    silent(&hub.database);
    let told = bulk(&barang, body).await.expect(200);
    for (name, count) in [("received", 4), ("created", 2), ("updated", 1), ("rejected", 1)] {
        assert_eq!(told[name], count, "{name}: {told}");
    }
    assert!(barang.record("b").await.is(200).body.contains("\"n\":3"));
    assert_eq!(barang.all_changes(0, 10).await.len(), 4);
}

#[tokio::test]
async fn what_is_stored_and_its_answer_or_how_far_it_came_are_one_transaction() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"x"}"#).await.is(201);
    refuse(&hub.database, "UPDATE ON idempotency", "TRUE");
    let send = |method: &str, path: &str| {
        let call = barang.call(method, path);
        let call = call.body("application/x-ndjson", "{\"id\":\"a\"}\n{\"id\":\"b\"}\n");
        call.header(HEADER, path)
    };
    let ways = [
        ("POST", "/records"),
        ("POST", "/records?atomic=true"),
        ("PUT", "/snapshot?max_delete=1"),
    ];
    for (method, path) in ways {
        send(method, path).await.is(503);
        assert_eq!(barang.all_changes(0, 10).await.len(), 1, "{path}");
    }
    allow(&hub.database, "idempotency");
    silent(&hub.database);
    for ((method, path), changes) in ways.into_iter().zip([3, 3, 4]) {
        send(method, path).await.is(200);
        assert_eq!(barang.all_changes(0, 10).await.len(), changes, "{path}");
        let again = send(method, path).await;
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }
}
