//! The pages of data as they are seen in Chromium.

use mahakam::access::Role;
use serde_json::json;

use super::{nip, pegawai};
use crate::browser::Browser;
use crate::harness::TestHub;

/// A hub with some staff, a history, and something refused.
async fn with_data() -> (TestHub, String) {
    let (hub, api) = TestHub::with(pegawai()).await;
    for number in 1..=60 {
        let rank = ["III/a", "III/b", "IV/a"][usize::try_from(number % 3).unwrap()];
        let payload = json!({
            "nip": nip(number), "nama": format!("Orang {number:02}"), "golongan": rank, "gaji": 4_500_000 + number,
            "lahir": format!("1985-01-{:02}", number % 28 + 1), "unit": {"kode": "11.10", "nama": "Sekretariat"}
        });
        api.push(payload).await.is(201);
    }
    api.push(json!({"nip": nip(1), "nama": "Orang Satu", "golongan": "IV/a"}))
        .await
        .is(200);
    api.push(json!({"nip": nip(2), "golongan": "I/z", "lebih": 1}))
        .await
        .is(422);
    api.push(json!({"nip": "12", "nama": "Terlalu panjang sekali namanya"}))
        .await
        .is(422);
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    (hub, siti)
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn an_agency_reads_repairs_and_sends_its_data_without_a_program() {
    let (hub, siti) = with_data().await;
    let browser = Browser::open(&hub).await;
    browser.carry(&siti).await;
    browser
        .go("/datasets")
        .await
        .click("Pegawai")
        .await
        .see("Orang 02")
        .await;
    browser.check().await;
    browser.screenshot("dataset-records").await;
    browser.choose("golongan", "IV/a").await.click("Cari").await;
    browser.miss("Orang 03").await.see("Orang 02").await;
    browser
        .click(&nip(1))
        .await
        .see("Riwayat")
        .await
        .see("Orang Satu")
        .await;
    browser.check().await;
    browser.screenshot("dataset-record").await;
    browser.click("Data ditolak").await.see("Belum diperbaiki").await;
    browser.check().await;
    browser.screenshot("dataset-rejections").await;
    browser.click(&nip(2)).await.see("Mengapa ditolak").await;
    browser.check().await;
    browser.screenshot("dataset-rejection").await;
    browser
        .fill("golongan", "III/a")
        .await
        .fill("lebih", "")
        .await
        .click("Perbaiki dan kirim ulang")
        .await;
    browser
        .see("nama")
        .await
        .fill("nama", "Ani")
        .await
        .click("Perbaiki dan kirim ulang")
        .await;
    browser
        .see("Tersimpan: data yang ditolak ini sudah diperbaiki.")
        .await;
    browser
        .click("Kirim lembar kerja")
        .await
        .see("Lembar isian")
        .await;
    browser.check().await;
    browser.screenshot("dataset-sheet").await;
    let file = format!("nip,nama,golongan\n{},Baru,III/b\n13,Salah,I/a\n", nip(77));
    browser
        .upload("Berkas XLSX, ODS atau CSV", "isian.csv", file.as_bytes())
        .await
        .click("Kirim")
        .await;
    browser.see("Yang masih salah").await.see("1 baris ditolak").await;
    browser.check().await;
    browser.screenshot("dataset-uploaded").await;
    browser
        .click("Semua kiriman saya")
        .await
        .see("Selesai, ada yang ditolak")
        .await;
    browser.check().await;
    browser.screenshot("sheets").await;
    browser.click("isian.csv").await.see("Yang masih salah").await;
}

#[tokio::test]
async fn all_of_it_works_without_scripts_and_on_a_telephone() {
    let (hub, siti) = with_data().await;
    while hub.hub.count_records(|| true).unwrap() {}
    while hub.hub.sum_days().unwrap() {}
    let browser = Browser::without_scripts(&hub).await;
    browser.carry(&siti).await;
    browser.size(360, 740).await;
    let base = "/datasets/bkd/pegawai/v1";
    for (name, path) in [
        ("datasets", "/datasets".to_owned()),
        ("dataset-records", base.to_owned()),
        ("dataset-figures", format!("{base}/figures")),
        ("dataset-record", format!("{base}/records/{}", nip(1))),
        ("dataset-rejections", format!("{base}/rejections")),
        ("dataset-rejection", format!("{base}/rejections/2")),
        ("dataset-sheet", format!("{base}/sheet")),
    ] {
        browser.go(&path).await.check().await;
        browser.screenshot(&format!("{name}-360")).await;
    }
    browser.size(1280, 1800).await;
    browser
        .dark(true)
        .await
        .go(&format!("{base}/figures"))
        .await
        .screenshot("dataset-figures-dark")
        .await;
    browser.go(base).await.screenshot("dataset-records-dark").await;
    browser
        .dark(false)
        .await
        .go(&format!("{base}/figures"))
        .await
        .screenshot("dataset-figures")
        .await;
}
