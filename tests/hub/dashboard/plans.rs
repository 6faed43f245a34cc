//! What the figures ask of tables that grow is found by indexes.

use mahakam::audit::SENDING;
use mahakam::config::DatabaseConfig;
use mahakam::store::day_totals::figures::{Days, Part, by_day, flows, last, sent_by, since};
use mahakam::store::exchanges::sent_lately;
use mahakam::store::{Store, changes, day_totals, mail, overdue, profiles, reasons};
use mahakam::types::Timestamp;

use crate::chains::{none_scans, watch};
use crate::harness::TestHub;

#[tokio::test]
async fn nothing_about_figures_reads_a_whole_table() {
    let hub = TestHub::start().await;
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let mut connection = Store::open(&config).unwrap().dedicated().unwrap();
    let seen = watch(&mut connection);
    let datasets = Some(&[1_i64, 2][..]);
    let days = Days {
        from: "2026-03-01",
        until: "2026-03-20",
    };
    for part in [Part::All, Part::Owner("bkd"), Part::Dataset(1)] {
        by_day(&mut connection, days.from, part).unwrap();
    }
    flows(&mut connection, days).unwrap();
    since(&mut connection, days.until).unwrap();
    last(&mut connection, datasets).unwrap();
    sent_by(&mut connection, "bkd", &SENDING, 20).unwrap();
    let known = [("bkd/pegawai/v1".to_owned(), "push".to_owned(), Timestamp(1))];
    sent_lately(&mut connection, "bkd", &known, 20).unwrap();
    changes::newest_at(&mut connection, &[1, 2]).unwrap();
    day_totals::begin_of_log(&mut connection).unwrap();
    profiles::growth(&mut connection, "bkd").unwrap();
    overdue::told(&mut connection, Timestamp(1), Timestamp(2)).unwrap();
    overdue::due(&mut connection, Timestamp(1), 10).unwrap();
    overdue::over(&mut connection, Timestamp(1), 10).unwrap();
    mail::planned_after(&mut connection, Timestamp(1)).unwrap();
    reasons::since(&mut connection, "2026-03-01").unwrap();
    none_scans(&mut connection, &seen);
}
