//! Pages about letters: registered, disposed of, brought to an integration, with their attachments.

use super::desk::{Found, Page};
use super::walk::Office;
use crate::harness::ADMIN_KEY;

#[tokio::test]
async fn a_letter_is_registered_disposed_of_and_opens_an_integration() {
    let office = Office::start().await;
    let desk = office.at("supervisor");
    desk.open("/letters").await.says("Belum ada surat yang dicatat");
    let form = desk.open("/letters/new").await.form("/letters/new");
    let form = form
        .fill("number", "005/1/DINKES")
        .fill("subject", "Permohonan integrasi data barang")
        .fill("origin", "Dinas Kesehatan")
        .fill("date", "2026-02-26")
        .fill("nature", "Penting")
        .fill("received_on", "2026-02-27");
    // It can't have come in before it was written.
    let early = form.clone().fill("received_on", "2026-02-01");
    let page = Page::of("/letters/new", desk.send(&early).await.is(400));
    assert_eq!(page.form("/letters/new").value("origin"), "Dinas Kesehatan");
    let page = desk.submit(&form).await;
    page.says("Belum ada disposisi").says("27 Feb 2026");
    let form = page.form("/dispositions");
    let form = form
        .fill("from", "Kepala Dinas")
        .fill("to", "Kepala Bidang TIK")
        .fill("date", "2026-03-02")
        .fill("instruction", "Tindak lanjuti");
    let late = form.clone().fill("due", "2026-03-01");
    let again = Page::of("/letters/1", desk.send(&late).await.is(400));
    assert_eq!(again.form("/dispositions").value("instruction"), "Tindak lanjuti");
    let page = desk.submit(&form.fill("due", "2026-03-04")).await;
    page.says("Tindak lanjuti").says("4 Mar 2026");
    let attach = desk.open("/letters/1/documents/new").await.form("/documents/new");
    assert_eq!(attach.value("kind"), "request-letter");
    let attach = attach.fill("place", "Map 3").file("surat.json", "{}");
    let page = desk.submit(&attach).await;
    page.says("surat.json")
        .says("Map 3")
        .says("href=\"/integrations/new?letter=1\"");
    kept_once(&office, &attach).await;
    // What the letter says is taken over.
    let form = desk
        .open("/integrations/new?letter=1")
        .await
        .form("/integrations/new");
    assert_eq!(form.value("subject"), "Permohonan integrasi data barang");
    let page = desk.submit(&form.choose("party", "dinkes asker")).await;
    page.says("005/1/DINKES").says("27 Feb 2026").says("surat.json");
    desk.open("/letters")
        .await
        .says("005/1/DINKES")
        .says("href=\"/integrations/2026/1\"");
    // The agency sees it from then on, and can't add to it.
    let page = office.at("asker").open("/letters/1").await;
    page.says("Tindak lanjuti");
    assert!(page.forms("/dispositions").is_empty());
    office.at("asker").ask("/letters/new").await.is(403);
    office.at("stranger").ask("/letters/1").await.is(404);
    office.at("viewer").ask("/letters").await.is(403);
}

#[tokio::test]
async fn a_letter_is_brought_to_an_integration_that_runs() {
    let office = Office::opened().await;
    let desk = office.at("team");
    let form = desk.open("/letters/new").await.form("/letters/new");
    let line = "\"><script>alert(1)</script>";
    let form = form
        .fill("number", line)
        .fill("subject", line)
        .fill("origin", line)
        .fill("date", "2026-03-02")
        .fill("received_on", "2026-03-02");
    let page = desk.submit(&form).await;
    page.says_not("<script>alert").says("&#60;script&#62;");
    let link = page.form("/letters/1/integration");
    let wrong = desk.send(&link.clone().fill("integration", "7")).await;
    let again = Page::of("/letters/1", wrong.is(400));
    assert_eq!(again.form("/letters/1/integration").value("integration"), "7");
    let page = desk.submit(&link.fill("integration", "2026/1")).await;
    page.says("href=\"/integrations/2026/1\"");
    assert!(page.forms("/letters/1/integration").is_empty());
    let page = office.page("team").await;
    page.says("href=\"/letters/1\"").says_not("<script>alert");
    desk.open("/letters").await.says_not("<script>alert");
}

/// The same form once more adds nothing.
async fn kept_once(office: &Office, attach: &Found) {
    office
        .at("supervisor")
        .submit(attach)
        .await
        .says("Formulir ini sudah dikirim sebelumnya");
    let attached = office
        .hub
        .call("GET", "/admin/letters/1/documents")
        .key(ADMIN_KEY);
    assert_eq!(
        attached.await.expect(200)["documents"].as_array().unwrap().len(),
        1
    );
}
