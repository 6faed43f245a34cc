//! Exchanges whose commit nobody heard of are logged once more, and stand there once.

use std::sync::Arc;

use mahakam::audit::{Exchange, Signer};
use mahakam::config::DatabaseConfig;
use mahakam::store::chains::Chain;
use mahakam::store::{Store, exchanges};

use crate::harness::{NOW, TestHub};
use crate::statements::exchange;

/// A read, in the log by its request.
fn read() -> Exchange {
    Exchange {
        action: "pull",
        request_id: "ragu".into(),
        ..exchange()
    }
}

#[tokio::test]
async fn what_is_logged_already_stays_as_it_is_and_what_is_new_is_added() {
    let hub = TestHub::start().await;
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let mut connection = Store::open(&config).unwrap().dedicated().unwrap();
    let mut chain = Chain::new(Arc::new(Signer::new(&[7; 32]).unwrap()));
    let (first, second) = (read(), read());
    let mut beside = hub.database.beside();
    let links = "SELECT count(*) FROM chain_link WHERE chain_id =
                     (SELECT max(chain_id) FROM exchange WHERE request_id = 'ragu')";
    for (some, rows, written) in [
        (vec![first.clone()], 1, 1),
        (vec![first.clone(), second.clone()], 2, 2),
        (vec![first, second], 2, 2),
    ] {
        exchanges::insert(&mut connection, &some, NOW, &mut chain).unwrap();
        let logged = beside.number("SELECT count(*) FROM exchange WHERE request_id = 'ragu'");
        assert_eq!((logged, beside.number(links)), (rows, written));
    }
}
