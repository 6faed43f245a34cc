//! A report that takes a while goes on when whoever asked for it leaves, is found again, and its form drafts one.

use mahakam::access::Role;

use super::desk::Desk;
use super::walk::Office;
use crate::harness::contracts::barang;
use crate::harness::{Answer, eventually};

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
    eventually("it began", || async {
        (beside().number("SELECT count(*) FROM report_run") > 0).then_some(())
    })
    .await;
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
async fn a_report_that_cannot_be_drafted_says_why() {
    let office = Office::opened().await;
    let (api, _) = (
        office.hub.api("bkd/barang/v1", Some(&office.hub.key("bkd"))),
        office.hub.publish(&barang()),
    );
    api.push(serde_json::json!({"id": "b-1"})).await.is(201);
    office
        .hub
        .database
        .beside()
        .run("UPDATE change SET payload = '{'");
    let team = office.at("team");
    let form = team.open(&format!("{FORM}?integration=2026/1")).await.form(FORM);
    let page = team.submit(&form).await;
    assert_eq!(page.path, RUN);
    page.says("Laporan ini tidak jadi disusun.")
        .says("Susun sekali lagi");
    team.open("/reports").await.says("Berhenti");
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
        // The page of the run leads on.
        let to = page.path.split('?').next().unwrap();
        assert_eq!(to, format!("/reports/{}", number + 1), "{path}");
    }
    let drafts = office.hub.database.beside().number("SELECT count(*) FROM report");
    assert_eq!(drafts, 3);
}
