//! The Laporan Hasil Validasi: figures held against records that were counted by hand.

use serde_json::{Value, json};

use super::{Office, at_the_end_of_march, logged, part, sheet};
use crate::harness::TestHub;
use crate::harness::contracts::{barang, named};
use crate::papers::integration;

/// Harvests: `bkd/panen/v1`, with a number, a date, a group, a reference and a person.
fn panen() -> Value {
    let mut contract = named(barang(), "panen");
    contract["schema"] = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["id", "gol"],
        "additionalProperties": false,
        "properties": {
            "id": {"type": "string", "pattern": "^[A-Z][0-9]+$"}, "gol": {"enum": ["padi", "jagung"]},
            "luas": {"type": ["number", "null"]}, "panen": {"type": "string"}, "wilayah": {"type": "string"},
            "nik": {"type": "string"}
        }
    });
    contract["personal_data"] = json!(["/nik"]);
    contract["references"] = json!([{"field": "/wilayah", "dataset": "bkd/wilayah/v1", "mode": "warn"}]);
    contract["update"] = json!({"every": "daily", "by": "06:00"});
    contract["fields"] = json!({"/luas": {"concept": "Luas", "definition": "Luas panen", "measure": "Luas"}});
    contract
}

/// An integration about it; gives its number. Five payloads come and stand, one of them twice, one changed, one
/// deleted; two are refused.
async fn filled(office: &Office) -> String {
    let hub = &office.hub;
    let number = integration(hub, &["dinkes", "bkd"]);
    hub.database
        .beside()
        .run("INSERT INTO integration_contract (integration_id, dataset) VALUES (1, 'bkd/panen/v1')");
    let regions = hub.publish(&named(barang(), "wilayah"));
    regions.push(r#"{"id":"64.01"}"#).await.is(201);
    let api = hub.publish(&panen());
    for (status, text) in [
        (
            201,
            r#"{"id":"A1","gol":"padi","luas":64.10,"panen":"2026-01-05","wilayah":"64.01","nik":"6401"}"#,
        ),
        (
            201,
            r#"{"id":"A2","gol":"padi","luas":0.1,"panen":"2026-02-01","wilayah":"64.99"}"#,
        ),
        (
            201,
            r#"{"id":"A3","gol":"jagung","luas":0.2,"panen":"2025-12-31"}"#,
        ),
        (201, r#"{"id":"A4","gol":"jagung","luas":null}"#),
        (200, r#"{"id":"A4","gol":"jagung","luas":null}"#),
        (
            200,
            r#"{"id":"A3","gol":"jagung","luas":9007199254740993,"panen":"2025-12-31"}"#,
        ),
        (422, r#"{"id":"Budi 17","gol":"padi"}"#),
        (422, r#"{"id":"A5","gol":"6471-Siti"}"#),
    ] {
        api.push(text).await.is(status);
    }
    api.delete("A4").await.is(200);
    logged(hub, "dataset = 'bkd/panen/v1' AND part = 0", 9).await;
    number
}

/// What the agency counted, with this sum.
fn controls(sum: &str) -> Value {
    let text = format!(
        r#"[{{
            "dataset": "bkd/panen/v1", "rows": 4,
            "groups": [{{"field": "/gol", "counts": {{"padi": 2, "jagung": 2}}}}],
            "sums": [{{"field": "/luas", "sum": {sum}}}],
            "dates": [{{"field": "/panen", "first": "2025-12-31", "last": "2026-01-05"}}]
        }}]"#
    );
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one report, and each figure of it")]
async fn figures_are_those_of_the_database_and_the_agencys_stand_beside_them() {
    let office = Office::open(TestHub::start().await).await;
    let number = filled(&office).await;
    let path = format!("/admin/integrations/{number}/reports/validation");
    let body = json!({"controls": controls("9007199254741057.20"), "notes": ["Diperiksa bersama"]});
    let draft = office.by("team", "POST", &path).json(body).await.expect(201);
    let shown = office
        .by("dinkes", "GET", draft["path"].as_str().unwrap())
        .await
        .expect(200);
    let data = &shown["figures"]["datasets"][0];
    let flow = &data["flow"];
    let flows = [
        "sent",
        "created",
        "changed",
        "deleted",
        "unchanged",
        "rejected",
        "open",
    ];
    assert_eq!(
        flows.map(|name| flow[name].as_u64().unwrap()),
        [9, 4, 1, 1, 1, 2, 2],
        "{data}"
    );
    assert_eq!(data["records"], 3);
    let told: Vec<[String; 4]> = data["controls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            ["what", "opd", "hub", "difference"].map(|name| row[name].as_str().unwrap_or("-").to_owned())
        })
        .collect();
    let expected = [
        ["Jumlah rekaman", "4", "3", "-1"],
        ["Jumlah rekaman dengan /gol = jagung", "2", "1", "-1"],
        ["Jumlah rekaman dengan /gol = padi", "2", "2", "0"],
        [
            "Jumlah nilai /luas",
            "9007199254741057.20",
            "9007199254741057.20",
            "0.00",
        ],
        ["Tanggal pertama /panen", "2025-12-31", "2025-12-31", "-"],
        ["Tanggal terakhir /panen", "2026-01-05", "2026-02-01", "-"],
    ];
    assert_eq!(told, expected.map(|row| row.map(str::to_owned)));
    let filled = |field: &str| {
        let columns = data["columns"].as_array().unwrap();
        columns
            .iter()
            .find(|column| column["field"] == field)
            .unwrap()
            .clone()
    };
    assert_eq!(filled("/luas")["filled"], 3);
    assert_eq!(filled("/luas")["missing"], json!(["satuan"]));
    assert_eq!(filled("/nik")["filled"], 1);
    assert_eq!(data["references"][0]["unresolved"], 1);
    assert_eq!(data["references"][0]["codes"], json!(["64.99"]));
    assert_eq!(data["freshness"]["fresh"], true);
    assert_eq!(data["freshness"]["until"], "2026-03-20T22:00:00.000Z");
    assert!(data["unit_test"].is_null());
    // Of what was refused only the shape is told.
    let text = data.to_string();
    assert!(!text.contains("Budi") && !text.contains("Siti"), "{text}");
    assert!(text.contains("Xxxx 99") && text.contains("9999-Xxxx"), "{text}");
}

#[tokio::test]
async fn what_was_sent_is_counted_from_the_midnight_of_the_office_on() {
    for (zone, sent) in [("Asia/Makassar", 1), ("Asia/Jakarta", 0)] {
        let office = at_the_end_of_march(zone).await;
        let hub = &office.hub;
        let number = integration(hub, &["dinkes", "bkd"]);
        hub.database
            .beside()
            .run("INSERT INTO integration_contract (integration_id, dataset) VALUES (1, 'bkd/barang/v1')");
        hub.publish(&barang()).push(r#"{"id":"b-1"}"#).await.is(201);
        logged(hub, "dataset = 'bkd/barang/v1' AND part = 0", 1).await;
        let path = format!("/admin/integrations/{number}/reports/validation");
        let draft = office
            .by("team", "POST", &path)
            .json(json!({"from": "2026-04-01"}));
        let draft = draft.await.expect(201);
        let shown = office
            .by("team", "GET", draft["path"].as_str().unwrap())
            .await
            .expect(200);
        let data = &shown["figures"]["datasets"][0];
        assert_eq!(
            (&data["flow"]["sent"], &data["flow"]["created"]),
            (&json!(sent), &json!(sent)),
            "{zone}"
        );
        assert_eq!(data["records"], 1, "what stands is counted whole");
    }
}

#[tokio::test]
async fn what_was_signed_stands_though_the_data_changes_and_opens_as_odt_and_ods() {
    let office = Office::open(TestHub::start().await).await;
    let number = filled(&office).await;
    let path = format!("/admin/integrations/{number}/reports/validation");
    let draft = office
        .by("team", "POST", &path)
        .json(json!({"controls": controls("64")}))
        .await
        .expect(201);
    let path = office.signed(&draft).await;
    let before = office.forms(&path).await;
    let text = part(&before[2], "content.xml");
    for said in [
        "4 dari 6 angka kontrol OPD berbeda",
        "2 data ditolak belum diperbaiki",
        "Angka kontrol bkd/panen/v1",
        "BERBEDA",
        "Saudara supervisor",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    let rows = sheet(&before[3], "Hasil pengiriman");
    assert_eq!(rows[1].join(" "), "bkd/panen/v1 9 4 1 1 1 2 2 3");
    let key = office.hub.key("bkd");
    let api = office.hub.api("bkd/panen/v1", Some(&key));
    api.push(r#"{"id":"A9","gol":"padi"}"#).await.is(201);
    office.hub.database.beside().run("DELETE FROM rejection");
    assert_eq!(office.forms(&path).await, before);
}

#[tokio::test]
async fn what_is_about_persons_or_of_another_dataset_is_no_control_figure() {
    let office = Office::open(TestHub::start().await).await;
    let number = filled(&office).await;
    let path = format!("/admin/integrations/{number}/reports/validation");
    let drafting = |control: Value| {
        office
            .by("team", "POST", &path)
            .json(json!({"controls": [control]}))
    };
    let personal = json!({"dataset": "bkd/panen/v1", "groups": [{"field": "/nik", "counts": {}}]});
    let refused = drafting(personal).await.problem(400, "bad-body");
    assert!(refused["detail"].as_str().unwrap().contains("/nik"), "{refused}");
    drafting(json!({"dataset": "bkd/wilayah/v1", "rows": 1}))
        .await
        .problem(400, "bad-body");
    drafting(json!({"dataset": "bkd/panen/v1", "rows": -1}))
        .await
        .is(422);
    for who in ["key", "bkd", "supervisor"] {
        office.by(who, "POST", &path).json(json!({})).await.is(403);
    }
    let none = "/admin/integrations/2026/99/reports/validation";
    office
        .by("team", "POST", none)
        .json(json!({}))
        .await
        .problem(404, "unknown-integration");
}
