//! The papers of the procedure, filled with what the hub knows; what it does not know is left blank.
//!
//! `formulation` is the interchange document, `fields` its table of fields, `minutes` the three Berita Acara, `letters` the request and the
//! disposition, `standard` the sheet of the Walidata, `forms` the form of a step and the sheet of signatures, `blanks`
//! what agencies write themselves.
//! Not here: how papers look ([`super::paper`]). Invariant: a paper about contracts carries the digest of each
//! on every page.

mod blanks;
mod fields;
mod forms;
mod formulation;
mod letters;
mod minutes;
mod standard;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::str::FromStr;

pub use forms::{StepForm, step_form};
pub(super) use formulation::every;

use super::paper::{House, Paper, Signature};
use crate::contract::Contract;
use crate::types::{Digest, Timestamp};

/// What the hub knows of an integration.
#[derive(Debug, Clone, Default)]
pub struct Dossier {
    /// Its number in the register, such as `2026/7`.
    pub number: Option<String>,
    /// What it is about.
    pub title: Option<String>,
    /// The agencies that take part.
    pub parties: Vec<Party>,
    /// What agencies are called, by their codes.
    pub agencies: BTreeMap<String, String>,
    /// Its contracts.
    pub contracts: Vec<Formulated>,
    /// The letter by which it was asked for.
    pub letter: Option<Letter>,
    /// Who signs for the hub's side.
    pub officials: Officials,
    /// As of when all this is known.
    pub at: Timestamp,
    /// From which office its papers come.
    pub house: House,
}

impl Dossier {
    /// What an agency is called; its code where nobody knows.
    fn agency(&self, code: &str) -> String {
        self.agencies
            .get(code)
            .map_or_else(|| code.to_owned(), String::clone)
    }
}

/// An agency that takes part.
#[derive(Debug, Clone)]
pub struct Party {
    /// As what, such as `OPD penyedia`.
    pub side: String,
    /// The agency's name.
    pub name: String,
}

/// A contract with the digest of its document.
#[derive(Debug, Clone)]
pub struct Formulated {
    /// The contract.
    pub contract: Contract,
    /// The digest that is printed on every page.
    pub digest: Digest,
}

/// An incoming letter.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    /// The number that its sender gave it.
    pub number: String,
    /// Its date, as a paper shows it.
    pub date: String,
    /// What it is about.
    pub subject: String,
    /// How it is to be handled, such as `Penting`.
    pub nature: Option<String>,
    /// Who sent it.
    pub origin: String,
    /// Its number in the register of incoming letters.
    pub agenda_number: Option<String>,
    /// The day on which it came in, as a paper shows it.
    pub received_on: String,
    /// Its dispositions, oldest first.
    pub dispositions: Vec<Disposition>,
}

/// What somebody was told to do about a letter.
#[derive(Debug, Clone)]
pub struct Disposition {
    /// Who says so.
    pub from: String,
    /// Who is told.
    pub to: String,
    /// On which day, as a paper shows it.
    pub date: String,
    /// What to do.
    pub instruction: String,
    /// Until when, as a paper shows it.
    pub due: Option<String>,
}

/// Who holds the offices of the procedure today.
#[derive(Debug, Clone, Default)]
pub struct Officials {
    /// Pejabat Administrator.
    pub administrator: Option<Official>,
    /// Pejabat Pengawas.
    pub supervisor: Option<Official>,
    /// One of the Tim Teknis.
    pub team: Option<Official>,
    /// Walidata.
    pub steward: Option<Official>,
}

/// Somebody who holds an office.
#[derive(Debug, Clone, Default)]
pub struct Official {
    /// The name with titles.
    pub name: String,
    /// The office, with its capacity.
    pub office: Option<String>,
    /// The rank.
    pub rank: Option<String>,
    /// The civil servant's number.
    pub nip: Option<String>,
}

/// A paper of the procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaperKind {
    /// Surat Permohonan.
    RequestLetter,
    /// Disposisi Integrasi Aplikasi.
    Disposition,
    /// Dokumen Rumusan Integrasi Data.
    Formulation,
    /// Berita Acara Kesepakatan.
    MinutesAgreement,
    /// Berita Acara Uji Coba.
    MinutesTrial,
    /// Berita Acara Serah Terima.
    MinutesHandover,
    /// Lembar Pemeriksaan Standar Data.
    DataStandardSheet,
    /// Lembar Pengesahan.
    Endorsement,
    /// Dokumen Data dan Informasi Aplikasi.
    ApplicationData,
    /// Dokumen Integrasi Aplikasi.
    IntegrationDocument,
    /// Struktur Database.
    DatabaseStructure,
    /// Validasi Aplikasi.
    ApplicationValidation,
    /// Integrasi Sistem Informasi.
    SystemIntegration,
}

impl PaperKind {
    /// All of them, in the order of the procedure.
    pub const ALL: [PaperKind; 13] = [
        PaperKind::RequestLetter,
        PaperKind::ApplicationData,
        PaperKind::Disposition,
        PaperKind::IntegrationDocument,
        PaperKind::DatabaseStructure,
        PaperKind::MinutesAgreement,
        PaperKind::Formulation,
        PaperKind::DataStandardSheet,
        PaperKind::Endorsement,
        PaperKind::MinutesTrial,
        PaperKind::ApplicationValidation,
        PaperKind::SystemIntegration,
        PaperKind::MinutesHandover,
    ];

    /// Its code, which is that of the document it becomes when it is signed.
    pub fn as_str(self) -> &'static str {
        match self {
            PaperKind::RequestLetter => "request-letter",
            PaperKind::Disposition => "disposition",
            PaperKind::Formulation => "formulation",
            PaperKind::MinutesAgreement => "minutes-agreement",
            PaperKind::MinutesTrial => "minutes-trial",
            PaperKind::MinutesHandover => "minutes-handover",
            PaperKind::DataStandardSheet => "data-standard-sheet",
            PaperKind::Endorsement => "endorsement",
            PaperKind::ApplicationData => "application-data",
            PaperKind::IntegrationDocument => "integration-document",
            PaperKind::DatabaseStructure => "database-structure",
            PaperKind::ApplicationValidation => "application-validation",
            PaperKind::SystemIntegration => "system-integration",
        }
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            PaperKind::RequestLetter => "Surat Permohonan",
            PaperKind::Disposition => "Disposisi Integrasi Aplikasi",
            PaperKind::Formulation => "Dokumen Rumusan Integrasi Data",
            PaperKind::MinutesAgreement => "Berita Acara Kesepakatan",
            PaperKind::MinutesTrial => "Berita Acara Uji Coba",
            PaperKind::MinutesHandover => "Berita Acara Serah Terima",
            PaperKind::DataStandardSheet => "Lembar Pemeriksaan Standar Data",
            PaperKind::Endorsement => "Lembar Pengesahan",
            PaperKind::ApplicationData => "Dokumen Data dan Informasi Aplikasi",
            PaperKind::IntegrationDocument => "Dokumen Integrasi Aplikasi",
            PaperKind::DatabaseStructure => "Struktur Database",
            PaperKind::ApplicationValidation => "Validasi Aplikasi",
            PaperKind::SystemIntegration => "Integrasi Sistem Informasi",
        }
    }

    /// The paper, filled with what is known.
    pub fn fill(self, dossier: &Dossier) -> Paper {
        let mut paper = Paper::of(&dossier.house, self.title());
        paper.footer = footer(dossier);
        match self {
            PaperKind::RequestLetter => letters::request(&mut paper, dossier),
            PaperKind::Disposition => letters::disposition(&mut paper, dossier),
            PaperKind::Formulation => formulation::fill(&mut paper, dossier),
            PaperKind::MinutesAgreement => minutes::agreement(&mut paper, dossier),
            PaperKind::MinutesTrial => minutes::trial(&mut paper, dossier),
            PaperKind::MinutesHandover => minutes::handover(&mut paper, dossier),
            PaperKind::DataStandardSheet => standard::fill(&mut paper, dossier),
            PaperKind::Endorsement => forms::endorsement(&mut paper, dossier),
            PaperKind::ApplicationData => blanks::application_data(&mut paper, dossier),
            PaperKind::IntegrationDocument => blanks::integration_document(&mut paper, dossier),
            PaperKind::DatabaseStructure => blanks::database_structure(&mut paper, dossier),
            PaperKind::ApplicationValidation => blanks::application_validation(&mut paper, dossier),
            PaperKind::SystemIntegration => blanks::system_integration(&mut paper, dossier),
        }
        paper
    }
}

impl FromStr for PaperKind {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        PaperKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or(())
    }
}

/// What stands at the foot of every page: the number, and which documents the paper is about.
fn footer(dossier: &Dossier) -> String {
    let number = dossier
        .number
        .as_ref()
        .map(|number| format!("Integrasi {number}"));
    let digests = dossier.contracts.iter().map(|formulated| {
        let contract = &formulated.contract;
        format!(
            "{} versi {}, sidik dokumen (SHA-256) {}",
            contract.dataset_id(),
            contract.version,
            formulated.digest
        )
    });
    let parts: Vec<String> = number.into_iter().chain(digests).collect();
    parts.join(" \u{b7} ")
}

/// The lines that say which integration a paper is about.
fn about(paper: &mut Paper, dossier: &Dossier) {
    let datasets: Vec<String> = dossier
        .contracts
        .iter()
        .map(|one| format!("{} ({})", one.contract.title, one.contract.dataset_id()))
        .collect();
    paper.facts([
        ("Nomor integrasi", dossier.number.clone()),
        ("Perihal", dossier.title.clone()),
        ("Dataset", (!datasets.is_empty()).then(|| datasets.join("; "))),
    ]);
}

/// A place to sign for somebody who holds an office; blank where nobody is known.
fn signs(as_what: &str, title: &str, official: Option<&Official>) -> Signature {
    let known = official.cloned().unwrap_or_default();
    Signature {
        as_what: as_what.to_owned(),
        place_and_date: None,
        office: known
            .office
            .or_else(|| (as_what != title).then(|| title.to_owned())),
        name: official.map(|official| official.name.clone()),
        rank: known.rank,
        nip: known.nip,
    }
}

/// A place to sign for each agency that takes part.
fn parties_sign(dossier: &Dossier) -> impl Iterator<Item = Signature> {
    dossier.parties.iter().map(|party| Signature {
        as_what: party.side.clone(),
        office: Some(party.name.clone()),
        ..Signature::default()
    })
}

/// The line of a paper's own number, which its registry gives it.
fn own_number(paper: &mut Paper) {
    paper
        .subtitle
        .push("Nomor: ........................................".to_owned());
}
