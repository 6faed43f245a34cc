//! Requests that must have their effect once: what is known of them, and what was answered.

use std::sync::Arc;

use super::{Hub, random};
use crate::error::{Conflict, Error, Result};
use crate::record::{Answer, Claim};
use crate::store;
pub use crate::store::idempotency::Reservation;

impl Hub {
    /// A token for a form that makes something, by which it is known when it is sent again.
    ///
    /// # Errors
    /// Internal when the system gives no random bytes.
    pub fn form_token(&self) -> Result<String> {
        let bytes: [u8; 16] = random()?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The answer that the same request got before; `None` when it is new.
    ///
    /// # Errors
    /// When the key was used for another request, or the request is still being answered.
    pub async fn recall(self: &Arc<Self>, claim: &Claim) -> Result<Option<Answer>> {
        match self.known(claim).await? {
            None => Ok(None),
            Some(known) if known.cut_off => Err(Error::KeyReused),
            Some(known) if known.answer.is_none() => Err(Error::Conflict(Conflict::StillRunning)),
            Some(known) if known.fingerprint != claim.fingerprint => Err(Error::KeyReused),
            Some(known) => Ok(known.answer),
        }
    }

    /// Reserves a key for a request whose body is yet to come, or takes one up that was cut off.
    ///
    /// # Errors
    /// When it is still being answered, or the key was used for another request.
    pub async fn reserve(self: &Arc<Self>, claim: &Claim) -> Result<Reservation> {
        let claim = claim.clone();
        self.blocking(move |hub| {
            hub.store
                .write(|connection| store::idempotency::begin(connection, &claim, hub.clock.now()))
        })
        .await
    }

    /// Says that a reserved request is still being worked at, or, with an `answer`, ends it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_claim(self: &Arc<Self>, claim: &Claim, answer: Option<Answer>) -> Result<()> {
        let claim = claim.clone();
        self.blocking(move |hub| {
            hub.store.write(|connection| {
                store::idempotency::update(connection, &claim, answer.as_ref(), hub.clock.now())
            })
        })
        .await
    }

    /// Keeps an answer that no write was made for.
    ///
    /// # Errors
    /// When another request with this key came first; when the database fails.
    pub async fn remember(self: &Arc<Self>, claim: &Claim, answer: Answer) -> Result<()> {
        let claim = claim.clone();
        self.blocking(move |hub| {
            hub.store.write(|connection| {
                store::idempotency::keep(connection, &claim, Some(&answer), hub.clock.now())
            })
        })
        .await
    }

    /// Gives a reserved key free that has no answer to be repeated.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release_claim(self: &Arc<Self>, claim: &Claim) -> Result<()> {
        let claim = claim.clone();
        self.blocking(move |hub| {
            hub.store
                .write(|connection| store::idempotency::release(connection, &claim, hub.clock.now()))
        })
        .await
    }

    /// Forgets answers that are too old to be repeated.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_old_claims(&self) -> Result<usize> {
        let now = self.clock.now();
        self.store
            .write(|connection| store::idempotency::prune(connection, now))
    }

    async fn known(self: &Arc<Self>, claim: &Claim) -> Result<Option<store::idempotency::Known>> {
        let claim = claim.clone();
        self.blocking(move |hub| {
            let now = hub.clock.now();
            hub.store
                .read(|connection| store::idempotency::find(connection, claim.application, &claim.key, now))
        })
        .await
    }
}
