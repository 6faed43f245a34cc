//! Who may do what: 401, 404 and 403, grants and their end, keys and their end.

use mahakam::types::Clock;

use crate::harness::{ADMIN_KEY, NOW, TestHub, actor, contracts, eventually};

const SITI: &str = r#"{"nip":"199001012015031001","nama":"Siti"}"#;
const NIP: &str = "199001012015031001";

#[tokio::test]
async fn without_credentials_everything_closed_is_401_known_or_not() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let nobody = pegawai.with_key(None);
    for dataset in ["bkd/pegawai/v1", "bkd/pegawai/v2", "bkd/tiada/v1", "x/y/v01"] {
        for path in [
            "/records",
            "/records/a",
            "/changes",
            "/contract",
            "/schema",
            "/openapi.json",
        ] {
            let answer = hub.api(dataset, None).get(path).await;
            answer.problem(401, "credentials-missing");
            assert!(answer.header("www-authenticate").starts_with("Bearer"));
        }
    }
    nobody.push(SITI).await.problem(401, "credentials-missing");
    nobody.put("a", SITI).await.problem(401, "credentials-missing");
    nobody.delete("a").await.problem(401, "credentials-missing");
    nobody
        .call("OPTIONS", "/records")
        .await
        .problem(401, "credentials-missing");
}

#[tokio::test]
async fn credentials_that_are_no_key_are_401_even_where_reading_is_open() {
    let (hub, libur) = TestHub::with(contracts::libur()).await;
    let key = hub.key("pod");
    let mut other = key.clone().into_bytes();
    let last = other.len() - 2;
    other[last] = if other[last] == b'a' { b'b' } else { b'a' };
    let other = String::from_utf8(other).unwrap();
    for field in [
        "Bearer".to_owned(),
        "Bearer ".into(),
        "Bearer x".into(),
        "Basic dXNlcjpwYXNz".into(),
        key.clone(),
        format!("Bearer {other}"),
        format!("Bearer {key}x"),
        format!("Bearer {}", &key[..key.len() - 1]),
        format!("Token {key}"),
    ] {
        let nobody = libur.with_key(None);
        for call in [nobody.get("/records"), nobody.push("{}")] {
            call.header("Authorization", &field)
                .await
                .problem(401, "credentials-invalid");
        }
    }
    libur
        .with_key(None)
        .get("/records")
        .header("Authorization", &format!("bearer {key}"))
        .await
        .is(200);
}

#[tokio::test]
async fn an_open_dataset_is_read_without_a_key_and_written_with_one() {
    let (hub, libur) = TestHub::with(contracts::libur()).await;
    libur.push(r#"{"id":"a"}"#).await.is(201);
    let nobody = libur.with_key(None);
    for path in [
        "/records",
        "/records/a",
        "/changes",
        "/contract",
        "/schema",
        "/openapi.json",
    ] {
        nobody.get(path).await.is(200);
    }
    nobody
        .push(r#"{"id":"b"}"#)
        .await
        .problem(401, "credentials-missing");
    nobody
        .post("/validate", "{}")
        .await
        .problem(401, "credentials-missing");
    nobody.delete("a").await.problem(401, "credentials-missing");
    // Everybody reads it; who may write is known, so the refusal is honest.
    let dinkes = libur.with_key(Some(&hub.key("dinkes")));
    dinkes.record("a").await.is(200);
    dinkes.push(r#"{"id":"b"}"#).await.problem(403, "forbidden");
    let bappeda = libur.with_key(Some(&hub.key("bappeda")));
    bappeda.push(r#"{"id":"b"}"#).await.is(201);
}

#[tokio::test]
async fn a_dataset_that_is_none_of_the_callers_business_is_404() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    pegawai.push(SITI).await.is(201);
    let stranger = pegawai.with_key(Some(&hub.key("pod")));
    let unknown = hub.api("bkd/tiada/v1", Some(&hub.key("pod")));
    for api in [stranger, unknown] {
        for path in [
            "/records",
            &format!("/records/{NIP}"),
            "/changes",
            "/contract",
            "/schema",
        ] {
            api.get(path).await.problem(404, "unknown-dataset");
        }
        api.push(SITI).await.problem(404, "unknown-dataset");
        api.delete(NIP).await.problem(404, "unknown-dataset");
        api.call("PUT", "/records").await.problem(404, "unknown-dataset");
    }
}

#[tokio::test]
async fn a_right_that_was_not_granted_is_403() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let (reads, pushes) = (
        pegawai.with_key(Some(&hub.key("bappeda"))),
        pegawai.with_key(Some(&hub.key("dkp"))),
    );
    reads.push(SITI).await.problem(403, "forbidden");
    reads.put(NIP, SITI).await.problem(403, "forbidden");
    reads.delete(NIP).await.problem(403, "forbidden");
    pushes.push(SITI).await.is(201);
    pushes.record(NIP).await.problem(403, "forbidden");
    pushes.get("/records").await.problem(403, "forbidden");
    pushes.get("/changes").await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_version_or_a_path_written_otherwise_is_404() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let key = hub.key("bkd");
    for dataset in [
        "bkd/barang/v01",
        "bkd/barang/v1.0",
        "bkd/barang/1",
        "bkd/barang/V1",
        "bkd/barang/v",
        "bkd/barang/v0",
        "bkd/barang/v-1",
        "bkd/barang/v99999999999999999999",
        "BKD/barang/v1",
        "bkd/Barang/v1",
        "bkd/barang%20/v1",
        "b%6bd/barang/v1",
    ] {
        hub.api(dataset, Some(&key)).get("/records").await.is(404);
    }
    for path in [
        "",
        "/",
        "/records/",
        "/changes/",
        "/contract/",
        "/recordss",
        "//records",
    ] {
        barang.get(path).await.is(404);
    }
    barang.post("/records/", "{}").await.is(404);
    barang.post("/validate/", "{}").await.is(404);
}

#[tokio::test]
async fn a_grant_holds_to_the_end_of_its_last_day_in_the_office() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let pegawai = hub.publish(&contracts::pegawai());
    pegawai.push(SITI).await.is(201);
    let bappeda = pegawai.with_key(Some(&hub.key("bappeda")));
    bappeda.record(NIP).await.is(200);
    // To the last millisecond of 2026-12-31 in the office (UTC+8), then one further.
    clock.advance(1_798_732_799_999 - NOW.0);
    hub.hub.refresh().unwrap();
    bappeda.record(NIP).await.is(200);
    clock.advance(1);
    hub.hub.refresh().unwrap();
    bappeda.record(NIP).await.problem(404, "unknown-dataset");
    bappeda.get("/contract").await.problem(404, "unknown-dataset");
    pegawai.record(NIP).await.is(200);
}

#[tokio::test]
async fn a_revoked_key_is_refused_and_a_new_one_works() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let (id, key) = hub.new_application("bkd", "lain");
    let lain = barang.with_key(Some(&key));
    lain.get("/records").await.is(200);
    let fresh = hub.hub.rotate_key(&actor(), id).unwrap().key;
    lain.get("/records").await.problem(401, "credentials-invalid");
    let lain = barang.with_key(Some(&fresh));
    lain.get("/records").await.is(200);
    assert_eq!(hub.hub.revoke_keys(&actor(), id).unwrap(), 1);
    lain.get("/records").await.problem(401, "credentials-invalid");
    barang.get("/records").await.is(200);
}

#[tokio::test]
async fn the_applications_of_a_deactivated_agency_are_refused() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let code = "bkd".parse().unwrap();
    hub.hub.change_opd(&actor(), &code, None, Some(false)).unwrap();
    barang.get("/records").await.problem(401, "credentials-invalid");
    hub.hub.change_opd(&actor(), &code, None, Some(true)).unwrap();
    barang.get("/records").await.is(200);
}

#[tokio::test]
async fn the_management_key_reads_and_writes_no_data() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    pegawai.push(SITI).await.is(201);
    let manager = pegawai.with_key(Some(ADMIN_KEY));
    for path in ["/records", &format!("/records/{NIP}"), "/changes"] {
        manager.get(path).await.problem(403, "forbidden");
    }
    manager.push(SITI).await.problem(403, "forbidden");
    manager.delete(NIP).await.problem(403, "forbidden");
    let unknown = hub.api("bkd/tiada/v1", Some(ADMIN_KEY));
    unknown.get("/records").await.problem(404, "unknown-dataset");
}

#[tokio::test]
async fn while_the_revision_can_not_be_read_cached_keys_are_refused_with_503() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let libur = hub.publish(&contracts::libur());
    libur.push(r#"{"id":"a"}"#).await.is(201);
    let mut beside = hub.database.beside();
    beside.run("ALTER TABLE revision RENAME TO revision_away");
    assert!(hub.hub.refresh().is_err());
    libur.record("a").await.is(200);
    clock.advance(5_001);
    let refused = libur.record("a").await;
    refused.problem(503, "database-unavailable");
    assert!(!refused.header("retry-after").is_empty());
    hub.call("GET", "/health/ready")
        .await
        .problem(503, "database-unavailable");
    hub.call("GET", "/health/live").await.is(200);
    beside.run("ALTER TABLE revision_away RENAME TO revision");
    eventually("the hub recovers", || async {
        let answer = libur.record("a").await;
        (answer.status == 200).then_some(())
    })
    .await;
}
