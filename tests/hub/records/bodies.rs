//! Bodies that can't be taken: their type, their size, their depth, what is no JSON or no I-JSON.

use std::convert::Infallible;

use serde_json::json;

use crate::harness::{Api, TestHub, contracts, raw, raw_parts};

#[tokio::test]
async fn malformed_json_is_refused_with_line_and_column() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for (body, line, column) in [
        ("{\"id\": \"a\",\n  ]}", 2, 3),
        ("{\"id\": \"a\"}}", 1, 12),
        ("{\"id\": \"a\"} {\"id\": \"b\"}", 1, 13),
        ("{'id': 1}", 1, 2),
        ("\n\n{id: 1}", 3, 2),
        ("\u{feff}{\"id\": \"a\"}", 1, 1),
        ("x", 1, 1),
        ("{\"id\": \"a\",}", 1, 12),
    ] {
        let problem = barang.push(body).await.problem(400, "not-json");
        assert_eq!(
            (&problem["line"], &problem["column"]),
            (&json!(line), &json!(column)),
            "{body}"
        );
        barang.put("a", body).await.problem(400, "not-json");
    }
    for body in [
        "{\"id\": 01}",
        "{\"id\": 1.}",
        "{\"id\": +1}",
        "{\"id\": .5}",
        "{\"id\": NaN}",
        "{\"id\": tru}",
        "{\"id\": \"a\nb\"}",
        "{\"id\": \"\\x\"}",
        "{\"id\": \"\\u12\"}",
        "{\"id\": \"a",
        "{\"id\"",
        "{",
        "",
        "  ",
        "// a\n{}",
    ] {
        let problem = barang.push(body).await.problem(400, "not-json");
        assert!(
            problem["line"].is_u64() && problem["column"].is_u64(),
            "{body}: {problem}"
        );
    }
    assert!(barang.all_changes(0, 10).await.is_empty());
}

#[tokio::test]
async fn white_space_that_arrives_first_counts_for_the_place() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let slowly = futures_util::stream::unfold(0, |step| async move {
        let part = match step {
            0 => " \n ",
            1 => "\n{]",
            _ => return None,
        };
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        Some((Ok::<_, Infallible>(part), step + 1))
    });
    let answer = barang
        .call("POST", "/records")
        .body("application/json", reqwest::Body::wrap_stream(slowly))
        .await;
    let problem = answer.problem(400, "not-json");
    assert_eq!((&problem["line"], &problem["column"]), (&json!(3), &json!(2)));
}

#[tokio::test]
async fn what_is_no_i_json_is_refused_with_its_place() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let utf8 = |bytes: &[u8]| [b"{\"id\":\n\"".as_slice(), bytes, b"\"}"].concat();
    for bad in [
        b"{\"id\":\"a\",\n\"x\":1,\"x\":2}".to_vec(),
        b"{\"id\":\"a\",\n\"x\":{\"y\":1,\"\\u0079\":2}}".to_vec(),
        b"{\"id\":\n\"\\ud800\"}".to_vec(),
        b"{\"id\":\n\"\\udc00\\ud800\"}".to_vec(),
        b"{\"id\":\n\"\\ud800\\u0041\"}".to_vec(),
        b"{\"id\":\n\"a\\u0000b\"}".to_vec(),
        b"{\"id\":\"a\",\n\"\\u0000\":1}".to_vec(),
        utf8(b"\xff"),
        utf8(b"\xc3"),
        utf8(b"\xed\xa0\x80"),
        utf8(b"\xc0\xaf"),
        utf8(b"\xf4\x90\x80\x80"),
    ] {
        let shown = String::from_utf8_lossy(&bad).into_owned();
        let answer = barang
            .call("POST", "/records")
            .body("application/json", bad.clone())
            .await;
        let problem = answer.problem(400, "not-i-json");
        assert_eq!(problem["line"], 2, "{shown}: {problem}");
        barang
            .call("PUT", "/records/a")
            .body("application/json", bad)
            .await
            .problem(400, "not-i-json");
    }
    assert!(barang.all_changes(0, 10).await.is_empty());
}

#[tokio::test]
async fn json_may_be_128_levels_deep() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let nested = |levels: usize| {
        let arrays = levels - 1;
        format!(
            "{{\"id\":\"a\",\"x\":{}{}}}",
            "[".repeat(arrays),
            "]".repeat(arrays)
        )
    };
    barang.push(nested(128)).await.is(201);
    barang.push(nested(129)).await.problem(400, "too-deep");
    barang.push(nested(100_000)).await.problem(400, "too-deep");
    barang.push("[".repeat(200_000)).await.is(400);
    barang
        .push(format!("[{}]", nested(129)))
        .await
        .problem(422, "bulk-refused");
    barang.put("a", nested(129)).await.problem(400, "too-deep");
}

#[tokio::test]
async fn only_json_in_utf8_is_taken() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for media in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;charset=\"UTF-8\"",
    ] {
        barang.call("POST", "/records").body(media, r#"{"id":"a"}"#).await;
        barang.record("a").await.is(200);
        barang.delete("a").await.is(200);
    }
    for media in [
        "text/plain",
        "application/xml",
        "application/json; charset=latin1",
        "application/x-ndjson; charset=utf-16",
        "application/jsonx",
        "json",
        "",
    ] {
        for path in ["/records", "/validate"] {
            barang
                .call("POST", path)
                .body(media, r#"{"id":"a"}"#)
                .await
                .problem(415, "unsupported-media-type");
        }
    }
    barang
        .push(r#"{"id":"a"}"#)
        .header("Content-Encoding", "br")
        .await
        .problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn a_body_may_be_gzipped() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    // {"id":"a"}
    let gzipped: [u8; 30] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xab, 0x56, 0xca, 0x4c, 0x51, 0xb2, 0x52,
        0x4a, 0x54, 0xaa, 0x05, 0x00, 0x43, 0xe6, 0xa4, 0x9a, 0x0a, 0x00, 0x00, 0x00,
    ];
    barang
        .call("POST", "/records")
        .body("application/json", gzipped.to_vec())
        .header("Content-Encoding", "gzip")
        .await
        .is(201);
    assert_eq!(barang.record("a").await.body, r#"{"id":"a"}"#);
}

#[tokio::test]
async fn an_answer_that_nobody_wants_is_406() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":"a"}"#).await.is(201);
    for accept in ["text/html", "application/json;q=0", "image/*, text/csv"] {
        for call in [
            barang.push(r#"{"id":"b"}"#),
            barang.put("b", r#"{"id":"b"}"#),
            barang.delete("a"),
            barang.record("a"),
            barang.get("/records"),
            barang.get("/changes"),
            barang.post("/validate", r#"{"id":"b"}"#),
        ] {
            call.header("Accept", accept).await.problem(406, "not-acceptable");
        }
    }
    for accept in [
        "*/*",
        "application/*",
        "text/html, application/json;q=0.1",
        "APPLICATION/JSON",
    ] {
        barang.record("a").header("Accept", accept).await.is(200);
    }
    assert_eq!(barang.all_changes(0, 10).await.len(), 1);
}

/// A dataset that takes records of 1,000 bytes and bodies of 5,000.
async fn narrow() -> (TestHub, Api) {
    let hub = TestHub::builder()
        .setting("MAHAKAM_MAX_RECORD_BYTES", 1_000)
        .setting("MAHAKAM_MAX_BODY_BYTES", 5_000)
        .setting("MAHAKAM_MAX_DRY_BYTES", 3_000)
        .start()
        .await;
    let api = hub.publish(&contracts::barang());
    (hub, api)
}

fn sized(key: &str, bytes: usize) -> String {
    let frame = format!("{{\"id\":\"{key}\",\"x\":\"\"}}").len();
    format!("{{\"id\":\"{key}\",\"x\":\"{}\"}}", "y".repeat(bytes - frame))
}

#[tokio::test]
async fn a_record_above_the_bound_is_413_however_it_comes() {
    let (_hub, barang) = narrow().await;
    barang.push(sized("a", 1_000)).await.is(201);
    barang.put("b", sized("b", 1_000)).await.is(201);
    barang
        .push(sized("c", 1_001))
        .await
        .problem(413, "record-too-large");
    barang.put("c", sized("c", 1_001)).await.is(413);
    barang
        .post("/validate", sized("c", 1_001))
        .await
        .problem(413, "record-too-large");
    for (method, path) in [("POST", "/records"), ("PUT", "/records/c"), ("POST", "/validate")] {
        let parts: Vec<_> = sized("c", 1_001)
            .into_bytes()
            .chunks(100)
            .map(|part| Ok::<_, Infallible>(part.to_vec()))
            .collect();
        let chunked = reqwest::Body::wrap_stream(futures_util::stream::iter(parts));
        barang
            .call(method, path)
            .body("application/json", chunked)
            .await
            .problem(413, "record-too-large");
    }
    barang.record("c").await.is(404);
}

/// The head of a bulk that asks for the connection to be closed.
fn head(hub: &TestHub, barang: &Api, rest: &str) -> Vec<u8> {
    let path = barang.base.trim_start_matches(&hub.url);
    let key = hub.key("bkd");
    format!(
        "POST {path}/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/x-ndjson\r\nConnection: close\r\n{rest}\r\n\r\n"
    )
    .into_bytes()
}

/// A head and lines without end.
fn endless(hub: &TestHub, barang: &Api) -> impl Iterator<Item = Vec<u8>> {
    let line = format!("{}\n", sized("a", 499));
    let chunk = format!("{:x}\r\n{line}\r\n", line.len()).into_bytes();
    std::iter::once(head(hub, barang, "Transfer-Encoding: chunked"))
        .chain(std::iter::repeat_n(chunk, 100_000))
}

#[tokio::test]
async fn a_body_above_its_bound_is_413_before_it_has_ended() {
    let (hub, barang) = narrow().await;
    // Announced: not one byte of the body is sent.
    let announced = raw(hub.address(), &head(&hub, &barang, "Content-Length: 5001"));
    let unannounced = raw_parts(hub.address(), endless(&hub, &barang));
    for answer in [announced, unannounced] {
        assert_eq!(answer.status, 413, "{answer:?}");
        assert!(answer.body.contains("body-too-large"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_sender_that_was_answered_and_goes_on_does_not_keep_its_connection() {
    let (hub, barang) = narrow().await;
    let answer = raw_parts(hub.address(), endless(&hub, &barang));
    assert!(answer.closed, "{answer:?}");
}

#[tokio::test]
async fn a_body_that_breaks_off_stores_nothing_of_its_last_record() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let path = barang.base.trim_start_matches(&hub.url).to_owned();
    {
        use std::io::Write as _;
        let mut stream = std::net::TcpStream::connect(hub.address()).unwrap();
        let head = format!(
            "POST {path}/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"id\":\"a\"}}",
            hub.key("bkd")
        );
        stream.write_all(head.as_bytes()).unwrap();
    }
    barang.push(r#"{"id":"b"}"#).await.is(201);
    assert_eq!(barang.all_changes(0, 10).await.len(), 1);
    hub.call("GET", "/health/ready").await.is(200);
}

#[tokio::test]
async fn a_sender_that_falls_silent_is_given_up() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_IDLE_SECONDS", 1)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    for media in ["json", "x-ndjson"] {
        let path = barang.base.trim_start_matches(&hub.url);
        let key = hub.key("bkd");
        let head = format!(
            "POST {path}/records HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/{media}\r\nConnection: close\r\nContent-Length: 100\r\n\r\n{{\"id\":"
        );
        let answer = raw(hub.address(), head.as_bytes());
        assert_eq!(answer.status, 408, "{answer:?}");
        assert!(answer.body.contains("body-stalled"), "{answer:?}");
    }
    assert!(barang.all_changes(0, 10).await.is_empty());
}

#[tokio::test]
async fn of_several_faults_the_first_in_order_is_told() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_MAX_RECORD_BYTES", 100)
        .start()
        .await;
    let pegawai = hub.publish(&contracts::pegawai());
    let mutasi = hub.publish(&contracts::mutasi());
    let big = "x".repeat(200);
    // Wrong in every way; one fault after the other is put right.
    let wrong = |api: &Api, method: &str, path: &str| {
        api.call(method, path)
            .body("text/plain", big.clone())
            .header("Accept", "text/html")
    };
    let path = "/records/b?bad=1";
    wrong(&pegawai.with_key(None), "PUT", path).await.is(401);
    wrong(&hub.api("bkd/tiada/v1", Some(&hub.key("bkd"))), "PUT", path)
        .await
        .is(404);
    wrong(&pegawai.with_key(Some(&hub.key("dinkes"))), "PUT", path)
        .await
        .is(403);
    wrong(&mutasi, "PUT", path).await.is(405);
    wrong(&pegawai, "PUT", path).await.is(415);
    let put = |body: &str| pegawai.call("PUT", path).json(body);
    put(&big).header("Accept", "text/html").await.is(406);
    put(&big).await.is(413);
    put("{}").await.is(400);
    let put = |body: &str| {
        pegawai
            .call("PUT", "/records/b")
            .json(body)
            .header("If-Match", "*")
    };
    put("{}").await.is(422);
    let other = r#"{"nip":"199001012015031001","nama":"a"}"#;
    put(other).await.is(409);
    pegawai
        .put("199001012015031001", other)
        .header("If-Match", "*")
        .await
        .is(412);
}
