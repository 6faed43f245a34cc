//! What people do with subscriptions: add, change, stop, go on, send once more, exchange the secret.
//!
//! Invariant: whatever is done here holds for a delivery that is under way: what comes of it is no longer kept.

use super::terms::fault;
use super::view::{find, logged};
use super::{SubscriptionView, SubscriptionWithSecret};
use crate::connector::delivery::{MAX_BATCH, State, secret_text};
use crate::error::{Error, Malformed, Result, Unknown};
use crate::hub::connectors::hold_connector;
use crate::hub::{Actor, Hub};
use crate::store::subscriptions::{NewRow, Progress, SubscriptionRow};
use crate::store::{self, DbConnection};
use crate::types::{DatasetId, Mode, OpdCode, Seq, Text, Timestamp};

/// How long the secret before may go on beside a new one, in seconds: thirty days.
const MAX_OVERLAP: u32 = 30 * 86_400;

/// A subscription to be added.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// The dataset.
    pub dataset: DatasetId,
    /// The receiving application's number.
    pub application: i64,
    /// The number of a connector of its agency.
    pub connector: i64,
    /// The path below the connector's base, with a query where one is needed.
    pub path: String,
    /// How many changes at most are sent at once.
    pub batch: u16,
    /// The last change that the receiver has already.
    pub since: Seq,
}

/// What changes of a subscription; what is left out stays.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionChange {
    /// The number of the connector.
    pub connector: Option<i64>,
    /// The path below the connector's base.
    pub path: Option<String>,
    /// How many changes at most are sent at once.
    pub batch: Option<u16>,
}

impl Hub {
    /// Adds a subscription, which delivers at once.
    ///
    /// # Errors
    /// Unknown where there is no such dataset, application or connector; a conflict when the application's
    /// agency may not pull the dataset; malformed when the terms make no sense.
    pub fn add_subscription(&self, actor: &Actor, new: &NewSubscription) -> Result<SubscriptionWithSecret> {
        let dataset = self.dataset(&new.dataset)?;
        if dataset.mode() == Mode::Live {
            return Err(Error::Unknown(Unknown::LiveDataset(new.dataset.clone())));
        }
        let application = self.application(new.application)?;
        let opd: OpdCode = application.opd.parse().map_err(Error::Internal)?;
        self.may_receive(&dataset, new.application, &opd)?;
        self.check_terms(&opd, new.connector, &new.path, new.batch)?;
        let (id, secret) = self.store.write(|connection| {
            hold_connector(connection, new.connector)?;
            let place = store::datasets::place(connection, dataset.number)?;
            if new.since > place.seq {
                return Err(behind_the_end(place.seq));
            }
            let row = NewRow {
                dataset_id: dataset.number,
                application_id: new.application,
                connector_id: new.connector,
                path: &new.path,
                batch: new.batch,
                feed: &place.feed,
                since: new.since,
            };
            let id = store::subscriptions::insert(connection, &row, self.clock.now())?;
            let secret = self.new_signing_secret(connection, id, false)?;
            let after = find(connection, id)?;
            self.note_subscription(connection, actor, "subscription.add", None, Some(&after))?;
            Ok((id, secret))
        })?;
        self.refresh()?;
        Ok(SubscriptionWithSecret {
            subscription: self.subscription(id)?,
            secret: secret_text(&secret),
        })
    }

    /// Changes where a subscription delivers, and how much at once.
    ///
    /// # Errors
    /// Unknown where there is no such subscription or connector; malformed when the terms make no sense.
    pub fn change_subscription(
        &self,
        actor: &Actor,
        id: i64,
        change: &SubscriptionChange,
    ) -> Result<SubscriptionView> {
        let before = self.store.read(|connection| find(connection, id))?;
        let opd: OpdCode = before.opd.parse().map_err(Error::Internal)?;
        let connector = change.connector.unwrap_or(before.connector_id);
        let path = change.path.as_deref().unwrap_or(&before.path);
        let batch = change
            .batch
            .unwrap_or(u16::try_from(before.batch).unwrap_or(MAX_BATCH));
        self.check_terms(&opd, connector, path, batch)?;
        self.store.write(|connection| {
            hold_connector(connection, connector)?;
            let before = find(connection, id)?;
            store::subscriptions::update(connection, id, connector, path, batch)?;
            let after = find(connection, id)?;
            self.note_subscription(
                connection,
                actor,
                "subscription.change",
                Some(&before),
                Some(&after),
            )
        })?;
        self.refresh()?;
        self.subscription(id)
    }

    /// Stops a subscription for a while.
    ///
    /// # Errors
    /// Unknown where there is none with this number.
    pub fn pause_subscription(&self, actor: &Actor, id: i64) -> Result<SubscriptionView> {
        self.set_subscription(actor, id, "subscription.pause", |_, progress| {
            progress.state = State::Paused;
            progress.next_at = None;
            Ok(())
        })
    }

    /// Lets a subscription go on from where it was, at once.
    ///
    /// # Errors
    /// Unknown where there is none with this number.
    pub fn resume_subscription(&self, actor: &Actor, id: i64) -> Result<SubscriptionView> {
        self.set_subscription(actor, id, "subscription.resume", |_, progress| {
            progress.state = State::Active;
            forgive(progress);
            Ok(())
        })
    }

    /// Sends the changes behind `since` once more, under new ids.
    ///
    /// # Errors
    /// Unknown where there is no such subscription; malformed when `since` lies behind the end of the feed.
    pub fn replay_subscription(&self, actor: &Actor, id: i64, since: Seq) -> Result<SubscriptionView> {
        self.set_subscription(actor, id, "subscription.replay", |place, progress| {
            if since > place.seq {
                return Err(behind_the_end(place.seq));
            }
            progress.round += 1;
            progress.feed = place.feed.clone();
            progress.seq = since;
            progress.upto = None;
            forgive(progress);
            Ok(())
        })
    }

    /// Gives a subscription a new secret; for so many seconds messages are signed with both.
    ///
    /// # Errors
    /// Unknown where there is no such subscription; malformed when the time is too long.
    pub fn rotate_subscription(
        &self,
        actor: &Actor,
        id: i64,
        overlap: u32,
    ) -> Result<SubscriptionWithSecret> {
        if overlap > MAX_OVERLAP {
            return Err(fault(
                "overlap_seconds",
                "paling lama 30 hari.",
                "at most 30 days.",
            ));
        }
        let now = self.clock.now();
        let older = (overlap > 0).then_some(Timestamp(now.0.saturating_add(i64::from(overlap) * 1_000)));
        let secret = self.store.write(|connection| {
            store::subscriptions::hold(connection, id)?;
            let row = find(connection, id)?;
            let progress = row.progress.clone().read()?;
            let secret = self.new_signing_secret(connection, id, older.is_some())?;
            store::subscriptions::set(connection, id, &progress, older)?;
            let after = find(connection, id)?;
            self.note_subscription(connection, actor, "subscription.rotate", Some(&row), Some(&after))?;
            Ok(secret)
        })?;
        self.refresh()?;
        Ok(SubscriptionWithSecret {
            subscription: self.subscription(id)?,
            secret: secret_text(&secret),
        })
    }

    /// Deletes a subscription and its secret.
    ///
    /// # Errors
    /// Unknown where there is none with this number.
    pub fn delete_subscription(&self, actor: &Actor, id: i64) -> Result<()> {
        self.store.write(|connection| {
            let before = find(connection, id)?;
            self.forget_signing_secrets(connection, id)?;
            store::subscriptions::delete(connection, id)?;
            self.note_subscription(connection, actor, "subscription.delete", Some(&before), None)
        })?;
        self.refresh()
    }

    /// Sets how far a subscription is.
    fn set_subscription(
        &self,
        actor: &Actor,
        id: i64,
        name: &'static str,
        change: impl FnOnce(&store::datasets::Head, &mut Progress) -> Result<()>,
    ) -> Result<SubscriptionView> {
        self.store.write(|connection| {
            // A delivery under way writes down how far it came.
            store::subscriptions::hold(connection, id)?;
            let before = find(connection, id)?;
            let place = store::datasets::place(connection, before.dataset_id)?;
            let mut progress = before.progress.clone().read()?;
            change(&place, &mut progress)?;
            let older = before.old_secret_until.map(Timestamp);
            store::subscriptions::set(connection, id, &progress, older)?;
            let after = find(connection, id)?;
            self.note_subscription(connection, actor, name, Some(&before), Some(&after))
        })?;
        self.refresh()?;
        self.subscription(id)
    }

    /// Logs what was done to a subscription and lets all hubs know.
    fn note_subscription(
        &self,
        connection: &mut DbConnection,
        actor: &Actor,
        name: &'static str,
        before: Option<&SubscriptionRow>,
        after: Option<&SubscriptionRow>,
    ) -> Result<()> {
        let told = |row: Option<&SubscriptionRow>| -> Result<Option<String>> {
            let told = row.map(|row| Ok(logged(row, &row.progress.clone().read()?).to_string()));
            told.transpose()
        };
        let target = after.or(before).map_or_else(String::new, |row| {
            format!(
                "{}: {}/{}/v{} to {}/{}",
                row.id, row.owner, row.dataset, row.major, row.opd, row.application
            )
        });
        self.changed(connection, actor, name, target, told(before)?, told(after)?)
    }
}

/// Lets go of what went wrong before; when and why stays to be seen.
fn forgive(progress: &mut Progress) {
    progress.failures = 0;
    progress.failing_since = None;
    progress.next_at = None;
}

fn behind_the_end(head: Seq) -> Error {
    Error::Malformed(Malformed::Parameter(
        "since",
        Text::new(
            format!("umpan perubahan berakhir di {head}."),
            format!("the feed ends at {head}."),
        ),
    ))
}
