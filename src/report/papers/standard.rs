//! Lembar Pemeriksaan Standar Data: what the Walidata checks at step 4, with what the hub found.
//!
//! Invariant: the judgement is left to the Walidata; the hub says what is there and what is missing.

use super::{Dossier, about, own_number, signs};
use crate::contract::{Conformity, FieldConformity, Member};
use crate::report::paper::{Block, Conclusion, Paper, Value};

/// What the standard asks of a field, as the paper calls it.
const ASKED: [(Member, &str); 5] = [
    (Member::Concept, "Konsep"),
    (Member::Definition, "Definisi"),
    (Member::Classification, "Klasifikasi"),
    (Member::Measure, "Ukuran"),
    (Member::Unit, "Satuan"),
];

/// Fills the paper.
pub(super) fn fill(paper: &mut Paper, dossier: &Dossier) {
    own_number(paper);
    paper.as_of = Some(dossier.at);
    let judged: Vec<Conformity> = dossier
        .contracts
        .iter()
        .map(|formulated| formulated.contract.conformity())
        .collect();
    paper.conclusion = (!judged.is_empty()).then(|| conclusion(&judged));
    about(paper, dossier);
    paper.text(
        "Pemeriksaan menurut standar data Satu Data Indonesia (Perpres 39/2019): setiap kolom mempunyai konsep, definisi, \
         klasifikasi, ukuran, dan satuan sepanjang diperlukan.",
    );
    for found in &judged {
        dataset(paper, found);
    }
    paper.heading("Kesimpulan Walidata");
    paper.blocks.push(Block::Boxes(vec![
        ("Sesuai standar data".to_owned(), false),
        ("Sesuai dengan catatan".to_owned(), false),
        ("Tidak sesuai".to_owned(), false),
    ]));
    paper.text("Catatan:");
    paper.blocks.push(Block::Lines(4));
    let steward = dossier.officials.steward.as_ref();
    paper.signatures.push(signs("", "Walidata", steward));
}

fn conclusion(judged: &[Conformity]) -> Conclusion {
    let fields = || judged.iter().flat_map(|found| &found.fields);
    let whole = fields().filter(|field| field.missing().next().is_none()).count();
    let all = fields().count();
    let sentence = match judged.iter().all(Conformity::conforms) {
        true => "Semua yang diperlukan standar data sudah dinyatakan.",
        false => "Masih ada yang diperlukan standar data tetapi belum dinyatakan.",
    };
    Conclusion {
        sentence: sentence.to_owned(),
        figure: format!("{whole} dari {all}"),
        counted: "kolom lengkap menurut standar data".to_owned(),
    }
}

fn dataset(paper: &mut Paper, found: &Conformity) {
    paper.heading(format!("{} versi {}", found.dataset, found.version));
    let metadata = found.metadata.iter().map(|(member, there)| {
        let name = match *member {
            "title" => "Judul",
            "description" => "Uraian",
            "contact" => "Narahubung",
            "update" => "Jadwal pemutakhiran",
            other => other,
        };
        (
            name.to_owned(),
            Some(if *there { "ada" } else { "belum ada" }.to_owned()),
        )
    });
    let metadata = metadata.collect();
    paper.blocks.push(Block::Facts(metadata));
    let rows = found.fields.iter().map(row).collect();
    let mut columns = vec![("Kolom", 6)];
    columns.extend(ASKED.iter().map(|(_, name)| (*name, 3)));
    paper.table(&format!("Pemeriksaan {}", found.dataset), &columns, rows);
    if !found.unknown.is_empty() {
        let names: Vec<String> = found.unknown.iter().map(ToString::to_string).collect();
        paper.text(format!(
            "Diterangkan tetapi tidak ada di skema: {}.",
            names.join(", ")
        ));
    }
    if found.cut {
        paper.text("Kolom selebihnya tidak diperiksa.");
    }
}

fn row(field: &FieldConformity) -> Vec<Value> {
    let judged = ASKED.iter().map(|(member, _)| {
        let there = field.present.contains(member);
        let needed = field.needed.contains(member);
        Value::text(match (there, needed) {
            (true, _) => "ada",
            (false, true) => "belum ada",
            (false, false) => "tidak perlu",
        })
    });
    let mut row = vec![Value::text(field.pointer.to_string())];
    row.extend(judged);
    row
}
