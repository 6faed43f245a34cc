//! The hot statements are prepared once: diesel says which it puts into its cache, and everything
//! that runs on the way of a push, of a look-up by key, of a list and of a feed must be among them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use diesel::{QueryableByName, RunQueryDsl as _};
use jiff::tz::TimeZone;
use mahakam::audit::{Exchange, ExchangeId, Signer};
use mahakam::config::DatabaseConfig;
use mahakam::record::{Entry, Marks, Payload, Precondition, Slots, Submission};
use mahakam::store::append::{Known, RejectionBound, Write, append};
use mahakam::store::chains::Chain;
use mahakam::store::{DbConnection, Store, changes, datasets, records};
use mahakam::types::{Digest, Kind, Moment, RecordKey, Seq};

use crate::harness::{NOW, TestHub, contracts};

/// What a connection ran and what it keeps prepared.
#[derive(Default)]
struct Seen {
    started: Vec<String>,
    cached: BTreeSet<String>,
}

fn watch(connection: &mut DbConnection) -> Arc<Mutex<Seen>> {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let sink = Arc::clone(&seen);
    let note = move |event: InstrumentationEvent<'_>| match event {
        InstrumentationEvent::StartQuery { query, .. } => {
            let text = query.to_string();
            let text = text.split(" -- binds:").next().unwrap_or_default().to_owned();
            sink.lock().unwrap().started.push(text);
        }
        InstrumentationEvent::CacheQuery { sql, .. } => {
            sink.lock().unwrap().cached.insert(sql.to_owned());
        }
        _ => {}
    };
    match connection {
        DbConnection::Sqlite(inner) => inner.set_instrumentation(note),
        DbConnection::Postgres(inner) => inner.set_instrumentation(note),
    }
    seen
}

const MOMENT: Moment<'static> = Moment {
    at: NOW,
    zone: &TimeZone::UTC,
};
const BOUND: RejectionBound = RejectionBound {
    rows: 10,
    bytes: 1_000,
};

/// A row of the log about nothing.
pub fn exchange() -> Exchange {
    Exchange {
        id: ExchangeId::new(NOW),
        part: 0,
        at: NOW,
        duration_us: 0,
        action: "push",
        dataset: None,
        opd: None,
        application: None,
        outcome: "ok",
        records: 0,
        rejected: 0,
        unresolved: 0,
        bytes: 0,
        batch_sha256: None,
        request_id: "uji".into(),
        dataset_id: None,
        person: None,
        traceparent: None,
        address: None,
        times: 1,
        reading: None,
        first_seq: None,
        changes: 0,
    }
}

/// A write of some records, the first of them deleted again.
fn write(dataset: i64, feed: &str, keys: &[&str]) -> Write {
    let put = |key: &&str| {
        let text = format!("{{\"id\":\"{key}\"}}");
        let digest = Digest::of(text.as_bytes());
        Entry::Put(Payload {
            subject: None,
            key: RecordKey::parse(key).unwrap(),
            text,
            digest,
            canonical: digest,
            slots: Slots::default(),
            marks: Marks::default(),
            referrals: Box::default(),
        })
    };
    let mut entries: Vec<Entry> = keys.iter().map(put).collect();
    entries.push(Entry::Delete(RecordKey::parse(keys[0]).unwrap()));
    Write::new(
        Submission {
            dataset,
            feed: feed.parse().unwrap(),
            kind: Kind::Master,
            contract: 1,
            filters: "[]".into(),
            links: std::sync::Arc::default(),
            entries,
            atomic: false,
            precondition: Precondition::default(),
        },
        exchange(),
    )
}

/// Nothing but the frame of a transaction ran unprepared.
fn all_prepared(seen: &Mutex<Seen>) {
    let seen = seen.lock().unwrap();
    let is_frame = |text: &str| {
        ["BEGIN", "COMMIT", "ROLLBACK"]
            .iter()
            .any(|word| text.starts_with(word))
    };
    let hot: Vec<&String> = seen.started.iter().filter(|text| !is_frame(text)).collect();
    assert!(!hot.is_empty(), "the connection was watched");
    for text in hot {
        assert!(
            seen.cached.contains(text),
            "this statement is prepared anew each time it runs; give it a QueryId (store/append/statement.rs):\n{text}"
        );
    }
}

/// A connection to the database of a hub with one dataset: its number and its feed.
async fn connected() -> (TestHub, DbConnection, i64, String) {
    let (hub, _) = TestHub::with(contracts::barang()).await;
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let connection = Store::open(&config).unwrap().dedicated().unwrap();
    let catalog = hub.hub.catalog();
    let (dataset, feed) = {
        let dataset = catalog.datasets()[0];
        (dataset.number, dataset.feed.to_string())
    };
    drop(catalog);
    (hub, connection, dataset, feed)
}

#[tokio::test]
async fn every_statement_of_a_batch_is_prepared_once() {
    let (_hub, mut connection, dataset, feed) = connected().await;
    let mut chain = Chain::new(Arc::new(Signer::new(&[7; 32]).unwrap()));
    // A chain is begun once in the life of a process.
    chain.ready(&mut connection, NOW).unwrap();
    let seen = watch(&mut connection);
    append(
        &mut connection,
        &[write(dataset, &feed, &["a", "b"]), write(dataset, &feed, &["c"])],
        MOMENT,
        BOUND,
        &mut Known::default(),
        &mut chain,
    )
    .unwrap();
    all_prepared(&seen);
    let prepared = seen.lock().unwrap().cached.len();
    // Another batch of another size prepares nothing more.
    append(
        &mut connection,
        &[write(dataset, &feed, &["a", "d", "e", "f"])],
        MOMENT,
        BOUND,
        &mut Known::default(),
        &mut chain,
    )
    .unwrap();
    all_prepared(&seen);
    assert_eq!(seen.lock().unwrap().cached.len(), prepared);
}

#[tokio::test]
async fn a_look_up_by_key_is_prepared_once() {
    let (_hub, mut connection, dataset, _) = connected().await;
    let seen = watch(&mut connection);
    let wanted = |key: &str| (dataset, RecordKey::parse(key).unwrap());
    records::find_many(&mut connection, &[wanted("a")]).unwrap();
    records::find_many(&mut connection, &[wanted("b"), wanted("c")]).unwrap();
    records::heads(&mut connection, &[dataset]).unwrap();
    records::heads(&mut connection, &[dataset, dataset + 1]).unwrap();
    all_prepared(&seen);
}

#[tokio::test]
async fn pages_of_lists_and_feeds_are_prepared_once() {
    let (_hub, mut connection, dataset, _) = connected().await;
    let seen = watch(&mut connection);
    for limit in [1, 100] {
        records::page(&mut connection, dataset, Some("a"), limit).unwrap();
        changes::page(&mut connection, dataset, Seq(0), limit).unwrap();
        changes::newest(&mut connection, dataset, Seq(0), Seq(10), limit).unwrap();
        datasets::place(&mut connection, dataset).unwrap();
    }
    all_prepared(&seen);
}

#[tokio::test]
async fn postgresql_compiles_no_plan_of_small_tables() {
    let (hub, mut connection, _, _) = connected().await;
    if let DbConnection::Postgres(inner) = &mut connection {
        let plan = diesel::sql_query("EXPLAIN (ANALYZE) SELECT value FROM revision LIMIT 1");
        let lines: Vec<Line> = plan.load(inner).unwrap();
        assert!(!lines.is_empty() && lines.iter().all(|line| !line.text.contains("JIT")));
    }
    drop(hub);
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    text: String,
}
