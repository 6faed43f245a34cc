//! The first page of whoever signed in.

use mahakam::access::Role;

use super::sign_in::seen;
use crate::browser::Browser;
use crate::harness::{TestHub, contracts};

#[tokio::test]
async fn everybody_sees_what_is_theirs_to_see() {
    let (hub, api) = TestHub::with(contracts::pegawai()).await;
    api.push(r#"{"nip": "199001012015031001", "nama": "Siti"}"#)
        .await
        .is(201);
    while hub.hub.count_records(|| true).unwrap() {}
    let head = hub.person("kepala", &[Role::Administrator], None).await;
    let page = seen(&hub, "/", &head).await;
    for part in [
        "Menunggu Anda",
        "Data yang terlambat dimutakhirkan",
        "Data ditolak dan keterisian per OPD",
        "Keterisian <strong>25,0%</strong>",
        "Siapa memberi apa",
        "Pertukaran 30 hari",
    ] {
        assert!(page.is(200).body.contains(part), "{part}: {page:?}");
    }
    let own = hub.person("dewi", &[Role::Opd], Some("bkd")).await;
    let page = seen(&hub, "/", &own).await;
    for part in [
        "Menunggu Anda",
        "Integrasi kami",
        "Kiriman terakhir",
        "Yang menggunakan data kami",
    ] {
        assert!(page.is(200).body.contains(part), "{part}: {page:?}");
    }
    assert!(
        !page.body.contains("Siapa memberi apa"),
        "that is for those who look at the whole: {page:?}"
    );
    let operator = hub.person("siti", &[Role::Operator], None).await;
    assert!(
        seen(&hub, "/", &operator)
            .await
            .is(200)
            .body
            .contains("Pengelolaan")
    );
}

#[tokio::test]
async fn the_home_page_passes_in_a_browser() {
    let (hub, api) = TestHub::with(contracts::pegawai()).await;
    api.push(r#"{"nip": "199001012015031001", "nama": "Siti"}"#)
        .await
        .is(201);
    for (name, role, opd) in [
        ("kepala", Role::Administrator, None),
        ("dewi", Role::Opd, Some("bkd")),
    ] {
        let browser = Browser::open(&hub).await;
        browser.carry(&hub.person(name, &[role], opd).await).await;
        browser.go("/").await.see("Menunggu Anda").await;
        browser.check().await;
        browser.screenshot(&format!("home-{name}")).await;
    }
}
