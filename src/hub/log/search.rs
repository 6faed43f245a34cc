//! The log as it is searched: exchanges with the names of those who asked, and actions of management.
//!
//! Invariant: who sees the log of one agency gets no row beyond it from the database, and of the calls of others no
//! more than whose they are, what they asked and what came of it.

use std::collections::HashMap;

use crate::access::rules::Reach;
use crate::audit::{Action, ExchangeId, LoggedAction};
use crate::error::{Error, Malformed, Result, Unknown};
use crate::hub::{Actor, Hub, Page, PageQuery};
use crate::record::Cursor;
use crate::store::exchanges::{RowKey, StoredExchange};
use crate::store::{self, DbConnection};
use crate::types::{RecordKey, Seq};

pub use crate::store::audit::Wanted as ActionsWanted;
pub use crate::store::exchanges::Wanted as ExchangesWanted;

/// A row of the exchange log, with the names behind its numbers.
#[derive(Debug)]
pub struct LoggedExchange {
    /// The row.
    pub row: StoredExchange,
    /// The application's name.
    pub application: Option<String>,
    /// The name of the person.
    pub person: Option<String>,
    /// Whether it is told only whose call it is, what was asked, and what came of it.
    pub withheld: bool,
}

impl LoggedExchange {
    /// What somebody with this reach is told: of the calls of others no more than their agency and the name of
    /// the application.
    fn within(mut self, reach: &Reach) -> Self {
        let own = match (reach, &self.row.opd) {
            (Reach::All, _) => true,
            (Reach::Own(own), Some(opd)) => own.as_str() == opd,
            (Reach::Own(_), None) => false,
        };
        if !own {
            self.withheld = true;
            self.person = None;
            let row = &mut self.row;
            (row.application_id, row.person_id) = (None, None);
            (row.traceparent, row.address) = (None, None);
            row.request_id.clear();
        }
        self
    }
}

impl Hub {
    /// The exchanges that are wanted and within `reach`, newest first. A page may be short of rows although
    /// there are more.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this search.
    pub fn search_exchanges(
        &self,
        reach: &Reach,
        wanted: &ExchangesWanted,
        query: &PageQuery,
    ) -> Result<Page<LoggedExchange>> {
        let wanted = &ExchangesWanted {
            within: agency(reach),
            ..wanted.clone()
        };
        let binding = format!("/admin/exchanges {wanted:?}");
        let before = self.place_in_log(&binding, query)?;
        self.store.read(|connection| {
            let page = store::exchanges::page(connection, wanted, before, query.limit)?;
            let next = page.next.and_then(|next| self.log_cursor(&binding, &next));
            let items = named(connection, page.rows)?.into_iter();
            Ok(Page {
                items: items.map(|item| item.within(reach)).collect(),
                next,
            })
        })
    }

    /// All entries of one exchange that are within `reach`, by their parts.
    ///
    /// # Errors
    /// Unknown where there are none.
    pub fn logged_exchange(&self, reach: &Reach, id: ExchangeId) -> Result<Vec<LoggedExchange>> {
        let within = agency(reach);
        self.store.read(|connection| {
            let rows = store::exchanges::find(connection, id.as_bytes(), within.as_deref())?;
            if rows.is_empty() {
                return Err(Error::Unknown(Unknown::Exchange(id.to_string())));
            }
            let parts = named(connection, rows)?.into_iter();
            Ok(parts.map(|part| part.within(reach)).collect())
        })
    }

    /// The actions of management that are wanted, newest first.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for this search.
    pub fn search_actions(&self, wanted: &ActionsWanted, query: &PageQuery) -> Result<Page<LoggedAction>> {
        let binding = format!("/admin/audit {wanted:?}");
        let before = match &query.cursor {
            None => i64::MAX,
            Some(text) => self.open_log_cursor(&binding, text)?.as_of.0,
        };
        let rows = i64::try_from(query.limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut items = self
            .store
            .read(|connection| store::audit::page(connection, wanted, before, rows))?;
        let more = items.len() > query.limit;
        items.truncate(query.limit);
        let last = items.last().filter(|_| more);
        let next = last.and_then(|last| self.seal_log_cursor(&binding, last.id, "audit"));
        Ok(Page { items, next })
    }

    /// Leaves in the audit log that `actor` tried something and was answered `outcome`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_failure(&self, actor: &Actor, target: String, outcome: &str, request_id: &str) -> Result<()> {
        let action = Action {
            actor: actor.0.as_str().into(),
            name: "manage",
            target,
            before: None,
            after: None,
        };
        let now = self.clock.now();
        self.store.write(|connection| {
            store::audit::insert_ended(connection, &action, outcome, Some(request_id), now)
        })
    }

    /// Where a page of exchanges begins.
    pub(super) fn place_in_log(&self, binding: &str, query: &PageQuery) -> Result<Option<RowKey>> {
        let Some(text) = &query.cursor else {
            return Ok(None);
        };
        let cursor = self.open_log_cursor(binding, text)?;
        let id = ExchangeId::parse(cursor.after.as_str());
        let id = id.ok_or(Error::Malformed(Malformed::Cursor))?;
        let part = i32::try_from(cursor.as_of.0).unwrap_or(i32::MAX);
        Ok(Some((id.as_bytes().to_vec(), part)))
    }

    /// The cursor of a page of exchanges that begins behind `place`.
    pub(super) fn log_cursor(&self, binding: &str, (id, part): &RowKey) -> Option<String> {
        let id = ExchangeId::from_bytes(id)?;
        self.seal_log_cursor(binding, i64::from(*part), &id.to_string())
    }

    fn open_log_cursor(&self, binding: &str, text: &str) -> Result<Cursor> {
        Cursor::open(text, &self.cursor_key, binding).ok_or(Error::Malformed(Malformed::Cursor))
    }

    fn seal_log_cursor(&self, binding: &str, number: i64, after: &str) -> Option<String> {
        let after = RecordKey::parse(after).ok()?;
        let cursor = Cursor {
            as_of: Seq(number),
            after,
        };
        Some(cursor.seal(&self.cursor_key, binding))
    }
}

/// The agency beyond which somebody sees nothing.
fn agency(reach: &Reach) -> Option<String> {
    match reach {
        Reach::All => None,
        Reach::Own(opd) => Some(opd.as_str().to_owned()),
    }
}

/// The rows with the names behind their numbers.
pub(super) fn named(connection: &mut DbConnection, rows: Vec<StoredExchange>) -> Result<Vec<LoggedExchange>> {
    let numbers = |of: fn(&StoredExchange) -> Option<i64>| rows.iter().filter_map(of).collect::<Vec<_>>();
    let applications = store::exchanges::application_names(connection, &numbers(|row| row.application_id))?;
    let people = store::exchanges::person_names(connection, &numbers(|row| row.person_id))?;
    let name = |names: &HashMap<i64, String>, number: Option<i64>| names.get(&number?).cloned();
    Ok(rows
        .into_iter()
        .map(|row| LoggedExchange {
            application: name(&applications, row.application_id),
            person: name(&people, row.person_id),
            withheld: false,
            row,
        })
        .collect())
}
