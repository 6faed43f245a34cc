//! `/rejections`: refused payloads are kept, listed, downloaded, corrected and sent again.

use crate::harness::{TestHub, contracts};

const NIP: &str = "198501012010011001";

fn kept(hub: &TestHub) -> i64 {
    hub.database.beside().number("SELECT count(*) FROM rejection")
}

#[tokio::test]
async fn a_refused_payload_is_kept_when_the_payload_is_to_blame() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let mutasi = hub.publish(&contracts::mutasi());
    pegawai.push(format!("{{\"nip\":\"{NIP}\"}}")).await.is(422);
    pegawai.push("{\"nip\":").await.is(400);
    pegawai
        .put("1", format!("{{\"nip\":\"{NIP}\",\"nama\":\"A\"}}"))
        .await
        .is(409);
    mutasi.push(r#"{"id":"a"}"#).await.is(201);
    mutasi.push(r#"{"id":"a","n":1}"#).await.is(409);
    assert_eq!(kept(&hub), 4);
    // What is wrong with the request around it is not.
    pegawai
        .put(NIP, format!("{{\"nip\":\"{NIP}\",\"nama\":\"A\"}}"))
        .header("If-Match", "\"x-1\"")
        .await
        .is(412);
    pegawai.post("/validate", "{}").await.is(422);
    pegawai
        .call("POST", "/records")
        .body("text/plain", "{}")
        .await
        .is(415);
    pegawai.with_key(None).push("{}").await.is(401);
    pegawai.delete("1").await.is(404);
    assert_eq!(kept(&hub), 4);
    let mut beside = hub.database.beside();
    let logged = "SELECT count(*) FROM exchange WHERE outcome = 'contract-violated' AND rejected = 1";
    assert_eq!(beside.number(logged), 1);
}

#[tokio::test]
async fn every_refused_line_of_a_bulk_is_kept_with_its_number() {
    let (hub, mutasi) = TestHub::with(contracts::mutasi()).await;
    mutasi.push(r#"{"id":"a"}"#).await.is(201);
    let lines = "{\"id\":\"b\"}\n\n{}\n{\"id\":\"a\",\"n\":1}\nx\n{\"id\":\"c\"}\n";
    let report = mutasi.lines(lines).await.expect(200);
    assert_eq!(report["rejected"], 3);
    let mut beside = hub.database.beside();
    for (line, code) in [
        (3, "contract-violated"),
        (4, "transaction-exists"),
        (5, "not-json"),
    ] {
        let found = format!(
            "SELECT count(*) FROM rejection WHERE line = {line} AND reason LIKE '%\"code\":\"{code}\"%'"
        );
        assert_eq!(beside.number(&found), 1, "{line} {code}");
    }
    let logged = beside.number("SELECT CAST(sum(rejected) AS BIGINT) FROM exchange");
    assert_eq!(logged, 3);
}

#[tokio::test]
async fn the_refused_lines_of_an_atomic_bulk_are_kept_and_those_of_a_trial_are_not() {
    let (hub, mutasi) = TestHub::with(contracts::mutasi()).await;
    let atomic = |lines: &str| {
        mutasi
            .call("POST", "/records?atomic=true")
            .body("application/x-ndjson", lines.to_owned())
    };
    atomic("{\"id\":\"a\"}\n{}\nx\n").await.is(422);
    assert_eq!(kept(&hub), 2);
    atomic("{\"id\":\"a\"}\n{\"id\":\"b\"}\n").await.is(200);
    atomic("{\"id\":\"c\"}\n{\"id\":\"a\",\"n\":1}\n").await.is(422);
    assert_eq!(kept(&hub), 3);
    mutasi
        .call("POST", "/validate")
        .body("application/x-ndjson", "{}\n")
        .await
        .is(422);
    assert_eq!(kept(&hub), 3);
}
