//! `/admin/pulls`: what is read from agencies' own systems by schedule.
//!
//! Not here: how they run (the hub knows). Invariant: a pull is shown to whom its agency's connectors are shown.

pub(in crate::http) mod preview;
pub(in crate::http) mod state;

use actix_web::http::Method;
use actix_web::web::{self, delete, get, patch, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{answer, created, input, pages};
use crate::connector::pull::PullSettings;
use crate::error::Unknown;
use crate::http::body::acceptable;
use crate::http::manager::{CanManageConnectors, CanSeeConnectors, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{Hub, PullView, Reason};
use crate::types::{Lang, Timestamp};

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/pulls",
        vec![
            (Method::GET, get().to(list_pulls)),
            (Method::POST, post().to(add_pull)),
        ],
    ))
    .service(managed_resource(
        "/admin/pulls/{id}",
        vec![
            (Method::GET, get().to(show_pull)),
            (Method::PATCH, patch().to(change_pull)),
            (Method::DELETE, delete().to(delete_pull)),
        ],
    ))
    .configure(state::routes)
    .configure(preview::routes);
}

/// A scheduled pull.
#[derive(Serialize, ToSchema)]
pub(super) struct PullEntry {
    /// Its number.
    id: i64,
    /// The code of the agency whose system it reads.
    opd: String,
    /// What is read from where, and what becomes of it.
    settings: PullSettings,
    /// Whether it rests.
    paused: bool,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// How it stands.
    state: PullState,
}

/// How a pull stands.
#[derive(Serialize, ToSchema)]
struct PullState {
    /// Whether a hub runs it at this moment.
    running: bool,
    /// When it is due by its schedule.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    next_at: Option<Timestamp>,
    /// Since when somebody wants it run, where it has not begun.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    wanted_at: Option<Timestamp>,
    /// How far it has come.
    #[schema(value_type = Option<serde_json::Value>, required = true)]
    bookmark: Option<Box<RawValue>>,
    /// When its last successful run began.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    last_success_at: Option<Timestamp>,
    /// When it last failed.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    last_failure_at: Option<Timestamp>,
    /// Why it failed then.
    #[schema(required = true)]
    last_failure: Option<Told>,
    /// How old what it last brought is, in seconds; null before it brought anything.
    #[schema(required = true)]
    lag_seconds: Option<i64>,
}

/// Why something did not go well.
#[derive(Serialize, ToSchema)]
pub(super) struct Told {
    /// A word for programs.
    code: String,
    /// What happened, and what to do about it.
    detail: String,
}

impl Told {
    pub(super) fn new(reason: &Reason, lang: Lang) -> Self {
        Told {
            code: reason.code.clone(),
            detail: reason.text().to(lang).to_owned(),
        }
    }
}

/// A JSON token as it was written.
pub(super) fn token(text: Option<String>) -> Option<Box<RawValue>> {
    text.and_then(|text| RawValue::from_string(text).ok())
}

impl PullEntry {
    pub(super) fn new(view: PullView, lang: Lang) -> Self {
        let (last_failure_at, failure) = view.last_failure.unzip();
        PullEntry {
            id: view.id,
            opd: view.settings.dataset.opd.to_string(),
            settings: view.settings,
            paused: view.paused,
            created_at: view.created_at,
            state: PullState {
                running: view.running,
                next_at: view.next_at,
                wanted_at: view.wanted_at,
                bookmark: token(view.bookmark),
                last_success_at: view.last_success_at,
                last_failure_at,
                last_failure: failure.map(|reason| Told::new(&reason, lang)),
                lag_seconds: view.lag_seconds,
            },
        }
    }
}

/// A page of pulls, by number.
#[derive(Serialize, ToSchema)]
struct PullPage {
    /// The pulls.
    pulls: Vec<PullEntry>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// A pull to be added, or what it shall be like from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PullToSet {
    /// What is read from where, and what becomes of it; all of it.
    #[schema(inline)]
    settings: PullSettings,
}

/// Lists the scheduled pulls, by number.
#[utoipa::path(
    get, path = "/admin/pulls", tag = "pulls",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of pulls.", body = PullPage), ReadRefusals)
)]
pub(in crate::http) async fn list_pulls(
    manager: Manager<CanSeeConnectors>,
    request: HttpRequest,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, reach, .. } = manager;
    let all = move |hub: &Hub| {
        let mut pulls = hub.pulls()?;
        pulls.retain(|view| reach.covers(view.settings.dataset.opd.as_str()));
        Ok(pulls)
    };
    pages::list(
        &hub,
        &request,
        "pulls",
        all,
        |view: &PullView| pages::numbered(view.id),
        |pulls, next| PullPage {
            pulls: pulls
                .into_iter()
                .map(|view| PullEntry::new(view, meta.lang))
                .collect(),
            next,
        },
    )
    .await
}

/// Adds a scheduled pull. Its mapping is read, but not tried; try it with a preview first.
#[utoipa::path(
    post, path = "/admin/pulls", tag = "pulls", request_body = PullToSet,
    responses(
        (status = 201, description = "It was added.", body = PullEntry, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn add_pull(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    meta: Meta,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, actor, .. } = manager;
    let new: PullToSet = input::json(&hub, &request, payload).await?;
    let added = hub.add_pull(actor, new.settings).await?;
    let path = format!("/admin/pulls/{}", added.id);
    created(
        &hub.config().http.public_url,
        &path,
        &PullEntry::new(added, meta.lang),
    )
}

/// Shows a scheduled pull, and how it stands.
#[utoipa::path(
    get, path = "/admin/pulls/{id}", tag = "pulls",
    params(("id" = i64, Path, description = "The pull's number.")),
    responses((status = 200, description = "The pull.", body = PullEntry), ReadRefusals)
)]
pub(in crate::http) async fn show_pull(
    manager: Manager<CanSeeConnectors>,
    request: HttpRequest,
    meta: Meta,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Pull)?;
    let view = visible(&manager, id).await?;
    answer(HttpResponse::Ok(), &PullEntry::new(view, meta.lang))
}

/// Changes a scheduled pull. A run under way stops before its next page.
#[utoipa::path(
    patch, path = "/admin/pulls/{id}", tag = "pulls", request_body = PullToSet,
    params(("id" = i64, Path, description = "The pull's number.")),
    responses((status = 200, description = "It was changed.", body = PullEntry), WriteRefusals)
)]
pub(in crate::http) async fn change_pull(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    id: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (id, lang) = (path::number(&id, Unknown::Pull)?, Meta::of(&request)?.lang);
    let Manager { hub, actor, .. } = manager;
    let change: PullToSet = input::patch(&hub, &request, payload).await?;
    let changed = hub.change_pull(actor, id, change.settings).await?;
    answer(HttpResponse::Ok(), &PullEntry::new(changed, lang))
}

/// Deletes a scheduled pull; what it brought stays.
#[utoipa::path(
    delete, path = "/admin/pulls/{id}", tag = "pulls",
    params(("id" = i64, Path, description = "The pull's number.")),
    responses((status = 204, description = "It was deleted."), ReadRefusals)
)]
pub(in crate::http) async fn delete_pull(
    manager: Manager<CanManageConnectors>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Pull)?;
    let Manager { hub, actor, .. } = manager;
    hub.blocking(move |hub| hub.delete_pull(&actor, id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The pull with this number, if it may be seen.
pub(super) async fn visible(manager: &Manager<CanSeeConnectors>, id: i64) -> Result<PullView, Problem> {
    let reach = manager.reach.clone();
    let view = manager.hub.blocking(move |hub| hub.pull_within(&reach, id));
    Ok(view.await?)
}
