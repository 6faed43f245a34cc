//! The table of integrations: the register.
//!
//! `moves` are what was done, `parts` who and what it is about, `holders` who has the file, `notices` what they are
//! told, `papers` which documents are there, `search` finds them. Not here: what the moves come to
//! (`integration/file`). Invariant: a number is given out with the row that bears it, so that the numbers of a year
//! have no gaps.

pub mod holders;
pub mod moves;
pub mod notices;
pub mod papers;
pub mod parts;

use diesel::prelude::*;

use super::schema::{integration, integration_year};
use super::{DbConnection, unavailable};
use crate::error::{Error, Result};
use crate::integration::IntegrationNumber;
use crate::types::Timestamp;

/// An integration.
#[derive(Debug, Clone, Queryable)]
pub struct IntegrationRow {
    /// Its row's number.
    pub id: i64,
    /// The year of its number.
    pub year: i32,
    /// Its number within the year.
    pub number: i32,
    /// The kind's code.
    pub variant: String,
    /// What it is about.
    pub subject: String,
    /// The row of the integration from which it goes on.
    pub predecessor_id: Option<i64>,
    /// The day on which the request was received.
    pub received_on: String,
    /// When it was written down, in milliseconds since the epoch.
    pub created_at: i64,
    /// The decree that appoints the technical team.
    #[diesel(embed)]
    pub decree: DecreeRow,
    /// What its moves come to.
    #[diesel(embed)]
    pub stand: StandRow,
}

impl IntegrationRow {
    /// Its number in the register.
    pub fn numbered(&self) -> IntegrationNumber {
        IntegrationNumber {
            year: self.year,
            number: self.number,
        }
    }
}

/// The decree that appoints the technical team.
#[derive(Debug, Clone, Default, Queryable)]
pub struct DecreeRow {
    /// Its number.
    pub number: Option<String>,
    /// Its day.
    pub on: Option<String>,
    /// What it is called.
    pub title: Option<String>,
}

/// What the moves of an integration come to.
#[derive(Debug, Clone, Queryable)]
pub struct StandRow {
    /// How many there are.
    pub moves: i32,
    /// The state's word.
    pub state: String,
    /// The step.
    pub step: i32,
    /// The round.
    pub round: i32,
    /// The day as which the beginning of the step counts.
    pub entered_on: String,
    /// By when it should end.
    pub due: Option<String>,
}

/// An integration to be added.
#[derive(Debug)]
pub struct NewIntegration<'a> {
    /// The kind's code.
    pub variant: &'a str,
    /// What it is about.
    pub subject: &'a str,
    /// The row of the integration from which it goes on.
    pub predecessor_id: Option<i64>,
    /// The day on which the request was received.
    pub received_on: String,
}

/// All columns of an [`IntegrationRow`], in its order.
macro_rules! columns {
    () => {
        (
            integration::id,
            integration::year,
            integration::number,
            integration::variant,
            integration::subject,
            integration::predecessor_id,
            integration::received_on,
            integration::created_at,
            (
                integration::decree_number,
                integration::decree_on,
                integration::decree_title,
            ),
            (
                integration::moves,
                integration::state,
                integration::step,
                integration::round,
                integration::entered_on,
                integration::due,
            ),
        )
    };
}

mod search;

pub use search::{Wanted, register, running, running_about, tasks};

/// The next number of a year, which is given out with this transaction. None for a year that is not counted.
///
/// # Errors
/// When the database fails.
pub fn next_number(connection: &mut DbConnection, year: i32) -> Result<Option<i32>> {
    let this = integration_year::table.filter(integration_year::year.eq(year));
    // The update locks the row to the end of the transaction, and is undone with it.
    diesel::update(this)
        .set(integration_year::last.eq(integration_year::last + 1))
        .execute(connection)?;
    let last = this.select(integration_year::last).first(connection);
    last.optional().map_err(unavailable)
}

/// Adds an integration under a number and gives its row.
///
/// # Errors
/// When the database fails.
pub fn insert(
    connection: &mut DbConnection,
    (year, number): (i32, i32),
    new: &NewIntegration<'_>,
    stand: &StandRow,
    now: Timestamp,
) -> Result<i64> {
    diesel::insert_into(integration::table)
        .values((
            integration::year.eq(year),
            integration::number.eq(number),
            integration::variant.eq(new.variant),
            integration::subject.eq(new.subject),
            integration::predecessor_id.eq(new.predecessor_id),
            integration::received_on.eq(&new.received_on),
            integration::created_at.eq(now.0),
            integration::moves.eq(stand.moves),
            integration::state.eq(&stand.state),
            integration::step.eq(stand.step),
            integration::round.eq(stand.round),
            integration::entered_on.eq(&stand.entered_on),
            integration::due.eq(&stand.due),
        ))
        .returning(integration::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// The integration with this number.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, number: IntegrationNumber) -> Result<Option<IntegrationRow>> {
    integration::table
        .filter(integration::year.eq(number.year))
        .filter(integration::number.eq(number.number))
        .select(columns!())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The number of an integration in the register.
///
/// # Errors
/// When the database fails.
pub fn number(connection: &mut DbConnection, id: i64) -> Result<IntegrationNumber> {
    let found: Option<(i32, i32)> = integration::table
        .filter(integration::id.eq(id))
        .select((integration::year, integration::number))
        .first(connection)
        .optional()?;
    let (year, number) = found.ok_or_else(|| Error::Internal(format!("there is no integration {id}")))?;
    Ok(IntegrationNumber { year, number })
}

/// The integrations in these rows.
///
/// # Errors
/// When the database fails.
pub fn of(connection: &mut DbConnection, ids: &[i64]) -> Result<Vec<IntegrationRow>> {
    integration::table
        .filter(integration::id.eq_any(ids))
        .select(columns!())
        .load(connection)
        .map_err(unavailable)
}

/// The integrations that go on from this one.
///
/// # Errors
/// When the database fails.
pub fn successors(connection: &mut DbConnection, id: i64) -> Result<Vec<IntegrationRow>> {
    integration::table
        .filter(integration::predecessor_id.eq(id))
        .order(integration::id)
        .select(columns!())
        .load(connection)
        .map_err(unavailable)
}

/// Locks an integration to the end of the transaction: nobody else moves or changes it beside.
///
/// # Errors
/// When the database fails.
pub fn lock(connection: &mut DbConnection, id: i64) -> Result<()> {
    diesel::update(integration::table.filter(integration::id.eq(id)))
        .set(integration::moves.eq(integration::moves))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Says what the moves come to.
///
/// # Errors
/// When the database fails.
pub fn stand(connection: &mut DbConnection, id: i64, stand: &StandRow) -> Result<()> {
    diesel::update(integration::table.filter(integration::id.eq(id)))
        .set((
            integration::moves.eq(stand.moves),
            integration::state.eq(&stand.state),
            integration::step.eq(stand.step),
            integration::round.eq(stand.round),
            integration::entered_on.eq(&stand.entered_on),
            integration::due.eq(&stand.due),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Changes what an integration is about and which decree it names.
///
/// # Errors
/// When the database fails.
pub fn describe(connection: &mut DbConnection, id: i64, subject: &str, decree: &DecreeRow) -> Result<()> {
    diesel::update(integration::table.filter(integration::id.eq(id)))
        .set((
            integration::subject.eq(subject),
            integration::decree_number.eq(&decree.number),
            integration::decree_on.eq(&decree.on),
            integration::decree_title.eq(&decree.title),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
