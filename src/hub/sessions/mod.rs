//! Who stands behind a session.
//!
//! `sign_in` is how one begins, `password` how its holder gets another password, `ends` how it is listed and
//! ended. A session is looked up in the database for each request that shows one, so that what ends it
//! holds on every hub at once. Invariant: who may not sign in has no session.

mod ends;
mod password;
mod sign_in;

use std::sync::Arc;

pub use ends::SessionView;
pub use sign_in::SignIn;
pub(super) use sign_in::SignIns;

use super::people::roles_on;
use super::{Actor, Hub};
use crate::access::{Person, SessionToken};
use crate::audit::Action;
use crate::error::{Error, Result};
use crate::store::people::PersonRow;
use crate::store::sessions::{Ends, SessionRow};
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// After how long the use of a session is written down again, in milliseconds.
const TOUCH: i64 = 60_000;

impl Hub {
    /// Who stands behind a session; nobody when it has ended.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn signed_in(self: &Arc<Self>, token: SessionToken) -> Result<Option<Arc<Person>>> {
        self.blocking(move |hub| {
            let (hash, now) = (token.hash(), hub.clock.now());
            let found = hub.store.read(|connection| {
                let Some(session) = store::sessions::find(connection, &hash)? else {
                    return Ok(None);
                };
                let row = store::people::get(connection, session.person_id)?;
                let row = row.filter(|row| hub.goes_on(&session, now) && may_sign_in(row));
                let person = row.map(|row| hub.person_of(connection, &row)).transpose()?;
                Ok(person.map(|person| (person, session)))
            })?;
            let Some((person, session)) = found else {
                return Ok(None);
            };
            if now.0 - session.seen_at >= TOUCH {
                hub.store
                    .write(|connection| store::sessions::touch(connection, &hash, now))?;
            }
            Ok(Some(Arc::new(person)))
        })
        .await
    }

    /// A person as a caller, with the roles that hold today.
    fn person_of(&self, connection: &mut DbConnection, row: &PersonRow) -> Result<Person> {
        let assignments = store::assignments::of(connection, row.id)?;
        let opd = row.opd.as_deref().map(str::parse).transpose();
        Ok(Person {
            id: row.id,
            name: row.name.parse().map_err(Error::Internal)?,
            full_name: row.full_name.clone(),
            opd: opd.map_err(|_| Error::Internal("an agency's code in the database can't be read".into()))?,
            roles: roles_on(&assignments, self.today())?,
        })
    }

    fn goes_on(&self, session: &SessionRow, now: Timestamp) -> bool {
        // Whoever signed in while the clock was ahead would stay for as long as it was.
        !Timestamp(session.created_at).is_to_come(now)
            && now.0 - session.created_at < self.longest()
            && now.0 - session.seen_at < self.idle()
    }

    fn ends(&self) -> Ends {
        let now = self.clock.now().0;
        Ends {
            created: Timestamp(now - self.longest()),
            seen: Timestamp(now - self.idle()),
        }
    }

    /// How long a session lasts in any case, in milliseconds.
    fn longest(&self) -> i64 {
        i64::from(self.config.access.session_hours) * 3_600_000
    }

    /// How long it lasts without being used, in milliseconds.
    fn idle(&self) -> i64 {
        i64::from(self.config.access.session_idle_minutes) * 60_000
    }

    /// Writes down what no other hub must notice; part of the transaction that does it.
    fn noted(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        name: &'static str,
        target: String,
        before: Option<String>,
    ) -> Result<()> {
        let action = Action {
            actor: actor.0.as_str().into(),
            name,
            target,
            before,
            after: None,
        };
        store::audit::insert(connection, &action, self.clock.now())
    }
}

/// Whether a person, and the agency they belong to, is active.
pub(super) fn may_sign_in(row: &PersonRow) -> bool {
    row.active && row.opd_active.unwrap_or(true)
}
