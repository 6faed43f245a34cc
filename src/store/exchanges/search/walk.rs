//! [`Walk`]: the rows of several indexes, newest first.
//!
//! Each index is read some rows ahead, and again when they are used up. Invariant: a row that is in two of the
//! indexes is given once.

use std::collections::VecDeque;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Wanted;
use super::leads::{Lead, Scope};
use crate::audit::ExchangeId;
use crate::error::Result;
use crate::store::exchanges::column::{Ids, Rows};
use crate::store::exchanges::{RowKey, StoredExchange};
use crate::store::schema::exchange;
use crate::store::{DbConnection, unavailable};

/// How many rows of an index are read at once.
const MOST: i64 = 1_000;
/// How many of all indexes together, and how many of each at least.
const AT_ONCE: (i64, i64) = (4_000, 50);

/// See the module.
pub(super) struct Walk<'w> {
    wanted: &'w Wanted,
    scope: Option<&'w Scope>,
    leads: Vec<Ahead>,
    /// The place of the row that was given last.
    last: Option<RowKey>,
    /// How many rows an index is read ahead the next time.
    window: i64,
}

/// An index, and what of it was read and not given yet.
struct Ahead {
    lead: Lead,
    rows: VecDeque<StoredExchange>,
    /// Behind which row it goes on.
    before: Option<RowKey>,
    ended: bool,
}

impl Ahead {
    /// Where its next row stands, of those that were read.
    fn place(&self) -> Option<(&[u8], i32)> {
        self.rows.front().map(|row| (row.id.as_slice(), row.part))
    }
}

impl<'w> Walk<'w> {
    /// Begins before `before`, or with the newest; most who ask want `limit` rows.
    pub(super) fn new(
        wanted: &'w Wanted,
        scope: Option<&'w Scope>,
        leads: Vec<Lead>,
        before: Option<RowKey>,
        limit: usize,
    ) -> Self {
        let ahead = |lead| Ahead {
            lead,
            rows: VecDeque::new(),
            before: before.clone(),
            ended: false,
        };
        Walk {
            wanted,
            scope,
            leads: leads.into_iter().map(ahead).collect(),
            last: before.clone(),
            window: i64::try_from(limit).unwrap_or(MOST).saturating_add(1),
        }
    }

    /// The place of the row that was given last, or where it began.
    pub(super) fn last(&self) -> Option<&RowKey> {
        self.last.as_ref()
    }

    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn next(&mut self, connection: &mut DbConnection) -> Result<Option<StoredExchange>> {
        loop {
            self.read_ahead(connection)?;
            let newest = self.leads.iter_mut().filter(|ahead| !ahead.rows.is_empty());
            let newest = newest.max_by(|this, other| this.place().cmp(&other.place()));
            let Some(row) = newest.and_then(|ahead| ahead.rows.pop_front()) else {
                return Ok(None);
            };
            let place = Some(row.key());
            if self.last != place {
                self.last = place;
                return Ok(Some(row));
            }
        }
    }

    /// Reads on where nothing is left of what was read.
    fn read_ahead(&mut self, connection: &mut DbConnection) -> Result<()> {
        let indexes = i64::try_from(self.leads.len()).unwrap_or(i64::MAX).max(1);
        let most = MOST.min((AT_ONCE.0 / indexes).max(AT_ONCE.1));
        let (window, mut read) = (self.window.min(most), false);
        for ahead in &mut self.leads {
            if ahead.ended || !ahead.rows.is_empty() {
                continue;
            }
            let rows = rows(connection, self.wanted, self.scope, ahead, window)?;
            ahead.ended = i64::try_from(rows.len()).is_ok_and(|count| count < window);
            ahead.before = rows.last().map(StoredExchange::key);
            ahead.rows = rows.into();
            read = true;
        }
        if read {
            self.window = MOST;
        }
        Ok(())
    }
}

/// The next rows of an index, newest first.
fn rows(
    connection: &mut DbConnection,
    wanted: &Wanted,
    scope: Option<&Scope>,
    ahead: &Ahead,
    window: i64,
) -> Result<Vec<StoredExchange>> {
    let order = ahead.lead.order(connection);
    rows_of(connection, wanted, scope, &ahead.lead, ahead.before.as_ref())
        .order(order)
        .limit(window)
        .load(connection)
        .map_err(unavailable)
}

/// The rows of an index, before `before` and of the wanted time.
pub(super) fn rows_of<'r>(
    connection: &DbConnection,
    wanted: &Wanted,
    scope: Option<&'r Scope>,
    lead: &'r Lead,
    before: Option<&'r RowKey>,
) -> Rows<'r> {
    let from = wanted
        .from
        .map(|from| ExchangeId::lowest(from).as_bytes().to_vec());
    let ids = Ids {
        from: from.clone(),
        until: before.map(|(id, _)| id.clone()),
    };
    let mut rows = match (lead.column(), lead) {
        (Some(column), _) => column.rows(connection, ids),
        (None, Lead::Request(text)) => exchange::table
            .into_boxed()
            .filter(exchange::request_id.eq(text))
            .filter(sql::<Bool>("request_id <> ''")),
        (None, Lead::Exchange(id)) => exchange::table
            .into_boxed()
            .filter(exchange::id.eq(id.as_bytes().to_vec()))
            .filter(exchange::request_id.eq("")),
        (None, Lead::Reading) => exchange::table
            .into_boxed()
            .filter(exchange::reading.is_not_null()),
        (None, _) => exchange::table.into_boxed(),
    };
    // The other indexes hold nothing but what the agency may see.
    if let (Lead::Request(_) | Lead::Exchange(_), Some(scope)) = (lead, scope) {
        let own = exchange::opd.eq(&scope.opd);
        rows = rows.filter(own.or(exchange::dataset.eq_any(&scope.datasets)));
    }
    if let Some(from) = from {
        rows = rows.filter(exchange::id.ge(from));
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
    rows
}
