//! The decision: may this caller do this with that dataset?
//!
//! Everybody who answers a request asks [`decide`]; nobody decides beside it.

use std::collections::HashMap;

use jiff::civil::Date;

use super::Caller;
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
    let open = grants.open && right == Right::Pull;
    let opd = match caller {
        Caller::Application(application) => &application.opd,
        Caller::Anonymous if open => return Verdict::Allowed { fields: None },
        Caller::Anonymous => return Verdict::Anonymous,
        Caller::Management => return Verdict::Denied,
    };
    if *opd == grants.owner {
        return Verdict::Allowed { fields: None };
    }
    let given = grants
        .given
        .get(opd)
        .filter(|given| given.until.is_none_or(|until| today <= until));
    match given {
        // A grant that names fields holds for its agency even where the dataset is open.
        Some(given) if given.rights.contains(&right) => Verdict::Allowed {
            fields: given.fields.clone(),
        },
        _ if open => Verdict::Allowed { fields: None },
        Some(_) => Verdict::Denied,
        None if grants.open => Verdict::Denied,
        None => Verdict::Hidden,
    }
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
    use crate::access::Application;

    fn application(opd: &str) -> Caller {
        Caller::Application(Arc::new(Application {
            id: 1,
            name: "a".into(),
            opd: opd.parse().unwrap(),
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
}
