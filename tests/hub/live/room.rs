//! How much of other systems' answers the hub holds at once, and what waits for the hub's own bounds.

use std::sync::Arc;
use std::time::Duration;

use mahakam::types::Clock;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::langsung;
use crate::harness::{ADMIN_KEY, Api, NOW, TestHub, contracts, eventually};

/// A system whose answers are as long as the path says; all but the last byte come at once, and the last one of
/// those that the path calls held when the test lets them go.
struct Slow {
    url: String,
    held: Arc<Semaphore>,
    under_way: Arc<Semaphore>,
}

impl Slow {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let slow = Slow {
            url: format!("http://{}", listener.local_addr().unwrap()),
            held: Arc::new(Semaphore::new(0)),
            under_way: Arc::new(Semaphore::new(0)),
        };
        let (held, under_way) = (Arc::clone(&slow.held), Arc::clone(&slow.under_way));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&held), Arc::clone(&under_way)));
            }
        });
        slow
    }
}

async fn answer(
    mut stream: TcpStream,
    held: Arc<Semaphore>,
    under_way: Arc<Semaphore>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let target = head.split(' ').nth(1).unwrap();
    let name = target.split('?').next().unwrap().rsplit('/').next().unwrap();
    let length: usize = name.trim_start_matches("held-").parse().unwrap();
    // A list of one record.
    let filling = "x".repeat(length - 20);
    let body = format!("[{{\"id\":\"a\",\"n\":\"{filling}\"}}]");
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    let (most, last) = body.split_at(body.len() - 1);
    if name.starts_with("held-") {
        stream.write_all(&most.as_bytes()[..1]).await?;
        under_way.add_permits(1);
        held.acquire().await.unwrap().forget();
        stream.write_all(&most.as_bytes()[1..]).await?;
    } else {
        stream.write_all(most.as_bytes()).await?;
    }
    stream.write_all(last.as_bytes()).await
}

/// A hub with room for a MiB of answers, and a live dataset whose answers are read whole.
async fn hub_with(slow: &Slow, settings: Value) -> (TestHub, Api) {
    let hub = TestHub::builder()
        .setting("MAHAKAM_ANSWER_BYTES", 1 << 20)
        .tuned(|config| {
            config.limits.answer_wait = Duration::from_millis(500);
            config.limits.page_attempts = 1;
        })
        .start()
        .await;
    hub.connect("simpeg", &slow.url, settings);
    let owner = hub.publish(&langsung(json!({"validate": "report"})));
    let api = owner.with_key(Some(&hub.key("bappeda")));
    (hub, api)
}

/// Adds a pull of one page of so many bytes, and wants it run.
async fn pull_wanted(hub: &TestHub, length: usize) -> String {
    hub.publish(&contracts::barang());
    let settings =
        json!({"dataset": "bkd/barang/v1", "connector": "simpeg", "path": format!("/halaman/{length}")});
    let call = hub.call("POST", "/admin/pulls").key(ADMIN_KEY);
    let added = call.json(json!({"settings": settings})).await.expect(201);
    let path = format!("/admin/pulls/{}", added["id"]);
    hub.call("POST", &format!("{path}/run"))
        .key(ADMIN_KEY)
        .await
        .is(202);
    path
}

async fn outcome(hub: &TestHub, pull: &str) -> Value {
    let runs = hub
        .call("GET", &format!("{pull}/runs"))
        .key(ADMIN_KEY)
        .await
        .expect(200);
    runs["runs"][0].clone()
}

#[tokio::test]
async fn what_all_answers_together_may_hold_is_bounded_and_small_ones_still_pass() {
    let slow = Slow::start().await;
    let (hub, api) = hub_with(&slow, json!({})).await;
    let large = {
        let api = api.clone();
        tokio::spawn(async move { api.get("/live/pegawai/held-900000").await.status })
    };
    slow.under_way.acquire().await.unwrap().forget();
    let refused = eventually("there is no room", || async {
        let answer = api.get("/live/pegawai/300000").await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    assert!(refused.headers.contains_key("retry-after"), "{refused:?}");
    refused.problem(503, "overloaded");
    api.get("/live/pegawai/50000").await.is(200);
    // The system has done it by now: nobody is told to send it once more.
    let path = "/api/bkd/langsung/v1/live/pegawai/300000";
    let done = hub.call("DELETE", path).key(&hub.key("bappeda")).await;
    assert!(!done.headers.contains_key("retry-after"), "{done:?}");
    done.problem(502, "system-answer-invalid");
    slow.held.add_permits(1);
    assert_eq!(large.await.unwrap(), 200);
    for _ in 0..8 {
        api.get("/live/pegawai/300000").await.is(200);
    }
    // One that would need more than there is can't come.
    api.get("/live/pegawai/1200000")
        .await
        .problem(502, "system-answer-invalid");
    api.get("/live/pegawai/300000").await.is(200);
}

#[tokio::test]
async fn where_there_is_no_room_an_older_answer_is_served_if_the_contract_allows_it() {
    let slow = Slow::start().await;
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder()
        .setting("MAHAKAM_ANSWER_BYTES", 1 << 20)
        .clock(clock.clone())
        .start()
        .await;
    hub.connect("simpeg", &slow.url, json!({}));
    let owner = hub.publish(&langsung(json!({"cache": "PT60S"})));
    let api = owner.with_key(Some(&hub.key("bappeda")));
    let first = api.get("/live/pegawai/300000").await;
    first.is(200);
    clock.advance(61_000);
    hub.hub.refresh().unwrap();
    let large = {
        let api = api.clone();
        tokio::spawn(async move { api.get("/live/pegawai/held-900000").await.status })
    };
    slow.under_way.acquire().await.unwrap().forget();
    let older = api.get("/live/pegawai/300000").await;
    older.is(200);
    assert_eq!(older.header("cache-status"), "mahakam; hit; ttl=-1");
    slow.held.add_permits(1);
    assert_eq!(large.await.unwrap(), 200);
}

#[tokio::test]
async fn a_pull_waits_for_its_turn_and_for_room_without_failing() {
    let slow = Slow::start().await;
    let (hub, api) = hub_with(&slow, json!({"max_concurrent": 1})).await;
    let held = {
        let api = api.clone();
        tokio::spawn(async move { api.get("/live/pegawai/held-1000").await.status })
    };
    slow.under_way.acquire().await.unwrap().forget();
    let pull = pull_wanted(&hub, 2_000).await;
    eventually("it runs", || async {
        (outcome(&hub, &pull).await["outcome"] == "running").then_some(())
    })
    .await;
    // Whoever waits for an answer is told to come back, after a second.
    for _ in 0..2 {
        api.get("/live/pegawai/1000")
            .await
            .problem(503, "system-unavailable");
    }
    assert_eq!(outcome(&hub, &pull).await["outcome"], "running");
    slow.held.add_permits(1);
    assert_eq!(held.await.unwrap(), 200);
    let ended = eventually("it ends", || async {
        let ended = outcome(&hub, &pull).await;
        (ended["outcome"] != "running").then_some(ended)
    })
    .await;
    assert_eq!(
        (&ended["outcome"], &ended["created"]),
        (&json!("ok"), &json!(1)),
        "{ended}"
    );
}
