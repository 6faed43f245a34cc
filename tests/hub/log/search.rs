//! Searching the log: everything by whoever may, and by an agency's people what is its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use diesel::connection::SimpleConnection as _;
use mahakam::access::Role;
use mahakam::audit::ExchangeId;
use mahakam::config::DatabaseConfig;
use mahakam::store::exchanges::{self, Wanted};
use mahakam::store::{DbConnection, Store, subjects};
use serde_json::{Value, json};

use super::{ended, orang};
use crate::chains::{plan, watch};
use crate::harness::{NOW, TestHub, contracts};

/// What those who are asked for sent, with the ids of their requests.
const REQUESTS: [&str; 4] = ["sendiri", "ke-bkd", "asing", "pengguna"];

/// A hub whose log holds calls of `bkd` to `dinkes` (`sendiri`), of `dinkes` to `bkd` (`ke-bkd`), of `dinkes` to
/// itself (`asing`), and of a person of `dinkes` about what `bkd` refused (`pengguna`).
async fn logged() -> TestHub {
    let hub = TestHub::start().await;
    let orang = hub.publish(&orang());
    let mut kunjungan = contracts::named(contracts::barang(), "kunjungan");
    kunjungan["opd"] = json!("dinkes");
    kunjungan["grants"] = json!([{"opd": "bkd", "may": ["pull"], "purpose": "Uji", "basis": "Uji"}]);
    let kunjungan = hub.publish(&kunjungan);
    orang.push(r#"{"id":"a","nik":"1","nama":"Ani"}"#).await.is(201);
    orang.push("{}").await.is(422);
    kunjungan.push(r#"{"id":"a"}"#).await.is(201);
    let (bkd, dinkes) = (hub.key("bkd"), hub.key("dinkes"));
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let calls = [
        kunjungan.with_key(Some(&bkd)).record("a"),
        orang.with_key(Some(&dinkes)).record("a"),
        kunjungan.with_key(Some(&dinkes)).record("a"),
    ];
    for (call, id) in calls.into_iter().zip(REQUESTS) {
        let call = call.header("X-Request-Id", id).header("traceparent", trace);
        call.await.is(200);
    }
    let team = hub.person("tono", &[Role::TechnicalTeam], Some("dinkes")).await;
    hub.call("GET", "/admin/rejections?dataset=bkd/orang/v1")
        .header("X-Request-Id", REQUESTS[3])
        .cookie(&team)
        .await
        .is(200);
    // Another one, so that everything is in the log.
    let database = ended(hub);
    TestHub::builder().on(&database).start().await
}

/// Somebody who looks into the log.
struct Reader {
    hub: TestHub,
    cookie: String,
}

impl Reader {
    async fn of(opd: &str) -> Self {
        let hub = logged().await;
        let cookie = hub.person("siti", &[Role::Opd], Some(opd)).await;
        Reader { hub, cookie }
    }

    async fn page(&self, query: &str) -> Value {
        let call = self.hub.call("GET", &format!("/admin/exchanges?{query}"));
        call.cookie(&self.cookie).await.expect(200)
    }

    /// What is found, page by page, each once, but for what looking left itself.
    async fn all(&self, query: &str, limit: usize) -> Vec<Value> {
        let (mut found, mut next) = (Vec::new(), String::new());
        loop {
            let page = self.page(&format!("{query}&limit={limit}{next}")).await;
            found.extend(page["exchanges"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        let once: BTreeSet<String> = found
            .iter()
            .map(|one| format!("{} {}", one["id"], one["part"]))
            .collect();
        assert_eq!(once.len(), found.len(), "{query}");
        // Asking is in the log as well.
        found.retain(|one| one["action"] != "look");
        found
    }

    /// How many are found.
    async fn count(&self, query: &str) -> usize {
        self.all(query, 100).await.len()
    }
}

#[tokio::test]
async fn an_agency_sees_its_own_calls_and_those_to_its_datasets_and_no_others() {
    let bkd = Reader::of("bkd").await;
    let all = bkd.all("", 1_000).await;
    assert!(all.len() >= 5, "{all:#?}");
    for one in &all {
        let dataset = one["dataset"].as_str().unwrap_or_default();
        assert!(one["opd"] == "bkd" || dataset.starts_with("bkd/"), "{one}");
    }
    assert_eq!(bkd.all("", 2).await, all, "page by page as at once");
    // Whatever it asks for, it is told no more.
    let mut beside = bkd.hub.database.beside();
    let mut application = |request: &str| {
        beside.number(&format!(
            "SELECT application_id FROM exchange WHERE request_id = '{request}'"
        ))
    };
    let (own, foreign) = (application("sendiri"), application("asing"));
    for (query, count) in [
        ("opd=dinkes".to_owned(), 2),
        ("dataset=bkd/orang/v1&action=pull".into(), 1),
        ("dataset=dinkes/kunjungan/v1".into(), 1),
        ("dataset=dinkes/kunjungan/v1&opd=dinkes".into(), 0),
        ("dataset=pod/tiada/v1".into(), 0),
        (format!("application={foreign}"), 1),
        (format!("application={own}&dataset=dinkes/kunjungan/v1"), 1),
        (format!("application={own}&outcome=contract-violated"), 1),
        ("request_id=sendiri".into(), 1),
        ("request_id=ke-bkd".into(), 1),
        ("request_id=asing".into(), 0),
        ("reading=true".into(), 2),
        ("action=rejections".into(), 1),
        ("outcome=forbidden".into(), 0),
        ("opd=pod".into(), 0),
    ] {
        assert_eq!(bkd.count(&query).await, count, "{query}");
    }
    let own = all.iter().filter(|one| one["opd"] == "bkd").count();
    assert_eq!(bkd.count("opd=bkd").await, own);
    assert_eq!(bkd.all("from=2026-01-01T00:00:00Z", 1_000).await, all);
    assert_eq!(bkd.count("until=2026-01-01T00:00:00Z").await, 0);
}

#[tokio::test]
async fn of_the_calls_of_others_an_agency_is_told_whose_they_are_and_no_more() {
    let bkd = Reader::of("bkd").await;
    let found = bkd.page("request_id=ke-bkd").await["exchanges"][0].clone();
    assert_eq!(
        (&found["opd"], &found["dataset"]),
        (&json!("dinkes"), &json!("bkd/orang/v1"))
    );
    assert_eq!(
        (&found["action"], &found["outcome"]),
        (&json!("pull"), &json!("ok"))
    );
    assert_eq!(
        (&found["records"], &found["reading"]),
        (&json!(1), &json!({"key": "a"}))
    );
    let name = found["application"].as_str().unwrap();
    assert!(name.starts_with("uji "), "no number before it: {name}");
    for hidden in ["person", "address", "request_id", "traceparent"] {
        assert_eq!(found[hidden], Value::Null, "{hidden}");
    }
    let looked = bkd.page("action=rejections").await["exchanges"][0].clone();
    assert_eq!(
        (&looked["opd"], &looked["person"]),
        (&json!("dinkes"), &Value::Null)
    );
    // Of its own it is told everything.
    let own = bkd.page("request_id=sendiri").await["exchanges"][0].clone();
    assert_eq!(own["request_id"], "sendiri");
    assert!(own["traceparent"].as_str().unwrap().starts_with("00-0af7"));
    let application = own["application"].as_str().unwrap();
    assert!(
        application.chars().next().unwrap().is_ascii_digit(),
        "{application}"
    );
    let table = bkd.hub.call("GET", "/admin/exchanges?action=rejections");
    let table = table.cookie(&bkd.cookie).header("accept", "text/csv").await;
    assert!(!table.is(200).body.contains("tono"), "{}", table.body);
}

#[tokio::test]
async fn strangers_who_read_open_data_are_counted_for_its_agency_without_their_address() {
    let hub = TestHub::start().await;
    let libur = hub.publish(&contracts::libur());
    libur.with_key(None).get("/records").await.is(200);
    let database = ended(hub);
    let hub = TestHub::builder().on(&database).start().await;
    let siti = hub.person("siti", &[Role::Opd], Some("pod")).await;
    let auditor = hub.person("udin", &[Role::Auditor], None).await;
    let path = "/admin/exchanges?dataset=pod/libur/v1";
    let shown = async |cookie: &str| {
        let page = hub.call("GET", path).cookie(cookie).await.expect(200);
        assert_eq!(page["exchanges"].as_array().unwrap().len(), 1);
        page["exchanges"][0]["address"].clone()
    };
    assert_eq!(shown(&siti).await, Value::Null);
    assert_eq!(shown(&auditor).await, "127.0.0.1");
}

#[tokio::test]
async fn one_call_is_shown_to_those_who_may_see_it_and_a_cursor_serves_nobody_else() {
    let bkd = Reader::of("bkd").await;
    let budi = bkd.hub.person("budi", &[Role::Opd], Some("dinkes")).await;
    let show = |id: &str, cookie: &str| {
        let call = bkd.hub.call("GET", &format!("/admin/exchanges/{id}"));
        call.cookie(cookie)
    };
    let found = |request: &str| {
        let path = format!("/admin/exchanges?request_id={request}");
        bkd.hub.call("GET", &path).cookie(&budi)
    };
    let to_bkd = found("ke-bkd").await.expect(200)["exchanges"][0].clone();
    let id = to_bkd["id"].as_str().unwrap();
    let parts = show(id, &bkd.cookie).await.expect(200);
    assert_eq!(parts["parts"][0]["request_id"], Value::Null);
    assert_eq!(show(id, &budi).await.expect(200)["parts"], json!([to_bkd]));
    let own = found("asing").await.expect(200)["exchanges"][0].clone();
    let id = own["id"].as_str().unwrap();
    show(id, &bkd.cookie).await.problem(404, "unknown-exchange");
    let page = bkd.page("limit=1").await;
    let cursor = page["next"].as_str().unwrap();
    let taken = format!("/admin/exchanges?limit=1&cursor={cursor}");
    let taken = bkd.hub.call("GET", &taken).cookie(&budi).await;
    taken.problem(400, "bad-cursor");
}

/// A connection to the database of a hub, whose plans count on nothing but what the statements say.
fn connected(hub: &TestHub) -> DbConnection {
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let mut connection = Store::open(&config).unwrap().dedicated().unwrap();
    if let DbConnection::Postgres(inner) = &mut connection {
        let generic = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off";
        inner.batch_execute(generic).unwrap();
    }
    connection
}

#[tokio::test]
async fn what_an_agency_may_see_is_found_by_indexes_that_hold_nothing_else() {
    let hub = logged().await;
    let mut connection = connected(&hub);
    let within = |wanted: Wanted| Wanted {
        within: Some("bkd".into()),
        ..wanted
    };
    let any = Wanted::default;
    let text = |text: &str| Some(text.to_owned());
    let dataset = |dataset| Wanted {
        dataset: text(dataset),
        ..any()
    };
    let opd = |opd| Wanted {
        opd: text(opd),
        ..any()
    };
    let own = ["exchange_application", "exchange_opd"];
    let all = ["exchange_application", "exchange_opd", "exchange_dataset"];
    let id = ExchangeId::new(NOW);
    for (wanted, indexes) in [
        (any(), &all[..]),
        (dataset("bkd/orang/v1"), &["exchange_dataset"]),
        (dataset("dinkes/kunjungan/v1"), &own),
        (opd("bkd"), &own),
        (opd("dinkes"), &["exchange_dataset"]),
        (
            Wanted {
                application: Some(999),
                ..any()
            },
            &["exchange_dataset"],
        ),
        (
            Wanted {
                action: text("delete"),
                outcome: text("forbidden"),
                reading: true,
                ..any()
            },
            &all,
        ),
        (
            Wanted {
                request_id: Some(id.to_string()),
                ..any()
            },
            &["exchange_request", "PRIMARY KEY", "exchange_pkey"],
        ),
    ] {
        let seen = watch(&mut connection);
        let (wanted, before) = (within(wanted), (id.as_bytes().to_vec(), 0));
        exchanges::page(&mut connection, &wanted, None, 10).unwrap();
        exchanges::page(&mut connection, &wanted, Some(before), 10).unwrap();
        led_by(&mut connection, &seen, indexes);
    }
    let seen = watch(&mut connection);
    exchanges::find(&mut connection, id.as_bytes(), Some("bkd")).unwrap();
    led_by(&mut connection, &seen, &["PRIMARY KEY", "exchange_pkey"]);
}

#[tokio::test]
async fn readings_that_tell_by_themselves_are_found_by_their_action() {
    let hub = logged().await;
    let mut connection = connected(&hub);
    let seen = watch(&mut connection);
    let before = (ExchangeId::new(NOW).as_bytes().to_vec(), 0);
    subjects::readings_that_tell(&mut connection, "live", None, 10).unwrap();
    subjects::readings_that_tell(&mut connection, subjects::SHOWS_REFUSED, Some(&before), 10).unwrap();
    led_by(&mut connection, &seen, &["exchange_action"]);
}

/// Fails where a statement about exchanges is led by none of these indexes.
fn led_by(connection: &mut DbConnection, seen: &Arc<std::sync::Mutex<Vec<String>>>, indexes: &[&str]) {
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    let asked: Vec<String> = seen
        .into_iter()
        .filter(|text| text.replace(['`', '"'], "").contains("FROM exchange"))
        .collect();
    assert!(!asked.is_empty(), "the connection was watched");
    for text in asked {
        let plan = plan(connection, &text);
        let led = indexes.iter().any(|index| plan.contains(index));
        let walks = plan.contains("SCAN exchange") || plan.contains("Seq Scan");
        assert!(led && !walks, "{text}\n{plan}");
    }
}
