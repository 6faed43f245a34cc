//! Pages about integrations: what they show to whom, what they offer, and what comes back when it is refused.

use super::desk::{Desk, Page};
use super::walk::Office;
use crate::harness::{ADMIN_KEY, PASSWORD};

/// What must stay text wherever it is shown.
const HOSTILE: &str = "\"><img src=x onerror=alert(1)><script>alert(1)</script>\u{202e}=1+1";

fn is_harmless(page: &Page) {
    page.says_not("<img src=x").says_not("<script>alert");
    page.says("&#60;script&#62;alert(1)");
}

#[tokio::test]
async fn the_register_shows_who_has_the_file_and_is_filtered() {
    let office = Office::opened().await;
    let desk = office.at("viewer");
    let page = desk.open("/integrations").await;
    page.says("Integrasi data barang")
        .says("<bdi>Dinas dinkes</bdi>")
        .says("Unduh sebagai ODS")
        .says_not("href=\"/integrations/new\"");
    office
        .at("asker")
        .open("/integrations")
        .await
        .says("href=\"/integrations/new\"");
    for (query, found) in [
        ("state=running&step=1&opd=bkd", true),
        ("state=closed", false),
        ("step=2", false),
        ("opd=dkp", false),
        ("overdue=true", false),
        // What can't be read is no filter.
        ("state=x&step=x&opd=%20", true),
    ] {
        let page = desk.open(&format!("/integrations?{query}")).await;
        let shown = page.body.contains("Integrasi data barang");
        assert_eq!(shown, found, "{query}: {}", page.body);
    }
    let filter = page.form("/integrations").fill("state", "closed");
    let none = desk.send(&filter).await;
    assert!(none.is(200).body.contains("Tidak ada integrasi yang cocok"));
    // An agency sees where it takes part.
    office
        .at("stranger")
        .open("/integrations")
        .await
        .says_not("Integrasi data barang");
    let other = office.at("stranger").ask(&office.path).await;
    assert!(other.is(404).body.contains("<h1>"), "{}", other.body);
    let english = office.hub.call("GET", "/integrations").english();
    let to = english.header("Accept", "text/html").await;
    assert!(to.is(303).header("location").contains("/sign-in?to="));
}

#[tokio::test]
async fn a_register_of_more_than_a_page_goes_on_with_its_filters() {
    let office = Office::opened().await;
    let desk = office.at("asker");
    for number in 2..=52 {
        // A form makes one.
        let form = desk.open("/integrations/new").await.form("/integrations/new");
        let form = form.fill("subject", &format!("Perihal {number}"));
        assert_eq!(desk.send(&form).await.status, 303);
    }
    let page = desk.open("/integrations?state=running").await;
    page.says("Perihal 52").says("Perihal 3<").says_not("Perihal 2<");
    let next = page.body.split("href=\"/integrations?").nth(1).unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    assert!(next.contains("state=running"), "{next}");
    let page = desk.open(&format!("/integrations?{next}")).await;
    page.says("Perihal 2<").says("Integrasi data barang");
}

#[tokio::test]
async fn what_is_refused_comes_back_with_all_that_was_typed() {
    let office = Office::opened().await;
    // Opening: without a subject that can be meant.
    let desk = office.at("asker");
    let form = desk.open("/integrations/new").await.form("/integrations/new");
    let form = form
        .fill("subject", "Berubah")
        .fill("predecessor", "2026/77")
        .fill("dataset", "bkd/pegawai/v1")
        .fill("reason", "Karena")
        .choose("party", "bkd recipient");
    let refused = desk.send(&form).await;
    let page = Page::of("/integrations/new", refused.is(404));
    let again = page.form("/integrations/new");
    for (name, value) in [
        ("subject", "Berubah"),
        ("predecessor", "2026/77"),
        ("dataset", "bkd/pegawai/v1"),
        ("reason", "Karena"),
        ("variant", "new"),
    ] {
        assert_eq!(again.value(name), value, "{name}");
    }
    page.says("value=\"bkd recipient\" checked")
        .says("role=\"alert\"");
    // A step: its papers are missing.
    let part = office.part("asker").await;
    let refused = desk
        .send(&part.fill("reason", "Sudah lengkap").fill("on", "2026-03-02"))
        .await;
    let page = Page::of(&office.path, refused.is(409));
    page.says("Surat Permohonan").says("role=\"alert\"");
    let again = page.form("/steps/1/complete");
    assert_eq!(
        (again.value("reason"), again.value("on")),
        ("Sudah lengkap", "2026-03-02")
    );
    // A day that is none.
    let part = office.part("asker").await.fill("on", "kemarin");
    let page = Page::of(&office.path, desk.send(&part).await.is(400));
    assert_eq!(page.form("/steps/1/complete").value("on"), "kemarin");
}

#[tokio::test]
async fn a_refused_file_is_given_anew_in_the_same_form_and_kept_once() {
    let office = Office::opened().await;
    let desk = office.at("asker");
    // A file that is not what its name says: the rest is there, the file is chosen anew.
    let path = format!("{}/documents/new", office.path);
    let form = desk
        .open(&format!("{path}?kind=request-letter"))
        .await
        .form("/documents/new");
    let form = form
        .fill("place", "Lemari 3")
        .fill("note", "Asli di OPD")
        .file("surat.pdf", "bukan PDF");
    let page = Page::of(&path, desk.send(&form).await.is(422));
    let again = page.form("/documents/new");
    for (name, value) in [
        ("kind", "request-letter"),
        ("place", "Lemari 3"),
        ("note", "Asli di OPD"),
    ] {
        assert_eq!(again.value(name), value, "{name}");
    }
    // What was refused may be mended in the same form; sent twice it makes one document.
    let mended = again.file("surat.json", "{}");
    desk.submit(&mended).await.says("surat.json");
    desk.submit(&mended)
        .await
        .says("Formulir ini sudah dikirim sebelumnya");
    let listed = format!("/admin{}/documents", office.path);
    let listed = office.hub.call("GET", &listed).key(ADMIN_KEY).await.expect(200);
    assert_eq!(listed["documents"].as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test]
async fn nobody_is_offered_what_others_do_and_nobody_does_it() {
    let office = Office::opened().await;
    let form = office.part("asker").await;
    for (who, status) in [
        ("viewer", 403),
        ("provider", 403),
        ("supervisor", 403),
        ("stranger", 404),
    ] {
        let answer = office.at(who).send(&form).await;
        answer.is(status);
        assert!(answer.body.contains("<html"), "{who}: {}", answer.body);
        if status == 403 {
            let page = office.page(who).await;
            page.says_not("-own\"").says("Tidak ada yang perlu Anda lakukan");
        }
    }
    office
        .page("viewer")
        .await
        .says_not("/documents/new\"")
        .says_not("/change\"");
    for path in ["/change", "/documents/new"] {
        office
            .at("viewer")
            .ask(&format!("{}{path}", office.path))
            .await
            .is(403);
    }
    for act in ["pause", "resume", "cancel"] {
        let path = format!("{}/{act}", office.path);
        office.page("asker").await.says_not(&format!("href=\"{path}\""));
        let page = office.at("administrator").open(&path).await;
        let form = page.form(&path).fill("reason", "Uji").fill("letter", "1");
        let answer = office.at("asker").send(&form).await;
        answer.is(403);
        assert!(answer.body.contains(">Uji</textarea>"), "{}", answer.body);
    }
    office
        .at("administrator")
        .ask(&format!("{}/close", office.path))
        .await
        .is(404);
}

#[tokio::test]
async fn it_is_paused_resumed_and_cancelled_by_pages_that_ask() {
    let office = Office::opened().await;
    let desk = office.at("administrator");
    let pause = format!("{}/pause", office.path);
    office
        .page("administrator")
        .await
        .says(&format!("href=\"{pause}\""));
    let form = desk.open(&pause).await.form("/pause");
    let silent = desk.send(&form.clone().fill("letter", "5/2026")).await;
    let page = Page::of(&pause, silent.is(400));
    assert_eq!(page.form("/pause").value("letter"), "5/2026");
    let page = desk
        .submit(&form.fill("letter", "5/2026").fill("reason", "Menunggu anggaran"))
        .await;
    page.says("Ditangguhkan").says("Menunggu anggaran").says("5/2026");
    assert!(page.forms("/complete").is_empty());
    let resume = format!("{}/resume", office.path);
    page.says(&format!("href=\"{resume}\""))
        .says_not(&format!("href=\"{pause}\""));
    let form = desk.open(&resume).await.form("/resume");
    desk.submit(&form).await.says("Berjalan");
    let cancel = format!("{}/cancel", office.path);
    let form = desk.open(&cancel).await.says("untuk selamanya").form("/cancel");
    let form = form.fill("letter", "6/2026").fill("reason", "Tidak jadi");
    desk.submit(&form).await.says("Dibatalkan").says("Tidak jadi");
    office.page("asker").await.says_not("/documents/new\"");
}

#[tokio::test]
async fn what_it_is_about_is_changed_by_forms_of_its_own() {
    let office = Office::opened().await;
    let path = format!("{}/change", office.path);
    let desk = office.at("team");
    let forms = desk.open(&path).await.forms("/change");
    let [about, parties, people, decree] = forms.as_slice() else {
        panic!("{forms:?}");
    };
    assert_eq!(about.value("dataset"), "bkd/barang/v1");
    let page = desk
        .submit(&about.clone().fill("subject", "Integrasi barang dan pulau"))
        .await;
    page.says("Integrasi barang dan pulau");
    let silent = parties
        .clone()
        .choose("party", "dkp recipient")
        .fill("reason", "");
    let page = Page::of(&path, desk.send(&silent).await.is(400));
    page.says("value=\"dkp recipient\" checked");
    let page = desk.submit(&silent.fill("reason", "Ikut menerima")).await;
    page.says("OPD penerima").says("Dinas dkp");
    let budi = people
        .clone()
        .fill("name-0", "Budi")
        .fill("duty-0", "Narahubung teknis")
        .fill("opd-0", "bkd")
        .fill("contact-0", "0541");
    desk.submit(&budi)
        .await
        .says("Budi")
        .says("Narahubung teknis")
        .says("0541");
    let nameless = people.clone().fill("duty-1", "Narahubung");
    let page = Page::of(&path, desk.send(&nameless).await.is(400));
    page.says("value=\"Narahubung\"");
    let number = decree
        .clone()
        .fill("number", "188/1/2026")
        .fill("on", "2026-01-05");
    desk.submit(&number)
        .await
        .says("188/1/2026")
        .says("5 Jan 2026")
        .says("Budi");
    // An agency is told that it is not theirs to change.
    office.at("asker").ask(&path).await.is(403);
    let by_asker = office.at("asker").send(about).await;
    by_asker.is(403);
}

#[tokio::test]
async fn a_superior_acts_for_a_subordinate_and_an_agency_without_an_account_by_its_paper() {
    let office = Office::opened().await;
    office.asks().await;
    // The team's part is offered to who is above it, beside no part of their own.
    let page = office.page("administrator").await;
    let form = page.form("/steps/3/complete");
    assert_eq!(form.value("acting_for"), "technical-team");
    let form = form.choose("outcome", "agreed");
    let silent = office.at("administrator").send(&form).await;
    silent.is(400);
    let form = form.fill("reason", "Tim Teknis sedang bertugas di luar");
    let page = office.at("administrator").submit(&form).await;
    page.says("oleh atasannya")
        .says("Tim Teknis sedang bertugas di luar");
    // bkd has an account and answers itself; when it has none, its paper is brought first.
    assert!(office.page("team").await.forms("/steps/3/complete").is_empty());
    let hub = &office.hub;
    hub.database
        .beside()
        .run("UPDATE assignment SET ended_at = 1 WHERE person_id = (SELECT id FROM person WHERE name = 'provider')");
    let page = office.page("team").await;
    page.says("Atas nama OPD tanpa akun: Dinas bkd")
        .says("Unggah dahulu surat");
    let desk = office.at("team");
    let upload = format!("{}/documents/new", office.path);
    let paper = desk
        .open(&format!("{upload}?kind=signed-paper"))
        .await
        .form("/documents/new");
    desk.submit(&paper.file("surat.json", "{}")).await;
    let form = office.page("team").await.form("/steps/3/complete");
    assert!(!form.value("signed_paper").is_empty());
    let page = desk.submit(&form.choose("outcome", "agreed")).await;
    page.says("dicatat atas nama OPD").says("Dokumen Rumusan");
}

#[tokio::test]
async fn notices_are_shown_until_they_are_read() {
    let office = Office::opened().await;
    let desk = office.at("asker");
    let page = desk.open("/").await;
    page.says("Pemberitahuan").says("Integrasi data barang");
    let id = page.body.split("name=\"notice\" value=\"").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    // Another's notice stays as it is.
    let body = format!("notice={id}");
    for (who, left) in [("stranger", true), ("asker", false)] {
        let cookie = office.hub.sign_in(who, PASSWORD).await;
        let cookie = crate::harness::cookie(&cookie);
        let call = office.hub.call("POST", "/notices/read").cookie(&cookie);
        let call = call.header("Accept", "text/html");
        let marked = call.body("application/x-www-form-urlencoded", body.clone()).await;
        marked.is(303);
        let shown = desk.open("/").await.body.contains("Pemberitahuan");
        assert_eq!(shown, left, "{who}");
    }
}

#[tokio::test]
async fn whatever_people_wrote_stays_text() {
    let office = Office::opened().await;
    let desk = office.at("team");
    let forms = desk
        .open(&format!("{}/change", office.path))
        .await
        .forms("/change");
    let line = "\"><img src=x onerror=alert(1)><script>alert(1)</script>=1+1";
    let about = forms.first().unwrap().clone().fill("subject", line);
    is_harmless(&desk.submit(&about).await);
    is_harmless(&desk.open("/integrations").await);
    is_harmless(&desk.open(&format!("{}/change", office.path)).await);
    let person = forms.get(2).unwrap().clone();
    is_harmless(
        &desk
            .submit(&person.fill("name-0", line).fill("duty-0", line))
            .await,
    );
    let part = office.part("asker").await.fill("reason", HOSTILE);
    let refused = office.at("asker").send(&part).await;
    is_harmless(&Page::of(&office.path, refused.is(409)));
    let pause = office
        .at("administrator")
        .open(&format!("{}/pause", office.path))
        .await;
    let pause = pause
        .form("/pause")
        .fill("reason", HOSTILE)
        .fill("letter", HOSTILE);
    is_harmless(&office.at("administrator").submit(&pause).await);
    let long = forms
        .first()
        .unwrap()
        .clone()
        .fill("subject", &"\u{e9}".repeat(500));
    desk.submit(&long).await;
}

#[tokio::test]
async fn what_was_typed_waits_until_they_signed_in_again() {
    let office = Office::opened().await;
    let form = office.part("asker").await.fill("reason", "Sudah lengkap");
    let nobody = Desk::new(&office.hub, "");
    let answer = nobody.send(&form).await;
    let page = Page::of("/sign-in", answer.is(401));
    assert!(page.form("/sign-in").value("kept").contains("Sudah+lengkap"));
}
