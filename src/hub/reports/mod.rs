//! Reports: figures computed once and kept, checked, signed, and made into papers.
//!
//! `validation`, `integration` and `exchanges` gather figures, `records` walks through records and refused payloads,
//! `keeping` keeps a draft and says who answers for it, `runs` lets a long one go on by itself. Not here: what stands on the papers (`report`). Invariant: a paper of a kept
//! report is made from what is kept of it alone, and only while that has the digest with which it was kept.

mod exchanges;
mod integration;
mod keeping;
mod records;
mod runs;
mod validation;

pub use integration::Final;
pub use keeping::Drafting;
pub use runs::{BegunReport, ReportRun};
pub use validation::{DatasetCounted, Validation};

use super::{Hub, Page, PageQuery};
use crate::access::rules::Reach;
use crate::error::{Error, Malformed, Result, Unknown};
use crate::integration::IntegrationNumber;
use crate::record::Cursor;
use crate::report::paper::{House, Paper};
use crate::report::{Endorsement, Endorser, ReportKind, ReportState};
use crate::store::reports::ReportRow;
use crate::store::{self, DbConnection};
use crate::types::{Digest, RecordKey, Seq, Timestamp};

/// Which reports are wanted.
#[derive(Debug, Clone, Default)]
pub struct ReportsWanted {
    /// Of this kind alone.
    pub kind: Option<ReportKind>,
    /// In this state alone.
    pub state: Option<ReportState>,
    /// The latest first, else the first.
    pub latest_first: bool,
}

/// A report as it is shown.
#[derive(Debug, Clone)]
pub struct ReportView {
    /// Its number.
    pub id: i64,
    /// Its kind.
    pub kind: ReportKind,
    /// What it is about: an integration's number, or a month with the agency.
    pub subject: String,
    /// Which of those about the same.
    pub version: i32,
    /// The digest of its figures.
    pub sha256: Digest,
    /// When they were computed.
    pub made_at: Timestamp,
    /// Who drafted it.
    pub drafted: Endorser,
    /// Who checked it.
    pub checked: Option<Endorser>,
    /// Who signed it.
    pub signed: Option<Endorser>,
    /// From which office its paper comes.
    pub house: House,
    /// Its figures, as JSON; not read for a list.
    pub figures: Option<String>,
}

impl ReportView {
    /// How far it is.
    pub fn state(&self) -> ReportState {
        match (&self.checked, &self.signed) {
            (_, Some(_)) => ReportState::Signed,
            (Some(_), None) => ReportState::Checked,
            (None, None) => ReportState::Draft,
        }
    }

    /// The paper that it makes.
    ///
    /// # Errors
    /// Internal when what is kept is damaged.
    pub fn paper(&self) -> Result<Paper> {
        let endorsement = Endorsement {
            version: self.version,
            sha256: Some(self.sha256),
            drafted: Some(self.drafted.clone()),
            checked: self.checked.clone(),
            signed: self.signed.clone(),
        };
        let figures = self.figures.as_deref().unwrap_or_default();
        let paper = self.kind.paper(&self.house, figures, &endorsement);
        paper.map_err(Error::Internal)
    }
}

impl Hub {
    /// A page of the reports within `reach` that are wanted, by number, without their figures.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this list.
    pub fn reports(
        &self,
        reach: &Reach,
        wanted: &ReportsWanted,
        query: &PageQuery,
    ) -> Result<Page<ReportView>> {
        let binding = match wanted.latest_first {
            true => "/admin reports, the latest first",
            false => "/admin reports",
        };
        let not_given = || Error::Malformed(Malformed::Cursor);
        let after = query.cursor.as_deref().map(|text| {
            let cursor = Cursor::open(text, &self.cursor_key, binding).ok_or_else(not_given)?;
            cursor.after.as_str().parse::<i64>().map_err(|_| not_given())
        });
        let rows = store::reports::Wanted {
            kind: wanted.kind.map(ReportKind::as_str),
            state: wanted.state,
            opd: match reach {
                Reach::All => None,
                Reach::Own(opd) => Some(opd.as_str()),
            },
            latest_first: wanted.latest_first,
            after: after.transpose()?,
        };
        let limit = i64::try_from(query.limit)
            .unwrap_or(i64::MAX - 1)
            .saturating_add(1);
        let mut rows = self
            .store
            .read(|connection| store::reports::page(connection, rows, limit))?;
        let more = rows.len() > query.limit;
        rows.truncate(query.limit);
        let last = rows.last().filter(|_| more).map(|row| format!("{:019}", row.id));
        let last = last.and_then(|last| RecordKey::parse(&last).ok());
        let next = last.map(|after| Cursor { as_of: Seq(0), after }.seal(&self.cursor_key, binding));
        let items = rows.into_iter().map(|row| view(self.house(), row, None));
        Ok(Page {
            items: items.collect::<Result<_>>()?,
            next,
        })
    }

    /// The reports about an integration, by number, without their figures.
    ///
    /// # Errors
    /// Unknown where there is no such integration within `reach`.
    pub fn reports_of(&self, reach: &Reach, integration: IntegrationNumber) -> Result<Vec<ReportView>> {
        self.store.read_at_once(|connection| {
            let id = self.integration_within(connection, reach, integration)?.id;
            let rows = store::reports::of_integration(connection, id)?;
            rows.into_iter()
                .map(|row| view(self.house(), row, None))
                .collect()
        })
    }

    /// One report with its figures.
    ///
    /// # Errors
    /// Unknown where there is none of this number within `reach`.
    pub fn report(&self, reach: &Reach, id: i64) -> Result<ReportView> {
        self.store
            .read_at_once(|connection| self.report_within(connection, reach, id))
    }

    fn report_within(&self, connection: &mut DbConnection, reach: &Reach, id: i64) -> Result<ReportView> {
        let unknown = || Error::Unknown(Unknown::Report(id.to_string()));
        let (row, figures) = store::reports::find(connection, id)?.ok_or_else(unknown)?;
        let within = match (reach, row.integration_id) {
            (Reach::All, _) => true,
            (Reach::Own(opd), Some(id)) => {
                store::integrations::parts::is_party(connection, id, opd.as_str())?
            }
            (Reach::Own(opd), None) => row.opd.as_deref() == Some(opd.as_str()),
        };
        match within {
            true => view(self.house(), row, Some(figures)),
            false => Err(unknown()),
        }
    }
}

/// A row as it is shown.
fn view(house: House, row: ReportRow, figures: Option<String>) -> Result<ReportView> {
    let damaged = || Error::Internal(format!("the figures of report {} are damaged", row.id));
    let sha256 = Digest::from_bytes(&row.sha256).ok_or_else(damaged)?;
    if figures
        .as_ref()
        .is_some_and(|figures| Digest::of(figures.as_bytes()) != sha256)
    {
        return Err(damaged());
    }
    let endorser = |text: String| -> Result<Endorser> {
        serde_json::from_str(&text).map_err(|error| Error::Internal(error.to_string()))
    };
    Ok(ReportView {
        house,
        id: row.id,
        kind: row.kind.parse().map_err(Error::Internal)?,
        subject: row.subject,
        version: row.version,
        sha256,
        made_at: Timestamp(row.made_at),
        drafted: endorser(row.drafted)?,
        checked: row.checked.map(endorser).transpose()?,
        signed: row.signed.map(endorser).transpose()?,
        figures,
    })
}
