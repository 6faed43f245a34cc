//! Finding integrations: the register, somebody's tasks, those whose clocks run.
//!
//! Invariant: each is a walk along an index, for the register grows with the years.

use diesel::prelude::*;

use super::{IntegrationRow, of};
use crate::error::Result;
use crate::store::schema::{
    integration, integration_contract as about, integration_holder, integration_party,
};
use crate::store::{DbConnection, opds, unavailable};

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

/// Integrations of the register, the last number first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn register(connection: &mut DbConnection, wanted: &Wanted, limit: i64) -> Result<Vec<IntegrationRow>> {
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
            .filter(integration_party::opd_id.eq(opds::number(connection, code)?))
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

/// The integrations about a dataset that are not over and agreed a version of it, with that version, the last one first.
///
/// # Errors
/// When the database fails.
pub fn running_about(connection: &mut DbConnection, dataset: &str) -> Result<Vec<(IntegrationRow, String)>> {
    let its: Vec<(i64, Option<String>)> = about::table
        .filter(about::dataset.eq(dataset))
        .filter(about::version.is_not_null())
        .select((about::integration_id, about::version))
        .load(connection)?;
    let ids: Vec<i64> = its.iter().map(|(id, _)| *id).collect();
    let rows: Vec<IntegrationRow> = integration::table
        .select(columns!())
        .filter(integration::id.eq_any(ids))
        .filter(integration::state.eq_any(["running", "paused"]))
        .order(integration::id.desc())
        .load(connection)?;
    let with = |row: IntegrationRow| {
        let agreed = its.iter().find(|(id, _)| *id == row.id);
        let version = agreed.and_then(|(_, version)| version.clone())?;
        Some((row, version))
    };
    Ok(rows.into_iter().filter_map(with).collect())
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
