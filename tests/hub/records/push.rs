//! `POST /records` with one object: what is stored, and what comes back.

use serde_json::json;

use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn a_new_record_is_created_with_its_address_and_its_tag() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let answer = barang.push(r#"{"id":"a/b","n":1}"#).await;
    assert_eq!(
        answer.expect(201),
        json!({"key": "a/b", "seq": 1, "outcome": "created"})
    );
    assert_eq!(
        answer.header("location"),
        format!("{}/records/a%2Fb", barang.base)
    );
    let read = barang.get(&answer.header("location")[barang.base.len()..]).await;
    assert_eq!(read.is(200).header("etag"), answer.header("etag"));
}

#[tokio::test]
async fn a_changed_record_is_updated_and_an_equal_one_is_unchanged() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let created = barang.push(r#"{"id":"a","n":1}"#).await;
    let updated = barang.push(r#"{"id":"a","n":2}"#).await;
    assert_eq!(
        updated.expect(200),
        json!({"key": "a", "seq": 2, "outcome": "updated"})
    );
    assert_ne!(updated.header("etag"), created.header("etag"));
    assert_eq!(updated.header("location"), "");
    let again = barang.push(r#"{"id":"a","n":2}"#).await;
    assert_eq!(
        again.expect(200),
        json!({"key": "a", "seq": 2, "outcome": "unchanged"})
    );
    assert_eq!(again.header("etag"), updated.header("etag"));
    assert_eq!(barang.all_changes(0, 10).await.len(), 2);
}

#[tokio::test]
async fn order_and_white_space_do_not_make_a_change_but_a_number_written_otherwise_does() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang
        .push(r#"{"id":"a","x":{"p":1.5,"q":[1,2]},"s":"\u0041/"}"#)
        .await
        .is(201);
    for same in [
        r#" { "s" : "A\/" , "x" : { "q" : [ 1 , 2 ] , "p" : 1.5 } , "id" : "a" } "#,
        "{\"id\":\"a\",\n\t\"x\":{\"p\":1.5,\"q\":[1,2]},\"s\":\"A/\"}",
    ] {
        assert_eq!(
            barang.push(same).await.expect(200)["outcome"],
            "unchanged",
            "{same}"
        );
    }
    for other in [
        r#"{"id":"a","x":{"p":1.50,"q":[1,2]},"s":"A/"}"#,
        r#"{"id":"a","x":{"p":15e-1,"q":[1,2]},"s":"A/"}"#,
        r#"{"id":"a","x":{"p":1.5,"q":[2,1]},"s":"A/"}"#,
        r#"{"id":"a","x":{"p":1.5,"q":[1,2]},"s":"A/","t":null}"#,
    ] {
        assert_eq!(
            barang.push(other).await.expect(200)["outcome"],
            "updated",
            "{other}"
        );
    }
}

#[tokio::test]
async fn every_token_comes_back_as_it_was_sent() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let text = concat!(
        r#"{"zz":64.10,"id":"11.10","a":123456789012345678901234567890.000,"e":1E+2,"m":-0,"#,
        r#""big":1e300,"s":"\u00e9é\ud83d\ude00\/","b":{"y":1,"x":[ ]},"t":true,"n":null,"":"leer"}"#
    );
    let sent = format!("\n {} \r\n", text.replace(",\"", " ,\t\""));
    barang.push(sent).await.is(201);
    let expected = text.replace("[ ]", "[]");
    assert_eq!(barang.record("11.10").await.is(200).body, expected);
    let listed = barang.get("/records").await.is(200).body.clone();
    assert!(listed.contains(&format!("\"data\":{expected}}}")), "{listed}");
    let feed = barang.get("/changes").await.is(200).body.clone();
    assert!(feed.contains(&format!("\"data\":{expected}}}")), "{feed}");
}

#[tokio::test]
async fn times_are_utc_with_milliseconds() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let list = barang.get("/records").await.expect(200);
    assert_eq!(list["records"][0]["updated_at"], "2026-03-20T09:46:40.120Z");
    let feed = barang.get("/changes").await.expect(200);
    assert_eq!(feed["changes"][0]["at"], "2026-03-20T09:46:40.120Z");
    let read = barang.record("a").await;
    assert_eq!(read.header("last-modified"), "Fri, 20 Mar 2026 09:46:40 GMT");
}

#[tokio::test]
async fn an_application_with_the_right_to_push_may_and_others_may_not() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let payload = json!({"nip": "199001012015031001", "nama": "Siti"});
    pegawai
        .with_key(Some(&hub.key("dkp")))
        .push(&payload)
        .await
        .is(201);
    pegawai
        .with_key(Some(&hub.key("dinkes")))
        .push(&payload)
        .await
        .problem(403, "forbidden");
    pegawai
        .with_key(Some(&hub.key("pod")))
        .push(&payload)
        .await
        .problem(404, "unknown-dataset");
    pegawai
        .with_key(None)
        .push(&payload)
        .await
        .problem(401, "credentials-missing");
}
