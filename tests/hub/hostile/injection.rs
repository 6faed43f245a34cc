//! Texts meant for another reader than the hub: a header, the database, the file system.

use super::talk;
use crate::harness::{ADMIN_KEY, TestHub, contracts, raw};

/// What a database, a shell, a template or a terminal might take for its own.
const TEXTS: [&str; 16] = [
    "'",
    "''; DROP TABLE record; --",
    "\" OR \"1\"=\"1",
    "1 OR 1=1",
    "%' OR '%'='",
    "\\",
    "a\0b",
    "\r\nSet-Cookie: a=b",
    "../../../etc/passwd",
    "..\\..\\secret.key",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "\u{202e}\u{feff}\u{1f600}",
    "-1",
    "99999999999999999999999999",
];

/// The parameters of a dataset's lists, below it.
const OWN: [&str; 24] = [
    "records?limit",
    "records?cursor",
    "records?fields",
    "records?sort",
    "records?count",
    "records?key",
    "records?as_of",
    "records?/nama",
    "records?/nama[gte]",
    "records?/nama[prefix]",
    "records?/x",
    "changes?since",
    "changes?limit",
    "changes?wait",
    "changes?latest",
    "records/a/history?cursor",
    "records/a/history?limit",
    "export?format",
    "export?raw",
    "contract?version",
    "rejections?cursor",
    "rejections?open",
    "rejections?limit",
    "records?unknown",
];

/// The parameters of other lists, as whoever manages asks them.
const MANAGED: [&str; 22] = [
    "/admin/opds?limit",
    "/admin/opds?cursor",
    "/admin/applications?cursor",
    "/admin/applications?limit",
    "/admin/contracts?cursor",
    "/admin/contracts?dataset",
    "/admin/rejections?dataset",
    "/admin/rejections?open",
    "/admin/rejections?cursor",
    "/docs?lang",
    "/catalog?x",
    "/admin/exchanges?cursor",
    "/admin/exchanges?opd",
    "/admin/exchanges?dataset",
    "/admin/exchanges?request_id",
    "/admin/exchanges?outcome",
    "/admin/exchanges?action",
    "/admin/exchanges?from",
    "/admin/audit?cursor",
    "/admin/audit?actor",
    "/admin/audit?action",
    "/admin/audit?target",
];

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn no_parameter_of_any_list_reaches_the_database_as_anything_but_a_value() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    contract["schema"]["properties"]["nama"] = serde_json::json!({"type": "string"});
    contract["filters"] = serde_json::json!(["/nama"]);
    let barang = hub.publish(&contract);
    barang.push(r#"{"id":"a","nama":"x"}"#).await.is(201);
    let key = hub.key("bkd");
    for text in TEXTS {
        let value = encoded(text);
        for path in OWN {
            let path = format!("/api/bkd/barang/v1/{path}");
            let answer = hub.call("GET", &format!("{path}={value}")).key(&key).await;
            assert!(
                [200, 400, 404, 410].contains(&answer.status),
                "{path}={text:?}: {answer:?}"
            );
            assert_eq!(answer.header("set-cookie"), "");
        }
        for path in MANAGED {
            let answer = hub.call("GET", &format!("{path}={value}")).key(ADMIN_KEY).await;
            assert!(
                [200, 400, 404].contains(&answer.status),
                "{path}={text:?}: {answer:?}"
            );
        }
    }
    barang.record("a").await.is(200);
}

#[tokio::test]
async fn no_path_leads_anywhere_but_to_its_resource() {
    let hub = TestHub::start().await;
    let barang = hub.publish(&contracts::barang());
    barang.push(r#"{"id":"a"}"#).await.is(201);
    let key = hub.key("bkd");
    for text in TEXTS {
        let part = encoded(text);
        for path in [
            format!("/api/bkd/barang/v1/records/{part}"),
            format!("/api/bkd/barang/v1/records/{part}/history"),
            format!("/api/bkd/barang/v1/rejections/{part}"),
            format!("/api/bkd/{part}/v1/records"),
            format!("/api/{part}/barang/v1/records"),
            format!("/api/bkd/barang/{part}/records"),
            format!("/docs/ui/{part}"),
            format!("/docs/{part}/barang/v1"),
            format!("/docs/{part}"),
            format!("/problems/{part}"),
            format!("/{part}"),
        ] {
            let answer = hub.call("GET", &path).key(&key).await;
            assert!([400, 404].contains(&answer.status), "{path}: {answer:?}");
        }
        for path in [
            format!("/admin/opds/{part}"),
            format!("/admin/applications/{part}/keys"),
            format!("/admin/contracts/bkd/barang/{part}"),
            format!("/admin/contracts/{part}/barang/1.0.0"),
        ] {
            let answer = hub.call("GET", &path).key(ADMIN_KEY).await;
            assert!([400, 404, 405].contains(&answer.status), "{path}: {answer:?}");
        }
    }
}

/// Not through a client library, which would tidy the path up.
#[tokio::test]
async fn dots_in_a_path_lead_nowhere() {
    let hub = TestHub::start().await;
    for path in [
        "/docs/ui/../../etc/passwd",
        "/docs/ui/..%2f..%2fsecret.key",
        "/docs/ui/%2e%2e/%2e%2e/openapi.json",
        "/docs/../admin/opds",
        "/docs/ui/index.html%00.png",
        "/docs/ui//etc/passwd",
        "/problems/..%2f..%2fsecret.key",
        "/problems/../admin/opds",
        "/api/../admin/opds",
        "//admin/opds",
        "/admin%2fopds",
        "/%61dmin/opds/..",
        "/docs/style.css/../../x",
        "/docs\\..\\x",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = raw(hub.address(), request.as_bytes());
        assert!([400, 401, 404].contains(&answer.status), "{path}: {answer:?}");
        assert!(!answer.body.contains("root:"), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn what_is_echoed_in_a_header_never_begins_another() {
    let hub = TestHub::start().await;
    let barang = hub.publish(&contracts::barang());
    let key = hub.key("bkd");
    for (header, value) in [
        ("X-Request-Id", "a%0d%0aSet-Cookie: a=b"),
        ("X-Request-Id", "a b; Set-Cookie: a=b"),
        ("X-Request-Id", "a\tb"),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,Set-Cookie",
        ),
        ("Accept-Language", "id%0d%0aSet-Cookie: a=b"),
        ("Origin", "https://x%0d%0aSet-Cookie: a=b"),
        ("If-None-Match", "\"x%0d%0aSet-Cookie: a=b\""),
        ("Host", "evil.example%0d%0aSet-Cookie"),
        ("X-Forwarded-Host", "evil.example"),
    ] {
        let host = if header == "Host" { "" } else { "Host: x\r\n" };
        let request =
            format!("GET /health/live HTTP/1.1\r\n{host}{header}: {value}\r\nConnection: close\r\n\r\n");
        let answer = talk(hub.address(), request.as_bytes());
        assert!(
            !answer.to_lowercase().contains("set-cookie"),
            "{header}: {answer}"
        );
        assert!(!answer.contains("evil.example"), "{header}: {answer}");
    }
    // What really breaks the line is refused as a head or is a header of its own, which nobody echoes.
    for breaks in ["a\r\nSet-Cookie: a=b", "a\rSet-Cookie: a=b", "a\nSet-Cookie: a=b"] {
        let request = format!(
            "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Request-Id: {breaks}\r\nConnection: close\r\n\r\n"
        );
        let answer = talk(hub.address(), request.as_bytes());
        assert!(
            !answer.to_lowercase().contains("set-cookie"),
            "{breaks:?}: {answer}"
        );
    }
    for id in ["a\r\nSet-Cookie: a=b", "a\u{85}b", "a\u{0}b", "ü/../x", "%0d%0a"] {
        let body = serde_json::json!({"id": id}).to_string();
        let answer = barang.push(body).await;
        assert!([201, 400, 422].contains(&answer.status), "{id:?}: {answer:?}");
        assert_eq!(answer.header("set-cookie"), "");
        let location = answer.header("location");
        assert!(
            location.is_ascii() && !location.contains("Set-Cookie: "),
            "{id:?}: {location}"
        );
        if answer.status == 201 {
            let path = location.split_once("/api/").unwrap().1;
            hub.call("GET", &format!("/api/{path}")).key(&key).await.is(200);
        }
    }
}

#[tokio::test]
async fn credentials_that_are_no_credentials_are_401_and_nothing_is_told() {
    let hub = TestHub::start().await;
    let barang = hub.publish(&contracts::barang());
    let key = hub.key("bkd");
    let cut = &key[..key.len() - 1];
    let (upper, twice) = (key.to_uppercase(), format!("{key}, Bearer {key}"));
    for token in [
        cut,
        &upper,
        &twice,
        "mhk_",
        "' OR 1=1 --",
        "null",
        "%00",
        &"a".repeat(60_000),
    ] {
        let answer = barang
            .with_key(None)
            .get("/records")
            .header("authorization", &format!("Bearer {token}"))
            .await;
        answer.problem(401, "credentials-invalid");
        assert!(!answer.body.contains(cut), "{answer:?}");
    }
    for value in [key.as_str(), "Basic YTpi", "Bearer", "bearer ", "Digest x"] {
        let answer = barang
            .with_key(None)
            .get("/records")
            .header("authorization", value)
            .await;
        assert_eq!(answer.status, 401, "{value:?}: {answer:?}");
    }
}
