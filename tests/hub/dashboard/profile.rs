//! What the records of a dataset hold: counted in the background, read at once.

use mahakam::access::rules::Reach;
use mahakam::hub::{Actor, CountsOf, DatasetProfile};
use mahakam::types::RecordKey;
use serde_json::{Value, json};

use super::{HOUR, open, own, pass, person};
use crate::harness::TestHub;
use crate::harness::contracts::pegawai;

fn contract() -> Value {
    let mut contract = pegawai();
    contract["filters"] = json!(["/golongan", "/nama"]);
    contract["personal_data"] = json!(["/nama"]);
    contract
}

fn with(nip: u64, golongan: Option<&str>) -> Value {
    let mut record = person(nip);
    if let Some(golongan) = golongan {
        record["golongan"] = golongan.into();
    }
    record
}

fn count(hub: &TestHub) {
    while hub.hub.count_records(|| true).unwrap() {}
}

fn profile(hub: &TestHub, reach: &Reach) -> Option<DatasetProfile> {
    let id = "bkd/pegawai/v1".parse().unwrap();
    hub.hub.dataset_profile(reach, &id).unwrap()
}

fn filled(profile: &DatasetProfile, field: &str) -> Option<u64> {
    let mut columns = profile.columns.iter();
    let column = columns.find(|column| column.field.to_string() == field);
    column.map(|column| column.filled)
}

#[tokio::test]
async fn columns_and_filters_are_counted_when_records_have_changed() {
    let (hub, api) = open(&contract()).await;
    assert_eq!(profile(&hub, &Reach::All), None);
    for (nip, golongan) in [
        (1, Some("III/a")),
        (2, Some("III/a")),
        (3, Some("IV/a")),
        (4, None),
    ] {
        api.push(with(nip, golongan)).await.is(201);
    }
    count(&hub);
    let first = profile(&hub, &Reach::All).unwrap();
    assert_eq!((first.records, first.changed_since), (4, false));
    let fields = ["/nip", "/golongan", "/gaji"];
    assert_eq!(
        fields.map(|field| filled(&first, field)),
        [Some(4), Some(3), Some(0)]
    );
    // Nobody's name is counted.
    assert_eq!(first.distributions.len(), 1);
    let golongan = &first.distributions[0];
    let values = [("III/a".to_owned(), 2), ("IV/a".to_owned(), 1)];
    assert_eq!(
        (golongan.values.as_slice(), golongan.empty, golongan.others),
        (&values[..], 1, 0)
    );
    // It is counted anew only after a while.
    api.delete("000000000000000001").await.is(200);
    count(&hub);
    let still = profile(&hub, &Reach::All).unwrap();
    assert_eq!((still.records, still.changed_since), (4, true));
    pass(&hub, HOUR);
    count(&hub);
    let then = profile(&hub, &Reach::All).unwrap();
    assert_eq!((then.records, then.changed_since), (3, false));
    // What is erased is counted anew, and nothing of it twice.
    let (id, key) = (
        "bkd/pegawai/v1".parse().unwrap(),
        RecordKey::parse("000000000000000001").unwrap(),
    );
    let actor = Actor("cli:uji".into());
    hub.hub.erase(&actor, &id, &key, "Putusan").await.unwrap();
    assert_eq!(profile(&hub, &Reach::All), None);
    count(&hub);
    assert_eq!(profile(&hub, &Reach::All).unwrap().records, 3);
    let counts = hub.hub.counts_over_time(&Reach::All, &CountsOf::All).unwrap();
    assert_eq!(counts.records, Some(3));
}

#[tokio::test]
async fn a_recipient_is_told_of_the_granted_columns_alone() {
    let (hub, api) = open(&contract()).await;
    api.push(with(1, Some("III/a"))).await.is(201);
    count(&hub);
    let columns = |reach: &Reach| {
        let profile = profile(&hub, reach).unwrap();
        let columns = profile.columns.iter().map(|column| column.field.to_string());
        (columns.collect::<Vec<_>>(), profile.distributions.len())
    };
    assert_eq!(
        columns(&own("bappeda")),
        (vec!["/nip".to_owned(), "/unit/kode".to_owned()], 0)
    );
    assert_eq!(columns(&own("dinkes")), columns(&own("bkd")));
    let refused = hub
        .hub
        .dataset_profile(&own("pod"), &"bkd/pegawai/v1".parse().unwrap());
    assert_eq!(refused.unwrap_err().code(), "forbidden");
}

#[tokio::test]
async fn how_many_records_there_were_is_told_day_by_day() {
    let (hub, api) = open(&contract()).await;
    for nip in 1..=3 {
        api.push(person(nip)).await.is(201);
    }
    count(&hub);
    pass(&hub, 24 * HOUR);
    api.push(person(4)).await.is(201);
    api.delete("000000000000000001").await.is(200);
    api.delete("000000000000000002").await.is(200);
    count(&hub);
    for of in [
        CountsOf::All,
        CountsOf::Dataset("bkd/pegawai/v1".parse().unwrap()),
    ] {
        let counts = hub.hub.counts_over_time(&Reach::All, &of).unwrap();
        assert_eq!(counts.records, Some(2));
        let standing: Vec<_> = counts.days[27..].iter().map(|day| day.standing).collect();
        assert_eq!(standing, [None, Some(3), Some(2)]);
        let months: Vec<_> = counts.months[10..].iter().map(|month| month.standing).collect();
        assert_eq!(months, [None, Some(2)]);
    }
}
