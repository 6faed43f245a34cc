//! How far columns are filled, by agency, beside how far they were seven days ago.

use mahakam::access::rules::Reach;
use mahakam::hub::FilledOf;
use serde_json::{Value, json};

use super::{HOUR, open, own, pass};
use crate::harness::TestHub;
use crate::harness::contracts::{barang, named};

/// A master with two columns, of which one may be left out.
fn contract() -> Value {
    let mut contract = barang();
    contract["schema"]["properties"]["nama"] = json!({"type": "string"});
    contract
}

fn count(hub: &TestHub) {
    while hub.hub.count_records(|| true).unwrap() {}
}

fn filled(hub: &TestHub, reach: &Reach) -> Vec<FilledOf> {
    hub.hub.filled_lately(reach).unwrap()
}

/// An agency, its share in a thousand, and by how much that changed.
fn told(of: &FilledOf) -> (&str, u64, Option<i64>) {
    (&of.opd, of.now.permille(), of.change())
}

#[tokio::test]
async fn an_agencys_columns_are_as_far_filled_as_its_records_say_and_changes_are_told_after_seven_days() {
    let (hub, api) = open(&contract()).await;
    assert!(filled(&hub, &Reach::All).is_empty());
    api.push(json!({"id": "a"})).await.is(201);
    api.push(json!({"id": "b", "nama": "B"})).await.is(201);
    count(&hub);
    // Three of four cells; a week ago nobody counted.
    let all = filled(&hub, &Reach::All);
    assert_eq!(all.iter().map(told).collect::<Vec<_>>(), [("bkd", 750, None)]);
    assert!(filled(&hub, &own("dinkes")).is_empty());
    // Counted again on the same day, the later count stands.
    api.push(json!({"id": "b"})).await.is(200);
    pass(&hub, HOUR);
    count(&hub);
    assert_eq!(told(&filled(&hub, &own("bkd"))[0]), ("bkd", 500, None));
    for _ in 0..6 {
        pass(&hub, 24 * HOUR);
    }
    api.push(json!({"id": "a", "nama": "A"})).await.is(200);
    count(&hub);
    assert_eq!(told(&filled(&hub, &Reach::All)[0]), ("bkd", 750, None));
    pass(&hub, 24 * HOUR);
    assert_eq!(told(&filled(&hub, &Reach::All)[0]), ("bkd", 750, Some(250)));
    // A dataset that came in between counts now, and not for the change.
    let other = hub.publish(&named(contract(), "lain"));
    other.push(json!({"id": "a"})).await.is(201);
    count(&hub);
    assert_eq!(told(&filled(&hub, &Reach::All)[0]), ("bkd", 666, Some(250)));
    // Of old days the last is kept alone.
    for _ in 0..20 {
        pass(&hub, 24 * HOUR);
    }
    api.push(json!({"id": "a"})).await.is(200);
    count(&hub);
    let kept =
        "SELECT count(*) FROM day_filling WHERE dataset_id = (SELECT min(dataset_id) FROM day_filling)";
    assert_eq!(hub.database.beside().number(kept), 2);
    assert_eq!(told(&filled(&hub, &Reach::All)[0]), ("bkd", 500, Some(-166)));
}
