//! A PostgreSQL that is restarted, full, short of connections, or lost to its standby. Each test has clusters of its own.

use std::time::{Duration, Instant};

use super::{Load, holds, prepared};
use crate::harness::{
    Api, Beside, Child, Cluster, Database, Disk, Fault, TestHub, contracts, eventually, on_postgres, program,
};
use crate::log::verified;
use crate::outages::{is_away, works_again};

/// Asks until it is so; a database that comes back has more time than what only waits for the hub.
async fn in_time<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while !ask().await {
        assert!(Instant::now() < deadline, "{what}: not within ninety seconds");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn pushes_again(api: &Api, load: &Load) {
    let before = load.count();
    in_time("pushes are acknowledged again", || async {
        load.count() > before + 20
    })
    .await;
    in_time("records are read again", || async {
        api.get("/records?limit=1")
            .answered()
            .await
            .is_some_and(|answer| answer.status == 200)
    })
    .await;
}

async fn at_least(load: &Load, count: usize) {
    eventually("pushes are acknowledged", || async {
        (load.count() >= count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_restarted_or_lost_under_load_comes_back_with_all_that_was_acknowledged() {
    if !on_postgres() {
        // SQLite is no server.
        return;
    }
    let cluster = Cluster::start(&[], None);
    let (database, key) = prepared(Database::at(&cluster.url("postgres"))).await;
    let child = Child::start(&database).await;
    let api = child.api("bkd/barang/v1", &key);
    let load = Load::begin(&api, "load");
    at_least(&load, 50).await;
    cluster.stop();
    is_away(&api.push(r#"{"id":"away"}"#).await);
    cluster.start_again();
    pushes_again(&api, &load).await;
    cluster.lose();
    is_away(&api.push(r#"{"id":"away"}"#).await);
    is_away(&api.record("away").await);
    let ready = child.call("GET", "/health/ready").await;
    ready.problem(503, "database-unavailable");
    cluster.start_again();
    pushes_again(&api, &load).await;
    holds(&api, &load.end().await).await;
    works_again(&api).await;
}

#[tokio::test]
async fn a_database_whose_disk_is_full_is_503_for_writes_and_with_room_everything_works_again() {
    if !on_postgres() {
        return;
    }
    let cluster = Cluster::start(&[], Some(Disk::new()));
    let (database, key) = prepared(Database::at(&cluster.url("postgres"))).await;
    let child = Child::start(&database).await;
    let api = child.api("bkd/barang/v1", &key);
    api.push(r#"{"id":"a"}"#).await.is(201);
    let load = Load::begin(&api, "load");
    at_least(&load, 50).await;
    // Its tables and indexes.
    cluster.disk().fails(Fault::Full, "/base/");
    let large = format!("{{\"id\":\"b\",\"x\":\"{}\"}}", noise(60_000));
    in_time("the disk is full", || async {
        let answer = api.push(&large).await;
        if answer.status != 503 {
            // There was room in pages that were there.
            return false;
        }
        is_away(&answer);
        true
    })
    .await;
    api.record("a").await.is(200);
    cluster.disk().works(Fault::Full);
    pushes_again(&api, &load).await;
    holds(&api, &load.end().await).await;
    works_again(&api).await;
}

#[tokio::test]
async fn a_database_that_is_frozen_is_503_for_everybody_and_goes_on_when_it_is_thawed() {
    if !on_postgres() {
        return;
    }
    let cluster = Cluster::start(&[], None);
    let (database, key) = prepared(Database::at(&cluster.url("postgres"))).await;
    let mut little_room = program(database.url());
    little_room.env("MAHAKAM_QUEUE_BYTES", "2097152");
    let child = Child::start_as(little_room).await;
    let api = child.api("bkd/barang/v1", &key);
    let load = Load::begin(&api, "load");
    at_least(&load, 50).await;
    let client = database.beside().number("SELECT max(id) FROM application");
    cluster.freeze();
    let token = child.call("POST", "/oauth/token").body(
        "application/x-www-form-urlencoded",
        format!("grant_type=client_credentials&client_id={client}&client_secret={key}"),
    );
    // Those that are under way when it freezes, some of them waiting for room in the queue, and those that come later.
    let (pushed, listed, read, bulk, stream, other, token) = tokio::join!(
        api.apart().push(r#"{"id":"away"}"#).into_future(),
        api.apart().get("/records?limit=1").into_future(),
        api.apart().record("load-0-0").into_future(),
        api.apart()
            .lines("{\"id\":\"away-1\"}\n{\"id\":\"away-2\"}\n")
            .into_future(),
        api.apart().lines(large_lines()).into_future(),
        api.apart().lines(large_lines()).into_future(),
        token.into_future(),
    );
    for answer in [pushed, listed, read, bulk, stream, other, token] {
        is_away(&answer);
    }
    is_away(&api.push(r#"{"id":"away"}"#).await);
    is_away(&api.get("/changes").await);
    child
        .call("GET", "/health/ready")
        .await
        .problem(503, "database-unavailable");
    let before = load.count();
    is_away(&api.push(r#"{"id":"away"}"#).await);
    assert_eq!(load.count(), before, "nothing is acknowledged");
    cluster.thaw();
    pushes_again(&api, &load).await;
    holds(&api, &load.end().await).await;
    works_again(&api).await;
}

#[tokio::test]
async fn what_was_read_before_the_connection_was_lost_is_read_again() {
    if !on_postgres() {
        return;
    }
    let (hub, api) = TestHub::with(contracts::barang()).await;
    api.push(r#"{"id":"a","n":1}"#).await.is(201);
    api.record("a").await.is(200);
    let mut beside = hub.database.beside();
    // As a standby says it that stands as far, and had not heard of the same.
    beside.run(r#"UPDATE change SET payload = '{"id":"a","n":2}'"#);
    assert!(api.record("a").await.is(200).body.contains("\"n\":1"));
    hub.database.end_connections();
    in_time("it is read again", || async {
        let answer = api.record("a").await;
        answer.status == 200 && answer.body.contains("\"n\":2")
    })
    .await;
}

#[tokio::test]
async fn connections_that_were_lost_while_nobody_called_are_made_anew_before_anybody_is_refused() {
    if !on_postgres() {
        return;
    }
    let (hub, api) = TestHub::with(contracts::barang()).await;
    api.push(r#"{"id":"a"}"#).await.is(201);
    api.record("a").await.is(200);
    hub.database.end_connections();
    // A rest is what counts here: connections that are in use show by themselves that they were lost.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    api.push(r#"{"id":"b"}"#).await.is(201);
    api.record("a").await.is(200);
    api.record("b").await.is(200);
    assert!(verified(&hub.database).ok);
}

/// Some megabytes of records.
fn large_lines() -> String {
    let text = "x".repeat(150_000);
    (0..30)
        .map(|n| format!("{{\"id\":\"large-{n}\",\"x\":\"{text}\"}}\n"))
        .collect()
}

/// A text that no compression makes smaller.
fn noise(length: usize) -> String {
    let mut state = 88_172_645_463_325_252_u64;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + u8::try_from(state % 90).unwrap())
    };
    let text: String = (0..length).map(next).collect();
    text.replace(['"', '\\'], "x")
}

#[tokio::test]
async fn while_others_hold_all_connections_it_is_503_and_then_works_again() {
    if !on_postgres() {
        return;
    }
    let cluster = Cluster::start(&[], None);
    let mut manager = Database::at(&cluster.url("postgres")).beside();
    manager.run("CREATE ROLE hub LOGIN; CREATE ROLE lain LOGIN");
    manager.run("CREATE DATABASE hub OWNER hub CONNECTION LIMIT 14");
    let url = cluster.url("hub").replace("postgres@", "hub@");
    let (database, key) = prepared(Database::at(&url)).await;
    let child = Child::start(&database).await;
    let api = child.api("bkd/barang/v1", &key);
    api.push(r#"{"id":"a"}"#).await.is(201);
    // Where no more are to be had, it goes on with what it has.
    manager.run("ALTER ROLE hub NOLOGIN");
    for n in 0..20 {
        api.push(format!("{{\"id\":\"k{n}\"}}")).await.is(201);
    }
    // Where it loses those, it says so.
    manager.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'hub' AND pid <> pg_backend_pid()",
    );
    is_away(&api.push(r#"{"id":"b"}"#).await);
    is_away(&api.get("/records").await);
    let held = held_connections(&cluster.url("hub").replace("postgres@", "lain@"));
    manager.run("ALTER ROLE hub LOGIN");
    is_away(&api.push(r#"{"id":"b"}"#).await);
    drop(held);
    in_time("it works again", || async {
        api.push(r#"{"id":"c"}"#).await.status < 300 && api.get("/records").await.status == 200
    })
    .await;
    works_again(&api).await;
}

/// As many connections as there are to be had.
fn held_connections(url: &str) -> Vec<Beside> {
    use diesel::Connection as _;
    let mut held = Vec::new();
    while let Ok(connection) = diesel::PgConnection::establish(url) {
        held.push(Beside::Postgres(connection));
    }
    assert!(!held.is_empty());
    held
}

#[tokio::test]
async fn when_the_primary_is_lost_and_its_standby_promoted_the_hub_goes_on_with_all_that_was_acknowledged() {
    if !on_postgres() {
        return;
    }
    let primary = Cluster::start(&["synchronous_standby_names=*", "max_wal_senders=5"], None);
    let standby = Cluster::standby_of(&primary);
    let both = format!(
        "postgres://postgres@127.0.0.1:{},127.0.0.1:{}/postgres?target_session_attrs=read-write",
        primary.port, standby.port
    );
    let mut beside = Database::at(&primary.url("postgres")).beside();
    let following = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
    in_time("the standby follows", || {
        let follows = beside.number(following) == 1;
        async move { follows }
    })
    .await;
    drop(beside);
    let (database, key) = prepared(Database::at(&both)).await;
    let child = Child::start_as(program(database.url())).await;
    let api = child.api("bkd/barang/v1", &key);
    let load = Load::begin(&api, "load");
    at_least(&load, 100).await;
    primary.lose();
    // A standby takes no writes, and nothing is acknowledged meanwhile.
    is_away(&api.push(r#"{"id":"away"}"#).await);
    standby.promote();
    pushes_again(&api, &load).await;
    holds(&api, &load.end().await).await;
    works_again(&api).await;
}
