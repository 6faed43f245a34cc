//! What was done in an integration, round by round, and what lies ahead: plan and fact of each step.
//!
//! Invariant: every move of the timeline is shown once, with who made it and for whom.

use super::Names;
use super::show::Found;
use crate::http::pages::shell::Shell;
use crate::hub::{IntegrationView, StepMove, VisitEntry, WholeEntry};
use crate::integration::procedure::Step;

/// A round.
pub(super) struct RoundShown {
    pub(super) round: u32,
    pub(super) times: WholeEntry,
    pub(super) steps: Vec<VisitShown>,
    /// Whether it is the one that goes on, or ended last.
    pub(super) last: bool,
}

/// A stay in a step.
pub(super) struct VisitShown {
    pub(super) visit: VisitEntry,
    /// How its number looks.
    pub(super) class: &'static str,
    /// How long it may take.
    pub(super) duration: String,
    /// How it ended.
    pub(super) outcome: Option<String>,
    pub(super) moves: Vec<MoveShown>,
}

/// A move.
pub(super) struct MoveShown {
    pub(super) told: StepMove,
    /// Who did it.
    pub(super) who: String,
    /// What.
    pub(super) what: String,
}

/// A step that is still to come.
pub(super) struct Ahead {
    pub(super) number: u8,
    pub(super) title: String,
    pub(super) actors: String,
    pub(super) duration: String,
}

impl RoundShown {
    /// All rounds, the last one first.
    pub(super) fn all(shell: &Shell, names: &Names, steps: &[Step], found: &Found) -> Vec<Self> {
        let last = found.timeline.rounds.len();
        let goes_on = ["running", "paused"].contains(&found.view.state.as_str());
        let shown = |round: &crate::hub::RoundEntry| RoundShown {
            round: round.round,
            times: round.times.clone(),
            last: usize::try_from(round.round) == Ok(last),
            steps: round
                .steps
                .iter()
                .map(|visit| VisitShown::new(shell, names, steps, visit, goes_on))
                .collect(),
        };
        found.timeline.rounds.iter().rev().map(shown).collect()
    }
}

impl VisitShown {
    fn new(shell: &Shell, names: &Names, steps: &[Step], visit: &VisitEntry, goes_on: bool) -> Self {
        let step = steps.iter().find(|step| step.number == visit.step);
        let title = |code: &str| {
            let outcome = step.and_then(|step| step.outcome(code));
            outcome.map(|outcome| outcome.title.as_str())
        };
        let words = |code: &String| shell.step_outcome(code, title(code)).to_owned();
        let moves = visit.moves.iter().map(|told| MoveShown {
            who: who(shell, names, told),
            what: match &told.outcome {
                Some(code) if told.act == "completed" || told.act == "opinion" => words(code),
                _ => shell.act(&told.act).to_owned(),
            },
            told: told.clone(),
        });
        VisitShown {
            class: match (visit.left_on, visit.late) {
                (None, true) if goes_on => "late",
                (None, _) if goes_on => "here",
                _ => "done",
            },
            duration: step.map_or_else(String::new, |step| shell.duration(step.duration)),
            outcome: visit.outcome.as_ref().map(words),
            moves: moves.collect(),
            visit: visit.clone(),
        }
    }
}

/// Whose part a move was.
fn who(shell: &Shell, names: &Names, told: &StepMove) -> String {
    match (&told.opd, &told.post) {
        (Some(opd), _) => names.name(opd).to_owned(),
        (None, Some(post)) => shell.post(post).to_owned(),
        (None, None) => told.by.clone(),
    }
}

impl Ahead {
    /// The steps behind the one where the file is, while it goes on.
    pub(super) fn of(shell: &Shell, steps: &[Step], view: &IntegrationView) -> Vec<Self> {
        if !["running", "paused"].contains(&view.state.as_str()) {
            return Vec::new();
        }
        let ahead = steps.iter().filter(|step| step.number > view.step.number);
        let shown = |step: &Step| {
            let actors: Vec<String> = step.actors.iter().map(|actor| shell.actor(actor)).collect();
            Ahead {
                number: step.number,
                title: step.title.clone(),
                actors: actors.join(", "),
                duration: shell.duration(step.duration),
            }
        };
        ahead.map(shown).collect()
    }
}
