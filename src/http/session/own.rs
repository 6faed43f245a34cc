//! `/sessions`: where one is signed in oneself, and an end to it.
//!
//! Not here: this session alone (`/session`), other people's (`/admin/people`). Invariant: a session is named
//! by its public id; its token is shown to nobody.

use actix_web::http::header::{CACHE_CONTROL, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer, cookie, signed_in};
use crate::access::SessionId;
use crate::error::{Error, Unknown};
use crate::http::body::acceptable;
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::hub::SessionView;
use crate::types::Timestamp;

/// A session.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct Session {
    /// By what it is named.
    #[schema(value_type = String, pattern = "^[0-9a-f]{32}$")]
    id: SessionId,
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

/// One of one's own sessions.
#[derive(Serialize, ToSchema)]
struct OwnSession {
    #[serde(flatten)]
    session: Session,
    /// Whether it is the one that asks.
    current: bool,
}

/// One's own sessions.
#[derive(Serialize, ToSchema)]
struct OwnSessions {
    /// Those that have not ended, newest first.
    sessions: Vec<OwnSession>,
}

impl From<SessionView> for Session {
    fn from(view: SessionView) -> Self {
        Session {
            id: view.id,
            created_at: view.created_at,
            seen_at: view.seen_at,
            ends_at: view.ends_at,
            address: view.address,
        }
    }
}

/// Lists where one is signed in.
#[utoipa::path(
    get, path = "/sessions", tag = "people", security(("session" = [])),
    responses((status = 200, description = "One's own sessions.", body = OwnSessions), ReadRefusals)
)]
pub(in crate::http) async fn list_own_sessions(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (hub, known) = signed_in(&request)?;
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let current = known.token.id();
    let found = hub.blocking(move |hub| hub.own_sessions(&known.person)).await?;
    let view = |view: SessionView| OwnSession {
        current: view.id == current,
        session: Session::from(view),
    };
    let sessions = found.into_iter().map(view).collect();
    answer(HttpResponse::Ok(), &OwnSessions { sessions })
}

/// Signs out in one place, here or elsewhere.
#[utoipa::path(
    delete, path = "/sessions/{session}", tag = "people", security(("session" = [])),
    params(("session" = String, Path, description = "The session's id.")),
    responses((status = 204, description = "It has ended."), ReadRefusals)
)]
pub(in crate::http) async fn end_own_session(
    request: HttpRequest,
    session: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (hub, known) = signed_in(&request)?;
    Params::read(&request, &[])?;
    let id = session_id(&session)?;
    let mut response = HttpResponse::NoContent();
    response.insert_header((CACHE_CONTROL, "no-store"));
    if id == known.token.id() {
        response.insert_header((SET_COOKIE, cookie::clear(&hub.config().http.public_url)));
    }
    hub.blocking(move |hub| hub.end_own_session(&known.person, &id))
        .await?;
    Ok(response.finish())
}

/// A session's id in a path.
pub(in crate::http) fn session_id(text: &str) -> Result<SessionId, Error> {
    text.parse()
        .map_err(|_| Error::Unknown(Unknown::Session(text.escape_debug().take(40).collect())))
}
