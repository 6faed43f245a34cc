//! `GET /api`, `/contract`, `/schema`, `/openapi.json`.

use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, TestHub, contracts};

#[tokio::test]
async fn a_caller_learns_who_it_is_and_what_it_may_use() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    hub.publish(&contracts::mutasi());
    hub.publish(&contracts::libur());
    let view = hub.call("GET", "/api").key(&hub.key("bappeda")).await.expect(200);
    assert_eq!(view["opd"], "bappeda");
    assert_eq!(view["opd_name"], "Dinas bappeda");
    assert!(view["application"].is_string());
    let datasets: Vec<(&str, &Value)> = view["datasets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|dataset| (dataset["dataset"].as_str().unwrap(), &dataset["rights"]))
        .collect();
    assert_eq!(
        datasets,
        [
            ("bkd/pegawai/v1", &json!(["pull"])),
            ("pod/libur/v1", &json!(["push", "pull"]))
        ]
    );
    assert_eq!(view["datasets"][0]["url"], pegawai.base);
    assert!(view["limits"]["record_bytes"].is_u64());
    let owner = hub.call("GET", "/api").key(&hub.key("bkd")).await.expect(200);
    assert_eq!(owner["datasets"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn nobody_learns_nothing_and_the_manager_no_data() {
    let (hub, _) = TestHub::with(contracts::libur()).await;
    hub.call("GET", "/api").await.problem(401, "credentials-missing");
    let manager = hub.call("GET", "/api").key(ADMIN_KEY).await.expect(200);
    assert_eq!(manager["management"], true);
    assert_eq!(manager["datasets"], json!([]));
}

#[tokio::test]
async fn api_tells_its_methods_to_callers_only() {
    let (hub, _) = TestHub::with(contracts::barang()).await;
    let key = hub.key("bkd");
    let options = hub.call("OPTIONS", "/api").key(&key).await;
    assert_eq!(options.is(204).header("allow"), "GET, HEAD, OPTIONS");
    let refused = hub.call("POST", "/api").key(&key).await;
    refused.problem(405, "method-not-allowed");
    assert_eq!(refused.header("allow"), "GET, HEAD, OPTIONS");
    hub.call("POST", "/api").await.problem(401, "credentials-missing");
}

#[tokio::test]
async fn the_contract_comes_back_as_it_was_registered() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let answer = pegawai.get("/contract").await;
    assert_eq!(answer.expect(200), contracts::pegawai());
    assert_eq!(answer.header("content-type"), "application/json");
    let schema = pegawai.get("/schema").await;
    assert_eq!(schema.expect(200), contracts::pegawai()["schema"]);
    // Whoever may push or pull may see what it is about.
    for opd in ["bappeda", "dkp"] {
        pegawai
            .with_key(Some(&hub.key(opd)))
            .get("/contract")
            .await
            .is(200);
    }
    pegawai
        .with_key(Some(&hub.key("pod")))
        .get("/contract")
        .await
        .problem(404, "unknown-dataset");
}

#[tokio::test]
async fn the_contract_is_yaml_for_whoever_wants_yaml() {
    let (_hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let answer = pegawai
        .get("/contract")
        .header("Accept", "application/yaml")
        .await;
    answer.is(200);
    assert_eq!(answer.header("content-type"), "application/yaml");
    assert!(answer.body.contains("dataset: pegawai"), "{}", answer.body);
}

#[tokio::test]
async fn an_older_version_is_there_by_its_number() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let mut wider = contracts::barang();
    wider["version"] = "1.1.0".into();
    wider["schema"]["description"] = "Apa saja".into();
    hub.publish(&wider);
    assert_eq!(barang.get("/contract").await.expect(200), wider);
    let older = barang.get("/contract?version=1.0.0").await;
    assert_eq!(older.expect(200), contracts::barang());
    let schema = barang.get("/schema?version=1.1.0").await;
    assert_eq!(schema.expect(200), wider["schema"]);
    for unknown in ["1.2.0", "2.0.0", "x", ""] {
        barang
            .get(&format!("/contract?version={unknown}"))
            .await
            .problem(404, "unknown-version");
    }
}

#[tokio::test]
async fn a_registered_version_that_is_not_published_is_not_served() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let mut draft = contracts::barang();
    draft["version"] = "1.1.0".into();
    draft["schema"]["description"] = "Belum terbit".into();
    hub.hub
        .register_contract(&crate::harness::actor(), draft.to_string().as_bytes(), None, None)
        .unwrap();
    assert_eq!(barang.get("/contract").await.expect(200)["version"], "1.0.0");
    barang
        .get("/contract?version=1.1.0")
        .await
        .problem(404, "unknown-version");
    barang.push(r#"{"id":"a"}"#).await.is(201);
}

#[tokio::test]
async fn documents_have_tags_and_answer_304() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    for path in ["/contract", "/schema", "/openapi.json"] {
        let first = barang.get(path).await;
        let etag = first.is(200).header("etag");
        assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
        let again = barang.get(path).header("If-None-Match", etag).await;
        assert_eq!(again.is(304).body, "");
        assert_eq!(again.header("etag"), etag);
    }
    let before = barang.get("/contract").await.header("etag").to_owned();
    let mut wider = contracts::barang();
    wider["version"] = "1.0.1".into();
    hub.publish(&wider);
    assert_ne!(barang.get("/contract").await.header("etag"), before);
}

#[tokio::test]
async fn options_tells_the_methods_of_each_resource() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for (path, allow) in [
        ("/records", "GET, HEAD, POST, OPTIONS"),
        ("/records/a", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("/records/a/history", "GET, HEAD, OPTIONS"),
        ("/snapshot", "PUT, OPTIONS"),
        ("/changes", "GET, HEAD, OPTIONS"),
        ("/validate", "POST, OPTIONS"),
        ("/contract", "GET, HEAD, OPTIONS"),
        ("/schema", "GET, HEAD, OPTIONS"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
    ] {
        let options = barang.call("OPTIONS", path).await;
        assert_eq!(options.is(204).header("allow"), allow, "{path}");
        assert_eq!(options.body, "");
        for method in ["TRACE", "PURGE"] {
            let refused = barang.call(method, path).await;
            refused.problem(405, "method-not-allowed");
            assert_eq!(refused.header("allow"), allow, "{method} {path}");
        }
    }
    barang
        .call("DELETE", "/records")
        .await
        .problem(405, "method-not-allowed");
    barang.get("/validate").await.problem(405, "method-not-allowed");
}
