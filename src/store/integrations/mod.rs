//! The table of integrations: the register.
//!
//! `moves` are what was done, `parts` who and what it is about, `holders` who has the file, `notices` what they are
//! told, `papers` which documents are there. Not here: what the moves come to (`integration/file`). Invariant: a number is given out with the row that
//! bears it, so that the numbers of a year have no gaps.

pub mod holders;
pub mod moves;
pub mod notices;
pub mod papers;
pub mod parts;

use diesel::prelude::*;

use super::schema::{integration, integration_holder, integration_party, integration_year, opd};
use super::{DbConnection, unavailable};
use crate::error::Result;
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

/// Which integrations of the register are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// In this state.
    pub state: Option<String>,
    /// In this step.
    pub step: Option<i32>,
    /// Due before this day.
    pub overdue_on: Option<String>,
    /// In which this agency takes part.
    pub opd: Option<String>,
    /// About this dataset.
    pub dataset: Option<String>,
    /// In which this agency takes part as well: how far whoever asks may see.
    pub within: Option<String>,
    /// Below this number: year, number.
    pub below: Option<(i32, i32)>,
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
pub fn find(connection: &mut DbConnection, (year, number): (i32, i32)) -> Result<Option<IntegrationRow>> {
    integration::table
        .filter(integration::year.eq(year))
        .filter(integration::number.eq(number))
        .select(columns!())
        .first(connection)
        .optional()
        .map_err(unavailable)
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

/// Integrations of the register, the last number first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn register(connection: &mut DbConnection, wanted: &Wanted, limit: i64) -> Result<Vec<IntegrationRow>> {
    use super::schema::integration_contract as about;
    let mut query = integration::table.select(columns!()).into_boxed();
    if let Some(state) = &wanted.state {
        query = query.filter(integration::state.eq(state));
    }
    if let Some(step) = wanted.step {
        query = query.filter(integration::step.eq(step));
    }
    if let Some(day) = &wanted.overdue_on {
        query = query.filter(integration::due.lt(day));
    }
    for code in [&wanted.opd, &wanted.within].into_iter().flatten() {
        let its = integration_party::table
            .inner_join(opd::table)
            .filter(opd::code.eq(code))
            .select(integration_party::integration_id);
        query = query.filter(integration::id.eq_any(its));
    }
    if let Some(dataset) = &wanted.dataset {
        let its = about::table
            .filter(about::dataset.eq(dataset))
            .select(about::integration_id);
        query = query.filter(integration::id.eq_any(its));
    }
    if let Some((year, number)) = wanted.below {
        let same_year = integration::year.eq(year).and(integration::number.lt(number));
        query = query.filter(integration::year.lt(year).or(same_year));
    }
    query
        .order((integration::year.desc(), integration::number.desc()))
        .limit(limit)
        .load(connection)
        .map_err(unavailable)
}

/// The integrations that these posts have now, those due first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn tasks(
    connection: &mut DbConnection,
    posts: &[(String, String)],
    limit: i64,
) -> Result<Vec<IntegrationRow>> {
    let mut ids: Vec<i64> = Vec::new();
    for (post, code) in posts {
        let held: Vec<i64> = integration_holder::table
            .inner_join(integration::table)
            .filter(integration_holder::post.eq(post))
            .filter(integration_holder::opd.eq(code))
            .order((integration::due, integration::id))
            .limit(limit)
            .select(integration::id)
            .load(connection)?;
        ids.extend(held);
    }
    ids.sort_unstable();
    ids.dedup();
    let mut rows = of(connection, &ids)?;
    rows.sort_by(|one, other| (&one.stand.due, one.id).cmp(&(&other.stand.due, other.id)));
    Ok(rows)
}

/// The number of the last integration about a dataset that is not over: year, number.
///
/// # Errors
/// When the database fails.
pub fn running_about(connection: &mut DbConnection, dataset: &str) -> Result<Option<(i32, i32)>> {
    use super::schema::integration_contract as about;
    let its = about::table
        .filter(about::dataset.eq(dataset))
        .select(about::integration_id);
    integration::table
        .filter(integration::id.eq_any(its))
        .filter(integration::state.eq_any(["running", "paused"]))
        .order(integration::id.desc())
        .select((integration::year, integration::number))
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// The integrations whose clocks run, in order, after the row `after`; only those due by the day `until`, where one
/// is given.
///
/// # Errors
/// When the database fails.
pub fn running(
    connection: &mut DbConnection,
    after: i64,
    until: Option<&str>,
    limit: i64,
) -> Result<Vec<IntegrationRow>> {
    let mut query = integration::table
        .select(columns!())
        .filter(integration::state.eq("running"))
        .filter(integration::id.gt(after))
        .into_boxed();
    if let Some(day) = until {
        query = query.filter(integration::due.le(day));
    }
    query
        .order(integration::id)
        .limit(limit)
        .load(connection)
        .map_err(unavailable)
}
