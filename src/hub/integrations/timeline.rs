//! The moves of an integration, per round and step, with plan and fact.
//!
//! Invariant: every move is in it once, in the stay in which it was made.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::entered::papers_of;
use super::view::WholeEntry;
use super::{Hub, Loaded, day};
use crate::access::rules::Reach;
use crate::error::Result;
use crate::integration::IntegrationNumber;
use crate::integration::file::{Visit, VisitTimes};
use crate::store::integrations::moves::MoveRow;
use crate::types::Timestamp;

/// The moves of an integration.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Timeline {
    /// Its number.
    #[schema(value_type = String)]
    pub number: IntegrationNumber,
    /// The rounds, the first one first.
    pub rounds: Vec<RoundEntry>,
    /// The times for which the clocks stood.
    pub pauses: Vec<PauseEntry>,
    /// How long the whole has taken.
    pub whole: WholeEntry,
}

/// A time for which the clocks stood.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PauseEntry {
    /// The day on which they stopped.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The day from which on they ran again; null while they stand.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    pub until: Option<Date>,
}

/// A round.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RoundEntry {
    /// Its number, from 1.
    pub round: u32,
    /// How long it took.
    pub times: WholeEntry,
    /// The stays in steps, in order.
    pub steps: Vec<VisitEntry>,
}

/// A stay in a step.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VisitEntry {
    /// The step.
    pub step: u8,
    /// What it is called.
    pub title: String,
    /// The day as which its beginning counts.
    #[schema(value_type = String, format = Date)]
    pub entered_on: Date,
    /// By when it should end; null while the clocks stand.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    pub due: Option<Date>,
    /// The day as which its end counts; null while it goes on.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    pub left_on: Option<Date>,
    /// Working days up to its end or to today.
    pub working_days: u32,
    /// Whether it ended, or still goes on, after it was due.
    pub late: bool,
    /// The outcome with which it ended.
    #[schema(required = true)]
    pub outcome: Option<String>,
    /// What was done in it.
    pub moves: Vec<StepMove>,
}

/// A move.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StepMove {
    /// Which of the integration's moves, from 1.
    pub seq: i32,
    /// `opened`, `completed`, `opinion`, `repaired`, `paused`, `resumed` or `cancelled`.
    pub act: String,
    /// The post that did it.
    #[schema(required = true)]
    pub post: Option<String>,
    /// The agency that did it.
    #[schema(required = true)]
    pub opd: Option<String>,
    /// The outcome or the opinion.
    #[schema(required = true)]
    pub outcome: Option<String>,
    /// The day on which it happened.
    #[schema(value_type = String, format = Date)]
    pub happened_on: Date,
    /// The day as which that counts: the next one, after office hours.
    #[schema(value_type = String, format = Date)]
    pub counted_on: Date,
    /// When it was written down.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// Who wrote it down.
    pub by: String,
    /// `superior` or `behalf`, where it was done for somebody else; `entered` for what was before the file was kept here.
    #[schema(required = true)]
    pub acting: Option<String>,
    /// Why.
    #[schema(required = true)]
    pub reason: Option<String>,
    /// The number of the letter that says so.
    #[schema(required = true)]
    pub letter: Option<String>,
    /// The document by which it was written down for an agency without an account.
    #[schema(required = true)]
    pub signed_paper: Option<i64>,
    /// Of what was entered: its papers, and where they lie.
    pub papers: Vec<EnteredPaper>,
}

/// A paper of what was entered later.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EnteredPaper {
    /// Its kind.
    pub document: String,
    /// Where it lies.
    pub place: String,
}

impl Hub {
    /// The moves of an integration.
    ///
    /// # Errors
    /// Unknown where there is none with this number, or none that may be seen.
    pub fn timeline(&self, reach: &Reach, number: IntegrationNumber) -> Result<Timeline> {
        let (loaded, calendar) = self.store.read_at_once(|connection| {
            Ok((
                self.loaded(connection, number, reach)?,
                self.calendar(connection)?,
            ))
        })?;
        let variant = self.shown_variant(&loaded.row.variant);
        let (today, _) = self.office_now();
        let times = loaded.file.times(&variant, &calendar, today);
        let mut rounds = Vec::new();
        for whole in times.rounds {
            let of = loaded.file.visits.iter().zip(&times.visits);
            let of = of.filter(|(visit, _)| visit.round == whole.round);
            let title = |visit: &Visit| variant.step(visit.step).map_or("", |step| step.title.as_str());
            let steps = of.map(|(visit, times)| visit_entry(&loaded, visit, title(visit), *times));
            rounds.push(RoundEntry {
                round: whole.round,
                steps: steps.collect::<Result<_>>()?,
                times: whole.into(),
            });
        }
        let pause = |pause: &crate::integration::Pause| PauseEntry {
            from: pause.from,
            until: pause.until,
        };
        Ok(Timeline {
            number,
            rounds,
            pauses: loaded.file.pauses.iter().map(pause).collect(),
            whole: times.whole.into(),
        })
    }
}

fn visit_entry(loaded: &Loaded, visit: &Visit, title: &str, times: VisitTimes) -> Result<VisitEntry> {
    let moves = visit.moves.iter().filter_map(|index| loaded.moves.get(*index));
    Ok(VisitEntry {
        step: visit.step,
        title: title.to_owned(),
        entered_on: visit.entered_on,
        due: times.due,
        left_on: visit.left_on,
        working_days: times.working_days,
        late: times.late,
        outcome: visit.outcome.clone(),
        moves: moves.map(move_entry).collect::<Result<_>>()?,
    })
}

fn move_entry(row: &MoveRow) -> Result<StepMove> {
    Ok(StepMove {
        seq: row.seq,
        act: row.act.clone(),
        post: row.post.clone(),
        opd: row.opd.clone(),
        outcome: row.outcome.clone(),
        happened_on: day(&row.happened_on)?,
        counted_on: day(&row.counted_on)?,
        recorded_at: Timestamp(row.recorded_at),
        by: row.person.clone().unwrap_or_else(|| row.actor.clone()),
        acting: row.acting.clone(),
        reason: row.reason.clone(),
        letter: row.letter.clone(),
        signed_paper: row.signed_paper(),
        papers: papers_of(row)
            .into_iter()
            .map(|(document, place)| EnteredPaper { document, place })
            .collect(),
    })
}
