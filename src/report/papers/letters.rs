//! Surat Permohonan and Disposisi Integrasi Aplikasi.
//!
//! Invariant: what the register of incoming letters says of a letter is printed as it says it.

use super::{Dossier, signs};
use crate::report::paper::{Block, Paper, Signature, Value};

/// A letter by which an agency asks for an integration.
pub(super) fn request(paper: &mut Paper, dossier: &Dossier) {
    let letter = dossier.letter.as_ref();
    paper.facts([
        ("Nomor", letter.map(|letter| letter.number.clone())),
        ("Sifat", letter.and_then(|letter| letter.nature.clone())),
        ("Lampiran", Some("Dokumen Data dan Informasi Aplikasi".to_owned())),
        (
            "Hal",
            Some("Permohonan Integrasi dan Pertukaran Data Sistem Informasi".to_owned()),
        ),
    ]);
    paper.text("Yth. ............................................................");
    paper.text("di Tempat");
    paper.text(
        "Dalam rangka peningkatan pelayanan dan pemanfaatan data bersama, dengan ini kami mengajukan permohonan integrasi \
         dan pertukaran data sistem informasi dengan keterangan sebagai berikut:",
    );
    let of = |side: &str| {
        let named: Vec<String> = dossier
            .parties
            .iter()
            .filter(|party| party.side == side)
            .map(|party| party.name.clone())
            .collect();
        (!named.is_empty()).then(|| named.join(", "))
    };
    paper.facts([
        ("Perihal integrasi", dossier.title.clone()),
        ("Nama aplikasi", None),
        ("OPD penyedia", of("OPD penyedia")),
        ("OPD penerima", of("OPD penerima")),
        ("Data yang dibutuhkan", None),
        ("Tujuan pemanfaatan", None),
        ("Dasar hukum", None),
        ("Narahubung", None),
    ]);
    paper.text(
        "Demikian permohonan ini kami sampaikan, atas perhatian dan kerja samanya diucapkan terima kasih.",
    );
    paper.signatures.push(Signature {
        office: of("OPD pemohon"),
        ..Signature::default()
    });
}

/// What is to be done about the letter.
pub(super) fn disposition(paper: &mut Paper, dossier: &Dossier) {
    let letter = dossier.letter.clone();
    let known = letter.is_some();
    let letter = letter.unwrap_or_default();
    let told = |text: &str| known.then(|| text.to_owned()).filter(|text| !text.is_empty());
    paper.facts([
        ("Surat dari", told(&letter.origin)),
        ("Nomor surat", told(&letter.number)),
        ("Tanggal surat", told(&letter.date)),
        ("Diterima tanggal", told(&letter.received_on)),
        ("Nomor agenda", letter.agenda_number.clone()),
        ("Sifat", letter.nature.clone()),
        ("Hal", told(&letter.subject)),
        ("Nomor integrasi", dossier.number.clone()),
    ]);
    let mut rows: Vec<Vec<Value>> = letter
        .dispositions
        .iter()
        .map(|one| {
            vec![
                Value::text(one.date.clone()),
                Value::text(one.from.clone()),
                Value::text(one.to.clone()),
                Value::text(one.instruction.clone()),
                Value::maybe(one.due.clone()),
            ]
        })
        .collect();
    if rows.is_empty() {
        rows = vec![vec![Value::Empty; 5]; 3];
    }
    let columns = [
        ("Tanggal", 3),
        ("Dari", 4),
        ("Diteruskan kepada", 4),
        ("Isi disposisi", 6),
        ("Batas waktu", 3),
    ];
    paper.table("Disposisi", &columns, rows);
    paper.text("Catatan:");
    paper.blocks.push(Block::Lines(3));
    let administrator = dossier.officials.administrator.as_ref();
    paper
        .signatures
        .push(signs("", "Pejabat Administrator", administrator));
}
