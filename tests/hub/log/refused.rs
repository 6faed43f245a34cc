//! Refused payloads that were shown: in the log before they leave, and found again by the person's number.

use mahakam::types::Clock;
use serde_json::{Value, json};

use super::{ended, orang};
use crate::harness::{ADMIN_KEY, Api, NOW, TestHub, contracts, program};

const NIK: &str = "7171010101900001";
const DAY: i64 = 86_400_000;

/// Who saw the person: for each entry the numbers of the refused payloads that it showed, the lowest first. All
/// came in the same moment.
async fn seen(hub: &TestHub, nik: &str) -> Vec<Vec<i64>> {
    let found = hub
        .call("GET", &format!("/admin/audit/subjects/{nik}"))
        .key(ADMIN_KEY);
    let found = found.await.expect(200);
    let each = |sighting: &Value| {
        let numbers = sighting["rejections"].as_array().unwrap().iter();
        numbers.map(|number| number.as_i64().unwrap()).collect()
    };
    let mut seen: Vec<Vec<i64>> = found["sightings"].as_array().unwrap().iter().map(each).collect();
    seen.sort();
    seen
}

/// Transactions about persons: `bkd/kejadian/v1`, which `dinkes` may push.
fn kejadian() -> Value {
    let mut contract = contracts::named(orang(), "kejadian");
    contract["kind"] = json!("transaction");
    contract["grants"] = json!([{"opd": "dinkes", "may": ["push"], "purpose": "Uji", "basis": "Uji"}]);
    contract
}

fn wrong(nik: &str) -> String {
    json!({"id": "a", "nik": nik, "nama": 1}).to_string()
}

#[tokio::test]
async fn whom_a_refused_payload_is_about_is_known_whatever_is_wrong_with_it() {
    let hub = TestHub::start().await;
    let orang = hub.publish(&orang());
    let refused = [
        (wrong(NIK), 422),
        (format!(r#"{{"nik":"{NIK}","nama":"A"}}"#), 422),
        (format!(r#"{{"id":"a","nik":{NIK},}}"#), 400),
        (format!(r#"{{"id":"a","nik":"{NIK}","nama":"A"#), 400),
        (format!(r#"{{"id":"a","id":"b","nik":"{NIK}"}}"#), 400),
        (format!(r#"{{"data":{{"id":"a","nik":"{NIK}"}}}}"#), 422),
    ];
    for (at, (body, status)) in refused.iter().enumerate() {
        orang.push(body).await.is(*status);
        let number = i64::try_from(at).unwrap() + 1;
        orang.get(&format!("/rejections/{number}")).await.is(200);
        let seen = seen(&hub, NIK).await;
        assert_eq!((seen.len(), &seen[at]), (at + 1, &vec![number]), "{body}");
    }
    // Whom these are about nobody can know; that they were shown is in the log all the same.
    for body in [r#"{"nama":1}"#, "x", &wrong("7171010101900002")] {
        orang.push(body).await;
    }
    let before = seen(&hub, NIK).await.len();
    for number in [7, 8, 9] {
        orang.get(&format!("/rejections/{number}")).await.is(200);
    }
    assert_eq!(seen(&hub, NIK).await.len(), before);
    assert_eq!(seen(&hub, "7171010101900002").await, [[9]]);
    let mut beside = hub.database.beside();
    let alone =
        "SELECT count(*) FROM exchange WHERE reading = '{\"rejections\":[{\"number\":7}]}' AND opd = 'bkd'";
    assert_eq!(beside.number(alone), 1);
}

#[tokio::test]
async fn it_is_known_of_lines_of_bulks_and_of_what_stands_against_a_payload() {
    let hub = TestHub::start().await;
    let orang = hub.publish(&orang());
    let kejadian = hub.publish(&kejadian());
    let (good, other) = (
        format!("{{\"id\":\"a\",\"nik\":\"{NIK}\"}}\n"),
        format!("{{\"id\":\"a\",\"nik\":\"{NIK}\",\"nama\":\"B\"}}\n"),
    );
    orang.lines(format!("{}\n{good}", wrong(NIK))).await.is(200);
    orang
        .call("PUT", "/snapshot?max_delete=1")
        .body("application/x-ndjson", format!("{good}{other}"))
        .await
        .is(422);
    kejadian.lines(&good).await.is(200);
    kejadian.push(other.trim()).await.is(409);
    kejadian.lines(&other).await.is(422);
    kejadian
        .call("POST", "/records?atomic=true")
        .body("application/x-ndjson", other)
        .await
        .is(422);
    let mut beside = hub.database.beside();
    let (all, known) = (
        "SELECT count(*) FROM rejection",
        "SELECT count(*) FROM rejection WHERE subject IS NOT NULL",
    );
    assert_eq!((beside.number(all), beside.number(known)), (5, 5));
    orang.get("/rejections").await.is(200);
    kejadian.get("/rejections").await.is(200);
    assert_eq!(seen(&hub, NIK).await, [vec![2, 1], vec![3, 2, 1]]);
}

#[tokio::test]
async fn every_way_of_reading_refused_payloads_is_in_the_log_before_the_answer() {
    let (hub, orang) = TestHub::with(orang()).await;
    orang.push(wrong(NIK)).await.is(422);
    let mut beside = hub.database.beside();
    let count = "SELECT count(*) FROM exchange WHERE action = 'rejections' AND reading IS NOT NULL";
    for (number, (path, accept)) in [
        ("/rejections", "application/json"),
        ("/rejections?open=true&limit=1", "application/json"),
        ("/rejections/1", "application/json"),
        ("/rejections", "application/x-ndjson"),
        ("/rejections", "text/csv"),
        ("/rejections?format=ndjson", "*/*"),
    ]
    .into_iter()
    .enumerate()
    {
        orang.get(path).header("accept", accept).await.is(200);
        let number = i64::try_from(number).unwrap() + 1;
        assert_eq!(beside.number(count), number, "{path} {accept}");
    }
    assert_eq!(seen(&hub, NIK).await, vec![vec![1]; 6]);
    // Keys may name persons: who manages the hub is no exception.
    let list = hub
        .call("GET", "/admin/rejections?dataset=bkd/orang/v1")
        .key(ADMIN_KEY);
    list.await.is(200);
    assert_eq!(beside.number(count), 7);
    // Nothing was shown of them here.
    orang
        .get("/rejections?exchange=00000000-0000-7000-8000-000000000000")
        .await
        .is(200);
    orang.get("/rejections/2").await.is(404);
    orang.post("/rejections/1", wrong(NIK)).await.is(422);
    assert_eq!(beside.number(count), 7);
    let printed = program(hub.database.url())
        .args(["audit", "subject", NIK])
        .output()
        .unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert_eq!(printed.matches("refused payload 1").count(), 7, "{printed}");
}

#[tokio::test]
async fn a_download_is_logged_page_by_page_with_what_each_showed() {
    let (hub, kejadian) = TestHub::with(kejadian()).await;
    let dinkes = kejadian.with_key(Some(&hub.key("dinkes")));
    dinkes.push(wrong(NIK)).await.is(422);
    kejadian
        .lines(format!("{}\n", wrong("7171010101900002")).repeat(150))
        .await
        .is(422);
    dinkes.push(wrong(NIK)).await.is(422);
    let file = kejadian.get("/rejections?format=csv").await;
    assert_eq!(file.is(200).body.lines().count(), 153);
    let mut beside = hub.database.beside();
    let pages = "SELECT count(*) FROM exchange WHERE action = 'rejections' AND reading IS NOT NULL";
    assert_eq!(beside.number(pages), 3);
    assert_eq!(seen(&hub, NIK).await, [[1], [152]]);
    // Whoever sees its own alone saw nothing of the others.
    dinkes.get("/rejections?format=ndjson").await.is(200);
    assert_eq!(seen(&hub, NIK).await, [vec![1], vec![1, 152], vec![152]]);
    assert_eq!(seen(&hub, "7171010101900002").await.len(), 3);
    let database = ended(hub);
    let told = "SELECT CAST(sum(records) AS BIGINT) FROM exchange WHERE action = 'rejections'";
    assert_eq!(database.beside().number(told), 154, "each once");
}

#[tokio::test]
async fn refused_payloads_that_cannot_be_logged_are_not_shown() {
    let (hub, orang) = TestHub::with(orang()).await;
    orang.push(wrong(NIK)).await.is(422);
    let mut beside = hub.database.beside();
    beside.run("ALTER TABLE exchange RENAME TO exchange_gone");
    for path in [
        "/rejections",
        "/rejections/1",
        "/rejections?format=ndjson",
        "/rejections?format=csv",
    ] {
        let answer = orang.get(path).await;
        answer.problem(503, "database-unavailable");
        assert!(!answer.body.contains(NIK), "{path}");
    }
    beside.run("ALTER TABLE exchange_gone RENAME TO exchange");
    orang.get("/rejections/1").await.is(200);
}

#[tokio::test]
async fn one_that_tells_nobody_is_about_the_person_of_the_record_it_was_meant_for() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder().clock(clock.clone()).start().await;
    let orang = hub.publish(&orang());
    let untold = |id: &str| json!({"id": id, "nama": 1}).to_string();
    orang.push(untold("a")).await.is(422);
    orang.get("/rejections/1").await.is(200);
    clock.advance(DAY);
    hub.hub.refresh().unwrap();
    orang
        .push(json!({"id": "a", "nik": NIK, "nama": "Ani"}))
        .await
        .is(201);
    // Nobody could know it then.
    assert!(seen(&hub, NIK).await.is_empty());
    clock.advance(DAY);
    hub.hub.refresh().unwrap();
    orang.push(untold("b")).await.is(422);
    orang.get("/rejections").await.is(200);
    assert_eq!(seen(&hub, NIK).await, [[1]]);
}

#[tokio::test]
async fn who_saw_a_refused_payload_is_told_when_it_is_forgotten_and_until_the_entry_is() {
    let clock = Clock::fixed(NOW);
    let hub = TestHub::builder()
        .clock(clock.clone())
        .setting("MAHAKAM_LOG_RETENTION", "P40D")
        .start()
        .await;
    let orang = hub.publish(&orang());
    orang.push(wrong(NIK)).await.is(422);
    let read = async |api: &Api| api.get("/rejections/1").await.status;
    assert_eq!(read(&orang).await, 200);
    clock.advance(31 * DAY);
    hub.hub.refresh().unwrap();
    assert_eq!(hub.hub.forget_rejections().unwrap(), 1);
    while hub.hub.forget_exchanges().unwrap() > 0 {}
    assert_eq!(read(&orang).await, 404);
    assert_eq!(seen(&hub, NIK).await, [[1]]);
    clock.advance(10 * DAY);
    hub.hub.refresh().unwrap();
    while hub.hub.forget_exchanges().unwrap() > 0 {}
    assert!(seen(&hub, NIK).await.is_empty());
}

#[tokio::test]
async fn refused_payloads_of_datasets_without_persons_are_read_without_waiting_for_the_log() {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    barang.lines("{}\n".repeat(100)).await.is(422);
    for path in ["/rejections", "/rejections/1", "/rejections?format=ndjson"] {
        barang.get(path).await.is(200);
    }
    let database = ended(hub);
    let mut beside = database.beside();
    let entries = "SELECT count(*) FROM exchange WHERE action = 'rejections' AND reading IS NULL";
    assert_eq!(beside.number(entries), 3);
    let records = "SELECT CAST(sum(records) AS BIGINT) FROM exchange WHERE action = 'rejections'";
    assert_eq!(beside.number(records), 201);
}
