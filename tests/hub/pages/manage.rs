//! Pages of administration.

use mahakam::access::Role;

use super::sign_in::{leads_to, seen, sent};
use crate::browser::Browser;
use crate::harness::{TestHub, actor, contracts, eventually};

/// What no page may give out as it was typed.
const HOSTILE: &str = "<script>alert(1)</script>\"><b id=x>\u{202e}";

#[tokio::test]
async fn an_operator_adds_an_agency_an_application_and_keys() {
    let hub = TestHub::start().await;
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let refused = sent(&hub, "/manage/opds", &siti, "code=BKD+!&name=Badan").await;
    assert!(refused.is(400).body.contains("value=\"BKD !\"") && refused.body.contains("value=\"Badan\""));
    let added = sent(&hub, "/manage/opds", &siti, "code=bkd&name=Badan+Kepegawaian").await;
    assert_eq!(leads_to(&added), "/manage/opds/bkd?said=added");
    // The same form once more tells that it is there.
    sent(&hub, "/manage/opds", &siti, "code=bkd&name=Badan+Kepegawaian")
        .await
        .is(409);
    let key = sent(&hub, "/manage/applications", &siti, "opd=bkd&name=SIMPEG").await;
    assert!(key.is(200).body.contains("mhk_"), "{key:?}");
    assert_eq!(key.header("cache-control"), "no-store");
    let page = seen(&hub, "/manage/applications/1", &siti).await;
    assert!(
        page.is(200).body.contains("Berlaku") && page.body.contains("SIMPEG"),
        "{page:?}"
    );
    let form = "name=cadangan&until=2030-01-31&networks=10.0.0.0%2F8&others=keep";
    sent(&hub, "/manage/applications/1", &siti, form).await.is(200);
    let keys = hub.hub.keys(1).unwrap();
    assert_eq!(keys.iter().filter(|key| key.revoked_at.is_none()).count(), 2);
    let path = format!("/manage/applications/1/keys/{}/end", keys[0].key);
    assert!(
        seen(&hub, &path, &siti)
            .await
            .is(200)
            .body
            .contains("tidak dapat dibatalkan")
    );
    let ended = sent(&hub, &path, &siti, "").await;
    assert_eq!(leads_to(&ended), "/manage/applications/1?said=ended");
    let wrong = sent(
        &hub,
        "/manage/applications/1",
        &siti,
        "networks=nowhere&others=keep",
    )
    .await;
    assert!(wrong.is(400).body.contains("value=\"nowhere\""), "{wrong:?}");
    let inactive = sent(&hub, "/manage/opds/bkd/active", &siti, "active=no").await;
    assert_eq!(leads_to(&inactive), "/manage/opds/bkd?said=saved");
    assert!(!hub.hub.opd(&"bkd".parse().unwrap()).unwrap().active);
}

#[tokio::test]
async fn an_operator_adds_people_and_gives_them_roles() {
    let hub = TestHub::start().await;
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let form = "name=budi&full_name=Budi+Santoso%2C+S.Kom.&nip=198001012005011001&rank=&office=&opd=";
    let added = sent(&hub, "/manage/people", &siti, form).await;
    assert!(added.is(200).body.contains("Kata sandi untuk"), "{added:?}");
    let given = "role=technical-team&capacity=plt&order_number=800%2F1%2F2026&from=&until=";
    let assigned = sent(&hub, "/manage/people/budi/assignments", &siti, given).await;
    assert_eq!(leads_to(&assigned), "/manage/people/budi?said=added");
    let page = seen(&hub, "/manage/people/budi", &siti).await;
    assert!(
        page.is(200).body.contains("Tim Teknis") && page.body.contains("800/1/2026"),
        "{page:?}"
    );
    // Nobody gives a role to themselves.
    let own = sent(
        &hub,
        "/manage/people/siti/assignments",
        &siti,
        "role=auditor&capacity=definitive",
    )
    .await;
    own.is(403);
    let ended = sent(&hub, "/manage/people/budi/assignments/2/end", &siti, "").await;
    assert_eq!(leads_to(&ended), "/manage/people/budi?said=ended");
    let gone = sent(&hub, "/manage/people/budi/active", &siti, "active=no").await;
    assert_eq!(leads_to(&gone), "/manage/people/budi?said=saved");
    assert!(!hub.hub.person(&"budi".parse().unwrap()).unwrap().active);
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn the_technical_team_takes_a_contract_from_paper_to_publication() {
    let hub = TestHub::start().await;
    let team = hub.person("budi", &[Role::TechnicalTeam], None).await;
    hub.key("bkd");
    let mut contract = contracts::pegawai();
    let form = |act: &str, document: &str| {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("document", document)
            .append_pair("act", act)
            .finish()
    };
    let broken = sent(
        &hub,
        "/manage/contracts/new",
        &team,
        &form("check", "mahakam: \"1\"\nopd: bkd\n"),
    )
    .await;
    assert!(
        broken.is(422).body.contains("opd: bkd") && broken.body.contains("role=\"alert\""),
        "{broken:?}"
    );
    let document = contract.to_string();
    let checked = sent(&hub, "/manage/contracts/new", &team, &form("check", &document)).await;
    assert!(checked.is(200).body.contains("dapat didaftarkan"), "{checked:?}");
    assert!(hub.hub.contracts().unwrap().is_empty());
    let registered = sent(&hub, "/manage/contracts/new", &team, &form("register", &document)).await;
    assert_eq!(
        leads_to(&registered),
        "/manage/contracts/bkd/pegawai/1.0.0?said=added"
    );
    let published = sent(
        &hub,
        "/manage/contracts/bkd/pegawai/1.0.0/publish",
        &team,
        "reason=Uji",
    )
    .await;
    assert_eq!(
        leads_to(&published),
        "/manage/contracts/bkd/pegawai/1.0.0?said=saved"
    );
    // What would refuse accepted data is shown before anybody publishes it.
    contract["version"] = "1.1.0".into();
    contract["schema"]["properties"]["nama"]["maxLength"] = 3.into();
    let breaking = contract.to_string();
    sent(&hub, "/manage/contracts/new", &team, &form("register", &breaking))
        .await
        .is(303);
    let page = seen(&hub, "/manage/contracts/bkd/pegawai/1.1.0", &team).await;
    assert!(page.is(200).body.contains("perlu versi utama baru"), "{page:?}");
    assert!(page.body.contains("maxLength"), "{page:?}");
    sent(
        &hub,
        "/manage/contracts/bkd/pegawai/1.1.0/publish",
        &team,
        "reason=Uji",
    )
    .await
    .is(409);
    let end = sent(
        &hub,
        "/manage/contracts/bkd/pegawai/1.0.0/deprecate",
        &team,
        "sunset=2030-01-01&reason=x",
    )
    .await;
    assert_eq!(leads_to(&end), "/manage/contracts/bkd/pegawai/1.0.0?said=saved");
}

#[tokio::test]
async fn what_people_typed_is_shown_as_text() {
    let hub = TestHub::start().await;
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let name = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect::<String>();
    sent(&hub, "/manage/opds", &siti, &format!("code=bkd&name={name}"))
        .await
        .is(303);
    sent(
        &hub,
        "/manage/applications",
        &siti,
        &format!("opd=bkd&name={name}"),
    )
    .await
    .is(200);
    for path in [
        "/manage/opds",
        "/manage/opds/bkd",
        "/manage/applications",
        "/manage/applications/1",
        "/manage/people",
    ] {
        let page = seen(&hub, &format!("{path}?q={name}"), &siti).await;
        assert!(!page.is(200).body.contains("<script>alert"), "{path}: {page:?}");
        assert!(!page.body.contains("<b id=x>"), "{path}: {page:?}");
    }
}

#[tokio::test]
async fn the_logs_are_searched_and_an_agency_sees_its_own() {
    let (hub, api) = TestHub::with(contracts::pegawai()).await;
    api.get("/records").await.is(200);
    let auditor = hub.person("inspektur", &[Role::Auditor], None).await;
    eventually("the call in the log", async || {
        let page = seen(&hub, "/manage/exchanges?dataset=bkd%2Fpegawai%2Fv1", &auditor).await;
        page.is(200).body.contains("<td>Ambil data</td>").then_some(())
    })
    .await;
    let audit = seen(&hub, "/manage/audit", &auditor).await;
    assert!(audit.is(200).body.contains("contract.publish"), "{audit:?}");
    let other = hub.person("dewi", &[Role::Opd], Some("dinkes")).await;
    let none = seen(&hub, "/manage/exchanges?dataset=bkd%2Fpegawai%2Fv1", &other).await;
    assert!(
        none.is(200).body.contains("Tidak ada panggilan yang cocok"),
        "{none:?}"
    );
    seen(&hub, "/manage/audit", &other).await.is(403);
}

#[tokio::test]
async fn an_operator_says_to_which_address_notices_are_mailed() {
    let hub = TestHub::start().await;
    let siti = hub.person("siti", &[Role::Operator], None).await;
    hub.add_person("budi", &[Role::Opd], Some("bkd"));
    let (page, mail) = ("/manage/people/budi", "/manage/people/budi/mail");
    let empty = seen(&hub, page, &siti).await;
    assert!(
        empty.is(200).body.contains("Surel pemberitahuan") && empty.body.contains("belum punya server surel"),
        "{empty:?}"
    );
    let wrong = sent(&hub, mail, &siti, "address=budi+%22%3E%3Cb+id%3Dx%3E").await;
    assert!(
        wrong
            .is(400)
            .body
            .contains("value=\"budi &#34;&#62;&#60;b id=x&#62;\"")
            && wrong.body.contains("role=\"alert\""),
        "{wrong:?}"
    );
    let name = "budi".parse().unwrap();
    assert_eq!(hub.hub.mail_address(&name).unwrap(), None);
    let set = sent(&hub, mail, &siti, "address=budi%40bkd.example").await;
    assert_eq!(leads_to(&set), "/manage/people/budi?said=saved");
    assert_eq!(
        hub.hub.mail_address(&name).unwrap().as_deref(),
        Some("budi@bkd.example")
    );
    let auditor = hub.person("inspektur", &[Role::Auditor], None).await;
    let shown = seen(&hub, page, &auditor).await;
    assert!(
        shown.is(200).body.contains("budi@bkd.example") && !shown.body.contains("name=\"address\""),
        "{shown:?}"
    );
    sent(&hub, mail, &auditor, "address=").await.is(403);
    // Left empty: nothing is mailed.
    sent(&hub, mail, &siti, "address=").await.is(303);
    assert_eq!(hub.hub.mail_address(&name).unwrap(), None);
    let by = "SELECT count(*) FROM audit WHERE actor = 'person:siti' AND action = 'person.mail'";
    assert_eq!(hub.database.beside().number(by), 2);
}

#[tokio::test]
async fn what_was_published_outside_a_run_is_seen_with_its_reason() {
    let hub = TestHub::start().await;
    let (operator, list) = (
        hub.person("siti", &[Role::Operator], None).await,
        "/manage/contracts/outside",
    );
    hub.key("bkd");
    let none = seen(&hub, list, &operator).await;
    assert!(none.is(200).body.contains("Belum ada"), "{none:?}");
    for name in ["barang", "gedung"] {
        let contract = contracts::named(contracts::barang(), name).to_string();
        hub.hub
            .register_contract(&actor(), contract.as_bytes(), None, None)
            .unwrap();
        let path = format!("/manage/contracts/bkd/{name}/1.0.0/publish");
        sent(&hub, &path, &operator, "reason=").await.is(400);
        let reason = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect::<String>();
        sent(
            &hub,
            &path,
            &operator,
            &format!("reason=Perintah+{name}+{reason}"),
        )
        .await
        .is(303);
    }
    let page = seen(&hub, list, &operator).await;
    let body = &page.is(200).body;
    for told in [
        "href=\"/manage/contracts/bkd/gedung/1.0.0\"",
        "person:siti",
        "Perintah barang &#60;script&#62;",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
    assert!(
        !body.contains("<script>alert") && !body.contains("<b id=x>"),
        "{body}"
    );
    let found = seen(&hub, &format!("{list}?q=gedung"), &operator).await;
    assert!(
        found.is(200).body.contains("Perintah gedung") && !found.body.contains("Perintah barang"),
        "{found:?}"
    );
    let linked = seen(&hub, "/manage/contracts", &operator).await;
    assert!(
        linked.is(200).body.contains(&format!("href=\"{list}\"")),
        "{linked:?}"
    );
    // An agency sees its own; who has no part in contracts sees none.
    for (opd, seen_here) in [("bkd", true), ("dinkes", false)] {
        let cookie = hub.person(&format!("orang.{opd}"), &[Role::Opd], Some(opd)).await;
        let page = seen(&hub, list, &cookie).await;
        assert_eq!(page.is(200).body.contains("Perintah barang"), seen_here, "{opd}");
    }
    let viewer = hub.person("gubernur", &[Role::Viewer], None).await;
    seen(&hub, list, &viewer).await.is(403);
}

#[tokio::test]
async fn every_page_of_administration_passes_in_a_browser() {
    let (hub, api) = TestHub::with(contracts::pegawai()).await;
    api.get("/records").await.is(200);
    let all = [Role::Operator, Role::TechnicalTeam, Role::Auditor];
    let browser = Browser::open(&hub).await;
    browser.carry(&hub.person("siti", &all, None).await).await;
    browser.go("/manage").await.see("Rekam jejak audit").await;
    browser.check().await;
    for path in [
        "/manage/opds",
        "/manage/opds/bkd",
        "/manage/opds/bkd/active",
        "/manage/applications",
        "/manage/applications/1",
        "/manage/people",
        "/manage/people/siti",
        "/manage/contracts",
        "/manage/contracts/new",
        "/manage/contracts/outside",
        "/manage/contracts/bkd/pegawai/1.0.0",
        "/manage/systems",
        "/manage/exchanges",
        "/manage/audit",
    ] {
        browser.go(path).await.check().await;
    }
    browser
        .go("/manage/contracts/bkd/pegawai/1.0.0")
        .await
        .screenshot("contract")
        .await;
}
