//! `/admin/pulls/{id}/...`: running a pull now, letting it rest and go on, and what became of its runs.

use actix_web::http::Method;
use actix_web::web::{self, get, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{PullEntry, Told, token, visible};
use crate::error::{Result as HubResult, Unknown};
use crate::http::admin::{answer, pages};
use crate::http::body::acceptable;
use crate::http::manager::{CanManageConnectors, CanSeeConnectors, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{Actor, Hub, PullView, RunView};
use crate::types::{Lang, Timestamp};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let service = |path: &str, method: Method, route| managed_resource(path, vec![(method, route)]);
    app.service(service(
        "/admin/pulls/{id}/run",
        Method::POST,
        post().to(run_pull),
    ))
    .service(service(
        "/admin/pulls/{id}/pause",
        Method::POST,
        post().to(pause_pull),
    ))
    .service(service(
        "/admin/pulls/{id}/resume",
        Method::POST,
        post().to(resume_pull),
    ))
    .service(service(
        "/admin/pulls/{id}/restart",
        Method::POST,
        post().to(restart_pull),
    ))
    .service(service(
        "/admin/pulls/{id}/runs",
        Method::GET,
        get().to(list_runs),
    ));
}

/// A run of a pull.
#[derive(Serialize, ToSchema)]
struct PullRun {
    /// Its number.
    id: i64,
    /// What made it run: `schedule` or `request`.
    cause: String,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    begun_at: Timestamp,
    /// When it last got somewhere.
    #[schema(value_type = String, format = DateTime)]
    progress_at: Timestamp,
    /// When it ended.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    ended_at: Option<Timestamp>,
    /// For how long it ran, in milliseconds.
    #[schema(required = true)]
    duration_ms: Option<i64>,
    /// `running`, `ok`, `failed`, `stopped` or `interrupted`.
    outcome: String,
    /// Why it did not go to its end.
    #[schema(required = true)]
    reason: Option<Told>,
    /// How many pages came.
    pages: i64,
    /// How many bytes they had.
    bytes: i64,
    /// How many items stood on them.
    received: i64,
    /// Records that were not there before.
    created: i64,
    /// Records that were there with other content.
    updated: i64,
    /// Records that stood so already.
    unchanged: i64,
    /// Records that went.
    deleted: i64,
    /// Payloads that were refused, and kept as rejections.
    rejected: i64,
    /// From where it went on.
    #[schema(value_type = Option<serde_json::Value>, required = true)]
    bookmark_before: Option<Box<RawValue>>,
    /// How far it came.
    #[schema(value_type = Option<serde_json::Value>, required = true)]
    bookmark_after: Option<Box<RawValue>>,
    /// Its entry in the log of exchanges.
    #[schema(required = true)]
    exchange: Option<String>,
}

/// A page of runs.
#[derive(Serialize, ToSchema)]
struct PullRunPage {
    /// They, newest first.
    runs: Vec<PullRun>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

impl PullRun {
    fn new(view: RunView, lang: Lang) -> Self {
        let counts = view.counts;
        PullRun {
            id: view.id,
            cause: view.cause,
            begun_at: view.begun_at,
            progress_at: view.progress_at,
            ended_at: view.ended_at,
            duration_ms: view.ended_at.map(|ended| (ended.0 - view.begun_at.0).max(0)),
            outcome: view.outcome,
            reason: view.reason.map(|reason| Told::new(&reason, lang)),
            pages: counts.pages,
            bytes: counts.bytes,
            received: counts.received,
            created: counts.created,
            updated: counts.updated,
            unchanged: counts.unchanged,
            deleted: counts.deleted,
            rejected: counts.rejected,
            bookmark_before: token(view.bookmark_before),
            bookmark_after: token(view.bookmark_after),
            exchange: view.exchange,
        }
    }
}

/// Runs a pull as soon as there is a turn, whatever its schedule says. One that runs already runs once more.
#[utoipa::path(
    post, path = "/admin/pulls/{id}/run", tag = "pulls",
    params(("id" = i64, Path, description = "The pull's number.")),
    responses((status = 202, description = "It will run.", body = PullEntry), ReadRefusals)
)]
pub(in crate::http) async fn run_pull(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    meta: Meta,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = changed(manager, &request, &id, Hub::want_pull).await?;
    answer(HttpResponse::Accepted(), &PullEntry::new(view, meta.lang))
}

/// Lets a pull rest. A run under way stops before its next page.
#[utoipa::path(
    post, path = "/admin/pulls/{id}/pause", tag = "pulls",
    params(("id" = i64, Path, description = "The pull's number.")),
    responses((status = 200, description = "It rests.", body = PullEntry), ReadRefusals)
)]
pub(in crate::http) async fn pause_pull(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    meta: Meta,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let pause = |hub: &Hub, actor: &Actor, id| hub.pause_pull(actor, id, true);
    let view = changed(manager, &request, &id, pause).await?;
    answer(HttpResponse::Ok(), &PullEntry::new(view, meta.lang))
}

/// Lets a pull that rested go on by its schedule.
#[utoipa::path(
    post, path = "/admin/pulls/{id}/resume", tag = "pulls",
    params(("id" = i64, Path, description = "The pull's number.")),
    responses((status = 200, description = "It goes on.", body = PullEntry), ReadRefusals)
)]
pub(in crate::http) async fn resume_pull(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    meta: Meta,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let resume = |hub: &Hub, actor: &Actor, id| hub.pause_pull(actor, id, false);
    let view = changed(manager, &request, &id, resume).await?;
    answer(HttpResponse::Ok(), &PullEntry::new(view, meta.lang))
}

/// Forgets how far a pull has come: its next run reads from the beginning. A run under way stops.
#[utoipa::path(
    post, path = "/admin/pulls/{id}/restart", tag = "pulls",
    params(("id" = i64, Path, description = "The pull's number.")),
    responses((status = 200, description = "It begins anew.", body = PullEntry), ReadRefusals)
)]
pub(in crate::http) async fn restart_pull(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    meta: Meta,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = changed(manager, &request, &id, Hub::restart_pull).await?;
    answer(HttpResponse::Ok(), &PullEntry::new(view, meta.lang))
}

/// Lists the runs of a pull, newest first.
#[utoipa::path(
    get, path = "/admin/pulls/{id}/runs", tag = "pulls",
    params(
        ("id" = i64, Path, description = "The pull's number."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of runs.", body = PullRunPage), ReadRefusals)
)]
pub(in crate::http) async fn list_runs(
    manager: Manager<CanSeeConnectors>,
    request: HttpRequest,
    meta: Meta,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let (query, id) = (pages::asked(&request)?, path::number(&id, Unknown::Pull)?);
    visible(&manager, id).await?;
    let url = format!("{}/admin/pulls/{id}/runs", manager.hub.config().http.public_url);
    let asked = query.clone();
    let page = manager.hub.blocking(move |hub| hub.pull_runs(id, &asked)).await?;
    let view = PullRunPage {
        runs: page
            .runs
            .into_iter()
            .map(|run| PullRun::new(run, meta.lang))
            .collect(),
        next: page.next,
    };
    pages::page(&url, &query, view.next.as_deref(), &view)
}

/// Changes how the pull in a path stands.
async fn changed(
    manager: Manager<CanManageConnectors>,
    request: &HttpRequest,
    id: &str,
    change: impl FnOnce(&Hub, &Actor, i64) -> HubResult<PullView> + Send + 'static,
) -> Result<PullView, Problem> {
    acceptable(request, "application/json")?;
    Params::read(request, &[])?;
    let id = path::number(id, Unknown::Pull)?;
    let Manager { hub, actor, .. } = manager;
    Ok(hub.blocking(move |hub| change(hub, &actor, id)).await?)
}
