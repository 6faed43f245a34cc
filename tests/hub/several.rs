//! Several hubs on one database, as real programs behind a balancer: what one is told the others know, and one may be
//! replaced while the others work.

use std::future::IntoFuture as _;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use mahakam::access::Role;
use mahakam::types::Clock;
use serde_json::json;

use crate::harness::{
    Answer, Api, Child, Database, Nginx, TestHub, contracts, eventually, on_postgres, program,
};

#[tokio::test]
async fn who_is_signed_in_at_one_hub_is_at_the_other_and_signed_out_at_both() {
    let one = TestHub::builder().clock(Clock::System).start().await;
    let barang = one.publish(&contracts::barang());
    let other = Child::start(&one.database).await;
    let cookie = one.person("ani", &[Role::Operator], None).await;
    other.call("GET", "/sessions").cookie(&cookie).await.is(200);
    one.call("DELETE", "/session").cookie(&cookie).await.is(204);
    other.call("GET", "/sessions").cookie(&cookie).await.is(401);
    // A token that one gave is taken by the other, until its key is revoked at the one.
    let (id, key) = one.new_application("bkd", "lain");
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={key}");
    let given = one
        .call("POST", "/oauth/token")
        .body("application/x-www-form-urlencoded", form)
        .await
        .expect(200);
    let there = other.api("bkd/barang/v1", given["access_token"].as_str().unwrap());
    eventually("the token is known there", || async {
        (there.get("/records").await.status == 200).then_some(())
    })
    .await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    there.record("a").await.is(200);
    // What it read before, the other reads as it is now.
    for n in 0..20 {
        barang.push(json!({"id": "a", "n": n})).await.is(200);
        for _ in 0..2 {
            let told = format!("\"n\":{n}");
            assert!(there.record("a").await.is(200).body.contains(&told));
        }
    }
    one.hub.revoke_keys(&crate::harness::actor(), id).unwrap();
    eventually("it is refused there", || async {
        (there.get("/records").await.status == 401).then_some(())
    })
    .await;
}

/// Keys that a proxy may spoil.
const KEYS: [&str; 11] = [
    "a", "III/a", "a//b", "a%2Fb", "a b", "a+b", "kunci é", "50%", "?x=1#y", "a;b,c", "~x",
];

/// A client that believes this certificate of `hub.example`, which it finds at this port.
fn client_of(nginx: &Nginx) -> reqwest::Client {
    let mut trusted = rustls::RootCertStore::empty();
    trusted.add(nginx.certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(trusted)
        .with_no_client_auth();
    reqwest::Client::builder()
        .no_proxy()
        .no_gzip()
        .tls_backend_preconfigured(tls)
        .resolve("hub.example", ([127, 0, 0, 1], nginx.port).into())
        .timeout(std::time::Duration::from_secs(60))
        .build()
        .unwrap()
}

#[tokio::test]
async fn behind_nginx_as_it_is_deployed_every_key_reaches_both_hubs_as_it_was_sent() {
    let hub = TestHub::builder().clock(Clock::System).start().await;
    let direct = hub.publish(&contracts::barang());
    let key = hub.key("bkd");
    let start = || {
        let mut program = program(hub.database.url());
        program.env("MAHAKAM_TRUSTED_PROXIES", "127.0.0.1");
        program.env("MAHAKAM_PUBLIC_URL", "https://hub.example");
        Child::start_as(program)
    };
    // SQLite has one hub.
    let mut hubs = vec![start().await];
    if on_postgres() {
        hubs.push(start().await);
    }
    let addresses: Vec<&str> = hubs
        .iter()
        .map(|hub| hub.url.trim_start_matches("http://"))
        .collect();
    let Some(nginx) = Nginx::start(&addresses) else {
        eprintln!("nginx is not installed: its set-up is not tried");
        return;
    };
    let base = format!("https://hub.example:{}/api/bkd/barang/v1", nginx.port);
    let api = Api::to(client_of(&nginx), base, &key);
    eventually("nginx is there", || async {
        let answer = api.get("/records").answered().await;
        answer.filter(|answer| answer.status == 200).map(|_| ())
    })
    .await;
    for (n, key) in KEYS.into_iter().enumerate() {
        api.put(key, json!({"id": key, "n": n})).await.is(201);
        // Whichever hub is asked.
        for _ in 0..2 {
            assert_eq!(api.record(key).await.expect(200)["id"], key);
            let found = api
                .get(&format!("/records?key={}", encoded(key)))
                .await
                .expect(200);
            assert_eq!(found["records"][0]["data"]["id"], key);
        }
    }
    let mut stored: Vec<String> = direct
        .all_records(100)
        .await
        .iter()
        .map(|record| record["key"].as_str().unwrap().to_owned())
        .collect();
    stored.sort_unstable();
    let mut expected = KEYS.to_vec();
    expected.sort_unstable();
    assert_eq!(stored, expected);
    for key in KEYS {
        api.delete(key).await.is(200);
        api.record(key).await.is(404);
    }
    // What is larger than any bound of the proxy's own comes through, and so does the feed.
    let lines: String = (0..20_000)
        .map(|n| format!("{{\"id\":\"k{n}\",\"x\":\"{:0100}\"}}\n", n))
        .collect();
    assert_eq!(api.lines(lines).await.expect(200)["created"], 20_000);
    assert_eq!(api.all_changes(0, 10_000).await.len(), 2 * KEYS.len() + 20_000);
}

/// A text as a value in a query.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A balancer: asks one hub after the other, and the next where no answer came, as nginx does.
#[derive(Clone, Default)]
struct Balancer {
    hubs: Arc<Mutex<Vec<Api>>>,
    turn: Arc<AtomicUsize>,
}

impl Balancer {
    fn add(&self, hub: &Child, key: &str) {
        self.hubs.lock().unwrap().push(hub.api("bkd/barang/v1", key));
    }

    fn remove(&self, hub: &Child) {
        let mut hubs = self.hubs.lock().unwrap();
        hubs.retain(|api| !api.base.starts_with(&hub.url));
    }

    fn next(&self) -> Api {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let hubs = self.hubs.lock().unwrap();
        hubs[turn % hubs.len()].clone()
    }

    /// Pushes a record; a hub that gives no answer has not refused it.
    async fn push(&self, key: &str) -> Answer {
        loop {
            if let Some(answer) = self.next().push(json!({"id": key})).answered().await {
                return answer;
            }
        }
    }
}

/// Pushes records until it is told to stop; gives numbers and keys of what was acknowledged.
async fn push(balancer: Balancer, writer: usize, stop: Arc<AtomicUsize>) -> Vec<(u64, String)> {
    let mut acknowledged = Vec::new();
    for n in 0.. {
        if stop.load(Ordering::SeqCst) > 0 {
            break;
        }
        let key = format!("{writer}-{n}");
        let answer = balancer.push(&key).await;
        // Sent twice where the first answer was lost, it is there already.
        assert!([200, 201].contains(&answer.status), "{answer:?}");
        acknowledged.push((answer.json()["seq"].as_u64().unwrap(), key));
    }
    acknowledged
}

#[tokio::test]
async fn hubs_are_replaced_one_by_one_while_others_work_and_no_request_fails() {
    let hub = TestHub::start().await;
    hub.publish(&contracts::barang());
    let (database, key): (Arc<Database>, String) = (Arc::clone(&hub.database), hub.key("bkd"));
    drop(hub);
    let balancer = Balancer::default();
    let mut old = vec![Child::start(&database).await, Child::start(&database).await];
    old.iter().for_each(|hub| balancer.add(hub, &key));
    let stop = Arc::new(AtomicUsize::new(0));
    let writers: Vec<_> = (0..6)
        .map(|writer| tokio::spawn(push(balancer.clone(), writer, Arc::clone(&stop))))
        .collect();
    let mut new = Vec::new();
    while let Some(mut leaving) = old.pop() {
        let coming = Child::start(&database).await;
        balancer.add(&coming, &key);
        new.push(coming);
        let api = new[0].api("bkd/barang/v1", &key);
        let before = api.get("/records?limit=1").await.expect(200)["as_of"].clone();
        eventually("the new one works beside the old", || async {
            let head = api.get("/records?limit=1").await.expect(200)["as_of"].clone();
            (head != before).then_some(())
        })
        .await;
        leaving.terminate();
        let ended = tokio::task::spawn_blocking(move || (leaving.wait(), leaving));
        let (status, gone) = ended.await.unwrap();
        assert_eq!(status.code(), Some(0));
        balancer.remove(&gone);
    }
    stop.store(1, Ordering::SeqCst);
    let acknowledged: Vec<_> = join_all(writers)
        .await
        .into_iter()
        .flat_map(Result::unwrap)
        .collect();
    let feed = new[0].api("bkd/barang/v1", &key).all_changes(0, 1_000).await;
    for (change, seq) in std::iter::zip(&feed, 1_u64..) {
        assert_eq!(change["seq"], seq);
    }
    assert!(acknowledged.len() > 20);
    for (seq, key) in acknowledged {
        assert_eq!(feed[usize::try_from(seq - 1).unwrap()]["key"], key);
    }
}

#[tokio::test]
async fn hubs_that_make_checkpoints_at_the_same_time_take_turns() {
    let one = TestHub::start().await;
    let barang = one.publish(&contracts::barang());
    let other = TestHub::builder().on(&one.database).start().await;
    for n in 0..15 {
        barang.push(json!({"id": format!("k{n}")})).await.is(201);
        let making = [&one, &other].map(|hub| {
            let hub = Arc::clone(&hub.hub);
            std::thread::spawn(move || hub.checkpoint())
        });
        for made in making {
            made.join().unwrap().unwrap();
        }
    }
    let verdict = crate::log::verified(&one.database);
    assert!(verdict.ok, "{:#?}", verdict.faults);
}

#[tokio::test]
async fn a_dataset_that_somebody_else_writes_to_for_long_holds_up_itself_alone() {
    if !on_postgres() {
        // There is one writer to a file.
        return;
    }
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let lain = hub.publish(&contracts::named(contracts::barang(), "lain"));
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let mut elsewhere = hub.database.beside();
    elsewhere.run(
        "BEGIN; SELECT 1 FROM dataset_head h JOIN dataset d ON d.id = h.dataset_id WHERE d.name = 'barang' FOR UPDATE OF h",
    );
    let waiting = tokio::spawn({
        let barang = barang.clone();
        async move {
            let first = barang.push(r#"{"id":"a","n":1}"#).await.is(200).json()["seq"].as_u64();
            (
                first,
                barang
                    .lines("{\"id\":\"a\",\"n\":2}\n{\"id\":\"a\",\"n\":3}")
                    .await,
            )
        }
    });
    let others = (0..200).map(|n| lain.push(json!({"id": format!("b{n}")})).into_future());
    let answered = tokio::time::timeout(Duration::from_secs(50), join_all(others)).await;
    for answer in answered.expect("others wait as well") {
        answer.is(201);
    }
    assert!(!waiting.is_finished());
    elsewhere.run("COMMIT");
    let (first, then) = waiting.await.unwrap();
    assert_eq!(first, Some(2));
    assert_eq!(then.is(200).json()["updated"], 2);
    assert!(barang.record("a").await.is(200).body.contains("\"n\":3"));
    assert!(crate::log::verified(&hub.database).ok);
}
