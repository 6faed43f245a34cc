//! [`IntegrationFigures`]: the figures of a Laporan Hasil Integrasi Aplikasi.
//!
//! `paper` is what they look like on paper, `data` the part about the data. Not here: gathering them. Invariant: days and moments are kept as
//! days and moments; words are made when the paper is.

mod data;
mod paper;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use data::{ContractLine, GrantLine, SignerLine, TrafficLine};

use super::validation::PartyLine;
use crate::types::Timestamp;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntegrationFigures {
    /// The integration's number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// What its kind is called.
    pub variant: String,
    /// As of when all this was so.
    pub as_of: Timestamp,
    /// The day on which the request was received.
    pub received_on: Date,
    /// Who takes part.
    pub parties: Vec<PartyLine>,
    /// Who is responsible.
    pub responsible: Vec<PersonLine>,
    /// The decree that appoints the technical team.
    pub decree: Option<DecreeLine>,
    /// Its letters, with their dispositions.
    pub letters: Vec<LetterLine>,
    /// The whole, from the first day on.
    pub whole: Span,
    /// Each round.
    pub rounds: Vec<Span>,
    /// Each stay in a step.
    pub steps: Vec<StepLine>,
    /// Its documents.
    pub documents: Vec<DocumentLine>,
    /// Its contracts, with what was exchanged.
    pub contracts: Vec<ContractLine>,
    /// What stood in the way.
    pub obstacles: Vec<String>,
    /// How it is kept up.
    pub upkeep: Upkeep,
}

/// Somebody responsible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLine {
    /// Their agency.
    pub opd: Option<String>,
    /// What they are called.
    pub name: String,
    /// Their number as a civil servant.
    pub nip: Option<String>,
    /// Their office.
    pub office: Option<String>,
    /// What they are responsible for.
    pub duty: String,
    /// How they are reached.
    pub contact: Option<String>,
}

/// The decree that appoints the technical team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecreeLine {
    /// Its number.
    pub number: String,
    /// Its day.
    pub on: Date,
    /// What it is called.
    pub title: Option<String>,
}

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterLine {
    /// The number that its sender gave it.
    pub number: String,
    /// Its date.
    pub dated: Date,
    /// What it is about.
    pub subject: String,
    /// Who sent it.
    pub origin: String,
    /// Its number in the office's agenda.
    pub agenda_number: Option<String>,
    /// The day on which it came in.
    pub received_on: Date,
    /// Its dispositions, oldest first.
    pub dispositions: Vec<DispositionLine>,
}

/// A disposition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispositionLine {
    /// Who says so.
    pub from: String,
    /// Who is told.
    pub to: String,
    /// On which day.
    pub dated: Date,
    /// What to do.
    pub instruction: String,
    /// Until when.
    pub due: Option<Date>,
}

/// The plan and the fact of a round, or of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first day.
    pub from: Date,
    /// The last day; none while it goes on.
    pub until: Option<Date>,
    /// By when it should end.
    pub due: Date,
    /// Working days so far.
    pub working_days: u32,
    /// Whether it ended after that.
    pub late: bool,
}

/// The plan and the fact of a stay in a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLine {
    /// The round.
    pub round: u32,
    /// The step.
    pub step: u8,
    /// What it is called.
    pub title: String,
    /// The first day.
    pub entered_on: Date,
    /// By when it should end.
    pub due: Option<Date>,
    /// The last day; none while it goes on.
    pub left_on: Option<Date>,
    /// Working days so far.
    pub working_days: u32,
    /// Whether it ended after it was due.
    pub late: bool,
    /// The outcome with which it ended.
    pub outcome: Option<String>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentLine {
    /// Its number in the hub.
    pub id: i64,
    /// What its kind is called.
    pub title: String,
    /// Its version.
    pub version: i32,
    /// The step that it was added in.
    pub step: Option<i32>,
    /// The round of that step.
    pub round: Option<i32>,
    /// What its file is called.
    pub name: String,
    /// The digest of its file.
    pub sha256: String,
    /// Who signed it, where a contract tells.
    pub signers: Vec<String>,
    /// Where the paper lies.
    pub place: Option<String>,
    /// When it was added.
    pub added_at: Timestamp,
}

/// How an integration is kept up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upkeep {
    /// The day of the next review.
    pub next_review: Option<Date>,
    /// What else is to be done.
    pub tasks: Vec<String>,
}
