//! The documents that agencies write themselves, as forms: Dokumen Data dan Informasi Aplikasi, Dokumen Integrasi Aplikasi,
//! Struktur Database, Validasi Aplikasi; and Integrasi Sistem Informasi, which is handed over.
//!
//! Invariant: what only the agency knows is a line to be written on.

use super::{Dossier, about, fields, own_number, parties_sign, signs};
use crate::report::paper::{Block, Paper, Signature, Value};

/// Dokumen Data dan Informasi Aplikasi: the system that is to be integrated, and what data it has.
pub(super) fn application_data(paper: &mut Paper, dossier: &Dossier) {
    own_number(paper);
    about(paper, dossier);
    blank_facts(
        paper,
        "A. Aplikasi",
        &[
            "Nama aplikasi",
            "OPD pemilik",
            "Fungsi",
            "Alamat (URL)",
            "Bahasa dan kerangka kerja",
            "Basis data",
            "Pusat data",
            "Narahubung teknis",
        ],
    );
    let columns = [
        ("Data", 5),
        ("Jenis (master/transaksi)", 3),
        ("Jumlah", 2),
        ("Pemutakhiran", 3),
    ];
    blank_table(paper, "B. Data yang dikelola", &columns, 6);
    blank_facts(
        paper,
        "C. Ketersediaan",
        &[
            "Cara akses data (API, berkas, tampilan)",
            "Klasifikasi data",
            "Memuat data pribadi",
            "Dasar hukum",
        ],
    );
    paper.signatures.push(asker(dossier));
}

/// Dokumen Integrasi Aplikasi: which data is needed, from whom, and what for.
pub(super) fn integration_document(paper: &mut Paper, dossier: &Dossier) {
    own_number(paper);
    about(paper, dossier);
    blank_facts(
        paper,
        "A. Kebutuhan",
        &["Latar belakang", "Tujuan pemanfaatan", "Dasar hukum"],
    );
    let columns = [("Data", 4), ("OPD penyedia", 3), ("Kolom", 4), ("Untuk", 4)];
    blank_table(paper, "B. Data dan informasi yang dibutuhkan", &columns, 6);
    blank_facts(
        paper,
        "C. Pertukaran",
        &[
            "Arah (kirim, ambil, langsung)",
            "Jadwal",
            "Perkiraan volume",
            "Pengamanan",
            "Narahubung",
        ],
    );
    paper.signatures.extend(parties_sign(dossier));
}

/// Struktur Database: the tables and columns of the system, beside the fields of the contracts that are known.
pub(super) fn database_structure(paper: &mut Paper, dossier: &Dossier) {
    own_number(paper);
    about(paper, dossier);
    blank_facts(
        paper,
        "A. Basis data",
        &["Aplikasi", "Basis data dan versinya", "Pengodean karakter"],
    );
    let columns = [
        ("Tabel", 3),
        ("Kolom", 3),
        ("Jenis", 2),
        ("Wajib", 2),
        ("Kunci", 2),
        ("Keterangan", 4),
    ];
    blank_table(paper, "B. Tabel dan kolom", &columns, 12);
    for one in &dossier.contracts {
        paper.heading(format!(
            "{} versi {}",
            one.contract.dataset_id(),
            one.contract.version
        ));
        fields::list(paper, &one.contract);
    }
    paper.signatures.push(asker(dossier));
}

/// Validasi Aplikasi: what an agency found in its own system.
pub(super) fn application_validation(paper: &mut Paper, dossier: &Dossier) {
    own_number(paper);
    about(paper, dossier);
    blank_facts(
        paper,
        "A. Pemeriksaan",
        &["OPD", "Aplikasi yang dimutakhirkan", "Tanggal", "Diperiksa oleh"],
    );
    let asked = [
        "Data diterima lengkap",
        "Jumlah rekaman sama dengan di OPD",
        "Isi kolom sesuai",
        "Kode rujukan dikenal",
        "Aplikasi sudah dimutakhirkan",
    ];
    let rows = asked.map(|asked| vec![Value::text(asked), Value::Empty, Value::Empty]);
    let columns = [("Yang diperiksa", 5), ("Sesuai / tidak", 3), ("Catatan", 5)];
    paper.table("B. Hasil pemeriksaan", &columns, rows.to_vec());
    paper.heading("C. Kesimpulan");
    let outcomes = ["Valid", "Valid dengan catatan", "Tidak valid"];
    let outcomes = outcomes.map(|outcome| (outcome.to_owned(), false));
    paper.blocks.push(Block::Boxes(outcomes.to_vec()));
    paper.text("Catatan:");
    paper.blocks.push(Block::Lines(4));
    paper.signatures.push(Signature {
        as_what: "Yang memeriksa".to_owned(),
        ..Signature::default()
    });
}

/// Integrasi Sistem Informasi: what is handed over at the end.
pub(super) fn system_integration(paper: &mut Paper, dossier: &Dossier) {
    own_number(paper);
    about(paper, dossier);
    paper.text("Dokumen pertukaran dan integrasi berikut disampaikan kepada OPD:");
    let handed = [
        "Dokumen Rumusan Integrasi Data",
        "Unit Tes Integrasi Aplikasi",
        "Validasi Aplikasi",
        "Laporan Hasil Validasi",
    ];
    let handed = handed.map(|title| (title.to_owned(), false));
    paper.blocks.push(Block::Boxes(handed.to_vec()));
    let rows = dossier.contracts.iter().map(|one| {
        vec![
            Value::text(one.contract.dataset_id().to_string()),
            Value::text(one.contract.version.to_string()),
            Value::text(one.contract.title.clone()),
        ]
    });
    let mut rows: Vec<Vec<Value>> = rows.collect();
    if rows.is_empty() {
        rows = vec![vec![Value::Empty; 3]; 3];
    }
    paper.table("Dataset", &[("Dataset", 4), ("Versi", 2), ("Nama", 5)], rows);
    paper.text("Catatan:");
    paper.blocks.push(Block::Lines(3));
    let supervisor = dossier.officials.supervisor.as_ref();
    paper
        .signatures
        .push(signs("Yang menyampaikan", "Pejabat Pengawas", supervisor));
    paper.signatures.extend(parties_sign(dossier));
}

/// The agency that asks, as who signs.
fn asker(dossier: &Dossier) -> Signature {
    let asks = dossier.parties.iter().find(|party| party.side == "OPD pemohon");
    Signature {
        as_what: "OPD pemohon".to_owned(),
        office: asks.map(|party| party.name.clone()),
        ..Signature::default()
    }
}

fn blank_facts(paper: &mut Paper, heading: &str, names: &[&str]) {
    paper.heading(heading);
    let facts = names.iter().map(|name| ((*name).to_owned(), None));
    paper.blocks.push(Block::Facts(facts.collect()));
}

fn blank_table(paper: &mut Paper, name: &str, columns: &[(&str, u32)], rows: usize) {
    paper.table(name, columns, vec![vec![Value::Empty; columns.len()]; rows]);
}
