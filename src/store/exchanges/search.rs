//! Searching the exchange log, newest first.
//!
//! One condition chooses the index that is walked, the others are looked at row by row; and a page ends after
//! so many rows, found or not. So a search takes no longer on ten million rows than on a hundred thousand.
//! Invariant: pages one behind the other show every row that is wanted, once.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{RowKey, StoredExchange};
use crate::audit::ExchangeId;
use crate::error::Result;
use crate::store::schema::{application, exchange, opd};
use crate::store::{DbConnection, unavailable};
use crate::types::Timestamp;

/// How many rows are read at once beyond the first, and how many are looked at for a page.
const LOOK: (i64, i64) = (1_000, 20_000);

/// Actions that are so common that no index finds them.
pub const COMMON: [&str; 3] = ["push", "pull", "changes"];

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
}

/// A page of the log.
#[derive(Debug, Default)]
pub struct LogPage {
    /// The rows, newest first.
    pub rows: Vec<StoredExchange>,
    /// Where the next page begins; `None` at the end. A page may be short of rows although there are more.
    pub next: Option<RowKey>,
}

/// Which index is walked.
#[derive(Debug, Clone, Copy)]
enum Lead<'w> {
    Request(&'w str),
    Exchange(ExchangeId),
    Application(i64),
    Persons(&'w str),
    Dataset(&'w str),
    Outcome(&'w str),
    Action(&'w str),
    Reading,
    All,
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

    /// The indexes to walk: together they hold every row that is wanted, once.
    fn leads(&self, connection: &mut DbConnection) -> Result<Vec<Lead<'_>>> {
        if let Some(text) = &self.request_id {
            let own = ExchangeId::parse(text).filter(|id| id.is_shown_as(text));
            let own = own.map(Lead::Exchange);
            return Ok([Lead::Request(text)].into_iter().chain(own).collect());
        }
        if let Some(application) = self.application {
            return Ok(vec![Lead::Application(application)]);
        }
        if self.reading {
            return Ok(vec![Lead::Reading]);
        }
        if let Some(code) = &self.opd {
            let applications: Vec<i64> = application::table
                .inner_join(opd::table)
                .filter(opd::code.eq(code))
                .select(application::id)
                .load(connection)
                .map_err(unavailable)?;
            let each = applications.into_iter().map(Lead::Application);
            return Ok(each.chain([Lead::Persons(code)]).collect());
        }
        let outcome = self.outcome.as_deref().filter(|outcome| *outcome != "ok");
        let action = self.action.as_deref().filter(|action| !COMMON.contains(action));
        let lead = match (outcome, action, &self.dataset) {
            (Some(outcome), _, _) => Lead::Outcome(outcome),
            (_, Some(action), _) => Lead::Action(action),
            (_, _, Some(dataset)) => Lead::Dataset(dataset),
            _ => Lead::All,
        };
        Ok(vec![lead])
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
    let leads = wanted.leads(connection)?;
    let (mut rows, mut before, mut looked) = (Vec::new(), before, 0);
    let mut window = i64::try_from(limit).unwrap_or(LOOK.0).saturating_add(1);
    loop {
        let (some, end) = read(connection, wanted, &leads, before.as_ref(), window)?;
        looked += i64::try_from(some.len()).unwrap_or(LOOK.1);
        rows.extend(some.into_iter().filter(|row| wanted.holds(row)));
        if rows.len() > limit {
            rows.truncate(limit);
            let next = rows.last().map(StoredExchange::key);
            return Ok(LogPage { rows, next });
        }
        if end.is_none() || looked >= LOOK.1 {
            return Ok(LogPage { rows, next: end });
        }
        (before, window) = (end, LOOK.0);
    }
}

/// The next rows of these indexes, newest first, and where to go on; `None` at the end.
fn read(
    connection: &mut DbConnection,
    wanted: &Wanted,
    leads: &[Lead<'_>],
    before: Option<&RowKey>,
    window: i64,
) -> Result<(Vec<StoredExchange>, Option<RowKey>)> {
    let mut rows = Vec::new();
    let mut end: Option<RowKey> = None;
    for lead in leads {
        let mut some = walk(connection, wanted, *lead, before, window)?;
        let full = i64::try_from(some.len()).is_ok_and(|count| count >= window);
        // What lies behind the end of a full window is not known yet, so nothing behind it counts.
        end = end.max(some.last().filter(|_| full).map(StoredExchange::key));
        rows.append(&mut some);
    }
    if let Some(end) = &end {
        rows.retain(|row| row.key() >= *end);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.key()));
    Ok((rows, end))
}

fn walk(
    connection: &mut DbConnection,
    wanted: &Wanted,
    lead: Lead<'_>,
    before: Option<&RowKey>,
    window: i64,
) -> Result<Vec<StoredExchange>> {
    let mut rows = exchange::table.into_boxed();
    // Conditions of partial indexes stand in the text: a value that is bound proves nothing.
    rows = match lead {
        Lead::Request(text) => rows
            .filter(exchange::request_id.eq(text))
            .filter(sql::<Bool>("request_id <> ''")),
        Lead::Exchange(id) => rows
            .filter(exchange::id.eq(id.as_bytes().to_vec()))
            .filter(exchange::request_id.eq("")),
        Lead::Application(number) => rows.filter(exchange::application_id.eq(number)),
        Lead::Persons(code) => rows
            .filter(exchange::opd.eq(code))
            .filter(exchange::application_id.is_null()),
        Lead::Dataset(address) => rows.filter(exchange::dataset.eq(address)),
        Lead::Outcome(outcome) => rows
            .filter(exchange::outcome.eq(outcome))
            .filter(sql::<Bool>("outcome <> 'ok'")),
        Lead::Action(action) => rows
            .filter(exchange::action.eq(action))
            .filter(sql::<Bool>("action NOT IN ('push', 'pull', 'changes')")),
        Lead::Reading => rows.filter(exchange::reading.is_not_null()),
        Lead::All => rows,
    };
    if let Some(from) = wanted.from {
        rows = rows.filter(exchange::id.ge(ExchangeId::lowest(from).as_bytes().to_vec()));
    }
    if let Some(until) = wanted.until {
        rows = rows.filter(exchange::id.lt(ExchangeId::lowest(until).as_bytes().to_vec()));
    }
    if let Some((id, part)) = before {
        let same = exchange::id.eq(id).and(exchange::part.lt(part));
        rows = rows
            .filter(exchange::id.le(id))
            .filter(exchange::id.lt(id).or(same));
    }
    rows.order((exchange::id.desc(), exchange::part.desc()))
        .limit(window)
        .load(connection)
        .map_err(unavailable)
}
