//! `/rejections`: refused payloads are kept, listed, downloaded, corrected and sent again.

use mahakam::types::Clock;
use serde_json::{Value, json};

use crate::harness::{ADMIN_KEY, NOW, TestHub, contracts};

const NIP: &str = "198501012010011001";

fn kept(hub: &TestHub) -> i64 {
    hub.database.beside().number("SELECT count(*) FROM rejection")
}

#[tokio::test]
async fn a_refused_payload_is_kept_when_the_payload_is_to_blame() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let mutasi = hub.publish(&contracts::mutasi());
    pegawai.push(format!("{{\"nip\":\"{NIP}\"}}")).await.is(422);
    pegawai.push("{\"nip\":").await.is(400);
    pegawai
        .put("1", format!("{{\"nip\":\"{NIP}\",\"nama\":\"A\"}}"))
        .await
        .is(409);
    mutasi.push(r#"{"id":"a"}"#).await.is(201);
    mutasi.push(r#"{"id":"a","n":1}"#).await.is(409);
    assert_eq!(kept(&hub), 4);
    // What is wrong with the request around it is not.
    pegawai
        .put(NIP, format!("{{\"nip\":\"{NIP}\",\"nama\":\"A\"}}"))
        .header("If-Match", "\"x-1\"")
        .await
        .is(412);
    pegawai.post("/validate", "{}").await.is(422);
    pegawai
        .call("POST", "/records")
        .body("text/plain", "{}")
        .await
        .is(415);
    pegawai.with_key(None).push("{}").await.is(401);
    pegawai.delete("1").await.is(404);
    assert_eq!(kept(&hub), 4);
    let mut beside = hub.database.beside();
    let logged = "SELECT count(*) FROM exchange WHERE outcome = 'contract-violated' AND rejected = 1";
    assert_eq!(beside.number(logged), 1);
}

#[tokio::test]
async fn every_refused_line_of_a_bulk_is_kept_with_its_number() {
    let (hub, mutasi) = TestHub::with(contracts::mutasi()).await;
    mutasi.push(r#"{"id":"a"}"#).await.is(201);
    let lines = "{\"id\":\"b\"}\n\n{}\n{\"id\":\"a\",\"n\":1}\nx\n{\"id\":\"c\"}\n";
    let report = mutasi.lines(lines).await.expect(200);
    assert_eq!(report["rejected"], 3);
    let mut beside = hub.database.beside();
    for (line, code) in [
        (3, "contract-violated"),
        (4, "transaction-exists"),
        (5, "not-json"),
    ] {
        let found = format!(
            "SELECT count(*) FROM rejection WHERE line = {line} AND reason LIKE '%\"code\":\"{code}\"%'"
        );
        assert_eq!(beside.number(&found), 1, "{line} {code}");
    }
    let logged = beside.number("SELECT CAST(sum(rejected) AS BIGINT) FROM exchange");
    assert_eq!(logged, 3);
}

#[tokio::test]
async fn the_refused_lines_of_an_atomic_bulk_are_kept_and_those_of_a_trial_are_not() {
    let (hub, mutasi) = TestHub::with(contracts::mutasi()).await;
    let atomic = |lines: &str| {
        mutasi
            .call("POST", "/records?atomic=true")
            .body("application/x-ndjson", lines.to_owned())
    };
    atomic("{\"id\":\"a\"}\n{}\nx\n").await.is(422);
    assert_eq!(kept(&hub), 2);
    atomic("{\"id\":\"a\"}\n{\"id\":\"b\"}\n").await.is(200);
    atomic("{\"id\":\"c\"}\n{\"id\":\"a\",\"n\":1}\n").await.is(422);
    assert_eq!(kept(&hub), 3);
    mutasi
        .call("POST", "/validate")
        .body("application/x-ndjson", "{}\n")
        .await
        .is(422);
    assert_eq!(kept(&hub), 3);
}

/// The numbers of a list, in its order.
fn numbers(page: &Value) -> Vec<i64> {
    let list = page["rejections"].as_array().unwrap();
    list.iter().map(|one| one["number"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn the_list_tells_newest_first_what_was_refused_and_why() {
    let (_hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let text = format!("{{\"nip\":\"{NIP}\",\"nama\":\"A\",\"golongan\":\"I/z\"}}");
    pegawai.push(&text).await.is(422);
    let report = pegawai.lines("x\n{}\n").await.problem(422, "bulk-refused");
    let page = pegawai.get("/rejections").english().await.expect(200);
    assert_eq!(numbers(&page), [3, 2, 1]);
    let (bulk, single) = (&page["rejections"][0], &page["rejections"][2]);
    assert_eq!(bulk["exchange"], report["exchange"]);
    assert_eq!((&bulk["line"], &bulk["key"]), (&json!(2), &Value::Null));
    assert_eq!(bulk["violations_total"], 2);
    assert_eq!(single["by"]["opd"], "bkd");
    assert_eq!(single["contract"], "1.0.0");
    assert_eq!(single["at"], "2026-03-20T09:46:40.120Z");
    assert_eq!((&single["line"], &single["key"]), (&Value::Null, &json!(NIP)));
    assert_eq!(single["code"], "contract-violated");
    assert_eq!(single["repaired"], Value::Null);
    assert_eq!(single.get("body"), None);
    assert_eq!(
        single["violations"],
        json!([{
            "pointer": "/golongan", "keyword": "enum", "expected": ["III/a", "III/b", "IV/a"],
            "message": "The value must be one of \"III/a\", \"III/b\", \"IV/a\"."
        }])
    );
    let indonesian = pegawai.get("/rejections").await.expect(200);
    assert_ne!(indonesian["rejections"][2]["detail"], single["detail"]);
    let whole = pegawai.get("/rejections/1").await.expect(200);
    assert_eq!(
        (&whole["body"], &whole["encoding"]),
        (&json!(text), &json!("utf-8"))
    );
}

#[tokio::test]
async fn the_list_goes_page_by_page_and_is_filtered() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let first = barang.lines("{}\n".repeat(5)).await.problem(422, "bulk-refused");
    barang.lines("x\n".repeat(5)).await.is(422);
    let answer = barang.get("/rejections?limit=4").await;
    let page = answer.expect(200);
    assert_eq!(numbers(&page), [10, 9, 8, 7]);
    let link = answer.header("link").to_owned();
    barang.push("{}").await.is(422);
    let next = link.split_once('>').unwrap().0.trim_start_matches('<');
    let page = barang
        .get(next.trim_start_matches(&barang.base))
        .await
        .expect(200);
    assert_eq!(numbers(&page), [6, 5, 4, 3]);
    let cursor = page["next"].as_str().unwrap();
    let exchange = first["exchange"].as_str().unwrap();
    let filtered = barang.get(&format!("/rejections?exchange={exchange}")).await;
    assert_eq!(numbers(&filtered.expect(200)), [5, 4, 3, 2, 1]);
    barang.post("/rejections/3", r#"{"id":"a"}"#).await.is(201);
    let open = barang
        .get(&format!("/rejections?exchange={exchange}&open=true"))
        .await;
    assert_eq!(numbers(&open.expect(200)), [5, 4, 2, 1]);
    for (query, code) in [
        (format!("open=true&cursor={cursor}"), "bad-cursor"),
        ("cursor=x".into(), "bad-cursor"),
        ("limit=0".into(), "bad-parameter"),
        ("open=ya".into(), "bad-parameter"),
        ("exchange=x".into(), "bad-parameter"),
        ("format=xml".into(), "bad-parameter"),
        ("format=csv&limit=1".into(), "bad-parameter"),
        ("nama=x".into(), "unknown-parameter"),
    ] {
        let refused = barang.get(&format!("/rejections?{query}")).await;
        refused.problem(400, code);
    }
    let form = barang.get("/rejections").header("Accept", "text/html").await;
    form.problem(406, "not-acceptable");
}

#[tokio::test]
async fn all_are_downloaded_with_the_reason_beside_each_row() {
    let (_hub, barang) = TestHub::with(contracts::barang()).await;
    let lines: String = (0..150).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    barang.lines(lines).await.is(422);
    barang.lines("=1+1\n").await.is(422);
    let answer = barang.get("/rejections?format=ndjson").english().await;
    answer.is(200);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"bkd-barang-v1-rejections.ndjson\""
    );
    let rows: Vec<Value> = answer
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 151);
    assert_eq!(
        (&rows[149]["number"], &rows[149]["body"]),
        (&json!(150), &json!("{\"n\":149}"))
    );
    assert_eq!(rows[149]["violations"][0]["pointer"], "/id");
    let table = barang
        .get("/rejections")
        .header("Accept", "text/csv")
        .english()
        .await;
    table.is(200);
    let rows: Vec<&str> = table.body.split_terminator("\r\n").collect();
    assert_eq!(rows[0], "number,line,at,key,code,detail,pointers,body");
    assert_eq!(rows.len(), 152);
    let one = "150,150,2026-03-20T09:46:40.120Z,\"\",contract-violated,";
    assert!(rows[150].starts_with(one), "{}", rows[150]);
    assert!(
        rows[150].ends_with(",\"/id\",\"{\"\"n\"\":149}\""),
        "{}",
        rows[150]
    );
    assert!(rows[151].ends_with(",\"'=1+1\""), "{}", rows[151]);
    let none = barang.get("/rejections?format=ndjson&exchange=00000000-0000-7000-8000-000000000000");
    assert_eq!(none.await.is(200).body, "");
}

#[tokio::test]
async fn a_body_that_is_no_text_is_told_as_base64_and_one_too_long_not_at_all() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_MAX_RECORD_BYTES", 100)
        .start()
        .await;
    let barang = hub.publish(&contracts::barang());
    let mut lines = vec![b'{', 0xff, b'}', b'\n'];
    lines.extend(vec![b'x'; 200]);
    barang
        .call("POST", "/records")
        .body("application/x-ndjson", lines)
        .await
        .is(422);
    let odd = barang.get("/rejections/1").await.expect(200);
    assert_eq!(
        (&odd["body"], &odd["encoding"]),
        (&json!("e/99"), &json!("base64"))
    );
    let long = barang.get("/rejections/2").await.expect(200);
    assert_eq!(long["code"], "record-too-large");
    assert_eq!((&long["body"], &long["encoding"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_corrected_payload_comes_in_as_a_push_and_repairs_the_rejection() {
    let (_hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    pegawai.push(format!("{{\"nip\":\"{NIP}\"}}")).await.is(422);
    let still = format!("{{\"nip\":\"{NIP}\",\"nama\":\"\"}}");
    pegawai
        .post("/rejections/1", still)
        .await
        .problem(422, "contract-violated");
    let page = pegawai.get("/rejections").await.expect(200);
    assert_eq!(
        numbers(&page),
        [1],
        "a correction that fails leaves the rejection as it is"
    );
    assert_eq!(page["rejections"][0]["repaired"], Value::Null);
    let good = format!("{{\"nip\":\"{NIP}\",\"nama\":\"A\"}}");
    let answer = pegawai.post("/rejections/1", &good).await;
    assert_eq!(
        answer.expect(201),
        json!({"key": NIP, "seq": 1, "outcome": "created"})
    );
    assert!(answer.header("location").ends_with(&format!("/records/{NIP}")));
    assert!(!answer.header("etag").is_empty());
    let repaired = pegawai.get("/rejections/1").await.expect(200);
    assert_eq!(
        repaired["repaired"],
        json!({"at": "2026-03-20T09:46:40.120Z", "seq": 1})
    );
    pegawai
        .post("/rejections/1", &good)
        .await
        .problem(409, "rejection-repaired");
    for number in ["2", "0", "01", "x", "-1"] {
        let path = format!("/rejections/{number}");
        pegawai.get(&path).await.problem(404, "unknown-rejection");
        pegawai.post(&path, &good).await.problem(404, "unknown-rejection");
    }
}

#[tokio::test]
async fn the_owner_sees_all_and_another_agency_only_what_it_sent() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    let dkp = pegawai.with_key(Some(&hub.key("dkp")));
    pegawai.push("{}").await.is(422);
    dkp.push("[1").await.is(400);
    dkp.push("{\"nip\":1}").await.is(422);
    assert_eq!(numbers(&pegawai.get("/rejections").await.expect(200)), [2, 1]);
    assert_eq!(numbers(&dkp.get("/rejections").await.expect(200)), [2]);
    assert_eq!(
        dkp.get("/rejections?format=ndjson")
            .await
            .is(200)
            .body
            .lines()
            .count(),
        1
    );
    dkp.get("/rejections/1").await.problem(404, "unknown-rejection");
    let good = format!("{{\"nip\":\"{NIP}\",\"nama\":\"A\"}}");
    dkp.post("/rejections/1", &good)
        .await
        .problem(404, "unknown-rejection");
    // The owner may correct what another agency sent.
    pegawai.post("/rejections/2", &good).await.is(201);
    assert_eq!(dkp.get("/rejections/2").await.expect(200)["repaired"]["seq"], 1);
    for (key, status, code) in [
        (Some(hub.key("dinkes")), 403, "forbidden"),
        (Some(hub.key("pod")), 404, "unknown-dataset"),
        (Some(ADMIN_KEY.to_owned()), 403, "forbidden"),
        (None, 401, "credentials-missing"),
    ] {
        let other = pegawai.with_key(key.as_deref());
        for path in ["/rejections", "/rejections/1"] {
            other.get(path).await.problem(status, code);
        }
        other.post("/rejections/1", &good).await.problem(status, code);
    }
}

#[tokio::test]
async fn who_manages_the_hub_sees_what_was_refused_but_no_payload() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    hub.publish(&contracts::barang());
    let dkp = pegawai.with_key(Some(&hub.key("dkp")));
    for sender in [&pegawai, &dkp, &dkp] {
        sender.push(r#"{"nama":"RAHASIA"}"#).await.is(422);
    }
    let list = |query: &str| {
        hub.call("GET", &format!("/admin/rejections?{query}"))
            .key(ADMIN_KEY)
    };
    let answer = list("dataset=bkd/pegawai/v1&opd=dkp&limit=1").await;
    assert_eq!(numbers(&answer.expect(200)), [3]);
    assert!(!answer.body.contains("RAHASIA"));
    let link = answer.header("link");
    let next = link.split_once('>').unwrap().0.trim_start_matches('<');
    let next = hub
        .call("GET", next.trim_start_matches(&hub.url))
        .key(ADMIN_KEY)
        .await;
    assert_eq!(numbers(&next.expect(200)), [2]);
    assert_eq!(
        numbers(&list("dataset=bkd/pegawai/v1&open=true").await.expect(200)),
        [3, 2, 1]
    );
    assert!(numbers(&list("dataset=bkd/barang/v1").await.expect(200)).is_empty());
    list("").await.problem(400, "bad-parameter");
    list("dataset=x").await.problem(404, "unknown-dataset");
    list("dataset=bkd/tiada/v1").await.problem(404, "unknown-dataset");
    hub.call("GET", "/admin/rejections?dataset=bkd/pegawai/v1")
        .key(&hub.key("bkd"))
        .await
        .problem(403, "forbidden");
}

#[tokio::test]
async fn a_dataset_keeps_so_many_and_for_so_long_as_was_agreed() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder()
        .clock(clock.clone())
        .setting("MAHAKAM_REJECTIONS_PER_DATASET", 3)
        .setting("MAHAKAM_REJECTION_BYTES_PER_DATASET", 100)
        .start()
        .await;
    let month = hub.publish(&contracts::barang());
    let mut contract = contracts::named(contracts::barang(), "lain");
    contract["retention"] = json!({"rejections": "P1D"});
    let day = hub.publish(&contract);
    let long = format!("{{\"n\":\"{}\"}}", "x".repeat(60));
    for _ in 0..5 {
        month.push("{}").await.is(422);
    }
    let kept = async |api: &crate::harness::Api| numbers(&api.get("/rejections").await.expect(200));
    assert_eq!(kept(&month).await, [5, 4, 3]);
    month.push(&long).await.is(422);
    assert_eq!(kept(&month).await, [6, 5, 4]);
    month.push(&long).await.is(422);
    assert_eq!(kept(&month).await, [7]);
    day.push("{}").await.is(422);
    clock.advance(86_400_000 - 1);
    hub.hub.refresh().unwrap();
    day.push("{}").await.is(422);
    assert_eq!(hub.hub.forget_rejections().unwrap(), 0);
    clock.advance(2);
    hub.hub.refresh().unwrap();
    assert_eq!(hub.hub.forget_rejections().unwrap(), 1);
    assert_eq!(kept(&day).await, [2]);
    assert_eq!(kept(&month).await, [7]);
    clock.advance(30 * 86_400_000);
    hub.hub.refresh().unwrap();
    assert_eq!(hub.hub.forget_rejections().unwrap(), 2);
    // Numbers are not given out again.
    day.push("{}").await.is(422);
    assert_eq!(kept(&day).await, [3]);
}
