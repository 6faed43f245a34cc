//! Lists that are filtered, sorted, cut down to fields, counted, of an earlier moment, or given as lines.

use serde_json::{Value, json};

use crate::harness::{Api, TestHub, contracts, eventually};

/// A dataset with filters on fields of every type.
fn contract() -> Value {
    let mut contract = contracts::barang();
    contract["filters"] = json!(["/unit/kode", "/n", "/aktif", "/tanggal"]);
    contract["schema"]["properties"] = json!({
        "id": {"type": "string"},
        "n": {"type": ["number", "null"]},
        "aktif": {"type": "boolean"},
        "tanggal": {"type": "string", "format": "date"},
        "unit": {"type": "object", "properties": {"kode": {"type": "string"}, "nama": {"type": "string"}}},
        "lain": {"type": "string"}
    });
    contract
}

/// Twenty-four records with equal, missing and null values among them.
fn records() -> Vec<Value> {
    (0..24)
        .map(|i| {
            let mut record = json!({"id": format!("r{i:02}"), "lain": "x"});
            if i % 4 != 3 {
                record["n"] = [json!(-1.5), json!(0), json!(10), json!(9.25), Value::Null][i % 5].clone();
            }
            if i % 3 != 2 {
                let kode = ["A", "B", "64.10", "64.1"][i % 4];
                record["unit"] = json!({"kode": kode, "nama": "N"});
            }
            record["aktif"] = json!(i % 2 == 0);
            record["tanggal"] = json!(format!("2026-01-{:02}", 1 + i % 7));
            record
        })
        .collect()
}

async fn filled() -> (TestHub, Api) {
    let (hub, api) = TestHub::with(contract()).await;
    let lines: Vec<String> = records().iter().map(Value::to_string).collect();
    api.lines(lines.join("\n")).await.is(200);
    (hub, api)
}

/// The keys of all pages of a list.
async fn walk(api: &Api, query: &str, limit: usize) -> Vec<String> {
    let mut keys = Vec::new();
    let mut cursor = String::new();
    for _ in 0..100 {
        let page = api
            .get(&format!("/records?limit={limit}{query}{cursor}"))
            .await
            .expect(200);
        let records = page["records"].as_array().unwrap();
        assert!(records.len() <= limit);
        keys.extend(
            records
                .iter()
                .map(|record| record["key"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return keys,
        }
    }
    panic!("a list without an end: {query}");
}

fn keys_where(holds: impl Fn(&Value) -> bool) -> Vec<String> {
    let found = records().into_iter().filter(|record| holds(record));
    found
        .map(|record| record["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_filter_finds_what_holds_and_values_are_typed_by_the_schema() {
    let (_hub, api) = filled().await;
    let kode = |record: &Value| record["unit"]["kode"].as_str().map(str::to_owned);
    let n = |record: &Value| record["n"].as_f64();
    let cases: Vec<(&str, Vec<String>)> = vec![
        ("&/unit/kode=A", keys_where(|r| kode(r).as_deref() == Some("A"))),
        (
            "&/unit/kode=64.1",
            keys_where(|r| kode(r).as_deref() == Some("64.1")),
        ),
        (
            "&/unit/kode=64.10",
            keys_where(|r| kode(r).as_deref() == Some("64.10")),
        ),
        (
            "&/unit/kode=A&/unit/kode=B",
            keys_where(|r| matches!(kode(r).as_deref(), Some("A" | "B"))),
        ),
        (
            "&/unit/kode[prefix]=64.",
            keys_where(|r| kode(r).is_some_and(|kode| kode.starts_with("64."))),
        ),
        ("&/unit/kode=none", vec![]),
        ("&/n=10.0", keys_where(|r| n(r) == Some(10.0))),
        ("&/n=1e1", keys_where(|r| n(r) == Some(10.0))),
        ("&/n=null", keys_where(|r| r.get("n").is_none_or(Value::is_null))),
        (
            "&/n[gte]=0&/n[lt]=10",
            keys_where(|r| n(r).is_some_and(|n| (0.0..10.0).contains(&n))),
        ),
        ("&/n[gt]=9.25", keys_where(|r| n(r).is_some_and(|n| n > 9.25))),
        ("&/n[lte]=-1.5", keys_where(|r| n(r).is_some_and(|n| n <= -1.5))),
        (
            "&/aktif=true&/n=0",
            keys_where(|r| r["aktif"] == true && n(r) == Some(0.0)),
        ),
        (
            "&/tanggal[gt]=2026-01-05",
            keys_where(|r| r["tanggal"].as_str().unwrap() > "2026-01-05"),
        ),
        (
            "&/tanggal[gte]=2026-01-03&/tanggal[lte]=2026-01-04&/aktif=false",
            keys_where(|r| {
                r["aktif"] == false && matches!(r["tanggal"].as_str().unwrap(), "2026-01-03" | "2026-01-04")
            }),
        ),
    ];
    for (query, expected) in cases {
        for limit in [1, 5, 100] {
            assert_eq!(walk(&api, query, limit).await, expected, "{query} by {limit}");
        }
        let counted = api
            .get(&format!("/records?limit=1&count=exact{query}"))
            .await
            .expect(200);
        assert_eq!(counted["count"], expected.len(), "{query}");
    }
}

#[tokio::test]
async fn a_sorted_list_has_every_record_once_whatever_the_page() {
    let (_hub, api) = filled().await;
    // What is missing or null comes first, then false, true, numbers, strings.
    let rank = |value: Option<&Value>| match value {
        None | Some(Value::Null) => (0, 0.0, String::new()),
        Some(Value::Bool(truth)) => (1, f64::from(u8::from(*truth)), String::new()),
        Some(Value::Number(number)) => (2, number.as_f64().unwrap(), String::new()),
        Some(other) => (3, 0.0, other.as_str().unwrap().to_owned()),
    };
    let pointers = ["/unit/kode", "/n", "/aktif", "/tanggal"];
    let mut orders: Vec<Vec<(usize, bool)>> = Vec::new();
    for first in 0..4 {
        for descending in [false, true] {
            orders.push(vec![(first, descending)]);
            for second in (0..4).filter(|second| *second != first) {
                orders.push(vec![(first, descending), (second, false)]);
                orders.push(vec![(first, descending), (second, true)]);
            }
        }
    }
    for order in orders {
        let sort: Vec<String> = order
            .iter()
            .map(|(field, descending)| format!("{}{}", if *descending { "-" } else { "" }, pointers[*field]))
            .collect();
        let sort = sort.join(",");
        let last_descends = order.last().unwrap().1;
        let mut expected = records();
        expected.sort_by(|one, other| {
            for (field, descending) in &order {
                let (one, other) = (
                    rank(one.pointer(pointers[*field])),
                    rank(other.pointer(pointers[*field])),
                );
                let compared = one.partial_cmp(&other).unwrap();
                let compared = if *descending { compared.reverse() } else { compared };
                if compared.is_ne() {
                    return compared;
                }
            }
            let by_key = one["id"].as_str().cmp(&other["id"].as_str());
            if last_descends { by_key.reverse() } else { by_key }
        });
        let expected: Vec<&str> = expected
            .iter()
            .map(|record| record["id"].as_str().unwrap())
            .collect();
        for limit in [1, 7] {
            assert_eq!(
                walk(&api, &format!("&sort={sort}"), limit).await,
                expected,
                "{sort} by {limit}"
            );
        }
    }
    let found = walk(&api, "&sort=-/n&/aktif=true&/unit/kode[gte]=A", 3).await;
    assert_eq!(
        found.len(),
        walk(&api, "&/aktif=true&/unit/kode[gte]=A", 100).await.len()
    );
}

#[tokio::test]
async fn what_is_not_allowed_is_told_with_what_is() {
    let (hub, api) = filled().await;
    for (query, told) in [
        ("/lain=x", "/unit/kode"),
        ("/n=abc", "/n"),
        ("/aktif=ya", "true"),
        ("/n[near]=1", "[gte]"),
        ("/n[gte]=1&/n[gte]=2", "/n[gte]"),
        ("/n[prefix]=1", "[prefix]"),
        ("sort=/lain", "/tanggal"),
        ("sort=/n,/n", "sort"),
        ("sort=", "sort"),
        ("count=estimated", "exact"),
        ("fields=nip", "/nip"),
        ("limit=0", "1000"),
        ("limit=1000000000", "1000"),
        ("as_of=1000000", "24"),
        ("as_of=1&sort=/n", "as_of"),
        ("nama=x", "sort"),
    ] {
        let refused = api.get(&format!("/records?{query}")).english().await;
        refused.is(400);
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(told), "{query}: {detail}");
    }
    let page = api.get("/records?limit=2&sort=/n").await.expect(200);
    let next = page["next"].as_str().unwrap();
    let other = hub.publish(&contracts::named(contract(), "lain"));
    for (reader, query) in [
        (&api, "sort=-/n"),
        (&api, "sort=/n&/aktif=true"),
        (&api, "sort=/n&fields=/id"),
        (&api, "limit=2"),
        (&other, "sort=/n"),
    ] {
        let refused = reader.get(&format!("/records?{query}&cursor={next}")).await;
        refused.problem(400, "bad-cursor");
    }
    // How many are wanted may change from page to page.
    api.get(&format!("/records?limit=9&sort=/n&cursor={next}"))
        .await
        .is(200);
}

#[tokio::test]
async fn fields_cut_records_down_and_their_tags_differ() {
    let (_hub, api) = filled().await;
    let whole = api.get("/records/r00").await;
    let part = api.get("/records/r00?fields=/unit/kode,/n").await;
    assert_eq!(part.expect(200), json!({"n": -1.5, "unit": {"kode": "A"}}));
    assert_ne!(whole.header("etag"), part.header("etag"));
    let again = api
        .get("/records/r00?fields=/n,/unit/kode")
        .header("If-None-Match", part.header("etag"));
    again.await.is(304);
    let put = api
        .put("r00", r#"{"id":"r00","n":5}"#)
        .header("If-Match", part.header("etag"));
    put.await.is(200);
    let list = api.get("/records?limit=2&fields=/id&key=r01&key=tidak").await;
    list.is(400);
    let list = api.get("/records?fields=/id&key=r01&key=tidak").await.expect(200);
    assert_eq!(list["records"][0]["data"], json!({"id": "r01"}));
    assert_eq!(list["missing"], json!(["tidak"]));
    let list = api.get("/records?limit=1&fields=/unit").await.expect(200);
    assert_eq!(list["records"][0]["data"], json!({}));
}

#[tokio::test]
async fn whoever_may_read_some_fields_filters_and_sorts_by_those_only() {
    let hub = TestHub::start().await;
    let mut contract = contract();
    contract["grants"] = json!([{
        "opd": "dinkes", "may": ["pull"], "fields": ["/id", "/n"], "purpose": "Uji", "basis": "Uji"
    }]);
    let api = hub.publish(&contract);
    let lines: Vec<String> = records().iter().map(Value::to_string).collect();
    api.lines(lines.join("\n")).await.is(200);
    let reader = api.with_key(Some(&hub.key("dinkes")));
    let page = reader.get("/records?/n=10&limit=1").await.expect(200);
    assert_eq!(page["records"][0]["data"], json!({"id": "r02", "n": 10}));
    for query in ["/aktif=true", "sort=/tanggal", "fields=/unit"] {
        let refused = reader.get(&format!("/records?{query}")).await;
        refused.is(400);
        assert!(refused.body.contains("/n"), "{refused:?}");
    }
}

#[tokio::test]
async fn lines_give_everything_that_is_wanted() {
    let (_hub, api) = filled().await;
    for query in ["", "?/aktif=true&sort=-/n", "?fields=/id", "?as_of=3"] {
        let lines = api
            .get(&format!("/records{query}"))
            .header("Accept", "application/x-ndjson")
            .await;
        assert_eq!(lines.header("content-type"), "application/x-ndjson");
        let lines: Vec<Value> = lines
            .body
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let pages = api.get(&format!("/records{query}")).await.expect(200);
        assert_eq!(Value::from(lines), pages["records"], "{query}");
    }
    for query in ["limit=1", "count=exact", "key=r01"] {
        let refused = api
            .get(&format!("/records?{query}"))
            .header("Accept", "application/x-ndjson");
        refused.await.problem(400, "bad-parameter");
    }
}

#[tokio::test]
async fn a_dataset_is_shown_as_it_stood_at_an_earlier_moment() {
    let (_hub, api) = TestHub::with(contracts::barang()).await;
    let mut stood = vec![Vec::<String>::new()];
    let mut now = std::collections::BTreeMap::new();
    for step in 0..40_u32 {
        let key = format!("k{}", step * 7 % 6);
        if step % 5 == 4 && now.remove(&key).is_some() {
            api.delete(&key).await.is(200);
        } else {
            let text = format!("{{\"id\":\"{key}\",\"n\":{step}}}");
            api.push(&text).await;
            now.insert(key, text);
        }
        stood.push(now.values().cloned().collect());
    }
    for (seq, expected) in stood.iter().enumerate() {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = api
                .get(&format!("/records?as_of={seq}&limit=2{cursor}"))
                .await
                .expect(200);
            assert_eq!(page["as_of"], seq);
            found.extend(
                page["records"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|record| record["data"].to_string()),
            );
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(&found, expected, "as of {seq}");
    }
}

#[tokio::test]
async fn a_filter_that_comes_later_is_ready_once_all_records_have_it() {
    let hub = TestHub::start().await;
    let mut first = contracts::barang();
    first["filters"] = json!(["/n"]);
    first["schema"]["properties"]["n"] = json!({"type": "integer"});
    first["schema"]["properties"]["m"] = json!({"type": "string"});
    let api = hub.publish(&first);
    let lines: Vec<String> = (0..3_000)
        .map(|i| format!("{{\"id\":\"{i:05}\",\"n\":{},\"m\":\"{}\"}}", i % 3, i % 10))
        .collect();
    api.lines(lines.join("\n")).await.is(200);
    api.get("/records?/m=1").await.problem(400, "unknown-parameter");
    let mut second = first.clone();
    second["version"] = json!("1.1.0");
    second["filters"] = json!(["/n", "/m"]);
    hub.publish(&second);
    // The filter that was there goes on; the new one says 503 until it is ready.
    let writer = api.apart();
    let writing = tokio::spawn(async move {
        for i in 0..200 {
            writer
                .push(format!("{{\"id\":\"{i:05}\",\"n\":7,\"m\":\"baru\"}}"))
                .await
                .is(200);
        }
    });
    eventually("the filter is ready", || async {
        api.get("/records?/n=1&limit=1").await.is(200);
        let answer = api.get("/records?/m=1&limit=1").await;
        match answer.status {
            503 => {
                assert_eq!(answer.json()["code"], "filter-not-ready");
                assert!(answer.headers.contains_key("retry-after"));
                None
            }
            _ => Some(answer.is(200).status),
        }
    })
    .await;
    writing.await.unwrap();
    let count = |query: &'static str| {
        let api = api.clone();
        async move {
            api.get(&format!("/records?limit=1&count=exact&{query}"))
                .await
                .expect(200)["count"]
                .clone()
        }
    };
    assert_eq!(count("/m=baru").await, 200);
    assert_eq!(count("/m=1").await, 280);
    assert_eq!(count("/n=7").await, 200);
    assert_eq!(count("").await, 3_000);
}
