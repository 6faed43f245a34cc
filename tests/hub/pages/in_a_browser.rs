//! The same pages as they are seen in Chromium.

use serde_json::json;

use crate::browser::Browser;
use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn the_pages_are_found_and_read_in_both_languages() {
    let (hub, _) = TestHub::with(contracts::libur()).await;
    let browser = Browser::open(&hub).await;
    browser.go("/docs").await.see("Produsen Data").await;
    browser.check().await;
    browser.click("English").await.see("Owner").await;
    assert_eq!(browser.path().await, "/docs?lang=en");
    browser.check().await;
    browser.click("Barang").await.see("Request samples").await;
    assert_eq!(browser.path().await, "/docs/pod/libur/v1?lang=en");
    browser.check().await;
    browser
        .click("Bahasa Indonesia")
        .await
        .see("Contoh program")
        .await;
    browser.check().await;
    browser.screenshot("docs-dataset").await;
}

#[tokio::test]
async fn everything_on_them_works_without_scripts_and_on_a_telephone() {
    let mut contract = contracts::pegawai();
    contract["filters"] = json!(["/golongan"]);
    contract["fields"] = json!({"/gaji": {"definition": "Gaji pokok", "unit": "rupiah"}});
    contract["examples"] = json!({"valid": [{"nip": "199001012015031001", "nama": "Siti"}]});
    let (hub, _) = TestHub::with(contract).await;
    let browser = Browser::without_scripts(&hub).await;
    browser.carry_key(&hub.key("bkd")).await;
    browser.size(360, 740).await;
    browser.go("/docs").await.click("Pegawai").await;
    browser.see("Satuan: rupiah").await;
    browser.miss("curl_exec").await;
    browser.click("summary:has(+ pre #php-curl-push)").await;
    browser.see("curl_exec").await;
    browser.check().await;
    browser.screenshot("docs-dataset-360").await;
}
