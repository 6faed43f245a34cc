//! The rules: who may do what, with what, how far.
//!
//! [`RULES`] is the one table; every decision asks it, and `docs/authorization.md` is printed from it
//! (`page`). Not here: what a dataset's contract grants ([`super::decide`] combines both). Invariant:
//! what no row allows is denied.

mod page;
mod table;

pub use page::authorization_page;
pub use table::RULES;

use super::{Caller, Role};
use crate::types::{OpdCode, Right};

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody at all, signed in or not.
    Anybody,
    /// An application, by its key or token.
    Application,
    /// Whoever holds `MAHAKAM_ADMIN_KEY`.
    ManagementKey,
    /// A person with an assignment that holds today.
    Role(Role),
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read what the hub knows about it.
    Look,
    /// Add, change and end it.
    Manage,
    /// Publish it.
    Publish,
    /// Try it out, without lasting effect.
    Test,
    /// Send records in.
    Push,
    /// Read records and changes.
    Pull,
    /// Call the owner's system through the hub.
    CallLive,
    /// Set it back to an earlier state.
    SetBack,
    /// Complete a step.
    CompleteStep,
    /// Check what others drafted.
    Check,
    /// Sign.
    Sign,
}

/// What it is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// The management interface itself: which paths and methods it has.
    Management,
    /// Which datasets there are, and their documents.
    Catalog,
    /// Dashboards.
    Dashboards,
    /// Agencies.
    Opds,
    /// Applications.
    Applications,
    /// The keys of applications.
    Keys,
    /// People, their assignments and sessions.
    People,
    /// How the hub reaches other systems.
    Connectors,
    /// Endpoints to which changes are delivered.
    Subscriptions,
    /// Contracts, whatever their state.
    Contracts,
    /// How far contracts keep to the field standard.
    Conformity,
    /// Refused payloads, without their bodies.
    Rejections,
    /// References that lead to nothing.
    References,
    /// Records and changes of datasets.
    Records,
    /// The sandbox beside a dataset.
    Sandbox,
    /// What is measured of the hub.
    Metrics,
    /// The log of exchanges.
    ExchangeLog,
    /// The log of what was managed.
    AuditLog,
    /// The twelve steps.
    Procedure,
    /// The register of incoming letters.
    Letters,
    /// Reports: their figures and papers.
    Reports,
    /// Copies of the whole database.
    Backups,
}

/// How far a rule goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What belongs to the agency of whoever acts.
    Own,
    /// What a published contract grants to that agency.
    Granted,
    /// What is classified open.
    Open,
    /// Everything.
    All,
    /// Nothing, and no other row may say otherwise: written down so that nobody adds it by mistake.
    Never,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Who.
    pub who: Who,
    /// May do what.
    pub may: &'static [Action],
    /// With what.
    pub with: &'static [Resource],
    /// How far.
    pub extent: Extent,
}

/// How far somebody's permission goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Everything.
    All,
    /// What belongs to this agency.
    Own(OpdCode),
}

impl Reach {
    /// Whether what belongs to the agency with this code is within it.
    pub fn covers(&self, opd: &str) -> bool {
        match self {
            Reach::All => true,
            Reach::Own(own) => own.as_str() == opd,
        }
    }
}

impl From<Right> for Action {
    fn from(right: Right) -> Self {
        match right {
            Right::Push => Action::Push,
            Right::Pull => Action::Pull,
            Right::Live => Action::CallLive,
        }
    }
}

/// How far `caller` may do `action` with `resource`, by all rows about it.
pub fn extents(caller: &Caller, action: Action, resource: Resource) -> impl Iterator<Item = Extent> {
    RULES
        .iter()
        .filter(move |rule| rule.may.contains(&action) && rule.with.contains(&resource))
        .filter(move |rule| is_meant(rule.who, caller))
        .map(|rule| rule.extent)
}

/// How far `caller` may manage: everything, what is its agency's, or, with `None`, nothing.
pub fn reach(caller: &Caller, action: Action, resource: Resource) -> Option<Reach> {
    let (mut all, mut own) = (false, false);
    for extent in extents(caller, action, resource) {
        match extent {
            Extent::Never => return None,
            Extent::All => all = true,
            Extent::Own => own = true,
            Extent::Granted | Extent::Open => {}
        }
    }
    if all {
        return Some(Reach::All);
    }
    caller.opd().filter(|_| own).cloned().map(Reach::Own)
}

/// Whether a row about `who` is about `caller`.
fn is_meant(who: Who, caller: &Caller) -> bool {
    match who {
        Who::Anybody => true,
        Who::Application => matches!(caller, Caller::Application(_)),
        Who::ManagementKey => matches!(caller, Caller::Management),
        Who::Role(role) => matches!(caller, Caller::Person(person) if person.roles.contains(&role)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::access::{Application, Person};

    fn person(roles: &[Role], opd: Option<&str>) -> Caller {
        Caller::Person(Arc::new(Person {
            id: 1,
            name: "siti".parse().unwrap(),
            full_name: "Siti".into(),
            opd: opd.map(|opd| opd.parse().unwrap()),
            roles: roles.to_vec(),
        }))
    }

    #[test]
    fn without_a_role_nothing_is_allowed_but_what_anybody_may() {
        for rule in RULES.iter().filter(|rule| rule.who != Who::Anybody) {
            for (action, resource) in rule
                .may
                .iter()
                .flat_map(|may| rule.with.iter().map(move |with| (*may, *with)))
            {
                assert_eq!(reach(&person(&[], Some("bkd")), action, resource), None);
                assert_eq!(reach(&Caller::Anonymous, action, resource), None);
            }
        }
    }

    #[test]
    fn who_speaks_for_an_agency_reaches_that_agency_alone() {
        let own = Some(Reach::Own("bkd".parse().unwrap()));
        let siti = person(&[Role::Opd], Some("bkd"));
        assert_eq!(reach(&siti, Action::Look, Resource::Contracts), own);
        assert_eq!(reach(&siti, Action::Manage, Resource::Contracts), None);
        assert_eq!(reach(&siti, Action::Manage, Resource::Keys), own);
        assert_eq!(reach(&siti, Action::Manage, Resource::Applications), None);
        assert!(!Reach::Own("bkd".parse().unwrap()).covers("dinkes"));
        // Without an agency there is nothing that could be its own.
        assert_eq!(
            reach(&person(&[Role::Opd], None), Action::Look, Resource::Contracts),
            None
        );
        let both = person(&[Role::Opd, Role::TechnicalTeam], Some("bkd"));
        assert_eq!(reach(&both, Action::Look, Resource::Contracts), Some(Reach::All));
    }

    #[test]
    fn the_management_key_never_completes_a_step_or_signs() {
        for action in [Action::CompleteStep, Action::Sign] {
            assert_eq!(reach(&Caller::Management, action, Resource::Procedure), None);
            let denied: Vec<_> = extents(&Caller::Management, action, Resource::Procedure).collect();
            assert_eq!(denied, [Extent::Never]);
        }
        assert_eq!(
            reach(&Caller::Management, Action::Manage, Resource::People),
            Some(Reach::All)
        );
    }

    #[test]
    fn an_application_manages_nothing() {
        let application = Caller::Application(Arc::new(Application {
            id: 1,
            name: "a".into(),
            opd: "bkd".parse().unwrap(),
            scope: None,
        }));
        for rule in RULES {
            for resource in rule.with.iter().filter(|with| **with != Resource::Sandbox) {
                assert_eq!(
                    reach(&application, Action::Manage, *resource),
                    None,
                    "{resource:?}"
                );
            }
        }
    }
}
