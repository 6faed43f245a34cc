//! Secrets of the hub: signing keys, and credentials of other systems. They are kept encrypted.
//!
//! Not here: keys of applications and passwords, of which only hashes are kept. Invariant: a secret is
//! written under the newest key alone, and none while there is one that this hub can't open: then another
//! hub works with a newer key.

use super::{Actor, Hub, random};
use crate::access::Sealed;
use crate::config::{SecretsConfig, make_key_file, read_key_file};
use crate::error::{Error, Result, Unavailable};
use crate::store::{self, DbConnection, Store};
use crate::types::{MasterKey, SecretBytes, Timestamp};

/// The name of the secret behind the cursors of lists.
const CURSOR_KEY: &str = "cursor_key";

/// The keys that this hub was given.
pub(super) struct Secrets {
    key: MasterKey,
    old: Option<MasterKey>,
}

/// What a change of the master key did.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The key that opens everything now.
    pub key_id: String,
    /// How many secrets were encrypted anew.
    pub rotated: usize,
}

impl Secrets {
    /// The keys of the settings; for SQLite without any, the one in the file beside the database, which
    /// is made where nothing is encrypted yet.
    ///
    /// # Errors
    /// When the database holds secrets under other keys.
    pub(super) fn open(store: &Store, config: &SecretsConfig) -> Result<Self> {
        let needed = store.read(store::secrets::key_ids)?;
        let key = match &config.key {
            Some(key) => key.clone(),
            None => key_beside(config, needed.is_empty())?,
        };
        let secrets = Secrets {
            key,
            old: config.old.clone(),
        };
        secrets.must_know(&needed)?;
        Ok(secrets)
    }

    /// The secret behind the cursors of lists; that of a database from before secrets were encrypted is
    /// taken over.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn cursor_key(&self, store: &Store, now: Timestamp) -> Result<SecretBytes> {
        self.find_or_put(store, CURSOR_KEY, now, |connection| {
            Ok(match store::settings::take_cursor_key(connection)? {
                Some(key) => SecretBytes::new(key),
                None => SecretBytes::new(random::<32>()?.to_vec()),
            })
        })
    }

    /// The secret of this name.
    pub(super) fn find(&self, connection: &mut DbConnection, name: &str) -> Result<Option<SecretBytes>> {
        let sealed = store::secrets::find(connection, name)?;
        sealed.map(|sealed| self.unseal(name, &sealed)).transpose()
    }

    /// The secret of this name; else what `make` gives, which is kept. Of two hubs that make one at the same
    /// time both get the first.
    fn find_or_put(
        &self,
        store: &Store,
        name: &str,
        now: Timestamp,
        make: impl FnOnce(&mut DbConnection) -> Result<SecretBytes>,
    ) -> Result<SecretBytes> {
        if let Some(known) = store.read(|connection| self.find(connection, name))? {
            return Ok(known);
        }
        store.write(|connection| {
            store::secrets::lock(connection)?;
            if let Some(known) = self.find(connection, name)? {
                return Ok(known);
            }
            let made = make(connection)?;
            self.put(connection, name, &made, now)?;
            Ok(made)
        })
    }

    /// The secret of this name; else 32 random bytes, which `made` gets to see before they are kept.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) fn find_or_make(
        &self,
        store: &Store,
        name: &str,
        now: Timestamp,
        made: impl FnOnce(&mut DbConnection, &SecretBytes) -> Result<()>,
    ) -> Result<SecretBytes> {
        self.find_or_put(store, name, now, |connection| {
            let secret = SecretBytes::new(random::<32>()?.to_vec());
            made(connection, &secret)?;
            Ok(secret)
        })
    }

    /// Keeps a secret under the newest key; part of a transaction that holds the lock.
    pub(super) fn put(
        &self,
        connection: &mut DbConnection,
        name: &str,
        value: &SecretBytes,
        now: Timestamp,
    ) -> Result<()> {
        self.must_know(&store::secrets::key_ids(connection)?)?;
        let sealed = Sealed::seal(&self.key, name, value, random()?);
        let sealed = sealed.ok_or_else(|| Error::Internal(format!("the secret {name} is too long")))?;
        store::secrets::put(connection, name, &sealed, now)
    }

    fn unseal(&self, name: &str, sealed: &Sealed) -> Result<SecretBytes> {
        let key = self
            .known(&sealed.key_id)
            .ok_or_else(|| other_key(&sealed.key_id))?;
        sealed
            .open(key, name)
            .ok_or_else(|| unavailable(format!("the secret {name} was altered in the database")))
    }

    fn known(&self, id: &str) -> Option<&MasterKey> {
        [Some(&self.key), self.old.as_ref()]
            .into_iter()
            .flatten()
            .find(|key| key.id() == id)
    }

    fn must_know(&self, ids: &[String]) -> Result<()> {
        match ids.iter().find(|id| self.known(id).is_none()) {
            Some(unknown) => Err(other_key(unknown)),
            None => Ok(()),
        }
    }
}

impl Hub {
    /// The secret of this name.
    ///
    /// # Errors
    /// When the database fails, the secret was altered, or it needs a key that this hub was not given.
    pub fn secret(&self, name: &str) -> Result<Option<SecretBytes>> {
        self.store.read(|connection| self.secrets.find(connection, name))
    }

    /// Keeps a secret, in the place of whatever had its name.
    ///
    /// # Errors
    /// When the database fails, or another hub works with a newer key.
    pub fn set_secret(&self, name: &str, value: &SecretBytes) -> Result<()> {
        self.store.write(|connection| {
            store::secrets::lock(connection)?;
            self.secrets.put(connection, name, value, self.clock.now())
        })
    }

    /// The secret of this name; where there is none, so many random bytes, which are kept. All hubs get the
    /// same.
    ///
    /// # Errors
    /// As of [`Hub::secret`] and [`Hub::set_secret`].
    pub fn secret_or_make(&self, name: &str, len: usize) -> Result<SecretBytes> {
        self.secrets
            .find_or_put(&self.store, name, self.clock.now(), |_| {
                let mut bytes = vec![0; len];
                getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
                Ok(SecretBytes::new(bytes))
            })
    }

    /// Encrypts everything under the newest key, all of it or nothing; the old one is not needed any more
    /// afterwards. Done again, it changes nothing.
    ///
    /// # Errors
    /// When the database fails or a secret can't be opened.
    pub fn rotate_secrets(&self, actor: &Actor) -> Result<Rotation> {
        let key_id = self.secrets.key.id().to_owned();
        let rotated = self.store.write(|connection| {
            store::secrets::lock(connection)?;
            let mut before = Vec::new();
            for (name, sealed) in store::secrets::list(connection)? {
                // Each is opened, so that one that was altered is told now and not when it is needed.
                let value = self.secrets.unseal(&name, &sealed)?;
                if sealed.key_id != key_id {
                    self.secrets.put(connection, &name, &value, self.clock.now())?;
                    before.push(sealed.key_id);
                }
            }
            let rotated = before.len();
            before.dedup();
            if rotated > 0 {
                let (old, new) = (before.join(", "), Some(format!("\"{key_id}\"")));
                let old = Some(format!("\"{old}\""));
                self.changed(connection, actor, "secrets.rotate", key_id.clone(), old, new)?;
            }
            Ok(rotated)
        })?;
        Ok(Rotation { key_id, rotated })
    }
}

/// The key in the file beside a SQLite database; `make` allows one to be made.
fn key_beside(config: &SecretsConfig, make: bool) -> Result<MasterKey> {
    let file = config.file.as_path();
    let shown = file.display();
    let fault = |says: String| unavailable(format!("{shown} {says}"));
    if let Some(key) = read_key_file(file).map_err(fault)? {
        return Ok(key);
    }
    if !make {
        return Err(unavailable(format!(
            "the key that opens the secrets of this database is missing: bring {shown} back, or set \
             MAHAKAM_SECRET_KEY"
        )));
    }
    let (key, made) = make_key_file(file, &MasterKey::new(random()?)).map_err(fault)?;
    if made {
        tracing::warn!(
            file = %shown,
            "a key for the secrets of the database was made; keep a copy of the file apart from backups of \
             the database, and give every hub of this database the same"
        );
    }
    Ok(key)
}

fn other_key(id: &str) -> Error {
    unavailable(format!(
        "a secret needs the key {id}, which this hub was not given: set MAHAKAM_SECRET_KEY to it, or \
         MAHAKAM_SECRET_KEY_OLD until `mahakam secrets rotate` has run"
    ))
}

fn unavailable(cause: String) -> Error {
    Error::Unavailable(Unavailable::Secrets(cause))
}
