//! What an agency's people see of their own: requests, pushes, what they get and who gets theirs.

use super::some;
use crate::access::rules::Reach;
use crate::error::Result;
use crate::hub::{Given, Hub, RecentPush, RegisterEntry, RegisterQuery};
use crate::integration::file::State;
use crate::types::OpdCode;

/// How many rows of each list stand on the page.
const SOME: usize = 8;

/// See the module.
pub(super) struct Own {
    /// Integrations that go on in which it takes part.
    pub(super) running: Vec<RegisterEntry>,
    /// What its applications sent last.
    pub(super) pushes: Vec<RecentPush>,
    /// What it gets.
    pub(super) gets: Vec<Given>,
    /// Who gets what it owns.
    pub(super) gives: Vec<Given>,
}

impl Own {
    /// As the hub sees it now.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn of(hub: &Hub, opd: &OpdCode) -> Result<Self> {
        let reach = Reach::Own(opd.clone());
        let going_on = RegisterQuery {
            state: Some(State::Running),
            ..RegisterQuery::default()
        };
        let mut own = Own {
            running: hub.integrations(&reach, &going_on, &some())?.items,
            pushes: hub.recent_pushes(&reach, opd)?,
            gets: hub.given_to(&reach, opd)?,
            gives: hub.given_by(&reach, opd)?,
        };
        own.pushes.truncate(SOME);
        Ok(own)
    }
}
