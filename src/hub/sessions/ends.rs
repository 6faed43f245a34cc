//! The sessions of a person: which there are, and an end to one or all of them.
//!
//! Invariant: a session is named by its public id, never by its token.

use serde::Serialize;
use serde_json::json;

use super::super::people::{find_person, locked};
use super::super::{Actor, Hub};
use crate::access::{Caller, KeyHash, Person, PersonName, SessionId, SessionToken};
use crate::error::{Error, Result, Unknown};
use crate::store::sessions::SessionRow;
use crate::store::{self, DbConnection};
use crate::types::Timestamp;

/// A session as it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// By what it is named.
    pub id: SessionId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
    /// From which address it was begun.
    pub address: String,
}

impl Hub {
    /// The sessions of a person that have not ended, newest first.
    ///
    /// # Errors
    /// Unknown where nobody signs in by this name.
    pub fn sessions_of(&self, name: &PersonName) -> Result<Vec<SessionView>> {
        self.store.read(|connection| {
            let row = find_person(connection, name)?;
            self.going_on(connection, row.id)
        })
    }

    /// The sessions of somebody who signed in, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn own_sessions(&self, person: &Person) -> Result<Vec<SessionView>> {
        self.store.read(|connection| self.going_on(connection, person.id))
    }

    /// Ends a session of a person.
    ///
    /// # Errors
    /// Unknown where nobody signs in by this name, or no such session of theirs goes on.
    pub fn end_session(&self, actor: &Actor, name: &PersonName, id: &SessionId) -> Result<()> {
        self.store.write(|connection| {
            let row = find_person(connection, name)?;
            let ended = self.end(connection, row.id, id)?;
            let before = Some(json!({"sessions": [ended]}).to_string());
            self.noted(connection, actor, "person.sessions.end", name.to_string(), before)
        })
    }

    /// Ends all sessions of a person and tells how many there were.
    ///
    /// # Errors
    /// Unknown where nobody signs in by this name.
    pub fn end_sessions(&self, actor: &Actor, name: &PersonName) -> Result<usize> {
        self.store.write(|connection| {
            let row = locked(connection, name)?;
            let ended = self.going_on(connection, row.id)?;
            store::sessions::delete_of(connection, row.id, None)?;
            let before = Some(json!({"sessions": ended}).to_string());
            self.noted(connection, actor, "person.sessions.end", name.to_string(), before)?;
            Ok(ended.len())
        })
    }

    /// Ends one's own session, this one or another.
    ///
    /// # Errors
    /// Unknown where no such session of theirs goes on.
    pub fn end_own_session(&self, person: &Person, id: &SessionId) -> Result<()> {
        self.store.write(|connection| {
            let ended = self.end(connection, person.id, id)?;
            let actor = Actor::person(&person.name);
            let before = Some(json!(ended).to_string());
            self.noted(connection, &actor, "session.end", actor.0.clone(), before)
        })
    }

    /// Ends the session with this token.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sign_out(&self, caller: &Caller, token: &SessionToken) -> Result<()> {
        self.store.write(|connection| {
            let found = store::sessions::find(connection, &token.hash())?;
            let found = found.map(|row| self.shown(row)).transpose()?;
            if store::sessions::delete(connection, &token.hash())? {
                let actor = Actor::of(caller);
                let before = Some(json!(found).to_string());
                self.noted(connection, &actor, "session.end", actor.0.clone(), before)?;
            }
            Ok(())
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

    /// Ends one session of a person within a transaction.
    fn end(&self, connection: &mut DbConnection, person: i64, id: &SessionId) -> Result<SessionView> {
        let unknown = || Error::Unknown(Unknown::Session(id.to_string()));
        for row in store::sessions::of(connection, person, self.ends())? {
            let hash = hash_of(&row)?;
            if SessionId::of(&hash) == *id {
                // Somebody else may have ended it meanwhile.
                let ended = store::sessions::delete(connection, &hash)?;
                return ended.then(|| self.shown(row)).ok_or_else(unknown)?;
            }
        }
        Err(unknown())
    }

    fn going_on(&self, connection: &mut DbConnection, person: i64) -> Result<Vec<SessionView>> {
        let rows = store::sessions::of(connection, person, self.ends())?;
        rows.into_iter().map(|row| self.shown(row)).collect()
    }

    fn shown(&self, row: SessionRow) -> Result<SessionView> {
        Ok(SessionView {
            id: SessionId::of(&hash_of(&row)?),
            created_at: Timestamp(row.created_at),
            seen_at: Timestamp(row.seen_at),
            ends_at: Timestamp(row.created_at + self.longest()),
            address: row.address,
        })
    }
}

fn hash_of(row: &SessionRow) -> Result<KeyHash> {
    KeyHash::from_bytes(&row.hash).ok_or_else(|| Error::Internal("a session's hash can't be read".into()))
}
