//! What an agency's programmers do for themselves: keys, their own calls, trying out, what versions changed.

use mahakam::access::Role;
use serde_json::{Value, json};

use super::sign_in::{leads_to, seen, sent};
use crate::browser::Browser;
use crate::harness::{TestHub, contracts, eventually};

/// What no page may give out as it was typed.
const HOSTILE: &str = "<script>alert(1)</script>\"><b id=x>\u{202e}";

const TRY: &str = "/datasets/bkd/pegawai/v1/sandbox";

/// A form of these fields.
fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// The contract of `bkd/pegawai/v1` with a sample.
fn pegawai() -> Value {
    let mut contract = contracts::pegawai();
    contract["examples"] = json!({"valid": [{"nip": "199001012015031001", "nama": "Siti"}]});
    contract
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn people_of_an_agency_make_exchange_and_revoke_the_keys_of_its_own_applications() {
    let (hub, _) = TestHub::with(contracts::pegawai()).await;
    let (id, first) = hub.new_application("bkd", "Gaji");
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let path = format!("/manage/applications/{id}");
    let listed = seen(&hub, "/manage/applications", &siti).await;
    let public = first.split('_').nth(1).unwrap();
    assert!(
        listed.is(200).body.contains(public) && listed.body.contains("belum pernah dipakai"),
        "{listed:?}"
    );
    assert!(
        !listed.body.contains("Tambah aplikasi"),
        "an agency adds no application"
    );
    sent(&hub, "/manage/applications", &siti, "opd=bkd&name=Lain")
        .await
        .is(403);
    // The old key goes on for a day beside the new one, whose last day counts as a whole.
    let name = form(&[
        ("name", HOSTILE),
        ("until", "2030-01-31"),
        ("others", "86400"),
        ("networks", ""),
    ]);
    let made = sent(&hub, &path, &siti, &name).await;
    assert!(made.is(200).body.contains("mhk_"), "{made:?}");
    let keys = hub.hub.keys(id).unwrap();
    assert_eq!(
        keys[0].expires_at.unwrap().to_string(),
        "2030-01-31T16:00:00.000Z",
        "the end of the day at the office"
    );
    assert!(keys[1].expires_at.is_some() && keys[1].revoked_at.is_none());
    let page = seen(&hub, &path, &siti).await;
    assert!(page.is(200).body.contains("berlaku s.d. 31 Jan 2030"), "{page:?}");
    assert!(
        !page.body.contains("<script>alert") && !page.body.contains("<b id=x>"),
        "{page:?}"
    );
    let wrong = sent(&hub, &path, &siti, "name=b&networks=nowhere&others=keep").await;
    assert!(wrong.is(400).body.contains("value=\"nowhere\""), "{wrong:?}");
    // What becomes of the other keys is said, or nothing is done.
    sent(&hub, &path, &siti, "name=b").await.is(400);
    assert_eq!(hub.hub.keys(id).unwrap().len(), 2);
    let end = format!("{path}/keys/{public}/end");
    let asked = seen(&hub, &end, &siti).await;
    assert!(asked.is(200).body.contains("tidak dapat dibatalkan"), "{asked:?}");
    // Another agency's people reach none of it, and learn nothing of it.
    let other = hub.person("dewi", &[Role::Opd], Some("dinkes")).await;
    for path in [&path, &end] {
        seen(&hub, path, &other).await.is(404);
        sent(&hub, path, &other, "others=0").await.is(404);
    }
    let viewer = hub.person("wati", &[Role::Viewer], None).await;
    seen(&hub, &path, &viewer).await.is(403);
    let team = hub.person("tuti", &[Role::TechnicalTeam], None).await;
    let looked = seen(&hub, &path, &team).await;
    assert!(
        looked.is(200).body.contains(public) && !looked.body.contains("Cabut"),
        "who looks makes and revokes none: {looked:?}"
    );
    sent(&hub, &path, &team, "others=keep").await.is(403);
    assert!(hub.hub.keys(id).unwrap()[1].revoked_at.is_none());
    let ended = sent(&hub, &end, &siti, "").await;
    assert_eq!(leads_to(&ended), format!("{path}?said=ended"));
    assert!(hub.hub.keys(id).unwrap()[1].revoked_at.is_some());
    let by = |action: &str| {
        format!("SELECT count(*) FROM audit WHERE action = '{action}' AND actor = 'person:siti'")
    };
    let mut beside = hub.database.beside();
    assert_eq!(beside.number(&by("application.rotate")), 1);
    assert_eq!(beside.number(&by("application.revoke")), 1);
}

#[tokio::test]
async fn what_was_refused_is_found_by_the_call_that_brought_it() {
    let (hub, api) = TestHub::with(pegawai()).await;
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    api.push(json!({"nip": "199001012015031001", "nama": "Ani"}))
        .await
        .is(201);
    api.push(json!({"nip": "12", "nama": "Terlalu pendek nipnya"}))
        .await
        .is(422);
    let search = "/manage/exchanges?dataset=bkd%2Fpegawai%2Fv1&action=push&outcome=contract-violated";
    let page = eventually("the call in the log", async || {
        let page = seen(&hub, search, &siti).await;
        page.is(200).body.contains("/rejections?").then_some(page)
    })
    .await;
    assert!(
        page.body
            .contains("<span class=\"mark bad\">tidak sesuai kontrak data</span>"),
        "{page:?}"
    );
    assert!(!page.body.contains("<span class=\"mark good\">"), "{page:?}");
    let link = |body: &str| {
        let begin = body.find("/datasets/bkd/pegawai/v1/rejections?").unwrap();
        let rest = &body[begin..];
        rest[..rest.find('"').unwrap()].replace("&#38;", "&")
    };
    let refused = seen(&hub, &link(&page.body), &siti).await;
    assert!(
        refused.is(200).body.contains("Perbaiki") && refused.body.contains("nip"),
        "{refused:?}"
    );
    let one = page.body.split("/manage/exchanges/").nth(1).unwrap();
    let one = format!("/manage/exchanges/{}", one.split('"').next().unwrap());
    let call = seen(&hub, &one, &siti).await;
    assert!(
        call.is(200)
            .body
            .contains("Lihat data yang ditolak dan aturannya"),
        "{call:?}"
    );
    assert_eq!(link(&call.body), link(&page.body));
    // By the day, and by whoever else may look.
    let none = seen(&hub, &format!("{search}&until=2020-01-01"), &siti).await;
    assert!(
        none.is(200).body.contains("Tidak ada panggilan yang cocok"),
        "{none:?}"
    );
    let other = hub.person("dewi", &[Role::Opd], Some("dinkes")).await;
    let none = seen(&hub, search, &other).await;
    assert!(!none.is(200).body.contains("/rejections?"), "{none:?}");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn the_owners_people_try_calls_in_the_sandbox_and_the_real_data_stays() {
    let (hub, api) = TestHub::with(pegawai()).await;
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let docs = seen(&hub, "/docs/bkd/pegawai/v1", &siti).await;
    let link = "href=\"../../../datasets/bkd/pegawai/v1/sandbox\"";
    assert!(docs.is(200).body.contains(link), "{docs:?}");
    let by_key = hub.call("GET", "/docs/bkd/pegawai/v1").key(&hub.key("bkd")).await;
    assert!(!by_key.is(200).body.contains(link), "a program has no page");
    let page = seen(&hub, TRY, &siti).await;
    assert!(
        page.is(200).body.contains("199001012015031001") && page.body.contains("value=\"push\" checked"),
        "the sample is there: {page:?}"
    );
    // A payload that breaks rules: what was typed stands, with each rule in words, as a program is told.
    let broken = r#"{"nip": "12", "nama": "O'Brien </textarea><script>alert(1)</script>"}"#;
    let refused = sent(&hub, TRY, &siti, &form(&[("act", "push"), ("payload", broken)])).await;
    let body = &refused.is(422).body;
    for told in [
        "422 ditolak",
        "<code>/nip</code>",
        "contract-violated",
        "O&#39;\\&#39;&#39;Brien",
        "Authorization: Bearer $MAHAKAM_KEY",
        "/sandbox/bkd/pegawai/v1/records",
        "&#60;/textarea&#62;",
        "value=\"push\" checked",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
    assert!(!body.contains("<script>alert"), "{body}");
    let sample = r#"{"nip": "199001012015031001", "nama": "Siti"}"#;
    let weighed = sent(
        &hub,
        TRY,
        &siti,
        &form(&[("act", "validate"), ("payload", sample)]),
    )
    .await;
    assert!(weighed.is(200).body.contains("200 berhasil"), "{weighed:?}");
    let get = form(&[("act", "get"), ("key", "199001012015031001")]);
    let absent = sent(&hub, TRY, &siti, &get).await;
    assert!(
        absent.is(404).body.contains("unknown-record"),
        "a dry run stores nothing: {absent:?}"
    );
    let stored = sent(&hub, TRY, &siti, &form(&[("act", "push"), ("payload", sample)])).await;
    assert!(stored.is(200).body.contains("201 dibuat"), "{stored:?}");
    let found = sent(&hub, TRY, &siti, &get).await;
    assert!(found.is(200).body.contains("&#34;Siti&#34;"), "{found:?}");
    let list = sent(&hub, TRY, &siti, "act=list").await;
    assert!(list.is(200).body.contains("&#34;as_of&#34;"), "{list:?}");
    let unknown = sent(&hub, TRY, &siti, "act=erase&payload=diketik").await;
    assert!(unknown.is(400).body.contains("diketik</textarea>"), "{unknown:?}");
    let many = form(&[("act", "push"), ("payload", "[{}]")]);
    let many = sent(&hub, TRY, &siti, &many).await;
    assert!(many.is(400).body.contains("satu rekaman saja"), "{many:?}");
    // Nothing of it is in the real dataset; all of it is in the log, as the person's.
    api.record("199001012015031001").await.is(404);
    let logged = |what: &str| {
        let sql = format!(
            "SELECT count(*) FROM exchange WHERE dataset = 'sandbox/bkd/pegawai/v1' AND person_id IS NOT NULL AND {what}"
        );
        hub.database.beside().number(&sql)
    };
    eventually("the calls in the log", async || {
        let all = logged("action = 'push' AND outcome <> 'bad-parameter'") == 2
            && logged("action = 'pull' AND outcome = 'unknown-record'") == 1
            && logged("action = 'push' AND outcome = 'contract-violated'") == 1
            && logged("action = 'validate' AND outcome = 'ok'") == 1
            && logged("action = 'pull' AND records > 0") == 2;
        all.then_some(())
    })
    .await;
    // An address that says the same in other letters is the same page, and no way to the real data.
    let written = TRY.replace("sandbox", "%73andbox");
    let again = sent(
        &hub,
        &written,
        &siti,
        &form(&[("act", "push"), ("payload", sample)]),
    )
    .await;
    assert!(again.status == 200 || again.status == 404, "{again:?}");
    api.record("199001012015031001").await.is(404);
}

#[tokio::test]
async fn a_sandbox_is_tried_by_those_alone_who_may() {
    let (hub, _) = TestHub::with(pegawai()).await;
    hub.publish(&contracts::libur());
    hub.publish(&contracts::live());
    let push = form(&[("act", "push"), ("payload", "{}")]);
    let led = seen(&hub, TRY, "").await;
    assert!(leads_to(&led).starts_with("/sign-in?to="), "{led:?}");
    for (name, role, opd, status) in [
        ("dewi", Role::Opd, Some("dkp"), 404),
        ("wati", Role::Viewer, None, 403),
        ("tuti", Role::TechnicalTeam, None, 403),
    ] {
        let cookie = hub.person(name, &[role], opd).await;
        seen(&hub, TRY, &cookie).await.is(status);
        sent(&hub, TRY, &cookie, &push).await.is(status);
    }
    // What is open may be read by everybody, and written by nobody else.
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let open = "/datasets/pod/libur/v1/sandbox";
    let page = seen(&hub, open, &siti).await;
    assert!(
        page.is(200).body.contains("value=\"list\"") && !page.body.contains("value=\"push\""),
        "{page:?}"
    );
    sent(&hub, open, &siti, &push).await.is(403);
    // What its owner's system answers has no sandbox of records.
    seen(&hub, "/datasets/bkd/cuti/v1/sandbox", &siti).await.is(404);
    let live = seen(&hub, "/datasets/bkd/cuti/v1", &siti).await;
    assert!(!live.is(200).body.contains("/sandbox\""), "{live:?}");
}

#[tokio::test]
async fn a_contracts_page_tells_what_its_versions_changed_as_far_as_its_reader_may_know() {
    let (hub, _) = TestHub::with(pegawai()).await;
    let path = "/docs/bkd/pegawai/v1";
    let shown = async |opd: &str| {
        hub.call("GET", path)
            .key(&hub.key(opd))
            .await
            .is(200)
            .body
            .clone()
    };
    assert!(!shown("bkd").await.contains("Perubahan antarversi"));
    let mut next = pegawai();
    next["version"] = "1.1.0".into();
    next["schema"]["properties"]["hobi"] = json!({"type": "string", "maxLength": 40, "description": HOSTILE});
    next["schema"]["properties"]["golongan"]["enum"] = json!(["III/a", "III/b", "IV/a", "IV/b"]);
    hub.publish(&next);
    let owner = shown("bkd").await;
    for told in [
        "1.0.0 → 1.1.0",
        "<code>/hobi</code></th><td data-label=\"Yang terjadi\">kolom baru",
        "<code>/golongan</code></th><td data-label=\"Yang terjadi\">berubah",
        "salah satu dari III/a, III/b, IV/a</td>",
        "salah satu dari III/a, III/b, IV/a, IV/b</td>",
    ] {
        assert!(owner.contains(told), "{told}: {owner}");
    }
    assert!(!owner.contains("<script>alert"), "{owner}");
    // Whoever is granted two fields learns nothing of the others, in no version.
    let part = shown("bappeda").await;
    assert!(
        part.contains("Kolom dan ketentuannya tidak berubah") && !part.contains("hobi"),
        "{part}"
    );
}

#[tokio::test]
async fn a_rule_that_no_row_of_the_table_shows_is_told_when_it_changes() {
    let mut contract = pegawai();
    contract["schema"]["maxProperties"] = json!(30);
    contract["schema"]["properties"]["nama"]["not"] = json!({"const": HOSTILE});
    let (hub, _) = TestHub::with(contract.clone()).await;
    contract["version"] = "1.1.0".into();
    contract["schema"]["maxProperties"] = json!(40);
    contract["schema"]["properties"]["nama"]
        .as_object_mut()
        .unwrap()
        .remove("not");
    hub.publish(&contract);
    let page = hub.call("GET", "/docs/bkd/pegawai/v1").key(&hub.key("bkd"));
    let body = page.await.is(200).body.clone();
    for told in [
        "<code>seluruh rekaman</code></th><td data-label=\"Yang terjadi\">aturan di skema berubah",
        "jumlah kolom (maxProperties): 30",
        "jumlah kolom (maxProperties): 40",
        "yang tidak boleh (not): {&#34;const&#34;:",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
    assert!(!body.contains("Kolom dan ketentuannya tidak berubah"), "{body}");
    assert!(!body.contains("<script>alert"), "{body}");
    let english = hub
        .call("GET", "/docs/bkd/pegawai/v1")
        .key(&hub.key("bkd"))
        .english();
    let english = english.await.is(200).body.clone();
    assert!(english.contains("a rule of the schema changed"), "{english}");
}

#[tokio::test]
async fn the_portal_passes_in_a_browser() {
    let mut contract = pegawai();
    let (hub, api) = TestHub::with(contract.clone()).await;
    contract["version"] = "1.1.0".into();
    contract["schema"]["properties"]["hobi"] = json!({"type": "string", "maxLength": 40});
    hub.publish(&contract);
    api.push(json!({"nip": "12"})).await.is(422);
    let (id, _) = hub.new_application("bkd", "Gaji");
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let browser = Browser::without_scripts(&hub).await;
    browser.carry(&siti).await;
    for (width, name) in [(1_280, ""), (360, "-360")] {
        browser.size(width, 800).await;
        for (path, shot) in [
            ("/".to_owned(), "portal-home"),
            ("/manage/applications".to_owned(), "portal-keys"),
            (format!("/manage/applications/{id}"), "portal-key"),
            ("/manage/exchanges".to_owned(), "portal-calls"),
            ("/docs/bkd/pegawai/v1".to_owned(), "portal-docs"),
            (TRY.to_owned(), "portal-try"),
        ] {
            browser.go(&path).await.check().await;
            browser.screenshot(&format!("{shot}{name}")).await;
        }
        let broken = r#"{"nip": "12", "nama": "Ani"}"#;
        browser.fill("Data (JSON)", broken).await.click("Coba").await;
        browser.see("422 ditolak").await.see("/nip").await;
        browser.check().await;
        browser.screenshot(&format!("portal-tried{name}")).await;
    }
}
