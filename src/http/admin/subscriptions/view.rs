//! How subscriptions look in answers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::hub::{LastFailure, SubscriptionView, SubscriptionWithSecret};
use crate::types::{Lang, Timestamp};

/// An endpoint to which the changes of a dataset are delivered, and how far that is.
#[derive(Serialize, ToSchema)]
pub(super) struct Subscription {
    /// Its number.
    id: i64,
    /// The dataset.
    #[schema(example = "bkd/pegawai/v1")]
    dataset: String,
    /// The number of the application that receives.
    application: i64,
    /// That application's name.
    application_name: String,
    /// The code of its agency.
    opd: String,
    /// The number of the connector.
    connector: i64,
    /// The path below the connector's base.
    path: String,
    /// How many changes at most are sent at once.
    batch: u16,
    /// `active`; `paused` by somebody; `disabled` by itself.
    #[schema(value_type = String, pattern = "^(active|paused|disabled)$")]
    state: &'static str,
    /// Why it is disabled: `receiver-gone` (it answered 410) or `failed-for-three-days`.
    #[schema(value_type = Option<String>, required = true)]
    disabled_because: Option<&'static str>,
    /// The feed that the position is of.
    feed: String,
    /// The number of the last change that was taken.
    seq: i64,
    /// How far it is behind.
    lag: Lag,
    /// How often in a row nothing was taken.
    failures: i64,
    /// When it is tried again after a failure.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    next_attempt_at: Option<Timestamp>,
    /// When something was last taken.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    last_success_at: Option<Timestamp>,
    /// What went wrong last; it stays after a success.
    #[schema(required = true)]
    last_failure: Option<DeliveryFailure>,
    /// Until when messages are signed with the secret before as well.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    old_secret_until: Option<Timestamp>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// How far a subscription is behind.
#[derive(Serialize, ToSchema)]
struct Lag {
    /// How many changes were not taken yet.
    changes: i64,
    /// For how long the oldest of these has been there.
    seconds: i64,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
struct DeliveryFailure {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What kind of failure it was.
    #[schema(value_type = String, example = "receiver-refused")]
    code: &'static str,
    /// The status that the receiver answered with, if it did.
    #[schema(required = true)]
    status: Option<u16>,
    /// What happened and what to do about it.
    detail: String,
}

/// A page of subscriptions, by number.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionPage {
    /// The subscriptions.
    pub(super) subscriptions: Vec<Subscription>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    pub(super) next: Option<String>,
}

/// A subscription with a new secret, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct SubscriptionSecret {
    /// The subscription.
    #[serde(flatten)]
    subscription: Subscription,
    /// What messages are signed with, as libraries of Standard Webhooks take it. It can't be shown again.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    secret: String,
}

impl Subscription {
    /// The subscription in this language.
    pub(super) fn new(view: SubscriptionView, lang: Lang) -> Self {
        Subscription {
            id: view.id,
            dataset: view.dataset,
            application: view.application,
            application_name: view.application_name,
            opd: view.opd,
            connector: view.connector,
            path: view.path,
            batch: view.batch,
            state: view.state.as_str(),
            disabled_because: view.state.reason(),
            feed: view.feed.to_string(),
            seq: view.seq.0,
            lag: Lag {
                changes: view.lag_changes,
                seconds: view.lag_seconds,
            },
            failures: view.failures,
            next_attempt_at: view.next_attempt_at,
            last_success_at: view.last_success_at,
            last_failure: view
                .last_failure
                .map(|failure| DeliveryFailure::new(failure, lang)),
            old_secret_until: view.old_secret_until,
            created_at: view.created_at,
        }
    }
}

impl DeliveryFailure {
    fn new(failure: LastFailure, lang: Lang) -> Self {
        DeliveryFailure {
            at: failure.at,
            code: failure.reason.map_or("unknown", |reason| reason.code()),
            status: failure.reason.and_then(|reason| reason.status()),
            detail: failure
                .reason
                .map_or_else(String::new, |reason| reason.says().to(lang).to_owned()),
        }
    }
}

impl SubscriptionSecret {
    /// The subscription in this language, with its secret.
    pub(super) fn new(new: SubscriptionWithSecret, lang: Lang) -> Self {
        SubscriptionSecret {
            subscription: Subscription::new(new.subscription, lang),
            secret: new.secret.to_string(),
        }
    }
}
