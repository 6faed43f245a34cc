//! [`Round`]: one subscription on its way: what is sent next, when, and what comes of it.
//!
//! It ends when the subscription is no longer this hub's, was changed by somebody, or came to an end; whoever
//! started it looks at what is there and starts another. Invariant: where a message ends is in the database
//! before it is sent, and that it was taken before the next one is.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::attempt::{Batch, Message, Outcome, reset};
use super::keeper::Keeper;
use super::keys::Keys;
use super::receiver::{Hindrance, Receiver};
use super::terms::Terms;
use crate::connector::delivery::{
    Bounds, Ended, LONGEST_WAIT, Patience, Reason, State, after, batch_id, reset_id,
};
use crate::error::Error;
use crate::hub::{Call, Dataset, Hub, News, random};
use crate::outbound::Lines;
use crate::store;
use crate::store::subscriptions::Progress;
use crate::types::{Seq, Timestamp};

/// How long it waits before it looks again whether what stood against it is gone.
const A_WHILE: Duration = Duration::from_secs(1);
/// How often it looks at the hub's clock while it waits for a moment.
const GLANCE: Duration = Duration::from_millis(200);
/// After a message that was taken, how long it may wait for a turn before that is told, in milliseconds.
const BRIEFLY: i64 = 60_000;
/// How long it waits for news before it asks anew whom it delivers to.
const QUIET: Duration = Duration::from_secs(60);

/// See the module.
pub(super) struct Round {
    pub(super) hub: Arc<Hub>,
    pub(super) lines: Arc<Lines>,
    pub(super) keeper: Keeper,
    /// Whether the hub stops.
    pub(super) stop: watch::Receiver<bool>,
    pub(super) terms: Terms,
    pub(super) keys: Keys,
    pub(super) progress: Progress,
    /// What stands against it, if that was told already.
    pub(super) told: Option<Reason>,
}

/// What comes next.
enum Next {
    /// The next message.
    Now,
    /// Nothing for so long.
    Rest(Duration),
    /// Nothing before this moment.
    At(Timestamp),
    /// Nothing before the dataset's feed goes on.
    News(Arc<Dataset>),
    /// Nothing more.
    End,
}

impl Round {
    /// Delivers until there is nothing more to do.
    pub(super) async fn run(mut self) {
        let mut stop = self.stop.clone();
        while !*stop.borrow() {
            let next = self.step().await;
            let goes_on = tokio::select! {
                goes_on = self.rest(next) => goes_on,
                _ = stop.changed() => false,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Lets the time pass that lies before what comes next; tells whether anything does.
    async fn rest(&self, next: Next) -> bool {
        match next {
            Next::Now => true,
            Next::Rest(time) => {
                tokio::time::sleep(time).await;
                true
            }
            Next::At(moment) => {
                while let Some(left) = moment
                    .0
                    .checked_sub(self.hub.clock.now().0)
                    .filter(|left| *left > 0)
                {
                    let left = Duration::from_millis(left.unsigned_abs());
                    tokio::time::sleep(left.min(GLANCE)).await;
                }
                true
            }
            Next::News(dataset) => {
                let deadline = tokio::time::Instant::now() + QUIET;
                let (seq, feed) = (self.progress.seq, &self.progress.feed);
                self.hub.news(&dataset, seq, feed, deadline).await != News::Stopping
            }
            Next::End => false,
        }
    }

    /// Sends the next message, if it is time for it.
    async fn step(&mut self) -> Next {
        let now = self.hub.clock.now();
        if let Some(at) = self.progress.next_at.filter(|at| at.lasts(now, LONGEST_WAIT)) {
            return Next::At(at);
        }
        let receiver = match Receiver::of(&self.hub, &self.terms) {
            Ok(receiver) => receiver,
            Err(Hindrance::Reason(reason)) => return self.hindered(reason).await,
            Err(Hindrance::Unknown) => return Next::Rest(A_WHILE),
        };
        let call = self.hub.delivery_call(&receiver);
        match self
            .hub
            .next_batch(&call, &receiver, &self.terms, &self.progress)
            .await
        {
            Ok(batch) if batch.records == 0 => Next::News(receiver.dataset),
            Ok(batch) => self.send(&receiver, &call, batch).await,
            Err(Error::Gone(_)) => self.begin_anew(&receiver, &call).await,
            Err(error) => {
                tracing::error!(
                    cause = error.cause(),
                    "changes could not be read for a delivery; trying on"
                );
                Next::Rest(A_WHILE)
            }
        }
    }

    /// Sends changes.
    async fn send(&mut self, receiver: &Receiver, call: &Call, batch: Batch) -> Next {
        let bounds = Bounds {
            since: self.progress.seq,
            upto: batch.upto,
        };
        if self.progress.upto != Some(batch.upto) {
            self.progress.upto = Some(batch.upto);
            if !self.keep().await {
                return Next::End;
            }
        }
        let message = Message {
            id: batch_id(self.terms.id, self.progress.round, &self.progress.feed, bounds),
            records: u64::try_from(batch.records).unwrap_or(u64::MAX),
            bytes: u64::try_from(batch.body.len()).unwrap_or(u64::MAX),
            body: batch.body,
        };
        let outcome = self.deliver(receiver, call, message).await;
        let more = Bounds::behind(batch.upto, self.terms.batch, batch.head).map(|bounds| bounds.upto);
        let taken = |progress: &mut Progress| {
            progress.seq = batch.upto;
            progress.upto = more;
        };
        let next = match more {
            Some(_) => Next::Now,
            None => Next::News(Arc::clone(&receiver.dataset)),
        };
        self.settle(outcome, taken, next).await
    }

    /// Tells the receiver that the feed it knows does not go on, and begins with the one that is there, at the
    /// oldest change that is kept.
    async fn begin_anew(&mut self, receiver: &Receiver, call: &Call) -> Next {
        let number = receiver.dataset.number;
        let read = self.hub.blocking(move |hub| {
            hub.store.read_at_once(|connection| {
                let place = store::datasets::place(connection, number)?;
                Ok((place, store::changes::oldest(connection, number)?))
            })
        });
        let Ok((place, oldest)) = read.await else {
            return Next::Rest(A_WHILE);
        };
        let start = oldest.map_or(Seq(0), |oldest| Seq(oldest.0 - 1));
        let begin = |progress: &mut Progress| {
            progress.feed = place.feed.clone();
            progress.seq = start;
            progress.upto = None;
        };
        if self.progress.seq == Seq(0) && start == Seq(0) {
            // Nothing was delivered yet, so there is nothing to take back.
            begin(&mut self.progress);
            return match self.keep().await {
                true => Next::Now,
                false => Next::End,
            };
        }
        let message = Message {
            id: reset_id(self.terms.id, self.progress.round, &place.feed),
            body: reset(self.terms.id, &self.terms.dataset.to_string(), &place.feed, start),
            records: 0,
            bytes: 0,
        };
        let outcome = self.deliver(receiver, call, message).await;
        self.settle(outcome, begin, Next::Now).await
    }

    async fn deliver(&self, receiver: &Receiver, call: &Call, message: Message) -> Outcome {
        let terms = (&self.terms, &self.keys);
        self.hub
            .deliver(&self.lines, receiver, terms, call, message)
            .await
    }

    /// Keeps what came of a message; `taken` moves on, `next` is what comes then.
    async fn settle(&mut self, outcome: Outcome, taken: impl FnOnce(&mut Progress), next: Next) -> Next {
        let now = self.hub.clock.now();
        let next = match outcome {
            Outcome::Taken => {
                taken(&mut self.progress);
                self.progress.succeeded_at = Some(now);
                self.progress.failures = 0;
                self.progress.failing_since = None;
                self.progress.next_at = None;
                self.told = None;
                next
            }
            Outcome::Not(reason, asked) => self.failed(reason, asked, now),
            Outcome::Later(seconds) => return self.later(seconds, now).await,
        };
        match self.keep().await {
            true => next,
            false => Next::End,
        }
    }

    /// Waits for its turn at a system that is busy, or left alone; it is told when that takes long.
    async fn later(&mut self, seconds: u32, now: Timestamp) -> Next {
        let taken = self.progress.succeeded_at;
        let briefly = taken.is_some_and(|at| now.0.saturating_sub(at.0) < BRIEFLY);
        if !briefly && matches!(self.hindered(Reason::Unavailable).await, Next::End) {
            return Next::End;
        }
        let rest = Duration::from_secs(u64::from(seconds)).min(A_WHILE * 5);
        Next::Rest(rest.mul_f64(0.75 + chance() / 2.0))
    }

    /// Notes that a message was not taken.
    fn failed(&mut self, reason: Reason, asked: Option<i64>, now: Timestamp) -> Next {
        let progress = &mut self.progress;
        progress.failures = progress.failures.saturating_add(1);
        progress.failed_at = Some(now);
        progress.failure = Some(reason);
        let since = *progress.failing_since.get_or_insert(now);
        let ended = match after(progress.failures, since, now, asked, chance()) {
            _ if reason == Reason::Status(410) => Ended::Gone,
            Patience::Until(moment) => {
                progress.next_at = Some(moment);
                return Next::At(moment);
            }
            Patience::Over => Ended::Exhausted,
        };
        progress.state = State::Disabled(ended);
        progress.next_at = None;
        tracing::warn!(
            subscription = self.terms.id,
            reason = progress.state.reason(),
            "deliveries came to an end; resume them when that has changed"
        );
        Next::End
    }

    /// Notes, once, what stands against a delivery; it goes on by itself when that is gone. That a failing system
    /// is left alone for a while says less than how it failed.
    async fn hindered(&mut self, reason: Reason) -> Next {
        let says_less = reason == Reason::Unavailable && self.progress.failures > 0;
        if self.told != Some(reason) && !says_less {
            self.told = Some(reason);
            self.progress.failed_at = Some(self.hub.clock.now());
            self.progress.failure = Some(reason);
            tracing::warn!(
                subscription = self.terms.id,
                reason = reason.code(),
                "nothing is delivered for the moment"
            );
            if !self.keep().await {
                return Next::End;
            }
        }
        Next::Rest(A_WHILE)
    }

    /// Keeps how far it is, however long the database is away; tells whether it goes on.
    async fn keep(&self) -> bool {
        let (id, version) = (self.terms.id, self.terms.version);
        loop {
            if let Ok(kept) = self.keeper.keep(id, version, self.progress.clone()).await {
                return kept && self.progress.state == State::Active;
            }
            if *self.stop.borrow() {
                return false;
            }
            tokio::time::sleep(A_WHILE).await;
        }
    }
}

/// A number between 0 and 1; without any chance to be had, in the middle.
fn chance() -> f64 {
    random().map_or(0.5, |bytes| {
        f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX)
    })
}
