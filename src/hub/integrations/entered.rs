//! Integrations that ran before the hub did: entered in one go, with the days of what is behind them and where its papers
//! lie.
//!
//! Not here: opening (`open`). Invariant: what was entered shows as that, and proves nothing about contracts.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::change::checked_text;
use super::open::opened_row;
use super::{Hub, Loaded, lead_text, malformed, read_move, refused};
use crate::access::{Caller, Role};
use crate::error::{Error, Forbidden, Result};
use crate::integration::DocumentKind;
use crate::integration::file::{Act, File, Happened, Refusal};
use crate::integration::procedure::Tie;
use crate::store::integrations::moves::MoveRow;
use crate::store::{self, DbConnection};

/// How a move that was entered later says so.
pub(super) const ENTERED: &str = "entered";

/// Who enters what ran before.
const BY: [Role; 3] = [Role::TechnicalTeam, Role::Administrator, Role::Operator];

/// The most steps that are behind an integration.
const MOST: usize = 200;

/// A step that is behind an integration.
#[derive(Debug, Clone)]
pub struct StepBehind {
    /// Its number.
    pub step: u8,
    /// The day on which it was completed.
    pub on: Date,
    /// With which outcome, where it has several; the one that leads on when left out.
    pub outcome: Option<String>,
    /// Its papers, and where each lies.
    pub papers: Vec<(DocumentKind, String)>,
}

/// Whether somebody is one of those who enter what ran before.
pub fn enters(caller: &Caller) -> bool {
    matches!(caller, Caller::Person(person) if person.roles.iter().any(|role| BY.contains(role)))
}

/// Whether somebody may enter what ran before, and says why.
///
/// # Errors
/// Forbidden to others; malformed without a reason.
pub(super) fn may_enter(caller: &Caller, reason: Option<&str>) -> Result<()> {
    if !enters(caller) {
        return Err(Error::Forbidden(Forbidden::Role));
    }
    match reason {
        Some(_) => Ok(()),
        None => Err(refused(&Refusal::Reason)),
    }
}

impl Hub {
    /// Lets a file that was opened just now go through the steps that are behind it.
    pub(super) fn enter_steps(
        &self,
        connection: &mut DbConnection,
        caller: &Caller,
        loaded: &mut Loaded,
        behind: &[StepBehind],
    ) -> Result<()> {
        if behind.len() > MOST {
            return Err(malformed(
                format!("entered paling banyak {MOST} tahap."),
                format!("entered has at most {MOST} steps."),
            ));
        }
        for step in behind {
            let row = self.entered_row(caller, loaded, step)?;
            store::integrations::moves::insert(connection, &row)?;
            loaded.moves.push(row);
            let moves = loaded.moves.iter().map(read_move).collect::<Result<Vec<_>>>()?;
            let file = File::fold(&moves);
            loaded.file = file.ok_or_else(|| Error::Internal("an integration without moves".into()))?;
        }
        let now = loaded.file.step();
        let steps = &self.variant(&loaded.row.variant)?.steps;
        let mut passed = steps.iter().filter(|step| step.number < now);
        if passed.any(|step| step.requires.contains(&Tie::ContractAgreed)) {
            // What was signed then is registered and agreed first: the steps to come are held to it.
            self.tied(connection, loaded, &[Tie::ContractAgreed], true)?;
        }
        Ok(())
    }

    fn entered_row(&self, caller: &Caller, loaded: &Loaded, behind: &StepBehind) -> Result<MoveRow> {
        let step = self.step(&loaded.row.variant, behind.step)?;
        let passed = loaded.file.passed(step, behind.outcome.as_deref());
        let (outcome, lead) = passed.map_err(|refusal| refused(&refusal))?;
        let happened = Happened {
            on: behind.on,
            counted: behind.on,
        };
        let (today, _) = self.office_now();
        let may = match happened.on > today {
            true => Err(Refusal::Future(today)),
            false => loaded.file.follows(Act::Completed, None, happened),
        };
        may.map_err(|refusal| refused(&refusal))?;
        let mut papers = Vec::new();
        for (kind, place) in &behind.papers {
            if !self.procedure.documents.iter().any(|(known, _)| known == kind) {
                return Err(malformed(
                    format!("document tidak dikenal prosedur: {kind}."),
                    format!("The procedure knows no such document: {kind}."),
                ));
            }
            papers.push(json!({"document": kind, "place": checked_text(place)?}));
        }
        Ok(MoveRow {
            seq: i32::try_from(loaded.moves.len()).unwrap_or(i32::MAX) + 1,
            act: Act::Completed.as_str().to_owned(),
            step: i32::from(loaded.file.step()),
            round: i32::try_from(loaded.file.round()).unwrap_or(i32::MAX),
            opd: None,
            outcome: Some(outcome),
            acting: Some(ENTERED.to_owned()),
            lead: lead_text(lead),
            evidence: Some(json!({ "papers": papers }).to_string()),
            ..opened_row(&loaded.row, caller, self.clock.now(), happened)
        })
    }
}

/// The papers of what was entered, with where each lies.
pub(super) fn papers_of(row: &MoveRow) -> Vec<(String, String)> {
    let evidence = row
        .evidence
        .as_deref()
        .filter(|_| row.acting.as_deref() == Some(ENTERED));
    let evidence: Value = evidence
        .and_then(|evidence| serde_json::from_str(evidence).ok())
        .unwrap_or_default();
    let text = |paper: &Value, name: &str| paper.get(name).and_then(Value::as_str).map(str::to_owned);
    let papers = evidence.get("papers").and_then(Value::as_array);
    papers
        .into_iter()
        .flatten()
        .filter_map(|paper| Some((text(paper, "document")?, text(paper, "place")?)))
        .collect()
}
