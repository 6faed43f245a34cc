//! Access tokens: given for a key, known to every hub, worth nothing once the key is.
//!
//! Invariant: a token never does more than its key could do at the same moment.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Hub, random};
use crate::access::{AccessToken, ApiKey, Application, Caller, Scope};
use crate::error::{Credentials, Error, Result};
use crate::store::{self, tokens::TokenRow};
use crate::types::{Digest, Environment, Timestamp};

/// How long a token may be used, in milliseconds.
const LIFETIME: i64 = 15 * 60 * 1_000;
/// How many tokens are known at once.
const MAX: usize = 100_000;

/// A token of which this hub has heard.
struct Token {
    public_part: String,
    scope: Option<Scope>,
    expires_at: Timestamp,
}

/// The tokens of which this hub has heard, by their hashes.
#[derive(Default)]
pub(super) struct Tokens(RwLock<HashMap<Digest, Arc<Token>>>);

impl Tokens {
    fn find(&self, hash: &Digest) -> Option<Arc<Token>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).map(Arc::clone)
    }

    fn keep(&self, hash: Digest, token: Token, now: Timestamp) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX {
            known.retain(|_, token| token.expires_at.lasts(now, LIFETIME));
        }
        if known.len() >= MAX {
            // They are in the database and are learned again.
            known.clear();
        }
        known.insert(hash, Arc::new(token));
    }
}

/// An application that showed one of its keys to get a token.
pub struct Client {
    /// The application.
    pub caller: Caller,
    /// By what the key is found.
    public_part: String,
}

/// A token that was given out.
#[derive(Debug)]
pub struct IssuedToken {
    /// The token.
    pub token: AccessToken,
    /// For how many seconds it may be used.
    pub expires_in: i64,
    /// What of the application's rights it carries, where that was asked.
    pub scope: Option<Scope>,
}

/// Why no token was given out (RFC 6749, section 5.2).
#[derive(Debug)]
pub enum TokenRefusal {
    /// Nobody by this name has this secret.
    Client,
    /// The scope is none, or more than the application may.
    Scope,
    /// The hub could not tell.
    Hub(Error),
}

impl From<Error> for TokenRefusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Unauthenticated(_) => TokenRefusal::Client,
            error => TokenRefusal::Hub(error),
        }
    }
}

impl Hub {
    /// The application with the number `client`, which shows one of its keys. Nothing is looked up or kept.
    ///
    /// # Errors
    /// See [`TokenRefusal`].
    pub fn token_client(
        &self,
        (client, secret): (&str, &str),
        from: IpAddr,
    ) -> std::result::Result<Client, TokenRefusal> {
        let key = ApiKey::parse(secret).ok_or(TokenRefusal::Client)?;
        let caller = self.authenticate(Some(secret), from)?;
        match &caller {
            Caller::Application(application) if application.id.to_string() == client => Ok(Client {
                public_part: key.public_part().to_owned(),
                caller,
            }),
            _ => Err(TokenRefusal::Client),
        }
    }

    /// Gives out a token to an application.
    ///
    /// # Errors
    /// See [`TokenRefusal`].
    pub fn issue_token(
        &self,
        client: &Client,
        scope: Option<&str>,
    ) -> std::result::Result<IssuedToken, TokenRefusal> {
        let caller = &client.caller;
        let scope = scope.map(str::parse::<Scope>).transpose();
        let scope = scope.map_err(|()| TokenRefusal::Scope)?;
        for (dataset, right) in scope.iter().flat_map(Scope::rights) {
            self.authorize(caller, Environment::Production, dataset, *right)
                .or_else(|_| self.authorize(caller, Environment::Sandbox, dataset, *right))
                .map_err(|_| TokenRefusal::Scope)?;
        }
        let now = self.clock.now();
        let expires_at = Timestamp(now.0.saturating_add(LIFETIME));
        let token = AccessToken::from_random(random()?);
        let row = TokenRow {
            public_part: client.public_part.clone(),
            scope: scope.as_ref().map(Scope::to_string),
            expires_at: expires_at.0,
        };
        self.store
            .write(|connection| store::tokens::insert(connection, &token.hash(), &row))?;
        let known = Token {
            public_part: row.public_part,
            scope: scope.clone(),
            expires_at,
        };
        self.tokens.keep(token.hash(), known, now);
        Ok(IssuedToken {
            token,
            expires_in: LIFETIME / 1_000,
            scope,
        })
    }

    /// Learns of a token that another hub gave out, so that [`Hub::authenticate`] knows it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn learn_token(self: &Arc<Self>, token: &AccessToken) -> Result<()> {
        let hash = token.hash();
        if self.tokens.find(&hash).is_some() {
            return Ok(());
        }
        self.blocking(move |hub| {
            let row = hub
                .store
                .read(|connection| store::tokens::find(connection, &hash))?;
            let Some(row) = row else { return Ok(()) };
            // A scope that can't be read any more would otherwise be none.
            let Ok(scope) = row.scope.as_deref().map(str::parse).transpose() else {
                return Ok(());
            };
            let token = Token {
                public_part: row.public_part,
                scope,
                expires_at: Timestamp(row.expires_at),
            };
            hub.tokens.keep(hash, token, hub.clock.now());
            Ok(())
        })
        .await
    }

    /// Who holds a token.
    ///
    /// # Errors
    /// Unauthenticated when it is unknown or expired, or its key can't be used.
    pub(super) fn bearer(&self, token: &AccessToken, from: IpAddr) -> Result<Caller> {
        let invalid = Error::Unauthenticated(Credentials::Invalid);
        let Some(token) = self.tokens.find(&token.hash()) else {
            return Err(invalid);
        };
        let now = self.clock.now();
        let catalog = self.catalog();
        let key = catalog
            .key(&token.public_part)
            .filter(|key| key.usable(now, from));
        match key {
            Some(key) if token.expires_at.lasts(now, LIFETIME) => {
                key.set_used(now);
                Ok(Caller::Application(match &token.scope {
                    None => Arc::clone(&key.application),
                    Some(scope) => Arc::new(Application {
                        scope: Some(scope.clone()),
                        ..Application::clone(&key.application)
                    }),
                }))
            }
            _ => Err(invalid),
        }
    }

    /// Forgets tokens that expired.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget_tokens(&self) -> Result<usize> {
        let now = self.clock.now();
        self.store
            .write(|connection| store::tokens::forget(connection, now))
    }
}
