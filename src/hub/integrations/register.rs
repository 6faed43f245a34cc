//! The register of integrations, and a person's tasks.
//!
//! Both are read from what stands beside the moves. Invariant: an agency's people see where it takes part, alone.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{HolderEntry, PartyEntry};
use super::{Hub, day, who};
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::{Error, Malformed, Result};
use crate::hub::lists::{Page, PageQuery};
use crate::integration::IntegrationNumber;
use crate::integration::file::{Holder, State};
use crate::record::Cursor;
use crate::store::integrations::{IntegrationRow, Wanted};
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, OpdCode, RecordKey, Seq};

/// What a cursor of the register is bound to.
const BINDING: &str = "/admin integrations";

/// The most tasks that are shown.
const MOST_TASKS: i64 = 500;

/// Which integrations are wanted.
#[derive(Debug, Clone, Default)]
pub struct RegisterQuery {
    /// In this state.
    pub state: Option<State>,
    /// In this step.
    pub step: Option<u8>,
    /// Those whose step should have ended.
    pub overdue: bool,
    /// In which this agency takes part.
    pub opd: Option<OpdCode>,
    /// About this dataset.
    pub dataset: Option<DatasetId>,
}

/// An integration in the register.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RegisterEntry {
    /// Its number, such as `2026/7`.
    #[schema(value_type = String)]
    pub number: IntegrationNumber,
    /// The kind's code.
    pub variant: String,
    /// What it is about.
    pub subject: String,
    /// `running`, `paused`, `cancelled` or `closed`.
    pub state: String,
    /// The step where its file is.
    pub step: u8,
    /// What that is called.
    pub step_title: String,
    /// The round.
    pub round: u32,
    /// The day on which the request was received.
    #[schema(value_type = String, format = Date)]
    pub received_on: Date,
    /// The day as which the beginning of the step counts.
    #[schema(value_type = String, format = Date)]
    pub entered_on: Date,
    /// By when the step should end.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    pub due: Option<Date>,
    /// Whether that is past.
    pub overdue: bool,
    /// Who has the file now.
    pub holders: Vec<HolderEntry>,
    /// Who takes part.
    pub parties: Vec<PartyEntry>,
    /// The datasets that it is about.
    pub contracts: Vec<String>,
}

impl Hub {
    /// A page of the register, the last number first.
    ///
    /// # Errors
    /// Malformed when the cursor was not given out for it.
    pub fn integrations(
        &self,
        reach: &Reach,
        query: &RegisterQuery,
        page: &PageQuery,
    ) -> Result<Page<RegisterEntry>> {
        let mut wanted = self.wanted(reach, query);
        if let Some(text) = &page.cursor {
            let cursor = Cursor::open(text, &self.cursor_key, BINDING);
            let after = cursor.ok_or(Error::Malformed(Malformed::Cursor))?.after;
            let number: IntegrationNumber = after
                .as_str()
                .parse()
                .map_err(|_| Error::Malformed(Malformed::Cursor))?;
            wanted.below = Some((number.year, number.number));
        }
        let limit = i64::try_from(page.limit).unwrap_or(i64::MAX - 1);
        let mut items = self.store.read_at_once(|connection| {
            let rows = store::integrations::register(connection, &wanted, limit + 1)?;
            self.entries(connection, rows)
        })?;
        let more = items.len() > page.limit;
        items.truncate(page.limit);
        let last = items
            .last()
            .filter(|_| more)
            .map(|entry| entry.number.to_string());
        let last = last.and_then(|last| RecordKey::parse(&last).ok());
        let next = last.map(|after| Cursor { as_of: Seq(0), after }.seal(&self.cursor_key, BINDING));
        Ok(Page { items, next })
    }

    /// What somebody has to do, due first.
    ///
    /// # Errors
    /// Forbidden to who is no person.
    pub fn tasks(&self, caller: &Caller) -> Result<Vec<RegisterEntry>> {
        let posts = addressed(caller)?;
        self.store.read_at_once(|connection| {
            let rows = store::integrations::tasks(connection, &posts, MOST_TASKS)?;
            self.entries(connection, rows)
        })
    }

    fn wanted(&self, reach: &Reach, query: &RegisterQuery) -> Wanted {
        let (today, _) = self.office_now();
        Wanted {
            state: query.state.map(|state| state.as_str().to_owned()),
            step: query.step.map(i32::from),
            overdue_on: query.overdue.then(|| today.to_string()),
            opd: query.opd.as_ref().map(ToString::to_string),
            dataset: query.dataset.as_ref().map(ToString::to_string),
            within: match reach {
                Reach::All => None,
                Reach::Own(opd) => Some(opd.to_string()),
            },
            below: None,
        }
    }

    /// Rows of the register as they are shown.
    fn entries(
        &self,
        connection: &mut DbConnection,
        rows: Vec<IntegrationRow>,
    ) -> Result<Vec<RegisterEntry>> {
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let mut beside: HashMap<i64, Beside> = HashMap::new();
        for row in store::integrations::holders::of(connection, &ids)? {
            let holder = Holder {
                post: row.post.parse().map_err(Error::Internal)?,
                opd: (!row.opd.is_empty())
                    .then(|| row.opd.parse())
                    .transpose()
                    .map_err(Error::Internal)?,
            };
            let of = beside.entry(row.integration_id).or_default();
            of.holders.push(HolderEntry::from(&holder));
        }
        for (id, opd, side) in store::integrations::parts::parties(connection, &ids)? {
            beside
                .entry(id)
                .or_default()
                .parties
                .push(PartyEntry { opd, side });
        }
        for row in store::integrations::parts::contracts(connection, &ids)? {
            beside
                .entry(row.integration_id)
                .or_default()
                .contracts
                .push(row.dataset);
        }
        let entry = |row: IntegrationRow| {
            let of = beside.remove(&row.id).unwrap_or_default();
            self.entry(row, of)
        };
        rows.into_iter().map(entry).collect()
    }

    fn entry(&self, row: IntegrationRow, beside: Beside) -> Result<RegisterEntry> {
        let (today, _) = self.office_now();
        let number = u8::try_from(row.stand.step).map_err(super::damaged)?;
        let variant = self.procedure.variant(&row.variant);
        let step = variant.and_then(|variant| variant.step(number));
        let due = row.stand.due.as_deref().map(day).transpose()?;
        Ok(RegisterEntry {
            number: row.numbered(),
            step_title: step.map(|step| step.title.clone()).unwrap_or_default(),
            round: u32::try_from(row.stand.round).map_err(super::damaged)?,
            received_on: day(&row.received_on)?,
            entered_on: day(&row.stand.entered_on)?,
            overdue: due.is_some_and(|due| today > due),
            variant: row.variant,
            subject: row.subject,
            state: row.stand.state,
            step: number,
            due,
            holders: beside.holders,
            parties: beside.parties,
            contracts: beside.contracts,
        })
    }
}

/// What stands beside a row of the register.
#[derive(Default)]
struct Beside {
    holders: Vec<HolderEntry>,
    parties: Vec<PartyEntry>,
    contracts: Vec<String>,
}

/// As which posts somebody has files and is told things.
pub(super) fn addressed(caller: &Caller) -> Result<Vec<(String, String)>> {
    let posts = who::posts(who::person(caller)?);
    let addressed = posts.into_iter().map(|(post, opd)| {
        let opd = opd.map(|opd| opd.to_string()).unwrap_or_default();
        (post.as_str().to_owned(), opd)
    });
    Ok(addressed.collect())
}
