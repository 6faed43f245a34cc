//! `/admin/people/{name}/sessions`: where somebody is signed in, and an end to it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::parse;
use crate::http::admin::answer;
use crate::http::body::acceptable;
use crate::http::manager::{CanManagePeople, CanSeePeople, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::hub::SessionView;
use crate::types::Timestamp;

/// A session.
#[derive(Serialize, ToSchema)]
struct Session {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last used, to the minute.
    #[schema(value_type = String, format = DateTime)]
    seen_at: Timestamp,
    /// When it ends in any case.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// From which address it was begun.
    address: String,
}

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

impl From<SessionView> for Session {
    fn from(view: SessionView) -> Self {
        Session {
            created_at: view.created_at,
            seen_at: view.seen_at,
            ends_at: view.ends_at,
            address: view.address,
        }
    }
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
    let name = parse(&name)?;
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
    let name = parse(&name)?;
    let shown = name.to_string();
    let ended = hub.blocking(move |hub| hub.end_sessions(&actor, &name)).await?;
    answer(HttpResponse::Ok(), &SessionsEnded { name: shown, ended })
}
