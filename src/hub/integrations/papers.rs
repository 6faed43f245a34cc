//! Which documents an integration has, and which a step lacks.
//!
//! Not here: the documents themselves. Invariant: what is optional never holds a step up, and what the hub itself
//! holds is asked of `ties`.

use super::entered::papers_of;
use super::{Hub, Loaded, refused, who};
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::{Conflict, Error, Forbidden, Result};
use crate::hub::DocumentTold;
use crate::integration::file::Refusal;
use crate::integration::procedure::{Paper, Step};
use crate::integration::{DocumentKind, IntegrationNumber};
use crate::report::ReportKind;
use crate::store::{self, DbConnection};
use crate::types::{Text, Timestamp};

/// A document that is there.
pub(super) struct Present {
    /// Its number; a report that the hub keeps, and a paper that lies elsewhere, have none among documents.
    id: Option<i64>,
    kind: DocumentKind,
    /// The step and the round that it was added in; attachments of letters have neither.
    step: Option<u8>,
    round: Option<u32>,
    added_at: Timestamp,
}

/// A step and a round, where there are any.
type Place = (Option<u8>, Option<u32>);

impl Hub {
    /// The documents that an integration has.
    pub(super) fn present(&self, connection: &mut DbConnection, loaded: &Loaded) -> Result<Vec<Present>> {
        let integration = loaded.row.id;
        let rows = store::integrations::papers::of(connection, integration)?;
        let read = |(id, kind, step, round, added_at): store::integrations::papers::Present| {
            Ok(Present {
                id: Some(id),
                kind: kind.parse().map_err(Error::Internal)?,
                step: step.and_then(|step| u8::try_from(step).ok()),
                round: round.and_then(|round| u32::try_from(round).ok()),
                added_at: Timestamp(added_at),
            })
        };
        let mut present = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        // Of what was entered later it is known where the papers lie.
        for row in &loaded.moves {
            for (kind, _) in papers_of(row) {
                present.push(Present {
                    id: None,
                    kind: kind.parse().map_err(Error::Internal)?,
                    step: u8::try_from(row.step).ok(),
                    round: u32::try_from(row.round).ok(),
                    added_at: Timestamp(row.recorded_at),
                });
            }
        }
        // A report that was signed here needs no file.
        for (kind, made_at) in store::reports::signed(connection, integration)? {
            let kind: ReportKind = kind.parse().map_err(Error::Internal)?;
            let document = kind
                .document()
                .map(str::parse)
                .transpose()
                .map_err(Error::Internal)?;
            present.extend(document.map(|kind| Present {
                id: None,
                kind,
                step: None,
                round: None,
                added_at: Timestamp(made_at),
            }));
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
        let present = self.present(connection, loaded)?;
        let needs = step.needs.iter().filter(|paper| !is_there(paper, &present));
        let outputs = step
            .outputs
            .iter()
            .filter(|paper| leaves && !is_made(loaded, paper, &present));
        let mut missing: Vec<&str> = Vec::new();
        for paper in needs.chain(outputs).filter(|paper| !paper.optional) {
            let title = self.procedure.title_of(&paper.document);
            if !missing.contains(&title) {
                missing.push(title);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        Err(Error::Conflict(Conflict::Procedure(Text::new(
            format!(
                "Kelengkapan belum ada pada putaran ini: {missing}. Unggah dahulu dokumennya pada integrasi ini."
            ),
            format!(
                "These documents are missing in this round: {missing}. Upload them to this integration first."
            ),
        ))))
    }

    /// Whether this document is a signed paper of the step and the round where the file is, by which nothing else was
    /// written down.
    pub(super) fn signed_paper_serves(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        id: i64,
    ) -> Result<bool> {
        let kind = DocumentKind::signed_paper();
        let here = (Some(loaded.file.step()), Some(loaded.file.round()));
        let present = self.present(connection, loaded)?;
        let there = present
            .iter()
            .any(|one| one.id == Some(id) && one.kind == kind && (one.step, one.round) == here);
        let used = loaded.moves.iter().any(|row| row.signed_paper() == Some(id));
        Ok(there && !used)
    }

    /// Refuses a document of a kind that others bring.
    pub(in crate::hub) fn may_bring(&self, caller: &Caller, kind: &DocumentKind) -> Result<()> {
        let Some(posts) = self.procedure.bringers_of(kind) else {
            return Ok(());
        };
        let may = match caller {
            Caller::Management => true,
            Caller::Person(person) => who::posts(person).iter().any(|(post, _)| posts.contains(post)),
            Caller::Anonymous | Caller::Application(_) => false,
        };
        if may {
            return Ok(());
        }
        let title = self.procedure.title_of(kind);
        let names: Vec<&str> = posts.iter().map(|post| post.title()).collect();
        let names = names.join(", ");
        Err(Error::Forbidden(Forbidden::Step(Text::new(
            format!("{title} diunggah oleh: {names}."),
            format!("{title} is uploaded by: {names}."),
        ))))
    }

    /// The integration to which a new document is to belong, locked, with its step and round: those that were said, or
    /// where the file is. When it is over only the office adds what was signed late, and that belongs to no step.
    pub(in crate::hub) fn place_of_new(
        &self,
        connection: &mut DbConnection,
        reach: &Reach,
        number: IntegrationNumber,
        told: &DocumentTold,
    ) -> Result<(i64, Place)> {
        let loaded = self.locked_file(connection, number, reach)?;
        let over = loaded.file.is_over();
        if over && (*reach != Reach::All || told.step.is_some()) {
            return Err(refused(&Refusal::State(loaded.file.state)));
        }
        if over {
            return Ok((loaded.row.id, (None, None)));
        }
        let visit = loaded.file.visits.iter().rev().find(|visit| {
            told.step.is_none_or(|step| step == visit.step)
                && told.round.is_none_or(|round| round == visit.round)
        });
        let visit =
            visit.ok_or_else(|| refused(&Refusal::NotYetThere(loaded.file.step(), loaded.file.round())))?;
        Ok((loaded.row.id, (Some(visit.step), Some(visit.round))))
    }
}

/// Whether a paper is there; what the hub holds itself always is, as far as papers go.
pub(super) fn is_there(paper: &Paper, present: &[Present]) -> bool {
    paper.by_hub || present.iter().any(|one| one.kind == paper.document)
}

/// Whether a paper was made in this round and, where the step was found not to be valid, after that.
pub(super) fn is_made(loaded: &Loaded, paper: &Paper, present: &[Present]) -> bool {
    let began = loaded
        .file
        .round_began()
        .and_then(|index| loaded.moves.get(index));
    let began = began.map(|row| Timestamp(row.recorded_at));
    let faulty = loaded.file.visit().and_then(|visit| visit.faulty_at);
    let of_round = |one: &Present| match one.round {
        Some(round) => round == loaded.file.round(),
        None => began.is_none_or(|began| one.added_at >= began),
    };
    let fits = |one: &&Present| one.kind == paper.document && of_round(one);
    paper.by_hub
        || present
            .iter()
            .filter(fits)
            .any(|one| faulty.is_none_or(|faulty| one.added_at >= faulty))
}
