//! Pages about reports: drafted with what was counted, checked, signed, and read by whom they are for.

use super::desk::Page;
use super::walk::Office;
use crate::harness::contracts::barang;

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn a_monthly_recap_is_drafted_checked_and_signed() {
    let office = Office::start().await;
    let team = office.at("team");
    team.open("/reports").await.says("Belum ada laporan");
    let form = team
        .open("/reports/new/exchanges")
        .await
        .form("/reports/new/exchanges");
    let wrong = team
        .send(&form.clone().fill("month", "Maret").fill("opd", "bkd"))
        .await;
    let again = Page::of("/reports/new/exchanges", wrong.is(400)).form("/reports/new/exchanges");
    assert_eq!((again.value("month"), again.value("opd")), ("Maret", "bkd"));
    let page = team
        .submit(&form.fill("month", "2026-03").fill("opd", "bkd"))
        .await;
    page.says("2026-03/bkd")
        .says("Draf")
        .says("format=odt")
        .says("Saudara team");
    // Signing comes after checking, and only to whom it belongs.
    team.ask("/reports/1/check").await.is(403);
    let early = office
        .at("administrator")
        .open("/reports/1/sign")
        .await
        .form("/sign");
    let refused = office.at("administrator").send(&early).await;
    assert!(
        refused.is(409).body.contains("belum diperiksa"),
        "{}",
        refused.body
    );
    let check = office
        .at("supervisor")
        .open("/reports/1/check")
        .await
        .form("/check");
    office
        .at("supervisor")
        .submit(&check)
        .await
        .says("Saudara supervisor");
    let sign = office.at("administrator").open("/reports/1/sign").await;
    sign.says("tidak berubah lagi");
    let page = office.at("administrator").submit(&sign.form("/sign")).await;
    page.says("Disahkan")
        .says("Saudara administrator")
        .says_not("/reports/1/sign\"");
    let list = office
        .at("viewer")
        .open("/reports?state=signed&kind=exchanges")
        .await;
    list.says("href=\"/reports/1\"");
    let list = office.at("viewer").open("/reports?state=draft").await;
    list.says_not("href=\"/reports/1\"")
        .says("Tidak ada laporan yang cocok");
    office
        .at("provider")
        .open("/reports")
        .await
        .says("href=\"/reports/1\"");
    office.at("asker").ask("/reports/1").await.is(404);
    office.at("viewer").ask("/reports/new/exchanges").await.is(403);
    let paper = office.at("viewer").ask("/admin/reports/1?format=html").await;
    assert!(paper.is(200).body.contains("Rekap Pertukaran Bulanan"));
}

#[tokio::test]
async fn what_the_agency_counted_stands_beside_what_the_hub_counts() {
    let office = Office::opened().await;
    office.hub.publish(&barang());
    let team = office.at("team");
    team.ask("/reports/new/validation").await.is(400);
    let path = "/reports/new/validation?integration=2026/1";
    let form = team.open(path).await.form("/reports/new/validation");
    assert_eq!(form.value("dataset-0"), "bkd/barang/v1");
    let form = form
        .fill("rows-0", "3")
        .fill("notes", "Dihitung oleh BKD\nDua kali")
        .fill("sums-0", "/id");
    let wrong = team.send(&form).await;
    let page = Page::of("/reports/new/validation", wrong.is(400));
    page.says("2 bagian");
    let again = page.form("/reports/new/validation");
    assert_eq!((again.value("rows-0"), again.value("sums-0")), ("3", "/id"));
    let page = team.submit(&again.fill("sums-0", "")).await;
    page.says("Laporan Hasil Validasi")
        .says("2026/1")
        .says("Kesimpulan");
    let paper = team.ask("/admin/reports/1?format=html").await;
    assert!(paper.is(200).body.contains("Dihitung oleh BKD"), "{}", paper.body);
    office
        .page("asker")
        .await
        .says("href=\"/reports/1\"")
        .says_not("/reports/new/");
    office
        .page("team")
        .await
        .says("/reports/new/integration?integration=2026/1");
    let form = team.open("/reports/new/integration?integration=2026/1").await;
    let form = form.form("/reports/new/integration");
    let form = form
        .fill("obstacles", "Jaringan putus")
        .fill("next_review", "besok");
    let page = Page::of("/reports/new/integration", team.send(&form).await.is(400));
    let again = page.form("/reports/new/integration");
    assert_eq!(again.value("obstacles"), "Jaringan putus");
    let page = team.submit(&again.fill("next_review", "2027-03-02")).await;
    page.says("Laporan Hasil Integrasi Aplikasi");
}
