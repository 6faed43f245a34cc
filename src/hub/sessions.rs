//! Signing in and out, and who stands behind a session.
//!
//! A session is looked up in the database for each request that shows one, so that what ends it holds
//! on every hub at once. Invariant: an unknown name, a wrong password and a deactivated account take as
//! long and are told the same.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use super::people::{may_be_chosen, roles_on};
use super::{Actor, Hub, random};
use crate::access::{Caller, Patience, Person, PersonName, SessionToken, StoredPassword, Throttle};
use crate::audit::Action;
use crate::error::{Credentials, Error, Forbidden, Result, Unknown};
use crate::store::people::PersonRow;
use crate::store::sessions::{Ends, SessionRow};
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// After how long the use of a session is written down again, in milliseconds.
const TOUCH: i64 = 60_000;
/// The longest name that failures are counted by, in characters.
const MAX_NAME: usize = 100;

/// What a name may be guessed at: some hundred times a day.
const ACCOUNT: Patience = Patience {
    free: 5,
    forgives: 900_000,
    longest: 900_000,
};
/// What may come from one address, behind which a whole office may stand.
const ADDRESS: Patience = Patience {
    free: 20,
    forgives: 30_000,
    longest: 60_000,
};

/// Who failed to sign in, and how often.
pub(super) struct SignIns {
    accounts: Mutex<Throttle<String>>,
    addresses: Mutex<Throttle<IpAddr>>,
}

impl Default for SignIns {
    fn default() -> Self {
        SignIns {
            accounts: Mutex::new(Throttle::new(ACCOUNT)),
            addresses: Mutex::new(Throttle::new(ADDRESS)),
        }
    }
}

/// Somebody who wants to sign in.
#[derive(Debug)]
pub struct SignIn {
    /// The name, as it was sent.
    pub name: String,
    /// The password, as it was sent.
    pub password: String,
    /// From where.
    pub address: IpAddr,
    /// The session that the browser had before, which ends.
    pub before: Option<SessionToken>,
}

/// A session as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// From which address it was begun.
    pub address: String,
}

impl SignIns {
    /// Counts an attempt.
    ///
    /// # Errors
    /// Throttled when the name or the address failed too often.
    fn begin(&self, name: &str, address: IpAddr, now: Timestamp) -> Result<()> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let (name, address) = (name.to_owned(), network(address));
        let wait = accounts.wait(&name, now).max(addresses.wait(&address, now));
        if wait > 0 {
            return Err(Error::Throttled(wait));
        }
        accounts.count(&name, now);
        addresses.count(&address, now);
        Ok(())
    }

    /// The attempt succeeded: the name begins anew, the address gets back what it was charged.
    fn succeeded(&self, name: &str, address: IpAddr) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.forget(&name.to_owned());
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.take_back(&network(address));
    }
}

impl Hub {
    /// Signs somebody in and gives the token of a new session.
    ///
    /// # Errors
    /// Unauthenticated when name and password don't belong together; throttled after too many failures.
    pub async fn sign_in(self: &Arc<Self>, sign_in: SignIn) -> Result<(SessionToken, Arc<Person>)> {
        let SignIn {
            name,
            password,
            address,
            before,
        } = sign_in;
        let name: String = name.trim().to_lowercase().chars().take(MAX_NAME).collect();
        self.sign_ins.begin(&name, address, self.clock.now())?;
        let wanted = name.clone();
        let found = self
            .blocking(move |hub| {
                hub.store
                    .read(|connection| store::people::find(connection, &wanted))
            })
            .await?;
        let may = found.as_ref().is_some_and(may_sign_in);
        let hash = found.as_ref().map_or_else(StoredPassword::of_nobody, |row| {
            StoredPassword::from_stored(row.password.clone())
        });
        let right = self.matches(hash, password).await?;
        let begun = self
            .blocking(move |hub| match found.filter(|_| right && may) {
                Some(row) => hub.begin_session(&row, address, before.as_ref()),
                None => hub.refuse_sign_in(address),
            })
            .await?;
        self.sign_ins.succeeded(&name, address);
        Ok(begun)
    }

    fn begin_session(
        &self,
        row: &PersonRow,
        address: IpAddr,
        before: Option<&SessionToken>,
    ) -> Result<(SessionToken, Arc<Person>)> {
        let (token, now) = (SessionToken::from_random(random()?), self.clock.now());
        self.store.write(|connection| {
            if !store::people::confirm(connection, row.id, &row.password)? {
                return Err(Error::Unauthenticated(Credentials::SignIn));
            }
            if let Some(before) = before {
                store::sessions::delete(connection, &before.hash())?;
            }
            store::sessions::insert(connection, &token.hash(), row.id, &address.to_string(), now)?;
            let person = Arc::new(self.person_of(connection, row)?);
            let actor = Actor::person(&person.name);
            self.noted(connection, &actor, "session.begin", address.to_string())?;
            Ok((token, person))
        })
    }

    /// Writes a refusal down. The name is not kept: people type passwords into the wrong field.
    fn refuse_sign_in<T>(&self, address: IpAddr) -> Result<T> {
        let nobody = Actor("anonymous".into());
        self.store
            .write(|connection| self.noted(connection, &nobody, "session.refuse", address.to_string()))?;
        Err(Error::Unauthenticated(Credentials::SignIn))
    }

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

    /// Ends a session.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sign_out(&self, caller: &Caller, token: &SessionToken) -> Result<()> {
        self.store.write(|connection| {
            if store::sessions::delete(connection, &token.hash())? {
                let actor = Actor::of(caller);
                self.noted(connection, &actor, "session.end", actor.0.clone())?;
            }
            Ok(())
        })
    }

    /// Gives somebody who signed in another password; ends their other sessions.
    ///
    /// # Errors
    /// Forbidden when `current` is not the password; malformed when the new one may not be chosen.
    pub async fn change_password(
        self: &Arc<Self>,
        person: &Arc<Person>,
        (current, new): (String, String),
        keep: SessionToken,
        address: IpAddr,
    ) -> Result<()> {
        may_be_chosen(&person.name, &new)?;
        let name = person.name.as_str().to_owned();
        self.sign_ins.begin(&name, address, self.clock.now())?;
        let id = person.id;
        let row = self
            .blocking(move |hub| hub.store.read(|connection| store::people::get(connection, id)))
            .await?
            .ok_or_else(|| Error::Unknown(Unknown::Person(name.clone())))?;
        let wrong = || Error::Forbidden(Forbidden::WrongPassword);
        let stands = StoredPassword::from_stored(row.password.clone());
        if !self.matches(stands, current).await? {
            return Err(wrong());
        }
        self.sign_ins.succeeded(&name, address);
        let hash = self.hashed(new).await?;
        let actor = Actor::person(&person.name);
        self.blocking(move |hub| {
            hub.store.write(|connection| {
                if !store::people::set_password(connection, row.id, hash.as_str(), Some(&row.password))? {
                    return Err(wrong());
                }
                store::sessions::delete_of(connection, row.id, Some(&keep.hash()))?;
                hub.noted(connection, &actor, "session.password", row.name.clone())
            })
        })
        .await
    }

    /// The sessions of a person that have not ended, newest first.
    ///
    /// # Errors
    /// Unknown where nobody signs in by this name.
    pub fn sessions_of(&self, name: &PersonName) -> Result<Vec<SessionView>> {
        let ends = self.ends();
        let rows = self.store.read(|connection| {
            let row = store::people::find(connection, name.as_str())?;
            let row = row.ok_or_else(|| Error::Unknown(Unknown::Person(name.to_string())))?;
            store::sessions::of(connection, row.id, ends)
        })?;
        let view = |row: SessionRow| SessionView {
            created_at: Timestamp(row.created_at),
            seen_at: Timestamp(row.seen_at),
            ends_at: Timestamp(row.created_at + self.longest()),
            address: row.address,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Ends all sessions of a person and tells how many there were.
    ///
    /// # Errors
    /// Unknown where nobody signs in by this name.
    pub fn end_sessions(&self, actor: &Actor, name: &PersonName) -> Result<usize> {
        self.store.write(|connection| {
            let row = store::people::find(connection, name.as_str())?;
            let row = row.ok_or_else(|| Error::Unknown(Unknown::Person(name.to_string())))?;
            let ended = store::sessions::delete_of(connection, row.id, None)?;
            self.noted(connection, actor, "person.sessions.end", name.to_string())?;
            Ok(ended)
        })
    }

    /// Deletes sessions that ended by themselves, and tells how many there were.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_sessions(&self) -> Result<usize> {
        let ends = self.ends();
        self.store
            .write(|connection| store::sessions::forget(connection, ends))
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
            roles: roles_on(&assignments, self.clock.now().date_in_province())?,
        })
    }

    fn goes_on(&self, session: &SessionRow, now: Timestamp) -> bool {
        now.0 - session.created_at < self.longest() && now.0 - session.seen_at < self.idle()
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
    ) -> Result<()> {
        let action = Action {
            actor: actor.0.as_str().into(),
            name,
            target,
            before: None,
            after: None,
        };
        store::audit::insert(connection, &action, self.clock.now())
    }
}

/// Whether a person, and the agency they belong to, is active.
fn may_sign_in(row: &PersonRow) -> bool {
    row.active && row.opd_active.unwrap_or(true)
}

/// The network that is counted as one: whoever has an IPv6 address has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        four => four,
    }
}
