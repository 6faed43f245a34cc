//! Which documents an integration has, and which a step lacks.
//!
//! Not here: the documents themselves. Invariant: what is optional never holds a step up, and what the hub itself
//! holds is asked of `ties`.

use super::{Hub, Loaded};
use crate::error::{Conflict, Error, Result};
use crate::integration::DocumentKind;
use crate::integration::procedure::{Paper, Step};
use crate::report::ReportKind;
use crate::store::{self, DbConnection};
use crate::types::Text;

/// A document that is there: its kind, and the step and the round that it was added in.
pub(super) type Present = (DocumentKind, Option<u8>, Option<u32>);

impl Hub {
    /// The documents that an integration has.
    pub(super) fn present(&self, connection: &mut DbConnection, integration: i64) -> Result<Vec<Present>> {
        let rows = store::integrations::papers::of(connection, integration)?;
        let read = |(kind, step, round): store::integrations::papers::Present| {
            Ok((
                kind.parse().map_err(Error::Internal)?,
                step.and_then(|step| u8::try_from(step).ok()),
                round.and_then(|round| u32::try_from(round).ok()),
            ))
        };
        let mut present = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        // A report that was signed here needs no file.
        for kind in store::reports::signed(connection, integration)? {
            let kind: ReportKind = kind.parse().map_err(Error::Internal)?;
            let document = kind
                .document()
                .map(str::parse)
                .transpose()
                .map_err(Error::Internal)?;
            present.extend(document.map(|document| (document, None, None)));
        }
        Ok(present)
    }

    /// Whether all that `step` needs is there and, when it is left, what it produces.
    pub(super) fn papers_there(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        step: &Step,
        leaves: bool,
    ) -> Result<()> {
        let present = self.present(connection, loaded.row.id)?;
        let outputs: &[Paper] = if leaves { &step.outputs } else { &[] };
        let mut missing: Vec<&str> = Vec::new();
        for paper in step.needs.iter().chain(outputs) {
            let title = self.procedure.title_of(&paper.document);
            if !paper.optional && !is_there(paper, &present) && !missing.contains(&title) {
                missing.push(title);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        Err(Error::Conflict(Conflict::Procedure(Text::new(
            format!("Kelengkapan belum ada: {missing}. Unggah dahulu dokumennya pada integrasi ini."),
            format!("These documents are missing: {missing}. Upload them to this integration first."),
        ))))
    }

    /// Whether a signed paper was added in the step and the round where the file is.
    pub(super) fn signed_paper_there(&self, connection: &mut DbConnection, loaded: &Loaded) -> Result<bool> {
        let kind = DocumentKind::signed_paper();
        let (step, round) = (loaded.file.step(), loaded.file.round());
        let present = self.present(connection, loaded.row.id)?;
        Ok(present.contains(&(kind, Some(step), Some(round))))
    }
}

/// Whether a paper is there; what the hub holds itself always is, as far as papers go.
pub(super) fn is_there(paper: &Paper, present: &[Present]) -> bool {
    paper.by_hub || present.iter().any(|(kind, ..)| *kind == paper.document)
}
