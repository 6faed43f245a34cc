//! Refused payloads on pages: told in plain words, corrected in place.

use mahakam::access::Role;
use serde_json::json;

use super::{ask, logged, nip, page, pegawai, send};
use crate::harness::TestHub;

const PATH: &str = "/datasets/bkd/pegawai/v1/rejections";

/// A hub with a payload that breaks three rules.
async fn with_refused() -> TestHub {
    let (hub, api) = TestHub::with(pegawai()).await;
    let payload = json!({"nip": nip(1), "golongan": "I/z", "lebih": "rahasia", "unit": {"kode": 11.1}});
    api.push(payload).await.is(422);
    hub
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one walk")]
async fn what_was_refused_stands_beside_the_rule_and_is_corrected_in_place() {
    let hub = with_refused().await;
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let listed = page(&hub, &siti, PATH).await;
    assert!(
        listed.contains(&nip(1)) && listed.contains("golongan") && listed.contains("Perbaiki"),
        "{listed}"
    );
    let one = format!("{PATH}/1");
    let body = page(&hub, &siti, &one).await;
    for told in [
        "name=\"at:/golongan\" value=\"I/z\"",
        "name=\"at:/nama\" value=\"\"",
        "name=\"at:/lebih\" value=\"rahasia\"",
        "name=\"at:/unit/kode\" value=\"11.1\"",
        "III/a",
    ] {
        assert!(body.contains(told), "{told}: {body}");
    }
    // Refused again: what was typed stands, with what is still wrong.
    let typed = [
        ("at:/golongan", "I/y"),
        ("at:/nama", "Ani"),
        ("at:/lebih", ""),
        ("at:/unit/kode", "11.10"),
    ];
    let again = send(&hub, &siti, &one, &typed).await;
    let body = &again.is(422).body;
    assert!(
        body.contains("value=\"I/y\"") && body.contains("value=\"Ani\"") && body.contains("role=\"alert\""),
        "{body}"
    );
    let mut typed = typed;
    typed[0].1 = "III/a";
    let done = send(&hub, &siti, &one, &typed).await;
    assert_eq!(
        done.is(303).header("location"),
        format!("{}{PATH}?said=repaired", hub.url)
    );
    let stored = hub
        .api("bkd/pegawai/v1", Some(&hub.key("bkd")))
        .record(&nip(1))
        .await
        .expect(200);
    assert_eq!(
        stored,
        json!({"nip": nip(1), "golongan": "III/a", "nama": "Ani", "unit": {"kode": "11.10"}})
    );
    assert_eq!(
        logged(
            &hub,
            "action = 'push' AND person_id IS NOT NULL AND records = 1 AND outcome = 'ok'"
        ),
        1
    );
    // Sent twice, it is done once.
    let twice = send(&hub, &siti, &one, &typed).await;
    assert!(twice.is(409).body.contains("<html"));
    assert!(page(&hub, &siti, PATH).await.contains("Tidak ada data ditolak"));
    assert!(
        page(&hub, &siti, &format!("{PATH}?state=all"))
            .await
            .contains("Sudah diperbaiki")
    );
}

#[tokio::test]
async fn a_payload_that_is_none_is_corrected_as_a_whole() {
    let (hub, api) = TestHub::with(pegawai()).await;
    api.push("{\"nip\":").await.is(400);
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let one = format!("{PATH}/1");
    assert!(
        page(&hub, &siti, &one)
            .await
            .contains("tidak dapat diperbaiki per kolom")
    );
    let typed = format!("{{\"nip\":\"{}\",\"nama\":\"Ani\", \"gaji\": 1.50}}", nip(3));
    let wrong = send(&hub, &siti, &one, &[("payload", "{\"nip\":1}")]).await;
    assert!(wrong.is(422).body.contains("{&#34;nip&#34;:1}"), "{wrong:?}");
    send(&hub, &siti, &one, &[("payload", &typed)]).await.is(303);
    let stored = api.record(&nip(3)).await.is(200).body.clone();
    assert!(stored.contains("1.50"), "{stored}");
}

#[tokio::test]
async fn whoever_looks_after_refused_payloads_sees_why_and_no_body() {
    let hub = with_refused().await;
    let team = hub.person("joko", &[Role::TechnicalTeam], None).await;
    let listed = page(&hub, &team, PATH).await;
    assert!(
        listed.contains("golongan") && !listed.contains("rahasia") && !listed.contains("/rejections/1"),
        "{listed}"
    );
    for below in ["/1", "/download?format=csv"] {
        ask(&hub, &team, "GET", &format!("{PATH}{below}")).await.is(403);
    }
    send(&hub, &team, &format!("{PATH}/1"), &[("payload", "{}")])
        .await
        .is(403);
    let viewer = hub.person("wati", &[Role::Viewer], None).await;
    ask(&hub, &viewer, "GET", PATH).await.is(403);
    // Whoever lost the session in between keeps what was typed.
    let lost = send(
        &hub,
        "mahakam-session=none",
        &format!("{PATH}/1"),
        &[("payload", "{\"a\":1}")],
    )
    .await;
    assert!(lost.is(401).body.contains("name=\"kept\""), "{lost:?}");
    // Another site sends nothing in anybody's name.
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let call = hub.call("POST", &format!("{PATH}/1")).header("Cookie", &siti);
    let call = call
        .header("Accept", "text/html")
        .header("Origin", "https://evil.example");
    call.body("application/x-www-form-urlencoded", "payload=%7B%7D")
        .await
        .is(403);
}
