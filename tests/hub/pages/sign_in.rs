//! Signing in and out by pages, and what is told to whoever may not see one.

use mahakam::access::Role;
use mahakam::types::Clock;

use crate::browser::Browser;
use crate::harness::{ADMIN_KEY, Answer, Call, NOW, PASSWORD, TestHub};

const FORM: &str = "application/x-www-form-urlencoded";

/// A page as a browser asks for it.
pub(super) fn seen(hub: &TestHub, path: &str, cookie: &str) -> Call {
    let call = hub.call("GET", path).header("Accept", "text/html,*/*;q=0.8");
    call.header("Cookie", cookie)
        .header("Sec-Fetch-Site", "same-origin")
}

/// A form as a browser sends it.
pub(super) fn sent(hub: &TestHub, path: &str, cookie: &str, form: &str) -> Call {
    let call = hub.call("POST", path).header("Accept", "text/html,*/*;q=0.8");
    let call = call
        .header("Cookie", cookie)
        .header("Sec-Fetch-Site", "same-origin");
    call.body(FORM, form.to_owned())
}

/// Where an answer leads within the hub.
pub(super) fn leads_to(answer: &Answer) -> &str {
    let location = answer.is(303).header("location");
    let (_, behind) = location.split_once("://").unwrap_or_else(|| panic!("{answer:?}"));
    behind.find('/').map_or("/", |at| &behind[at..])
}

/// The cookie that an answer sets, as a browser sends it back.
fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_page_that_asks_to_wait_says_for_how_long_as_the_interface_for_programs_does() {
    let hub = TestHub::builder().clock(Clock::fixed(NOW)).start().await;
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let wrong = "name=siti&password=salah+salah+salah&to=%2F";
    for _ in 0..5 {
        sent(&hub, "/sign-in", "", wrong).await.is(401);
    }
    let wait = sent(&hub, "/sign-in", "", wrong).await;
    assert!(
        wait.is(429).body.contains("<html") && wait.body.contains("value=\"siti\""),
        "{wait:?}"
    );
    assert_eq!(wait.header("retry-after"), "1");
    assert_eq!(wait.header("content-type"), "text/html; charset=utf-8");
    // The same of a form that comes back.
    let wait = sent(
        &hub,
        "/me/password",
        &siti,
        "current=salah&new=kata+sandi+yang+baru",
    )
    .await;
    assert!(wait.is(429).body.contains("<html"), "{wait:?}");
    assert_eq!(wait.header("retry-after"), "1");
}

#[tokio::test]
async fn whoever_has_not_signed_in_is_led_to_the_form_and_back() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[Role::Operator], None);
    let led = seen(&hub, "/manage/opds?q=b", "").await;
    assert_eq!(leads_to(&led), "/sign-in?to=%2Fmanage%2Fopds%3Fq%3Db");
    let page = seen(&hub, "/sign-in?to=%2Fmanage%2Fopds%3Fq%3Db", "").await;
    assert!(
        page.is(200)
            .body
            .contains(r#"name="to" value="/manage/opds?q=b""#),
        "{page:?}"
    );
    let wrong = sent(&hub, "/sign-in", "", "name=siti&password=salah&to=%2Fme").await;
    assert!(wrong.is(401).body.contains(r#"value="siti""#) && wrong.body.contains(r#"value="/me""#));
    assert!(
        !wrong.body.contains("salah\""),
        "a password never comes back: {wrong:?}"
    );
    let form = format!(
        "name=siti&password={}&to=%2Fmanage%2Fopds%3Fq%3Db",
        PASSWORD.replace(' ', "+")
    );
    let signed_in = sent(&hub, "/sign-in", "", &form).await;
    assert_eq!(leads_to(&signed_in), "/manage/opds?q=b");
    let cookie = cookie_of(&signed_in);
    assert!(
        seen(&hub, "/manage/opds?q=b", &cookie)
            .await
            .is(200)
            .body
            .contains("Saudara siti")
    );
    let left = sent(&hub, "/sign-out", &cookie, "").await;
    assert_eq!(leads_to(&left), "/sign-in?said=signed-out");
    let led = seen(&hub, "/me", &cookie).await;
    assert_eq!(leads_to(&led), "/sign-in?to=%2Fme");
}

#[tokio::test]
async fn one_is_led_to_pages_of_this_hub_alone() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[Role::Operator], None);
    for elsewhere in [
        "//evil.example",
        "https://evil.example",
        "/%5Cevil.example",
        "%0D%0AX: y",
    ] {
        let form = format!("name=siti&password={}&to={elsewhere}", PASSWORD.replace(' ', "+"));
        let signed_in = sent(&hub, "/sign-in", "", &form).await;
        assert_eq!(leads_to(&signed_in), "/", "{elsewhere}");
        let chosen = seen(&hub, &format!("/language?to=en&back={elsewhere}"), "").await;
        assert_eq!(leads_to(&chosen), "/", "{elsewhere}");
    }
}

#[tokio::test]
async fn what_was_typed_waits_for_whoever_has_to_sign_in_again() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[Role::Operator], None);
    let typed = "code=dishub&name=Dinas+%3CPerhubungan%3E";
    let asked = sent(&hub, "/manage/opds", "", typed).await;
    assert!(asked.is(401).body.contains("tidak hilang"), "{asked:?}");
    assert!(
        asked
            .body
            .contains(r#"value="code=dishub&#38;name=Dinas+%3CPerhubungan%3E""#),
        "{asked:?}"
    );
    let kept = "code%3Ddishub%26name%3DDinas%2B%253CPerhubungan%253E";
    let form = format!(
        "name=siti&password={}&to=%2Fmanage%2Fopds&kept={kept}",
        PASSWORD.replace(' ', "+")
    );
    let offered = sent(&hub, "/sign-in", "", &form).await;
    assert!(
        offered.is(200).body.contains(r#"name="code" value="dishub""#),
        "{offered:?}"
    );
    assert!(
        offered.body.contains("Dinas &#60;Perhubungan&#62;"),
        "{offered:?}"
    );
    let cookie = cookie_of(&offered);
    assert!(
        !hub.hub.opds().unwrap().iter().any(|opd| opd.code == "dishub"),
        "nothing is sent by itself"
    );
    let added = sent(&hub, "/manage/opds", &cookie, typed).await;
    assert_eq!(leads_to(&added), "/manage/opds/dishub?said=added");
}

#[tokio::test]
async fn a_secret_that_was_typed_is_typed_again_and_stands_on_no_page() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[Role::Operator], None);
    let path = "/manage/systems/connectors/new";
    let typed = "base_url=https%3A%2F%2Fa.example&credential=rahasia-sekali";
    let asked = sent(&hub, path, "", typed).await;
    assert!(
        asked.is(401).body.contains("base_url") && !asked.body.contains("rahasia-sekali"),
        "{asked:?}"
    );
    let kept = "base_url%3Dhttps%253A%252F%252Fa.example%26credential%3D";
    let form = format!(
        "name=siti&password={}&to={path}&kept={kept}",
        PASSWORD.replace(' ', "+")
    );
    let offered = sent(&hub, "/sign-in", "", &form).await;
    assert!(
        offered
            .is(200)
            .body
            .contains(r#"<input type="password" name="credential""#),
        "{offered:?}"
    );
}

#[tokio::test]
async fn pages_are_for_people_and_for_those_who_may() {
    let hub = TestHub::start().await;
    let viewer = hub.person("pimpinan", &[Role::Viewer], None).await;
    let refused = seen(&hub, "/manage/people", &viewer).await;
    assert!(refused.is(403).body.contains("<h1>"), "{refused:?}");
    assert_eq!(refused.header("content-type"), "text/html; charset=utf-8");
    // The key that may manage opens no page, and a program that asks for none gets a problem.
    let key = hub.call("GET", "/manage/opds").key(ADMIN_KEY).await;
    key.problem(401, "credentials-missing");
    hub.call("GET", "/manage/opds")
        .await
        .problem(401, "credentials-missing");
    // A form of another site does nothing.
    let operator = hub.person("siti", &[Role::Operator], None).await;
    let foreign = hub
        .call("POST", "/manage/opds")
        .header("Accept", "text/html")
        .header("Cookie", &operator);
    let foreign = foreign
        .header("Sec-Fetch-Site", "cross-site")
        .body(FORM, "code=x&name=X");
    foreign.await.is(403);
    assert!(hub.hub.opds().unwrap().is_empty());
    let lost = seen(&hub, "/tidak-ada", &operator).await;
    assert!(lost.is(404).body.contains("<h1>"), "{lost:?}");
    // Paths of programs answer programs, whatever a browser accepts.
    seen(&hub, "/api/bkd/pegawai/v1/records", "")
        .await
        .problem(401, "credentials-missing");
}

#[tokio::test]
async fn the_language_is_chosen_once_for_all_pages() {
    let hub = TestHub::start().await;
    let chosen = seen(&hub, "/language?to=en&back=%2Fsign-in", "").await;
    assert_eq!(leads_to(&chosen), "/sign-in");
    let cookie = cookie_of(&chosen);
    let english = seen(&hub, "/sign-in", &cookie).await;
    assert!(english.is(200).body.contains("<h1>Sign in</h1>"), "{english:?}");
    assert_eq!(english.header("content-language"), "en");
    let unknown = seen(&hub, "/language?to=fr&back=%2Fsign-in", "").await;
    assert_eq!(unknown.is(303).header("set-cookie"), "");
}

#[tokio::test]
async fn one_signs_in_in_a_browser_with_and_without_scripts() {
    let hub = TestHub::start().await;
    hub.add_person("siti", &[Role::Operator], None);
    for browser in [Browser::open(&hub).await, Browser::without_scripts(&hub).await] {
        browser.go("/manage/opds").await.see("Nama pengguna").await;
        browser.check().await;
        browser
            .fill("Nama pengguna", "siti")
            .await
            .fill("Kata sandi", PASSWORD)
            .await;
        browser.click("button:not(.link)").await.see("Tambah OPD").await;
        assert_eq!(browser.path().await, "/manage/opds");
        browser.click("English").await.see("Add an agency").await;
        browser.check().await;
        browser
            .click("Saudara siti")
            .await
            .see("Where you are signed in")
            .await;
        browser.check().await;
        browser.click("Bahasa Indonesia").await.see("Akun saya").await;
        browser.click("Keluar").await.see("Anda sudah keluar.").await;
    }
}
