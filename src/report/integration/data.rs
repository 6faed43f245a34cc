//! What a final report tells of the data: contracts, grants, traffic.
//!
//! Invariant: a number of records is one of the day of the report.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::report::monthly::action_word;
use crate::report::paper::{Paper, Value, date};
use crate::types::Timestamp;

/// A contract of an integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractLine {
    /// The dataset.
    pub dataset: String,
    /// What it is called.
    pub title: String,
    /// The version.
    pub version: String,
    /// Its digest.
    pub contract_digest: String,
    /// Its state.
    pub state: String,
    /// Whether it is answered by the owner's system and stores nothing.
    pub live: bool,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// How many records stand.
    pub records: u64,
    /// How many changes there were.
    pub changes: u64,
    /// What freshness was agreed, as a paper says it.
    pub update: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// Who signed it.
    pub signers: Vec<SignerLine>,
    /// Who may do what with it.
    pub grants: Vec<GrantLine>,
    /// What was exchanged since it was published.
    pub traffic: Vec<TrafficLine>,
}

/// Somebody who signed a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerLine {
    /// The name with titles.
    pub name: String,
    /// The civil servant's number.
    pub nip: Option<String>,
    /// The office, with its capacity.
    pub office: Option<String>,
    /// The day.
    pub on: Option<Date>,
}

/// What an agency may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantLine {
    /// The agency.
    pub opd: String,
    /// Its rights.
    pub may: Vec<String>,
    /// The fields; all where there are none.
    pub fields: Vec<String>,
    /// What the data is used for.
    pub purpose: Option<String>,
    /// The rule or the agreement that allows it.
    pub basis: Option<String>,
    /// The last day.
    pub until: Option<Date>,
}

/// What an agency exchanged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficLine {
    /// The agency; none where nobody said who they are.
    pub opd: Option<String>,
    /// What was asked.
    pub action: String,
    /// How many calls.
    pub calls: u64,
    /// How many of them failed or were refused.
    pub failed: u64,
    /// How many records.
    pub records: u64,
}

impl ContractLine {
    pub(super) fn fill(&self, paper: &mut Paper) {
        paper.heading(format!("{} ({})", self.title, self.dataset));
        let count = |number: u64| crate::report::paper::number(&number.to_string());
        let stored = match self.live {
            true => "tidak menyimpan data: dijawab langsung oleh sistem OPD".to_owned(),
            false => format!(
                "{} rekaman, {} perubahan",
                count(self.records),
                count(self.changes)
            ),
        };
        paper.facts([
            (
                "Versi kontrak data",
                Some(format!("{} ({})", self.version, state_word(&self.state))),
            ),
            ("Sidik dokumen (SHA-256)", Some(self.contract_digest.clone())),
            (
                "Diterbitkan",
                Some(
                    self.published_at
                        .map_or("belum".to_owned(), |at| paper.house.moment(at)),
                ),
            ),
            ("Data tersimpan", Some(stored)),
            ("Jadwal pemutakhiran", self.update.clone()),
            ("Narahubung", self.contact.clone()),
        ]);
        self.signers(paper);
        self.grants(paper);
        self.traffic(paper);
    }

    fn signers(&self, paper: &mut Paper) {
        let rows = self.signers.iter().map(|signer| {
            vec![
                Value::text(&signer.name),
                optional(signer.nip.as_deref()),
                optional(signer.office.as_deref()),
                signer.on.map_or(Value::Empty, |on| Value::text(date(on))),
            ]
        });
        let columns = [("Nama", 5), ("NIP", 4), ("Jabatan", 5), ("Tanggal", 3)];
        let rows: Vec<Vec<Value>> = rows.collect();
        if !rows.is_empty() {
            paper.table(&format!("Penanda tangan {}", self.dataset), &columns, rows);
        }
    }

    fn grants(&self, paper: &mut Paper) {
        let rows = self.grants.iter().map(|grant| {
            let fields = match grant.fields.is_empty() {
                true => "semua kolom".to_owned(),
                false => grant.fields.join(", "),
            };
            vec![
                Value::text(&grant.opd),
                Value::text(grant.may.join(", ")),
                Value::text(fields),
                optional(grant.purpose.as_deref()),
                optional(grant.basis.as_deref()),
                Value::text(grant.until.map_or("tanpa batas".to_owned(), date)),
            ]
        });
        let columns = [
            ("OPD", 3),
            ("Hak akses", 3),
            ("Kolom", 4),
            ("Tujuan", 4),
            ("Dasar", 4),
            ("Berlaku s.d.", 3),
        ];
        paper.table(&format!("Hak akses {}", self.dataset), &columns, rows.collect());
    }

    fn traffic(&self, paper: &mut Paper) {
        let rows = self.traffic.iter().map(|line| {
            let number = |number: u64| Value::Number(number.to_string());
            vec![
                Value::text(line.opd.as_deref().unwrap_or("(tanpa kredensial)")),
                Value::text(action_word(&line.action)),
                number(line.calls),
                number(line.failed),
                number(line.records),
            ]
        });
        let columns = [
            ("OPD", 4),
            ("Jenis pertukaran", 4),
            ("Panggilan", 3),
            ("Tidak berhasil", 3),
            ("Rekaman", 3),
        ];
        paper.table(&format!("Pertukaran {}", self.dataset), &columns, rows.collect());
    }
}

/// What is known, or a blank.
pub(super) fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Empty, Value::text)
}

fn state_word(state: &str) -> &str {
    match state {
        "draft" => "Draf",
        "agreed" => "Disepakati",
        "published" => "Diterbitkan",
        "deprecated" => "Akan dihentikan",
        "retired" => "Dihentikan",
        other => other,
    }
}
