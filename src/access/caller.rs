//! [`Caller`]: who stands behind a request.

use std::sync::Arc;

use super::{Person, Scope};
use crate::types::OpdCode;

/// A system of an agency that calls the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The application's number in the database.
    pub id: i64,
    /// Its name within its agency.
    pub name: String,
    /// The agency it belongs to.
    pub opd: OpdCode,
    /// What of its rights it may use, where it shows a token that carries only these.
    pub scope: Option<Scope>,
}

/// Who stands behind a request.
#[derive(Debug, Clone)]
pub enum Caller {
    /// Nobody said who they are.
    Anonymous,
    /// An application with a valid key.
    Application(Arc<Application>),
    /// Somebody who signed in.
    Person(Arc<Person>),
    /// Whoever holds the management key.
    Management,
}

impl Caller {
    /// The agency behind the caller, if there is one.
    pub fn opd(&self) -> Option<&OpdCode> {
        match self {
            Caller::Application(application) => Some(&application.opd),
            Caller::Person(person) => person.opd.as_ref(),
            Caller::Anonymous | Caller::Management => None,
        }
    }
}
