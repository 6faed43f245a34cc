//! The decision: may this caller do this with that dataset?
//!
//! Everybody who answers a request asks [`decide`]; nobody decides beside it.

use std::collections::HashMap;

use jiff::civil::Date;

use super::Caller;
use super::rules::{Action, Extent, Resource, extents};
use crate::types::{OpdCode, Pointer, Right};

/// The grants of one dataset, as its published contract gives them.
#[derive(Debug, Clone)]
pub struct Grants {
    /// The agency that owns the dataset; it may do everything.
    pub owner: OpdCode,
    /// Whether anybody may read without a key.
    pub open: bool,
    /// What others may do.
    pub given: HashMap<OpdCode, Given>,
}

/// What one agency was granted.
#[derive(Debug, Clone)]
pub struct Given {
    /// The rights.
    pub rights: Vec<Right>,
    /// The fields that may be read; `None` means all.
    pub fields: Option<Vec<Pointer>>,
    /// The last day on which the grant holds.
    pub until: Option<Date>,
}

/// The answer of [`decide`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Yes; when fields are named, only those may be read.
    Allowed {
        /// The fields that may be read; `None` means all.
        fields: Option<Vec<Pointer>>,
    },
    /// No, and the caller knows of the dataset anyway.
    Denied,
    /// No, and the caller must not learn that the dataset exists.
    Hidden,
    /// Nobody said who they are, and this needs somebody.
    Anonymous,
}

/// Decides whether `caller` has `right` to the dataset with these `grants` on the day `today`.
pub fn decide(caller: &Caller, grants: &Grants, right: Right, today: Date) -> Verdict {
    let own = caller.opd() == Some(&grants.owner);
    let given = caller.opd().and_then(|opd| grants.given.get(opd));
    let given = given.filter(|given| given.until.is_none_or(|until| today <= until));
    let (mut owned, mut granted, mut open) = (false, None, false);
    for extent in extents(caller, right.into(), Resource::Records) {
        match extent {
            Extent::Never => return Verdict::Denied,
            Extent::All => owned = true,
            Extent::Own => owned |= own,
            Extent::Granted => granted = given.filter(|given| given.rights.contains(&right)),
            Extent::Open => open |= grants.open,
        }
    }
    if owned {
        return Verdict::Allowed { fields: None };
    }
    // A grant that names fields holds for its agency even where the dataset is open.
    if let Some(given) = granted {
        let fields = given.fields.clone();
        return Verdict::Allowed { fields };
    }
    if open {
        return Verdict::Allowed { fields: None };
    }
    // Of what was granted to systems alone people are told nothing.
    let known = given
        .is_some_and(|given| matches!(caller, Caller::Application(_)) || given.rights.contains(&Right::Pull));
    match caller {
        Caller::Anonymous => Verdict::Anonymous,
        Caller::Management => Verdict::Denied,
        _ if grants.open || own => Verdict::Denied,
        _ if may_know(caller, known) => Verdict::Denied,
        Caller::Application(_) | Caller::Person(_) => Verdict::Hidden,
    }
}

/// Whether `caller` knows of a dataset that is neither open nor its agency's own, of which that was granted something
/// or not.
fn may_know(caller: &Caller, granted: bool) -> bool {
    let mut looks = extents(caller, Action::Look, Resource::Catalog);
    looks.any(|extent| extent == Extent::All || (granted && extent == Extent::Granted))
}

impl Grants {
    /// The rights that `opd` has on the day `today`, for showing them.
    pub fn rights_of(&self, caller: &Caller, today: Date) -> Vec<Right> {
        let allowed = |right| matches!(decide(caller, self, right, today), Verdict::Allowed { .. });
        [Right::Push, Right::Pull]
            .into_iter()
            .filter(|right| allowed(*right))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::access::{Application, Person, Role};

    fn application(opd: &str) -> Caller {
        Caller::Application(Arc::new(Application {
            id: 1,
            name: "a".into(),
            opd: opd.parse().unwrap(),
            scope: None,
        }))
    }

    fn person(opd: &str, role: Role) -> Caller {
        Caller::Person(Arc::new(Person {
            id: 1,
            name: "siti".parse().unwrap(),
            full_name: "Siti".into(),
            opd: Some(opd.parse().unwrap()),
            roles: vec![role],
        }))
    }

    fn grants(open: bool) -> Grants {
        let given = Given {
            rights: vec![Right::Pull],
            fields: Some(vec!["/nip".parse().unwrap()]),
            until: Some("2026-12-31".parse().unwrap()),
        };
        Grants {
            owner: "bkd".parse().unwrap(),
            open,
            given: [("bappeda".parse().unwrap(), given)].into(),
        }
    }

    #[test]
    fn what_no_rule_allows_is_denied() {
        let (today, later) = ("2026-12-31".parse().unwrap(), "2027-01-01".parse().unwrap());
        let all = Verdict::Allowed { fields: None };
        let some = Verdict::Allowed {
            fields: Some(vec!["/nip".parse().unwrap()]),
        };
        let closed = grants(false);
        let open = grants(true);
        let cases = [
            (application("bkd"), &closed, Right::Push, today, all.clone()),
            (application("bkd"), &closed, Right::Pull, later, all.clone()),
            (application("bappeda"), &closed, Right::Pull, today, some.clone()),
            (
                application("bappeda"),
                &closed,
                Right::Push,
                today,
                Verdict::Denied,
            ),
            (
                application("bappeda"),
                &closed,
                Right::Pull,
                later,
                Verdict::Hidden,
            ),
            (
                application("dinkes"),
                &closed,
                Right::Pull,
                today,
                Verdict::Hidden,
            ),
            (application("dinkes"), &open, Right::Pull, today, all.clone()),
            (application("bappeda"), &open, Right::Pull, today, some.clone()),
            (application("dinkes"), &open, Right::Push, today, Verdict::Denied),
            (Caller::Anonymous, &open, Right::Pull, today, all),
            (Caller::Anonymous, &open, Right::Push, today, Verdict::Anonymous),
            (Caller::Anonymous, &closed, Right::Pull, today, Verdict::Anonymous),
            (Caller::Management, &closed, Right::Pull, today, Verdict::Denied),
        ];
        for (caller, grants, right, today, expected) in cases {
            assert_eq!(
                decide(&caller, grants, right, today),
                expected,
                "{caller:?} {right:?} {today}"
            );
        }
    }

    #[test]
    fn a_person_sends_and_pulls_what_is_their_agencys_own_and_pulls_what_it_was_granted_and_what_is_open() {
        let today = "2026-12-31".parse().unwrap();
        let some = Verdict::Allowed {
            fields: Some(vec!["/nip".parse().unwrap()]),
        };
        let (closed, open, all) = (grants(false), grants(true), Verdict::Allowed { fields: None });
        let cases = [
            ("bkd", Role::Opd, &closed, Right::Pull, all.clone()),
            ("bkd", Role::Opd, &closed, Right::Push, all.clone()),
            ("bkd", Role::Opd, &closed, Right::Live, Verdict::Denied),
            ("dinkes", Role::Opd, &open, Right::Push, Verdict::Denied),
            ("bkd", Role::TechnicalTeam, &closed, Right::Push, Verdict::Denied),
            ("bappeda", Role::Opd, &closed, Right::Pull, some.clone()),
            ("bappeda", Role::Opd, &open, Right::Pull, some),
            ("bappeda", Role::Opd, &closed, Right::Push, Verdict::Denied),
            ("bappeda", Role::Opd, &closed, Right::Live, Verdict::Denied),
            ("dinkes", Role::Opd, &closed, Right::Pull, Verdict::Hidden),
            ("dinkes", Role::Opd, &open, Right::Pull, all),
            ("dinkes", Role::Auditor, &closed, Right::Pull, Verdict::Denied),
            ("bkd", Role::Operator, &closed, Right::Pull, Verdict::Denied),
        ];
        for (opd, role, grants, right, expected) in cases {
            let verdict = decide(&person(opd, role), grants, right, today);
            assert_eq!(verdict, expected, "{opd} {role} {right:?}");
        }
    }
}
