//! What those who have a file are told: that it is their turn, that it is due soon, that it is overdue.
//!
//! A turn is told with the move that makes it; the others by a job. Invariant: in one turn each of them is told each thing
//! once.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use super::register::addressed;
use super::{Hub, Loaded, day, who};
use crate::access::Caller;
use crate::error::{Error, Result};
use crate::integration::IntegrationNumber;
use crate::integration::calendar::Calendar;
use crate::integration::file::{Holder, State};
use crate::integration::procedure::{Duration, Unit};
use crate::store::integrations::IntegrationRow;
use crate::store::integrations::notices::{NewNotice, NoticeRow};
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// How many integrations are looked at in one transaction.
const CHUNK: i64 = 100;

/// The most notices that are shown.
const MOST: i64 = 200;

/// Within how many working days something is due soon.
const SOON: Duration = Duration {
    from: 1,
    to: 1,
    unit: Unit::Day,
};

/// A notice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeView {
    /// Its number.
    pub id: i64,
    /// `turn`, `due-soon` or `overdue`.
    pub kind: String,
    /// The integration.
    #[schema(value_type = String)]
    pub integration: IntegrationNumber,
    /// What that is about.
    pub subject: String,
    /// The step.
    pub step: u8,
    /// The round.
    pub round: u32,
    /// Who is told.
    pub addressee: String,
    /// By when the step should end.
    #[schema(value_type = Option<String>, format = Date, required = true)]
    pub due: Option<Date>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
}

impl Hub {
    /// What somebody was told and has not read, the newest first.
    ///
    /// # Errors
    /// Forbidden to who is no person.
    pub fn notices(&self, caller: &Caller) -> Result<Vec<NoticeView>> {
        let (person, posts) = (who::person(caller)?, addressed(caller)?);
        let rows = self
            .store
            .read(|connection| store::integrations::notices::unread(connection, person.id, &posts, MOST))?;
        rows.into_iter().map(view).collect()
    }

    /// Writes down that somebody has read these notices; tells how many were theirs and unread.
    ///
    /// # Errors
    /// Forbidden to who is no person.
    pub fn read_notices(&self, caller: &Caller, read: &[i64]) -> Result<usize> {
        let (person, posts) = (who::person(caller)?, addressed(caller)?);
        let read: BTreeSet<i64> = read.iter().copied().collect();
        self.store.write(|connection| {
            // Two windows of one person mark one after the other.
            store::people::lock(connection, person.id)?;
            let unread = store::integrations::notices::unread(connection, person.id, &posts, MOST)?;
            let theirs: Vec<i64> = unread
                .iter()
                .map(|row| row.id)
                .filter(|id| read.contains(id))
                .collect();
            store::integrations::notices::mark_read(connection, person.id, &theirs, self.clock.now())?;
            Ok(theirs.len())
        })
    }

    /// Tells those who have a file only since its last move.
    pub(super) fn tell_new_holders(&self, connection: &mut DbConnection, loaded: &Loaded) -> Result<()> {
        let Some(step) = self.known_step(loaded).filter(|_| !loaded.file.is_over()) else {
            return Ok(());
        };
        let holders = loaded.file.holders(step, &loaded.parties);
        let calendar = self.calendar(connection)?;
        let due = loaded.file.due(step, &calendar);
        self.tell(connection, loaded, &holders, ("turn", due))
    }

    /// Makes the notices of those who were not told the same in this stay.
    fn tell(
        &self,
        connection: &mut DbConnection,
        loaded: &Loaded,
        holders: &[Holder],
        (kind, due): (&str, Option<Date>),
    ) -> Result<()> {
        let due = due.map(|due| due.to_string());
        for holder in holders {
            let (post, opd) = addressee(holder);
            let new = NewNotice {
                integration_id: loaded.row.id,
                kind,
                after_move: turn_of(loaded),
                step: i32::from(loaded.file.step()),
                round: i32::try_from(loaded.file.round()).unwrap_or(i32::MAX),
                post: &post,
                opd: &opd,
                due: due.as_deref(),
            };
            store::integrations::notices::make(connection, &new, self.clock.now())?;
        }
        Ok(())
    }

    /// Looks at the integrations whose step is due soon or overdue, and tells those who have them. Where holidays were
    /// added since it looked last, it looks at all and works out anew by when they are due.
    ///
    /// # Errors
    /// When the database fails.
    pub fn look_at_deadlines(&self) -> Result<()> {
        let calendar = self.store.read(|connection| self.calendar(connection))?;
        let (today, _) = self.office_now();
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let soon = calendar.due(today, SOON, &[]).unwrap_or(today).to_string();
        let until = (looked.as_ref() == Some(&calendar)).then_some(soon.as_str());
        let mut after = 0;
        loop {
            let rows = self
                .store
                .read(|connection| store::integrations::running(connection, after, until, CHUNK))?;
            let Some(last) = rows.last() else { break };
            after = last.id;
            for row in rows {
                let integration = format!("{}/{}", row.year, row.number);
                match self.look_at(row, &calendar) {
                    Ok(()) => {}
                    Err(error @ Error::Unavailable(_)) => return Err(error),
                    // Such as one in a step that the procedure does not have any more: the others go on.
                    Err(error) => tracing::error!(
                        integration,
                        cause = error.cause(),
                        code = error.code(),
                        "a deadline could not be looked at"
                    ),
                }
            }
            if self.stopping() {
                return Ok(());
            }
        }
        *looked = Some(calendar);
        Ok(())
    }

    /// Looks at one integration, and writes only where there is something to write.
    fn look_at(&self, row: IntegrationRow, calendar: &Calendar) -> Result<()> {
        let (id, number) = (row.id, row.numbered());
        let wanting = self.store.read_at_once(|connection| {
            let loaded = self.with_parts(connection, row)?;
            self.untold(connection, &loaded, calendar)
        })?;
        if !wanting {
            return Ok(());
        }
        self.store.write(|connection| {
            store::integrations::lock(connection, id)?;
            let Some(row) = store::integrations::find(connection, number)? else {
                return Ok(());
            };
            let loaded = self.with_parts(connection, row)?;
            if loaded.file.state != State::Running {
                return Ok(());
            }
            self.keep_stand(connection, &loaded, calendar)?;
            let step = self.step_of(&loaded)?;
            let due = loaded.file.due(step, calendar);
            let Some(kind) = due.and_then(|due| self.kind_of(due, calendar)) else {
                return Ok(());
            };
            let holders = loaded.file.holders(step, &loaded.parties);
            self.tell(connection, &loaded, &holders, (kind, due))
        })
    }

    /// Whether by when something is due is another day than what stands, or somebody was not told.
    fn untold(&self, connection: &mut DbConnection, loaded: &Loaded, calendar: &Calendar) -> Result<bool> {
        if loaded.file.state != State::Running {
            return Ok(false);
        }
        let step = self.step_of(loaded)?;
        let due = loaded.file.due(step, calendar);
        if due.map(|due| due.to_string()) != loaded.row.stand.due {
            return Ok(true);
        }
        let Some(kind) = due.and_then(|due| self.kind_of(due, calendar)) else {
            return Ok(false);
        };
        let turn = turn_of(loaded);
        let told = store::integrations::notices::told(connection, loaded.row.id, turn, kind)?;
        let holders = loaded.file.holders(step, &loaded.parties);
        Ok(holders.iter().any(|holder| !told.contains(&addressee(holder))))
    }

    /// What is told of what is due on this day.
    fn kind_of(&self, due: Date, calendar: &Calendar) -> Option<&'static str> {
        let (today, _) = self.office_now();
        match today > due {
            true => Some("overdue"),
            false if calendar.working_days(today, due, &[]) <= SOON.to => Some("due-soon"),
            false => None,
        }
    }
}

/// How many moves had been made when the actors of a file got their turn.
fn turn_of(loaded: &Loaded) -> i32 {
    let turn = loaded.file.visit().map_or(0, |visit| visit.turn);
    i32::try_from(turn).unwrap_or(i32::MAX)
}

/// A holder as it is stored.
fn addressee(holder: &Holder) -> (String, String) {
    let opd = holder.opd.as_ref().map(ToString::to_string);
    (holder.post.as_str().to_owned(), opd.unwrap_or_default())
}

fn view(row: NoticeRow) -> Result<NoticeView> {
    let holder = Holder {
        post: row.post.parse().map_err(Error::Internal)?,
        opd: (!row.opd.is_empty())
            .then(|| row.opd.parse())
            .transpose()
            .map_err(Error::Internal)?,
    };
    Ok(NoticeView {
        id: row.id,
        kind: row.kind,
        integration: IntegrationNumber {
            year: row.year,
            number: row.number,
        },
        subject: row.subject,
        step: u8::try_from(row.step).map_err(super::damaged)?,
        round: u32::try_from(row.round).map_err(super::damaged)?,
        addressee: holder.to_string(),
        due: row.due.as_deref().map(day).transpose()?,
        made_at: Timestamp(row.made_at),
    })
}
