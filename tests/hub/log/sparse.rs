//! Of several conditions of a search, the one that the fewest calls meet is walked.

use diesel::connection::SimpleConnection as _;
use mahakam::audit::Exchange;
use mahakam::config::DatabaseConfig;
use mahakam::hub::Call;
use mahakam::store::exchanges::{self, Wanted};
use mahakam::store::{DbConnection, Store};
use mahakam::types::Timestamp;

use super::ended;
use crate::chains::{plan, watch};
use crate::harness::{NOW, TestHub};

/// How many calls the log holds, more than are looked at to judge what is rare; and each which is rare.
const CALLS: (i64, i64) = (2_400, 200);

/// A log in which one application asks for one dataset time and again and now and then for another, and others for
/// it as well.
async fn logged() -> (std::sync::Arc<crate::harness::Database>, DbConnection) {
    let hub = TestHub::start().await;
    let call = |number: i64| {
        let rare = number % CALLS.1 == 0;
        let dataset = if rare { "bkd/jarang/v1" } else { "bkd/sering/v1" };
        let call = Call::of_command(Timestamp(NOW.0 + number));
        Exchange {
            application: Some(if number % 3 == 0 { 8 } else { 7 }),
            outcome: if number % 2 == 0 { "forbidden" } else { "ok" },
            ..call.exchange("pull", Some(dataset.into()))
        }
    };
    for number in 0..CALLS.0 {
        hub.hub.log(call(number));
    }
    let database = ended(hub);
    let config = DatabaseConfig {
        url: database.url().to_owned(),
        pool_size: 1,
    };
    let connection = Store::open(&config).unwrap().dedicated().unwrap();
    (database, connection)
}

/// What is asked for.
fn of(application: i64, dataset: &str, outcome: Option<&str>) -> Wanted {
    Wanted {
        application: Some(application),
        dataset: Some(dataset.into()),
        outcome: outcome.map(str::to_owned),
        ..Wanted::default()
    }
}

#[tokio::test]
async fn of_several_conditions_the_one_that_fewest_calls_meet_is_walked() {
    let (_database, mut connection) = logged().await;
    for wanted in [
        of(7, "bkd/jarang/v1", None),
        of(7, "bkd/jarang/v1", Some("forbidden")),
    ] {
        let seen = watch(&mut connection);
        let page = exchanges::page(&mut connection, &wanted, None, 100).unwrap();
        assert_eq!((page.rows.len(), page.next), (8, None));
        let asked = std::mem::take(&mut *seen.lock().unwrap());
        let walked = asked.last().unwrap();
        let plan = plan(&mut connection, walked);
        assert!(plan.contains("exchange_dataset"), "{walked}\n{plan}");
        // A look at each, and one walk to the end.
        let conditions = 2 + usize::from(wanted.outcome.is_some());
        assert!(asked.len() <= conditions + 1, "{asked:#?}");
    }
}

#[tokio::test]
async fn what_one_condition_finds_is_walked_by_its_index_whatever_the_database_knows_of_it() {
    let (_database, mut connection) = logged().await;
    // From now on it knows that each value is frequent.
    match &mut connection {
        DbConnection::Sqlite(inner) => inner.batch_execute("ANALYZE").unwrap(),
        DbConnection::Postgres(inner) => inner.batch_execute("ANALYZE exchange").unwrap(),
    }
    let application = Wanted {
        application: Some(8),
        ..Wanted::default()
    };
    let dataset = Wanted {
        dataset: Some("bkd/jarang/v1".into()),
        ..Wanted::default()
    };
    for (wanted, index) in [
        (application, "exchange_application"),
        (dataset, "exchange_dataset"),
    ] {
        for before in [None, Some((vec![0xff; 16], 0))] {
            let seen = watch(&mut connection);
            exchanges::page(&mut connection, &wanted, before, 10).unwrap();
            let asked = std::mem::take(&mut *seen.lock().unwrap());
            let walked = asked.last().unwrap();
            let plan = plan(&mut connection, walked);
            assert!(
                plan.contains(index) && !plan.contains("exchange_pkey"),
                "{walked}\n{plan}"
            );
        }
    }
}

#[tokio::test]
async fn pages_of_what_meets_several_conditions_show_each_call_once() {
    let (_database, mut connection) = logged().await;
    for (wanted, count) in [
        (of(7, "bkd/jarang/v1", Some("forbidden")), 8),
        (of(8, "bkd/sering/v1", None), 796),
        (of(9, "bkd/sering/v1", None), 0),
        (of(8, "bkd/tiada/v1", Some("forbidden")), 0),
    ] {
        let (mut ids, mut before) = (Vec::new(), None);
        loop {
            let page = exchanges::page(&mut connection, &wanted, before, 3).unwrap();
            ids.extend(page.rows.into_iter().map(|row| row.id));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert!(ids.is_sorted_by(|newer, older| newer > older));
        assert_eq!(ids.len(), count, "{wanted:?}");
    }
}
