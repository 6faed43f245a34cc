//! The final report of a walked integration, and what signed reports are to its steps.

use std::io::{Cursor, Read as _};

use serde_json::{Value, json};

use super::Stage;

impl Stage {
    /// Drafts a report of the integration.
    async fn draft(&self, kind: &str, body: Value) -> Value {
        let drafted = self
            .about("team", "POST", &format!("/reports/{kind}"))
            .json(body)
            .await;
        drafted.expect(201)
    }

    /// Has it checked and signed.
    async fn sign(&self, draft: &Value) -> String {
        let path = draft["path"].as_str().unwrap();
        self.by("supervisor", "POST", &format!("{path}/check"))
            .await
            .is(200);
        self.by("administrator", "POST", &format!("{path}/sign"))
            .await
            .is(200);
        path.to_owned()
    }
}

#[tokio::test]
async fn a_signed_report_is_the_output_of_its_step_and_a_draft_is_none() {
    let stage = Stage::start().await;
    stage.up_to(9).await;
    let draft = stage.draft("validation", json!({})).await;
    stage.complete("asker", 9, json!({})).await.is(200);
    stage
        .complete("team", 9, json!({}))
        .await
        .problem(409, "step-refused");
    stage.sign(&draft).await;
    stage.complete("team", 9, json!({})).await.is(200);
    stage.through(10).await;
    stage.through(11).await;
    let draft = stage.draft("integration", json!({})).await;
    stage.complete("team", 12, json!({})).await.is(200);
    stage.complete("supervisor", 12, json!({})).await.is(200);
    stage
        .complete("administrator", 12, json!({}))
        .await
        .problem(409, "step-refused");
    stage.sign(&draft).await;
    stage.complete("administrator", 12, json!({})).await.is(200);
    assert_eq!(stage.shown().await["state"], "closed");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one report, and all that it tells")]
async fn the_final_report_tells_parties_steps_documents_data_and_traffic_and_stands_once_signed() {
    let stage = Stage::start().await;
    let letter = json!({
        "number": "005/17/DKK", "date": "2026-02-27", "subject": "Permohonan integrasi", "origin": "Dinas Kesehatan",
        "received_on": "2026-03-02", "integration": stage.number
    });
    let letter = stage
        .by("supervisor", "POST", "/admin/letters")
        .json(letter)
        .await
        .expect(201);
    let disposition = json!({
        "from": "Kepala Dinas", "to": "Kepala Bidang", "date": "2026-03-02", "instruction": "Tindak lanjuti"
    });
    let letters = format!("/admin/letters/{}/dispositions", letter["id"]);
    stage
        .by("supervisor", "POST", &letters)
        .json(disposition)
        .await
        .is(201);
    stage.up_to(3).await;
    let back = json!({"outcome": "returned", "reason": "Struktur belum lengkap"});
    stage
        .complete("team", 3, json!({"outcome": "agreed"}))
        .await
        .is(200);
    stage.complete("provider", 3, back).await.is(200);
    for step in 2..12 {
        stage.through(step).await;
    }
    let decree = json!({
        "decree": {"number": "188/1/2026", "on": "2026-01-05"},
        "responsible": [{"opd": "dinkes", "name": "Budi", "duty": "Narahubung teknis"}]
    });
    stage.about("team", "PATCH", "").json(decree).await.is(200);
    let told = json!({
        "obstacles": ["Jaringan kantor padam"], "next_review": "2027-03-01", "upkeep": ["Tinjau hak akses"]
    });
    let draft = stage.draft("integration", told).await;
    let path = stage.sign(&draft).await;
    let shown = stage.by("provider", "GET", &path).await.expect(200);
    let figures = &shown["figures"];
    assert_eq!(figures["decree"]["number"], "188/1/2026");
    assert_eq!(
        figures["letters"][0]["dispositions"][0]["instruction"],
        "Tindak lanjuti"
    );
    assert_eq!(figures["parties"].as_array().unwrap().len(), 2);
    let timeline = stage.timeline().await;
    let steps: usize = timeline["rounds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|round| round["steps"].as_array().unwrap().len())
        .sum();
    assert_eq!(figures["steps"].as_array().unwrap().len(), steps);
    assert_eq!(figures["rounds"].as_array().unwrap().len(), 2);
    let mut beside = stage.hub.database.beside();
    let documents = beside.number("SELECT count(*) FROM document");
    assert_eq!(
        i64::try_from(figures["documents"].as_array().unwrap().len()).unwrap(),
        documents
    );
    let contract = &figures["contracts"][0];
    assert_eq!(
        (&contract["dataset"], &contract["records"]),
        (&json!("bkd/barang/v1"), &json!(1))
    );
    assert_eq!(contract["signers"][0]["name"], "Siti");
    assert_eq!(
        contract["traffic"],
        json!([{"opd": "bkd", "action": "push", "calls": 1, "failed": 0, "records": 1}])
    );
    assert_eq!(
        figures["obstacles"],
        json!([
            "Putaran 1 Tahap 3 dikembalikan: Struktur belum lengkap",
            "Jaringan kantor padam"
        ])
    );
    let odt = || async {
        let (_, odt) = stage
            .by("auditor", "GET", &format!("{path}?format=odt"))
            .downloaded()
            .await;
        odt
    };
    let before = odt().await;
    let mut archive = zip::ZipArchive::new(Cursor::new(before.clone())).unwrap();
    let mut text = String::new();
    archive
        .by_name("content.xml")
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    for said in [
        "ditempuh dalam 2 putaran",
        "005/17/DKK",
        "1 Maret 2027",
        "Saudara administrator",
        "Budi",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(!text.contains(">done<"), "an outcome is told in words: {text}");
    stage
        .about("team", "PATCH", "")
        .json(json!({"subject": "Lain"}))
        .await
        .is(200);
    assert_eq!(odt().await, before);
    stage
        .by("stranger", "GET", &path)
        .await
        .problem(404, "unknown-report");
}
