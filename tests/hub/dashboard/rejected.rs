//! What was refused lately, and why.

use mahakam::access::rules::Reach;
use mahakam::hub::RejectedOf;
use mahakam::types::Lang;
use serde_json::{Value, json};

use super::{HOUR, open, own, pass, person, sum};
use crate::harness::contracts::pegawai;

/// Records with one thing wrong: three, two, one and one of a kind.
fn wrong() -> Vec<Value> {
    let mut all = Vec::new();
    for (kind, times) in [("nip", 3), ("golongan", 2), ("nama", 1), ("gaji", 1)] {
        for n in 0..times {
            let mut record = person(100 + n);
            match kind {
                "nip" => record["nip"] = json!(format!("x{n}")),
                "golongan" => record["golongan"] = json!("V/z"),
                "nama" => record["nama"] = json!(""),
                _ => record["gaji"] = json!(-1),
            }
            all.push(record);
        }
    }
    all
}

/// A rule, a field, and how often.
type Reason<'r> = (&'r str, &'r str, u64);

fn told(of: &RejectedOf) -> (&str, [u64; 3], Vec<Reason<'_>>) {
    let reasons = of.reasons.iter();
    (
        &of.opd,
        [of.pushed, of.stored, of.rejected],
        reasons
            .map(|reason| (reason.rule.as_str(), reason.field.as_str(), reason.times))
            .collect(),
    )
}

#[tokio::test]
async fn what_was_refused_in_seven_days_is_told_with_its_three_biggest_reasons() {
    let (hub, api) = open(&pegawai()).await;
    let mut lines: Vec<Value> = (1..=13).map(person).collect();
    lines.extend(wrong());
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    api.lines(text.join("\n")).await.is(200);
    sum(&hub, 1).await;
    let reasons = vec![
        ("pattern", "/nip", 3),
        ("enum", "/golongan", 2),
        ("minLength", "/nama", 1),
    ];
    let expected = ("bkd", [20, 13, 7], reasons);
    // Counted twice, it is the same.
    for reach in [Reach::All, own("bkd"), own("bkd")] {
        sum(&hub, 1).await;
        let rejected = hub.hub.rejected_lately(&reach).unwrap();
        let (opds, datasets) = (&rejected.opds, &rejected.datasets);
        assert_eq!((opds.len(), datasets.len()), (1, 1));
        for of in [&opds[0], &datasets[0]] {
            assert_eq!(told(of), expected);
        }
        assert_eq!(opds[0].permille(), 350);
        let text = &opds[0].reasons[0].text;
        assert!(!text.to(Lang::Id).is_empty() && text.to(Lang::Id) != text.to(Lang::En));
        let (id, title) = datasets[0].dataset.as_ref().unwrap();
        assert_eq!(
            (id.to_string().as_str(), title.as_str()),
            ("bkd/pegawai/v1", "Pegawai")
        );
    }
    // One who may push, or pull, is not the owner.
    for other in ["dkp", "dinkes"] {
        let rejected = hub.hub.rejected_lately(&own(other)).unwrap();
        assert!(rejected.opds.is_empty() && rejected.datasets.is_empty());
    }
    pass(&hub, 7 * 24 * HOUR);
    sum(&hub, 1).await;
    assert!(hub.hub.rejected_lately(&Reach::All).unwrap().opds.is_empty());
    assert_eq!(
        hub.database
            .beside()
            .number("SELECT sum(times) FROM reason_total"),
        7
    );
    pass(&hub, 25 * 24 * HOUR);
    sum(&hub, 1).await;
    assert_eq!(
        hub.database.beside().number("SELECT count(*) FROM reason_total"),
        0
    );
}
