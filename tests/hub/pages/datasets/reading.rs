//! Who is shown which data, and how it is found.

use mahakam::access::Role;
use serde_json::json;

use super::{ask, logged, nip, page, pegawai};
use crate::harness::{TestHub, contracts};

/// A hub with some staff in it.
async fn with_staff() -> TestHub {
    let (hub, api) = TestHub::with(pegawai()).await;
    for number in 1..=60 {
        let rank = if number % 2 == 0 { "III/a" } else { "III/b" };
        api.push(json!({"nip": nip(number), "nama": format!("Orang {number:02}"), "golongan": rank, "lahir": format!("1985-01-{:02}", number % 28 + 1), "unit": {"kode": "11.10"}}))
            .await
            .is(201);
    }
    hub
}

#[tokio::test]
async fn everybody_is_listed_what_they_may_see() {
    let (hub, _) = TestHub::with(pegawai()).await;
    hub.publish(&contracts::libur());
    hub.publish(&contracts::live());
    let listed = async |cookie: &str, query: &str| {
        let body = page(&hub, cookie, &format!("/datasets{query}")).await;
        ["bkd/pegawai/v1", "pod/libur/v1", "bkd/cuti/v1"]
            .map(|id| body.contains(&format!("<code>{id}</code>")))
    };
    let own = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let other = hub.person("budi", &[Role::Opd], Some("dkp")).await;
    let viewer = hub.person("wati", &[Role::Viewer], None).await;
    assert_eq!(listed(&own, "").await, [true, true, true]);
    assert_eq!(listed(&other, "").await, [false, true, false]);
    assert_eq!(listed(&viewer, "").await, [true, true, true]);
    assert_eq!(listed(&viewer, "?q=PEGAWAI").await, [true, false, false]);
    assert_eq!(listed(&viewer, "?level=open").await, [false, true, false]);
    assert_eq!(listed(&viewer, "?opd=bkd").await, [true, false, true]);
    assert!(
        page(&hub, &viewer, "/datasets?q=zzz")
            .await
            .contains("Tidak ada dataset yang cocok")
    );
    assert!(
        page(&hub, &viewer, "/datasets")
            .await
            .contains("angka saja, tanpa rekaman")
    );
    let anonymous = hub.call("GET", "/datasets").header("Accept", "text/html").await;
    assert!(anonymous.is(303).header("location").contains("/sign-in?to="));
}

#[tokio::test]
async fn the_people_of_the_owner_read_its_records_and_the_log_says_so() {
    let hub = with_staff().await;
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let path = "/datasets/bkd/pegawai/v1";
    let before = logged(&hub, "action = 'pull'");
    let first = page(&hub, &siti, path).await;
    assert!(first.contains("Orang 01") && first.contains("11.10") && !first.contains("Orang 51"));
    // About persons: the entry was there before the page.
    let told = "action = 'pull' AND person_id IS NOT NULL AND records = 50 AND reading LIKE '%keys%'";
    assert_eq!(logged(&hub, told), 1);
    assert_eq!(logged(&hub, "action = 'pull'"), before + 1);
    let cursor = first.split("cursor=").nth(1).unwrap().split('"').next().unwrap();
    let second = page(&hub, &siti, &format!("{path}?cursor={cursor}")).await;
    assert!(second.contains("Orang 60") && !second.contains("Orang 01") && !second.contains("cursor="));
    let found = page(
        &hub,
        &siti,
        &format!("{path}?%2Fgolongan=III%2Fa&%2Fnama%5Bprefix%5D=Orang+0&count=exact"),
    )
    .await;
    assert!(
        found.contains("Orang 02") && !found.contains("Orang 01") && found.contains("4 rekaman"),
        "{found}"
    );
    let sorted = page(&hub, &siti, &format!("{path}?sort=-%2Fnama")).await;
    let place = |name: &str| sorted.find(name).unwrap();
    assert!(place("Orang 60") < place("Orang 59") && sorted.contains("aria-sort=\"descending\""));
    let one = page(&hub, &siti, &format!("{path}?key={}", nip(7))).await;
    assert!(one.contains("Orang 07") && !one.contains("Orang 08"));
    let some = page(&hub, &siti, &format!("{path}?columns=%2Fnama")).await;
    assert!(some.contains("Orang 01") && !some.contains("data-label=\"unit › kode\""));
    // What can't be meant is told, and the form stands as it was.
    let wrong = ask(&hub, &siti, "GET", &format!("{path}?%2Flain=1")).await;
    assert!(wrong.is(400).body.contains("role=\"alert\""));
}

#[tokio::test]
async fn whom_no_rule_lets_read_records_is_shown_figures_and_no_record() {
    let hub = with_staff().await;
    let path = "/datasets/bkd/pegawai/v1";
    for (name, role, figures) in [
        ("wati", Role::Viewer, true),
        ("agus", Role::Administrator, true),
        ("rina", Role::Operator, false),
    ] {
        let cookie = hub.person(name, &[role], None).await;
        let body = page(&hub, &cookie, path).await;
        assert!(body.contains("Peran Anda melihat angka, bukan rekaman"), "{name}");
        assert!(!body.contains("Orang 0") && !body.contains(&nip(1)), "{name}");
        assert_eq!(body.contains("id=\"ringkas\""), figures, "{name}");
        let expected = if figures { 200 } else { 403 };
        ask(&hub, &cookie, "GET", &format!("{path}/figures"))
            .await
            .is(expected);
        for below in [
            format!("/records/{}", nip(1)),
            "/sheet".into(),
            "/sheet/template".into(),
        ] {
            let refused = ask(&hub, &cookie, "GET", &format!("{path}{below}")).await;
            assert!(refused.is(403).body.contains("<html"), "{name} {below}");
        }
    }
    // Of what they were not granted to read, and is not open, the people of another agency learn nothing.
    let budi = hub.person("budi", &[Role::Opd], Some("dkp")).await;
    for below in ["", "/figures", "/rejections", "/sheet"] {
        ask(&hub, &budi, "GET", &format!("{path}{below}")).await.is(404);
    }
    assert_eq!(logged(&hub, "action = 'pull' AND records > 0"), 0);
}

#[tokio::test]
async fn the_people_of_an_agency_see_of_what_it_was_granted_the_granted_fields() {
    let hub = with_staff().await;
    // `bappeda` was granted /nip and /unit/kode.
    let budi = hub.person("budi", &[Role::Opd], Some("bappeda")).await;
    let path = "/datasets/bkd/pegawai/v1";
    assert!(
        page(&hub, &budi, "/datasets")
            .await
            .contains("<code>bkd/pegawai/v1</code>")
    );
    let list = page(&hub, &budi, path).await;
    assert!(
        list.contains(&nip(1)) && !list.contains("Orang 01") && !list.contains("III/b"),
        "{list}"
    );
    let record = page(&hub, &budi, &format!("{path}/records/{}", nip(1))).await;
    assert!(
        record.contains(&nip(1)) && !record.contains("Orang 01") && !record.contains("III/b"),
        "{record}"
    );
    let told = page(&hub, &budi, "/docs/bkd/pegawai/v1").await;
    assert!(told.contains("nip") && !told.contains("golongan"), "{told}");
    for below in ["/rejections", "/sheet", "/sheet/template"] {
        ask(&hub, &budi, "GET", &format!("{path}{below}")).await.is(403);
    }
}

#[tokio::test]
async fn a_record_stands_with_its_history_and_what_each_version_changed() {
    let (hub, api) = TestHub::with(contracts::barang()).await;
    for payload in [
        r#"{"id":"a/b","luas":64.10,"nama":"Lama","sisa":[1,2]}"#,
        r#"{"id":"a/b","luas":64.1,"nama":"Baru","sisa":[1]}"#,
    ] {
        api.push(payload)
            .await
            .is(if payload.contains("Lama") { 201 } else { 200 });
    }
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let path = "/datasets/bkd/barang/v1/records/a%2Fb";
    let listed = page(&hub, &siti, "/datasets/bkd/barang/v1").await;
    assert!(listed.contains(&format!("href=\"{path}\"")), "{listed}");
    let body = page(&hub, &siti, path).await;
    for told in [
        "<del><bdi>64.10</bdi></del>",
        "<del><bdi>Lama</bdi></del>",
        "<bdi>sisa › 1</bdi>",
        "hilang",
        "Dibuat",
        "Diubah",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
    api.delete("a/b").await.is(200);
    let gone = page(&hub, &siti, path).await;
    assert!(gone.contains("Rekaman ini sudah dihapus") && gone.contains("Lama"));
    ask(&hub, &siti, "GET", "/datasets/bkd/barang/v1/records/tidak-ada")
        .await
        .is(404);
}

#[tokio::test]
async fn figures_tell_how_far_columns_are_filled_and_who_uses_them() {
    let hub = with_staff().await;
    while hub.hub.count_records(|| true).unwrap() {}
    while hub.hub.sum_days().unwrap() {}
    let wati = hub.person("wati", &[Role::Viewer], None).await;
    let body = page(&hub, &wati, "/datasets/bkd/pegawai/v1/figures").await;
    for told in [
        "<strong>60</strong>",
        "unit › kode",
        "100%",
        "III/a",
        "<svg class=\"chart\"",
        "dinkes",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
    assert!(!body.contains("Orang 01"), "values about persons are not told");
}
