//! [`Lead`]: which indexes a search walks, so that together they hold every row that is wanted.
//!
//! Invariant: a search for an agency walks indexes that hold nothing but what the agency may see, or asks for
//! that in its statement.

use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Wanted;
use super::walk::rows_of;
use crate::audit::ExchangeId;
use crate::error::Result;
use crate::store::exchanges::column::{Column, newest_first};
use crate::store::exchanges::{RowKey, applications_of};
use crate::store::schema::{dataset, exchange};
use crate::store::{DbConnection, unavailable};

/// By how many rows of each index it is judged which one leaves the fewest.
const PROBE: i64 = 1_000;

/// Actions that are so common that no index finds them.
pub const COMMON: [&str; 3] = ["push", "pull", "changes"];

/// Which index is walked.
#[derive(Debug)]
pub(super) enum Lead {
    Request(String),
    Exchange(ExchangeId),
    Application(i64),
    Persons(String),
    Dataset(String),
    Outcome(String),
    Action(String),
    Reading,
    All,
}

impl Lead {
    /// The column on which its index is, where it is on one.
    pub(super) fn column(&self) -> Option<Column<'_>> {
        match self {
            Lead::Application(number) => Some(Column::Application(*number)),
            Lead::Persons(code) => Some(Column::Persons(code)),
            Lead::Dataset(address) => Some(Column::Dataset(address)),
            Lead::Outcome(outcome) => Some(Column::Outcome(outcome)),
            Lead::Action(action) => Some(Column::Action(action)),
            Lead::Request(_) | Lead::Exchange(_) | Lead::Reading | Lead::All => None,
        }
    }

    /// The order in which its rows are newest first.
    pub(super) fn order(&self, connection: &DbConnection) -> SqlLiteral<Bool> {
        self.column()
            .map_or_else(newest_first, |column| column.order(connection))
    }
}

/// What an agency may see of the log: its own calls, and those to its datasets.
#[derive(Debug)]
pub(super) struct Scope {
    /// The agency.
    pub(super) opd: String,
    /// The addresses of its datasets, and of the sandboxes beside them.
    pub(super) datasets: Vec<String>,
}

impl Scope {
    /// What the agency with this code may see now.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn of(connection: &mut DbConnection, opd: &str) -> Result<Self> {
        let owned: Vec<(String, i32)> = dataset::table
            .filter(dataset::opd.eq(opd))
            .filter(dataset::sandbox_of.is_null())
            .select((dataset::name, dataset::major))
            .load(connection)
            .map_err(unavailable)?;
        let addresses = owned.into_iter().flat_map(|(name, major)| {
            let address = format!("{opd}/{name}/v{major}");
            [format!("sandbox/{address}"), address]
        });
        Ok(Scope {
            opd: opd.to_owned(),
            datasets: addresses.collect(),
        })
    }

    fn owns(&self, dataset: &str) -> bool {
        self.datasets.iter().any(|owned| owned == dataset)
    }
}

impl Wanted {
    /// The indexes to walk for whoever may see everything, the ones that leave the fewest rows to look at.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn leads(&self, connection: &mut DbConnection, before: Option<&RowKey>) -> Result<Vec<Lead>> {
        if let Some(text) = &self.request_id {
            return Ok(of_request(text));
        }
        let outcome = self.outcome.clone().filter(|outcome| outcome != "ok");
        let action = self.action.clone();
        let action = action.filter(|action| !COMMON.contains(&action.as_str()));
        let single = [
            self.application.map(Lead::Application),
            outcome.map(Lead::Outcome),
            action.map(Lead::Action),
            self.reading.then_some(Lead::Reading),
            self.dataset.clone().map(Lead::Dataset),
        ];
        let mut choices: Vec<Vec<Lead>> = single.into_iter().flatten().map(|lead| vec![lead]).collect();
        if let Some(code) = self.opd.as_deref().filter(|_| self.application.is_none()) {
            choices.push(of_agency(connection, code)?);
        }
        self.sparsest(connection, choices, before)
    }

    /// Of several choices the one whose rows lie furthest apart: so many of them reach back the longest. All of
    /// the log where there is none.
    fn sparsest(
        &self,
        connection: &mut DbConnection,
        mut choices: Vec<Vec<Lead>>,
        before: Option<&RowKey>,
    ) -> Result<Vec<Lead>> {
        if choices.len() < 2 {
            return Ok(choices.pop().unwrap_or_else(|| vec![Lead::All]));
        }
        let (mut best, mut reached) = (Vec::new(), None);
        for leads in choices {
            let mut reach: Option<Vec<u8>> = None;
            for lead in &leads {
                let order = lead.order(connection);
                let probe = rows_of(connection, self, None, lead, before).select(exchange::id);
                let probe = probe.order(order);
                let found = probe.offset(PROBE).limit(1).first(connection);
                reach = reach.max(found.optional().map_err(unavailable)?);
            }
            // None has so many: there is nothing better.
            if reach.is_none() {
                return Ok(leads);
            }
            if reached.is_none() || reach < reached {
                (best, reached) = (leads, reach);
            }
        }
        Ok(best)
    }

    /// The indexes to walk for whoever may see what lies within `scope`. A row may be in two of them.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn leads_within(&self, connection: &mut DbConnection, scope: &Scope) -> Result<Vec<Lead>> {
        if let Some(text) = &self.request_id {
            return Ok(of_request(text));
        }
        if let Some(dataset) = self.dataset.as_ref().filter(|dataset| scope.owns(dataset)) {
            return Ok(vec![Lead::Dataset(dataset.clone())]);
        }
        let own = of_agency(connection, &scope.opd)?;
        // Its datasets don't matter where it asks for its own calls alone, nor its calls where for those of others.
        let asked = self.application;
        let of_asked = |lead: &Lead| matches!(lead, Lead::Application(number) if Some(*number) == asked);
        let of_own = asked.is_some() && own.iter().any(of_asked);
        if of_own {
            return Ok(own.into_iter().filter(of_asked).collect());
        }
        if self.opd.as_ref().is_some_and(|opd| *opd == scope.opd) {
            return Ok(own);
        }
        let mut leads = match self.opd.is_none() && asked.is_none() {
            true => own,
            false => Vec::new(),
        };
        if self.dataset.is_none() {
            leads.extend(scope.datasets.iter().cloned().map(Lead::Dataset));
        }
        Ok(leads)
    }
}

/// A request is found by its own id, or by that of its exchange where the hub made it.
fn of_request(text: &str) -> Vec<Lead> {
    let own = ExchangeId::parse(text).filter(|id| id.is_shown_as(text));
    let own = own.map(Lead::Exchange);
    [Lead::Request(text.to_owned())].into_iter().chain(own).collect()
}

/// The calls of an agency are those of its applications and those of its people.
fn of_agency(connection: &mut DbConnection, code: &str) -> Result<Vec<Lead>> {
    let each = applications_of(connection, code)?
        .into_iter()
        .map(Lead::Application);
    Ok(each.chain([Lead::Persons(code.to_owned())]).collect())
}
