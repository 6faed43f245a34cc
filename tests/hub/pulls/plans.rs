//! What is asked of the table of runs is led by an index, however many there are.

use std::sync::Arc;

use mahakam::config::DatabaseConfig;
use mahakam::store::Store;
use mahakam::store::pulls::runs;
use serde_json::json;

use super::{Asked, Reply, System, add, hub_with};
use crate::chains::{none_scans, watch};
use crate::harness::NOW;

#[tokio::test]
async fn runs_are_found_by_an_index() {
    let system = System::start(|_: &Asked| Reply::Json("[]".into()));
    let hub = hub_with(&system).await;
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let mut connection = Store::open(&config).unwrap().dedicated().unwrap();
    let ids = [
        add(&hub, &json!({})).await,
        add(&hub, &json!({})).await,
        add(&hub, &json!({})).await,
    ];
    let database = Arc::clone(&hub.database);
    // Nobody else writes from here on.
    drop(hub);
    for id in ids {
        for _ in 0..700 {
            let run = runs::insert(&mut connection, (id, 1), "schedule", None, NOW).unwrap();
            runs::end(&mut connection, run, "ok", None, NOW).unwrap();
        }
    }
    database.beside().run("ANALYZE");
    let seen = watch(&mut connection);
    assert!(runs::open(&mut connection, ids[0]).unwrap().is_none());
    assert_eq!(
        runs::page(&mut connection, ids[1], i64::MAX, 10).unwrap().len(),
        10
    );
    runs::forget(&mut connection, ids[2], 500).unwrap();
    none_scans(&mut connection, &seen);
    assert_eq!(
        runs::page(&mut connection, ids[2], i64::MAX, 1_000)
            .unwrap()
            .len(),
        500
    );
}
