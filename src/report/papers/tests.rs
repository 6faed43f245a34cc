//! Papers of an integration, read as those read them who sign.

use serde_json::json;

use super::*;
use crate::contract::contract_digest;
use crate::report::paper::{Block, Value};

fn dossier() -> Dossier {
    let document = json!({
        "mahakam": "1", "opd": "bkd", "dataset": "pegawai", "version": "1.2.0", "kind": "master",
        "title": "Data Pegawai ASN", "key": ["/nip"],
        "schema": {
            "type": "object", "required": ["nip"],
            "properties": {
                "nip": {"type": "string"}, "golongan": {"enum": ["III/a", "III/b"]},
                "gaji": {"type": "number"}
            }
        },
        "classification": {"level": "restricted", "reason": "memuat data pribadi", "until": "2030-12-31"},
        "personal_data": ["/nip"],
        "references": [{"field": "/golongan", "dataset": "bkd/golongan/v1"}],
        "update": {"every": "daily", "by": "06:00"},
        "retention": {"history": "P5Y"},
        "grants": [{"opd": "bappeda", "may": ["pull"], "fields": ["/nip"], "purpose": "Perencanaan", "until": "2027-12-31"}],
        "fields": {"/gaji": {"concept": "Penghasilan", "measure": "Gaji", "unit": "rupiah"}}
    });
    Dossier {
        number: Some("2026/7".into()),
        title: Some("Data pegawai untuk perencanaan".into()),
        parties: vec![
            Party {
                side: "OPD pemohon".into(),
                name: "Bappeda".into(),
            },
            Party {
                side: "OPD penyedia".into(),
                name: "Badan Kepegawaian Daerah".into(),
            },
        ],
        agencies: [("bkd".to_owned(), "Badan Kepegawaian Daerah".to_owned())].into(),
        contracts: vec![Formulated {
            contract: Contract::from_stored(&document.to_string()).unwrap(),
            digest: contract_digest(&document),
        }],
        officials: Officials {
            administrator: Some(Official {
                name: "Budi, S.T.".into(),
                office: Some("Plt. Kepala Bidang".into()),
                rank: Some("Pembina (IV/a)".into()),
                nip: Some("197001012000031001".into()),
            }),
            ..Officials::default()
        },
        ..Dossier::default()
    }
}

/// All texts of a paper, one below the other.
fn said(paper: &Paper) -> String {
    paper.to_html()
}

#[test]
fn every_paper_carries_the_digest_on_every_page() {
    let dossier = dossier();
    let digest = dossier.contracts[0].digest.to_string();
    for kind in PaperKind::ALL {
        let paper = kind.fill(&dossier);
        assert!(paper.footer.contains(&digest), "{kind:?}: {}", paper.footer);
        assert!(paper.footer.starts_with("Integrasi 2026/7"));
        assert_eq!(kind.as_str().parse(), Ok(kind));
        assert!(!paper.signatures.is_empty());
        // A blank one is a form.
        let blank = kind.fill(&Dossier::default());
        assert!(paper.to_odt().is_ok() && blank.to_odt().is_ok());
        assert!(
            !said(&blank).contains("Tidak ada."),
            "{kind:?} is filled in by hand"
        );
    }
}

#[test]
fn the_interchange_document_says_what_the_contract_says() {
    let paper = PaperKind::Formulation.fill(&dossier());
    let text = said(&paper);
    for expected in [
        "Terbatas: memuat data pribadi (sampai 31 Desember 2030)",
        "Data master",
        "bkd/golongan/v1",
        "Badan Kepegawaian Daerah",
        "setiap hari, paling lambat pukul 06:00",
        "5 tahun",
        "Perencanaan",
        "31 Desember 2027",
        "pengenal; data pribadi",
        "Gaji; rupiah",
        "salah satu dari &quot;III/a&quot;, &quot;III/b&quot;",
        "Plt. Kepala Bidang",
        "NIP 197001012000031001",
    ] {
        assert!(text.contains(expected), "{expected} in {text}");
    }
    let names: Vec<&str> = paper.all_tables().map(|table| table.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Kolom bkd/pegawai/v1",
            "Rujukan kode bkd/pegawai/v1",
            "Hak akses bkd/pegawai/v1"
        ]
    );
    for table in paper.all_tables() {
        assert!(
            table.rows.iter().all(|row| row.len() == table.columns.len()),
            "{}",
            table.name
        );
    }
}

#[test]
fn the_sheet_of_the_walidata_names_what_is_missing() {
    let paper = PaperKind::DataStandardSheet.fill(&dossier());
    assert_eq!(paper.conclusion.as_ref().unwrap().figure, "0 dari 3");
    let table = paper.all_tables().next().unwrap();
    let gaji = table
        .rows
        .iter()
        .find(|row| row[0] == Value::text("/gaji"))
        .unwrap();
    let told = ["ada", "belum ada", "tidak perlu", "ada", "ada"].map(Value::text);
    assert_eq!(gaji[1..], told);
}

#[test]
fn a_letter_and_its_dispositions_are_printed_as_they_are_registered() {
    let mut dossier = dossier();
    dossier.letter = Some(Letter {
        number: "005/123/BAPPEDA".into(),
        origin: "Bappeda".into(),
        received_on: "2 Maret 2026".into(),
        dispositions: vec![Disposition {
            from: "Kepala Dinas".into(),
            to: "Kepala Bidang".into(),
            date: "3 Maret 2026".into(),
            instruction: "Tindak lanjuti".into(),
            due: None,
        }],
        ..Letter::default()
    });
    let text = said(&PaperKind::Disposition.fill(&dossier));
    for expected in [
        "005/123/BAPPEDA",
        "2 Maret 2026",
        "Tindak lanjuti",
        "Kepala Bidang",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
    assert!(said(&PaperKind::RequestLetter.fill(&dossier)).contains("005/123/BAPPEDA"));
}

#[test]
fn the_form_of_a_step_ticks_what_is_there() {
    let form = StepForm {
        number: 3,
        title: "Perumusan Skenario".into(),
        actors: vec!["Tim Teknis".into(), "OPD penyedia".into()],
        needs: vec![
            ("Struktur Database".into(), false, true),
            ("Berita Acara Kesepakatan".into(), true, false),
        ],
        outcomes: vec!["Sepakat".into(), "Dikembalikan".into()],
        ..StepForm::default()
    };
    let paper = step_form(&dossier(), &form);
    assert_eq!(paper.title, "Formulir Tahap 3");
    assert_eq!(paper.signatures.len(), 2);
    let boxes: Vec<&(String, bool)> = paper
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Boxes(boxes) => Some(boxes),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(boxes[0], &("Struktur Database".to_owned(), true));
    assert_eq!(
        boxes[1],
        &("Berita Acara Kesepakatan (bila ada)".to_owned(), false)
    );
}
