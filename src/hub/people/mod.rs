//! People: who may sign in, what they are called and where they belong.
//!
//! `assignments` says what they are, `shapes` how they come and go. Not here: signing in ([`super::sessions`]). Invariant: whoever
//! loses the password or is deactivated loses all sessions in the same transaction.

mod assignments;
mod shapes;

use std::collections::HashMap;

pub(super) use assignments::roles_on;
pub use assignments::{AssignmentView, NewAssignment};
use shapes::Audited;
pub use shapes::{NewPerson, PersonChange, PersonView};

use super::access::{checked_name, find_opd};
use super::passwords::stored;
use super::sessions::may_sign_in;
use super::{Actor, Hub};
use crate::access::{PersonName, StoredPassword, check_password};
use crate::error::{Conflict, Error, Forbidden, Malformed, Result, Unknown};
use crate::store::assignments::AssignmentRow;
use crate::store::people::{Details, PersonRow};
use crate::store::{self, DbConnection};
use crate::types::Text;

/// How many digits a NIP has.
const NIP_DIGITS: usize = 18;

impl Hub {
    /// Adds a person, with a password that was checked and hashed ([`Hub::hashed`]), and their roles.
    ///
    /// # Errors
    /// Malformed for a text that can't be meant, unknown where there is no such agency, a conflict when
    /// the name is taken.
    pub fn add_person(
        &self,
        actor: &Actor,
        new: &NewPerson,
        password: &StoredPassword,
        roles: &[NewAssignment],
    ) -> Result<PersonView> {
        let full_name = checked_name(&new.full_name)?;
        let details = [&new.rank, &new.office].map(|text| optional(text.as_deref()));
        let [grade, office] = details;
        let (grade, office, nip) = (grade?, office?, checked_nip(new.nip.as_deref())?);
        let (name, now) = (new.name.as_str(), self.clock.now());
        self.store.write(|connection| {
            if store::people::find(connection, name)?.is_some() {
                return Err(Error::Conflict(Conflict::NameTaken(name.to_owned())));
            }
            let opd = new
                .opd
                .as_ref()
                .map(|opd| find_opd(connection, opd))
                .transpose()?;
            let details = Details {
                full_name,
                nip,
                grade,
                office,
                opd_id: opd.map(|opd| opd.id),
            };
            store::people::insert(connection, name, &details, password.as_str(), now)?;
            let person = find_person(connection, &new.name)?;
            let after = Some(Audited::from(&self.view(connection, person.clone())?).to_string());
            self.changed(connection, actor, "person.add", name.to_owned(), None, after)?;
            for role in roles {
                self.assign_within(connection, actor, &person, role)?;
            }
            self.view(connection, person)
        })
    }

    /// All people, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn people(&self) -> Result<Vec<PersonView>> {
        let (rows, assignments) = self.store.read_at_once(|connection| {
            Ok((
                store::people::list(connection)?,
                store::assignments::all(connection)?,
            ))
        })?;
        let mut of: HashMap<i64, Vec<AssignmentRow>> = HashMap::new();
        for row in assignments {
            of.entry(row.person_id).or_default().push(row);
        }
        let today = self.today();
        rows.into_iter()
            .map(|row| {
                let assignments = of.remove(&row.id).unwrap_or_default();
                PersonView::new(row, &assignments, today)
            })
            .collect()
    }

    /// One person.
    ///
    /// # Errors
    /// Unknown where nobody signs in by this name.
    pub fn person(&self, name: &PersonName) -> Result<PersonView> {
        self.store.read_at_once(|connection| {
            let row = find_person(connection, name)?;
            self.view(connection, row)
        })
    }

    /// Changes a person; one who is deactivated, or gets another password, loses all sessions.
    ///
    /// # Errors
    /// As [`Hub::add_person`], and unknown where nobody signs in by this name; forbidden to the person
    /// themselves where their password or their agency would change.
    pub fn change_person(
        &self,
        actor: &Actor,
        name: &PersonName,
        change: &PersonChange,
    ) -> Result<PersonView> {
        if change.password.is_some() || change.opd.is_some() {
            refuse_oneself(actor, name)?;
        }
        let full_name = change.full_name.as_deref().map(checked_name).transpose()?;
        self.store.write(|connection| {
            let row = locked(connection, name)?;
            let before = Audited::from(&self.view(connection, row.clone())?).to_string();
            let opd_id = match &change.opd {
                None => row.opd_id,
                Some(None) => None,
                Some(Some(opd)) => Some(find_opd(connection, opd)?.id),
            };
            let details = Details {
                full_name: full_name.unwrap_or(&row.full_name),
                nip: checked_nip(changed(&change.nip, &row.nip))?,
                grade: optional(changed(&change.rank, &row.grade))?,
                office: optional(changed(&change.office, &row.office))?,
                opd_id,
            };
            store::people::update(connection, row.id, &details)?;
            let ended = change_sign_in(connection, row.id, change)?;
            let row = find_person(connection, name)?;
            let view = self.view(connection, row)?;
            let after = Audited::from(&view).and(change.password.is_some(), ended);
            let (target, after) = (name.to_string(), Some(after.to_string()));
            self.changed(connection, actor, "person.change", target, Some(before), after)?;
            Ok(view)
        })
    }

    /// What is stored of a password that was chosen for `name`, made here and now; for commands.
    ///
    /// # Errors
    /// Malformed when it may not be chosen.
    pub fn new_password(&self, name: &PersonName, password: &str) -> Result<StoredPassword> {
        may_be_chosen(name, password)?;
        stored(password)
    }

    fn view(&self, connection: &mut DbConnection, row: PersonRow) -> Result<PersonView> {
        let assignments = store::assignments::of(connection, row.id)?;
        PersonView::new(row, &assignments, self.today())
    }
}

/// Changes whether, and by which password, a person signs in; tells how many sessions that ended, where
/// it ends them.
fn change_sign_in(connection: &mut DbConnection, id: i64, change: &PersonChange) -> Result<Option<usize>> {
    if let Some(active) = change.active {
        store::people::set_active(connection, id, active)?;
    }
    if let Some(password) = &change.password {
        store::people::set_password(connection, id, password.as_str())?;
    }
    // Who was moved to a deactivated agency may not sign in either.
    let may = store::people::get(connection, id)?.is_some_and(|row| may_sign_in(&row));
    let ends = change.password.is_some() || !may;
    ends.then(|| store::sessions::delete_of(connection, id, None))
        .transpose()
}

/// Whether this password may be chosen for `name`.
///
/// # Errors
/// Malformed with what is wrong with it.
pub fn may_be_chosen(name: &PersonName, password: &str) -> Result<()> {
    check_password(password, name.as_str()).map_err(|text| Error::Malformed(Malformed::Body(text)))
}

/// The person who signs in by this name.
pub(super) fn find_person(connection: &mut DbConnection, name: &PersonName) -> Result<PersonRow> {
    let unknown = || Error::Unknown(Unknown::Person(name.to_string()));
    store::people::find(connection, name.as_str())?.ok_or_else(unknown)
}

/// The same, locked to the end of the transaction.
pub(super) fn locked(connection: &mut DbConnection, name: &PersonName) -> Result<PersonRow> {
    let id = find_person(connection, name)?.id;
    store::people::lock(connection, id)?.ok_or_else(|| Error::Internal("a person vanished".into()))
}

/// Nobody gives themselves a role, or another agency to see: two people are needed for that.
fn refuse_oneself(actor: &Actor, name: &PersonName) -> Result<()> {
    if *actor == Actor::person(name) {
        return Err(Error::Forbidden(Forbidden::OwnRole));
    }
    Ok(())
}

/// A member as it will be.
fn changed<'a>(change: &'a Option<Option<String>>, stands: &'a Option<String>) -> Option<&'a str> {
    change.as_ref().unwrap_or(stands).as_deref()
}

/// A text that may be missing.
fn optional(text: Option<&str>) -> Result<Option<&str>> {
    text.map(checked_name).transpose()
}

/// A NIP has 18 digits. More is not asked: there are some that break the rule by which they are made.
fn checked_nip(nip: Option<&str>) -> Result<Option<&str>> {
    let digits = |nip: &&str| nip.len() == NIP_DIGITS && nip.bytes().all(|byte| byte.is_ascii_digit());
    match nip {
        Some(nip) if !digits(&nip) => Err(Error::Malformed(Malformed::Body(Text::new(
            "NIP harus 18 angka.",
            "A NIP has 18 digits.",
        )))),
        nip => Ok(nip),
    }
}
