//! Credentials of connectors: kept among the secrets, shown to systems, never to people.
//!
//! Access tokens of other systems are kept in memory alone, until shortly before they end. Invariant: however
//! many calls wait for a token, one asks for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::System;
use crate::connector::{Auth, KeyPlace};
use crate::error::{Error, Result};
use crate::hub::Hub;
use crate::hub::secrets::Secrets;
use crate::outbound::{Failure, FailureKind, Line, Shown};
use crate::store::DbConnection;
use crate::types::{SecretBytes, Timestamp};

/// For how long before its end a token is not used any more, in milliseconds.
const MARGIN: i64 = 10_000;

/// What is shown to a system.
#[derive(Default)]
pub(super) struct Credential {
    secret: Option<SecretBytes>,
    token: ArcSwapOption<Held>,
    /// Whose turn it is to ask for a token; when that failed last, and how.
    asking: tokio::sync::Mutex<Option<(Instant, Failure)>>,
}

/// A token with its end.
struct Held {
    secret: SecretBytes,
    until: Timestamp,
}

/// The name of a connector's credential among the secrets.
pub(super) fn name(id: i64) -> String {
    format!("connector/{id}")
}

/// A connector's credential; none when it can't be opened, which is logged.
///
/// # Errors
/// When the database fails.
pub(super) fn load(connection: &mut DbConnection, secrets: &Secrets, id: i64) -> Result<Credential> {
    let secret = match secrets.find(connection, &name(id)) {
        // What can't be read now may be read when this is tried again; a system is not kept without it.
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Err(error) => {
            tracing::error!(
                connector = id,
                cause = error.cause(),
                "a credential can't be opened"
            );
            None
        }
        Ok(secret) => secret,
    };
    Ok(Credential {
        secret,
        ..Credential::default()
    })
}

impl Hub {
    /// Keeps a connector's credential, if one is given; part of a transaction.
    pub(super) fn keep_credential(
        &self,
        connection: &mut DbConnection,
        id: i64,
        credential: Option<&SecretBytes>,
    ) -> Result<()> {
        let Some(credential) = credential else {
            return Ok(());
        };
        crate::store::secrets::lock(connection)?;
        self.secrets
            .put(connection, &name(id), credential, self.clock.now())
    }
}

impl System {
    /// What a request to it shows.
    ///
    /// # Errors
    /// When the credential is missing, or no token is given out for it.
    pub(super) async fn shown(&self, line: &Line, now: Timestamp) -> std::result::Result<Shown, Failure> {
        let header = |name: &str, prefix, secret: SecretBytes| Shown::Header {
            name: name.to_owned(),
            prefix,
            secret,
        };
        Ok(match &self.connector.settings.auth {
            Auth::None => Shown::Nothing,
            Auth::Key {
                place: KeyPlace::Header,
                name,
            } => header(name, "", self.secret()?),
            Auth::Key {
                place: KeyPlace::Query,
                name,
            } => Shown::Query {
                name: name.clone(),
                secret: self.secret()?,
            },
            Auth::Basic { username } => {
                let pair = [username.as_bytes(), b":", self.secret()?.reveal()].concat();
                let encoded = STANDARD.encode(SecretBytes::new(pair).reveal());
                header("authorization", "Basic ", SecretBytes::new(encoded.into_bytes()))
            }
            Auth::Bearer => header("authorization", "Bearer ", self.secret()?),
            Auth::OAuth { .. } => header("authorization", "Bearer ", self.token(line, now).await?),
        })
    }

    fn secret(&self) -> std::result::Result<SecretBytes, Failure> {
        let missing = || Failure::new(FailureKind::Credentials, "its credential can't be opened");
        self.credential.secret.clone().ok_or_else(missing)
    }

    /// A token that holds for a while. Who waits for another to ask for it waits no longer than for an answer, and
    /// fails when the other did.
    async fn token(&self, line: &Line, now: Timestamp) -> std::result::Result<SecretBytes, Failure> {
        if let Some(token) = self.held(now) {
            return Ok(token);
        }
        let began = Instant::now();
        let most = Duration::from_millis(self.connector.settings.timeouts.answer_ms);
        let Ok(mut failed) = tokio::time::timeout(most, self.credential.asking.lock()).await else {
            return Err(Failure::new(FailureKind::Timeout, "no token came in time"));
        };
        if let Some(token) = self.held(now) {
            return Ok(token);
        }
        if let Some((_, failure)) = failed.as_ref().filter(|(at, _)| *at >= began) {
            return Err(failure.clone());
        }
        let asked = self.new_token(line, now).await;
        *failed = asked
            .as_ref()
            .err()
            .map(|failure| (Instant::now(), failure.clone()));
        asked
    }

    /// Asks for a token, and holds it.
    async fn new_token(&self, line: &Line, now: Timestamp) -> std::result::Result<SecretBytes, Failure> {
        let Auth::OAuth {
            token_url,
            client_id,
            scope,
            client_auth,
        } = &self.connector.settings.auth
        else {
            return Err(Failure::new(FailureKind::Credentials, "it gives out no tokens"));
        };
        let secret = self.secret()?;
        let token = line
            .token(token_url, (client_id, &secret), scope.as_deref(), *client_auth)
            .await?;
        let seconds = i64::try_from(token.seconds.min(86_400)).unwrap_or(86_400);
        self.credential.token.store(Some(Arc::new(Held {
            secret: token.secret.clone(),
            until: Timestamp(now.0.saturating_add(seconds * 1_000)),
        })));
        Ok(token.secret)
    }

    fn held(&self, now: Timestamp) -> Option<SecretBytes> {
        let held = self.credential.token.load();
        let held = held.as_ref().filter(|held| now.0 < held.until.0 - MARGIN)?;
        Some(held.secret.clone())
    }

    /// Forgets the token that was shown and refused, unless another one took its place already. Tells whether
    /// there are tokens at all.
    pub(super) fn forget_token(&self, shown: &Shown) -> bool {
        let (Auth::OAuth { .. }, Shown::Header { secret, .. }) = (&self.connector.settings.auth, shown)
        else {
            return false;
        };
        let held = self.credential.token.load();
        if held.as_ref().is_some_and(|held| held.secret == *secret) {
            self.credential.token.compare_and_swap(&*held, None);
        }
        true
    }
}
