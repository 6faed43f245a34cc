//! Credentials of connectors: kept among the secrets, shown to systems, never to people.
//!
//! Access tokens of other systems are kept in memory alone, until shortly before they end. Invariant: however
//! many calls wait for a token, one asks for it.

use arc_swap::ArcSwapOption;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::System;
use crate::connector::{Auth, KeyPlace};
use crate::error::Result;
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
    /// Whose turn it is to ask for a token.
    asking: tokio::sync::Mutex<()>,
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
    let secret = secrets.find(connection, &name(id)).unwrap_or_else(|error| {
        tracing::error!(
            connector = id,
            cause = error.cause(),
            "a credential can't be opened"
        );
        None
    });
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

    /// A token that holds for a while.
    async fn token(&self, line: &Line, now: Timestamp) -> std::result::Result<SecretBytes, Failure> {
        if let Some(token) = self.held(now) {
            return Ok(token);
        }
        let _turn = self.credential.asking.lock().await;
        if let Some(token) = self.held(now) {
            return Ok(token);
        }
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
        self.credential.token.store(Some(std::sync::Arc::new(Held {
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

    /// Forgets the token that was refused; tells whether there was one.
    pub(super) fn forget_token(&self) -> bool {
        self.credential.token.swap(None).is_some()
    }
}
