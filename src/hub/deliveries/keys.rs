//! The secrets that messages are signed with: one for each subscription, two while they are exchanged.
//!
//! Invariant: a secret is shown when it is made, and never again.

use crate::connector::delivery::SECRET_BYTES;
use crate::error::{Error, Result};
use crate::hub::{Hub, random};
use crate::store::{self, DbConnection};
use crate::types::{SecretBytes, Timestamp};

/// What a subscription's messages are signed with.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    current: SecretBytes,
    /// The one before, and until when it is used.
    older: Option<(SecretBytes, Timestamp)>,
}

impl Keys {
    /// The secrets that sign at `now`, the newest first.
    pub(super) fn at(&self, now: Timestamp) -> impl Iterator<Item = &SecretBytes> {
        let older = self.older.as_ref().filter(|(_, until)| now < *until);
        std::iter::once(&self.current).chain(older.map(|(secret, _)| secret))
    }
}

impl Hub {
    /// Gives a subscription a new secret; the one it had, if any, goes on beside it where `keep` says so.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn new_signing_secret(
        &self,
        connection: &mut DbConnection,
        subscription: i64,
        keep: bool,
    ) -> Result<SecretBytes> {
        let (name, older) = names(subscription);
        let now = self.clock.now();
        store::secrets::lock(connection)?;
        match self.secrets.find(connection, &name)?.filter(|_| keep) {
            Some(before) => self.secrets.put(connection, &older, &before, now)?,
            None => store::secrets::delete(connection, &older)?,
        }
        let secret = SecretBytes::new(random::<SECRET_BYTES>()?.to_vec());
        self.secrets.put(connection, &name, &secret, now)?;
        Ok(secret)
    }

    /// What a subscription's messages are signed with; the secret before is used until `older_until`.
    ///
    /// # Errors
    /// When the database fails or a secret can't be opened.
    pub(super) fn signing_keys(&self, subscription: i64, older_until: Option<Timestamp>) -> Result<Keys> {
        let (name, older) = names(subscription);
        self.store.read(|connection| {
            let current = self.secrets.find(connection, &name)?;
            let older = match older_until {
                Some(until) => self.secrets.find(connection, &older)?.zip(Some(until)),
                None => None,
            };
            Ok(Keys {
                current: current
                    .ok_or_else(|| Error::Internal(format!("subscription {subscription} has no secret")))?,
                older,
            })
        })
    }

    /// Forgets the secrets of a subscription.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn forget_signing_secrets(
        &self,
        connection: &mut DbConnection,
        subscription: i64,
    ) -> Result<()> {
        let (name, older) = names(subscription);
        store::secrets::lock(connection)?;
        store::secrets::delete(connection, &name)?;
        store::secrets::delete(connection, &older)
    }
}

fn names(subscription: i64) -> (String, String) {
    (
        format!("subscription/{subscription}"),
        format!("subscription/{subscription}/older"),
    )
}
