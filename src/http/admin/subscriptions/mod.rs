//! `/admin/subscriptions`: endpoints of agencies to which changes are delivered.
//!
//! `moves` has what is done with one. Invariant: a secret is in the answer to the request that made it, and in
//! no other.

pub(in crate::http) mod moves;
mod view;

use actix_web::http::Method;
use actix_web::web::{self, delete, get, patch, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{answer, created, input, pages};
use crate::error::{Error, Malformed, Result as Outcome, Unknown};
use crate::http::body::acceptable;
use crate::http::manager::{CanManageSubscriptions, CanSeeSubscriptions, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{Hub, NewSubscription, SubscriptionView};
use crate::types::{Seq, Text};
use view::{Subscription, SubscriptionPage, SubscriptionSecret};

/// How many changes are sent at once where nothing is said.
const BATCH: u16 = 100;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let posted = |path: &str, route| managed_resource(path, vec![(Method::POST, route)]);
    app.service(managed_resource(
        "/admin/subscriptions",
        vec![
            (Method::GET, get().to(list_subscriptions)),
            (Method::POST, post().to(add_subscription)),
        ],
    ))
    .service(managed_resource(
        "/admin/subscriptions/{id}",
        vec![
            (Method::GET, get().to(show_subscription)),
            (Method::PATCH, patch().to(moves::change_subscription)),
            (Method::DELETE, delete().to(moves::delete_subscription)),
        ],
    ))
    .service(posted(
        "/admin/subscriptions/{id}/pause",
        post().to(moves::pause_subscription),
    ))
    .service(posted(
        "/admin/subscriptions/{id}/resume",
        post().to(moves::resume_subscription),
    ))
    .service(posted(
        "/admin/subscriptions/{id}/replay",
        post().to(moves::replay_subscription),
    ))
    .service(posted(
        "/admin/subscriptions/{id}/rotate",
        post().to(moves::rotate_subscription),
    ));
}

/// A subscription to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SubscriptionToAdd {
    /// The dataset.
    #[schema(example = "bkd/pegawai/v1")]
    dataset: String,
    /// The number of the application that receives; its agency's grant decides what is sent.
    application: i64,
    /// The number of a connector of that agency.
    connector: i64,
    /// The path below the connector's base, with a query where one is needed.
    #[schema(
        min_length = 1,
        max_length = 2000,
        pattern = "^/",
        example = "/webhook/mahakam"
    )]
    path: String,
    /// How many changes at most are sent at once; 100 when left out.
    #[schema(minimum = 1, maximum = 1000, nullable = false)]
    batch: Option<u16>,
    /// The number of the last change that the receiver has already, such as `as_of` of a list; 0 when left out.
    #[schema(minimum = 0, nullable = false)]
    since: Option<i64>,
}

impl SubscriptionToAdd {
    fn read(self) -> Outcome<NewSubscription> {
        let text = Text::new("harus seperti bkd/pegawai/v1.", "it must be like bkd/pegawai/v1.");
        let fault = Error::Malformed(Malformed::Parameter("dataset", text));
        Ok(NewSubscription {
            dataset: self.dataset.parse().map_err(|_| fault)?,
            application: self.application,
            connector: self.connector,
            path: self.path,
            batch: self.batch.unwrap_or(BATCH),
            since: Seq(self.since.unwrap_or(0)),
        })
    }
}

/// Lists the subscriptions, by number, with what each is behind.
#[utoipa::path(
    get, path = "/admin/subscriptions", tag = "subscriptions",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of subscriptions.", body = SubscriptionPage), ReadRefusals)
)]
pub(in crate::http) async fn list_subscriptions(
    manager: Manager<CanSeeSubscriptions>,
    request: HttpRequest,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, reach, .. } = manager;
    let all = move |hub: &Hub| {
        let mut subscriptions = hub.subscriptions()?;
        subscriptions.retain(|one| reach.covers(&one.opd));
        Ok(subscriptions)
    };
    pages::list(
        &hub,
        &request,
        "subscriptions",
        all,
        |one: &SubscriptionView| pages::numbered(one.id),
        |subscriptions, next| SubscriptionPage {
            subscriptions: subscriptions
                .into_iter()
                .map(|one| Subscription::new(one, meta.lang))
                .collect(),
            next,
        },
    )
    .await
}

/// Adds a subscription, which begins to deliver at once. The answer has the secret that messages are signed
/// with; it is shown this once.
#[utoipa::path(
    post, path = "/admin/subscriptions", tag = "subscriptions", request_body = SubscriptionToAdd,
    responses(
        (status = 201, description = "It was added.", body = SubscriptionSecret, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn add_subscription(
    manager: Manager<CanManageSubscriptions>,
    request: HttpRequest,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let new: SubscriptionToAdd = input::json(&hub, &request, payload).await?;
    let new = new.read()?;
    let added = hub
        .blocking(move |hub| hub.add_subscription(&actor, &new))
        .await?;
    let path = format!("/admin/subscriptions/{}", added.subscription.id);
    let view = SubscriptionSecret::new(added, meta.lang);
    created(&hub.config().http.public_url, &path, &view)
}

/// Shows a subscription.
#[utoipa::path(
    get, path = "/admin/subscriptions/{id}", tag = "subscriptions",
    params(("id" = i64, Path, description = "The subscription's number.")),
    responses((status = 200, description = "The subscription.", body = Subscription), ReadRefusals)
)]
pub(in crate::http) async fn show_subscription(
    manager: Manager<CanSeeSubscriptions>,
    request: HttpRequest,
    id: web::Path<String>,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Subscription)?;
    let Manager { hub, reach, .. } = manager;
    let subscription = hub
        .blocking(move |hub| hub.subscription_within(&reach, id))
        .await?;
    answer(HttpResponse::Ok(), &Subscription::new(subscription, meta.lang))
}
