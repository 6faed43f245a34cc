//! [`ReportKind`], [`ReportState`], [`Endorser`] and [`Endorsement`]: which reports there are, and who answers for one.
//!
//! Not here: what stands in a report. Invariant: a report is made into a paper from its figures and its endorsement
//! alone, so that the same ones make the same bytes.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::integration::IntegrationFigures;
use super::monthly::Monthly;
use super::paper::{House, Paper, Signature, date};
use super::validation::ValidationFigures;
use crate::types::{Digest, Timestamp};

/// A kind of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// Laporan Hasil Validasi, of step 9.
    Validation,
    /// Laporan Hasil Integrasi Aplikasi, of step 12.
    Integration,
    /// Rekap Pertukaran Bulanan.
    Exchanges,
}

impl ReportKind {
    /// All of them.
    pub const ALL: [ReportKind; 3] = [
        ReportKind::Validation,
        ReportKind::Integration,
        ReportKind::Exchanges,
    ];

    /// The word as it is stored, sent and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            ReportKind::Validation => "validation",
            ReportKind::Integration => "integration",
            ReportKind::Exchanges => "exchanges",
        }
    }

    /// Its name.
    pub fn title(self) -> &'static str {
        match self {
            ReportKind::Validation => "Laporan Hasil Validasi",
            ReportKind::Integration => "Laporan Hasil Integrasi Aplikasi",
            ReportKind::Exchanges => "Rekap Pertukaran Bulanan",
        }
    }

    /// The code of the document that it is for the procedure once it is signed.
    pub fn document(self) -> Option<&'static str> {
        match self {
            ReportKind::Validation => Some("validation-report"),
            ReportKind::Integration => Some("final-report"),
            ReportKind::Exchanges => Some("exchange-recap"),
        }
    }

    /// The paper that these figures make.
    ///
    /// # Errors
    /// What is wrong with the figures, for the log.
    pub fn paper(self, house: &House, figures: &str, endorsement: &Endorsement) -> Result<Paper, String> {
        let damaged = |error: serde_json::Error| error.to_string();
        let mut paper = Paper::of(house, self.title());
        match self {
            ReportKind::Validation => {
                let figures: ValidationFigures = serde_json::from_str(figures).map_err(damaged)?;
                figures.fill(&mut paper);
            }
            ReportKind::Integration => {
                let figures: IntegrationFigures = serde_json::from_str(figures).map_err(damaged)?;
                figures.fill(&mut paper);
            }
            ReportKind::Exchanges => {
                let figures: Monthly = serde_json::from_str(figures).map_err(damaged)?;
                figures.fill(&mut paper);
            }
        }
        endorsement.put_on(&mut paper);
        Ok(paper)
    }
}

impl FromStr for ReportKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ReportKind::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| format!("there is no report {text:?}"))
    }
}

/// How far a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportState {
    /// Drafted.
    Draft,
    /// Checked by the Pejabat Pengawas.
    Checked,
    /// Signed by the Pejabat Administrator.
    Signed,
}

impl ReportState {
    /// All of them, in their order.
    pub const ALL: [ReportState; 3] = [ReportState::Draft, ReportState::Checked, ReportState::Signed];

    /// The word as it is sent and answered.
    pub fn as_str(self) -> &'static str {
        match self {
            ReportState::Draft => "draft",
            ReportState::Checked => "checked",
            ReportState::Signed => "signed",
        }
    }
}

impl FromStr for ReportState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        ReportState::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| format!("no report is {text:?}"))
    }
}

/// Somebody who drafted, checked or signed a report, as they were that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endorser {
    /// The name with titles.
    pub name: String,
    /// The civil servant's number.
    pub nip: Option<String>,
    /// The rank.
    pub rank: Option<String>,
    /// The office.
    pub office: Option<String>,
    /// In which manner they hold it: `definitive`, `plt` or `plh`.
    pub capacity: String,
    /// When.
    pub at: Timestamp,
}

impl Endorser {
    /// A place where they sign, or where somebody will.
    fn place(house: &House, as_what: &str, title: &str, endorser: Option<&Endorser>) -> Signature {
        let Some(known) = endorser else {
            return Signature {
                as_what: as_what.to_owned(),
                office: Some(title.to_owned()),
                ..Signature::default()
            };
        };
        let before = match known.capacity.as_str() {
            "plt" => "Plt. ",
            "plh" => "Plh. ",
            _ => "",
        };
        let office = known.office.as_deref().unwrap_or(title);
        let day = date(house.day(known.at));
        Signature {
            as_what: as_what.to_owned(),
            place_and_date: Some(format!("...................., {day}")),
            office: Some(format!("{before}{office}")),
            name: Some(known.name.clone()),
            rank: known.rank.clone(),
            nip: known.nip.clone(),
        }
    }
}

/// Who answers for a report so far.
#[derive(Debug, Clone)]
pub struct Endorsement {
    /// Which of the reports about the same.
    pub version: i32,
    /// The digest of its figures; none for what is shown only now.
    pub sha256: Option<Digest>,
    /// Who drafted it.
    pub drafted: Option<Endorser>,
    /// Who checked it.
    pub checked: Option<Endorser>,
    /// Who signed it.
    pub signed: Option<Endorser>,
}

impl Endorsement {
    /// Of what nobody answers for.
    pub fn none() -> Self {
        Endorsement {
            version: 0,
            sha256: None,
            drafted: None,
            checked: None,
            signed: None,
        }
    }

    fn put_on(&self, paper: &mut Paper) {
        match (&self.signed, &self.checked) {
            (Some(_), _) => {}
            (None, Some(_)) => paper
                .subtitle
                .push("DRAF: sudah diperiksa, belum disahkan".to_owned()),
            (None, None) => paper
                .subtitle
                .push("DRAF: belum diperiksa dan disahkan".to_owned()),
        }
        if let Some(digest) = &self.sha256 {
            let version = self.version;
            let line = format!("Versi {version}, sidik angka laporan (SHA-256) {digest}");
            paper.footer = match paper.footer.as_str() {
                "" => line,
                footer => format!("{footer} \u{b7} {line}"),
            };
        }
        paper.heading("Pengesahan");
        let signs = [
            ("Disusun oleh", "Tim Teknis", &self.drafted),
            ("Diperiksa oleh", "Pejabat Pengawas", &self.checked),
            ("Disahkan oleh", "Pejabat Administrator", &self.signed),
        ];
        let house = &paper.house;
        let signs = signs.map(|(as_what, title, by)| Endorser::place(house, as_what, title, by.as_ref()));
        paper.signatures.extend(signs);
    }
}
