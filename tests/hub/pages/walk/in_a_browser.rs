//! The twelve steps as they are clicked through in Chromium, by everybody who has a part in them, without scripts: each signs
//! in, opens pages, chooses files, presses buttons.
//!
//! Only the unit test of step 6 is asked for beside the pages, where no page offers it. Invariant: what is typed and what is
//! expected is what the walk over HTTP types and expects.

use std::collections::HashMap;

use mahakam::contract::contract_digest;

use super::Office;
use crate::browser::Browser;
use crate::harness::PASSWORD;
use crate::harness::contracts::barang;

/// What a person's own part of a step is in.
const OWN: &str = "form:has([name=form][value$='-own'])";

/// One browser, at which everybody sits down in turn.
struct Walk {
    office: Office,
    browser: Browser,
    cookies: HashMap<&'static str, String>,
}

impl Walk {
    async fn start() -> Self {
        let office = Office::start().await;
        let browser = Browser::without_scripts(&office.hub).await;
        Walk {
            office,
            browser,
            cookies: HashMap::new(),
        }
    }

    /// Somebody sits down: signs in by the form, and later goes on where they were.
    async fn sits(&mut self, who: &'static str) -> &Browser {
        let browser = &self.browser;
        browser.forget().await;
        if let Some(cookie) = self.cookies.get(who) {
            return browser.carry(cookie).await;
        }
        browser.go("/sign-in").await.fill("Nama pengguna", who).await;
        browser.fill("Kata sandi", PASSWORD).await;
        browser.click("main button").await.see("Menunggu Anda").await;
        self.cookies.insert(who, browser.cookie().await);
        browser
    }

    /// Somebody opens the integration.
    async fn opens(&mut self, who: &'static str) -> &Browser {
        let path = self.office.path.clone();
        self.sits(who).await.go(&path).await
    }

    /// Somebody does their part, with an outcome and a reason where these are not empty.
    async fn does(&mut self, who: &'static str, outcome: &str, reason: &str) -> &Browser {
        let browser = self.opens(who).await;
        if !outcome.is_empty() {
            browser.click(&format!("{OWN} [value='{outcome}']")).await;
        }
        if !reason.is_empty() {
            browser.fill("textarea[id$='-own']", reason).await;
        }
        browser
            .click(&format!("{OWN} button"))
            .await
            .see("Tercatat.")
            .await
    }

    /// Somebody uploads papers where the page asks for them.
    async fn brings(&mut self, who: &'static str, kinds: &[&str]) {
        let browser = self.opens(who).await;
        for kind in kinds {
            let field = format!("#file-{kind}");
            browser.fill(&format!("#place-{kind}"), "Map 12").await;
            browser.upload(&field, "berkas.json", b"{}").await;
            browser.click(&format!("form:has({field}) button")).await;
            browser.see("Berkas tersimpan.").await;
            browser.go(&browser.path().await.replace("?said=kept", "")).await;
        }
    }

    /// The first step: an agency asks, and the head of division passes it on.
    async fn asks(&mut self) {
        let browser = self.sits("asker").await;
        browser.go("/integrations").await.click("Buka integrasi").await;
        browser.fill("Perihal", "Integrasi data barang").await;
        browser.fill("Dataset 1", "bkd/barang/v1").await;
        browser.click("[name=party][value='bkd provider']").await;
        browser.click("main form button").await;
        browser.see("Permohonan dan Disposisi").await.check().await;
        let path = browser.path().await;
        self.office.path = path.split('?').next().unwrap().to_owned();
        self.brings("asker", &["request-letter", "application-data"])
            .await;
        self.does("asker", "", "").await.screenshot("integration").await;
        self.brings("administrator", &["disposition"]).await;
        let passed = self.does("administrator", "", "").await;
        passed.see("Tahap 2 Definisi Data").await;
    }

    /// The second step.
    async fn defines(&mut self) {
        self.brings("asker", &["integration-document", "database-structure"])
            .await;
        let defined = self.does("asker", "", "").await;
        defined.see("Tahap 3 Perumusan Skenario").await;
    }

    /// The third and the fourth step: the contract is registered, and agreed as it was signed.
    async fn agrees(&mut self) {
        self.does("team", "agreed", "").await;
        let agreed = self.does("provider", "agreed", "").await;
        agreed.see("Tahap 4 Dokumen Rumusan").await;
        self.brings("team", &["formulation"]).await;
        let browser = self.opens("team").await;
        browser.see("Kontrak data disepakati").await;
        browser
            .click("Ke daftar kontrak data")
            .await
            .click("Daftarkan versi")
            .await;
        browser
            .fill("Dokumen", &barang().to_string())
            .await
            .click("Periksa")
            .await;
        browser.see("dapat didaftarkan").await;
        browser
            .click("Daftarkan sebagai draf")
            .await
            .see("Catat kesepakatan")
            .await;
        let digest = contract_digest(&barang()).to_string();
        browser.see(&digest).await.fill("#contract_digest", &digest).await;
        browser
            .fill("#name1", "Siti")
            .await
            .fill("#office1", "Kepala BKD")
            .await;
        browser.fill("#on1", "2026-03-02").await.click("Catat").await;
        browser.see("Disepakati").await;
        for who in ["team", "asker", "provider"] {
            self.does(who, "", "").await;
        }
        self.browser.see("Tahap 5 Penyiapan API").await;
    }

    /// The steps from the fifth to the seventh: it is published, filled by a spreadsheet, and tested.
    async fn serves(&mut self) {
        let browser = self.opens("team").await;
        browser.see("Kontrak data diterbitkan").await;
        browser
            .click("Ke daftar kontrak data")
            .await
            .click("bkd/barang/v1")
            .await;
        browser.click("Terbitkan").await.see("Umumkan penghentian").await;
        self.does("team", "", "").await;
        let browser = self.sits("provider").await;
        browser.go("/datasets").await.click("Barang").await;
        browser.click("Kirim lembar kerja").await;
        browser
            .upload("Berkas XLSX, ODS atau CSV", "barang.csv", b"id\na\nb\n")
            .await;
        browser.click("Kirim").await.see("Semua baris diterima.").await;
        self.office.contract("test").await;
        let tested = self.does("team", "", "").await;
        tested.see("Tahap 7 Penyampaian Hasil").await;
        let handed = self.does("supervisor", "", "").await;
        handed.see("Tahap 8 Cek dan Pemutakhiran OPD").await;
    }

    /// The steps from the eighth to the tenth; once it is not valid before.
    async fn checks(&mut self) {
        self.office.clock.advance(1_000);
        self.does("provider", "not-valid", "Kolom id kosong").await;
        self.office.contract("test").await;
        self.does("team", "", "Kolom id diisi").await;
        self.brings("asker", &["application-validation"]).await;
        self.does("asker", "valid", "").await;
        let valid = self
            .does("provider", "valid-with-notes", "Nama kolom panjang")
            .await;
        valid.see("Tahap 9 Laporan Validasi").await;
        self.does("asker", "", "").await;
        self.signs().await;
        let reported = self.does("team", "", "").await;
        reported.see("Tahap 10 Penyampaian Dokumen").await;
        self.brings("supervisor", &["system-integration"]).await;
        let handed = self.does("supervisor", "", "").await;
        handed.see("Tahap 11 Dashboard dan Kesesuaian").await;
    }

    /// The report that the step asks for is drafted, checked and signed.
    async fn signs(&mut self) {
        let browser = self.opens("team").await;
        browser.click("Susun laporan ini dari sistem").await;
        browser.click("Susun draf").await.see("Baca dan cetak").await;
        let path = browser.path().await;
        let path = path.split('?').next().unwrap().to_owned();
        let browser = self.sits("supervisor").await.go(&path).await;
        browser.click("Periksa").await.click("Sudah diperiksa").await;
        browser.see("Tercatat.").await;
        let browser = self.sits("administrator").await.go(&path).await;
        browser.click("Sahkan").await.see("Sahkan laporan ini?").await;
        browser.click("Sahkan").await.see("Disahkan").await;
    }

    /// The last two steps.
    async fn closes(&mut self) {
        for who in ["asker", "provider"] {
            self.does(who, "fits", "").await;
        }
        let browser = self.opens("administrator").await;
        browser.click("Lihat data terintegrasi").await;
        browser.see("Putuskan: Sesuai atau Tidak sesuai?").await;
        let fits = self.does("administrator", "fits", "").await;
        fits.see("Tahap 12 Laporan Akhir").await;
        self.signs().await;
        for who in ["team", "supervisor", "administrator"] {
            self.does(who, "", "").await;
        }
        let end = self.opens("asker").await;
        end.see("Integrasi ini sudah selesai").await;
        end.see("Putaran 1").await.see("Putaran 2").await.check().await;
        end.screenshot("integration-closed").await;
    }
}

#[tokio::test]
async fn the_twelve_steps_are_clicked_through_with_a_return_from_step_3_and_one_from_step_8() {
    let mut walk = Walk::start().await;
    walk.asks().await;
    walk.defines().await;
    let back = walk.does("team", "returned", "Skenario belum lengkap").await;
    back.see("Putaran 2").await.see("Skenario belum lengkap").await;
    walk.defines().await;
    walk.agrees().await;
    walk.serves().await;
    walk.checks().await;
    walk.closes().await;
}
