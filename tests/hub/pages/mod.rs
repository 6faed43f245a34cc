//! Pages: what they show to whom, in both languages, and that they are safe to open; here `/docs`.

mod datasets;
mod desk;
mod drafting;
mod entered;
mod home;
mod in_a_browser;
mod integrations;
mod journey;
mod letters;
mod manage;
mod once;
mod pictures;
mod portal;
mod reports;
mod samples;
mod sign_in;
mod subscriptions;
mod systems;
mod walk;

use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, Answer, TestHub, contracts};

/// A page, whatever is written on it.
async fn page(hub: &TestHub, path: &str, key: Option<&str>) -> Answer {
    let call = hub.call("GET", path);
    let answer = match key {
        Some(key) => call.key(key).await,
        None => call.await,
    };
    answer.is(200);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    answer
}

#[tokio::test]
async fn pages_speak_the_language_that_is_asked_for() {
    let (hub, _) = TestHub::with(contracts::libur()).await;
    for path in ["/docs", "/docs/pod/libur/v1"] {
        let plain = page(&hub, path, None).await;
        assert_eq!(plain.header("content-language"), "id");
        assert!(plain.body.contains("<html lang=\"id\">") && plain.body.contains("Produsen Data"));
        let english = hub.call("GET", path).english().await;
        assert_eq!(english.header("content-language"), "en");
        assert!(english.body.contains("<html lang=\"en\">") && english.body.contains("Owner"));
        // The address wins over the browser.
        let chosen = hub.call("GET", &format!("{path}?lang=id")).english().await;
        assert_eq!(chosen.is(200).header("content-language"), "id");
        assert!(
            chosen.body.contains("?lang=id\""),
            "links keep the language: {chosen:?}"
        );
        let wrong = hub.call("GET", &format!("{path}?lang=fr")).await;
        wrong.problem(400, "bad-parameter");
    }
}

#[tokio::test]
async fn a_page_lists_what_its_reader_may_use() {
    let (hub, _) = TestHub::with(contracts::pegawai()).await;
    hub.publish(&contracts::libur());
    hub.publish(&contracts::live());
    let listed = async |key: Option<&str>| {
        let body = page(&hub, "/docs", key).await.body;
        ["bkd/pegawai/v1", "pod/libur/v1", "bkd/cuti/v1"]
            .map(|id| body.contains(&format!("<code>{id}</code>")))
    };
    assert_eq!(listed(None).await, [false, true, false]);
    assert_eq!(listed(Some(&hub.key("bappeda"))).await, [true, true, false]);
    assert_eq!(listed(Some(&hub.key("bkd"))).await, [true, true, true]);
    assert_eq!(listed(Some(ADMIN_KEY)).await, [true, true, true]);
    hub.call("GET", "/docs")
        .key("mhk_0_x")
        .await
        .problem(401, "credentials-invalid");
    let own = page(&hub, "/docs/bkd/cuti/v1", Some(&hub.key("bkd"))).await;
    assert!(!own.body.contains("php-push"), "a live dataset has no records");
}

#[tokio::test]
async fn a_dataset_has_a_page_for_whoever_may_know_of_it() {
    let (hub, _) = TestHub::with(contracts::pegawai()).await;
    let path = "/docs/bkd/pegawai/v1";
    hub.call("GET", path).await.problem(401, "credentials-missing");
    let stranger = hub.call("GET", path).key(&hub.key("pod")).await;
    stranger.problem(404, "unknown-dataset");
    let unknown = hub.call("GET", "/docs/bkd/lain/v1").key(ADMIN_KEY).await;
    unknown.problem(404, "unknown-dataset");
    hub.call("GET", "/docs/bkd/pegawai/1").await.is(404);
    page(&hub, path, Some(ADMIN_KEY)).await;
    // What may be done is shown, and nothing else.
    let shown = async |opd: &str| {
        let body = page(&hub, path, Some(&hub.key(opd))).await.body;
        ["id=\"php-push\"", "id=\"php-get\"", "/unit/kode", "golongan"].map(|text| body.contains(text))
    };
    assert_eq!(shown("bkd").await, [true, true, true, true]);
    assert_eq!(shown("dinkes").await, [false, true, true, true]);
    assert_eq!(shown("dkp").await, [true, false, true, true]);
    assert_eq!(shown("bappeda").await, [false, true, true, false]);
}

#[tokio::test]
async fn a_page_tells_what_the_contract_says() {
    let mut contract = contracts::pegawai();
    contract["filters"] = json!(["/golongan"]);
    contract["update"] = json!({"every": "daily", "by": "06:00"});
    contract["fields"] = json!({"/gaji": {"definition": "Gaji pokok", "unit": "rupiah"}});
    contract["examples"] = json!({"valid": [{"nip": "199001012015031001", "nama": "Siti"}]});
    let (hub, _) = TestHub::with(contract).await;
    let body = page(&hub, "/docs/bkd/pegawai/v1", Some(&hub.key("bkd")))
        .await
        .body;
    for text in [
        "Pegawai aktif.",
        "Dinas bkd",
        "mailto:data@bkd.example",
        "Terbatas",
        "Kirim data, Ambil data",
        "setiap hari, paling lambat pukul 06:00",
        "1.0.0 (<time datetime=\"2026-03-20\">",
        "/anak/*/nama",
        "salah satu dari <code>III/a, III/b, IV/a</code>",
        "pola <code>^[0-9]{18}$</code>",
        "Gaji pokok<br>Satuan: rupiah",
        "/records?/golongan=nilai",
        "199001012015031001",
        "href=\"../../../api/bkd/pegawai/v1/openapi.json\"",
        "href=\"../../../problems/contract-violated\"",
    ] {
        assert!(body.contains(text), "{text}: {body}");
    }
}

#[tokio::test]
async fn a_deprecated_dataset_says_until_when_and_what_follows() {
    let (hub, _) = TestHub::with(contracts::libur()).await;
    let mut next = contracts::libur();
    next["version"] = "2.0.0".into();
    hub.publish(&next);
    let deprecate = hub.call("POST", "/admin/contracts/pod/libur/1.0.0/deprecate");
    let body = json!({"sunset": "2026-12-31", "successor": "pod/libur/v2"});
    deprecate.key(ADMIN_KEY).json(body).await.is(200);
    for (path, root) in [("/docs", ""), ("/docs/pod/libur/v1", "../../../")] {
        let body = page(&hub, path, None).await.body;
        let ending = "Akan dihentikan</strong>, berlaku s.d. <time datetime=\"2026-12-31\">";
        assert!(body.contains(ending), "{body}");
        assert!(
            body.contains(&format!("href=\"{root}docs/pod/libur/v2\"")),
            "{body}"
        );
    }
}

#[tokio::test]
async fn no_text_of_a_contract_becomes_a_part_of_the_page() {
    let hostile =
        "</title></code></textarea><script>alert(1)</script><img src=x onerror='alert(1)'>\"&amp;{{7*7}}";
    let mut contract = contracts::libur();
    for member in ["title", "description"] {
        contract[member] = hostile.into();
    }
    contract["contact"] = json!({"name": hostile, "email": "a@b.example"});
    contract["schema"]["description"] = hostile.into();
    contract["schema"]["properties"]["id"] =
        json!({"type": "string", "description": hostile, "pattern": "<b>|."});
    contract["schema"]["properties"]["</table><script>"] = json!({"enum": [hostile]});
    contract["fields"] = json!({"/id": {"definition": hostile}});
    contract["examples"] = json!({"valid": [{"id": hostile}]});
    let (hub, _) = TestHub::with(contract).await;
    let tag = regex::Regex::new(r#"<[a-z][^<>]* (on\w+|style)\s*="#).unwrap();
    for path in ["/docs", "/docs/pod/libur/v1"] {
        let answer = page(&hub, path, Some(&hub.key("pod"))).await;
        let body = &answer.body;
        for part in ["<script", "<img", "<b>", "</textarea", "style="] {
            assert!(!body.contains(part), "{part}: {body}");
        }
        assert!(body.contains("&#60;script&#62;alert(1)"), "{body}");
        assert!(!tag.is_match(body), "{body}");
    }
}

#[tokio::test]
async fn the_browser_is_told_to_load_nothing_but_the_style() {
    let (hub, _) = TestHub::with(contracts::libur()).await;
    for path in ["/docs", "/docs/pod/libur/v1"] {
        let answer = page(&hub, path, None).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self';"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert!(!answer.body.contains("http-equiv") && !answer.body.contains("<style"));
        let again = hub
            .call("GET", path)
            .header("If-None-Match", answer.header("etag"))
            .await;
        assert_eq!(again.is(304).body, "");
        hub.call("HEAD", path).await.is(200);
        assert_eq!(
            hub.call("OPTIONS", path).await.is(204).header("allow"),
            "GET, HEAD, OPTIONS"
        );
        hub.call("POST", path).await.problem(405, "method-not-allowed");
        let image = hub.call("GET", path).header("Accept", "image/png").await;
        image.problem(406, "not-acceptable");
    }
    let style = hub.call("GET", "/docs/style.css").await;
    assert_eq!(style.is(200).header("content-type"), "text/css; charset=utf-8");
    let again = hub
        .call("GET", "/docs/style.css")
        .header("If-None-Match", style.header("etag"))
        .await;
    again.is(304);
}

#[tokio::test]
async fn the_viewer_is_beside_the_pages() {
    let (hub, _) = TestHub::with(contracts::libur()).await;
    let to = hub.call("GET", "/docs/ui").await;
    assert_eq!(to.is(308).header("location"), "ui/");
    assert!(page(&hub, "/docs", None).await.body.contains("href=\"docs/ui/\""));
    assert!(
        hub.call("GET", "/docs/ui/")
            .await
            .is(200)
            .body
            .contains("swagger")
    );
    let settings = hub.call("GET", "/docs/ui/swagger-initializer.js").await;
    assert!(
        settings.is(200).body.contains("../../openapi.json"),
        "{settings:?}"
    );
}

#[tokio::test]
async fn the_openapi_document_holds_the_samples_of_what_may_be_done() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let samples = async |opd: &str, path: &str, method: &str| -> Vec<Value> {
        let document = pegawai
            .with_key(Some(&hub.key(opd)))
            .get("/openapi.json")
            .await
            .expect(200);
        let operation = &document["paths"][format!("/api/bkd/pegawai/v1{path}")][method];
        assert!(operation.is_object(), "{path}");
        operation["x-codeSamples"].as_array().cloned().unwrap_or_default()
    };
    // One and many, in five ways.
    assert_eq!(samples("bkd", "/records", "post").await.len(), 10);
    assert_eq!(samples("bkd", "/records/{key}", "get").await.len(), 5);
    assert_eq!(samples("bkd", "/changes", "get").await.len(), 5);
    assert_eq!(samples("bkd", "/records/{key}/history", "get").await.len(), 0);
    assert_eq!(samples("dinkes", "/records", "post").await.len(), 0);
    for sample in samples("dkp", "/validate", "post").await {
        let source = sample["source"].as_str().unwrap();
        assert!(source.contains("/api/bkd/pegawai/v1/validate"), "{source}");
        assert!(sample["lang"].is_string() && sample["label"].is_string());
    }
}
