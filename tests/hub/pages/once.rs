//! A form that makes something is sent twice: by a second click, or by whoever goes back and sends again.

use mahakam::access::Role;

use super::desk::{Desk, Found, Page};
use crate::harness::{TestHub, contracts};

/// The token of a form.
fn token(form: &Found) -> String {
    let token = form.value("once").to_owned();
    assert_eq!(token.len(), 32, "{form:?}");
    token
}

#[tokio::test]
async fn an_integration_that_is_opened_by_two_clicks_is_opened_once() {
    let (hub, _) = TestHub::with(contracts::pegawai()).await;
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let desk = Desk::new(&hub, &siti);
    let form = desk.open("/integrations/new").await.form("/integrations/new");
    let other = desk.open("/integrations/new").await.form("/integrations/new");
    assert_ne!(token(&form), token(&other), "each form has one of its own");
    // Refused: the same form, with its token, may be sent again.
    let refused = desk.send(&form.clone().fill("subject", "")).await;
    assert!(refused.status >= 400, "{refused:?}");
    let again = Page::of("/integrations/new", &refused).form("/integrations/new");
    assert_eq!(token(&again), token(&form));
    let filled = again
        .fill("subject", "Integrasi data")
        .fill("dataset", "bkd/pegawai/v1");
    let filled = filled.choose("party", "bkd provider");
    let (first, second) = tokio::join!(desk.send(&filled), desk.send(&filled));
    for answer in [&first, &second] {
        let to = answer.is(303).header("location").replace(&hub.url, "");
        assert_eq!(
            to.split('?').next().unwrap(),
            "/integrations/2026/1",
            "{answer:?}"
        );
    }
    // Gone back to, changed and sent once more, it leads to what it made; a new form makes another.
    let late = desk.submit(&filled.clone().fill("subject", "Lain")).await;
    assert_eq!(late.path, "/integrations/2026/1?said=before");
    late.says("sudah dikirim sebelumnya").says("Integrasi data");
    let new = other.fill("subject", "Lain").fill("dataset", "bkd/pegawai/v1");
    let made = desk.submit(&new.choose("party", "bkd provider")).await;
    assert_eq!(made.path, "/integrations/2026/2?said=added");
}

#[tokio::test]
async fn a_letter_and_a_key_are_made_once_by_a_form() {
    let hub = TestHub::start().await;
    let (id, _) = hub.new_application("bkd", "Gaji");
    let siti = hub.person("siti", &[Role::Operator], None).await;
    let desk = Desk::new(&hub, &siti);
    let form = desk.open("/letters/new").await.form("/letters/new");
    let form = form
        .fill("number", "005/1")
        .fill("date", "2026-03-19")
        .fill("subject", "Permohonan")
        .fill("origin", "BKD")
        .fill("received_on", "2026-03-20");
    let first = desk.submit(&form).await;
    let second = desk.submit(&form).await;
    assert_eq!(
        first.path.split('?').next().unwrap(),
        second.path.split('?').next().unwrap()
    );
    second.says("sudah dikirim sebelumnya");
    let path = format!("/manage/applications/{id}");
    let form = desk.open(&path).await.form(&path).fill("name", "cadangan");
    let made = desk.send(&form).await;
    assert!(made.is(200).body.contains("mhk_"), "{made:?}");
    let again = desk.submit(&form).await;
    again.says("cabut kunci itu dan buat yang baru").says_not("mhk_");
    assert_eq!(hub.hub.keys(id).unwrap().len(), 2);
    // Somebody else's form is another, whatever its token.
    let budi = hub.person("budi", &[Role::Operator], None).await;
    let other = Desk::new(&hub, &budi).send(&form).await;
    assert!(other.is(200).body.contains("mhk_"), "{other:?}");
    // No secret is kept with the answer.
    let kept = "SELECT count(*) FROM idempotency WHERE application_id < 0 AND headers LIKE '%mhk_%'";
    assert_eq!(hub.database.beside().number(kept), 0);
}
