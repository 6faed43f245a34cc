//! From a contract on paper to a record on the screen, in a browser without scripts: signed in, registered, published,
//! pushed by a program, seen by the owner's people.

use mahakam::access::Role;

use crate::browser::Browser;
use crate::harness::contracts::pegawai;
use crate::harness::{PASSWORD, TestHub};

#[tokio::test]
async fn a_contract_is_published_on_its_page_and_what_is_pushed_then_appears() {
    let hub = TestHub::start().await;
    let key = hub.key("bkd");
    hub.add_person("budi", &[Role::TechnicalTeam], None);
    let team = Browser::without_scripts(&hub).await;
    team.go("/manage/contracts").await.see("Nama pengguna").await;
    team.fill("Nama pengguna", "budi")
        .await
        .fill("Kata sandi", PASSWORD)
        .await;
    team.click("button:not(.link)")
        .await
        .see("Tidak ada versi yang cocok")
        .await;
    team.click("Daftarkan versi").await;
    team.fill("Dokumen", &pegawai().to_string())
        .await
        .click("Periksa")
        .await;
    team.see("dapat didaftarkan").await.check().await;
    team.click("Daftarkan sebagai draf").await.see("Draf").await;
    team.fill("Alasan", "Uji coba").await.click("Terbitkan").await;
    team.see("Umumkan penghentian").await.check().await;
    team.screenshot("contract-published").await;

    let api = hub.api("bkd/pegawai/v1", Some(&key));
    api.push(r#"{"nip":"199001012015031001","nama":"Rahmawati"}"#)
        .await
        .is(201);
    let owner = Browser::without_scripts(&hub).await;
    owner
        .carry(&hub.person("siti", &[Role::Opd], Some("bkd")).await)
        .await;
    owner
        .go("/datasets")
        .await
        .click("Pegawai")
        .await
        .see("Rahmawati")
        .await;
    owner.check().await;
    owner.click("199001012015031001").await.see("Dibuat").await;
    owner.check().await;
}
