//! How far subscriptions are, and which hub delivers: what deliveries themselves keep.
//!
//! Invariant: a hub writes only where it holds the row and nobody changed the subscription meanwhile.

use diesel::prelude::*;

use crate::connector::delivery::{Reason, State};
use crate::error::{Error, Result};
use crate::store::schema::subscription;
use crate::store::{DbConnection, too_late, unavailable};
use crate::types::{FeedId, Seq, Timestamp};

/// How far a subscription is, as it is kept.
#[derive(Debug, Clone, Queryable)]
pub struct ProgressRow {
    state: String,
    ended: Option<String>,
    round: i64,
    feed: String,
    seq: i64,
    upto: Option<i64>,
    failures: i64,
    failing_since: Option<i64>,
    next_at: Option<i64>,
    succeeded_at: Option<i64>,
    failed_at: Option<i64>,
    failure: Option<String>,
    failure_status: Option<i32>,
}

/// How far a subscription is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Whether it delivers.
    pub state: State,
    /// Rises when changes are sent once more on purpose.
    pub round: i64,
    /// The feed that the position is of.
    pub feed: FeedId,
    /// The last change that was taken.
    pub seq: Seq,
    /// Where the message ends that is being sent.
    pub upto: Option<Seq>,
    /// Failures in a row.
    pub failures: i64,
    /// Since when.
    pub failing_since: Option<Timestamp>,
    /// When it is tried again.
    pub next_at: Option<Timestamp>,
    /// When a message was last taken.
    pub succeeded_at: Option<Timestamp>,
    /// When one last was not, or could not be sent.
    pub failed_at: Option<Timestamp>,
    /// Why.
    pub failure: Option<Reason>,
}

impl ProgressRow {
    /// The row, read.
    ///
    /// # Errors
    /// When it holds what no hub writes.
    pub fn read(self) -> Result<Progress> {
        let damaged = || Error::Internal("the database holds a subscription that can't be read".to_owned());
        let status = self.failure_status.and_then(|status| u16::try_from(status).ok());
        Ok(Progress {
            state: State::parse(&self.state, self.ended.as_deref()).ok_or_else(damaged)?,
            round: self.round,
            feed: self.feed.parse().map_err(|_| damaged())?,
            seq: Seq(self.seq),
            upto: self.upto.map(Seq),
            failures: self.failures,
            failing_since: self.failing_since.map(Timestamp),
            next_at: self.next_at.map(Timestamp),
            succeeded_at: self.succeeded_at.map(Timestamp),
            failed_at: self.failed_at.map(Timestamp),
            // A newer hub may know of reasons that this one does not.
            failure: self.failure.and_then(|code| Reason::parse(&code, status)),
        })
    }
}

/// The columns of a [`ProgressRow`], in its order.
macro_rules! columns {
    () => {
        (
            subscription::state,
            subscription::ended,
            subscription::round,
            subscription::feed,
            subscription::seq,
            subscription::upto,
            subscription::failures,
            subscription::failing_since,
            subscription::next_at,
            subscription::succeeded_at,
            subscription::failed_at,
            subscription::failure,
            subscription::failure_status,
        )
    };
}

/// A [`Progress`] as it is set.
macro_rules! values {
    ($progress:expr) => {
        (
            subscription::state.eq($progress.state.as_str()),
            subscription::ended.eq($progress.state.reason()),
            subscription::round.eq($progress.round),
            subscription::feed.eq($progress.feed.as_str()),
            subscription::seq.eq($progress.seq.0),
            subscription::upto.eq($progress.upto.map(|seq| seq.0)),
            subscription::failures.eq($progress.failures),
            subscription::failing_since.eq($progress.failing_since.map(|at| at.0)),
            subscription::next_at.eq($progress.next_at.map(|at| at.0)),
            subscription::succeeded_at.eq($progress.succeeded_at.map(|at| at.0)),
            subscription::failed_at.eq($progress.failed_at.map(|at| at.0)),
            subscription::failure.eq($progress.failure.map(|reason| reason.code())),
            subscription::failure_status.eq($progress
                .failure
                .and_then(|reason| reason.status())
                .map(i32::from)),
        )
    };
}

pub(super) use {columns, values};

/// Who delivers a subscription, as far as it is told from outside.
#[derive(Debug, Clone, Queryable)]
pub struct Holding {
    /// The subscription.
    pub id: i64,
    /// Its version.
    pub version: i64,
    /// The hub, if one has it.
    pub holder: Option<String>,
    /// Until when.
    pub held_until: Option<i64>,
}

/// Who delivers the active subscriptions, by number.
///
/// # Errors
/// When the database fails.
pub fn holdings(connection: &mut DbConnection) -> Result<Vec<Holding>> {
    subscription::table
        .filter(subscription::state.eq(State::Active.as_str()))
        .order(subscription::id)
        .select((
            subscription::id,
            subscription::version,
            subscription::holder,
            subscription::held_until,
        ))
        .load(connection)
        .map_err(unavailable)
}

/// Takes a subscription for `holder` until then, or keeps it, unless another hub has it at `now`. Tells whether
/// it is held. Who has it until long after `until` took it by a clock that was ahead.
///
/// # Errors
/// When the database fails.
pub fn hold(
    connection: &mut DbConnection,
    id: i64,
    holder: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<bool> {
    let free = subscription::holder
        .is_null()
        .or(subscription::holder.eq(holder).assume_not_null())
        .or(subscription::held_until.lt(now.0).assume_not_null())
        .or(subscription::held_until.gt(too_late(until)).assume_not_null());
    diesel::update(subscription::table.filter(subscription::id.eq(id)).filter(free))
        .set((
            subscription::holder.eq(Some(holder)),
            subscription::held_until.eq(Some(until.0)),
        ))
        .execute(connection)
        .map(|rows| rows > 0)
        .map_err(unavailable)
}

/// Lets all subscriptions go that `holder` has.
///
/// # Errors
/// When the database fails.
pub fn release(connection: &mut DbConnection, holder: &str) -> Result<()> {
    diesel::update(subscription::table.filter(subscription::holder.eq(holder)))
        .set((
            subscription::holder.eq(None::<String>),
            subscription::held_until.eq(None::<i64>),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Keeps how far a subscription is, if `holder` has it and it is the one of this `version`. Tells whether it is.
///
/// # Errors
/// When the database fails.
pub fn keep(
    connection: &mut DbConnection,
    id: i64,
    version: i64,
    holder: &str,
    progress: &Progress,
) -> Result<bool> {
    let this = subscription::table
        .filter(subscription::id.eq(id))
        .filter(subscription::version.eq(version))
        .filter(subscription::holder.eq(holder));
    diesel::update(this)
        .set(values!(progress))
        .execute(connection)
        .map(|rows| rows > 0)
        .map_err(unavailable)
}
