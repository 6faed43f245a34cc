//! What the contract says of bodies.

use serde_json::json;

use super::{detail, started};
use crate::harness::Reply;

#[tokio::test]
async fn an_answer_that_breaks_an_enforced_contract_does_not_pass() {
    let (_hub, api, _system) = started(json!({"validate": "enforce"}), json!({}), |request| match request
        .target
        .as_str()
    {
        "/api/pegawai/1" => Reply::json(r#"{"id":"1"}"#),
        "/api/pegawai" => Reply::json(r#"[{"id":"1"},{"nama":"tanpa id"}]"#),
        "/api/pegawai/html" => {
            Reply::Answer(200, "content-type: text/html\r\n".into(), b"<html>rusak".to_vec())
        }
        "/api/pegawai/latin" => Reply::Answer(
            200,
            "content-type: application/json; charset=iso-8859-1\r\n".into(),
            b"{\"id\":\"Andr\xe9\"}".to_vec(),
        ),
        "/api/pegawai/kosong" => Reply::status(204),
        _ => Reply::json(r#"{"id":true}"#),
    })
    .await;
    api.get("/live/pegawai/1").await.is(200);
    api.get("/live/pegawai/kosong").await.is(204);
    let wrong = api.get("/live/pegawai/2").english().await;
    wrong.problem(502, "system-answer-invalid");
    assert!(
        detail(&wrong).contains("bkd/simpeg") && detail(&wrong).contains("/id (type)"),
        "{}",
        detail(&wrong)
    );
    let list = api.get("/live/pegawai").english().await;
    list.is(502);
    assert!(detail(&list).contains("/1/id"), "{}", detail(&list));
    let latin = api.get("/live/pegawai/latin").english().await;
    latin.problem(502, "system-answer-invalid");
    assert!(detail(&latin).contains("it is no JSON"), "{}", latin.body);
    let html = api.get("/live/pegawai/html").english().await;
    html.is(502);
    assert!(
        detail(&html).contains("line 1, column 1") && !html.body.contains("rusak"),
        "{}",
        html.body
    );
}

#[tokio::test]
async fn a_request_that_breaks_an_enforced_contract_never_reaches_the_system() {
    let (_hub, api, system) =
        started(json!({"validate": "enforce"}), json!({}), |_| Reply::status(204)).await;
    let refused = api.call("POST", "/live/pegawai").json(r#"{"nama":"x"}"#).await;
    refused.problem(422, "contract-violated");
    assert_eq!(refused.json()["violations"][0]["pointer"], "/id");
    api.call("POST", "/live/pegawai")
        .json("{")
        .await
        .problem(400, "not-json");
    assert!(system.received().is_empty());
    api.call("POST", "/live/pegawai")
        .json(r#"{"id":"1"}"#)
        .await
        .is(204);
    assert_eq!(system.received()[0].body, br#"{"id":"1"}"#);
}

#[tokio::test]
async fn a_contract_that_only_reports_lets_everything_pass_and_counts() {
    let (_hub, api, _system) = started(json!({"validate": "report"}), json!({}), |_| {
        Reply::json(r#"[{"id":"1"},{},{}]"#)
    })
    .await;
    let answer = api.get("/live/pegawai").await;
    answer.is(200);
    assert_eq!(answer.header("mahakam-violations"), "2");
    let answer = api
        .call("POST", "/live/pegawai")
        .json(r#"[{"id":"1"},{"nama":"x"}]"#)
        .await;
    answer.is(200);
    assert_eq!(answer.header("mahakam-violations"), "3");
    let answer = api.call("POST", "/live/pegawai").json("{").await;
    assert_eq!(answer.header("mahakam-violations"), "3");
}

#[tokio::test]
async fn a_list_of_nothing_breaks_no_contract() {
    let (_hub, api, _system) =
        started(json!({"validate": "enforce"}), json!({}), |_| Reply::json("[]")).await;
    api.get("/live/pegawai").await.is(200);
    api.call("POST", "/live/pegawai").json("[]").await.is(200);
}
