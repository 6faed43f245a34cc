//! A report that takes a while goes on when whoever asked for it leaves, is found again, and its form drafts one.

use std::sync::Arc;

use mahakam::access::Role;
use mahakam::config::DatabaseConfig;
use mahakam::store::{Store, report_runs};
use mahakam::types::Clock;
use serde_json::json;

use super::desk::Desk;
use super::walk::Office;
use crate::browser::Browser;
use crate::harness::contracts::{barang, named};
use crate::harness::{Answer, Child, Database, TestHub, eventually, on_postgres};

const FORM: &str = "/reports/new/validation";
const RUN: &str = "/reports/runs/1";

/// An office in which a validation report was drafted.
async fn drafted() -> Office {
    let office = Office::opened().await;
    office.hub.publish(&barang());
    let team = office.at("team");
    let form = team.open(&format!("{FORM}?integration=2026/1")).await.form(FORM);
    let page = team.submit(&form.fill("notes", "Dihitung")).await;
    assert_eq!(page.path, "/reports/1?said=added");
    office
}

fn tells(answer: &Answer, told: &[&str]) {
    for told in told {
        assert!(answer.is(200).body.contains(told), "{told}: {}", answer.body);
    }
}

/// Has the database do something more whenever a row comes into a table.
fn with_each_row(database: &Database, table: &str, sqlite: &str, postgres: &str) {
    database.beside().run(&match on_postgres() {
        true => format!(
            "CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {postgres}; RETURN NEW; END $$;
             CREATE TRIGGER more AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION more()"
        ),
        false => format!("CREATE TRIGGER more AFTER INSERT ON {table} BEGIN {sqlite}; END"),
    });
}

/// Waits until a report is being drafted.
async fn begun(database: &Database) {
    eventually("it began", || async {
        let runs = database.beside().number("SELECT count(*) FROM report_run");
        (runs > 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_report_is_drafted_though_nobody_waits_for_it() {
    let office = Office::opened().await;
    office.hub.publish(&barang());
    let (hub, team) = (&office.hub, office.at("team"));
    let form = team.open(&format!("{FORM}?integration=2026/1")).await.form(FORM);
    let body = format!("integration=2026/1&once={}", form.value("once"));
    let call = hub.call("POST", FORM).cookie(office.cookie("team"));
    let sending = tokio::spawn(async move {
        let kind = "application/x-www-form-urlencoded";
        call.body(kind, body.into_bytes()).answered().await.is_some()
    });
    let beside = || hub.database.beside();
    begun(&hub.database).await;
    // The browser is closed.
    sending.abort();
    eventually("it ended", || async {
        (beside().number("SELECT count(*) FROM report_run WHERE report_id = 1") > 0).then_some(())
    })
    .await;
    team.open("/reports")
        .await
        .says("href=\"/reports/1\"")
        .says_not(RUN);
}

#[tokio::test]
async fn a_report_under_way_tells_how_far_it_is_and_one_that_was_cut_off_what_to_do() {
    let office = drafted().await;
    let (hub, team) = (&office.hub, office.at("team"));
    let mut beside = hub.database.beside();
    // As it stands while a hub counts.
    beside.run("UPDATE report_run SET ended_at = NULL, report_id = NULL, total = 4000, counted = 1000");
    let going_on = team.ask(RUN).await;
    assert_eq!(going_on.is(200).header("refresh"), "2");
    tells(
        &going_on,
        &[
            "Laporan ini sedang disusun.",
            "1.000 dari 4.000 rekaman dihitung",
            "<progress id=\"maju\" max=\"4000\" value=\"1000\">",
        ],
    );
    team.open("/reports")
        .await
        .says(&format!("href=\"{RUN}\""))
        .says("Sedang disusun");
    // It is nobody else's, not even a colleague's.
    let colleague = hub.person("rekan", &[Role::TechnicalTeam], None).await;
    let colleague = Desk::new(hub, &colleague);
    colleague.ask(RUN).await.is(404);
    colleague.open("/reports").await.says_not(RUN);
    // Nobody says anything of it any more.
    office.clock.advance(60_000);
    hub.hub.refresh().unwrap();
    let cut_off = team.ask(RUN).await;
    assert!(!cut_off.is(200).headers.contains_key("refresh"));
    tells(
        &cut_off,
        &[
            "Terputus",
            "Susun sekali lagi",
            &format!("{FORM}?integration=2026/1"),
        ],
    );
    team.open("/reports").await.says("Terputus");
    // A day later it is listed no more, and thirty days later nobody knows of it.
    office.clock.advance(86_400_000);
    team.open("/reports").await.says_not(RUN);
    office.clock.advance(30 * 86_400_000);
    assert_eq!(hub.hub.forget_report_runs().unwrap(), 1);
}

#[tokio::test]
async fn a_report_that_cannot_be_drafted_says_why_and_what_was_typed_is_kept() {
    let office = Office::opened().await;
    let api = office.hub.publish(&barang());
    for id in ["b-1", "b-2"] {
        api.push(json!({"id": id})).await.is(201);
    }
    let mut beside = office.hub.database.beside();
    beside.run("UPDATE change SET payload = '{' WHERE key = 'b-2'");
    let team = office.at("team");
    let form = team.open(&format!("{FORM}?integration=2026/1")).await.form(FORM);
    let page = team
        .submit(&form.fill("rows-0", "7").fill("notes", "Dihitung"))
        .await;
    assert_eq!(page.path, RUN);
    let again = "/reports/new/validation?integration=2026/1&run=1";
    page.says("Laporan ini tidak jadi disusun.")
        .says("0 dari 2 rekaman dihitung")
        .says(&again.replace('&', "&amp;"));
    team.open("/reports").await.says("Berhenti");
    let again = team.open(again).await.form(FORM);
    assert_eq!((again.value("rows-0"), again.value("notes")), ("7", "Dihitung"));
    beside.run("UPDATE change SET payload = '{\"id\":\"b-2\"}' WHERE key = 'b-2'");
    assert_eq!(team.submit(&again).await.path, "/reports/1?said=added");
}

#[tokio::test]
async fn what_was_counted_is_told_over_all_datasets() {
    let office = Office::opened().await;
    let first = office.hub.publish(&barang());
    let second = office.hub.publish(&named(barang(), "zat"));
    let mut beside = office.hub.database.beside();
    beside.run("INSERT INTO integration_contract (integration_id, dataset) VALUES (1, 'bkd/zat/v1')");
    for id in ["a", "b", "c"] {
        first.push(json!({"id": id})).await.is(201);
    }
    // Of the second, a page of a hundred is counted, and then comes what can't be.
    let lines: String = (100..=200).map(|n| format!("{{\"id\":\"z-{n}\"}}\n")).collect();
    second.lines(&lines).await.is(200);
    beside.run("UPDATE change SET payload = '{' WHERE key = 'z-200'");
    let team = office.at("team");
    let form = team.open(&format!("{FORM}?integration=2026/1")).await.form(FORM);
    let page = team.submit(&form).await;
    page.says("Laporan ini tidak jadi disusun.")
        .says("103 dari 104 rekaman dihitung");
}

#[tokio::test]
async fn who_lost_the_role_meanwhile_drafts_no_report() {
    let office = Office::opened().await;
    office.hub.publish(&barang());
    let ends = "UPDATE assignment SET ended_at = 1 WHERE role = 'technical-team'";
    with_each_row(&office.hub.database, "report_run", ends, ends);
    let team = office.at("team");
    let form = team.open(&format!("{FORM}?integration=2026/1")).await.form(FORM);
    team.send(&form).await;
    let mut beside = office.hub.database.beside();
    let ended = "SELECT count(*) FROM report_run WHERE report_id IS NULL AND reason IS NOT NULL";
    assert_eq!(beside.number(ended), 1);
    assert_eq!(beside.number("SELECT count(*) FROM report"), 0);
}

#[tokio::test]
async fn a_hub_that_is_stopped_ends_what_it_drafts_first() {
    let office = Office::opened().await;
    office.hub.publish(&barang());
    let database = Arc::clone(&office.hub.database);
    drop(office);
    // A program of its own has the day of the machine.
    let hub = TestHub::builder()
        .clock(Clock::System)
        .on(&database)
        .start()
        .await;
    let cookie = hub.person("penyusun", &[Role::TechnicalTeam], None).await;
    let form = Desk::new(&hub, &cookie)
        .open(&format!("{FORM}?integration=2026/1"))
        .await
        .form(FORM);
    let body = format!("integration=2026/1&once={}", form.value("once"));
    drop(hub);
    if !on_postgres() {
        database.beside().run(
            "CREATE VIEW long AS WITH RECURSIVE counted(n) AS
                 (SELECT 1 UNION ALL SELECT n + 1 FROM counted LIMIT 10000000)
             SELECT n FROM counted",
        );
    }
    with_each_row(
        &database,
        "report",
        "SELECT count(*) FROM long",
        "PERFORM pg_sleep(2)",
    );
    let mut child = Child::start(&database).await;
    let call = child.call("POST", FORM).cookie(&cookie);
    let kind = "application/x-www-form-urlencoded";
    let call = call.body(kind, body.into_bytes());
    let sending = tokio::spawn(async move { call.answered().await.is_some() });
    begun(&database).await;
    sending.abort();
    child.terminate();
    assert!(child.wait().success());
    let drafted = "SELECT count(*) FROM report_run WHERE report_id = 1 AND ended_at IS NOT NULL";
    assert_eq!(database.beside().number(drafted), 1);
}

#[tokio::test]
async fn a_draft_that_is_kept_outlasts_a_failure_that_is_told_of_it() {
    let office = drafted().await;
    let config = DatabaseConfig {
        url: office.hub.database.url().to_owned(),
        pool_size: 1,
    };
    let store = Store::open(&config).unwrap();
    let stopped = |connection: &mut _| report_runs::stopped(connection, 1, (0, "{}"), office.clock.now());
    store.write(stopped).unwrap();
    assert_eq!(office.at("team").open(RUN).await.path, "/reports/1?said=added");
    // The other way round: it was told to have failed, and was done all the same.
    office
        .hub
        .database
        .beside()
        .run("UPDATE report_run SET report_id = NULL, reason = '{}'");
    office.at("team").open(RUN).await.says("tidak jadi disusun");
    store
        .write(|connection| report_runs::drafted(connection, 1, 1, office.clock.now()))
        .unwrap();
    assert_eq!(office.at("team").open(RUN).await.path, "/reports/1?said=added");
}

#[tokio::test]
async fn a_report_is_drafted_once_by_a_form() {
    let office = Office::opened().await;
    office.hub.publish(&barang());
    let team = office.at("team");
    let forms = [
        ("/reports/new/exchanges", "", "month", "2026-03"),
        (FORM, "?integration=2026/1", "notes", "Dihitung"),
        (
            "/reports/new/integration",
            "?integration=2026/1",
            "obstacles",
            "Tidak ada",
        ),
    ];
    for (number, (path, of, field, value)) in forms.into_iter().enumerate() {
        let form = team
            .open(&format!("{path}{of}"))
            .await
            .form(path)
            .fill(field, value);
        let (first, second) = tokio::join!(team.send(&form), team.send(&form));
        first.is(303);
        second.is(303);
        let page = team.submit(&form).await;
        // The page of the run leads on, and tells it as well.
        assert_eq!(
            page.path,
            format!("/reports/{}?said=before", number + 1),
            "{path}"
        );
    }
    let drafts = office.hub.database.beside().number("SELECT count(*) FROM report");
    assert_eq!(drafts, 3);
}

#[tokio::test]
async fn pages_of_reports_pass_in_a_browser() {
    let office = drafted().await;
    // One of which nothing was heard for a minute: its page is not asked for again.
    office.hub.database.beside().run(
        "UPDATE report_run SET ended_at = NULL, report_id = NULL, total = 4000, counted = 1000,
                progress_at = progress_at - 60001",
    );
    let browser = Browser::open(&office.hub).await;
    browser.carry(office.cookie("team")).await;
    for (name, path) in [
        ("reports", "/reports"),
        ("report-run", RUN),
        ("report", "/reports/1"),
        ("report-recap", "/reports/new/exchanges"),
        ("report-validation", "/reports/new/validation?integration=2026/1"),
        ("report-final", "/reports/new/integration?integration=2026/1"),
    ] {
        browser.go(path).await.check().await;
        browser.screenshot(name).await;
    }
}
