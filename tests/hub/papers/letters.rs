//! The register of incoming letters.

use mahakam::access::Role;
use serde_json::{Value, json};

use super::{integration, manage, pdf, upload};
use crate::harness::TestHub;

fn letter() -> Value {
    json!({
        "number": "005/123/BAPPEDA", "date": "2026-03-02", "subject": "Permohonan integrasi data pegawai",
        "nature": "Penting", "origin": "Bappeda", "agenda_number": "45", "received_on": "2026-03-03"
    })
}

#[tokio::test]
async fn a_letter_is_registered_disposed_of_and_brought_to_an_integration() {
    let hub = TestHub::start().await;
    let number = integration(&hub, &["bappeda", "bkd"]);
    let added = manage(&hub, "POST", "/admin/letters").json(letter()).await;
    let registered = added.expect(201);
    assert_eq!(registered["number"], "005/123/BAPPEDA");
    assert_eq!(registered["received_on"], "2026-03-03");
    assert_eq!(registered["integration"], Value::Null);
    let place = format!("/admin/letters/{}", registered["id"]);
    let told = json!({
        "from": "Kepala Dinas", "to": "Kepala Bidang", "date": "2026-03-04",
        "instruction": "Tindak lanjuti", "due": "2026-03-06"
    });
    let disposed = manage(&hub, "POST", &format!("{place}/dispositions"))
        .json(&told)
        .await
        .expect(201);
    assert_eq!(disposed["dispositions"][0]["due"], "2026-03-06");
    let attached = format!("{place}/documents");
    let file = upload(&hub, &attached, "kind=request-letter&name=surat.pdf", pdf(100))
        .await
        .expect(201);
    assert_eq!(file["letter"], registered["id"]);
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    for path in [&place, file["content"].as_str().unwrap()] {
        hub.call("GET", path).cookie(&siti).await.is(404);
    }
    let linked = manage(&hub, "PATCH", &place)
        .json(json!({"integration": number}))
        .await
        .expect(200);
    assert_eq!(linked["integration"], number);
    for path in [&place, file["content"].as_str().unwrap()] {
        hub.call("GET", path).cookie(&siti).await.is(200);
    }
    let documents = format!("/admin/integrations/{number}/documents");
    let listed = manage(&hub, "GET", &documents).await.expect(200);
    assert_eq!(listed["documents"][0]["id"], file["id"]);
    let paper = format!("/admin/integrations/{number}/papers/disposition");
    let page = manage(&hub, "GET", &paper).await;
    for said in ["005/123/BAPPEDA", "Tindak lanjuti", "6 Maret 2026", "Penting"] {
        assert!(page.is(200).body.contains(said), "{said}");
    }
    let list = manage(&hub, "GET", "/admin/letters").await.expect(200);
    assert_eq!(list["letters"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_letter_is_registered_once_and_stays_with_its_integration() {
    let hub = TestHub::start().await;
    let (first, second) = (integration(&hub, &["bkd"]), integration(&hub, &["bkd"]));
    let mut told = letter();
    told["integration"] = json!(first);
    let id = manage(&hub, "POST", "/admin/letters")
        .json(&told)
        .await
        .expect(201)["id"]
        .clone();
    let again = manage(&hub, "POST", "/admin/letters").json(&told).await;
    again.problem(409, "name-taken");
    let place = format!("/admin/letters/{id}");
    manage(&hub, "PATCH", &place)
        .json(json!({"integration": first}))
        .await
        .is(200);
    let other = manage(&hub, "PATCH", &place)
        .json(json!({"integration": second}))
        .await;
    other.problem(409, "letter-linked");
    let nowhere = manage(&hub, "PATCH", &place)
        .json(json!({"integration": "2026/99"}))
        .await;
    nowhere.problem(404, "unknown-integration");
}

#[tokio::test]
async fn days_that_cannot_be_meant_are_refused() {
    let hub = TestHub::start().await;
    for (member, day) in [
        ("received_on", "2026-03-01"),
        ("received_on", "2026-03-21"),
        ("date", "2026-02-30"),
        ("date", "kemarin"),
    ] {
        let mut told = letter();
        told[member] = json!(day);
        let refused = manage(&hub, "POST", "/admin/letters").json(&told).await;
        assert!(
            [400, 422].contains(&refused.status),
            "{member} {day}: {refused:?}"
        );
    }
    let id = manage(&hub, "POST", "/admin/letters")
        .json(letter())
        .await
        .expect(201)["id"]
        .clone();
    let told = json!({"from": "A", "to": "B", "date": "2026-03-04", "instruction": "C", "due": "2026-03-03"});
    let refused = manage(&hub, "POST", &format!("/admin/letters/{id}/dispositions"))
        .json(&told)
        .await;
    refused.problem(400, "bad-body");
    manage(&hub, "GET", "/admin/letters/99")
        .await
        .problem(404, "unknown-letter");
}
