//! The table of subscriptions, as those who manage see and change it.
//!
//! Not here: what deliveries keep ([`progress`]). Invariant: whatever somebody changes raises the row's version,
//! so that a delivery under way can't overwrite it.

pub mod progress;

use diesel::prelude::*;

use super::schema::{application, dataset, opd, subscription};
use super::{DbConnection, unavailable};
use crate::error::Result;
use crate::types::{FeedId, Seq, Timestamp};
pub use progress::{Progress, ProgressRow};

/// A subscription with the names of what it is about.
#[derive(Debug, Clone, Queryable)]
pub struct SubscriptionRow {
    /// Its number.
    pub id: i64,
    /// The owner of the dataset.
    pub owner: String,
    /// The dataset's name.
    pub dataset: String,
    /// The dataset's major version.
    pub major: i32,
    /// The dataset's number.
    pub dataset_id: i64,
    /// The receiving application.
    pub application_id: i64,
    /// That application's name.
    pub application: String,
    /// Its agency.
    pub opd: String,
    /// The connector of that agency through which is delivered.
    pub connector_id: i64,
    /// The path below the connector's base.
    pub path: String,
    /// How many changes at most are sent at once.
    pub batch: i32,
    /// When it was added, in milliseconds since the epoch.
    pub created_at: i64,
    /// Rises with each change that somebody makes.
    pub version: i64,
    /// Until when messages are signed with the secret before as well.
    pub old_secret_until: Option<i64>,
    /// How far it is.
    #[diesel(embed)]
    pub progress: ProgressRow,
}

/// All columns of a [`SubscriptionRow`], in its order.
macro_rules! columns {
    () => {
        (
            subscription::id,
            dataset::opd,
            dataset::name,
            dataset::major,
            subscription::dataset_id,
            subscription::application_id,
            application::name,
            opd::code,
            subscription::connector_id,
            subscription::path,
            subscription::batch,
            subscription::created_at,
            subscription::version,
            subscription::old_secret_until,
            progress::columns!(),
        )
    };
}

/// A subscription to be added.
#[derive(Debug)]
pub struct NewRow<'a> {
    /// The dataset's number.
    pub dataset_id: i64,
    /// The receiving application.
    pub application_id: i64,
    /// The connector.
    pub connector_id: i64,
    /// The path below the connector's base.
    pub path: &'a str,
    /// How many changes at most are sent at once.
    pub batch: u16,
    /// The dataset's feed.
    pub feed: &'a FeedId,
    /// The last change that the receiver has already.
    pub since: Seq,
}

/// All subscriptions, by number.
///
/// # Errors
/// When the database fails.
pub fn list(connection: &mut DbConnection) -> Result<Vec<SubscriptionRow>> {
    subscription::table
        .inner_join(dataset::table)
        .inner_join(application::table.inner_join(opd::table))
        .order(subscription::id)
        .select(columns!())
        .load(connection)
        .map_err(unavailable)
}

/// The subscription with this number.
///
/// # Errors
/// When the database fails.
pub fn find(connection: &mut DbConnection, id: i64) -> Result<Option<SubscriptionRow>> {
    subscription::table
        .inner_join(dataset::table)
        .inner_join(application::table.inner_join(opd::table))
        .filter(subscription::id.eq(id))
        .select(columns!())
        .first(connection)
        .optional()
        .map_err(unavailable)
}

/// Holds a subscription's row to the end of the transaction.
///
/// # Errors
/// When the database fails.
pub fn hold(connection: &mut DbConnection, id: i64) -> Result<()> {
    diesel::update(subscription::table.filter(subscription::id.eq(id)))
        .set(subscription::batch.eq(subscription::batch))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// The subscriptions that deliver through this connector.
///
/// # Errors
/// When the database fails.
pub fn through(connection: &mut DbConnection, connector_id: i64) -> Result<Vec<i64>> {
    subscription::table
        .filter(subscription::connector_id.eq(connector_id))
        .order(subscription::id)
        .select(subscription::id)
        .load(connection)
        .map_err(unavailable)
}

/// How many subscriptions there are.
///
/// # Errors
/// When the database fails.
pub fn count(connection: &mut DbConnection) -> Result<i64> {
    subscription::table
        .count()
        .get_result(connection)
        .map_err(unavailable)
}

/// Adds an active subscription and gives its number.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut DbConnection, new: &NewRow<'_>, now: Timestamp) -> Result<i64> {
    diesel::insert_into(subscription::table)
        .values((
            subscription::dataset_id.eq(new.dataset_id),
            subscription::application_id.eq(new.application_id),
            subscription::connector_id.eq(new.connector_id),
            subscription::path.eq(new.path),
            subscription::batch.eq(i32::from(new.batch)),
            subscription::state.eq("active"),
            subscription::created_at.eq(now.0),
            subscription::feed.eq(new.feed.as_str()),
            subscription::seq.eq(new.since.0),
        ))
        .returning(subscription::id)
        .get_result(connection)
        .map_err(unavailable)
}

/// Changes where a subscription delivers, and how much at once.
///
/// # Errors
/// When the database fails.
pub fn update(
    connection: &mut DbConnection,
    id: i64,
    connector_id: i64,
    path: &str,
    batch: u16,
) -> Result<()> {
    diesel::update(subscription::table.filter(subscription::id.eq(id)))
        .set((
            subscription::connector_id.eq(connector_id),
            subscription::path.eq(path),
            subscription::batch.eq(i32::from(batch)),
            subscription::version.eq(subscription::version + 1),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Sets how far a subscription is, whatever a hub may be doing with it; `older` is until when messages are
/// signed with the secret before as well.
///
/// # Errors
/// When the database fails.
pub fn set(
    connection: &mut DbConnection,
    id: i64,
    progress: &Progress,
    older: Option<Timestamp>,
) -> Result<()> {
    diesel::update(subscription::table.filter(subscription::id.eq(id)))
        .set((
            progress::values!(progress),
            subscription::old_secret_until.eq(older.map(|at| at.0)),
            subscription::version.eq(subscription::version + 1),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}

/// Deletes a subscription.
///
/// # Errors
/// When the database fails.
pub fn delete(connection: &mut DbConnection, id: i64) -> Result<()> {
    diesel::delete(subscription::table.filter(subscription::id.eq(id)))
        .execute(connection)
        .map(|_| ())
        .map_err(unavailable)
}
