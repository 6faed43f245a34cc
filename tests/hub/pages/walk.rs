//! The twelve steps, walked in a browser by everybody who has a part in them: pages are opened, the forms found in them
//! are filled in and sent, and nothing else.
//!
//! Contracts are agreed, published, tested and filled beside the pages; the procedure itself is not.

mod in_a_browser;

use std::collections::HashMap;

use mahakam::access::Role;
use mahakam::contract::contract_digest;
use mahakam::types::{Clock, Timestamp};
use serde_json::json;

use super::desk::{Desk, Found, Page};
use crate::harness::contracts::barang;
use crate::harness::{TestHub, actor};

/// A Monday, nine o'clock in the province.
const MONDAY: &str = "2026-03-02T01:00:00Z";

/// Everybody who has a part, by the name under which they sign in: role, agency.
const PEOPLE: [(&str, Role, Option<&str>); 7] = [
    ("asker", Role::Opd, Some("dinkes")),
    ("provider", Role::Opd, Some("bkd")),
    ("stranger", Role::Opd, Some("dkp")),
    ("team", Role::TechnicalTeam, None),
    ("supervisor", Role::Supervisor, None),
    ("administrator", Role::Administrator, None),
    ("viewer", Role::Viewer, None),
];

/// An office with a hub, where everybody sits at a browser.
pub(super) struct Office {
    pub(super) hub: TestHub,
    pub(super) clock: Clock,
    cookies: HashMap<&'static str, String>,
    /// The path of the integration that everybody works on.
    pub(super) path: String,
}

impl Office {
    pub(super) async fn start() -> Self {
        let clock = Clock::fixed(Timestamp::parse(MONDAY).unwrap());
        let hub = TestHub::builder()
            .clock(clock.clone())
            .setting("MAHAKAM_SESSION_IDLE_MINUTES", 100_000)
            .setting("MAHAKAM_SESSION_HOURS", 2_000)
            .start()
            .await;
        let mut cookies = HashMap::new();
        for (name, role, opd) in PEOPLE {
            cookies.insert(name, hub.person(name, &[role], opd).await);
        }
        Office {
            hub,
            clock,
            cookies,
            path: String::new(),
        }
    }

    /// The same with an integration, opened by the agency that asks for it.
    pub(super) async fn opened() -> Self {
        let mut office = Office::start().await;
        let desk = office.at("asker");
        let form = desk.open("/integrations/new").await.form("/integrations/new");
        assert!(form.offers("party", "dinkes asker"));
        let form = form
            .fill("subject", "Integrasi data barang")
            .fill("dataset", "bkd/barang/v1")
            .choose("party", "bkd provider");
        let page = desk.submit(&form).await;
        page.says("Integrasi data barang")
            .says("Permohonan dan Disposisi");
        office.path = "/integrations/2026/1".to_owned();
        assert!(page.path.starts_with(&office.path), "{}", page.path);
        office
    }

    /// Somebody's browser.
    pub(super) fn at(&self, who: &str) -> Desk<'_> {
        Desk::new(&self.hub, &self.cookies[who])
    }

    /// By what somebody is known.
    pub(super) fn cookie(&self, who: &str) -> &str {
        &self.cookies[who]
    }

    /// The integration as somebody sees it.
    pub(super) async fn page(&self, who: &str) -> Page {
        self.at(who).open(&self.path).await
    }

    /// The form by which somebody does their part.
    pub(super) async fn part(&self, who: &str) -> Found {
        let page = self.page(who).await;
        let ends = ["/complete", "/opinion", "/repair"];
        let mut forms: Vec<Found> = ends.iter().flat_map(|end| page.forms(end)).collect();
        forms.retain(|form| form.value("form").ends_with("-own"));
        assert_eq!(forms.len(), 1, "{who}: {}", page.body);
        forms.remove(0)
    }

    /// Somebody does their part, with an outcome and a reason where these are not empty.
    pub(super) async fn does(&self, who: &str, outcome: &str, reason: &str) -> Page {
        let mut form = self.part(who).await.fill("reason", reason);
        if !outcome.is_empty() {
            form = form.choose("outcome", outcome);
        }
        let page = self.at(who).submit(&form).await;
        page.says("Tercatat.");
        page
    }

    /// Somebody uploads all papers that the page asks them for and that must be there.
    pub(super) async fn brings(&self, who: &str, kinds: &[&str]) {
        let page = self.page(who).await;
        let mut forms = page.forms("/documents/new");
        // Minutes are offered as well, and may be left out.
        forms.retain(|form| !form.value("kind").starts_with("minutes-"));
        let asked: Vec<&str> = forms.iter().map(|form| form.value("kind")).collect();
        assert_eq!(asked, kinds, "{who}: {}", page.body);
        for form in forms {
            let form = form.fill("place", "Map 12").file("berkas.json", "{}");
            self.at(who)
                .submit(&form)
                .await
                .says("Berkas tersimpan.")
                .says("Map 12");
        }
    }

    /// Who has the file, and in which step and round it is, as everybody is told.
    pub(super) async fn stands(&self, step: u8, title: &str, holders: &[&str]) {
        let page = self.page("viewer").await;
        page.says(&format!("Tahap {step} {title}"));
        let names: Vec<String> = holders.iter().map(|name| format!("<bdi>{name}</bdi>")).collect();
        page.says(&format!("<strong>{}</strong>", names.join(", ")));
        page.says("Tidak ada yang perlu Anda lakukan sekarang.");
    }

    pub(super) fn agree(&self) {
        let contract = barang();
        let digest = contract_digest(&contract).to_string();
        let hub = &self.hub.hub;
        hub.register_contract(&actor(), contract.to_string().as_bytes(), None, None)
            .unwrap();
        let agreed = json!({
            "contract_digest": digest, "signers": [{"name": "Siti", "office": "Kepala BKD", "on": "2026-03-02"}]
        });
        let (opd, name) = ("bkd".parse().unwrap(), "barang".parse().unwrap());
        hub.agree_contract(&actor(), &opd, &name, "1.0.0".parse().unwrap(), agreed)
            .unwrap();
    }

    async fn contract(&self, action: &str) {
        let path = format!("/admin/contracts/bkd/barang/1.0.0/{action}");
        let call = self.hub.call("POST", &path).cookie(&self.cookies["team"]);
        call.json("{}").await.is(200);
    }

    async fn push(&self) {
        let key = self.hub.key("bkd");
        let api = self.hub.api("bkd/barang/v1", Some(&key));
        api.push(r#"{"id":"a"}"#).await.is(201);
    }

    /// The first two steps.
    pub(super) async fn asks(&self) {
        self.brings("asker", &["request-letter", "application-data"])
            .await;
        self.does("asker", "", "").await;
        self.stands(1, "Permohonan dan Disposisi", &["Pejabat Administrator"])
            .await;
        self.brings("administrator", &["disposition"]).await;
        self.does("administrator", "", "").await;
        self.stands(2, "Definisi Data", &["Dinas dinkes"]).await;
        self.defines().await;
    }

    /// The second step.
    async fn defines(&self) {
        self.brings("asker", &["integration-document", "database-structure"])
            .await;
        self.does("asker", "", "").await;
        self.stands(3, "Perumusan Skenario", &["Tim Teknis", "Dinas bkd"])
            .await;
    }

    /// The third and the fourth step.
    async fn agrees(&self, again: bool) {
        self.does("team", "agreed", "").await;
        self.does("provider", "agreed", "").await;
        self.stands(4, "Dokumen Rumusan", &["Tim Teknis"]).await;
        self.brings("team", &["formulation"]).await;
        if !again {
            self.page("team").await.says("Kontrak data disepakati");
            self.agree();
        }
        for who in ["team", "asker", "provider"] {
            self.does(who, "", "").await;
        }
        self.stands(5, "Penyiapan API", &["Tim Teknis"]).await;
    }

    /// The steps from the fifth to the seventh.
    async fn serves(&self, again: bool) {
        if !again {
            self.page("team").await.says("Kontrak data diterbitkan");
            self.contract("publish").await;
        }
        self.does("team", "", "").await;
        if !again {
            self.page("team")
                .await
                .says("Data tersimpan")
                .says("Unit tes lulus");
            self.push().await;
            self.contract("test").await;
        }
        self.does("team", "", "").await;
        self.stands(7, "Penyampaian Hasil", &["Pejabat Pengawas"]).await;
        self.does("supervisor", "", "").await;
    }

    /// The steps from the eighth to the tenth; the first time it is not valid before.
    async fn checks(&self, again: bool) {
        self.stands(8, "Cek dan Pemutakhiran OPD", &["Dinas dinkes", "Dinas bkd"])
            .await;
        if !again {
            self.clock.advance(1_000);
            self.does("provider", "not-valid", "Kolom id kosong").await;
            self.stands(8, "Cek dan Pemutakhiran OPD", &["Tim Teknis"]).await;
            self.contract("test").await;
            self.does("team", "", "Kolom id diisi").await;
        }
        self.brings("asker", &["application-validation"]).await;
        self.does("asker", "valid", "").await;
        self.does("provider", "valid-with-notes", "Nama kolom panjang")
            .await;
        self.stands(9, "Laporan Validasi", &["Dinas dinkes", "Tim Teknis"])
            .await;
        self.does("asker", "", "").await;
        match again {
            true => self.brings("team", &["validation-report"]).await,
            false => self.signs("validation").await,
        }
        self.does("team", "", "").await;
        self.stands(10, "Penyampaian Dokumen", &["Pejabat Pengawas"])
            .await;
        self.brings("supervisor", &["system-integration"]).await;
        self.does("supervisor", "", "").await;
        self.stands(11, "Dashboard dan Kesesuaian", &["Dinas dinkes", "Dinas bkd"])
            .await;
    }

    /// A report is drafted, checked and signed.
    async fn signs(&self, kind: &str) {
        let (team, supervisor, administrator) =
            (self.at("team"), self.at("supervisor"), self.at("administrator"));
        let to = format!("/reports/new/{kind}");
        let link = format!("{to}?integration=2026/1");
        self.page("team").await.says(&format!("href=\"{link}\""));
        let form = team.open(&link).await.form(&to);
        let page = team.submit(&form).await;
        let path = page.path.split('?').next().unwrap().to_owned();
        page.says("Draf").says_not(&format!("href=\"{path}/check\""));
        for (desk, act) in [(supervisor, "check"), (administrator, "sign")] {
            desk.open(&path).await.says(&format!("href=\"{path}/{act}\""));
            let asked = desk.open(&format!("{path}/{act}")).await;
            desk.submit(&asked.form(&format!("/{act}"))).await;
        }
        self.at("viewer").open(&path).await.says("Disahkan");
    }
}

#[tokio::test]
async fn the_twelve_steps_are_walked_with_both_returns_by_what_the_pages_offer() {
    let office = Office::opened().await;
    office.asks().await;
    // Not agreed: back to the agency, in a second round.
    let back = office.does("team", "returned", "Skenario belum lengkap").await;
    back.says("Putaran 2").says("Skenario belum lengkap");
    office.stands(2, "Definisi Data", &["Dinas dinkes"]).await;
    office.defines().await;
    office.agrees(false).await;
    office.serves(false).await;
    office.checks(false).await;
    // It does not fit: back to the scenario, in a third round, in which what was signed before does not count.
    office.clock.advance(1_000);
    // Whoever is asked finds the question beside the data, and the form behind it.
    let question = "Pendapat Anda: Sesuai atau Tidak sesuai?";
    let data = "/datasets/bkd/barang/v1";
    let link = "href=\"/integrations/2026/1#sekarang\"";
    office.at("provider").open(data).await.says(question).says(link);
    office.does("asker", "does-not-fit", "Kolom kurang").await;
    office.does("provider", "fits", "").await;
    office.at("provider").open(data).await.says_not(question);
    let decides = office.at("administrator").open(data).await;
    decides.says("Putuskan: Sesuai atau Tidak sesuai?").says(link);
    for who in ["team", "viewer"] {
        office.at(who).open(data).await.says_not("Tidak sesuai?");
    }
    office
        .page("administrator")
        .await
        .says("Tidak sesuai")
        .says("Lihat data terintegrasi");
    let back = office.does("administrator", "does-not-fit", "Kolom kurang").await;
    back.says("Putaran 3");
    office.agrees(true).await;
    office.serves(true).await;
    office.checks(true).await;
    for who in ["asker", "provider"] {
        office.does(who, "fits", "").await;
    }
    office.does("administrator", "fits", "").await;
    office.stands(12, "Laporan Akhir", &["Tim Teknis"]).await;
    office.signs("integration").await;
    for who in ["team", "supervisor", "administrator"] {
        office.does(who, "", "").await;
    }
    let end = office.page("asker").await;
    end.says("Integrasi ini sudah selesai")
        .says("Buka integrasi lanjutan");
    for round in ["Putaran 1", "Putaran 2", "Putaran 3"] {
        end.says(round);
    }
    assert!(end.forms("/complete").is_empty());
}
