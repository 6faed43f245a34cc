//! Many records that refer to others: in bulk, all or none, as a complete dataset.

use serde_json::{Value, json};

use super::{hub, keys, lines, tree};
use crate::harness::{Api, TestHub};

fn snapshot(api: &Api, payloads: &[Value]) -> crate::harness::Call {
    api.call("PUT", "/snapshot?max_delete=1")
        .body("application/x-ndjson", lines(payloads))
}

#[tokio::test]
async fn in_bulk_a_line_is_refused_and_its_neighbours_are_not() {
    let (_hub, _wilayah, kunjungan) = hub(json!({})).await;
    let body = lines(&[
        json!({"id": "a", "kode": "64"}),
        json!({"id": "b", "kode": "99"}),
        json!({"id": "c", "kode": "64.10"}),
    ]);
    for path in ["/validate", "/records"] {
        let answer = kunjungan
            .call("POST", path)
            .body("application/x-ndjson", body.clone())
            .await;
        let answer = answer.expect(200);
        assert_eq!(
            (&answer["created"], &answer["rejected"]),
            (&json!(2), &json!(1)),
            "{answer}"
        );
        let fault = &answer["errors"][0];
        assert_eq!((&fault["line"], &fault["key"]), (&json!(2), &json!("b")));
        assert_eq!(fault["code"], "contract-violated");
        assert_eq!(fault["violations"][0]["pointer"], "/kode");
    }
    assert_eq!(keys(&kunjungan).await, ["a", "c"]);
}

#[tokio::test]
async fn what_came_before_in_a_bulk_counts() {
    let (_hub, wilayah) = TestHub::with(tree()).await;
    let answer = wilayah
        .lines(lines(&[
            json!({"kode": "64.02", "induk": "64"}),
            json!({"kode": "64"}),
            json!({"kode": "64.03", "induk": "64"}),
            json!({"$delete": "64"}),
            json!({"$delete": "64.03"}),
            json!({"$delete": "64"}),
            json!({"kode": "64.04", "induk": "64"}),
        ]))
        .await
        .expect(200);
    let faults: Vec<(u64, &str)> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["line"].as_u64().unwrap(), fault["code"].as_str().unwrap()))
        .collect();
    let expected = [
        (1, "contract-violated"),
        (4, "record-in-use"),
        (7, "contract-violated"),
    ];
    assert_eq!(faults, expected, "{answer}");
    assert_eq!(keys(&wilayah).await, Vec::<String>::new());
    // Referrers that stood before may go in the same body, or refer elsewhere from then on.
    wilayah
        .lines(lines(&[
            json!({"kode": "1"}),
            json!({"kode": "2"}),
            json!({"kode": "1.1", "induk": "1"}),
        ]))
        .await
        .is(200);
    let answer = wilayah
        .lines(lines(&[
            json!({"kode": "1.1", "induk": "2"}),
            json!({"$delete": "1"}),
            json!({"$delete": "2"}),
        ]))
        .await
        .expect(200);
    assert_eq!(
        (&answer["deleted"], &answer["rejected"]),
        (&json!(1), &json!(1)),
        "{answer}"
    );
}

#[tokio::test]
async fn an_atomic_bulk_counts_as_a_whole() {
    let (_hub, wilayah) = TestHub::with(tree()).await;
    let whole = [
        json!({"kode": "64.02.01", "induk": "64.02"}),
        json!({"kode": "64.02", "induk": "64"}),
        json!({"kode": "64"}),
    ];
    for path in ["/validate?atomic=true", "/records?atomic=true"] {
        let call = |payloads: &[Value]| {
            wilayah
                .call("POST", path)
                .body("application/x-ndjson", lines(payloads))
        };
        let problem = call(&whole[..2]).await.expect(422);
        assert_eq!(
            (&problem["created"], &problem["rejected"]),
            (&json!(0), &json!(2)),
            "{problem}"
        );
        assert_eq!(problem["errors"][0]["line"], 2, "{problem}");
        assert_eq!(problem["errors"][0]["violations"][0]["keyword"], "reference");
        let answer = call(&whole).await.expect(200);
        assert_eq!(answer["created"], 3, "{answer}");
    }
    for path in ["/validate?atomic=true", "/records?atomic=true"] {
        let call = |payloads: &[Value]| {
            wilayah
                .call("POST", path)
                .body("application/x-ndjson", lines(payloads))
        };
        let problem = call(&[json!({"$delete": "64.02"})]).await.expect(422);
        assert_eq!(problem["errors"][0]["code"], "record-in-use", "{problem}");
        // The order does not matter, only what stands in the end.
        let answer = call(&[json!({"$delete": "64.02"}), json!({"$delete": "64.02.01"})])
            .await
            .expect(200);
        assert_eq!(answer["deleted"], 2, "{answer}");
    }
    assert_eq!(keys(&wilayah).await, ["64"]);
}

#[tokio::test]
async fn a_snapshot_counts_as_a_whole() {
    let (_hub, wilayah) = TestHub::with(tree()).await;
    let whole = [
        json!({"kode": "64.02", "induk": "64"}),
        json!({"kode": "64"}),
        json!({"kode": "65"}),
    ];
    snapshot(&wilayah, &whole).await.is(200);
    let problem = snapshot(&wilayah, &[whole[0].clone(), json!({"kode": "63"})]).await;
    // The record that stayed as it was refers to one that would vanish.
    problem.problem(409, "record-in-use");
    let problem = snapshot(
        &wilayah,
        &[whole[1].clone(), json!({"kode": "63", "induk": "62"})],
    )
    .await
    .expect(422);
    assert_eq!(problem["errors"][0]["line"], 2, "{problem}");
    assert_eq!(keys(&wilayah).await, ["64", "64.02", "65"]);
    let answer = snapshot(&wilayah, &whole[1..]).await.expect(200);
    assert_eq!(answer["removed"], 1, "{answer}");
}

#[tokio::test]
async fn a_snapshot_that_lets_something_vanish_that_others_refer_to_changes_nothing() {
    let (_hub, wilayah, kunjungan) = hub(json!({})).await;
    kunjungan.push(r#"{"id":"a","kode":"64.02"}"#).await.is(201);
    let problem = snapshot(&wilayah, &[json!({"kode": "64"}), json!({"kode": "66"})]).await;
    let problem = problem.problem(409, "record-in-use");
    assert!(
        problem["detail"].as_str().unwrap().contains("bkd/kunjungan/v1"),
        "{problem}"
    );
    assert_eq!(keys(&wilayah).await, ["64", "64.02", "64.10"]);
    snapshot(&wilayah, &[json!({"kode": "64.02"}), json!({"kode": "66"})])
        .await
        .is(200);
}

#[tokio::test]
async fn a_body_of_many_lines_is_judged_to_its_end() {
    let (_hub, wilayah) = TestHub::with(tree()).await;
    let mut body: Vec<Value> = (0..2_500)
        .map(|n| json!({"kode": format!("k{n}"), "induk": format!("k{}", n + 1)}))
        .collect();
    for path in ["/records?atomic=true", "/snapshot?max_delete=1"] {
        let method = if path.starts_with("/snapshot") {
            "PUT"
        } else {
            "POST"
        };
        let call = |body: &[Value]| {
            wilayah
                .call(method, path)
                .body("application/x-ndjson", lines(body))
        };
        let problem = call(&body).await.expect(422);
        assert_eq!(problem["errors"].as_array().unwrap().len(), 1, "{problem}");
        assert_eq!(problem["errors"][0]["line"], 2_500);
        body.push(json!({"kode": "k2500"}));
        call(&body).await.is(200);
        body.pop();
        wilayah
            .call("PUT", "/snapshot?max_delete=1")
            .body("application/x-ndjson", "")
            .await
            .is(200);
    }
}

#[tokio::test]
async fn two_datasets_of_one_writer_may_refer_to_each_other() {
    let (hub, wilayah) = TestHub::with(kunjungan_back()).await;
    wilayah.push(r#"{"kode":"64"}"#).await.is(201);
    let kunjungan = hub.publish(&super::kunjungan(json!({})));
    for n in 0..20 {
        kunjungan
            .push(format!("{{\"id\":\"{n}\",\"kode\":\"64\"}}"))
            .await
            .is(201);
        wilayah
            .push(format!("{{\"kode\":\"w{n}\",\"induk\":\"{n}\"}}"))
            .await
            .is(201);
        kunjungan
            .delete(&n.to_string())
            .await
            .problem(409, "record-in-use");
    }
    wilayah.delete("64").await.problem(409, "record-in-use");
}

/// The codes once more, their parents being records of `bkd/kunjungan/v1`.
fn kunjungan_back() -> Value {
    let mut contract = super::wilayah();
    contract["references"] = json!([{"field": "/induk", "dataset": "bkd/kunjungan/v1"}]);
    contract
}
