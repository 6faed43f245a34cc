//! `/admin/opds`: agencies.

use actix_web::http::Method;
use actix_web::web::{self, get, patch, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{answer, created, input, pages};
use crate::http::body::acceptable;
use crate::http::manager::{CanManageOpds, CanSeeOpds, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{Hub, OpdView};
use crate::types::{OpdCode, Timestamp};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/opds",
        vec![
            (Method::GET, get().to(list_opds)),
            (Method::POST, post().to(add_opd)),
        ],
    ))
    .service(managed_resource(
        "/admin/opds/{code}",
        vec![
            (Method::GET, get().to(show_opd)),
            (Method::PATCH, patch().to(change_opd)),
        ],
    ));
}

/// An agency.
#[derive(Serialize, ToSchema)]
struct Opd {
    /// Its code.
    code: String,
    /// Its name.
    name: String,
    /// Whether its applications may call.
    active: bool,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A page of agencies, by code.
#[derive(Serialize, ToSchema)]
struct OpdPage {
    /// The agencies.
    opds: Vec<Opd>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// An agency to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOpd {
    /// A short code: letters, digits, `_` and `-`.
    #[schema(value_type = String, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$", example = "bkd")]
    code: OpdCode,
    /// Its name.
    #[schema(min_length = 1, max_length = 200, example = "Badan Kepegawaian Daerah")]
    name: String,
}

/// What changes of an agency; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
struct OpdChange {
    /// Its name.
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    name: Option<String>,
    /// Whether its applications may call.
    #[schema(nullable = false)]
    active: Option<bool>,
}

impl From<OpdView> for Opd {
    fn from(view: OpdView) -> Self {
        Opd {
            code: view.code,
            name: view.name,
            active: view.active,
            created_at: view.created_at,
        }
    }
}

/// Lists the agencies, by code.
#[utoipa::path(
    get, path = "/admin/opds", tag = "opds",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of agencies.", body = OpdPage), ReadRefusals)
)]
pub(in crate::http) async fn list_opds(
    manager: Manager<CanSeeOpds>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, reach, .. } = manager;
    let all = move |hub: &Hub| {
        let mut opds = hub.opds()?;
        opds.retain(|opd| reach.covers(&opd.code));
        Ok(opds)
    };
    pages::list(
        &hub,
        &request,
        "opds",
        all,
        |opd| opd.code.clone(),
        |opds, next| OpdPage {
            opds: opds.into_iter().map(Opd::from).collect(),
            next,
        },
    )
    .await
}

/// Adds an agency.
#[utoipa::path(
    post, path = "/admin/opds", tag = "opds", request_body = NewOpd,
    responses(
        (status = 201, description = "It was added.", body = Opd, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn add_opd(
    manager: Manager<CanManageOpds>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let new: NewOpd = input::json(&hub, &request, payload).await?;
    let opd = hub
        .blocking(move |hub| hub.add_opd(&actor, &new.code, &new.name))
        .await?;
    let path = format!("/admin/opds/{}", opd.code);
    created(&hub.config().http.public_url, &path, &Opd::from(opd))
}

/// Shows an agency.
#[utoipa::path(
    get, path = "/admin/opds/{code}", tag = "opds",
    params(("code" = String, Path, description = "The agency's code.")),
    responses((status = 200, description = "The agency.", body = Opd), ReadRefusals)
)]
pub(in crate::http) async fn show_opd(
    manager: Manager<CanSeeOpds>,
    request: HttpRequest,
    code: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let code = path::opd(&code)?;
    let opd = manager.hub.blocking(move |hub| hub.opd(&code)).await?;
    answer(HttpResponse::Ok(), &Opd::from(opd))
}

/// Changes an agency's name, or whether its applications may call.
#[utoipa::path(
    patch, path = "/admin/opds/{code}", tag = "opds",
    params(("code" = String, Path, description = "The agency's code.")),
    request_body(content((OpdChange = "application/merge-patch+json"), (OpdChange = "application/json"))),
    responses((status = 200, description = "It was changed.", body = Opd), WriteRefusals)
)]
pub(in crate::http) async fn change_opd(
    manager: Manager<CanManageOpds>,
    request: HttpRequest,
    code: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let code = path::opd(&code)?;
    let change: OpdChange = input::patch(&hub, &request, payload).await?;
    let opd = hub
        .blocking(move |hub| hub.change_opd(&actor, &code, change.name.as_deref(), change.active))
        .await?;
    answer(HttpResponse::Ok(), &Opd::from(opd))
}
