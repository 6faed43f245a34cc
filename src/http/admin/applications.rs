//! `/admin/applications`: applications of agencies, and their keys.
//!
//! Invariant: a key is in the answer to the request that made it, and in no other.

use actix_web::http::Method;
use actix_web::web::{self, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{answer, created, input, pages};
use crate::error::Unknown;
use crate::http::body::acceptable;
use crate::http::manager::{CanManageApplications, CanSeeApplications, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{ApplicationView, Hub, NewApplication};
use crate::types::{OpdCode, Timestamp};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/applications",
        vec![
            (Method::GET, get().to(list_applications)),
            (Method::POST, post().to(add_application)),
        ],
    ))
    .service(managed_resource(
        "/admin/applications/{id}",
        vec![(Method::GET, get().to(show_application))],
    ));
}

/// An application of an agency.
#[derive(Serialize, ToSchema)]
struct Application {
    /// Its number.
    id: i64,
    /// Its agency's code.
    opd: String,
    /// Its name.
    name: String,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A page of applications, by number.
#[derive(Serialize, ToSchema)]
struct ApplicationPage {
    /// The applications.
    applications: Vec<Application>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// An application to be added.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApplicationToAdd {
    /// Its agency's code.
    #[schema(value_type = String, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$", example = "bkd")]
    opd: OpdCode,
    /// Its name, used once within its agency.
    #[schema(min_length = 1, max_length = 200, example = "SIMPEG")]
    name: String,
}

/// An application with a new key, which is shown this once.
#[derive(Serialize, ToSchema)]
pub(super) struct ApplicationWithKey {
    /// Its number.
    id: i64,
    /// Its agency's code.
    opd: String,
    /// Its name.
    name: String,
    /// The key. Only its hash is stored, so keep it.
    key: String,
}

impl From<ApplicationView> for Application {
    fn from(view: ApplicationView) -> Self {
        Application {
            id: view.id,
            opd: view.opd,
            name: view.name,
            created_at: view.created_at,
        }
    }
}

impl From<NewApplication> for ApplicationWithKey {
    fn from(new: NewApplication) -> Self {
        ApplicationWithKey {
            id: new.id,
            opd: new.opd,
            name: new.name,
            key: new.key,
        }
    }
}

/// Lists the applications, by number.
#[utoipa::path(
    get, path = "/admin/applications", tag = "applications",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of applications.", body = ApplicationPage), ReadRefusals)
)]
pub(in crate::http) async fn list_applications(
    manager: Manager<CanSeeApplications>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, reach, .. } = manager;
    let all = move |hub: &Hub| {
        let mut applications = hub.applications()?;
        applications.retain(|application| reach.covers(&application.opd));
        Ok(applications)
    };
    pages::list(
        &hub,
        &request,
        "applications",
        all,
        |application: &ApplicationView| pages::numbered(application.id),
        |applications, next| ApplicationPage {
            applications: applications.into_iter().map(Application::from).collect(),
            next,
        },
    )
    .await
}

/// Adds an application to an agency, with a first key.
#[utoipa::path(
    post, path = "/admin/applications", tag = "applications", request_body = ApplicationToAdd,
    responses(
        (status = 201, description = "It was added.", body = ApplicationWithKey, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn add_application(
    manager: Manager<CanManageApplications>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let new: ApplicationToAdd = input::json(&hub, &request, payload).await?;
    let added = hub
        .blocking(move |hub| hub.add_application(&actor, &new.opd, &new.name))
        .await?;
    let path = format!("/admin/applications/{}", added.id);
    created(
        &hub.config().http.public_url,
        &path,
        &ApplicationWithKey::from(added),
    )
}

/// Shows an application.
#[utoipa::path(
    get, path = "/admin/applications/{id}", tag = "applications",
    params(("id" = i64, Path, description = "The application's number.")),
    responses((status = 200, description = "The application.", body = Application), ReadRefusals)
)]
pub(in crate::http) async fn show_application(
    manager: Manager<CanSeeApplications>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Application)?;
    let Manager { hub, reach, .. } = manager;
    let application = hub
        .blocking(move |hub| hub.application_within(&reach, id))
        .await?;
    answer(HttpResponse::Ok(), &Application::from(application))
}
