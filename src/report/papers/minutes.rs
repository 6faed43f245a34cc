//! The three Berita Acara: of what was agreed, tried and handed over.
//!
//! Invariant: the day of the meeting is left to those who meet.

use super::{Dossier, about, own_number, parties_sign, signs};
use crate::report::paper::{Block, Paper, Value};

/// How a Berita Acara begins; the day is written in by hand.
const BEGIN: &str = "Pada hari ini ...................., tanggal .................... bulan .................... tahun \
     ...................., bertempat di ........................................, kami yang bertanda tangan di bawah ini";

/// Berita Acara Kesepakatan, of step 3.
pub(super) fn agreement(paper: &mut Paper, dossier: &Dossier) {
    opening(
        paper,
        dossier,
        "telah merumuskan skenario pertukaran data antar sistem informasi dan menyatakan SEPAKAT atas hal-hal berikut:",
    );
    about(paper, dossier);
    paper.facts([
        ("Arah pertukaran", None),
        ("Cara pertukaran", None),
        ("Jadwal", None),
        ("Volume", None),
        ("Keamanan", None),
        ("Narahubung", None),
    ]);
    paper.text("Catatan:");
    paper.blocks.push(Block::Lines(4));
    paper.text(
        "Demikian Berita Acara ini dibuat dengan sebenarnya untuk menjadi dasar penyusunan Dokumen Rumusan Integrasi Data.",
    );
    closing(paper, dossier);
}

/// Berita Acara Uji Coba, of step 6.
pub(super) fn trial(paper: &mut Paper, dossier: &Dossier) {
    opening(
        paper,
        dossier,
        "telah melaksanakan uji coba pertukaran data antar sistem informasi dengan hasil sebagai berikut:",
    );
    about(paper, dossier);
    let blank = || Value::Empty;
    let mut rows: Vec<Vec<Value>> = dossier
        .contracts
        .iter()
        .map(|one| {
            vec![
                Value::text(one.contract.dataset_id().to_string()),
                Value::text(one.contract.version.to_string()),
                blank(),
                blank(),
                blank(),
            ]
        })
        .collect();
    if rows.is_empty() {
        rows = vec![vec![blank(); 5]; 3];
    }
    let columns = [
        ("Dataset", 4),
        ("Versi", 2),
        ("Yang diuji", 4),
        ("Hasil", 3),
        ("Catatan", 4),
    ];
    paper.table("Hasil uji coba", &columns, rows);
    paper.blocks.push(Block::Boxes(vec![
        ("Sesuai".to_owned(), false),
        ("Sesuai dengan catatan".to_owned(), false),
        ("Tidak sesuai, diperbaiki dan diuji kembali".to_owned(), false),
    ]));
    paper.text("Catatan:");
    paper.blocks.push(Block::Lines(4));
    paper.text("Demikian Berita Acara ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana mestinya.");
    closing(paper, dossier);
}

/// Berita Acara Serah Terima, of step 10.
pub(super) fn handover(paper: &mut Paper, dossier: &Dossier) {
    opening(
        paper,
        dossier,
        "telah melaksanakan serah terima hasil integrasi dan pertukaran data sistem informasi. Pihak pertama menyerahkan \
         dan para pihak lainnya menerima:",
    );
    about(paper, dossier);
    paper.blocks.push(Block::Boxes(
        [
            "Dokumen Rumusan Integrasi Data",
            "Program Aplikasi API dan dokumentasinya",
            "Unit Tes Integrasi Aplikasi",
            "Laporan Hasil Validasi",
            "Kunci API, disampaikan terpisah kepada narahubung",
            "........................................",
        ]
        .map(|item| (item.to_owned(), false))
        .to_vec(),
    ));
    paper.text(
        "Sejak serah terima ini OPD memutakhirkan data dan menjaga kerahasiaan Kunci API sesuai Dokumen Rumusan Integrasi Data.",
    );
    paper.text("Demikian Berita Acara ini dibuat dengan sebenarnya untuk dipergunakan sebagaimana mestinya.");
    closing(paper, dossier);
}

fn opening(paper: &mut Paper, dossier: &Dossier, what: &str) {
    own_number(paper);
    paper.text(format!("{BEGIN}:"));
    let rows = dossier
        .parties
        .iter()
        .map(|party| (party.side.clone(), Value::text(party.name.clone())))
        .chain([("Tim Teknis".to_owned(), Value::Empty)])
        .enumerate()
        .map(|(place, (side, name))| vec![Value::number(place + 1), Value::text(side), name, Value::Empty])
        .collect();
    let columns = [
        ("No.", 1),
        ("Selaku", 3),
        ("Instansi", 5),
        ("Nama dan jabatan", 6),
    ];
    paper.table("Para pihak", &columns, rows);
    paper.text(what);
}

fn closing(paper: &mut Paper, dossier: &Dossier) {
    paper.signatures.extend(parties_sign(dossier));
    let officials = &dossier.officials;
    paper
        .signatures
        .push(signs("Tim Teknis", "Tim Teknis", officials.team.as_ref()));
    paper.signatures.push(signs(
        "Mengetahui",
        "Pejabat Pengawas",
        officials.supervisor.as_ref(),
    ));
}
