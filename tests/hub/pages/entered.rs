//! An integration from before, entered by a form with its days and papers.

use super::desk::{Desk, Found, Page};
use super::sign_in::{seen, sent};
use super::walk::Office;
use crate::browser::Browser;
use crate::harness::{TestHub, contracts};
use mahakam::access::Role;

/// What must stay text wherever it is shown.
const HOSTILE: &str = "Map 12 \"><img src=x onerror=alert(1)><script>alert(1)</script>\u{202e}";

/// The form.
const ENTER: &str = "/integrations/enter";

/// The form of one that went back once and is in step 5 now.
async fn filled(desk: &Desk<'_>) -> Found {
    let page = desk.open(ENTER).await;
    let form = page.form(ENTER);
    // The steps stand there in their order.
    assert_eq!((form.value("step-0"), form.value("step-11")), ("1", "12"));
    form.fill("subject", "Integrasi lama")
        .fill("dataset", "bkd/barang/v1")
        .fill("received_on", "2025-11-01")
        .fill("reason", "Berjalan sebelum hub")
        .choose("party", "dinkes asker")
        .choose("party", "bkd provider")
        .fill("on-0", "2025-11-03")
        .fill("document-0-0", "request-letter")
        .fill("place-0-0", HOSTILE)
        .fill("on-1", "2025-11-04")
        .fill("on-2", "2025-11-20")
        .fill("outcome-2", "returned")
        .fill("step-3", "2")
        .fill("on-3", "2025-11-24")
        .fill("step-4", "3")
        .fill("on-4", "2025-12-10")
        .fill("step-5", "4")
        .fill("on-5", "2026-01-08")
        .fill("document-0-5", "formulation")
        .fill("place-0-5", "Lemari 3, map 13")
        .fill("document-1-5", "minutes-agreement")
        .fill("place-1-5", "Lemari 3, map 14")
}

#[tokio::test]
async fn what_ran_before_is_entered_by_a_form_with_its_days_and_where_its_papers_lie() {
    let office = Office::start().await;
    let desk = office.at("team");
    desk.open("/integrations")
        .await
        .says("href=\"/integrations/enter\"");
    let form = filled(&desk).await;
    // What was signed is registered first; until then it comes back whole.
    let early = desk.send(&form).await;
    let page = Page::of(ENTER, early.is(409));
    page.says("role=\"alert\"")
        .says_not("<img src=x")
        .says_not("<script>alert");
    let again = page.form(ENTER);
    for name in [
        "subject",
        "on-3",
        "step-3",
        "outcome-2",
        "document-1-5",
        "place-1-5",
        "place-0-0",
        "once",
    ] {
        assert_eq!(again.value(name), form.value(name).trim(), "{name}");
    }
    assert!(page.body.contains("value=\"dinkes asker\" checked"), "{page:?}");
    office.agree();
    let entered = desk.submit(&again).await;
    assert_eq!(entered.path, "/integrations/2025/1?said=added");
    entered
        .says("Integrasi lama")
        .says("Tahap 5")
        .says("Lemari 3, map 13")
        .says("Lemari 3, map 14")
        .says_not("<img src=x")
        .says_not("<script>alert");
    // Sent once more, it leads there.
    let late = desk.submit(&again).await;
    assert_eq!(late.path, "/integrations/2025/1?said=before");
    let moves = "SELECT count(*) FROM integration_move WHERE acting = 'entered'";
    assert_eq!(office.hub.database.beside().number(moves), 6);
}

#[tokio::test]
async fn lines_are_added_and_a_line_that_says_something_is_never_left_out() {
    let office = Office::start().await;
    let desk = office.at("administrator");
    let form = desk
        .open(ENTER)
        .await
        .form(ENTER)
        .fill("subject", "Lama")
        .fill("on-1", "2025-11-04");
    let cookie = office.cookie("administrator");
    let fields = "lines=12&subject=Lama&step-0=1&on-0=2025-11-03&act=more";
    let more = sent(&office.hub, ENTER, cookie, fields).await;
    let more = Page::of(ENTER, more.is(200)).form(ENTER);
    assert_eq!(
        (more.value("lines"), more.value("step-17"), more.value("on-0")),
        ("18", "", "2025-11-03")
    );
    let form = form.fill("received_on", "2025-11-01").fill("reason", "Lama");
    let form = form
        .choose("party", "dinkes asker")
        .choose("party", "bkd provider");
    // Out of order; a paper without its day; a place without a kind; nothing at all; a day that is none.
    for (fields, status) in [
        (vec![], 409),
        (
            vec![("on-0", "2025-11-03"), ("on-1", ""), ("place-0-1", "Map 1")],
            400,
        ),
        (vec![("on-0", "2025-11-03"), ("place-0-0", "Map 1")], 400),
        (vec![("on-1", "")], 400),
        (vec![("on-0", "kemarin")], 400),
        (
            vec![("on-0", "2025-11-03"), ("step-1", ""), ("on-1", "2025-11-04")],
            409,
        ),
    ] {
        let mut wrong = form.clone();
        for (name, value) in &fields {
            wrong = wrong.fill(name, value);
        }
        let refused = desk.send(&wrong).await;
        assert_eq!(refused.status, status, "{fields:?}: {refused:?}");
        let page = Page::of(ENTER, &refused);
        for (name, value) in fields {
            assert_eq!(page.form(ENTER).value(name), value, "{name}");
        }
    }
    let none = "SELECT (SELECT count(*) FROM integration) + (SELECT count(*) FROM integration_move)";
    assert_eq!(office.hub.database.beside().number(none), 0);
}

#[tokio::test]
async fn only_the_office_finds_the_form_for_what_ran_before() {
    let office = Office::start().await;
    for who in ["asker", "supervisor", "viewer"] {
        let desk = office.at(who);
        let page = desk.ask(ENTER).await;
        assert!(page.is(403).body.contains("<html"), "{who}");
        sent(&office.hub, ENTER, office.cookie(who), "lines=1&subject=x")
            .await
            .is(403);
        desk.open("/integrations").await.says_not("/integrations/enter");
    }
    let led = seen(&office.hub, ENTER, "").await;
    assert!(led.is(303).header("location").contains("/sign-in?to="), "{led:?}");
}

#[tokio::test]
async fn the_form_for_what_ran_before_passes_in_a_browser() {
    let (hub, _) = TestHub::with(contracts::barang()).await;
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let browser = Browser::without_scripts(&hub).await;
    browser.carry(&siti).await;
    for (width, name) in [(1_280, ""), (360, "-360")] {
        browser.size(width, 800).await;
        for (path, shot) in [
            (ENTER, "integration-enter"),
            ("/manage/contracts/outside", "outside"),
            ("/manage/people/siti", "person"),
        ] {
            browser.go(path).await.check().await;
            browser.screenshot(&format!("{shot}{name}")).await;
        }
    }
}
