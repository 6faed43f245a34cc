//! Who gives what to whom, and which grants end.

use mahakam::access::rules::Reach;
use mahakam::hub::Given;
use serde_json::json;

use super::{HOUR, open, own, pass, person, sum};
use crate::harness::contracts::{barang, libur, pegawai};

fn told(given: &[Given]) -> Vec<(String, &str, bool, u64, u64)> {
    let one = given.iter().map(|one| {
        let dataset = one.dataset.to_string();
        (
            dataset,
            one.recipient.as_str(),
            one.granted,
            one.calls,
            one.records,
        )
    });
    one.collect()
}

#[tokio::test]
async fn grants_are_told_with_what_was_taken_by_them() {
    let (hub, api) = open(&pegawai()).await;
    api.push(person(1)).await.is(201);
    api.push(person(2)).await.is(201);
    let open = hub.publish(&libur());
    open.push(r#"{"id":"1"}"#).await.is(201);
    let as_of = |api: &crate::harness::Api, opd: &str| api.with_key(Some(&hub.key(opd)));
    as_of(&api, "dinkes").get("/records").await.is(200);
    as_of(&api, "dinkes").record("000000000000000001").await.is(200);
    as_of(&open, "bkd").get("/records").await.is(200);
    sum(&hub, 6).await;
    let (libur, pegawai) = ("pod/libur/v1".to_owned(), "bkd/pegawai/v1".to_owned());
    let pairs = hub.hub.who_gives_what(&Reach::All).unwrap();
    let named: Vec<_> = pairs
        .iter()
        .map(|pair| (pair.provider.as_str(), pair.recipient.as_str(), pair.records))
        .collect();
    assert_eq!(
        named,
        [("bkd", "bappeda", 0), ("bkd", "dinkes", 3), ("pod", "bkd", 1)]
    );
    assert_eq!(pairs[1].last, Some(crate::harness::NOW));
    let by = |reach: Reach, opd: &str| hub.hub.given_by(&reach, &opd.parse().unwrap());
    let to = |reach: Reach, opd: &str| hub.hub.given_to(&reach, &opd.parse().unwrap());
    let given = by(own("bkd"), "bkd").unwrap();
    assert_eq!(
        told(&given),
        [
            (pegawai.clone(), "bappeda", true, 0, 0),
            (pegawai.clone(), "dinkes", true, 2, 3)
        ]
    );
    let fields = given[0].fields.as_ref().unwrap().iter().map(ToString::to_string);
    assert_eq!(fields.collect::<Vec<_>>(), ["/nip", "/unit/kode"]);
    assert_eq!((&given[1].fields, given[0].last), (&None, None));
    // What is open needs no grant.
    assert_eq!(
        told(&to(own("bkd"), "bkd").unwrap()),
        [(libur, "bkd", false, 1, 1)]
    );
    assert_eq!(
        told(&to(Reach::All, "dinkes").unwrap()),
        [(pegawai, "dinkes", true, 2, 3)]
    );
    assert_eq!(by(own("dinkes"), "bkd").unwrap_err().code(), "forbidden");
    let own_pairs = hub.hub.who_gives_what(&own("bappeda")).unwrap();
    assert_eq!(own_pairs.len(), 1);
    // When it was last taken is known for good, how much for thirty days.
    pass(&hub, 31 * 24 * HOUR);
    sum(&hub, 6).await;
    let given = hub.hub.given_by(&own("bkd"), &"bkd".parse().unwrap()).unwrap();
    assert_eq!((given[1].records, given[1].last), (0, Some(crate::harness::NOW)));
}

#[tokio::test]
async fn grants_that_end_within_thirty_days_are_told_to_both_sides() {
    let mut contract = pegawai();
    for (index, until) in ["2026-04-19", "2026-04-20", "2026-03-20"].into_iter().enumerate() {
        contract["grants"][index]["until"] = until.into();
    }
    let (hub, _api) = open(&contract).await;
    let mut over = barang();
    over["grants"] =
        json!([{"opd": "dkp", "may": ["pull"], "purpose": "Uji", "basis": "Uji", "until": "2026-03-19"}]);
    hub.publish(&over);
    let ending = |reach: &Reach| {
        let ending = hub.hub.ending_grants(reach).into_iter();
        let told = ending.map(|grant| (grant.recipient.to_string(), grant.days_left));
        told.collect::<Vec<_>>()
    };
    let (dkp, bappeda) = (("dkp".to_owned(), 0), ("bappeda".to_owned(), 30));
    assert_eq!(ending(&Reach::All), [dkp.clone(), bappeda.clone()]);
    assert_eq!(ending(&own("bkd")), [dkp.clone(), bappeda.clone()]);
    assert_eq!(ending(&own("bappeda")), [bappeda]);
    assert_eq!(ending(&own("pod")), []);
}
