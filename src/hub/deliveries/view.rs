//! How subscriptions are shown: what they are, and how far they are behind.

use std::collections::HashMap;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::access::rules::Reach;
use crate::connector::delivery::{Reason, State};
use crate::error::{Error, Result, Unknown};
use crate::hub::Hub;
use crate::store::datasets::Head;
use crate::store::subscriptions::{Progress, SubscriptionRow};
use crate::store::{self, DbConnection};
use crate::types::{FeedId, Seq, Timestamp};

/// A subscription as it is shown.
#[derive(Debug, Clone)]
pub struct SubscriptionView {
    /// Its number.
    pub id: i64,
    /// The dataset, such as `bkd/pegawai/v1`.
    pub dataset: String,
    /// The receiving application's number.
    pub application: i64,
    /// That application's name.
    pub application_name: String,
    /// Its agency.
    pub opd: String,
    /// The number of the connector.
    pub connector: i64,
    /// The path below the connector's base.
    pub path: String,
    /// How many changes at most are sent at once.
    pub batch: u16,
    /// Whether it delivers.
    pub state: State,
    /// The feed that the position is of.
    pub feed: FeedId,
    /// The last change that was taken.
    pub seq: Seq,
    /// The last change that there is.
    pub head: Seq,
    /// How many changes were not taken yet.
    pub lag_changes: i64,
    /// For how long the oldest of these has been there, in seconds.
    pub lag_seconds: i64,
    /// Failures in a row.
    pub failures: i64,
    /// When it is tried again after a failure.
    pub next_attempt_at: Option<Timestamp>,
    /// When a message was last taken.
    pub last_success_at: Option<Timestamp>,
    /// What went wrong last; it stays after a success.
    pub last_failure: Option<LastFailure>,
    /// Until when messages are signed with the secret before as well.
    pub old_secret_until: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// What went wrong last.
#[derive(Debug, Clone, Copy)]
pub struct LastFailure {
    /// When.
    pub at: Timestamp,
    /// Why; `None` where a newer hub wrote down a reason that this one does not know.
    pub reason: Option<Reason>,
}

/// A subscription with a secret that is shown this once.
pub struct SubscriptionWithSecret {
    /// The subscription.
    pub subscription: SubscriptionView,
    /// What its messages are signed with: `whsec_...`.
    pub secret: Zeroizing<String>,
}

impl Hub {
    /// All subscriptions, by number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn subscriptions(&self) -> Result<Vec<SubscriptionView>> {
        let now = self.clock.now();
        self.store.read_at_once(|connection| {
            let rows = store::subscriptions::list(connection)?;
            let mut datasets: Vec<i64> = rows.iter().map(|row| row.dataset_id).collect();
            datasets.sort_unstable();
            datasets.dedup();
            let heads: HashMap<i64, Head> = store::datasets::heads(connection, &datasets)?
                .into_iter()
                .collect();
            let shown = rows.into_iter().map(|row| shown(connection, &heads, row, now));
            shown.collect()
        })
    }

    /// One subscription.
    ///
    /// # Errors
    /// Unknown where there is none with this number.
    pub fn subscription(&self, id: i64) -> Result<SubscriptionView> {
        let now = self.clock.now();
        self.store.read_at_once(|connection| {
            let row = find(connection, id)?;
            let heads = store::datasets::heads(connection, &[row.dataset_id])?;
            shown(connection, &heads.into_iter().collect(), row, now)
        })
    }

    /// One subscription, where the receiving agency is within `reach`.
    ///
    /// # Errors
    /// Unknown where there is none, or none of theirs.
    pub fn subscription_within(&self, reach: &Reach, id: i64) -> Result<SubscriptionView> {
        let view = self.subscription(id)?;
        match reach.covers(&view.opd) {
            true => Ok(view),
            false => Err(Error::Unknown(Unknown::Subscription(id.to_string()))),
        }
    }
}

/// The subscription with this number.
///
/// # Errors
/// Unknown where there is none.
pub(super) fn find(connection: &mut DbConnection, id: i64) -> Result<SubscriptionRow> {
    store::subscriptions::find(connection, id)?
        .ok_or_else(|| Error::Unknown(Unknown::Subscription(id.to_string())))
}

/// What of a subscription is told in the log of management.
pub(super) fn logged(row: &SubscriptionRow, progress: &Progress) -> Value {
    json!({
        "connector": row.connector_id, "path": row.path, "batch": row.batch,
        "state": progress.state.as_str(), "feed": progress.feed.as_str(), "seq": progress.seq.0,
    })
}

fn shown(
    connection: &mut DbConnection,
    heads: &HashMap<i64, Head>,
    row: SubscriptionRow,
    now: Timestamp,
) -> Result<SubscriptionView> {
    let progress = row.progress.read()?;
    let head = heads.get(&row.dataset_id);
    // Of another feed nothing was taken yet.
    let taken = match head.is_some_and(|head| head.feed == progress.feed) {
        true => progress.seq,
        false => Seq(0),
    };
    let head = head.map_or(taken, |head| head.seq);
    let lag_changes = head.0.saturating_sub(taken.0).max(0);
    let waiting_since = match lag_changes {
        0 => None,
        _ => store::changes::at(connection, row.dataset_id, taken.next())?,
    };
    Ok(SubscriptionView {
        id: row.id,
        dataset: format!("{}/{}/v{}", row.owner, row.dataset, row.major),
        application: row.application_id,
        application_name: row.application,
        opd: row.opd,
        connector: row.connector_id,
        path: row.path,
        batch: u16::try_from(row.batch).unwrap_or(u16::MAX),
        state: progress.state,
        feed: progress.feed,
        seq: progress.seq,
        head,
        lag_changes,
        lag_seconds: waiting_since.map_or(0, |since| now.seconds().saturating_sub(since.seconds()).max(0)),
        failures: progress.failures,
        next_attempt_at: progress.next_at,
        last_success_at: progress.succeeded_at,
        last_failure: progress.failed_at.map(|at| LastFailure {
            at,
            reason: progress.failure,
        }),
        old_secret_until: row.old_secret_until.map(Timestamp).filter(|until| now < *until),
        created_at: Timestamp(row.created_at),
    })
}
