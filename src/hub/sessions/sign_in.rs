//! Signing in, and how often one may try.
//!
//! Invariants: an unknown name, a wrong password and a deactivated account take as long and are told the
//! same; a session begins only while the password that was verified still stands.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::{Actor, Hub, random};
use super::may_sign_in;
use crate::access::{Patience, Person, SessionToken, StoredPassword, Throttle};
use crate::error::{Credentials, Error, Result};
use crate::store;
use crate::store::people::PersonRow;
use crate::types::Timestamp;

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
pub(in crate::hub) struct SignIns {
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

impl SignIns {
    /// Counts an attempt.
    ///
    /// # Errors
    /// Throttled when the name or the address failed too often.
    pub(super) fn begin(&self, name: &str, address: IpAddr, now: Timestamp) -> Result<()> {
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
    pub(super) fn succeeded(&self, name: &str, address: IpAddr) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.forget(&name.to_owned());
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        addresses.take_back(&network(address));
    }

    /// The attempt was no guess, because nobody was told whether it was right: both get back what they
    /// were charged.
    pub(super) fn take_back(&self, name: &str, address: IpAddr) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.take_back(&name.to_owned());
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
        let name: String = sign_in.name.trim().to_lowercase();
        let name: String = name.chars().take(MAX_NAME).collect();
        let address = sign_in.address;
        self.sign_ins.begin(&name, address, self.clock.now())?;
        let begun = self.try_to_sign_in(name.clone(), sign_in).await;
        match &begun {
            Ok(_) => self.sign_ins.succeeded(&name, address),
            Err(Error::Unauthenticated(_)) => (),
            Err(_) => self.sign_ins.take_back(&name, address),
        }
        begun
    }

    async fn try_to_sign_in(
        self: &Arc<Self>,
        name: String,
        sign_in: SignIn,
    ) -> Result<(SessionToken, Arc<Person>)> {
        let found = self
            .blocking(move |hub| {
                hub.store
                    .read(|connection| store::people::find(connection, &name))
            })
            .await?;
        let may = found.as_ref().is_some_and(may_sign_in);
        let hash = found.as_ref().map_or_else(StoredPassword::of_nobody, |row| {
            StoredPassword::from_stored(row.password.clone())
        });
        let right = self.matches(hash, sign_in.password).await?;
        let (address, before) = (sign_in.address, sign_in.before);
        self.blocking(move |hub| match found.filter(|_| right && may) {
            Some(row) => hub.begin_session(&row, address, before.as_ref()),
            None => hub.refuse_sign_in(address),
        })
        .await
    }

    /// Begins a session of somebody whose password was verified; it may have changed since.
    fn begin_session(
        &self,
        verified: &PersonRow,
        address: IpAddr,
        before: Option<&SessionToken>,
    ) -> Result<(SessionToken, Arc<Person>)> {
        let (token, now) = (SessionToken::from_random(random()?), self.clock.now());
        let begun = self.store.write(|connection| {
            let row = store::people::lock(connection, verified.id)?;
            let row = row.filter(|row| may_sign_in(row) && row.password == verified.password);
            let Some(row) = row else { return Ok(None) };
            if let Some(before) = before {
                store::sessions::delete(connection, &before.hash())?;
            }
            store::sessions::insert(connection, &token.hash(), row.id, &address.to_string(), now)?;
            let person = Arc::new(self.person_of(connection, &row)?);
            let actor = Actor::person(&person.name);
            self.noted(connection, &actor, "session.begin", address.to_string(), None)?;
            Ok(Some(person))
        })?;
        match begun {
            Some(person) => Ok((token, person)),
            None => self.refuse_sign_in(address),
        }
    }

    /// Writes a refusal down. The name is not kept: people type passwords into the wrong field.
    fn refuse_sign_in<T>(&self, address: IpAddr) -> Result<T> {
        let nobody = Actor("anonymous".into());
        let target = address.to_string();
        self.store
            .write(|connection| self.noted(connection, &nobody, "session.refuse", target, None))?;
        Err(Error::Unauthenticated(Credentials::SignIn))
    }
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
