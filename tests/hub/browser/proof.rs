//! That [`Browser`](super::Browser) finds what it is there to find: pages with a fault each.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;

use super::{Browser, markup};
use crate::harness::{Reply, TestHub, Upstream};

/// A page with this in its main part.
fn page(main: &str) -> String {
    format!(
        "<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Uji</title></head>\
         <body><main><h1>Uji</h1>{main}</main></body></html>"
    )
}

/// A browser, and a system that shows it what it is told.
struct Stage {
    browser: Browser,
    shown: Arc<Mutex<String>>,
    system: Upstream,
}

impl Stage {
    async fn start(hub: &TestHub) -> Self {
        let shown = Arc::new(Mutex::new(String::new()));
        let source = Arc::clone(&shown);
        let system = Upstream::start(move |request| {
            if request.target == "/unduh" {
                let head = "content-disposition: attachment; filename=\"data.csv\"\r\n".to_owned();
                return Reply::Answer(200, head, b"a;b".to_vec());
            }
            let head = "content-type: text/html; charset=utf-8\r\n".to_owned();
            let cookie = request.header("cookie").unwrap_or("tanpa kue");
            let here = format!("{} {cookie}", request.target);
            let source = source.lock().unwrap().replace("HERE", &here);
            Reply::Answer(200, head, source.into_bytes())
        })
        .await;
        Stage {
            browser: Browser::open(hub).await,
            shown,
            system,
        }
    }

    async fn show(&self, main: &str) -> &Browser {
        *self.shown.lock().unwrap() = page(main);
        self.browser.go(&self.system.url).await
    }

    /// What `check` has to say about a page.
    async fn said(&self, main: &str) -> String {
        let browser = self.show(main).await;
        match AssertUnwindSafe(browser.check()).catch_unwind().await {
            Ok(()) => String::new(),
            Err(panic) => panic.downcast_ref::<String>().unwrap().clone(),
        }
    }
}

#[tokio::test]
async fn a_check_finds_every_kind_of_fault() {
    let hub = TestHub::start().await;
    let stage = Stage::start(&hub).await;
    assert_eq!(stage.said("<p>Tanpa cela.</p>").await, "");
    for (main, fault) in [
        ("<p id=\"a\">a</p><p id=\"a\">b</p>", "2 elements have one id"),
        ("<p>a<div>b</div>", "an end where"),
        (
            "<p><span>a</span><div>b</div></p>",
            "the browser reads it otherwise",
        ),
        (
            "<table><tr><td>a</td></tr></table>",
            "the browser reads it otherwise",
        ),
        ("<ul><p>a</p></ul>", "ul > :not(li"),
        ("<a href=\"#b\">b</a>", "href names what is not there"),
        ("<input id=\"x\">", "label (Form elements must have labels)"),
        (
            "<style>p { color: #bbb; background: #fff }</style><p>teks</p>",
            "color-contrast",
        ),
        (
            "<style>@media (prefers-color-scheme: dark) { p { color: #bbb; background: #fff } }</style><p>teks</p>",
            "in the dark: color-contrast",
        ),
        ("<style>p { width: 500px }</style><p>a</p>", "at 360 px: "),
        ("<script>console.error('celaka')</script>", "on the console: "),
        (
            "<p id=\"late\" hidden>a</p><p>b</p><script>requestAnimationFrame(() => requestAnimationFrame(() => { late.hidden = false }))</script>",
            "moved after it was shown: ",
        ),
    ] {
        let found = stage.said(main).await;
        assert!(found.contains(fault), "{main}: {found}");
    }
}

#[tokio::test]
async fn forms_are_used_by_the_words_on_them() {
    let hub = TestHub::start().await;
    let stage = Stage::start(&hub).await;
    let main = "<form><label for=\"n\">Nama lengkap</label><input id=\"n\" value=\"lama\">\
        <label for=\"d\">Tanggal</label><input id=\"d\" type=\"date\">\
        <label for=\"k\">Keterangan</label><textarea id=\"k\"></textarea>\
        <label for=\"s\">OPD</label><select id=\"s\"><option value=\"1\">Dinas A</option><option value=\"2\">Dinas B</option></select>\
        <fieldset><legend>Keputusan</legend><label><input type=\"radio\" name=\"r\" value=\"y\"> Setuju</label><label><input type=\"radio\" name=\"r\" value=\"t\"> Tolak</label></fieldset>\
        <label><input type=\"checkbox\" id=\"c\"> Saya yakin</label>\
        <label for=\"f\">Berkas</label><input id=\"f\" type=\"file\"></form>\
        <ul><li>Siti <details><summary>Lihat</summary><p>tentang Siti</p></details></li>\
        <li>Budi <details><summary>Lihat</summary><p>tentang Budi</p></details></li></ul>";
    let browser = stage.show(main).await;
    browser.fill("Nama", "Siti Aminah").await;
    browser.fill("Tanggal", "2026-03-20").await;
    browser.fill("Keterangan", &"panjang ".repeat(200)).await;
    browser.choose("OPD", "Dinas B").await;
    browser.choose("Keputusan", "Tolak").await;
    browser.tick("Saya yakin").await;
    browser.upload("Berkas", "isi.csv", b"a;b").await;
    browser.click_beside("Budi", "Lihat").await;
    browser.see("tentang Budi").await;
    browser.miss("tentang Siti").await;
    let state = browser
        .ask(
            "return [n.value, d.value, k.value.length, s.value, document.querySelector(':checked[name=r]').value, c.checked, f.files[0].size].join()",
            &[],
        )
        .await;
    assert_eq!(state, "Siti Aminah,2026-03-20,1600,2,t,true,3");
    let twice = AssertUnwindSafe(browser.click("Lihat")).catch_unwind().await;
    let why = twice.err().unwrap();
    let why = why.downcast_ref::<String>().unwrap();
    assert!(why.contains("there are 2 of \"Lihat\"; say which"), "{why}");
}

#[tokio::test]
async fn one_goes_on_and_back_by_mouse_and_by_keyboard() {
    let hub = TestHub::start().await;
    let stage = Stage::start(&hub).await;
    let main = "<p>HERE</p><a href=\"/unduh\">Unduh</a> <a href=\"/lain\">Lain</a>";
    let browser = stage.show(main).await;
    browser.see("/ tanpa kue").await;
    browser.carry("mahakam=rahasia").await.again().await;
    browser.see("/ mahakam=rahasia").await;
    browser.click("Unduh").await;
    assert_eq!(browser.downloaded("data.csv").await, b"a;b");
    browser.click("Lain").await.see("/lain mahakam").await;
    browser.back().await.see("/ mahakam").await;
    // Fetched anew, it has the focus nowhere.
    browser.again().await;
    let (tab, enter) = ("\u{e004}", "\u{e007}");
    browser.press(tab).await.press(tab).await.press(enter).await;
    browser.see("/lain mahakam").await;
    assert_eq!(browser.text().await, "Uji /lain mahakam=rahasia Unduh Lain");
}

#[test]
fn a_source_is_read_strictly() {
    let faults = |main: &str| markup::read(&page(main)).faults.join("; ");
    for fine in [
        "<p title='a > b' hidden>a &amp; b & c &#38;</p><br><!-- <p> --><textarea><p></textarea>",
        "<svg viewBox=\"0 0 1 1\"><path d=\"\"/><title>a</title></svg>",
        "<label for=\"a\">a</label><input id=\"a\">",
    ] {
        assert_eq!(faults(fine), "", "{fine}");
    }
    for (main, fault) in [
        ("<p>a", "an end where Some(\"p\") is open"),
        ("<p/>", "an element can't be closed at once"),
        ("1 < 2", "a < that begins nothing"),
        ("a&copy b", "an & that begins nothing"),
        ("<p class=\"a\" class=\"b\"></p>", "an attribute twice"),
        ("<p class=\"a\"id=\"b\"></p>", "no attribute"),
        ("<p id=\"\"></p>", "no name"),
        ("<label for=\"x\">a</label>", "for names what is not there"),
        ("<title>a", "no end"),
    ] {
        let found = faults(main);
        assert!(found.contains(fault), "{main}: {found}");
    }
}
