//! How letters are shown.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::error::{Error, Result, Unknown};
use crate::hub::Hub;
use crate::integration::IntegrationNumber;
use crate::store::letters::{DispositionRow, LetterRow};
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// A letter as it is shown.
#[derive(Debug, Clone)]
pub struct LetterView {
    /// Its number here.
    pub id: i64,
    /// The number that its sender gave it.
    pub number: String,
    /// Its date.
    pub dated: Date,
    /// What it is about.
    pub subject: String,
    /// How it is to be handled.
    pub nature: Option<String>,
    /// Who sent it.
    pub origin: String,
    /// Its number in the office's agenda.
    pub agenda_number: Option<String>,
    /// The day on which it came in.
    pub received_on: Date,
    /// The integration that it belongs to.
    pub integration: Option<IntegrationNumber>,
    /// What was said about it, oldest first.
    pub dispositions: Vec<DispositionView>,
    /// Who registered it.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
}

/// A disposition as it is shown.
#[derive(Debug, Clone)]
pub struct DispositionView {
    /// Its number.
    pub id: i64,
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
    /// Who wrote it down.
    pub added_by: String,
    /// When.
    pub added_at: Timestamp,
}

impl Hub {
    /// The letter with this number as it is shown.
    pub(in crate::hub) fn letter_view(&self, connection: &mut DbConnection, id: i64) -> Result<LetterView> {
        let row = store::letters::find(connection, id)?;
        let views = self.letter_views(connection, row.into_iter().collect())?;
        let view = views.into_iter().next();
        view.ok_or_else(|| Error::Unknown(Unknown::Letter(id.to_string())))
    }

    /// Letters as they are shown.
    pub(super) fn letter_views(
        &self,
        connection: &mut DbConnection,
        rows: Vec<LetterRow>,
    ) -> Result<Vec<LetterView>> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let mut said: HashMap<i64, Vec<DispositionView>> = HashMap::new();
        for row in store::letters::dispositions(connection, &ids)? {
            said.entry(row.letter_id).or_default().push(shown(row)?);
        }
        let about: Vec<i64> = rows.iter().filter_map(|row| row.integration_id).collect();
        let about = store::integrations::of(connection, &about)?;
        let numbers: HashMap<i64, IntegrationNumber> =
            about.iter().map(|row| (row.id, row.numbered())).collect();
        let view = |row: LetterRow| {
            Ok(LetterView {
                id: row.id,
                number: row.number,
                dated: day(&row.dated)?,
                subject: row.subject,
                nature: row.nature,
                origin: row.origin,
                agenda_number: row.agenda_number,
                received_on: day(&row.received_on)?,
                integration: row.integration_id.and_then(|id| numbers.get(&id).copied()),
                dispositions: said.remove(&row.id).unwrap_or_default(),
                added_by: row.added_by,
                added_at: Timestamp(row.added_at),
            })
        };
        rows.into_iter().map(view).collect()
    }
}

fn shown(row: DispositionRow) -> Result<DispositionView> {
    Ok(DispositionView {
        id: row.id,
        from: row.sender,
        to: row.receiver,
        dated: day(&row.dated)?,
        instruction: row.instruction,
        due: row.due.as_deref().map(day).transpose()?,
        added_by: row.added_by,
        added_at: Timestamp(row.added_at),
    })
}

fn day(text: &str) -> Result<Date> {
    text.parse()
        .map_err(|_| Error::Internal(format!("{text:?} in the register of letters is no day")))
}
