//! How reports look in answers.
//!
//! Invariant: figures are given out as the text that was kept, digit for digit.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::error::{Error, Result};
use crate::hub::{Page, ReportView};
use crate::report::Endorser;
use crate::types::Timestamp;

/// Somebody who drafted, checked or signed a report, as they were that day.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportEndorser {
    /// The name with titles.
    name: String,
    /// The civil servant's number.
    #[schema(required = true)]
    nip: Option<String>,
    /// The rank.
    #[schema(required = true)]
    rank: Option<String>,
    /// The office.
    #[schema(required = true)]
    office: Option<String>,
    /// In which manner they held it: `definitive`, `plt` or `plh`.
    capacity: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// A report, without its figures.
#[derive(Serialize, ToSchema)]
pub(super) struct Report {
    /// Its number.
    id: i64,
    /// Its kind: `validation`, `integration` or `exchanges`.
    #[schema(example = "validation")]
    kind: String,
    /// What its kind is called.
    #[schema(example = "Laporan Hasil Validasi")]
    title: String,
    /// What it is about: an integration's number, or a month (`2026-03`) with the agency (`2026-03/bkd`).
    #[schema(example = "2026/7")]
    subject: String,
    /// Which of those about the same, from 1.
    version: i32,
    /// `draft`, `checked` or `signed`.
    #[schema(example = "draft")]
    state: String,
    /// The SHA-256 digest of its figures, in hexadecimal.
    sha256: String,
    /// When they were computed.
    #[schema(value_type = String, format = DateTime)]
    made_at: Timestamp,
    /// Who drafted it.
    drafted: ReportEndorser,
    /// Who checked it.
    #[schema(required = true)]
    checked: Option<ReportEndorser>,
    /// Who signed it.
    #[schema(required = true)]
    signed: Option<ReportEndorser>,
    /// Where it is.
    #[schema(example = "/admin/reports/3")]
    path: String,
}

/// A report with its figures.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportWithFigures {
    #[serde(flatten)]
    report: Report,
    /// Its figures, exactly as they were kept: their digest is `sha256`.
    #[schema(value_type = Object)]
    figures: Box<RawValue>,
}

/// A page of reports, by number.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportPage {
    /// The reports.
    reports: Vec<Report>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    pub(super) next: Option<String>,
}

impl ReportPage {
    /// The page as it is answered.
    pub(super) fn new(page: Page<ReportView>) -> Self {
        ReportPage {
            reports: page.items.into_iter().map(Report::from).collect(),
            next: page.next,
        }
    }
}

impl ReportWithFigures {
    /// The report as it is answered.
    pub(super) fn new(mut view: ReportView) -> Result<Self> {
        let figures = view.figures.take().unwrap_or_default();
        let figures = RawValue::from_string(figures).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(ReportWithFigures {
            report: Report::from(view),
            figures,
        })
    }
}

impl From<ReportView> for Report {
    fn from(view: ReportView) -> Self {
        Report {
            id: view.id,
            kind: view.kind.as_str().to_owned(),
            title: view.kind.title().to_owned(),
            state: view.state().as_str().to_owned(),
            subject: view.subject,
            version: view.version,
            sha256: view.sha256.to_string(),
            made_at: view.made_at,
            drafted: view.drafted.into(),
            checked: view.checked.map(ReportEndorser::from),
            signed: view.signed.map(ReportEndorser::from),
            path: format!("/admin/reports/{}", view.id),
        }
    }
}

impl From<Endorser> for ReportEndorser {
    fn from(endorser: Endorser) -> Self {
        ReportEndorser {
            name: endorser.name,
            nip: endorser.nip,
            rank: endorser.rank,
            office: endorser.office,
            capacity: endorser.capacity,
            at: endorser.at,
        }
    }
}
