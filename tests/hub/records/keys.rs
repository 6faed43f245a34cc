//! Keys: what is one, how several parts make one, and how a path carries it.

use serde_json::{Value, json};

use crate::harness::{TestHub, contracts, raw};

#[tokio::test]
async fn a_key_keeps_every_character_and_is_found_in_the_path() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let keys = [
        "a b", " a ", "A", "a", "64.10", "64.1", "a/b", "a%2Fb", "a+b", "a?b=c&d", "a#b", "ü", "Ü",
        "u\u{308}", "😀", "~", "a:b", "\\", "\"", "'", "<&>", "...", ";", "\t", "\u{7f}", "0", "-5", "%",
    ];
    for (index, key) in keys.iter().enumerate() {
        let payload = json!({"id": key});
        let answer = barang.put(key, &payload).await;
        assert_eq!(
            answer.expect(201),
            json!({"key": key, "seq": index + 1, "outcome": "created"})
        );
        let address = answer.header("location")[barang.base.len()..].to_owned();
        assert_eq!(barang.get(&address).await.expect(200), payload, "{address}");
        assert_eq!(barang.record(key).await.expect(200), payload, "{key}");
    }
    let mut expected = keys.to_vec();
    expected.sort_unstable();
    let listed = barang.all_records(3).await;
    let listed: Vec<&str> = listed
        .iter()
        .map(|record| record["key"].as_str().unwrap())
        .collect();
    assert_eq!(listed, expected, "by key in byte order");
    for key in keys {
        assert_eq!(barang.delete(key).await.expect(200)["key"], key);
    }
    assert!(barang.all_records(100).await.is_empty());
}

#[tokio::test]
async fn dots_in_a_path_are_a_key_when_they_arrive() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.push(r#"{"id":".."}"#).await.is(201);
    let path = barang.base.trim_start_matches(&hub.url);
    for dots in ["%2e%2e", "%2E%2E", "%2e."] {
        let request = format!(
            "GET {path}/records/{dots} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            hub.key("bkd")
        );
        let answer = raw(hub.address(), request.as_bytes());
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (200, r#"{"id":".."}"#),
            "{dots}"
        );
    }
}

#[tokio::test]
async fn an_integer_is_taken_as_its_digits() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for (literal, key) in [
        ("7", "7"),
        ("-7", "-7"),
        ("9007199254740993", "9007199254740993"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
    ] {
        let answer = barang
            .put(key, format!(r#"{{"id":{literal}}}"#))
            .await
            .expect(201);
        assert_eq!(answer["key"], key);
    }
    assert_eq!(
        barang.push(r#"{"id":"7"}"#).await.expect(200)["outcome"],
        "updated",
        "the same key, otherwise written"
    );
}

#[tokio::test]
async fn what_is_no_key_is_a_violation_with_the_keyword_key() {
    let hub = TestHub::start().await;
    let mut contract = contracts::barang();
    contract["schema"]["properties"] = json!({"id": true});
    let barang = hub.publish(&contract);
    let long = format!("\"{}\"", "x".repeat(513));
    let wide = format!("\"{}\"", "é".repeat(257));
    for bad in ["\"\"", "null", "true", "1.0", "1e2", "[]", "{}", &long, &wide] {
        let problem = barang
            .push(format!(r#"{{"id":{bad}}}"#))
            .await
            .problem(422, "contract-violated");
        assert_eq!(problem["violations_total"], 1, "{bad}");
        let violation = &problem["violations"][0];
        assert_eq!(
            (
                &violation["pointer"],
                &violation["keyword"],
                &violation["expected"]
            ),
            (&json!("/id"), &json!("key"), &Value::Null),
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_key_has_at_most_512_bytes() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for key in ["x".repeat(512), "é".repeat(256)] {
        barang.put(&key, json!({"id": key})).await.is(201);
        barang.record(&key).await.is(200);
    }
    for key in ["x".repeat(513), "é".repeat(257)] {
        barang.record(&key).await.problem(400, "bad-key");
        barang.put(&key, json!({"id": key})).await.problem(400, "bad-key");
    }
}

#[tokio::test]
async fn a_key_in_the_path_that_is_no_utf8_is_400() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    for broken in ["%ff", "%c3", "%zz", "%4", "%", "%00"] {
        barang
            .get(&format!("/records/{broken}"))
            .await
            .problem(400, "bad-key");
    }
}

#[tokio::test]
async fn parts_of_a_compound_key_are_joined_and_escaped() {
    let (_hub, pasangan) = TestHub::with(contracts::pasangan()).await;
    for (a, c, key) in [
        ("x", json!("y"), "x:y"),
        ("x:y", json!("z"), "x~1y:z"),
        ("x", json!("y:z"), "x:y~1z"),
        ("~", json!("~1"), "~0:~01"),
        ("x", json!(7), "x:7"),
    ] {
        let payload = json!({"a": a, "b": {"c": c}});
        assert_eq!(pasangan.push(&payload).await.expect(201)["key"], key);
        assert_eq!(pasangan.record(key).await.expect(200), payload);
        assert_eq!(
            pasangan.put(key, &payload).await.expect(200)["outcome"],
            "unchanged"
        );
    }
    for bad in [
        json!({"a": "", "b": {"c": "x"}}),
        json!({"a": "x", "b": {"c": ""}}),
    ] {
        let problem = pasangan.push(&bad).await.problem(422, "contract-violated");
        assert_eq!(problem["violations"][0]["keyword"], "key", "{bad}");
    }
}
