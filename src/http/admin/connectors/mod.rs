//! `/admin/connectors`: how the hub reaches the agencies' own systems.
//!
//! Invariant: a credential is taken and never given out.

pub(in crate::http) mod test;

use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, delete, get, patch, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{answer, created, input, pages};
use crate::connector::Settings;
use crate::error::Unknown;
use crate::http::body::acceptable;
use crate::http::manager::{CanManageConnectors, CanSeeConnectors, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{ConnectorChange, ConnectorView, Hub, NewConnector};
use crate::types::{OpdCode, SecretBytes, Timestamp};

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/connectors",
        vec![
            (Method::GET, get().to(list_connectors)),
            (Method::POST, post().to(add_connector)),
        ],
    ))
    .service(managed_resource(
        "/admin/connectors/{id}",
        vec![
            (Method::GET, get().to(show_connector)),
            (Method::PATCH, patch().to(change_connector)),
            (Method::DELETE, delete().to(delete_connector)),
        ],
    ))
    .service(managed_resource(
        "/admin/connectors/{id}/test",
        vec![(Method::POST, post().to(test::test_connector))],
    ));
}

/// A connector.
#[derive(Serialize, ToSchema)]
struct ConnectorEntry {
    /// Its number.
    id: i64,
    /// The code of the agency whose system it reaches.
    opd: String,
    /// Its name.
    name: String,
    /// Whether it may be called.
    enabled: bool,
    /// How it is called.
    settings: Settings,
    /// Whether a credential is kept for it.
    has_credential: bool,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// How its system stands.
    state: ConnectorState,
}

/// How another system stands.
#[derive(Serialize, ToSchema)]
struct ConnectorState {
    /// What the breaker of this hub does: `closed` lets calls through, `open` none, `half-open` one to see.
    #[schema(value_type = String, example = "closed")]
    breaker: &'static str,
    /// When it last answered.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    last_success_at: Option<Timestamp>,
    /// When it last failed.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    last_failure_at: Option<Timestamp>,
    /// How it failed then.
    #[schema(required = true)]
    last_failure: Option<String>,
}

impl From<ConnectorView> for ConnectorEntry {
    fn from(view: ConnectorView) -> Self {
        let (last_failure_at, last_failure) = view.heard.failure.unzip();
        ConnectorEntry {
            id: view.connector.id,
            opd: view.connector.opd.to_string(),
            name: view.connector.name,
            enabled: view.connector.enabled,
            settings: view.connector.settings,
            has_credential: view.has_credential,
            created_at: view.created_at,
            state: ConnectorState {
                breaker: view.breaker.as_str(),
                last_success_at: view.heard.success_at,
                last_failure_at,
                last_failure,
            },
        }
    }
}

/// A page of connectors, by number.
#[derive(Serialize, ToSchema)]
struct ConnectorPage {
    /// The connectors.
    connectors: Vec<ConnectorEntry>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// A connector to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConnectorToAdd {
    /// The code of the agency whose system it reaches.
    #[schema(value_type = String, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$", example = "bkd")]
    opd: OpdCode,
    /// Its name, used once within the agency; contracts name it in `live.connector`.
    #[schema(min_length = 1, max_length = 200, example = "simpeg")]
    name: String,
    /// How it is called.
    #[schema(inline)]
    settings: Settings,
    /// The secret that `settings.auth` needs: the key, the password, the token or the client's secret.
    #[schema(nullable = false, min_length = 1, max_length = 4_000)]
    credential: Option<String>,
}

/// What is to be changed about a connector; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConnectorToChange {
    /// How it is called, all of it.
    #[schema(inline, nullable = false)]
    settings: Option<Settings>,
    /// A new credential.
    #[schema(nullable = false, min_length = 1, max_length = 4_000)]
    credential: Option<String>,
    /// Whether it may be called.
    #[schema(nullable = false)]
    enabled: Option<bool>,
}

/// Lists the connectors, by number.
#[utoipa::path(
    get, path = "/admin/connectors", tag = "connectors",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of connectors.", body = ConnectorPage), ReadRefusals)
)]
pub(in crate::http) async fn list_connectors(
    manager: Manager<CanSeeConnectors>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, reach, .. } = manager;
    let all = move |hub: &Hub| {
        let mut connectors = hub.connectors()?;
        connectors.retain(|view| reach.covers(view.connector.opd.as_str()));
        Ok(connectors)
    };
    pages::list(
        &hub,
        &request,
        "connectors",
        all,
        |view: &ConnectorView| pages::numbered(view.connector.id),
        |connectors, next| ConnectorPage {
            connectors: connectors.into_iter().map(ConnectorEntry::from).collect(),
            next,
        },
    )
    .await
}

/// Adds a connector to an agency.
#[utoipa::path(
    post, path = "/admin/connectors", tag = "connectors", request_body = ConnectorToAdd,
    responses(
        (status = 201, description = "It was added.", body = ConnectorEntry, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn add_connector(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let new: ConnectorToAdd = input::json(&hub, &request, payload).await?;
    let new = NewConnector {
        opd: new.opd,
        name: new.name,
        settings: new.settings,
        credential: new.credential.map(secret),
    };
    let added = hub.blocking(move |hub| hub.add_connector(&actor, &new)).await?;
    let path = format!("/admin/connectors/{}", added.connector.id);
    created(&hub.config().http.public_url, &path, &ConnectorEntry::from(added))
}

/// Shows a connector, and how its system stands.
#[utoipa::path(
    get, path = "/admin/connectors/{id}", tag = "connectors",
    params(("id" = i64, Path, description = "The connector's number.")),
    responses((status = 200, description = "The connector.", body = ConnectorEntry), ReadRefusals)
)]
pub(in crate::http) async fn show_connector(
    manager: Manager<CanSeeConnectors>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Connector)?;
    let Manager { hub, reach, .. } = manager;
    let view = hub.blocking(move |hub| hub.connector_within(&reach, id)).await?;
    answer(HttpResponse::Ok(), &ConnectorEntry::from(view))
}

/// Changes a connector, or switches it on or off. Its breaker closes on every hub.
#[utoipa::path(
    patch, path = "/admin/connectors/{id}", tag = "connectors", request_body = ConnectorToChange,
    params(("id" = i64, Path, description = "The connector's number.")),
    responses((status = 200, description = "It was changed.", body = ConnectorEntry), WriteRefusals)
)]
pub(in crate::http) async fn change_connector(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (id, Manager { hub, actor, .. }) = (path::number(&id, Unknown::Connector)?, manager);
    let change: ConnectorToChange = input::patch(&hub, &request, payload).await?;
    let change = ConnectorChange {
        settings: change.settings,
        credential: change.credential.map(secret),
        enabled: change.enabled,
    };
    let changed = hub
        .blocking(move |hub| hub.change_connector(&actor, id, &change))
        .await?;
    answer(HttpResponse::Ok(), &ConnectorEntry::from(changed))
}

/// Removes a connector and its credential.
#[utoipa::path(
    delete, path = "/admin/connectors/{id}", tag = "connectors",
    params(("id" = i64, Path, description = "The connector's number.")),
    responses((status = 204, description = "It was removed."), WriteRefusals)
)]
pub(in crate::http) async fn delete_connector(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    Params::read(&request, &[])?;
    let (id, Manager { hub, actor, .. }) = (path::number(&id, Unknown::Connector)?, manager);
    hub.blocking(move |hub| hub.delete_connector(&actor, id)).await?;
    Ok(HttpResponse::new(StatusCode::NO_CONTENT))
}

fn secret(text: String) -> SecretBytes {
    SecretBytes::new(text.into_bytes())
}
