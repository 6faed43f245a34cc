//! Filters that find more records than are put in order for a page: the list is walked in its order,
//! and what other filters say is looked at record by record.

use serde_json::{Value, json};

use crate::harness::{Api, TestHub, contracts};

/// More than the hub puts in order at once.
const COUNT: i64 = 10_400;

/// `a` has two values, `b` runs against the keys, `c` has three.
fn record(i: i64) -> Value {
    let c = match i % 3 {
        0 => "p",
        1 => "q",
        _ => "r",
    };
    json!({"id": format!("k{i:05}"), "a": i % 25 == 0, "b": COUNT - i, "c": c})
}

async fn filled() -> (TestHub, Api) {
    let mut contract = contracts::barang();
    contract["filters"] = json!(["/a", "/b", "/c"]);
    contract["schema"]["properties"] = json!({
        "id": {"type": "string"}, "a": {"type": "boolean"}, "b": {"type": "integer"}, "c": {"type": "string"}
    });
    let (hub, api) = TestHub::with(contract).await;
    let lines: String = (0..COUNT).map(|i| format!("{}\n", record(i))).collect();
    api.lines(lines).await.is(200);
    // What was deleted is found by nothing.
    for key in ["k00001", "k10001"] {
        api.delete(key).await.is(200);
    }
    (hub, api)
}

/// The keys of all pages, and of the same list as lines.
async fn walk(api: &Api, query: &str) -> Vec<String> {
    let key = |record: &Value| record["key"].as_str().unwrap().to_owned();
    let mut keys: Vec<String> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api
            .get(&format!("/records?limit=1000&{query}{cursor}"))
            .await
            .expect(200);
        keys.extend(page["records"].as_array().unwrap().iter().map(key));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let lines = api
        .get(&format!("/records?{query}"))
        .header("Accept", "application/x-ndjson")
        .await;
    let lines: Vec<String> = lines
        .body
        .lines()
        .map(|line| key(&serde_json::from_str(line).unwrap()))
        .collect();
    assert_eq!(lines, keys, "{query}");
    keys
}

type Holds = fn(&Value) -> bool;
type Order = fn(&mut Vec<Value>);

#[tokio::test]
async fn a_list_of_which_filters_leave_very_much_is_whole_and_in_order() {
    let (_hub, api) = filled().await;
    let by_key: Order = |_| {};
    let by_b: Order = |all| all.sort_by_key(|record| record["b"].as_i64());
    let by_c_and_b: Order =
        |all| all.sort_by_key(|record| (record["c"].to_string(), -record["b"].as_i64().unwrap()));
    let by_c_down: Order = |all| {
        all.sort_by_key(|record| (record["c"].to_string(), record["id"].to_string()));
        all.reverse();
    };
    let wide: Holds = |record| record["b"].as_i64().unwrap() > 5;
    let cases: [(&str, Holds, Order); 9] = [
        ("/b[gt]=5", wide, by_key),
        ("/b[gt]=5&/c[gte]=a", wide, by_key),
        ("/c=p&/c=q&/c=r&/b[gt]=5", wide, by_key),
        ("/b[gt]=5&/c[prefix]=&sort=/b", wide, by_b),
        ("/b[gt]=5&/c[gte]=a&sort=/c,-/b", wide, by_c_and_b),
        ("/b[gt]=5&/c=p&/c=q&/c=r&sort=-/c", wide, by_c_down),
        (
            "/b[gt]=5&/a=true&sort=/b",
            |record| record["a"] == true && record["b"].as_i64().unwrap() > 5,
            by_b,
        ),
        (
            "/b[lte]=5&/c[gte]=a&sort=-/c",
            |record| record["b"].as_i64().unwrap() <= 5,
            by_c_down,
        ),
        ("sort=-/c", |_| true, by_c_down),
    ];
    for (query, holds, order) in cases {
        let mut expected: Vec<Value> = (0..COUNT)
            .filter(|i| ![1, 10_001].contains(i))
            .map(record)
            .filter(holds)
            .collect();
        order(&mut expected);
        let expected: Vec<&str> = expected
            .iter()
            .map(|record| record["id"].as_str().unwrap())
            .collect();
        assert_eq!(walk(&api, query).await, expected, "{query}");
        let count = api
            .get(&format!("/records?limit=1&count=exact&{query}"))
            .await
            .expect(200)["count"]
            .clone();
        assert_eq!(count, expected.len(), "{query}");
    }
}
