//! Two hubs on one database: one refers to what the other deletes.

use serde_json::json;

use super::{keys, kunjungan, wilayah};
use crate::harness::TestHub;

const ROUNDS: usize = 60;

async fn two() -> (TestHub, TestHub) {
    let one = TestHub::start().await;
    one.publish(&wilayah());
    one.publish(&kunjungan(json!({})));
    let other = TestHub::builder().on(&one.database).start().await;
    (one, other)
}

/// How many records refer to a code that is not there.
const DANGLING: &str =
    "SELECT count(*) FROM record r WHERE r.f1 IS NOT NULL AND r.f1 LIKE 's%' AND NOT EXISTS (
    SELECT 1 FROM record t JOIN dataset d ON d.id = t.dataset_id
    WHERE d.name = 'wilayah' AND NOT t.deleted AND 's' || t.key = r.f1)";

#[tokio::test]
async fn no_strict_reference_to_a_deleted_record_ever_stands() {
    let (one, other) = two().await;
    let (codes, visits) = (
        one.api("pod/wilayah/v1", Some(&one.key("pod"))),
        other.api("bkd/kunjungan/v1", Some(&one.key("bkd"))),
    );
    let (mut deleted, mut kept) = (0, 0);
    for round in 0..ROUNDS {
        let code = format!("k{round}");
        codes.push(json!({"kode": code})).await.is(201);
        let bulk: String = (0..5)
            .map(|n| format!("{}\n", json!({"id": format!("{round}-{n}"), "kode": code})))
            .collect();
        let refer = async {
            visits.push(json!({"id": format!("{round}"), "kode": code})).await;
            visits.lines(&bulk).await;
        };
        let (answer, ()) = tokio::join!(codes.delete(&code).into_future(), refer);
        match answer.status {
            200 => deleted += 1,
            409 => kept += 1,
            _ => panic!("{answer:?}"),
        }
        assert_eq!(one.database.beside().number(DANGLING), 0, "round {round}");
    }
    assert_eq!(deleted + kept, ROUNDS);
    assert_eq!(keys(&codes).await.len(), kept);
}

#[tokio::test]
async fn hubs_that_refer_to_each_others_datasets_and_delete_from_them_all_get_on() {
    let (one, other) = two().await;
    let mut back = wilayah();
    back["version"] = "1.1.0".into();
    back["references"] = json!([{"field": "/induk", "dataset": "bkd/kunjungan/v1", "mode": "warn"}]);
    one.publish_uncompared(&back);
    other.hub.refresh().unwrap();
    let writer = |hub: &TestHub, at: usize| {
        let codes = hub.api("pod/wilayah/v1", Some(&one.key("pod")));
        let visits = hub.api("bkd/kunjungan/v1", Some(&one.key("bkd")));
        async move {
            for round in 0..ROUNDS {
                let n = (round * 7 + at) % 10;
                let code = format!(
                    "{{\"kode\":\"{n}\",\"induk\":\"{n}\"}}\n{{\"$delete\":\"{}\"}}\n",
                    (n + 5) % 10
                );
                let visit = format!(
                    "{{\"id\":\"{n}\",\"kode\":\"{n}\"}}\n{{\"$delete\":\"{}\"}}\n",
                    (n + 5) % 10
                );
                let snapshot = "{\"kode\":\"s\"}\n{\"kode\":\"1\",\"induk\":\"1\"}\n";
                for answer in [
                    codes.lines(code).await,
                    visits.lines(visit).await,
                    codes
                        .call("PUT", "/snapshot?max_delete=1")
                        .body("application/x-ndjson", snapshot)
                        .await,
                ] {
                    assert!([200, 409, 422].contains(&answer.status), "{answer:?}");
                }
            }
        }
    };
    tokio::join!(
        writer(&one, 0),
        writer(&other, 3),
        writer(&one, 4),
        writer(&other, 8)
    );
    let strict = DANGLING.replace(
        "WHERE r.f1",
        "JOIN dataset e ON e.id = r.dataset_id AND e.name = 'kunjungan' WHERE r.f1",
    );
    assert_eq!(one.database.beside().number(&strict), 0);
}
