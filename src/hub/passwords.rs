//! Passwords are hashed and compared on a bounded pool, a few at a time.
//!
//! Each takes 19 MiB and tens of milliseconds; whoever floods the sign-in waits, and is told 503 when
//! too many wait. Invariant: no more than [`TURNS`] passwords are hashed at once by requests.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use tokio::sync::Semaphore;

use super::{Hub, random};
use crate::access::StoredPassword;
use crate::error::{Error, Result, Unavailable};

/// How many passwords are hashed at once.
const TURNS: usize = 2;
/// How many may wait for that or be at it.
const WAITING: usize = 64;

/// Whose turn it is to have a password hashed.
pub(super) struct PasswordTurns {
    waiting: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

impl Default for PasswordTurns {
    fn default() -> Self {
        PasswordTurns {
            waiting: Arc::new(Semaphore::new(WAITING)),
            turns: Arc::new(Semaphore::new(TURNS)),
        }
    }
}

impl Hub {
    /// What is stored of a password, made where requests are not served.
    ///
    /// # Errors
    /// Overloaded when too many wait already.
    pub async fn hashed(&self, password: String) -> Result<StoredPassword> {
        self.at_a_turn(move || stored(&password)).await
    }

    /// Whether `stored` is the hash of `password`.
    pub(super) async fn matches(&self, stored: StoredPassword, password: String) -> Result<bool> {
        self.at_a_turn(move || Ok(stored.is_of(&password))).await
    }

    /// The turn goes with the work, which goes on even when nobody waits for it any more.
    async fn at_a_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let turns = &self.password_turns;
        let overloaded = |_| Error::Unavailable(Unavailable::Overloaded);
        let waiting = Arc::clone(&turns.waiting)
            .try_acquire_owned()
            .map_err(overloaded)?;
        let turn = Arc::clone(&turns.turns).acquire_owned().await;
        let turn = turn.map_err(|error| Error::Internal(error.to_string()))?;
        self.computing(move || {
            let done = work();
            drop((turn, waiting));
            done
        })
        .await
    }
}

/// What is stored of a password, with a fresh salt.
pub(super) fn stored(password: &str) -> Result<StoredPassword> {
    StoredPassword::of(password, random()?).map_err(Error::Internal)
}

/// A password that nobody chose: 120 random bits.
///
/// # Errors
/// When the operating system has no random bytes to give.
pub fn made_up_password() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random::<15>()?))
}
