//! How letters look in answers.

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::hub::{DispositionView, LetterView};
use crate::types::Timestamp;

/// A letter that came in.
#[derive(Serialize, ToSchema)]
pub(super) struct Letter {
    /// Its number here.
    id: i64,
    /// The number that its sender gave it.
    number: String,
    /// Its date.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// What it is about.
    subject: String,
    /// How it is to be handled.
    #[schema(required = true)]
    nature: Option<String>,
    /// Who sent it.
    origin: String,
    /// Its number in the office's agenda.
    #[schema(required = true)]
    agenda_number: Option<String>,
    /// The day on which it came in.
    #[schema(value_type = String, format = Date)]
    received_on: Date,
    /// The integration that it belongs to.
    #[schema(required = true, example = "2026/7")]
    integration: Option<String>,
    /// What was said about it, oldest first.
    dispositions: Vec<Disposition>,
    /// Who registered it.
    added_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    added_at: Timestamp,
}

/// What is to be done with a letter.
#[derive(Serialize, ToSchema)]
struct Disposition {
    /// Its number.
    id: i64,
    /// Who says so.
    from: String,
    /// Who is told.
    to: String,
    /// On which day.
    #[schema(value_type = String, format = Date)]
    date: Date,
    /// What to do.
    instruction: String,
    /// Until when.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    due: Option<Date>,
    /// Who wrote it down.
    added_by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    added_at: Timestamp,
}

/// A page of letters, the latest first.
#[derive(Serialize, ToSchema)]
pub(super) struct LetterPage {
    /// The letters.
    pub(super) letters: Vec<Letter>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    pub(super) next: Option<String>,
}

impl From<LetterView> for Letter {
    fn from(view: LetterView) -> Self {
        Letter {
            id: view.id,
            number: view.number,
            date: view.dated,
            subject: view.subject,
            nature: view.nature,
            origin: view.origin,
            agenda_number: view.agenda_number,
            received_on: view.received_on,
            integration: view.integration.map(|number| number.to_string()),
            dispositions: view.dispositions.into_iter().map(Disposition::from).collect(),
            added_by: view.added_by,
            added_at: view.added_at,
        }
    }
}

impl From<DispositionView> for Disposition {
    fn from(view: DispositionView) -> Self {
        Disposition {
            id: view.id,
            from: view.from,
            to: view.to,
            date: view.dated,
            instruction: view.instruction,
            due: view.due,
            added_by: view.added_by,
            added_at: view.added_at,
        }
    }
}
