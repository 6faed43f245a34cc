//! The statements of references are led by an index, however large the tables.

use std::sync::Arc;

use jiff::tz::TimeZone;
use mahakam::audit::Signer;
use mahakam::config::DatabaseConfig;
use mahakam::record::{Entry, Marks, Payload, Precondition, Referral, Slots, Submission};
use mahakam::store::append::references::{Questions, look_up};
use mahakam::store::append::{RejectionBound, Scope, append_as_one};
use mahakam::store::chains::Chain;
use mahakam::store::{DbConnection, Store};
use mahakam::types::{Digest, Kind, Moment, RecordKey};
use serde_json::json;

use super::{kunjungan, wilayah_with_periods};
use crate::chains::{none_scans, watch};
use crate::harness::{NOW, TestHub};

/// The present moment, in UTC.
const MOMENT: Moment<'static> = Moment {
    at: NOW,
    zone: &TimeZone::UTC,
};

/// A hub whose tables the database has counted, and a connection beside its own.
async fn prepared() -> (TestHub, DbConnection) {
    let (hub, wilayah) = TestHub::with(wilayah_with_periods()).await;
    wilayah.push(r#"{"kode":"64"}"#).await.is(201);
    let kunjungan = hub.publish(&kunjungan(json!({})));
    let body: String = (0..2_000)
        .map(|n| format!("{{\"id\":\"{n:04}\",\"kode\":\"64\"}}\n"))
        .collect();
    kunjungan.lines(body).await.is(200);
    hub.database.beside().run("ANALYZE");
    let config = DatabaseConfig {
        url: hub.database.url().to_owned(),
        pool_size: 1,
    };
    let connection = Store::open(&config).unwrap().dedicated().unwrap();
    (hub, connection)
}

#[tokio::test]
async fn references_are_found_by_an_index_both_ways() {
    let (hub, mut connection) = prepared().await;
    let catalog = hub.hub.catalog();
    let [visits, codes] =
        ["bkd/kunjungan/v1", "pod/wilayah/v1"].map(|id| catalog.dataset(&id.parse().unwrap()).unwrap());
    let key = RecordKey::parse("64").unwrap();
    let digest = Digest::of(b"x");
    let put = Entry::Put(Payload {
        subject: None,
        key: key.clone(),
        text: "{}".into(),
        digest,
        canonical: digest,
        slots: Slots::default(),
        marks: Marks::default(),
        referrals: [Referral {
            link: 0,
            key: Some(key.clone()),
            day: None,
        }]
        .into(),
    });
    let submission = |dataset: i64, entry: Entry| Submission {
        dataset,
        feed: visits.feed.clone(),
        kind: Kind::Master,
        contract: 1,
        filters: "[]".into(),
        links: visits.links.clone(),
        entries: vec![entry],
        atomic: false,
        precondition: Precondition::default(),
    };
    let batch = [
        submission(visits.number, put),
        submission(codes.number, Entry::Delete(key)),
    ];
    let seen = watch(&mut connection);
    // What the hub knows of the periods is of no use here: it is looked up anew.
    visits
        .links
        .iter()
        .for_each(|link| assert!(link.targets[0].periods.is_some()));
    codes.periods.as_ref().unwrap().forget();
    let (standings, evidence) = look_up(&mut connection, &Questions::of(batch.iter()), MOMENT, None).unwrap();
    assert_eq!(
        (standings.len(), evidence.periods.len(), evidence.referrers.len()),
        (1, 1, 1)
    );
    none_scans(&mut connection, &seen);
}

#[tokio::test]
async fn what_was_written_as_one_is_judged_by_a_walk_and_no_scan() {
    let (hub, mut connection) = prepared().await;
    let catalog = hub.hub.catalog();
    let visits = catalog.dataset(&"bkd/kunjungan/v1".parse().unwrap()).unwrap();
    let mut chain = Chain::new(Arc::new(Signer::new(&[7; 32]).unwrap()));
    chain.ready(&mut connection, NOW).unwrap();
    let seen = watch(&mut connection);
    let scope = Scope {
        dataset: visits.number,
        deletes: true,
        links: &visits.links,
        references: &visits.current.contract.references,
    };
    let bound = RejectionBound {
        rows: 10,
        bytes: 1_000,
    };
    append_as_one(&mut connection, scope, MOMENT, bound, &mut chain, |whole, _| {
        whole.judge(10)
    })
    .unwrap();
    none_scans(&mut connection, &seen);
}
