//! What is done with one subscription.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::{answer, input};
use super::view::{Subscription, SubscriptionSecret};
use crate::error::{Result as Outcome, Unknown};
use crate::http::body::acceptable;
use crate::http::manager::{CanManageSubscriptions, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{self, Actor, Hub, SubscriptionView};
use crate::types::Seq;

/// For how many seconds the secret before goes on beside a new one where nothing is said: a day.
const OVERLAP: u32 = 86_400;

/// What changes of a subscription; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
struct SubscriptionChange {
    /// The number of a connector of the receiving agency.
    #[schema(nullable = false)]
    connector: Option<i64>,
    /// The path below the connector's base.
    #[schema(nullable = false, min_length = 1, max_length = 2000, pattern = "^/")]
    path: Option<String>,
    /// How many changes at most are sent at once.
    #[schema(nullable = false, minimum = 1, maximum = 1000)]
    batch: Option<u16>,
}

/// From where changes are sent once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Replay {
    /// The number of the last change that is not sent again; 0 for all.
    #[schema(minimum = 0, example = 0)]
    since: i64,
}

/// How a secret is exchanged.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecretExchange {
    /// For how many seconds messages are signed with the secret before as well; a day when left out.
    #[schema(maximum = 2_592_000, nullable = false)]
    overlap_seconds: Option<u32>,
}

/// What was deleted.
#[derive(Serialize, ToSchema)]
struct Deleted {
    /// The subscription's number.
    id: i64,
}

/// Changes where a subscription delivers, and how much at once.
#[utoipa::path(
    patch, path = "/admin/subscriptions/{id}", tag = "subscriptions",
    params(("id" = i64, Path, description = "The subscription's number.")),
    request_body(content((SubscriptionChange = "application/merge-patch+json"), (SubscriptionChange = "application/json"))),
    responses((status = 200, description = "It was changed.", body = Subscription), WriteRefusals)
)]
pub(in crate::http) async fn change_subscription(
    manager: Manager<CanManageSubscriptions>,
    (request, meta): (HttpRequest, Meta),
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let id = path::number(&id, Unknown::Subscription)?;
    let change: SubscriptionChange = input::patch(&hub, &request, payload).await?;
    let change = hub::SubscriptionChange {
        connector: change.connector,
        path: change.path,
        batch: change.batch,
    };
    let changed = hub
        .blocking(move |hub| hub.change_subscription(&actor, id, &change))
        .await?;
    answer(HttpResponse::Ok(), &Subscription::new(changed, meta.lang))
}

/// Deletes a subscription and its secret; nothing more is delivered.
#[utoipa::path(
    delete, path = "/admin/subscriptions/{id}", tag = "subscriptions",
    params(("id" = i64, Path, description = "The subscription's number.")),
    responses((status = 200, description = "It was deleted.", body = Deleted), ReadRefusals)
)]
pub(in crate::http) async fn delete_subscription(
    manager: Manager<CanManageSubscriptions>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let Manager { hub, actor, .. } = manager;
    let id = path::number(&id, Unknown::Subscription)?;
    hub.blocking(move |hub| hub.delete_subscription(&actor, id))
        .await?;
    answer(HttpResponse::Ok(), &Deleted { id })
}

/// Stops deliveries for a while; the position stays.
#[utoipa::path(
    post, path = "/admin/subscriptions/{id}/pause", tag = "subscriptions",
    params(("id" = i64, Path, description = "The subscription's number.")),
    responses((status = 200, description = "It is paused.", body = Subscription), ReadRefusals)
)]
pub(in crate::http) async fn pause_subscription(
    manager: Manager<CanManageSubscriptions>,
    (request, meta): (HttpRequest, Meta),
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let paused = changed(manager, &request, &id, Hub::pause_subscription).await?;
    answer(HttpResponse::Ok(), &Subscription::new(paused, meta.lang))
}

/// Lets deliveries go on from where they were, at once, whatever stopped them.
#[utoipa::path(
    post, path = "/admin/subscriptions/{id}/resume", tag = "subscriptions",
    params(("id" = i64, Path, description = "The subscription's number.")),
    responses((status = 200, description = "It delivers.", body = Subscription), ReadRefusals)
)]
pub(in crate::http) async fn resume_subscription(
    manager: Manager<CanManageSubscriptions>,
    (request, meta): (HttpRequest, Meta),
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let resumed = changed(manager, &request, &id, Hub::resume_subscription).await?;
    answer(HttpResponse::Ok(), &Subscription::new(resumed, meta.lang))
}

/// Sends changes once more, under new ids, and goes on from there. A paused subscription stays paused.
#[utoipa::path(
    post, path = "/admin/subscriptions/{id}/replay", tag = "subscriptions", request_body = Replay,
    params(("id" = i64, Path, description = "The subscription's number.")),
    responses((status = 200, description = "They will be sent.", body = Subscription), WriteRefusals)
)]
pub(in crate::http) async fn replay_subscription(
    manager: Manager<CanManageSubscriptions>,
    (request, meta): (HttpRequest, Meta),
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let id = path::number(&id, Unknown::Subscription)?;
    let replay: Replay = input::json(&hub, &request, payload).await?;
    let since = Seq(replay.since);
    let replayed = hub
        .blocking(move |hub| hub.replay_subscription(&actor, id, since))
        .await?;
    answer(HttpResponse::Ok(), &Subscription::new(replayed, meta.lang))
}

/// Gives a subscription a new secret, which is shown this once; for a while messages are signed with both.
#[utoipa::path(
    post, path = "/admin/subscriptions/{id}/rotate", tag = "subscriptions",
    params(("id" = i64, Path, description = "The subscription's number.")),
    request_body(content = Option<SecretExchange>, description = "For how long; may be left out."),
    responses((status = 200, description = "The new secret.", body = SubscriptionSecret), WriteRefusals)
)]
pub(in crate::http) async fn rotate_subscription(
    manager: Manager<CanManageSubscriptions>,
    (request, meta): (HttpRequest, Meta),
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let id = path::number(&id, Unknown::Subscription)?;
    let exchange: SecretExchange = input::json_or_nothing(&hub, &request, payload).await?;
    let overlap = exchange.overlap_seconds.unwrap_or(OVERLAP);
    let rotated = hub
        .blocking(move |hub| hub.rotate_subscription(&actor, id, overlap))
        .await?;
    answer(HttpResponse::Ok(), &SubscriptionSecret::new(rotated, meta.lang))
}

/// Changes how the subscription in a path stands.
async fn changed(
    manager: Manager<CanManageSubscriptions>,
    request: &HttpRequest,
    id: &str,
    change: impl FnOnce(&Hub, &Actor, i64) -> Outcome<SubscriptionView> + Send + 'static,
) -> Result<SubscriptionView, Problem> {
    acceptable(request, "application/json")?;
    Params::read(request, &[])?;
    let id = path::number(id, Unknown::Subscription)?;
    let Manager { hub, actor, .. } = manager;
    Ok(hub.blocking(move |hub| change(hub, &actor, id)).await?)
}
