//! Assignments: which role a person holds, in which capacity, by which order, from when until when.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;

use super::{Hub, find_person, optional, refuse_oneself};
use crate::access::{Capacity, Period, PersonName, Role};
use crate::error::{Error, Malformed, Result, Unknown};
use crate::hub::Actor;
use crate::store::assignments::AssignmentRow;
use crate::store::people::PersonRow;
use crate::store::{self, DbConnection};
use crate::types::{Text, Timestamp};

/// An assignment as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct AssignmentView {
    /// Its number.
    pub id: i64,
    /// The role.
    pub role: Role,
    /// The capacity.
    pub capacity: Capacity,
    /// The number of the order that says so.
    pub order_number: Option<String>,
    /// The first day.
    pub from: Date,
    /// The last day; `None` where it goes on.
    pub until: Option<Date>,
    /// When it was ended before that.
    pub ended_at: Option<Timestamp>,
    /// Whether it holds today.
    pub holds: bool,
}

/// An assignment to be added.
#[derive(Debug, Clone)]
pub struct NewAssignment {
    /// The role.
    pub role: Role,
    /// The capacity.
    pub capacity: Capacity,
    /// The number of the order that says so.
    pub order_number: Option<String>,
    /// The first day; today when left out.
    pub from: Option<Date>,
    /// The last day.
    pub until: Option<Date>,
}

impl AssignmentView {
    fn new(row: AssignmentRow, today: Date) -> Result<Self> {
        let period = period(&row)?;
        Ok(AssignmentView {
            id: row.id,
            role: row.role.parse().map_err(Error::Internal)?,
            capacity: row.capacity.parse().map_err(Error::Internal)?,
            order_number: row.order_number,
            from: period.from,
            until: period.until,
            ended_at: row.ended_at.map(Timestamp),
            holds: row.ended_at.is_none() && period.holds(today),
        })
    }
}

impl Hub {
    /// Gives a person a role.
    ///
    /// # Errors
    /// Malformed when the period ends before it begins, or when somebody without an agency is to speak
    /// for it; forbidden to the person themselves.
    pub fn assign(&self, actor: &Actor, name: &PersonName, new: &NewAssignment) -> Result<AssignmentView> {
        refuse_oneself(actor, name)?;
        self.store.write(|connection| {
            let person = find_person(connection, name)?;
            self.assign_within(connection, actor, &person, new)
        })
    }

    /// Gives a person a role within a transaction.
    pub(super) fn assign_within(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        person: &PersonRow,
        new: &NewAssignment,
    ) -> Result<AssignmentView> {
        let now = self.clock.now();
        let from = new.from.unwrap_or_else(|| self.today());
        may_be_assigned(person, new, from)?;
        let order_number = optional(new.order_number.as_deref())?;
        let row = store::assignments::NewAssignment {
            person_id: person.id,
            role: new.role.as_str(),
            capacity: new.capacity.as_str(),
            order_number,
            valid_from: from.to_string(),
            valid_until: new.until.map(|until| until.to_string()),
        };
        let id = store::assignments::insert(connection, &row, now)?;
        let added = self.assignment(connection, person.id, id)?;
        let after = Some(audited(&added));
        self.changed(
            connection,
            actor,
            "person.assign",
            person.name.clone(),
            None,
            after,
        )?;
        Ok(added)
    }

    /// An assignment that is there.
    fn assignment(&self, connection: &mut DbConnection, person: i64, id: i64) -> Result<AssignmentView> {
        let rows = store::assignments::of(connection, person)?;
        let row = rows.into_iter().find(|row| row.id == id);
        let row = row.ok_or_else(|| Error::Internal("an assignment vanished".into()))?;
        AssignmentView::new(row, self.today())
    }

    /// The assignments of a person, oldest first, ended ones too.
    ///
    /// # Errors
    /// Unknown where nobody signs in by this name.
    pub fn assignments(&self, name: &PersonName) -> Result<Vec<AssignmentView>> {
        let rows = self.store.read(|connection| {
            let person = find_person(connection, name)?;
            store::assignments::of(connection, person.id)
        })?;
        let today = self.today();
        rows.into_iter()
            .map(|row| AssignmentView::new(row, today))
            .collect()
    }

    /// Ends an assignment now.
    ///
    /// # Errors
    /// Unknown where the person has no such assignment, or it was ended already.
    pub fn end_assignment(&self, actor: &Actor, name: &PersonName, id: i64) -> Result<()> {
        let now = self.clock.now();
        self.store.write(|connection| {
            let person = find_person(connection, name)?;
            if !store::assignments::end(connection, person.id, id, now)? {
                return Err(Error::Unknown(Unknown::Assignment(id.to_string())));
            }
            let ended = self.assignment(connection, person.id, id)?;
            let going_on = AssignmentView {
                ended_at: None,
                ..ended.clone()
            };
            let (before, after) = (Some(audited(&going_on)), Some(audited(&ended)));
            self.changed(
                connection,
                actor,
                "person.unassign",
                name.to_string(),
                before,
                after,
            )
        })
    }
}

/// As the audit log keeps it.
fn audited(view: &AssignmentView) -> String {
    json!({
        "id": view.id, "role": view.role, "capacity": view.capacity, "order_number": view.order_number,
        "from": view.from, "until": view.until, "ended_at": view.ended_at,
    })
    .to_string()
}

/// The roles that hold on the day `today`, each once.
pub(in crate::hub) fn roles_on(assignments: &[AssignmentRow], today: Date) -> Result<Vec<Role>> {
    let mut roles = BTreeSet::new();
    for row in assignments.iter().filter(|row| row.ended_at.is_none()) {
        if period(row)?.holds(today) {
            roles.insert(row.role.parse::<Role>().map_err(Error::Internal)?);
        }
    }
    Ok(roles.into_iter().collect())
}

/// Whether this person may be given this role from this day on.
fn may_be_assigned(person: &PersonRow, new: &NewAssignment, from: Date) -> Result<()> {
    if new.until.is_some_and(|until| until < from) {
        return Err(refused(
            "Masa penugasan berakhir sebelum dimulai.",
            "The assignment ends before it begins.",
        ));
    }
    if new.role == Role::Opd && person.opd_id.is_none() {
        return Err(refused(
            "Pengguna ini tidak punya OPD. Isi OPD-nya dahulu.",
            "This person has no OPD. Say which one it is first.",
        ));
    }
    Ok(())
}

fn period(row: &AssignmentRow) -> Result<Period> {
    let day = |text: &String| {
        text.parse::<Date>()
            .map_err(|error| Error::Internal(error.to_string()))
    };
    Ok(Period {
        from: day(&row.valid_from)?,
        until: row.valid_until.as_ref().map(day).transpose()?,
    })
}

fn refused(id: &'static str, en: &'static str) -> Error {
    Error::Malformed(Malformed::Body(Text::new(id, en)))
}
