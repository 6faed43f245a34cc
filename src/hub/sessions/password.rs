//! Another password, for somebody who signed in.
//!
//! Invariant: it is given only while the session that asks for it goes on and the password that was
//! verified still stands.

use std::net::IpAddr;
use std::sync::Arc;

use super::super::people::may_be_chosen;
use super::super::{Actor, Hub};
use crate::access::{Person, SessionToken, StoredPassword};
use crate::error::{Credentials, Error, Forbidden, Result};
use crate::store;

impl Hub {
    /// Gives somebody who signed in another password; ends their other sessions.
    ///
    /// # Errors
    /// Forbidden when `current` is not the password; malformed when the new one may not be chosen;
    /// unauthenticated when the session ended meanwhile.
    pub async fn change_password(
        self: &Arc<Self>,
        person: &Arc<Person>,
        (current, new): (String, String),
        keep: SessionToken,
        address: IpAddr,
    ) -> Result<()> {
        may_be_chosen(&person.name, &new)?;
        let name = person.name.as_str();
        self.sign_ins.begin(name, address, self.clock.now())?;
        let verified = match self.verified(person.id, current).await {
            Ok(verified) => verified,
            Err(error) => {
                self.sign_ins.take_back(name, address);
                return Err(error);
            }
        };
        let verified = verified.ok_or(Error::Forbidden(Forbidden::WrongPassword))?;
        self.sign_ins.succeeded(name, address);
        let new = self.hashed(new).await?;
        let (id, actor) = (person.id, Actor::person(&person.name));
        self.blocking(move |hub| hub.exchange_password(id, &actor, (&verified, &new), &keep))
            .await
    }

    /// What is stored of a person's password, if it is `current`.
    async fn verified(self: &Arc<Self>, id: i64, current: String) -> Result<Option<StoredPassword>> {
        let row = self
            .blocking(move |hub| hub.store.read(|connection| store::people::get(connection, id)))
            .await?;
        let stands = row.map_or_else(StoredPassword::of_nobody, |row| {
            StoredPassword::from_stored(row.password)
        });
        let right = self.matches(stands.clone(), current).await?;
        Ok(right.then_some(stands))
    }

    fn exchange_password(
        &self,
        id: i64,
        actor: &Actor,
        (verified, new): (&StoredPassword, &StoredPassword),
        keep: &SessionToken,
    ) -> Result<()> {
        let keep = keep.hash();
        self.store.write(|connection| {
            let row = store::people::lock(connection, id)?;
            let session = store::sessions::find(connection, &keep)?;
            let (Some(row), Some(_)) = (row, session) else {
                return Err(Error::Unauthenticated(Credentials::Missing));
            };
            if row.password != verified.as_str() {
                return Err(Error::Forbidden(Forbidden::WrongPassword));
            }
            store::people::set_password(connection, id, new.as_str())?;
            store::sessions::delete_of(connection, id, Some(&keep))?;
            self.noted(connection, actor, "session.password", row.name, None)
        })
    }
}
