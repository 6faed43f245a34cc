//! Field grants: whoever was granted some fields learns nothing of the others, wherever it looks.
//!
//! Everything that `dinkes` was not granted has a name and a value with [`SECRET`] in it, or is [`SUM`].

use std::io::{Cursor, Read as _};

use mahakam::contract::Validator;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, TestHub, contracts};

/// Stands in every name and text that is not granted.
const SECRET: &str = "xrx";
/// The number that is not granted.
const SUM: &str = "777000777";
/// What is pushed, and what is left of it.
const SENT: &str = concat!(
    r#"{"z_xrx":"xrx","teks":"a\u00e9","id":"k1","n":1E5,"gaji_xrx":777000777,"unit":{"upah_xrx":"xrx","kode":"A"},"#,
    r#""alamat":[{"jalan_xrx":"xrx","kota":"X"},{"kota":"Y"},"xrx"],"riwayat":{"b":1.50,"a":[{"c":null}]},"anak_xrx":[{"a":"xrx"}]}"#
);
const PART: &str = concat!(
    r#"{"teks":"a\u00e9","id":"k1","n":1E5,"unit":{"kode":"A"},"#,
    r#""alamat":[{"kota":"X"},{"kota":"Y"}],"riwayat":{"b":1.50,"a":[{"c":null}]}}"#
);

fn contract() -> Value {
    let mut contract = contracts::barang();
    let text = json!({"type": "string"});
    contract["schema"] = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "title": "xrx",
        "required": ["id", "gaji_xrx", "unit"],
        "properties": {
            "id": text, "teks": text, "n": {"$ref": "#/$defs/n"}, "gaji_xrx": {"type": "integer", "default": 777_000_777},
            "unit": {"type": "object", "required": ["kode", "upah_xrx"], "properties": {"kode": text, "upah_xrx": text}},
            "alamat": {"type": "array", "items": {"properties": {"kota": text, "jalan_xrx": text}}},
            "riwayat": {"type": "object"}
        },
        "if": {"required": ["gaji_xrx"]}, "then": {"properties": {"gaji_xrx": {"minimum": 1}}},
        "$defs": {"n": {"type": "number"}, "xrx": {"const": "xrx"}}
    });
    contract["filters"] = json!(["/n", "/gaji_xrx", "/unit/kode", "/unit/upah_xrx"]);
    contract["personal_data"] = json!(["/gaji_xrx"]);
    contract["examples"] = json!({"valid": [serde_json::from_str::<Value>(SENT).unwrap()]});
    let fields = json!(["/id", "/n", "/teks", "/unit/kode", "/alamat/*/kota", "/riwayat"]);
    contract["grants"] = json!([
        {"opd": "dinkes", "may": ["pull"], "fields": fields, "purpose": "Uji", "basis": "Uji"},
        {"opd": "kesbang", "may": ["push", "pull"], "fields": fields, "purpose": "Uji", "basis": "Uji"}
    ]);
    contract
}

/// A record with two versions, a deleted one, an erased one, and a refused payload.
async fn filled() -> (TestHub, Api) {
    let (hub, owner) = TestHub::with(contract()).await;
    owner.push(SENT.replace("k1", "k2")).await.is(201);
    owner.push(SENT.replace("k1", "k3")).await.is(201);
    owner.push(SENT.replace("\"xrx\"", "\"xrx lama\"")).await.is(201);
    owner.push(SENT).await.is(200);
    owner.delete("k2").await.is(200);
    owner.push(SENT.replace("\"k1\"", "5")).await.is(422);
    let mut database = hub.database.beside();
    database.run("UPDATE change SET payload = NULL WHERE key = 'k3'");
    (hub, owner)
}

fn assert_no_secret(what: &str, text: &str) {
    let lower = text.to_lowercase();
    assert!(!lower.contains(SECRET) && !text.contains(SUM), "{what}: {text}");
}

fn assert_clean(what: &str, answer: &Answer) {
    assert_no_secret(what, &answer.body);
    assert_no_secret(what, &format!("{:?}", answer.headers));
}

#[tokio::test]
async fn no_answer_shows_what_was_not_granted() {
    let (hub, owner) = filled().await;
    let reader = owner.with_key(Some(&hub.key("dinkes")));
    let json = [
        "/records/k1",
        "/records/k1?fields=/teks,/riwayat/b",
        "/records/k3",
        "/records?limit=1",
        "/records?key=k1&key=k2&key=k3",
        "/records?as_of=4",
        "/records?sort=-/n&count=exact",
        "/records?/unit/kode=A&/n[gte]=5",
        "/records?fields=/alamat/*/kota",
        "/records/k1/history",
        "/records/k2/history?limit=1",
        "/records/k3/history",
        "/changes",
        "/changes?since=3&wait=1",
        "/changes?latest=true",
        "/schema",
        "/openapi.json",
    ];
    for path in json {
        for method in ["GET", "HEAD"] {
            let answer = reader.call(method, path).await;
            answer.is(200);
            assert_clean(path, &answer);
        }
    }
    for path in [
        "/records",
        "/records?sort=/unit/kode",
        "/changes",
        "/changes?latest=true",
    ] {
        let answer = reader.get(path).header("Accept", "application/x-ndjson").await;
        assert!(answer.is(200).body.contains(PART), "{answer:?}");
        assert_clean(path, &answer);
    }
    for path in [
        "/openapi.json",
        "/catalog",
        "/api",
        "/docs",
        "/docs/bkd/barang/v1",
    ] {
        let answer = hub.call("GET", path).key(&hub.key("dinkes")).await;
        answer.is(200);
        assert_clean(path, &answer);
    }
    // The contract is the paper as it was signed: it names fields, and holds nothing that was stored.
    reader.get("/contract").await.is(200);
}

#[tokio::test]
async fn what_goes_wrong_tells_nothing_of_other_fields() {
    let (hub, owner) = filled().await;
    let reader = owner.with_key(Some(&hub.key("dinkes")));
    for (path, status) in [
        ("/records/k2", 404),
        ("/records/k9?fields=/id", 404),
        ("/records/k9/history", 404),
        ("/records?cursor=x", 400),
        ("/records?sort=/tidak", 400),
        ("/records?/n=bukan", 400),
        ("/records?as_of=99", 400),
        ("/records?lain=1", 400),
        ("/changes?since=99", 410),
        ("/changes?feed=000000000000", 410),
        ("/export?format=pdf", 400),
        ("/schema?version=9.9.9", 404),
        ("/rejections", 403),
        ("/rejections/1", 403),
        ("/rejections?format=csv", 403),
    ] {
        let answer = reader.get(path).english().await;
        answer.is(status);
        assert_clean(path, &answer);
    }
    for path in ["/records", "/validate"] {
        let answer = reader.post(path, r#"{"id":"k1"}"#).await;
        answer.is(403);
        assert_clean(path, &answer);
    }
}

#[tokio::test]
async fn a_field_that_was_not_granted_is_as_unknown_as_one_that_is_not_there() {
    let (hub, owner) = filled().await;
    let reader = owner.with_key(Some(&hub.key("dinkes")));
    for query in [
        "/gaji_xrx=777000777",
        "/gaji_xrx[gte]=1",
        "/gaji_xrx[apa]=1",
        "/unit/upah_xrx[prefix]=x",
        "/z_xrx=1",
        "sort=-/gaji_xrx",
        "sort=/n,/unit/upah_xrx",
        "fields=/gaji_xrx",
        "fields=/id,/unit/upah_xrx",
    ] {
        let refused = refusal(&reader, query).await;
        // What the caller itself wrote is all that may be told again.
        let absent = refusal(&reader, &query.replace(SECRET, "abc")).await;
        assert_eq!(refused.replace(SECRET, "abc"), absent, "{query}");
    }
    for query in ["fields=/unit", "fields=/alamat", "fields=/alamat/0/kota"] {
        assert_no_secret(query, &refusal(&reader, query).await);
    }
}

/// The problem with which a list is refused, less what differs from request to request.
async fn refusal(reader: &Api, query: &str) -> String {
    let answer = reader.get(&format!("/records?{query}")).english().await;
    let mut problem = answer.expect(400);
    problem["request_id"] = Value::Null;
    problem.to_string()
}

#[tokio::test]
async fn what_is_shown_stands_as_it_was_sent() {
    let (hub, owner) = filled().await;
    let reader = owner.with_key(Some(&hub.key("dinkes")));
    assert_eq!(reader.record("k1").await.is(200).body, PART);
    let data = format!("\"data\":{PART}");
    for (path, times) in [
        ("/records", 1),
        ("/records?key=k1", 1),
        ("/records?/n=1e5", 1),
        ("/records/k1/history", 2),
        ("/changes?since=2", 2),
        ("/changes?latest=true", 1),
    ] {
        let answer = reader.get(path).await;
        assert_eq!(answer.is(200).body.matches(&data).count(), times, "{answer:?}");
    }
    let asked = reader
        .get("/records/k1?fields=/riwayat/b,/n,/alamat/*/kota")
        .await;
    let expected = r#"{"n":1E5,"alamat":[{"kota":"X"},{"kota":"Y"}],"riwayat":{"b":1.50}}"#;
    assert_eq!(asked.is(200).body, expected);
    // Who may read everything asks for a part, and gets it in the same way.
    let asked = owner.get("/records/k1?fields=/alamat/1,/n,/gaji_xrx").await;
    let expected = r#"{"n":1E5,"gaji_xrx":777000777,"alamat":[{"kota":"Y"}]}"#;
    assert_eq!(asked.is(200).body, expected);
}

#[tokio::test]
async fn whoever_waits_or_listens_gets_the_part() {
    let (hub, owner) = filled().await;
    let reader = owner.with_key(Some(&hub.key("dinkes")));
    let mut events = reader
        .apart()
        .get("/changes")
        .header("Accept", "text/event-stream")
        .open()
        .await;
    let (waited, _) = tokio::join!(reader.get("/changes?since=5&wait=30"), async {
        owner.push(SENT.replace("1E5", "2E5")).await.is(200);
    });
    assert!(
        waited.is(200).body.contains(&PART.replace("1E5", "2E5")),
        "{waited:?}"
    );
    assert_clean("wait", &waited);
    for seq in 1..=6 {
        let block = events.block().await.unwrap().unwrap();
        assert!(block.starts_with(&format!("id: {seq}\n")), "{block}");
        assert_no_secret("event", &block);
    }
}

#[tokio::test]
async fn every_kind_of_file_holds_the_part() {
    let (hub, owner) = filled().await;
    let reader = owner.with_key(Some(&hub.key("dinkes")));
    let file = async |format: &str| {
        let call = reader.get(&format!("/export?format={format}"));
        let (headers, bytes) = call.downloaded().await;
        assert_no_secret(format, &format!("{headers:?}"));
        bytes
    };
    assert_eq!(file("ndjson").await, format!("{PART}\n").into_bytes());
    let csv = String::from_utf8(file("csv").await).unwrap();
    let expected = concat!(
        "/id,/alamat,/n,/riwayat,/teks,/unit/kode\r\n",
        r#"k1,"[{""kota"":""X""},{""kota"":""Y""}]",1E5,"{""b"":1.50,""a"":[{""c"":null}]}",aé,A"#,
        "\r\n"
    );
    assert_eq!(csv, expected);
    for format in ["xlsx", "ods"] {
        let mut parts = zip::ZipArchive::new(Cursor::new(file(format).await)).unwrap();
        for index in 0..parts.len() {
            let mut part = Vec::new();
            parts.by_index(index).unwrap().read_to_end(&mut part).unwrap();
            assert_no_secret(format, &String::from_utf8_lossy(&part));
        }
    }
}

#[tokio::test]
async fn the_tag_is_that_of_the_part() {
    let (hub, owner) = filled().await;
    let reader = owner.with_key(Some(&hub.key("dinkes")));
    let whole = owner.record("k1").await.header("etag").to_owned();
    let part = reader.record("k1").await.header("etag").to_owned();
    let less = reader
        .get("/records/k1?fields=/n")
        .await
        .header("etag")
        .to_owned();
    assert!(
        part.starts_with(&format!("{};", whole.trim_end_matches('"'))),
        "{part}"
    );
    assert!(part != less && less.contains(';'), "{less}");
    let known = reader.record("k1").header("If-None-Match", &part).await;
    assert_eq!(known.is(304).body, "");
    assert_clean("304", &known);
    for other in [&whole, &less] {
        let answer = reader.record("k1").header("If-None-Match", other).await;
        assert_eq!(answer.is(200).body, PART);
    }
}

#[tokio::test]
async fn the_schema_and_the_openapi_document_know_the_granted_fields_only() {
    let (hub, owner) = filled().await;
    let reader = owner.with_key(Some(&hub.key("dinkes")));
    let schema = reader.get("/schema").await.expect(200);
    let part: Value = serde_json::from_str(PART).unwrap();
    let rules = Validator::compile(&schema).unwrap();
    assert!(rules.is_valid(&part), "{schema}");
    assert!(
        !rules.is_valid(&json!({"id": "k1"})),
        "unit is still demanded: {schema}"
    );
    assert!(
        !rules.is_valid(&json!({"id": "k1", "unit": {}, "n": "teks"})),
        "{schema}"
    );
    let document = reader.get("/openapi.json").await.expect(200);
    let path = &document["paths"]["/api/bkd/barang/v1/records"];
    let names = path["get"]["parameters"].as_array().unwrap().iter();
    let names: Vec<&str> = names.filter_map(|one| one["name"].as_str()).collect();
    assert!(
        names.contains(&"/unit/kode") && names.contains(&"/n[gte]"),
        "{names:?}"
    );
    let record = &document["paths"]["/api/bkd/barang/v1/records/{key}"]["get"];
    let content = &record["responses"]["200"]["content"]["application/json"];
    assert_eq!(
        content["examples"]["example-1"]["value"].to_string(),
        part.to_string()
    );
    let shown = &document["components"]["schemas"]["Payload"]["properties"]["unit"];
    assert_eq!(shown["properties"], json!({"kode": {"type": "string"}}));
    let whole = owner.get("/schema").await.expect(200);
    assert_eq!(whole, contract()["schema"]);
    let view = hub.call("GET", "/api").key(&hub.key("dinkes")).await.expect(200);
    assert_eq!(view["datasets"][0]["fields"], contract()["grants"][0]["fields"]);
}

#[tokio::test]
async fn whoever_also_writes_knows_the_whole_schema_and_reads_the_part() {
    let (hub, owner) = filled().await;
    let both = owner.with_key(Some(&hub.key("kesbang")));
    assert_eq!(both.record("k1").await.is(200).body, PART);
    assert_eq!(both.get("/schema").await.expect(200), contract()["schema"]);
    let document = both.get("/openapi.json").await.expect(200);
    let schemas = &document["components"]["schemas"];
    assert!(schemas["Payload"]["properties"].get("gaji_xrx").is_some());
    assert_no_secret("what is shown", &schemas["Shown"].to_string());
    let record = &document["paths"]["/api/bkd/barang/v1/records/{key}"]["get"];
    assert_no_secret("reading", &record.to_string());
    let view = both.get("/rejections").await;
    view.is(200);
    assert_clean("refused payloads of others", &view);
    // A patch is judged with what stands beside it, and tells nothing of that.
    let refused = both.call("PATCH", "/records/k1").json(r#"{"n":"bukan"}"#).await;
    refused.problem(422, "contract-violated");
    assert_clean("a refused patch", &refused);
    both.get("/rejections").await.is(200);
    assert_clean("what came of it", &both.get("/rejections").await);
}
