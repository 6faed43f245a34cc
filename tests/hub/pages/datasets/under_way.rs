//! A spreadsheet goes on when its sender leaves, is found again, and its form has its effect once.

use std::sync::Arc;

use mahakam::access::Role;
use mahakam::types::{Clock, Timestamp};

use super::{FORM, ask, form_of, logged, page, upload};
use crate::harness::{Api, Child, TestHub, contracts, eventually};

const PATH: &str = "/datasets/bkd/barang/v1/sheet";

/// A file with so many rows.
fn rows(count: usize) -> Vec<u8> {
    let rows = (0..count).map(|row| format!("b-{row}\n"));
    format!("id\n{}", rows.collect::<String>()).into_bytes()
}

async fn with_siti(clock: Clock) -> (TestHub, Api, String) {
    let hub = TestHub::builder().clock(clock).start().await;
    hub.publish(&contracts::barang());
    let api = hub.api("bkd/barang/v1", Some(&hub.key("bkd")));
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    (hub, api, siti)
}

fn noon() -> Clock {
    Clock::fixed(Timestamp::parse("2026-03-20T04:00:00Z").unwrap())
}

/// Where the only sheet is seen that somebody sent.
async fn only(hub: &TestHub, cookie: &str) -> String {
    let listed = page(hub, cookie, "/sheets").await;
    let before = format!("href=\"{PATH}/");
    let mut links = listed.split(&before);
    let (_, link, rest) = (links.next(), links.next().unwrap(), links.next());
    assert!(rest.is_none(), "{listed}");
    format!("{PATH}/{}", link.split('"').next().unwrap())
}

#[tokio::test]
async fn a_sheet_goes_on_when_its_sender_leaves_and_is_found_again() {
    const ROWS: usize = 6_000;
    let (hub, _, siti) = with_siti(noon()).await;
    let call = ask(&hub, &siti, "POST", PATH).body(FORM, form_of("", &rows(ROWS)));
    let sending = tokio::spawn(async move { call.answered().await.is_some() });
    let beside = || hub.database.beside();
    eventually("it began", || async {
        (beside().number("SELECT count(*) FROM sheet_run") > 0).then_some(())
    })
    .await;
    // The browser is closed.
    sending.abort();
    eventually("it ended", || async {
        (beside().number("SELECT count(*) FROM sheet_run WHERE ended_at IS NOT NULL") > 0).then_some(())
    })
    .await;
    assert_eq!(beside().number("SELECT count(*) FROM record"), 6_000);
    let own = only(&hub, &siti).await;
    let listed = page(&hub, &siti, "/sheets").await;
    assert!(
        listed.contains("isian.xlsx") && listed.contains("Selesai") && listed.contains("6.000 tersimpan"),
        "{listed}"
    );
    let told = page(&hub, &siti, &own).await;
    assert!(
        told.contains("Semua baris diterima.") && told.contains("<strong>6.000</strong><span>rekaman baru"),
        "{told}"
    );
    assert!(page(&hub, &siti, PATH).await.contains("Kiriman terakhir saya"));
    assert_eq!(logged(&hub, "action = 'push' AND part = 0"), 1);
}

#[tokio::test]
async fn a_sheet_under_way_tells_how_far_it_is_and_one_that_was_cut_off_what_to_do() {
    let clock = noon();
    let (hub, _, siti) = with_siti(clock.clone()).await;
    upload(&hub, &siti, PATH, &rows(3)).await.is(200);
    let own = only(&hub, &siti).await;
    // As it stands while a hub takes it in.
    let mut beside = hub.database.beside();
    beside.run(
        "UPDATE sheet_run SET ended_at = NULL, total = 4000, taken = 1000, created = 900, rejected = 100",
    );
    let going_on = ask(&hub, &siti, "GET", &own).await;
    assert_eq!(going_on.is(200).header("refresh"), "2");
    for told in [
        "Berkas ini sedang diproses.",
        "1.000 dari 4.000 baris dibaca",
        "<progress id=\"maju\" max=\"4000\" value=\"1000\">",
        "<strong>900</strong><span>rekaman baru",
        "<strong>100</strong><span>ditolak",
    ] {
        assert!(going_on.body.contains(told), "{told}: {}", going_on.body);
    }
    assert!(page(&hub, &siti, "/sheets").await.contains("Sedang diproses"));
    // Nobody says anything of it any more.
    clock.advance(60_000);
    hub.hub.refresh().unwrap();
    let cut_off = ask(&hub, &siti, "GET", &own).await;
    assert!(!cut_off.is(200).headers.contains_key("refresh"));
    for told in [
        "Terputus",
        "Kirim berkas yang sama sekali lagi",
        "Kirim sekali lagi",
        "1.000 dari 4.000",
    ] {
        assert!(cut_off.body.contains(told), "{told}: {}", cut_off.body);
    }
    assert!(page(&hub, &siti, "/sheets").await.contains("Terputus"));
    // Its hub is heard of again: it had only lost the database for a while.
    beside.run(&format!("UPDATE sheet_run SET progress_at = {}", clock.now().0));
    assert_eq!(ask(&hub, &siti, "GET", &own).await.header("refresh"), "10");
    // Thirty days later nobody knows of it.
    clock.advance(31 * 86_400_000);
    assert_eq!(hub.hub.forget_sheet_runs().unwrap(), 1);
}

#[tokio::test]
async fn a_hub_that_is_killed_under_a_sheet_leaves_what_it_stored_and_the_rest_follows() {
    const ROWS: usize = 12_000;
    let (hub, _, siti) = with_siti(Clock::System).await;
    let database = Arc::clone(&hub.database);
    drop(hub);
    let mut child = Child::start(&database).await;
    let call = child
        .call("POST", PATH)
        .cookie(&siti)
        .header("Accept", "text/html");
    let call = call.body(FORM, form_of("", &rows(ROWS)));
    let sending = tokio::spawn(async move { call.answered().await.is_some() });
    eventually("something was stored", || async {
        (database.beside().number("SELECT count(*) FROM record") > 0).then_some(())
    })
    .await;
    child.kill();
    sending.await.unwrap();
    let later = Clock::fixed(Timestamp(Clock::System.now().0 + 60_000));
    let hub = TestHub::builder().clock(later).on(&database).start().await;
    let own = only(&hub, &siti).await;
    let told = page(&hub, &siti, &own).await;
    assert!(
        told.contains("Terputus") && told.contains("dari 12.000 baris dibaca"),
        "{told}"
    );
    let again = upload(&hub, &siti, PATH, &rows(ROWS)).await;
    assert!(again.is(200).body.contains("Semua baris diterima."), "{again:?}");
    assert_eq!(database.beside().number("SELECT count(*) FROM record"), 12_000);
    assert_eq!(database.beside().number("SELECT count(*) FROM change"), 12_000);
}

#[tokio::test]
async fn a_form_with_a_sheet_has_its_effect_once() {
    let (hub, api, siti) = with_siti(noon()).await;
    let shown = page(&hub, &siti, PATH).await;
    let token = shown.split("name=\"once\" value=\"").nth(1).unwrap();
    let token = token.split('"').next().unwrap();
    let send = |file: Vec<u8>| ask(&hub, &siti, "POST", PATH).body(FORM, form_of(token, &file));
    // What is refused may be sent again as it stands.
    send(b"lain\nx\n".to_vec()).await.is(400);
    let (first, second) = tokio::join!(send(rows(3)).answered(), send(rows(3)).answered());
    let led = |answer: Option<crate::harness::Answer>| {
        let answer = answer.unwrap();
        let to = answer.is(303).header("location").replace(&hub.url, "");
        to.split('?').next().unwrap().to_owned()
    };
    let own = only(&hub, &siti).await;
    assert_eq!((led(first), led(second)), (own.clone(), own.clone()));
    // Gone back to and sent with another file, it leads to what it did.
    let late = send(rows(9)).await;
    assert_eq!(
        late.is(303).header("location"),
        format!("{}{own}?said=before", hub.url)
    );
    assert_eq!(api.all_records(10).await.len(), 3);
    assert_eq!(hub.database.beside().number("SELECT count(*) FROM sheet_run"), 1);
}

#[tokio::test]
async fn a_sheet_is_seen_by_whoever_sent_it_and_may_still_send() {
    let (hub, _, siti) = with_siti(noon()).await;
    let file = format!("id\n<b>{}\nb\n", "x".repeat(600));
    upload(&hub, &siti, PATH, file.as_bytes()).await.is(200);
    let own = only(&hub, &siti).await;
    let told = page(&hub, &siti, &own).await;
    assert!(
        told.contains("1 baris ditolak") && !told.contains("<b>") && told.contains("/rejections/1\""),
        "{told}"
    );
    let budi = hub.person("budi", &[Role::Opd], Some("bkd")).await;
    ask(&hub, &budi, "GET", &own).await.is(404);
    let none = page(&hub, &budi, "/sheets").await;
    assert!(none.contains("Anda belum mengirim lembar kerja."), "{none}");
    let other = hub.person("ani", &[Role::Opd], Some("dinkes")).await;
    assert!([403, 404].contains(&ask(&hub, &other, "GET", &own).await.status));
    for nothing in ["0", "x", "99"] {
        ask(&hub, &siti, "GET", &format!("{PATH}/{nothing}"))
            .await
            .is(404);
    }
    let nobody = hub.call("GET", "/sheets").header("Accept", "text/html").await;
    assert!(nobody.is(303).header("location").contains("/sign-in"));
}
