//! The register of incoming letters.

use mahakam::access::Role;
use serde_json::{Value, json};

use super::{integration, integration_of, manage, pdf, upload};
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
    let number = integration_of(&hub, &["bappeda", "bkd"], Some("2026-03-03"));
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
    let open = || integration_of(&hub, &["bkd"], Some("2026-03-03"));
    let (first, second) = (open(), open());
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

#[tokio::test]
async fn an_integration_is_opened_from_its_letter_and_its_first_clock_starts_on_the_day_that_came_in() {
    let hub = TestHub::start().await;
    hub.key("bkd");
    let add = async |number: &str| {
        let mut told = letter();
        told["number"] = json!(number);
        let added = manage(&hub, "POST", "/admin/letters").json(told).await;
        added.expect(201)["id"].clone()
    };
    let first = add("1").await;
    let file = format!("/admin/letters/{first}/documents");
    let file = upload(&hub, &file, "kind=request-letter&name=surat.pdf", pdf(100)).await;
    let file = file.expect(201);
    let body = |with: Value| {
        let mut body = json!({
            "subject": "Data pegawai", "parties": [{"opd": "bkd", "side": "asker"}], "letter_id": first,
            "reason": "Surat terlambat dicatat"
        });
        for (name, value) in with.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let open = |with: Value| manage(&hub, "POST", "/admin/integrations").json(body(with));
    let other = open(json!({"received_on": "2026-03-04"})).await;
    other.problem(400, "bad-body");
    open(json!({"letter_id": 99}))
        .await
        .problem(404, "unknown-letter");
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let own = hub
        .call("POST", "/admin/integrations")
        .cookie(&siti)
        .json(body(json!({})));
    own.await.problem(403, "forbidden");
    let opened = open(json!({})).await.expect(201);
    assert_eq!(
        (&opened["received_on"], &opened["entered_on"]),
        (&json!("2026-03-03"), &json!("2026-03-03"))
    );
    // The letter belongs to it, and so does what came with it.
    let shown = manage(&hub, "GET", &format!("/admin/letters/{first}"))
        .await
        .expect(200);
    assert_eq!(shown["integration"], opened["number"]);
    assert_eq!(opened["step"]["needs"][0]["present"], true);
    let document = manage(&hub, "GET", &format!("/admin/documents/{}", file["id"])).await;
    assert_eq!(document.expect(200)["integration"], opened["number"]);
    open(json!({})).await.problem(409, "letter-linked");
    // One that was opened on another day than its letter came in is not given that letter afterwards.
    let second = add("2").await;
    let late = json!({"integration": integration(&hub, &["bkd"])});
    let refused = manage(&hub, "PATCH", &format!("/admin/letters/{second}"))
        .json(late)
        .await;
    refused.problem(409, "step-refused");
    // Further letters come when they come.
    let further = json!({"integration": opened["number"]});
    let linked = manage(&hub, "PATCH", &format!("/admin/letters/{second}"))
        .json(further)
        .await;
    linked.is(200);
}

#[tokio::test]
async fn letters_are_listed_in_pages_the_latest_first_and_to_an_agency_its_own_alone() {
    let hub = TestHub::start().await;
    let (own, other) = (
        integration_of(&hub, &["bkd"], Some("2026-03-03")),
        integration_of(&hub, &["bappeda"], Some("2026-03-03")),
    );
    for number in 1..=5 {
        let mut told = letter();
        told["number"] = json!(format!("005/{number}"));
        told["integration"] = json!(if number % 2 == 0 { &own } else { &other });
        let added = manage(&hub, "POST", "/admin/letters")
            .json(&told)
            .await
            .expect(201);
        let said =
            json!({"from": "A", "to": "B", "date": "2026-03-04", "instruction": format!("Untuk {number}")});
        manage(
            &hub,
            "POST",
            &format!("/admin/letters/{}/dispositions", added["id"]),
        )
        .json(&said)
        .await
        .is(201);
    }
    let mut path = "/admin/letters?limit=2".to_owned();
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = manage(&hub, "GET", &path).await.expect(200);
        for letter in page["letters"].as_array().unwrap() {
            let number = letter["number"].as_str().unwrap().to_owned();
            let told = letter["dispositions"][0]["instruction"].as_str().unwrap();
            assert_eq!(format!("Untuk {}", number.trim_start_matches("005/")), told);
            seen.push(number);
        }
        pages += 1;
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/admin/letters?limit=2&cursor={next}");
    }
    assert_eq!(
        (seen.join(" "), pages),
        ("005/5 005/4 005/3 005/2 005/1".to_owned(), 3)
    );
    let siti = hub.person("siti", &[Role::Opd], Some("bkd")).await;
    let mine = hub.call("GET", "/admin/letters").cookie(&siti).await.expect(200);
    let mine: Vec<&str> = mine["letters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|letter| letter["number"].as_str().unwrap())
        .collect();
    assert_eq!(mine, ["005/4", "005/2"]);
    let forged = manage(&hub, "GET", "/admin/letters?cursor=abc").await;
    forged.problem(400, "bad-cursor");
}
