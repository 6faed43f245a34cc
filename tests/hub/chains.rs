//! Plans: the statements of lists, histories, rejections and undoing never scan a table that grows.

use std::sync::{Arc, Mutex};

use diesel::Connection as _;
use diesel::connection::InstrumentationEvent;
use diesel::connection::SimpleConnection as _;
use diesel::{QueryableByName, RunQueryDsl as _};
use mahakam::audit::ExchangeId;
use mahakam::config::DatabaseConfig;
use mahakam::record::{Condition, Edge, Place, Range};
use mahakam::store::records::{self, Find};
use mahakam::store::rejections::{self, Wanted};
use mahakam::store::{DbConnection, Store, history, undo};
use mahakam::types::{RecordKey, Seq};

use crate::harness::{NOW, TestHub, contracts};

/// Remembers what a connection runs.
pub fn watch(connection: &mut DbConnection) -> Arc<Mutex<Vec<String>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let note = move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let text = text.split(" -- binds:").next().unwrap_or_default().to_owned();
            sink.lock().unwrap().push(text);
        }
    };
    match connection {
        DbConnection::Sqlite(inner) => inner.set_instrumentation(note),
        DbConnection::Postgres(inner) => inner.set_instrumentation(note),
    }
    seen
}

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
    detail: String,
}

/// The plan of a statement, its parameters left open.
pub fn plan(connection: &mut DbConnection, text: &str) -> String {
    let steps: Vec<String> = match connection {
        DbConnection::Sqlite(inner) => diesel::sql_query(format!("EXPLAIN QUERY PLAN {text}"))
            .load::<Step>(inner)
            .unwrap()
            .into_iter()
            .map(|step| step.detail)
            .collect(),
        DbConnection::Postgres(inner) => {
            inner.batch_execute(&format!("PREPARE asked AS {text}")).unwrap();
            let count = (1..).take_while(|n| text.contains(&format!("${n}"))).count();
            let values = vec!["NULL"; count].join(", ");
            let values = if count > 0 { format!("({values})") } else { values };
            let lines = diesel::sql_query(format!("EXPLAIN EXECUTE asked{values}"))
                .load::<Line>(inner)
                .unwrap();
            inner.batch_execute("DEALLOCATE asked").unwrap();
            lines.into_iter().map(|line| line.detail).collect()
        }
    };
    steps.join("\n")
}

/// Fails where a statement reads a whole table that grows.
pub fn none_scans(connection: &mut DbConnection, seen: &Mutex<Vec<String>>) {
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    let asked: Vec<&String> = seen
        .iter()
        .filter(|text| !text.starts_with("BEGIN") && !text.starts_with("COMMIT"))
        .collect();
    assert!(!asked.is_empty(), "the connection was watched");
    for text in asked {
        let plan = plan(connection, text);
        for line in plan.lines() {
            let whole = line.contains("Seq Scan on") || line.trim_start().starts_with("SCAN ");
            let grows = ["change", "record", "exchange", "rejection", "day_total"]
                .iter()
                .any(|table| line.split_whitespace().any(|word| word == *table));
            let short = ["c", "x", "r"]
                .iter()
                .any(|alias| line.trim_start() == format!("SCAN {alias}"));
            assert!(!(whole && (grows || short)), "{line}\n\nin\n{plan}\n\nof\n{text}");
        }
    }
}

/// A connection to the database of a hub with one dataset, and the dataset's number.
async fn connected() -> (TestHub, DbConnection, i64) {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let connection = Store::open(&config).unwrap().dedicated().unwrap();
    let number = hub.hub.catalog().datasets()[0].number;
    (hub, connection, number)
}

#[tokio::test]
async fn a_history_is_a_walk_and_no_scan() {
    let (_hub, mut connection, dataset) = connected().await;
    let seen = watch(&mut connection);
    let key = RecordKey::parse("a").unwrap();
    let last = history::last(&mut connection, dataset, &key).unwrap();
    assert_eq!(last, Some(Seq(1)));
    history::walk(&mut connection, dataset, Seq(1), 10).unwrap();
    none_scans(&mut connection, &seen);
}

/// Gives the planner something to know: records with eight filters, counted by the database.
async fn with_statistics(hub: &TestHub) {
    let names: Vec<String> = (1..=8).map(|n| format!("f{n}")).collect();
    let mut contract = contracts::barang();
    contract["version"] = "1.1.0".into();
    contract["filters"] = names.iter().map(|name| format!("/{name}")).collect();
    for name in &names {
        contract["schema"]["properties"][name] = serde_json::json!({});
    }
    let api = hub.publish(&contract);
    let lines: String = (0..3_000)
        .map(|i| {
            let fields = names.iter().enumerate();
            let fields: String = fields
                .map(|(at, name)| format!(",\"{name}\":\"{}\"", i % (at * 400 + 2)))
                .collect();
            format!("{{\"id\":\"k{i:05}\"{fields}}}\n")
        })
        .collect();
    api.lines(lines).await.is(200);
    hub.database.beside().run("ANALYZE");
}

#[tokio::test]
async fn a_list_is_found_by_the_index_of_what_it_is_filtered_and_sorted_by() {
    let (hub, mut connection, dataset) = connected().await;
    with_statistics(&hub).await;
    let range = |from: &str, to: &str| {
        let edge = |text: &str| Edge {
            text: text.into(),
            within: true,
        };
        Condition::Between(Range {
            from: edge(from),
            to: edge(to),
        })
    };
    let one = |text: &str| Condition::AnyOf(vec![text.into()]);
    let any = Condition::AnyOf(vec!["sA".into(), "sB".into()]);
    let place = Place {
        slots: vec!["sA".into()],
        key: RecordKey::parse("a").unwrap(),
    };
    // What is walked stands in the index's order; what is gathered is put in order.
    let (walked, gathered) = (true, false);
    for (conditions, sort, after, index, ordered) in [
        (vec![(1, one("sA"))], vec![], None, "record_f1", walked),
        (vec![(2, any)], vec![], None, "record_f2", gathered),
        (vec![(3, range("sA", "sB"))], vec![], None, "record_f3", gathered),
        (vec![], vec![(4, false)], Some(&place), "record_f4", walked),
        (vec![], vec![(8, true)], Some(&place), "record_f8", walked),
        (
            vec![(5, range("sA", "sB"))],
            vec![(5, true)],
            Some(&place),
            "record_f5",
            walked,
        ),
        (
            vec![(6, one("sA"))],
            vec![(7, false)],
            Some(&place),
            "record_f6",
            gathered,
        ),
    ] {
        let seen = watch(&mut connection);
        let find = Find { conditions, sort };
        records::find(&mut connection, dataset, &find, after, 10).unwrap();
        if !find.conditions.is_empty() {
            records::count_found(&mut connection, dataset, &find).unwrap();
        }
        // The payloads behind what was found come by seq, in a statement that can't be planned alone.
        let asked = std::mem::take(&mut *seen.lock().unwrap());
        let asked: Vec<String> = asked
            .into_iter()
            .filter(|text| text.contains("FROM record"))
            .collect();
        assert!(!asked.is_empty(), "the connection was watched");
        for text in asked {
            let plan = plan(&mut connection, &text);
            assert!(plan.contains(index), "{text}\n{plan}");
            let sorts = plan.contains("TEMP B-TREE") || plan.contains("Sort");
            assert!(!(ordered && sorts), "{text}\n{plan}");
        }
    }
}

#[tokio::test]
async fn rejections_are_found_by_their_numbers() {
    let (_hub, mut connection, dataset) = connected().await;
    let seen = watch(&mut connection);
    let all = Wanted::default();
    let some = Wanted {
        opd: Some("bkd".parse().unwrap()),
        open: true,
        exchange: Some(ExchangeId::new(NOW)),
    };
    for wanted in [&all, &some] {
        rejections::page(&mut connection, dataset, wanted, i64::MAX, 10).unwrap();
        rejections::bodies(&mut connection, dataset, wanted, (0, 10), 10).unwrap();
        rejections::find(&mut connection, dataset, wanted, 1).unwrap();
    }
    rejections::forget(&mut connection, dataset, NOW, 10).unwrap();
    none_scans(&mut connection, &seen);
}

#[tokio::test]
async fn what_changed_since_a_state_is_one_pass_over_the_changes_since() {
    let (_hub, mut connection, dataset) = connected().await;
    let seen = watch(&mut connection);
    let since = undo::since(&mut connection, dataset, Seq(0), Seq(0), 10).unwrap();
    assert_eq!(since.len(), 1);
    none_scans(&mut connection, &seen);
}
