//! `If-Match` and `If-None-Match: *` on writes.

use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn a_write_with_the_current_tag_goes_through_and_one_with_an_older_does_not() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let first = barang
        .push(r#"{"id":"a","n":1}"#)
        .await
        .is(201)
        .header("etag")
        .to_owned();
    let second = barang
        .put("a", r#"{"id":"a","n":2}"#)
        .header("If-Match", &first)
        .await
        .is(200)
        .header("etag")
        .to_owned();
    for call in [
        barang.put("a", r#"{"id":"a","n":3}"#),
        barang.push(r#"{"id":"a","n":3}"#),
        barang.delete("a"),
    ] {
        let refused = call.header("If-Match", &first).await;
        refused.problem(412, "precondition-failed");
        assert_eq!(refused.header("etag"), second);
    }
    assert_eq!(barang.record("a").await.body, r#"{"id":"a","n":2}"#);
    barang
        .put("a", r#"{"id":"a","n":3}"#)
        .header("If-Match", &format!("W/{second}"))
        .await
        .is(200);
    let third = barang.record("a").await.header("etag").to_owned();
    barang
        .delete("a")
        .header("If-Match", &format!("\"x\", {third}"))
        .await
        .is(200);
}

#[tokio::test]
async fn if_match_on_what_is_not_there_fails() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for call in [
        barang.put("a", r#"{"id":"a"}"#),
        barang.push(r#"{"id":"a"}"#),
        barang.delete("a"),
    ] {
        let refused = call.header("If-Match", "*").await;
        refused.problem(412, "precondition-failed");
        assert_eq!(refused.header("etag"), "");
    }
}

#[tokio::test]
async fn if_none_match_creates_once() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let etag = barang
        .push(r#"{"id":"a"}"#)
        .header("If-None-Match", "*")
        .await
        .is(201)
        .header("etag")
        .to_owned();
    for call in [
        barang.push(r#"{"id":"a","n":1}"#),
        barang.put("a", r#"{"id":"a","n":1}"#),
        // Even what would change nothing.
        barang.push(r#"{"id":"a"}"#),
    ] {
        let refused = call.header("If-None-Match", "*").await;
        refused.problem(412, "precondition-failed");
        assert_eq!(refused.header("etag"), etag);
    }
    barang
        .put("b", r#"{"id":"b"}"#)
        .header("If-None-Match", "*")
        .await
        .is(201);
}

#[tokio::test]
async fn a_precondition_that_is_none_is_400() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for (name, value) in [
        ("If-Match", "abc"),
        ("If-Match", "\"a"),
        ("If-None-Match", "\"a\""),
    ] {
        barang
            .push(r#"{"id":"a"}"#)
            .header(name, value)
            .await
            .problem(400, "bad-header");
    }
}

#[tokio::test]
async fn a_bulk_takes_no_precondition() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for (name, value) in [("If-Match", "*"), ("If-None-Match", "*")] {
        barang
            .push(r#"[{"id":"a"}]"#)
            .header(name, value)
            .await
            .problem(400, "conditional-bulk");
        barang
            .lines(r#"{"id":"a"}"#)
            .header(name, value)
            .await
            .problem(400, "conditional-bulk");
    }
    assert!(barang.all_changes(0, 10).await.is_empty());
}

#[tokio::test]
async fn of_writers_with_the_same_tag_exactly_one_wins() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let etag = barang
        .push(r#"{"id":"a","n":0}"#)
        .await
        .is(201)
        .header("etag")
        .to_owned();
    let calls = (1..=16).map(|n| {
        barang
            .put("a", format!(r#"{{"id":"a","n":{n}}}"#))
            .header("If-Match", &etag)
            .into_future()
    });
    let answers = futures_util::future::join_all(calls).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let lost = answers.iter().filter(|answer| answer.status == 412).count();
    assert_eq!((won, lost), (1, 15));
    let creators = (1..=16).map(|n| {
        barang
            .push(format!(r#"{{"id":"b","n":{n}}}"#))
            .header("If-None-Match", "*")
            .into_future()
    });
    let answers = futures_util::future::join_all(creators).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
}
