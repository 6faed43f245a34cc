//! `PATCH /records/{key}`.

use serde_json::json;

use crate::harness::{Api, Call, TestHub, contracts};

fn patch(api: &Api, key: &str, text: &str) -> Call {
    api.call("PATCH", &format!("/records/{key}"))
        .body("application/merge-patch+json", text.to_owned())
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_leaves_the_rest_as_written() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let sent = r#"{"z":64.10,"id":"a","alamat":{"kota":"Samarinda","rt":1.0},"hapus":1}"#;
    barang.push(sent).await.is(201);
    let answer = patch(
        &barang,
        "a",
        r#"{"alamat":{"rt":null,"rw":7},"hapus":null,"baru":[1e2]}"#,
    )
    .await;
    assert_eq!(
        answer.expect(200),
        json!({"key": "a", "seq": 2, "outcome": "updated"})
    );
    let stands = barang.record("a").await;
    assert_eq!(
        stands.body,
        r#"{"z":64.10,"id":"a","alamat":{"kota":"Samarinda","rw":7},"baru":[1e2]}"#
    );
    assert_eq!(stands.headers["etag"], answer.headers["etag"]);
    let same = patch(&barang, "a", r#"{"baru":[1e2],"tidak_ada":null}"#).await;
    assert_eq!(same.expect(200)["outcome"], "unchanged");
    let json = barang.call("PATCH", "/records/a").json(r#"{"z":1}"#).await;
    assert_eq!(json.expect(200)["seq"], 3);
}

#[tokio::test]
async fn the_result_is_judged_as_a_whole() {
    let (_hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let nip = "197001011990031001";
    pegawai
        .push(format!(r#"{{"nip":"{nip}","nama":"A"}}"#))
        .await
        .is(201);
    let refused = patch(&pegawai, nip, r#"{"nama":null,"gaji":-1}"#).await;
    let problem = refused.problem(422, "contract-violated");
    let pointers: Vec<&str> = problem["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|violation| violation["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/gaji", "/nama"]);
    patch(&pegawai, nip, r#"{"nip":"197001011990031002"}"#)
        .await
        .problem(409, "key-mismatch");
    patch(&pegawai, nip, "{").await.problem(400, "not-json");
    patch(&pegawai, nip, r#"{"a":1,"a":2}"#)
        .await
        .problem(400, "not-i-json");
    patch(&pegawai, nip, r#""teks""#)
        .await
        .problem(422, "contract-violated");
    assert_eq!(pegawai.all_changes(0, 10).await.len(), 1);
}

#[tokio::test]
async fn there_must_be_a_record_of_a_master_that_is_as_expected() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    patch(&barang, "a", "{}").await.problem(404, "unknown-record");
    let created = barang.push(r#"{"id":"a"}"#).await;
    let tag = created.headers["etag"].to_str().unwrap().to_owned();
    patch(&barang, "a", r#"{"n":1}"#)
        .header("If-Match", &tag)
        .await
        .is(200);
    let stale = patch(&barang, "a", r#"{"n":2}"#).header("If-Match", &tag).await;
    stale.problem(412, "precondition-failed");
    assert_ne!(stale.headers["etag"].to_str().unwrap(), tag);
    patch(&barang, "a", r#"{"n":2}"#)
        .header("If-None-Match", "*")
        .await
        .problem(412, "precondition-failed");
    barang
        .call("PATCH", "/records/a")
        .body("application/json-patch+json", "[]")
        .await
        .problem(415, "unsupported-media-type");
    let transaksi = hub.publish(&contracts::mutasi());
    patch(&transaksi, "a", "{}")
        .await
        .problem(405, "method-not-allowed");
}

#[tokio::test]
async fn patches_at_the_same_time_all_have_their_effect() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let patches = (0..12).map(|n| {
        let api = barang.apart();
        tokio::spawn(async move { patch(&api, "a", &format!(r#"{{"m{n}":{n}}}"#)).await.expect(200) })
    });
    for patch in patches.collect::<Vec<_>>() {
        patch.await.unwrap();
    }
    let stands = barang.record("a").await.expect(200);
    assert_eq!(stands.as_object().unwrap().len(), 13, "{stands}");
}
