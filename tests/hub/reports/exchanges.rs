//! The monthly recap: counted from the log, frozen when it is signed.

use serde_json::{Value, json};

use super::{Office, at_the_end_of_march, logged, part, sheet};
use crate::harness::TestHub;
use crate::harness::contracts::pegawai;

const MARCH: &str = "/admin/reports/exchanges?month=2026-03";

fn person(nip: u64) -> String {
    json!({"nip": format!("{nip:018}"), "nama": "Budi"}).to_string()
}

/// Seven exchanges: four that send, of which one fails, and three that take, of which one is refused.
async fn exchanged(hub: &TestHub) {
    let api = hub.publish(&pegawai());
    api.push(person(1)).await.is(201);
    api.push(person(2)).await.is(201);
    api.push(r#"{"nip":"1"}"#).await.is(422);
    let lines = format!("{}\n{}\n{{}}\n", person(3), person(4));
    api.lines(lines).await.is(200);
    let as_of = |opd: &str| api.with_key(Some(&hub.key(opd)));
    as_of("bappeda").record("000000000000000001").await.is(200);
    let list = as_of("dinkes").get("/records").await.expect(200);
    assert_eq!(list["records"].as_array().unwrap().len(), 4);
    as_of("dkp").get("/records").await.is(403);
    logged(hub, "dataset = 'bkd/pegawai/v1' AND part = 0", 7).await;
}

fn totals(recap: &Value) -> [u64; 5] {
    ["calls", "failed", "sent", "rejected", "taken"].map(|name| recap["total"][name].as_u64().unwrap())
}

#[tokio::test]
async fn a_recap_counts_what_was_done_for_the_province_and_for_each_agency() {
    let office = Office::open(TestHub::start().await).await;
    exchanged(&office.hub).await;
    let get = |who: &'static str, path: String| office.by(who, "GET", &path);
    let all = get("key", MARCH.into()).await.expect(200);
    assert_eq!(totals(&all), [7, 2, 4, 2, 5], "{all}");
    assert_eq!((&all["over"], &all["opd"]), (&json!(false), &Value::Null));
    let mut database = office.hub.database.beside();
    let bytes = "SELECT sum(bytes) FROM exchange WHERE dataset = 'bkd/pegawai/v1'";
    assert_eq!(all["total"]["bytes"], database.number(bytes));
    // What is called on its data concerns an agency too.
    let own = get("bkd", MARCH.into()).await.expect(200);
    assert_eq!(totals(&own), [7, 2, 4, 2, 5]);
    let dinkes = get("dinkes", MARCH.into()).await.expect(200);
    assert_eq!(
        (totals(&dinkes), &dinkes["opd"]["code"]),
        ([1, 0, 0, 0, 4], &json!("dinkes"))
    );
    get("dinkes", format!("{MARCH}&opd=bkd"))
        .await
        .problem(403, "forbidden");
    get("key", format!("{MARCH}&opd=tidakada"))
        .await
        .problem(404, "unknown-opd");
    for bad in ["", "?month=2026-13", "?month=maret", "?month=2026-03&format=pdf"] {
        get("key", format!("/admin/reports/exchanges{bad}"))
            .await
            .problem(400, "bad-parameter");
    }
    let february = get("key", "/admin/reports/exchanges?month=2026-02".into())
        .await
        .expect(200);
    assert_eq!((totals(&february), &february["over"]), ([0; 5], &json!(true)));
}

#[tokio::test]
async fn reports_are_listed_page_by_page_each_once_while_others_are_drafted() {
    let office = Office::open(TestHub::start().await).await;
    exchanged(&office.hub).await;
    let draft = |body: Value| office.by("team", "POST", "/admin/reports/exchanges").json(body);
    for month in 1..=3 {
        for opd in ["bkd", "dinkes"] {
            draft(json!({"month": format!("2026-0{month}"), "opd": opd}))
                .await
                .is(201);
        }
    }
    for (who, expected) in [("key", 6), ("team", 6), ("bkd", 3), ("dinkes", 3)] {
        let mut path = "/admin/reports?limit=2".to_owned();
        let mut seen = Vec::new();
        loop {
            let page = office.by(who, "GET", &path).await.expect(200);
            let reports = page["reports"].as_array().unwrap();
            assert!(reports.len() <= 2);
            seen.extend(reports.iter().map(|report| report["id"].as_i64().unwrap()));
            match page["next"].as_str() {
                Some(next) => path = format!("/admin/reports?limit=2&cursor={next}"),
                None => break,
            }
        }
        assert!(seen.is_sorted_by(|one, next| one < next), "{seen:?}");
        assert_eq!(seen.len(), expected, "{who}");
    }
    // One that is drafted between two pages comes at the end.
    let first = office
        .by("key", "GET", "/admin/reports?limit=5")
        .await
        .expect(200);
    draft(json!({"month": "2026-03"})).await.is(201);
    let next = first["next"].as_str().unwrap();
    let rest = office.by("key", "GET", &format!("/admin/reports?limit=5&cursor={next}"));
    assert_eq!(rest.await.expect(200)["reports"].as_array().unwrap().len(), 2);
    // A cursor of another list is none.
    office
        .by("key", "GET", &format!("/admin/opds?cursor={next}"))
        .await
        .problem(400, "bad-cursor");
}

#[tokio::test]
async fn a_month_begins_with_the_midnight_of_the_office() {
    for (zone, month) in [("Asia/Makassar", "2026-04"), ("Asia/Jakarta", "2026-03")] {
        let office = at_the_end_of_march(zone).await;
        let api = office.hub.publish(&pegawai());
        api.push(person(1)).await.is(201);
        logged(&office.hub, "dataset = 'bkd/pegawai/v1' AND part = 0", 1).await;
        for asked in ["2026-03", "2026-04"] {
            let path = format!("/admin/reports/exchanges?month={asked}");
            let recap = office.by("key", "GET", &path).await.expect(200);
            assert_eq!(
                totals(&recap)[0],
                u64::from(asked == month),
                "{zone} {asked}: {recap}"
            );
        }
    }
}

#[tokio::test]
async fn a_recap_opens_as_odt_and_its_tables_as_ods_with_the_same_figures() {
    let office = Office::open(TestHub::start().await).await;
    exchanged(&office.hub).await;
    let (_, odt) = office
        .by("team", "GET", &format!("{MARCH}&format=odt"))
        .downloaded()
        .await;
    let text = part(&odt, "content.xml");
    for said in [
        "Pada Maret 2026, 71,4 persen dari seluruh pertukaran data berhasil; 4 rekaman dikirim dan 5 diambil.",
        "Keadaan per 20 Maret 2026",
        "DRAF",
        "Bulan ini belum berakhir",
        "Pejabat Administrator",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    let (_, ods) = office
        .by("team", "GET", &format!("{MARCH}&format=ods"))
        .downloaded()
        .await;
    let rows = sheet(&ods, "Menurut OPD");
    let row = |name: &str| rows.iter().find(|row| row[0].contains(name)).unwrap()[..6].join(" ");
    assert_eq!(row("(bkd)"), "Dinas bkd (bkd) 4 1 4 2 0");
    assert_eq!(row("(dinkes)"), "Dinas dinkes (dinkes) 1 0 0 0 4");
    assert_eq!(row("Jumlah"), "Jumlah 7 2 4 2 5");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "the life of one report")]
async fn a_recap_is_drafted_checked_and_signed_in_turn_and_then_stands_whatever_comes() {
    let office = Office::open(TestHub::start().await).await;
    exchanged(&office.hub).await;
    let drafting = |who: &'static str| {
        let body = json!({"month": "2026-03", "opd": "bkd"});
        office.by(who, "POST", "/admin/reports/exchanges").json(body)
    };
    for (who, told) in [
        ("key", "sign in by POST /session"),
        ("supervisor", "No role that you hold today"),
        ("administrator", "No role that you hold today"),
        ("bkd", "No role that you hold today"),
    ] {
        let refused = drafting(who).await;
        assert!(refused.is(403).body.contains(told), "{who}: {}", refused.body);
    }
    let first = drafting("team").await.expect(201);
    assert_eq!(
        (&first["subject"], &first["version"]),
        (&json!("2026-03/bkd"), &json!(1))
    );
    let second = drafting("team").await.expect(201);
    let act = |who: &'static str, draft: &Value, act: &str| {
        office.by(who, "POST", &format!("{}/{act}", draft["path"].as_str().unwrap()))
    };
    // Only the newest is checked, and only what was checked is signed.
    act("supervisor", &first, "check")
        .await
        .problem(409, "report-refused");
    act("administrator", &second, "sign")
        .await
        .problem(409, "report-refused");
    for who in ["key", "team", "administrator"] {
        act(who, &second, "check").await.is(403);
    }
    act("supervisor", &second, "check").await.is(200);
    act("supervisor", &second, "check")
        .await
        .problem(409, "report-refused");
    for who in ["key", "team", "supervisor"] {
        act(who, &second, "sign").await.is(403);
    }
    act("administrator", &second, "sign").await.is(200);
    act("administrator", &second, "sign")
        .await
        .problem(409, "report-refused");
    let path = second["path"].as_str().unwrap();
    let before = office.forms(path).await;
    let shown: Value = serde_json::from_slice(&before[0]).unwrap();
    assert_eq!(shown["signed"]["name"], "Saudara administrator");
    let digest = mahakam::types::Digest::of(
        serde_json::from_slice::<std::collections::HashMap<String, Box<serde_json::value::RawValue>>>(
            &before[0],
        )
        .unwrap()["figures"]
            .get()
            .as_bytes(),
    );
    assert_eq!(shown["sha256"], digest.to_string());
    let page = String::from_utf8(before[1].clone()).unwrap();
    assert!(
        page.contains(&digest.to_string()) && !page.contains("DRAF"),
        "{page}"
    );
    // More is exchanged, people change, and the report stays to the last byte.
    let bkd = office.hub.key("bkd");
    office
        .hub
        .api("bkd/pegawai/v1", Some(&bkd))
        .push(person(9))
        .await
        .is(201);
    office
        .hub
        .database
        .beside()
        .run("UPDATE person SET full_name = 'Orang Lain', office = 'Kepala' WHERE name = 'administrator'");
    let now = office
        .by("team", "GET", &format!("{MARCH}&opd=bkd"))
        .await
        .expect(200);
    assert_eq!(now["total"]["calls"], 8);
    assert_eq!(office.forms(path).await, before);
    // Another agency's people are not told that it is there.
    office
        .by("dinkes", "GET", path)
        .await
        .problem(404, "unknown-report");
    office.by("bkd", "GET", path).await.is(200);
    let list = office.by("dinkes", "GET", "/admin/reports").await.expect(200);
    assert_eq!(list["reports"], json!([]));
    let list = office.by("key", "GET", "/admin/reports").await.expect(200);
    let states: Vec<&Value> = list["reports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["state"])
        .collect();
    assert_eq!(states, ["draft", "signed"]);
}

#[tokio::test]
async fn figures_that_were_altered_in_the_database_are_not_shown() {
    let office = Office::open(TestHub::start().await).await;
    let body = json!({"month": "2026-03"});
    let draft = office
        .by("team", "POST", "/admin/reports/exchanges")
        .json(body)
        .await
        .expect(201);
    let path = office.signed(&draft).await;
    office
        .hub
        .database
        .beside()
        .run("UPDATE report SET figures = replace(figures, '\"calls\":0', '\"calls\":1')");
    let answer = office.by("team", "GET", &path).await;
    answer.problem(500, "internal");
}
