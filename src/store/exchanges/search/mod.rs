//! Searching the exchange log, newest first.
//!
//! One condition chooses the index that is walked, the one that leaves the fewest rows; the others are looked at
//! row by row; and a page ends after so many rows, found or not. So a search takes no longer on ten million rows than on a hundred thousand.
//! Invariant: pages one behind the other show every row that is wanted, once.

mod leads;
mod walk;

use diesel::prelude::*;

use super::{RowKey, StoredExchange};
use crate::error::Result;
use crate::store::schema::exchange;
use crate::store::{DbConnection, unavailable};
use crate::types::Timestamp;
pub use leads::COMMON;
use leads::Scope;
use walk::Walk;

/// How many rows are looked at for a page.
const LOOK: usize = 5_000;

/// Which exchanges are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this agency.
    pub opd: Option<String>,
    /// About this dataset, by its address.
    pub dataset: Option<String>,
    /// Of this application.
    pub application: Option<i64>,
    /// That asked this.
    pub action: Option<String>,
    /// Of which this came.
    pub outcome: Option<String>,
    /// Of this request.
    pub request_id: Option<String>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// That read what is about persons, or wrote.
    pub reading: bool,
    /// Of what this agency may see: its own calls, and those to its datasets.
    pub within: Option<String>,
}

/// A page of the log.
#[derive(Debug, Default)]
pub struct LogPage {
    /// The rows, newest first.
    pub rows: Vec<StoredExchange>,
    /// Where the next page begins; `None` at the end. A page may be short of rows although there are more.
    pub next: Option<RowKey>,
}

impl Wanted {
    fn holds(&self, row: &StoredExchange) -> bool {
        let is = |wanted: &Option<String>, has: Option<&str>| wanted.is_none() || wanted.as_deref() == has;
        is(&self.opd, row.opd.as_deref())
            && is(&self.dataset, row.dataset.as_deref())
            && is(&self.action, Some(&row.action))
            && is(&self.outcome, Some(&row.outcome))
            && (self.application.is_none() || self.application == row.application_id)
            && (!self.reading || row.reading.is_some())
    }
}

/// The wanted rows before `before`, newest first, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn page(
    connection: &mut DbConnection,
    wanted: &Wanted,
    before: Option<RowKey>,
    limit: usize,
) -> Result<LogPage> {
    let scope = scope(connection, wanted.within.as_deref())?;
    let leads = match &scope {
        None => wanted.leads(connection, before.as_ref())?,
        Some(scope) => wanted.leads_within(connection, scope)?,
    };
    let mut walk = Walk::new(wanted, scope.as_ref(), leads, before, limit);
    let mut rows: Vec<StoredExchange> = Vec::new();
    for _ in 0..LOOK {
        let Some(row) = walk.next(connection)? else {
            return Ok(LogPage { rows, next: None });
        };
        if !wanted.holds(&row) {
            continue;
        }
        if rows.len() >= limit {
            let next = rows.last().map(StoredExchange::key);
            return Ok(LogPage { rows, next });
        }
        rows.push(row);
    }
    Ok(LogPage {
        rows,
        next: walk.last().cloned(),
    })
}

/// What an agency may see.
fn scope(connection: &mut DbConnection, within: Option<&str>) -> Result<Option<Scope>> {
    within.map(|opd| Scope::of(connection, opd)).transpose()
}

/// All parts of an exchange that the agency `within` may see, in order; of anybody's without one.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, id: &[u8], within: Option<&str>) -> Result<Vec<StoredExchange>> {
    let mut rows = exchange::table.filter(exchange::id.eq(id)).into_boxed();
    if let Some(scope) = scope(connection, within)? {
        let own = exchange::opd.eq(scope.opd);
        rows = rows.filter(own.or(exchange::dataset.eq_any(scope.datasets)));
    }
    rows.order(exchange::part).load(connection).map_err(unavailable)
}
