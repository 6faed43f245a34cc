//! Papers of the procedure, opened as their readers open them.

use std::io::{Cursor, Read as _};

use calamine::{Ods, Reader as _};
use mahakam::access::Role;
use serde_json::json;

use super::{integration, manage};
use crate::harness::TestHub;
use crate::harness::contracts::pegawai;

fn part(archive: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// An integration about one contract; gives its number and the contract's digest.
async fn about_a_contract(hub: &TestHub) -> (String, String) {
    let number = integration(hub, &["bappeda", "bkd"]);
    let contract = pegawai();
    hub.publish(&contract);
    let digest = mahakam::contract::contract_digest(&contract).to_string();
    hub.database
        .beside()
        .run("INSERT INTO integration_contract (integration_id, dataset) VALUES (1, 'bkd/pegawai/v1')");
    (number, digest)
}

#[tokio::test]
async fn every_paper_opens_as_odt_and_carries_the_digest_at_the_foot_of_its_pages() {
    let hub = TestHub::start().await;
    let (number, digest) = about_a_contract(&hub).await;
    let papers = format!("/admin/integrations/{number}/papers");
    let listed = manage(&hub, "GET", &papers).await.expect(200);
    let listed = listed["papers"].as_array().unwrap();
    // Thirteen of the procedure, and a form for each step.
    assert_eq!(listed.len(), 25);
    assert_eq!(listed[24]["title"], "Formulir Tahap 12: Laporan Akhir");
    for paper in listed {
        let (kind, path) = (paper["kind"].as_str().unwrap(), paper["path"].as_str().unwrap());
        let (headers, odt) = manage(&hub, "GET", &format!("{path}?format=odt"))
            .downloaded()
            .await;
        assert_eq!(headers["content-type"], "application/vnd.oasis.opendocument.text");
        let name = format!("attachment; filename=\"{kind}-2026-1.odt\"");
        assert!(
            headers["content-disposition"]
                .to_str()
                .unwrap()
                .starts_with(&name)
        );
        assert!(part(&odt, "content.xml").ends_with("</office:document-content>"));
        let look = part(&odt, "styles.xml");
        let (_, foot) = look.split_once("<style:footer>").unwrap();
        assert!(foot.contains(&digest), "{kind}: {foot}");
        let page = manage(&hub, "GET", path).await;
        assert!(
            page.is(200)
                .body
                .contains(&format!("{digest}</div></td></tr></tfoot>")),
            "{kind}"
        );
        assert!(
            page.header("content-security-policy")
                .contains("style-src 'unsafe-inline'")
        );
    }
    let path = format!("/admin/integrations/{number}/papers");
    manage(&hub, "GET", &format!("{path}/step-13")).await.is(404);
    manage(&hub, "GET", &format!("{path}/nothing")).await.is(404);
    let refused = manage(&hub, "GET", &format!("{path}/formulation?format=doc")).await;
    refused.problem(400, "bad-parameter");
    // A letter has no table.
    manage(&hub, "GET", &format!("{path}/request-letter?format=ods"))
        .await
        .is(404);
}

#[tokio::test]
async fn the_interchange_document_names_who_takes_part_and_who_signs() {
    let hub = TestHub::start().await;
    let (number, _) = about_a_contract(&hub).await;
    hub.add_person("kabid", &[Role::Administrator], None);
    let path = format!("/admin/integrations/{number}/papers/formulation");
    let page = manage(&hub, "GET", &path).await;
    for said in [
        "Dokumen Rumusan Integrasi Data",
        "OPD pemohon",
        "OPD penyedia",
        "Saudara kabid",
        "bkd/pegawai/v1",
        "/nip",
    ] {
        assert!(page.is(200).body.contains(said), "{said} in {}", page.body);
    }
    // Whoever stands in for the holder today signs, though given the office later.
    hub.add_person("harian", &[Role::Administrator], None);
    hub.database.beside().run(
        "UPDATE assignment SET capacity = 'plh' WHERE person_id = (SELECT id FROM person WHERE name = 'harian')",
    );
    let page = manage(&hub, "GET", &path).await;
    assert!(page.is(200).body.contains("Saudara harian"), "{}", page.body);
    assert!(!page.body.contains("Saudara kabid"));
    let (_, ods) = manage(&hub, "GET", &format!("{path}?format=ods"))
        .downloaded()
        .await;
    let mut sheets: Ods<_> = calamine::open_workbook_from_rs(Cursor::new(ods)).unwrap();
    let name = sheets.sheet_names()[0].clone();
    let range = sheets.worksheet_range(&name).unwrap();
    assert_eq!(range.get_value((0, 0)).unwrap().to_string(), "Kolom");
    assert_eq!(range.get_value((1, 0)).unwrap().to_string(), "/nip");
}

#[tokio::test]
async fn the_form_of_a_step_ticks_the_documents_that_are_there() {
    let hub = TestHub::start().await;
    let number = integration(&hub, &["bkd"]);
    let path = format!("/admin/integrations/{number}/papers/step-1");
    let page = manage(&hub, "GET", &path).await;
    assert!(
        page.is(200).body.contains("\u{2610} Surat Permohonan"),
        "{}",
        page.body
    );
    let documents = format!("/admin/integrations/{number}/documents?kind=request-letter&name=a.json");
    manage(&hub, "POST", &documents).json(json!({})).await.is(201);
    let page = manage(&hub, "GET", &path).await;
    assert!(
        page.is(200).body.contains("\u{2611} Surat Permohonan"),
        "{}",
        page.body
    );
    assert!(page.body.contains("1 hari kerja"));
}

#[tokio::test]
async fn the_letterhead_of_the_settings_stands_at_the_head_of_every_paper_in_the_offices_time() {
    let hub = TestHub::builder()
        .setting("MAHAKAM_LETTERHEAD_GOVERNMENT", "PEMERINTAH PROVINSI <UJI>")
        .setting("MAHAKAM_LETTERHEAD_UNIT", "DINAS KOMUNIKASI")
        .setting("MAHAKAM_LETTERHEAD_ADDRESS", "Jalan Contoh 1 | Telepon 000")
        .setting("MAHAKAM_TIME_ZONE", "Asia/Jayapura")
        .start()
        .await;
    let (number, _) = about_a_contract(&hub).await;
    let head = "PEMERINTAH PROVINSI &lt;UJI&gt;";
    for kind in ["formulation", "step-1", "data-standard-sheet"] {
        let path = format!("/admin/integrations/{number}/papers/{kind}");
        let page = manage(&hub, "GET", &path).await;
        for said in [head, "DINAS KOMUNIKASI", "Jalan Contoh 1", "Telepon 000"] {
            assert!(page.is(200).body.contains(said), "{said} in {}", page.body);
        }
        let (_, odt) = manage(&hub, "GET", &format!("{path}?format=odt"))
            .downloaded()
            .await;
        assert!(part(&odt, "content.xml").contains(head), "{kind}");
    }
    let sheet = format!("/admin/integrations/{number}/papers/data-standard-sheet");
    let page = manage(&hub, "GET", &sheet).await;
    assert!(page.body.contains(" WIT"), "{}", page.body);
    let recap = "/admin/reports/exchanges?month=2026-03&format=html";
    let page = manage(&hub, "GET", recap).await;
    assert!(page.is(200).body.contains(head), "{}", page.body);
}
