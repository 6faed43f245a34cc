//! What holds an integration to what was said: its parties, its contracts, its papers.

use mahakam::types::Digest;
use serde_json::{Value, json};

use super::{Stage, holders};

fn detail(problem: &Value) -> String {
    problem["detail"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_goes_whose_part_is_still_to_come_and_who_takes_part_changes_only_with_a_reason() {
    let stage = Stage::start().await;
    stage.up_to(3).await;
    let parties = |codes: &[(&str, &str)]| -> Value {
        let one = |(opd, side): &(&str, &str)| json!({"opd": opd, "side": side});
        codes.iter().map(one).collect()
    };
    let change = |who: &'static str, parties: Value, reason: Option<&str>| {
        let mut body = json!({"parties": parties});
        if let Some(reason) = reason {
            body["reason"] = reason.into();
        }
        stage.about(who, "PATCH", "").json(body)
    };
    stage
        .complete("team", 3, json!({"outcome": "agreed"}))
        .await
        .is(200);
    let alone = parties(&[("dinkes", "asker")]);
    let open = change("team", alone.clone(), Some("Salah")).await;
    let open = detail(&open.problem(409, "step-refused"));
    assert!(open.contains("bkd"), "{open}");
    let more = parties(&[("dinkes", "asker"), ("bkd", "provider"), ("dkp", "recipient")]);
    for who in ["operator", "key"] {
        let refused = change(who, more.clone(), Some("Uji")).await;
        refused.problem(403, "step-of-others");
    }
    change("team", more.clone(), None).await.problem(400, "bad-body");
    change("team", more.clone(), Some(" "))
        .await
        .problem(400, "bad-body");
    let shown = change("supervisor", more, Some("Penerima baru"))
        .await
        .expect(200);
    assert_eq!(holders(&shown), ["OPD bkd"]);
    // The same in another order is no change.
    let same = parties(&[("dkp", "recipient"), ("bkd", "provider"), ("dinkes", "asker")]);
    change("operator", same, None).await.is(200);
    let mut beside = stage.hub.database.beside();
    let told =
        "SELECT count(*) FROM audit WHERE action = 'integration.change' AND after LIKE '%Penerima baru%'";
    assert_eq!(beside.number(told), 1);
}

#[tokio::test]
async fn once_versions_are_agreed_the_contracts_stay_and_none_counts_that_was_not() {
    let stage = Stage::start().await;
    stage.up_to(4).await;
    let contracts = |named: Value| stage.about("team", "PATCH", "").json(json!({"contracts": named}));
    contracts(json!(["bkd/barang/v1", "dkp/pulau/v1"])).await.is(200);
    contracts(json!(["bkd/barang/v1"])).await.is(200);
    stage.through(4).await;
    for named in [
        json!(["dkp/pulau/v1"]),
        json!([]),
        json!(["bkd/barang/v1", "dkp/pulau/v1"]),
    ] {
        let refused = contracts(named).await.problem(409, "step-refused");
        assert!(detail(&refused).contains("step 4"), "{refused}");
    }
    contracts(json!(["bkd/barang/v1"])).await.is(200);
    // One that got in another way counts for nothing.
    stage.contract("publish", json!({})).await.is(200);
    stage
        .hub
        .database
        .beside()
        .run("UPDATE integration_contract SET version = NULL, contract_digest = NULL");
    let refused = stage.complete("team", 5, json!({})).await;
    let refused = detail(&refused.problem(409, "step-refused"));
    assert!(
        refused.contains("was not agreed in this integration"),
        "{refused}"
    );
}

#[tokio::test]
async fn the_signed_file_that_the_contract_names_must_be_there() {
    let stage = Stage::start().await;
    stage.up_to(4).await;
    stage.papers(&["formulation"]).await;
    let signed = r#"{"tanda tangan": true}"#;
    let digest = Digest::of(signed.as_bytes()).to_string();
    stage.agree_version("1.0.0", json!({"file_sha256": digest}));
    let refused = stage.complete("team", 4, json!({})).await;
    let refused = detail(&refused.problem(409, "step-refused"));
    assert!(refused.contains(&digest), "{refused}");
    let path = "/documents?kind=formulation&name=a.json";
    stage.about("team", "POST", path).json(signed).await.is(201);
    for who in ["team", "asker", "provider"] {
        stage.complete(who, 4, json!({})).await.is(200);
    }
    assert_eq!(stage.shown().await["step"]["number"], 5);
}

#[tokio::test]
async fn after_a_return_the_newer_version_is_on_paper_and_in_what_is_written_down() {
    let stage = Stage::start().await;
    stage.up_to(11).await;
    let no = json!({"outcome": "does-not-fit", "reason": "Kolom kurang"});
    stage.complete("administrator", 11, no).await.is(200);
    for who in ["team", "provider"] {
        stage.complete(who, 3, json!({"outcome": "agreed"})).await.is(200);
    }
    stage.agree_version("1.1.0", json!({}));
    let paper = stage.about("auditor", "GET", "/papers/formulation").await;
    assert!(paper.is(200).body.contains("1.1.0"));
    stage.papers(&["formulation"]).await;
    for who in ["team", "asker", "provider"] {
        stage.complete(who, 4, json!({})).await.is(200);
    }
    assert_eq!(stage.shown().await["contracts"][0]["version"], "1.1.0");
    let mut beside = stage.hub.database.beside();
    let written =
        "SELECT count(*) FROM integration_move WHERE step = 4 AND round = 2 AND evidence LIKE '%1.1.0%'";
    assert_eq!(beside.number(written), 3);
}

#[tokio::test]
async fn a_newer_version_of_the_same_major_that_was_signed_and_published_takes_its_place() {
    let stage = Stage::start().await;
    stage.up_to(6).await;
    stage.push().await;
    stage.contract("test", json!({})).await.is(200);
    stage.agree_version("1.1.0", json!({}));
    stage.version("1.1.0", "publish", json!({})).await.is(200);
    let untested = stage.complete("team", 6, json!({})).await;
    let untested = detail(&untested.problem(409, "step-refused"));
    assert!(untested.contains("1.1.0 was not tested"), "{untested}");
    stage.version("1.1.0", "test", json!({})).await.is(200);
    stage.complete("team", 6, json!({})).await.is(200);
    assert_eq!(stage.shown().await["contracts"][0]["version"], "1.1.0");
}

#[tokio::test]
async fn documents_belong_to_where_the_file_is_and_some_are_brought_by_others() {
    let stage = Stage::start().await;
    let add = |who: &'static str, query: &str| {
        stage
            .about(who, "POST", &format!("/documents?name=a.json&{query}"))
            .json("{}")
    };
    let added = add("asker", "kind=request-letter").await.expect(201);
    assert_eq!((&added["step"], &added["round"]), (&json!(1), &json!(1)));
    for query in ["kind=other&step=2", "kind=other&step=1&round=2"] {
        add("asker", query).await.problem(409, "step-refused");
    }
    for (who, kind) in [
        ("asker", "disposition"),
        ("operator", "disposition"),
        ("team", "data-standard-sheet"),
    ] {
        let refused = add(who, &format!("kind={kind}")).await;
        refused.problem(403, "step-of-others");
    }
    for who in ["administrator", "key"] {
        add(who, "kind=disposition").await.is(201);
    }
    // What is over takes no more from those who took part; the office files what was signed late.
    let cancel = json!({"reason": "Batal", "letter": "800/13"});
    stage
        .about("administrator", "POST", "/cancel")
        .json(cancel)
        .await
        .is(200);
    add("asker", "kind=other").await.problem(409, "step-refused");
    add("team", "kind=other&step=1")
        .await
        .problem(409, "step-refused");
    let late = add("team", "kind=endorsement&place=Lemari%203").await.expect(201);
    assert_eq!(
        (&late["step"], &late["place"]),
        (&Value::Null, &json!("Lemari 3"))
    );
}

#[tokio::test]
async fn one_signed_paper_speaks_once() {
    let mut stage = Stage::without().await;
    for opd in ["bpbd", "dishub"] {
        stage.hub.key(opd);
    }
    let parties = json!([
        {"opd": "dinkes", "side": "asker"}, {"opd": "bpbd", "side": "provider"}, {"opd": "dishub", "side": "provider"}
    ]);
    stage.number = stage.open("key", json!({"parties": parties})).await;
    stage.up_to(3).await;
    let agreed = json!({"outcome": "agreed"});
    stage.complete("team", 3, agreed).await.is(200);
    let paper = stage.paper("team", "signed-paper").await;
    let behalf =
        |opd: &str, paper: i64| json!({"outcome": "agreed", "on_behalf_of": opd, "signed_paper": paper});
    stage.complete("team", 3, behalf("bpbd", paper)).await.is(200);
    let again = stage.complete("team", 3, behalf("dishub", paper)).await;
    again.problem(409, "step-refused");
    let other = stage.paper("team", "signed-paper").await;
    stage.complete("team", 3, behalf("dishub", other)).await.is(200);
    assert_eq!(stage.shown().await["step"]["number"], 4);
}

#[tokio::test]
async fn an_integration_is_opened_with_a_reason_that_says_something_and_in_a_year_that_has_numbers() {
    let stage = Stage::without().await;
    for (day, reason) in [("2026-02-02", "   "), ("0001-01-01", "Uji")] {
        let body = json!({"received_on": day, "reason": reason});
        stage.opening("key", body).await.problem(400, "bad-body");
    }
}
