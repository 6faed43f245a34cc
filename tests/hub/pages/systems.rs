//! Other systems set up by forms: connectors registered and tried, pulls with their mappings tried before they run.

use mahakam::access::Role;
use serde_json::json;

use super::sign_in::{leads_to, seen, sent};
use crate::browser::Browser;
use crate::harness::{Reply, TestHub, Upstream, contracts, eventually};

/// What no page may give out as it was typed.
const HOSTILE: &str = "<script>alert(1)</script>\"><b id=x>\u{202e}";

/// A form of these fields.
fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// A system that has two rows.
async fn system() -> Upstream {
    Upstream::start(|_| {
        Reply::json(json!({"data": [{"NIP": "199001012015031001", "NAMA": "Ani"}, {"NIP": "12", "NAMA": 7}]}))
    })
    .await
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn an_operator_registers_changes_and_tries_a_connector_by_forms() {
    let hub = TestHub::start().await;
    hub.key("bkd");
    let system = system().await;
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let new = "/manage/systems/connectors/new";
    assert!(
        seen(&hub, "/manage/systems", &siti)
            .await
            .is(200)
            .body
            .contains(&format!("href=\"{new}\""))
    );
    seen(&hub, new, &siti).await.is(200);
    let wrong = form(&[
        ("opd", "bkd"),
        ("name", HOSTILE),
        ("base_url", "ftp://simpeg"),
        ("auth", "bearer"),
        ("credential", "rahasia sekali"),
        ("headers", "X-Instansi: bkd"),
    ]);
    let refused = sent(&hub, new, &siti, &wrong).await;
    let body = &refused.is(400).body;
    assert!(
        body.contains("value=\"ftp://simpeg\"")
            && body.contains("X-Instansi: bkd")
            && body.contains("value=\"bearer\" selected"),
        "{body}"
    );
    assert!(
        !body.contains("rahasia sekali") && !body.contains("<script>alert") && !body.contains("<b id=x>"),
        "{body}"
    );
    let mut right = vec![
        ("opd", "bkd"),
        ("name", "simpeg"),
        ("base_url", system.url.as_str()),
        ("auth", "bearer"),
        ("networks", "127.0.0.0/8"),
        ("headers", "X-Instansi: bkd"),
    ];
    // Without the credential that its way needs, it is refused with the place.
    let faulty = sent(&hub, new, &siti, &form(&right)).await;
    assert!(faulty.is(422).body.contains("/credential"), "{faulty:?}");
    right.push(("credential", "rahasia sekali"));
    let added = sent(&hub, new, &siti, &form(&right)).await;
    let path = "/manage/systems/connectors/1";
    assert_eq!(leads_to(&added), format!("{path}?said=added"));
    let again = sent(&hub, new, &siti, &form(&right)).await;
    assert!(again.is(409).body.contains("value=\"simpeg\""), "{again:?}");
    let change = format!("{path}/change");
    let page = seen(&hub, &change, &siti).await;
    let body = &page.is(200).body;
    for told in [
        system.url.as_str(),
        "value=\"bearer\" selected",
        "X-Instansi: bkd",
        "127.0.0.0/8",
        "Sudah ada yang tersimpan",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
    assert!(!body.contains("rahasia"), "{body}");
    // The credential stays where it is left empty, and what the form does not show stays as well.
    let typed = form(&[
        ("base_url", &system.url),
        ("auth", "bearer"),
        ("networks", "127.0.0.0/8"),
        ("max_concurrent", "3"),
        ("answer_ms", "2000"),
    ]);
    let changed = sent(&hub, &change, &siti, &typed).await;
    assert_eq!(leads_to(&changed), format!("{path}?said=saved"));
    let view = hub.hub.connector(1).unwrap();
    assert!(view.has_credential && view.connector.settings.headers.is_empty());
    assert_eq!(view.connector.settings.max_concurrent, 3);
    assert_eq!(view.connector.settings.timeouts.answer_ms, 2_000);
    assert_eq!(view.connector.settings.breaker_failures, 5);
    // Each phase of a trial is told in words.
    let tried = sent(&hub, path, &siti, "path=%2Fpegawai").await;
    let body = &tried.is(200).body;
    for told in ["Sambungan terbuka", "Sistem menjawab", "Jawabannya JSON"] {
        assert!(body.contains(told), "{told}: {body}");
    }
    assert_eq!(
        system.received().last().unwrap().header("authorization"),
        Some("Bearer rahasia sekali")
    );
    let out = sent(&hub, path, &siti, "path=%2F..%2Frahasia").await;
    assert!(out.is(400).body.contains("value=\"/../rahasia\""), "{out:?}");
    let by = "SELECT count(*) FROM audit WHERE actor = 'person:siti' AND action LIKE 'connector.%'";
    assert_eq!(hub.database.beside().number(by), 2);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn a_mapping_is_tried_side_by_side_before_its_pull_is_kept_and_run() {
    let (hub, api) = TestHub::with(contracts::pegawai()).await;
    let system = system().await;
    let connector = hub
        .connect("simpeg", &system.url, json!({}))
        .connector
        .id
        .to_string();
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let new = "/manage/systems/pulls/new";
    let page = seen(&hub, &format!("{new}?connector={connector}"), &siti).await;
    assert!(
        page.is(200)
            .body
            .contains(&format!("<option value=\"{connector}\" selected>")),
        "{page:?}"
    );
    let fields = |act: &'static str, sample: &'static str, schedule: &'static str| {
        vec![
            ("dataset", "bkd/pegawai/v1".to_owned()),
            ("connector", connector.clone()),
            ("path", "/pegawai".to_owned()),
            ("form", "json".to_owned()),
            ("items", "/data".to_owned()),
            ("mapping", "{nip: .NIP, nama: .NAMA}".to_owned()),
            ("schedule", schedule.to_owned()),
            ("paging", "none".to_owned()),
            ("sample", sample.to_owned()),
            ("act", act.to_owned()),
        ]
    };
    let send = async |path: &str, fields: Vec<(&str, String)>| {
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        sent(&hub, path, &siti, &form(&fields)).await
    };
    // What the system sends, what becomes of it, and what the contract says of it.
    let tried = send(new, fields("preview", "", "0 2 * * *")).await;
    let body = &tried.is(200).body;
    for told in [
        "&#34;NAMA&#34;:&#34;Ani&#34;",
        "&#34;nama&#34;:&#34;Ani&#34;",
        "<span class=\"mark good\">diterima</span>",
        "<span class=\"mark bad\">ditolak</span>",
        "<code>/nip</code>",
        "<code>/nama</code>",
        "2 dari 2 butir",
        "value=\"0 2 * * *\"",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
    let asked = system.received().len();
    let sample = r#"{"data": [{"NIP": "1", "NAMA": "</code><script>alert(1)</script>"}]}"#;
    let sampled = send(new, fields("preview", sample, "")).await;
    let body = &sampled.is(200).body;
    assert!(
        body.contains("1 dari 1 butir") && body.contains("&#60;script&#62;"),
        "{body}"
    );
    assert!(!body.contains("<script>alert"), "{body}");
    assert_eq!(system.received().len(), asked, "a sample asks no system");
    let broken = send(
        new,
        fields("preview", sample, "")
            .into_iter()
            .map(|(name, value)| match name {
                "mapping" => (name, "{nip:".to_owned()),
                _ => (name, value),
            })
            .collect(),
    )
    .await;
    assert!(
        broken.status >= 400 && broken.body.contains("{nip:</textarea>"),
        "what was typed stands: {broken:?}"
    );
    assert!(hub.hub.pulls().unwrap().is_empty());
    // A connector of another agency is not taken for this one's of the same name.
    hub.key("dinkes");
    let elsewhere = form(&[
        ("opd", "dinkes"),
        ("name", "simpeg"),
        ("base_url", &system.url),
        ("auth", "none"),
    ]);
    let elsewhere = sent(&hub, "/manage/systems/connectors/new", &siti, &elsewhere).await;
    let theirs = leads_to(&elsewhere).split(['/', '?']).nth(4).unwrap().to_owned();
    let mut mixed = fields("save", "", "0 2 * * *");
    mixed[1].1 = theirs;
    let mixed = send(new, mixed).await;
    assert!(mixed.is(400).body.contains("milik OPD lain"), "{mixed:?}");
    assert!(hub.hub.pulls().unwrap().is_empty());
    let wrong = send(new, fields("save", "", "setiap hari")).await;
    assert!(wrong.is(422).body.contains("value=\"setiap hari\""), "{wrong:?}");
    let kept = send(new, fields("save", sample, "0 2 * * *")).await;
    let path = leads_to(&kept).split('?').next().unwrap().to_owned();
    let pull = hub.hub.pulls().unwrap().remove(0);
    assert_eq!(path, format!("/manage/systems/pulls/{}", pull.id));
    assert_eq!(pull.settings.schedule.as_deref(), Some("0 2 * * *"));
    let change = format!("{path}/change");
    let page = seen(&hub, &change, &siti).await;
    assert!(
        page.is(200).body.contains("{nip: .NIP, nama: .NAMA}</textarea>")
            && page.body.contains("value=\"/data\""),
        "{page:?}"
    );
    send(&change, fields("save", "", "*/15 * * * *")).await.is(303);
    assert_eq!(
        hub.hub.pull(pull.id).unwrap().settings.schedule.as_deref(),
        Some("*/15 * * * *")
    );
    sent(&hub, &path, &siti, "act=pause").await.is(303);
    assert!(hub.hub.pull(pull.id).unwrap().paused);
    let paused = sent(&hub, &path, &siti, "act=run").await;
    assert!(paused.is(422).body.contains("Lanjutkan dahulu"), "{paused:?}");
    sent(&hub, &path, &siti, "act=resume").await.is(303);
    api.record("199001012015031001").await.is(404);
    sent(&hub, &path, &siti, "act=run").await.is(303);
    eventually("it ran", || async {
        (api.record("199001012015031001").await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn forms_of_other_systems_are_for_those_who_set_them_up() {
    let (hub, _) = TestHub::with(contracts::pegawai()).await;
    hub.connect("simpeg", "https://simpeg.example", json!({}));
    let forms = [
        "/manage/systems/connectors/new",
        "/manage/systems/connectors/1/change",
        "/manage/systems/pulls/new",
    ];
    for (name, role, opd) in [
        ("dewi", Role::Opd, Some("bkd")),
        ("tuti", Role::TechnicalTeam, None),
        ("wati", Role::Viewer, None),
    ] {
        let cookie = hub.person(name, &[role], opd).await;
        for path in forms {
            assert!(
                seen(&hub, path, &cookie).await.is(403).body.contains("<html"),
                "{name} {path}"
            );
            sent(&hub, path, &cookie, "act=save").await.is(403);
        }
        if role == Role::Viewer {
            continue;
        }
        let page = seen(&hub, "/manage/systems/connectors/1", &cookie).await;
        assert!(!page.is(200).body.contains("<form class=\"form\""), "{page:?}");
    }
    let led = seen(&hub, forms[0], "").await;
    assert!(leads_to(&led).starts_with("/sign-in?to="), "{led:?}");
}

#[tokio::test]
async fn forms_of_other_systems_pass_in_a_browser() {
    let (hub, _) = TestHub::with(contracts::pegawai()).await;
    let system = system().await;
    hub.connect("simpeg", &system.url, json!({}));
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let browser = Browser::without_scripts(&hub).await;
    browser.carry(&siti).await;
    for (width, name) in [(1_280, ""), (360, "-360")] {
        browser.size(width, 800).await;
        for (path, shot) in [
            ("/manage/systems", "systems"),
            ("/manage/systems/connectors/1", "connector"),
            ("/manage/systems/connectors/new", "connector-new"),
            ("/manage/systems/connectors/1/change", "connector-change"),
            ("/manage/systems/pulls/new?connector=1", "pull-new"),
        ] {
            browser.go(path).await.check().await;
            browser.screenshot(&format!("{shot}{name}")).await;
        }
        browser.choose("Dataset", "bkd/pegawai/v1").await;
        browser.fill("Jalur di bawah alamatnya", "/pegawai").await;
        browser.fill("Letak daftar di dalam JSON", "/data").await;
        browser.fill("Pemetaan (jq)", "{nip: .NIP, nama: .NAMA}").await;
        browser.click("Coba pemetaan").await.see("diterima").await;
        browser.check().await;
        browser.screenshot(&format!("pull-tried{name}")).await;
        browser.go("/manage/systems/connectors/1").await;
        browser.fill("Jalur di bawah alamatnya", "/pegawai").await;
        browser.click("Coba").await.see("Sistem menjawab").await;
        browser.check().await;
        browser.screenshot(&format!("connector-tried{name}")).await;
    }
}
