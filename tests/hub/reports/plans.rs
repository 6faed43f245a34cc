//! What reports ask of tables that grow is found by indexes.

use mahakam::config::DatabaseConfig;
use mahakam::store::Store;
use mahakam::store::exchanges::{Span, of_datasets, totals};
use mahakam::store::{changes, report_runs, reports};
use mahakam::types::Timestamp;

use crate::chains::{none_scans, watch};
use crate::harness::TestHub;

#[tokio::test]
async fn nothing_about_reports_reads_a_whole_table() {
    let hub = TestHub::start().await;
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let mut connection = Store::open(&config).unwrap().dedicated().unwrap();
    let seen = watch(&mut connection);
    let span = Span {
        from: Timestamp(0),
        until: Timestamp(1),
    };
    totals(&mut connection, span).unwrap();
    of_datasets(&mut connection, &["bkd/pegawai/v1".to_owned()], span).unwrap();
    changes::written(&mut connection, 1, (0, 10), Timestamp(0)).unwrap();
    for latest_first in [false, true] {
        let wanted = reports::Wanted {
            opd: Some("bkd"),
            latest_first,
            after: Some(7),
            ..reports::Wanted::default()
        };
        reports::page(&mut connection, wanted, 10).unwrap();
    }
    reports::newest(&mut connection, "exchanges", "2026-03").unwrap();
    reports::signed(&mut connection, 1).unwrap();
    reports::find(&mut connection, 1).unwrap();
    report_runs::find(&mut connection, 1, 1).unwrap();
    report_runs::without_draft(&mut connection, 1, Timestamp(0), 10).unwrap();
    none_scans(&mut connection, &seen);
}
