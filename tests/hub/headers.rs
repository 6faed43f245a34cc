//! What every answer tells browsers, and which pages of other origins may read it.

use crate::harness::{Answer, TestHub, contracts};

const PORTAL: &str = "https://portal.example";

async fn with_portal() -> TestHub {
    TestHub::builder()
        .setting("MAHAKAM_CORS_ORIGINS", format!("{PORTAL}, http://127.0.0.1:3000"))
        .start()
        .await
}

fn varies_by_origin(answer: &Answer) -> bool {
    let mut values = answer.headers.get_all("vary").iter();
    values.any(|value| value.to_str().unwrap().contains("Origin"))
}

#[tokio::test]
async fn every_answer_forbids_frames_sniffing_and_loading() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let answers = [
        barang.record("a").await,
        barang.record("none").await,
        barang.with_key(None).record("a").await,
        hub.call("GET", "/nothing").await,
        hub.call("GET", "/health/live").await,
        hub.call("GET", "/docs").await,
        hub.call("GET", "/docs/ui/").await,
        hub.call("GET", "/problems/not-json").await,
        hub.call("OPTIONS", "/health/live").await,
        hub.call("HEAD", "/docs").await,
    ];
    for answer in answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer:?}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{answer:?}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{answer:?}");
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "same-origin",
            "{answer:?}"
        );
        let policy = answer.header("content-security-policy");
        for rule in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ] {
            assert!(policy.contains(rule), "{rule}: {answer:?}");
        }
        let scripts = policy
            .split(';')
            .find(|rule| rule.trim().starts_with("script-src"));
        assert!(
            !scripts.unwrap_or_default().contains("unsafe"),
            "no script but our own files: {answer:?}"
        );
        assert_eq!(
            answer.headers.get_all("content-security-policy").iter().count(),
            1
        );
        assert_eq!(answer.header("strict-transport-security"), "", "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{answer:?}");
    }
}

#[tokio::test]
async fn pages_are_alone_in_their_window_and_without_devices() {
    let hub = TestHub::start().await;
    for path in ["/docs", "/docs/ui/", "/problems/not-json"] {
        let page = hub.call("GET", path).await;
        page.is(200);
        assert_eq!(page.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(page.header("permissions-policy").contains("camera=()"), "{path}");
    }
}

#[tokio::test]
async fn a_hub_that_is_reached_by_https_says_so() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_PUBLIC_URL", "https://hub.example")
        .start()
        .await;
    for path in ["/health/live", "/nothing"] {
        let answer = hub.call("GET", path).await;
        assert!(
            answer
                .header("strict-transport-security")
                .starts_with("max-age=31536000"),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn no_page_of_another_origin_reads_an_answer_unless_it_is_listed() {
    for hub in [TestHub::start().await, with_portal().await] {
        for origin in [
            "https://evil.example",
            "null",
            "https://portal.example.evil.example",
            "http://portal.example",
            "https://portal.example:8443",
            "HTTPS://PORTAL.EXAMPLE",
        ] {
            let answer = hub.call("GET", "/catalog").header("origin", origin).await;
            answer.is(200);
            let asked = hub
                .call("OPTIONS", "/catalog")
                .header("origin", origin)
                .header("access-control-request-method", "GET")
                .await;
            for answer in [answer, asked] {
                let told = answer
                    .headers
                    .keys()
                    .any(|name| name.as_str().starts_with("access-control"));
                assert!(!told, "{origin}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_listed_origin_reads_answers_and_failures_but_sends_no_cookies() {
    let hub = with_portal().await;
    let barang = hub.publish(&contracts::barang());
    barang.push(r#"{"id":"a"}"#).await.is(201);
    for answer in [
        barang.record("a").header("origin", PORTAL).await,
        barang.with_key(None).record("a").header("origin", PORTAL).await,
        hub.call("GET", "/nothing").header("origin", PORTAL).await,
    ] {
        assert_eq!(answer.header("access-control-allow-origin"), PORTAL, "{answer:?}");
        assert!(
            answer.header("access-control-expose-headers").contains("ETag"),
            "{answer:?}"
        );
        assert_eq!(
            answer.header("access-control-allow-credentials"),
            "",
            "{answer:?}"
        );
        assert!(varies_by_origin(&answer), "{answer:?}");
    }
    assert!(
        varies_by_origin(&barang.record("a").await),
        "without an origin, too"
    );
}

#[tokio::test]
async fn a_preflight_of_a_listed_origin_is_answered_without_a_key_whatever_the_path() {
    let hub = with_portal().await;
    hub.publish(&contracts::barang());
    let ask = |path: &str| {
        hub.call("OPTIONS", path)
            .header("origin", PORTAL)
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "authorization,if-match")
    };
    let (known, unknown) = (
        ask("/api/bkd/barang/v1/records/a").await,
        ask("/api/x/y/v1/records/a").await,
    );
    for answer in [known, unknown] {
        answer.is(204);
        assert_eq!(answer.header("access-control-allow-origin"), PORTAL);
        assert!(
            answer.header("access-control-allow-methods").contains("PUT"),
            "{answer:?}"
        );
        let headers = answer.header("access-control-allow-headers").to_lowercase();
        for name in ["authorization", "if-match", "idempotency-key", "content-type"] {
            assert!(headers.contains(name), "{name}: {answer:?}");
        }
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert!(varies_by_origin(&answer), "{answer:?}");
    }
}
