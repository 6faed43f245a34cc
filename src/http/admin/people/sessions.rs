//! `/admin/people/{name}/sessions`: where somebody is signed in, and an end to it.
//!
//! Invariant: a session is named by its public id; its token is shown to nobody.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::admin::answer;
use crate::http::body::acceptable;
use crate::http::manager::{CanManagePeople, CanSeePeople, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::session::{Session, session_id};

/// The sessions of a person.
#[derive(Serialize, ToSchema)]
struct SessionList {
    /// Those that have not ended, newest first.
    sessions: Vec<Session>,
}

/// How many sessions ended.
#[derive(Serialize, ToSchema)]
struct SessionsEnded {
    /// The sign-in name.
    name: String,
    /// How many there were.
    ended: usize,
}

/// Lists where a person is signed in.
#[utoipa::path(
    get, path = "/admin/people/{name}/sessions", tag = "people",
    params(("name" = String, Path, description = "The sign-in name.")),
    responses((status = 200, description = "The sessions.", body = SessionList), ReadRefusals)
)]
pub(in crate::http) async fn list_sessions(
    manager: Manager<CanSeePeople>,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let name = path::person(&name)?;
    let found = manager.hub.blocking(move |hub| hub.sessions_of(&name)).await?;
    let sessions = found.into_iter().map(Session::from).collect();
    answer(HttpResponse::Ok(), &SessionList { sessions })
}

/// Signs a person out everywhere.
#[utoipa::path(
    delete, path = "/admin/people/{name}/sessions", tag = "people",
    params(("name" = String, Path, description = "The sign-in name.")),
    responses((status = 200, description = "They ended.", body = SessionsEnded), ReadRefusals)
)]
pub(in crate::http) async fn end_sessions(
    manager: Manager<CanManagePeople>,
    request: HttpRequest,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let Manager { hub, actor, .. } = manager;
    let name = path::person(&name)?;
    let shown = name.to_string();
    let ended = hub.blocking(move |hub| hub.end_sessions(&actor, &name)).await?;
    answer(HttpResponse::Ok(), &SessionsEnded { name: shown, ended })
}

/// Signs a person out in one place.
#[utoipa::path(
    delete, path = "/admin/people/{name}/sessions/{session}", tag = "people",
    params(
        ("name" = String, Path, description = "The sign-in name."),
        ("session" = String, Path, description = "The session's id."),
    ),
    responses((status = 204, description = "It has ended."), ReadRefusals)
)]
pub(in crate::http) async fn end_session(
    manager: Manager<CanManagePeople>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    Params::read(&request, &[])?;
    let Manager { hub, actor, .. } = manager;
    let (name, id) = path.into_inner();
    let (name, id) = (path::person(&name)?, session_id(&id)?);
    hub.blocking(move |hub| hub.end_session(&actor, &name, &id))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
