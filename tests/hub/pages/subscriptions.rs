//! Subscriptions on pages: added, changed, stopped, gone on with, sent once more, ended, and their secrets exchanged.

use mahakam::access::Role;
use mahakam::access::rules::Reach;
use mahakam::hub::{NewConnector, NewSubscription, SubscriptionView};
use mahakam::types::Seq;
use serde_json::{Value, json};

use super::desk::{Desk, Page};
use super::sign_in::{leads_to, seen, sent};
use crate::browser::Browser;
use crate::harness::{Reply, TestHub, Upstream, actor, contracts, eventually};

/// What no page may give out as it was typed.
const HOSTILE: &str = "<script>alert(1)</script>\"><b id=x>\u{202e}";

/// Where the first subscription is.
const ONE: &str = "/manage/systems/subscriptions/1";

/// A hub whose `bkd` grants its dataset to `dinkes`, with that agency's application and connector.
struct Stage {
    hub: TestHub,
    api: crate::harness::Api,
    receiver: Upstream,
    application: i64,
    connector: i64,
    /// The operator's cookie.
    siti: String,
}

impl Stage {
    async fn new(application: &str, status: u16) -> Self {
        let mut contract = contracts::barang();
        contract["grants"] = json!([{"opd": "dinkes", "may": ["pull"], "purpose": "Uji", "basis": "Uji"}]);
        let (hub, api) = TestHub::with(contract).await;
        let receiver = Upstream::start(move |_| Reply::status(status)).await;
        let (application, _) = hub.new_application("dinkes", application);
        let connector = connector(&hub, "dinkes", &receiver.url);
        let siti = hub.person("siti", &[Role::Operator], None).await;
        Stage {
            hub,
            api,
            receiver,
            application,
            connector,
            siti,
        }
    }

    fn desk(&self) -> Desk<'_> {
        Desk::new(&self.hub, &self.siti)
    }

    /// Subscribes without a form.
    fn subscribe(&self) {
        let new = NewSubscription {
            dataset: "bkd/barang/v1".parse().unwrap(),
            application: self.application,
            connector: self.connector,
            path: "/terima".to_owned(),
            batch: 10,
            since: Seq(0),
        };
        self.hub.hub.add_subscription(&actor(), &new).unwrap();
    }

    fn shown(&self) -> SubscriptionView {
        self.hub.hub.subscription(1).unwrap()
    }

    fn audited(&self, action: &str) -> i64 {
        let by = format!(
            "SELECT count(*) FROM audit WHERE actor = 'person:siti' AND action = 'subscription.{action}'"
        );
        self.hub.database.beside().number(&by)
    }
}

/// A connector of an agency to a system on loopback; gives its number.
fn connector(hub: &TestHub, opd: &str, url: &str) -> i64 {
    hub.key(opd);
    let settings: Value = json!({
        "base_url": url, "allow_networks": ["127.0.0.0/8"], "breaker_failures": 1000
    });
    let new = NewConnector {
        opd: opd.parse().unwrap(),
        name: "penerima".to_owned(),
        settings: serde_json::from_value(settings).unwrap(),
        credential: None,
    };
    hub.hub.add_connector(&actor(), &new).unwrap().connector.id
}

/// The secret that stands on a page.
fn secret(page: &str) -> String {
    let at = page.find("whsec_").unwrap_or_else(|| panic!("no secret: {page}"));
    page[at..].split('<').next().unwrap().to_owned()
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn an_operator_adds_changes_and_stops_a_subscription_by_forms() {
    let stage = Stage::new(HOSTILE, 200).await;
    let (hub, desk) = (&stage.hub, stage.desk());
    let new = "/manage/systems/subscriptions/new";
    desk.open("/manage/systems")
        .await
        .says(&format!("href=\"{new}\""))
        .says("Belum ada langganan");
    let theirs = connector(hub, "bkd", &stage.receiver.url);
    let form = desk.open(new).await.form(new);
    let form = form
        .fill("application", &stage.application.to_string())
        .fill("connector", &stage.connector.to_string())
        .fill("path", "/terima?dari=hub")
        .fill("batch", "20");
    let form = form.fill("dataset", "bkd/barang/v1");
    // What is refused comes back as it was typed.
    for (field, value, status, told) in [
        ("path", "terima <b id=x>", 400, "garis miring"),
        ("batch", "banyak", 400, "1 sampai 1000"),
        ("since", "-3", 400, "nomor perubahan"),
        ("since", "9", 400, "berakhir di 0"),
        ("connector", &theirs.to_string(), 400, "milik OPD lain"),
        ("dataset", "apa", 400, "bkd/pegawai/v1"),
    ] {
        let refused = desk.send(&form.clone().fill(field, value)).await;
        let page = Page::of(new, &refused);
        assert_eq!(refused.status, status, "{field}: {refused:?}");
        page.says(told).says_not("<b id=x>").says_not("<script>alert");
        if field != "dataset" {
            assert_eq!(page.form(new).value(field), value);
            assert_eq!(page.form(new).value("dataset"), "bkd/barang/v1");
        }
    }
    assert!(hub.hub.subscriptions().unwrap().is_empty());
    // The secret stands on the page that answers the form, and on no other; sent twice, it makes one.
    let made = desk.send(&form).await;
    let shown = secret(&made.is(200).body);
    assert_eq!(made.header("cache-control"), "no-store");
    let again = desk.submit(&form).await;
    assert_eq!(again.path, format!("{ONE}?said=secret-before"));
    again.says("tukar rahasianya").says_not("whsec_");
    assert_eq!(hub.hub.subscriptions().unwrap().len(), 1);
    let kept = "SELECT count(*) FROM idempotency WHERE headers LIKE '%whsec_%'";
    assert_eq!(hub.database.beside().number(kept), 0);
    // What is pushed arrives, and the pages tell so.
    stage.api.push(json!({"id": "1"})).await.is(201);
    eventually("the delivery", async || {
        stage.shown().last_success_at.is_some().then_some(())
    })
    .await;
    assert_eq!(stage.receiver.received()[0].target, "/terima?dari=hub");
    let page = desk.open(ONE).await;
    page.says("Berjalan")
        .says("dinkes/penerima")
        .says("/terima?dari=hub")
        .says("perubahan nomor 1 dari 1")
        .says_not(&shown)
        .says_not("<script>alert")
        .says_not("<b id=x>");
    let english = hub.call("GET", ONE).cookie(&stage.siti).english();
    let english = english.header("Accept", "text/html").await;
    assert!(
        english.is(200).body.contains("Running") && english.body.contains("change number 1 of 1"),
        "{english:?}"
    );
    desk.open("/manage/systems")
        .await
        .says(&format!("href=\"{ONE}\""))
        .says("Tidak tertinggal")
        .says_not("<script>alert");
    // Changed: what it offers are the receiving agency's connectors alone.
    let change = format!("{ONE}/change");
    let page = desk.open(&change).await;
    page.says_not("bkd/penerima");
    let form = page.form(&change);
    assert_eq!(
        (form.value("path"), form.value("batch")),
        ("/terima?dari=hub", "20")
    );
    let wrong = desk.send(&form.clone().fill("path", "..")).await;
    assert_eq!(Page::of(&change, wrong.is(400)).form(&change).value("path"), "..");
    let wrong = desk
        .send(&form.clone().fill("connector", &theirs.to_string()))
        .await;
    assert!(wrong.is(400).body.contains("milik OPD lain"), "{wrong:?}");
    let saved = desk.submit(&form.fill("path", "/lain").fill("batch", "")).await;
    assert_eq!(saved.path, format!("{ONE}?said=saved"));
    assert_eq!((stage.shown().path.as_str(), stage.shown().batch), ("/lain", 100));
    // Paused: nothing is sent, and it is told how much waits.
    let paused = sent(hub, ONE, &stage.siti, "act=pause").await;
    assert_eq!(leads_to(&paused), format!("{ONE}?said=saved"));
    stage.api.push(json!({"id": "2"})).await.is(201);
    desk.open(ONE).await.says("Dijeda").says("1 perubahan, selama");
    desk.open("/manage/systems")
        .await
        .says("Dijeda")
        .says("Ketertinggalan 1 perubahan");
    sent(hub, ONE, &stage.siti, "act=resume").await.is(303);
    eventually("what waited", async || {
        (stage.shown().lag_changes == 0).then_some(())
    })
    .await;
    assert_eq!(
        ["add", "change", "pause", "resume"].map(|action| stage.audited(action)),
        [1, 1, 1, 1]
    );
}

#[tokio::test]
async fn changes_are_sent_once_more_and_a_subscription_ends_by_forms_that_ask() {
    let stage = Stage::new("Gudang", 200).await;
    let desk = stage.desk();
    stage.api.push(json!({"id": "1"})).await.is(201);
    stage.subscribe();
    eventually("the delivery", async || {
        (stage.shown().lag_changes == 0).then_some(())
    })
    .await;
    let replay = format!("{ONE}/replay");
    let form = desk.open(&replay).await.form(&replay);
    let beyond = desk.send(&form.clone().fill("since", "7")).await;
    let beyond = Page::of(&replay, beyond.is(400));
    beyond.says("berakhir di 1");
    assert_eq!(beyond.form(&replay).value("since"), "7");
    let form = form.fill("since", "0");
    let done = desk.submit(&form).await;
    assert_eq!(done.path, format!("{ONE}?said=replayed"));
    done.says("akan dikirim sekali lagi");
    desk.submit(&form).await.says("sudah dikirim sebelumnya");
    assert_eq!(stage.audited("replay"), 1);
    eventually("the same change once more", async || {
        (stage.receiver.received().len() == 2 && stage.shown().lag_changes == 0).then_some(())
    })
    .await;
    // Looking ends nothing.
    let end = format!("{ONE}/end");
    let page = desk.open(&end).await;
    page.says("Akhiri langganan ini?").says("rahasianya dihapus");
    assert_eq!(stage.hub.hub.subscriptions().unwrap().len(), 1);
    let form = page.form(&end);
    let ended = desk.send(&form).await;
    assert_eq!(leads_to(&ended), "/manage/systems?said=ended#langganan");
    assert!(stage.hub.hub.subscriptions().unwrap().is_empty());
    // A second click is led to the same place; a new form is told that there is nothing.
    assert_eq!(
        leads_to(&desk.send(&form).await),
        "/manage/systems?said=ended#langganan"
    );
    seen(&stage.hub, &end, &stage.siti).await.is(404);
    sent(&stage.hub, &end, &stage.siti, "").await.is(404);
    assert_eq!(stage.audited("delete"), 1);
}

#[tokio::test]
async fn a_signing_secret_is_exchanged_and_shown_once() {
    let stage = Stage::new("Gudang", 200).await;
    let desk = stage.desk();
    stage.subscribe();
    let path = format!("{ONE}/secret");
    let form = desk.open(&path).await.form(&path);
    assert_eq!(form.value("overlap_seconds"), "86400");
    let long = desk.send(&form.clone().fill("overlap_seconds", "99999999")).await;
    long.is(400);
    let odd = desk.send(&form.clone().fill("overlap_seconds", "lama")).await;
    odd.is(400);
    assert_eq!(stage.audited("rotate"), 0);
    let form = form.fill("overlap_seconds", "3600");
    let made = desk.send(&form).await;
    let first = secret(&made.is(200).body);
    assert!(
        made.body.contains("Rahasia lama masih dipakai sampai"),
        "{made:?}"
    );
    desk.submit(&form).await.says("tukar rahasianya").says_not(&first);
    assert_eq!(stage.audited("rotate"), 1);
    assert!(stage.shown().old_secret_until.is_some());
    desk.open(ONE)
        .await
        .says("yang lama masih dipakai sampai")
        .says_not(&first);
}

#[tokio::test]
async fn a_receiver_that_fails_is_told_with_what_to_do_about_it() {
    let stage = Stage::new("Gudang", 503).await;
    stage.subscribe();
    stage.api.push(json!({"id": "1"})).await.is(201);
    eventually("the failure", async || stage.shown().last_failure.map(|_| ())).await;
    let desk = stage.desk();
    for path in ["/manage/systems", ONE] {
        desk.open(path).await.says("menjawab 503").says("1 perubahan");
    }
    desk.open(ONE).await.says("Gagal berturut-turut");
    // One that ended by itself says why.
    let gone = Stage::new("Gudang", 410).await;
    gone.subscribe();
    gone.api.push(json!({"id": "1"})).await.is(201);
    eventually("the end", async || {
        (gone.shown().state.as_str() == "disabled").then_some(())
    })
    .await;
    gone.desk()
        .open(ONE)
        .await
        .says("Berhenti")
        .says("tidak ingin menerima lagi (410)");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "every page of three kinds")]
async fn what_belongs_to_another_agency_is_not_there() {
    let stage = Stage::new("Gudang", 200).await;
    stage.subscribe();
    let system = stage
        .hub
        .connect("simpeg", &stage.receiver.url, json!({}))
        .connector
        .id;
    let settings = json!({"connector": "simpeg", "dataset": "bkd/barang/v1", "path": "/barang"});
    let settings = serde_json::from_value(settings).unwrap();
    let pull = stage.hub.hub.add_pull(actor(), settings).await.unwrap().id;
    let looks = [
        (ONE.to_owned(), "dinkes"),
        (
            format!("/manage/systems/connectors/{}", stage.connector),
            "dinkes",
        ),
        (format!("/manage/systems/connectors/{system}"), "bkd"),
        (format!("/manage/systems/pulls/{pull}"), "bkd"),
    ];
    let acts = [
        (ONE, &["", "/change", "/replay", "/secret", "/end"][..]),
        (looks[2].0.as_str(), &["", "/change", "/switch", "/end"][..]),
        (looks[3].0.as_str(), &["", "/change", "/end"][..]),
    ];
    for opd in ["dinkes", "bkd", "bappeda"] {
        stage.hub.key(opd);
        let cookie = stage
            .hub
            .person(&format!("orang.{opd}"), &[Role::Opd], Some(opd))
            .await;
        for (path, owner) in &looks {
            let page = seen(&stage.hub, path, &cookie).await;
            let status = if opd == *owner { 200 } else { 404 };
            assert!(page.is(status).body.contains("<html"), "{opd} {path}");
            assert!(!page.body.contains("<button class=\"bad\""), "{opd} {path}");
        }
        // They look at their own; whose it is makes no difference to what they may not do.
        for (path, ends) in &acts {
            for end in *ends {
                let path = format!("{path}{end}");
                sent(&stage.hub, &path, &cookie, "act=pause").await.is(403);
                if !end.is_empty() && *end != "/switch" {
                    seen(&stage.hub, &path, &cookie).await.is(403);
                }
            }
        }
        let list = seen(&stage.hub, "/manage/systems", &cookie).await;
        assert_eq!(list.is(200).body.contains(ONE), opd == "dinkes", "{opd}");
        assert!(!list.body.contains("subscriptions/new"), "{opd}");
    }
    // The hub holds every look-up against how far a permission reaches.
    let own = |opd: &str| Reach::Own(opd.parse().unwrap());
    let hub = &stage.hub.hub;
    assert!(hub.subscription_within(&own("dinkes"), 1).is_ok());
    assert!(hub.connector_within(&own("bkd"), system).is_ok());
    assert!(hub.pull_within(&own("bkd"), pull).is_ok());
    for opd in ["bappeda", "bkd"] {
        assert!(hub.subscription_within(&own(opd), 1).is_err(), "{opd}");
    }
    for opd in ["bappeda", "dinkes"] {
        assert!(hub.connector_within(&own(opd), system).is_err(), "{opd}");
        assert!(hub.pull_within(&own(opd), pull).is_err(), "{opd}");
    }
    // Whoever may, is told of what is not there in the same way.
    for (path, ends) in [
        ("/manage/systems/subscriptions/9", acts[0].1),
        ("/manage/systems/connectors/99", acts[1].1),
        ("/manage/systems/pulls/9", acts[2].1),
        ("/manage/systems/subscriptions/x", acts[0].1),
    ] {
        for end in ends {
            let form =
                "act=pause&path=%2Fx&connector=1&since=0&overlap_seconds=0&base_url=https%3A%2F%2Fa.example";
            let answer = sent(&stage.hub, &format!("{path}{end}"), &stage.siti, form).await;
            assert!(answer.is(404).body.contains("<html"), "{path}{end}");
        }
    }
    let led = seen(&stage.hub, ONE, "").await;
    assert!(leads_to(&led).starts_with("/sign-in?to="), "{led:?}");
}

#[tokio::test]
async fn a_connector_and_a_pull_go_by_pages_that_say_what_hangs_on_them() {
    let stage = Stage::new("Gudang", 200).await;
    let desk = stage.desk();
    let system = stage.hub.connect("simpeg", &stage.receiver.url, json!({}));
    let system = format!("/manage/systems/connectors/{}", system.connector.id);
    let settings = json!({"connector": "simpeg", "dataset": "bkd/barang/v1", "path": "/barang"});
    let settings = serde_json::from_value(settings).unwrap();
    let pull = stage.hub.hub.add_pull(actor(), settings).await.unwrap().id;
    stage.subscribe();
    // What is needed is named and can't be removed.
    let end = format!("{system}/end");
    desk.open(&system).await.says(&format!("href=\"{end}\""));
    let page = desk.open(&end).await;
    page.says("masih dipakai")
        .says(&format!("href=\"/manage/systems/pulls/{pull}\""))
        .says_not("class=\"bad\"");
    let refused = sent(&stage.hub, &end, &stage.siti, "").await;
    assert!(refused.is(409).body.contains("masih dipakai"), "{refused:?}");
    let receiver = format!("/manage/systems/connectors/{}/end", stage.connector);
    desk.open(&receiver).await.says(&format!("href=\"{ONE}\""));
    // The pull goes; what it brought would stay.
    let gone = format!("/manage/systems/pulls/{pull}/end");
    let page = desk.open(&gone).await;
    page.says("Hapus penarikan ini?").says("tetap tersimpan");
    assert_eq!(stage.hub.hub.pulls().unwrap().len(), 1);
    let form = page.form(&gone);
    for _ in 0..2 {
        let ended = desk.send(&form).await;
        assert_eq!(leads_to(&ended), "/manage/systems?said=ended#penarikan");
    }
    assert!(stage.hub.hub.pulls().unwrap().is_empty());
    sent(&stage.hub, &gone, &stage.siti, "").await.is(404);
    // Now nothing hangs on the connector.
    let page = desk.open(&end).await;
    page.says("Hapus penghubung ini?");
    let form = page.form(&end);
    for _ in 0..2 {
        assert_eq!(leads_to(&desk.send(&form).await), "/manage/systems?said=ended");
    }
    assert_eq!(stage.hub.hub.connectors().unwrap().len(), 1);
    seen(&stage.hub, &system, &stage.siti).await.is(404);
    let by = "SELECT count(*) FROM audit WHERE actor = 'person:siti' AND action IN ('pull.delete', 'connector.delete')";
    assert_eq!(stage.hub.database.beside().number(by), 2);
}

#[tokio::test]
async fn pages_of_subscriptions_pass_in_a_browser() {
    let stage = Stage::new("Gudang Obat", 503).await;
    stage.subscribe();
    stage.api.push(json!({"id": "1"})).await.is(201);
    eventually("the failure", async || stage.shown().last_failure.map(|_| ())).await;
    let browser = Browser::without_scripts(&stage.hub).await;
    browser.carry(&stage.siti).await;
    for (width, name) in [(1_280, ""), (360, "-360")] {
        browser.size(width, 800).await;
        for (end, shot) in [
            ("", "subscription"),
            ("/change", "subscription-change"),
            ("/replay", "subscription-replay"),
            ("/secret", "subscription-secret"),
            ("/end", "subscription-end"),
        ] {
            browser.go(&format!("{ONE}{end}")).await.check().await;
            browser.screenshot(&format!("{shot}{name}")).await;
        }
        for (path, shot) in [
            ("/manage/systems", "systems-delivering"),
            ("/manage/systems/connectors/1/end", "connector-end"),
            ("/manage/systems/subscriptions/new", "subscription-new"),
        ] {
            browser.go(path).await.check().await;
            browser.screenshot(&format!("{shot}{name}")).await;
        }
        browser.choose("Dataset", "bkd/barang/v1").await;
        browser
            .choose("Aplikasi penerima", "Gudang Obat 1 (dinkes)")
            .await;
        browser
            .choose("Penghubung ke sistem penerima", "dinkes/penerima")
            .await;
        browser.fill("Jalur di bawah alamatnya", "/terima").await;
        browser.click("Simpan").await.see("Salin sekarang").await;
        browser.check().await;
        browser.screenshot(&format!("secret{name}")).await;
        browser.click("Sudah disalin").await.see("Cara mengirim").await;
    }
}
