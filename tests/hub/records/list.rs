//! `GET /records`: pages by key, cursors, and a list read while others write.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::harness::{Api, TestHub, contracts};

pub async fn filled(count: usize) -> (TestHub, Api) {
    let (hub, barang) = TestHub::with(contracts::barang()).await;
    let lines: String = (0..count).map(|n| format!("{{\"id\":\"k{n:04}\"}}\n")).collect();
    barang.lines(lines).await.is(200);
    (hub, barang)
}

#[tokio::test]
async fn a_list_goes_by_key_in_byte_order_page_by_page() {
    let (hub, barang) = filled(25).await;
    let first = barang.get("/records?limit=10").await;
    let page = first.expect(200);
    assert_eq!(page["records"].as_array().unwrap().len(), 10);
    assert_eq!(page["as_of"], 25);
    assert_eq!(
        page["records"][0],
        json!({"key": "k0000", "seq": 1, "updated_at": "2026-03-20T09:46:40.120Z", "data": {"id": "k0000"}})
    );
    let link = first.header("link");
    let (address, relation) = link.split_once('>').unwrap();
    assert_eq!(relation, "; rel=\"next\"");
    let second = barang
        .get(address.trim_start_matches('<').trim_start_matches(&barang.base))
        .await;
    assert_eq!(second.expect(200)["records"][0]["key"], "k0010");
    assert_eq!(second.json()["as_of"], 25);
    let last = barang
        .get(&format!(
            "/records?limit=10&cursor={}",
            second.json()["next"].as_str().unwrap()
        ))
        .await;
    assert_eq!(last.expect(200)["records"].as_array().unwrap().len(), 5);
    assert_eq!(last.json()["next"], Value::Null);
    assert_eq!(last.header("link"), "");
    assert!(address.contains(&hub.url), "the link is absolute: {link}");
}

#[tokio::test]
async fn a_page_has_a_hundred_records_unless_told_otherwise() {
    let (_hub, barang) = filled(1_001).await;
    let count = |page: Value| page["records"].as_array().unwrap().len();
    assert_eq!(count(barang.get("/records").await.expect(200)), 100);
    assert_eq!(count(barang.get("/records?limit=1").await.expect(200)), 1);
    assert_eq!(count(barang.get("/records?limit=1000").await.expect(200)), 1_000);
    for bad in ["0", "1001", "-1", "1.5", "x", "", "99999999999999999999"] {
        barang
            .get(&format!("/records?limit={bad}"))
            .await
            .problem(400, "bad-parameter");
    }
}

#[tokio::test]
async fn a_list_that_ends_with_a_full_page_has_no_next() {
    let (_hub, barang) = filled(10).await;
    let page = barang.get("/records?limit=10").await.expect(200);
    assert_eq!(page["next"], Value::Null);
    let (_hub, empty) = TestHub::with(contracts::barang()).await;
    assert_eq!(
        empty.get("/records").await.expect(200),
        json!({"records": [], "next": null, "as_of": 0})
    );
}

#[tokio::test]
async fn unknown_parameters_are_400_and_name_the_known_ones() {
    let (_hub, barang) = filled(1).await;
    for (path, known) in [("/records", "limit"), ("/changes", "since")] {
        let problem = barang
            .get(&format!("{path}?Limit=1"))
            .await
            .problem(400, "unknown-parameter");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("Limit") && detail.contains(known), "{detail}");
    }
    for path in [
        "/records/k0000?x=1",
        "/contract?x=1",
        "/schema?x=1",
        "/openapi.json?x",
        "/records?limit=1&limit=2",
        "/records?limit=%ff",
    ] {
        barang.get(path).await.is(400);
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_only() {
    let (hub, barang) = filled(10).await;
    let other = hub.publish(&contracts::named(contracts::barang(), "lain"));
    other.lines("{\"id\":\"a\"}\n{\"id\":\"b\"}\n").await.is(200);
    let next = |page: Value| page["next"].as_str().unwrap().to_owned();
    let mine = next(barang.get("/records?limit=2").await.expect(200));
    let foreign = next(other.get("/records?limit=1").await.expect(200));
    let mut forged = mine.clone().into_bytes();
    forged[3] = if forged[3] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).unwrap();
    let short = &mine[..mine.len() - 2];
    for bad in [
        foreign.as_str(),
        &forged,
        short,
        "",
        "x",
        "%00",
        &format!("{mine}AA"),
    ] {
        barang
            .get(&format!("/records?cursor={bad}"))
            .await
            .problem(400, "bad-cursor");
    }
    barang
        .get(&format!("/records?limit=5&cursor={mine}"))
        .await
        .is(200);
}

#[tokio::test]
async fn a_cursor_of_all_fields_is_no_cursor_for_some() {
    let (hub, pegawai) = TestHub::with(contracts::pegawai()).await;
    for n in 1..=3 {
        pegawai
            .push(json!({"nip": format!("{n:018}"), "nama": "a"}))
            .await
            .is(201);
    }
    let bappeda = pegawai.with_key(Some(&hub.key("bappeda")));
    let page = pegawai.get("/records?limit=1").await.expect(200);
    let next = page["next"].as_str().unwrap();
    bappeda
        .get(&format!("/records?cursor={next}"))
        .await
        .problem(400, "bad-cursor");
    // An agency with the same fields goes on where another began.
    let dinkes = pegawai.with_key(Some(&hub.key("dinkes")));
    dinkes.get(&format!("/records?cursor={next}")).await.is(200);
}

#[tokio::test]
async fn a_cursor_of_one_hub_is_good_at_another_on_the_same_database() {
    let (hub, barang) = filled(10).await;
    let beside = TestHub::builder().on(&hub.database).start().await;
    let there = beside.api("bkd/barang/v1", Some(&hub.key("bkd")));
    let page = barang.get("/records?limit=4").await.expect(200);
    let next = page["next"].as_str().unwrap();
    let second = there.get(&format!("/records?cursor={next}")).await.expect(200);
    assert_eq!(second["records"].as_array().unwrap().len(), 6);
}

/// Writes around a list that is being read: new records before and behind the reader's place,
/// changes and deletions; every third record stays untouched.
async fn disturb(barang: &Api, round: usize) {
    for n in 0..30 {
        let payload = json!({"id": format!("k{:04}", n * 10 + 1), "round": round});
        barang.push(&payload).await;
        barang
            .push(json!({"id": format!("k{:04}-{round}", n * 10)}))
            .await;
        if round > 0 {
            barang.delete(&format!("k{:04}", n * 10 + 2)).await;
        }
    }
}

#[tokio::test]
async fn a_list_read_while_others_write_has_each_record_that_stayed_exactly_once() {
    let (_hub, barang) = filled(300).await;
    let writer = barang.apart();
    let (mut listed, mut path, mut as_of, mut round) = (Vec::new(), "/records?limit=7".to_owned(), None, 0);
    loop {
        let page = barang.get(&path).await.expect(200);
        let first = *as_of.get_or_insert(page["as_of"].as_u64().unwrap());
        assert_eq!(page["as_of"], first, "as_of stays that of the first page");
        listed.extend(page["records"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => path = format!("/records?limit=7&cursor={next}"),
            None => break,
        }
        if round % 10 == 0 {
            disturb(&writer, round).await;
        }
        round += 1;
    }
    let keys: Vec<&str> = listed
        .iter()
        .map(|record| record["key"].as_str().unwrap())
        .collect();
    assert!(keys.is_sorted_by(|a, b| a < b), "in order, none twice");
    let seen: HashSet<&str> = keys.into_iter().collect();
    for n in (0..300).filter(|n| n % 10 > 2) {
        assert!(seen.contains(format!("k{n:04}").as_str()), "k{n:04} stayed");
    }
    // The list and the changes since its begin are the dataset as it stands.
    let mut state: std::collections::BTreeMap<String, Value> = listed
        .into_iter()
        .map(|mut record| (record["key"].as_str().unwrap().to_owned(), record["data"].take()))
        .collect();
    for mut change in barang.all_changes(as_of.unwrap(), 100).await {
        let key = change["key"].as_str().unwrap().to_owned();
        match change["op"].as_str() {
            Some("put") => drop(state.insert(key, change["data"].take())),
            _ => drop(state.remove(&key)),
        }
    }
    let stands: std::collections::BTreeMap<String, Value> = barang
        .all_records(1_000)
        .await
        .into_iter()
        .map(|mut record| (record["key"].as_str().unwrap().to_owned(), record["data"].take()))
        .collect();
    assert_eq!(state, stands);
}

#[tokio::test]
async fn what_a_path_can_not_carry_is_found_by_parameter() {
    let (_hub, barang) = filled(3).await;
    barang.push(r#"{"id":"."}"#).await.is(201);
    let page = barang
        .get("/records?key=k0002&key=.&key=nobody&key=k0000")
        .await
        .expect(200);
    let keys: Vec<&str> = page["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["k0002", ".", "k0000"]);
    assert_eq!(page["missing"], json!(["nobody"]));
}
