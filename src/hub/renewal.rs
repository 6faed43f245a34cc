//! The catalog kept up to date, and whether the hub may decide by it.
//!
//! Invariant: what was read first never replaces what was read later, and nothing is decided by a catalog that did
//! not hear from the database for [`MAX_SILENCE`].

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connectors::Systems;
use super::{Catalog, Hub};
use crate::error::{Error, Result, Unavailable};
use crate::store;

/// For how long the catalog may be used without having heard from the database, in milliseconds.
const MAX_SILENCE: u64 = 5_000;

/// How often whoever waits for the database looks whether it still answers.
const LOOK: Duration = Duration::from_secs(1);

/// For how long the question for the revision may be without an answer.
const SILENCE: Duration = Duration::from_secs(8);

/// Since when the revision is asked for without an answer; see [`Hub::while_it_answers`].
pub(in crate::hub) type AskedSince = Mutex<Option<Instant>>;

/// What is said for a database that is silent.
pub(in crate::hub) fn silent() -> Error {
    let cause = "the database neither answers nor closes its connections".to_owned();
    Error::Unavailable(Unavailable::Database(cause))
}

impl Hub {
    /// Looks whether anything changed that a running hub must notice, and loads it.
    ///
    /// # Errors
    /// When the database fails; the catalog stays as it was.
    pub fn refresh(&self) -> Result<()> {
        // One at a time, so that what was read first never replaces what was read later.
        let _turn = self.renewing.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = self.clock.now().0;
        self.asked_since().get_or_insert_with(Instant::now);
        let revision = self.store.read(store::revision::current)?;
        *self.asked_since() = None;
        let current = self.catalog.load();
        if current.revision() != revision {
            // What contracts name is there before they are.
            let systems = Systems::load(&self.store, &self.secrets, &self.systems.load())?;
            self.systems.store(Arc::new(systems));
            let fresh = Catalog::load(&self.store, &self.subject_key, Some(&**current))?;
            tracing::info!(
                revision = fresh.revision(),
                datasets = fresh.datasets().len(),
                "the catalog was renewed"
            );
            self.catalog.store(Arc::new(fresh));
        }
        self.heard.store(asked, Ordering::SeqCst);
        Ok(())
    }

    /// Brings the catalog up to date for somebody who asked for what it does not hold: a command
    /// may have added it a moment ago. However many ask, one looks at a time, and one look answers
    /// all who asked before it began.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn catch_up(self: &Arc<Self>) -> Result<()> {
        let begun = self.looks.load(Ordering::SeqCst);
        let _turn = self.look.lock().await;
        if self.looks.load(Ordering::SeqCst) > begun {
            return Ok(());
        }
        self.looks.fetch_add(1, Ordering::SeqCst);
        self.blocking(|hub| hub.refresh()).await
    }

    /// Whether the disk failed under a commit: then nothing is written any more.
    pub fn disk_failed(&self) -> bool {
        self.writer.healthy().is_err()
    }

    /// Whether the SQLite file is no longer where it was opened.
    pub fn lost_its_file(&self) -> bool {
        self.store.lost_its_file()
    }

    /// Whether the hub can do its work right now.
    ///
    /// # Errors
    /// Why it can't.
    pub async fn ready(self: &Arc<Self>) -> Result<()> {
        self.writer.healthy()?;
        self.blocking(|hub| hub.store.read(store::revision::current))
            .await
            .map(|_| ())
    }

    /// Waits for what the database was asked, for as long as it answers anybody: a server that is frozen neither answers nor
    /// closes a connection. What was asked may be done all the same.
    ///
    /// # Errors
    /// Unavailable when the database is silent; else whatever `asked` says.
    pub(in crate::hub) async fn while_it_answers<T>(
        &self,
        asked: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let mut asked = pin!(asked);
        loop {
            match tokio::time::timeout(LOOK, &mut asked).await {
                Ok(done) => return done,
                Err(_) if self.is_silent() => {
                    return Err(silent());
                }
                Err(_) => {}
            }
        }
    }

    /// Whether the database was asked for its revision some time ago, and has not said a word since.
    pub(in crate::hub) fn is_silent(&self) -> bool {
        self.asked_since().is_some_and(|since| since.elapsed() > SILENCE)
    }

    fn asked_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.asked_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses to decide by a catalog that may be out of date.
    ///
    /// # Errors
    /// When the database was silent for five seconds.
    pub(super) fn fresh(&self) -> Result<()> {
        // A clock that was set back would tell for hours that it was heard a moment ago.
        if self.clock.now().0.abs_diff(self.heard.load(Ordering::SeqCst)) > MAX_SILENCE {
            let cause = "the revision could not be read for five seconds".to_owned();
            return Err(Error::Unavailable(Unavailable::Database(cause)));
        }
        Ok(())
    }
}
