//! People as they are shown, sent, and kept in the audit log.
//!
//! Invariant: a password is in none of these but as what is stored of it.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::json;

use super::roles_on;
use crate::access::{PersonName, Role, StoredPassword};
use crate::error::Result;
use crate::store::assignments::AssignmentRow;
use crate::store::people::PersonRow;
use crate::types::{OpdCode, Timestamp};

/// A person as they are shown.
#[derive(Debug, Clone, Serialize)]
pub struct PersonView {
    /// The name by which they sign in.
    pub name: String,
    /// What they are called.
    pub full_name: String,
    /// Their number as a civil servant.
    pub nip: Option<String>,
    /// Their rank.
    pub rank: Option<String>,
    /// Their office.
    pub office: Option<String>,
    /// Their agency's code.
    pub opd: Option<String>,
    /// Whether they may sign in.
    pub active: bool,
    /// The roles that hold today.
    pub roles: Vec<Role>,
    /// When they were added.
    pub created_at: Timestamp,
}

/// A person to be added.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// The name by which they will sign in.
    pub name: PersonName,
    /// What they are called.
    pub full_name: String,
    /// Their number as a civil servant.
    pub nip: Option<String>,
    /// Their rank.
    pub rank: Option<String>,
    /// Their office.
    pub office: Option<String>,
    /// Their agency.
    pub opd: Option<OpdCode>,
}

/// What changes of a person; what is `None` stays, what is `Some(None)` goes.
#[derive(Clone, Default)]
pub struct PersonChange {
    /// What they are called.
    pub full_name: Option<String>,
    /// Their number as a civil servant.
    pub nip: Option<Option<String>>,
    /// Their rank.
    pub rank: Option<Option<String>>,
    /// Their office.
    pub office: Option<Option<String>>,
    /// Their agency.
    pub opd: Option<Option<OpdCode>>,
    /// Whether they may sign in.
    pub active: Option<bool>,
    /// Another password, checked and hashed.
    pub password: Option<StoredPassword>,
}

/// A person as the audit log keeps them.
#[derive(Serialize)]
pub(super) struct Audited<'a> {
    full_name: &'a str,
    nip: Option<&'a str>,
    rank: Option<&'a str>,
    office: Option<&'a str>,
    opd: Option<&'a str>,
    active: bool,
    /// `changed`, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    password: Option<&'static str>,
    /// How many sessions ended by it, where it ends them.
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions_ended: Option<usize>,
}

impl<'a> From<&'a PersonView> for Audited<'a> {
    fn from(view: &'a PersonView) -> Self {
        Audited {
            full_name: &view.full_name,
            nip: view.nip.as_deref(),
            rank: view.rank.as_deref(),
            office: view.office.as_deref(),
            opd: view.opd.as_deref(),
            active: view.active,
            password: None,
            sessions_ended: None,
        }
    }
}

impl Audited<'_> {
    /// The same, with what a change did beside what is shown.
    pub(super) fn and(self, password_changed: bool, sessions_ended: Option<usize>) -> Self {
        Audited {
            password: password_changed.then_some("changed"),
            sessions_ended,
            ..self
        }
    }
}

impl fmt::Display for Audited<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", json!(self))
    }
}

impl PersonView {
    /// A person as stored, with the roles that hold on the day `today`.
    pub(super) fn new(row: PersonRow, assignments: &[AssignmentRow], today: Date) -> Result<Self> {
        Ok(PersonView {
            roles: roles_on(assignments, today)?,
            name: row.name,
            full_name: row.full_name,
            nip: row.nip,
            rank: row.grade,
            office: row.office,
            opd: row.opd,
            active: row.active,
            created_at: Timestamp(row.created_at),
        })
    }
}
