//! The last pushes of an agency.
//!
//! Invariant: a call that is logged in parts is shown once, with all of what it stored and all that was refused.

use crate::access::rules::Reach;
use crate::audit::{ExchangeId, SENDING};
use crate::error::{Error, Forbidden, Result};
use crate::hub::Hub;
use crate::store;
use crate::store::exchanges::Sent;
use crate::types::{OpdCode, Timestamp};

use super::counted;

/// How many are shown.
const SHOWN: usize = 20;

/// A call by which an agency sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentPush {
    /// Its identity, by which its rejections are found.
    pub exchange: String,
    /// When it came in.
    pub at: Timestamp,
    /// What was asked: `push`, `delete`, `undo` or `scheduled-pull`.
    pub action: String,
    /// The dataset's address; that of a sandbox begins with `sandbox/`.
    pub dataset: Option<String>,
    /// The application's name.
    pub application: Option<String>,
    /// The name of the person.
    pub person: Option<String>,
    /// What came of it: `ok`, or the code of a problem.
    pub outcome: String,
    /// Records that stand, the unchanged ones too.
    pub stored: u64,
    /// Records that were refused.
    pub rejected: u64,
    /// Bytes of payload.
    pub bytes: u64,
}

impl Hub {
    /// The last twenty calls by which an agency sent, newest first.
    ///
    /// # Errors
    /// Forbidden for another agency.
    pub fn recent_pushes(&self, reach: &Reach, opd: &OpdCode) -> Result<Vec<RecentPush>> {
        if !reach.covers(opd.as_str()) {
            return Err(Error::Forbidden(Forbidden::OtherOpd));
        }
        let catalog = self.catalog();
        let address = |number: i64| {
            let all = catalog.datasets();
            let found = all.into_iter().find(|dataset| dataset.number == number);
            found.map(|dataset| dataset.address.to_string())
        };
        let limit = i64::try_from(SHOWN).unwrap_or(i64::MAX);
        self.store.read_at_once(|connection| {
            let known = store::day_totals::figures::sent_by(connection, opd.as_str(), &SENDING, limit)?;
            let known: Vec<_> = known
                .into_iter()
                .filter_map(|(number, action, at)| Some((address(number)?, action, Timestamp(at))))
                .collect();
            let calls = store::exchanges::sent_lately(connection, opd.as_str(), &known, SHOWN)?;
            let numbers = |of: fn(&Sent) -> Option<i64>| calls.iter().filter_map(of).collect::<Vec<i64>>();
            let applications =
                store::exchanges::application_names(connection, &numbers(|call| call.application_id))?;
            let people = store::exchanges::person_names(connection, &numbers(|call| call.person_id))?;
            let shown = |call: Sent| {
                Some(RecentPush {
                    exchange: ExchangeId::from_bytes(&call.id)?.to_string(),
                    at: Timestamp(call.at),
                    action: call.action,
                    dataset: call.dataset,
                    application: call.application_id.and_then(|id| applications.get(&id).cloned()),
                    person: call.person_id.and_then(|id| people.get(&id).cloned()),
                    outcome: call.outcome,
                    stored: counted(call.records),
                    rejected: counted(call.rejected),
                    bytes: counted(call.bytes),
                })
            };
            Ok(calls.into_iter().filter_map(shown).collect())
        })
    }
}
