//! Work that goes on when whoever asked for it leaves: how far it is, and how it ended.
//!
//! Not here: what is worked on (`sheets`, `reports::runs`). Invariant: whoever works says each second how far it is, and
//! work of which nobody says anything any more was cut off (decision 33); that is worked out when somebody asks, and never
//! written down.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::Hub;
use crate::error::{Error, Result};
use crate::types::{Lang, Text, Timestamp};

/// How often it is written down how far it is.
const EVERY: Duration = Duration::from_secs(1);

/// After how long without a word it was cut off, in milliseconds.
const SILENT: i64 = 60_000;

/// How often it is tried to write down that it ended.
const TRIES: usize = 60;

/// For how long it is known, in milliseconds.
const KEPT: i64 = 30 * 86_400_000;

/// How work stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkState {
    /// It goes on.
    Running,
    /// Its hub ended, or lost the database, meanwhile.
    CutOff,
    /// It did not go to its end; why.
    Stopped(Text),
    /// It went to its end.
    Done,
}

impl WorkState {
    /// Why it did not go to its end.
    pub fn reason(&self) -> Option<&Text> {
        match self {
            WorkState::Stopped(reason) => Some(reason),
            WorkState::Running | WorkState::CutOff | WorkState::Done => None,
        }
    }

    /// Of what was last heard at `progress_at`, and ended at `ended_at` for a `reason`, if it did.
    pub(super) fn of(
        progress_at: i64,
        (ended_at, reason): (Option<i64>, Option<&str>),
        now: Timestamp,
    ) -> Self {
        let heard = Timestamp(progress_at.saturating_add(SILENT));
        match (ended_at, reason) {
            (Some(_), None) => WorkState::Done,
            (Some(_), Some(reason)) => WorkState::Stopped(read(reason)),
            (None, _) if heard.lasts(now, SILENT) => WorkState::Running,
            (None, _) => WorkState::CutOff,
        }
    }
}

/// Which work.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    /// Its kind.
    pub(super) what: &'static str,
    /// Its number.
    pub(super) id: i64,
}

/// Why work ended, as it is written down for whoever asked for it; what else there is to it is logged.
pub(super) fn why(work: Work, error: &Error) -> String {
    if let Some(cause) = error.cause() {
        let (what, id, code) = (work.what, work.id, error.code());
        tracing::error!(what, id, code, cause, "long work did not come to its end");
    }
    let detail = error.detail();
    json!({"id": detail.to(Lang::Id), "en": detail.to(Lang::En)}).to_string()
}

fn read(reason: &str) -> Text {
    let reason: Value = serde_json::from_str(reason).unwrap_or_default();
    let text = |lang: Lang| {
        let text = reason.get(lang.tag()).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    Text::new(text(Lang::Id), text(Lang::En))
}

/// A count as the database keeps it.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What was begun before this is forgotten.
pub(super) fn forgotten_before(now: Timestamp) -> Timestamp {
    Timestamp(now.0.saturating_sub(KEPT))
}

impl Hub {
    /// Works, and notes meanwhile how far that is, again and again.
    pub(super) async fn noting<T, N>(
        self: &Arc<Self>,
        work: Work,
        doing: impl Future<Output = T>,
        mut note: impl FnMut() -> N,
    ) -> T
    where
        N: FnOnce(&Arc<Hub>) -> Result<()> + Send + 'static,
    {
        tokio::select! {
            done = doing => done,
            never = self.note_forever(work, &mut note) => match never {},
        }
    }

    async fn note_forever<N>(self: &Arc<Self>, work: Work, note: &mut impl FnMut() -> N) -> Infallible
    where
        N: FnOnce(&Arc<Hub>) -> Result<()> + Send + 'static,
    {
        loop {
            sleep(EVERY).await;
            if let Err(error) = self.blocking(note()).await {
                let (what, id, cause) = (work.what, work.id, error.cause());
                tracing::warn!(what, id, cause, "how far long work is could not be written down");
            }
        }
    }

    /// Notes that work ended, as soon as the database takes it.
    pub(super) async fn note_end<N>(self: &Arc<Self>, work: Work, note: impl Fn() -> N)
    where
        N: FnOnce(&Arc<Hub>) -> Result<()> + Send + 'static,
    {
        let Work { what, id } = work;
        for _ in 0..TRIES {
            match self.blocking(note()).await {
                Ok(()) => return,
                Err(error) => {
                    let cause = error.cause();
                    tracing::warn!(
                        what,
                        id,
                        cause,
                        "the end of long work could not be written down yet"
                    );
                }
            }
            sleep(EVERY).await;
        }
        tracing::error!(
            what,
            id,
            "the end of long work was given up; it will look as if it was cut off"
        );
    }

    /// Whether work goes on here that nobody waits for.
    pub fn works_long(&self) -> bool {
        Arc::strong_count(&self.long_work) > 1
    }
}
