//! What somebody has to do, and what they are told.
//!
//! Invariant: both are for whoever signed in; a key has nothing to do.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::admin::{answer, input};
use crate::http::body::acceptable;
use crate::http::manager::{CanLookProcedure, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::problem::Problem;
use crate::hub::{NoticeView, RegisterEntry};

/// What somebody has to do.
#[derive(Serialize, ToSchema)]
struct TaskList {
    /// The integrations of which they have the file, those due first.
    tasks: Vec<RegisterEntry>,
}

/// What somebody was told and has not read.
#[derive(Serialize, ToSchema)]
struct NoticeList {
    /// The newest first.
    notices: Vec<NoticeView>,
}

/// Notices that were read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoticesRead {
    /// Their numbers.
    notices: Vec<i64>,
}

/// How many notices were marked.
#[derive(Serialize, ToSchema)]
struct NoticesMarked {
    /// Those that were theirs and unread.
    read: usize,
}

/// Lists what whoever asks has to do, due first.
#[utoipa::path(
    get, path = "/admin/tasks", tag = "integrations",
    responses((status = 200, description = "The tasks.", body = TaskList), ReadRefusals)
)]
pub(in crate::http) async fn list_tasks(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let Manager { hub, caller, .. } = manager;
    let tasks = hub.blocking(move |hub| hub.tasks(&caller)).await?;
    answer(HttpResponse::Ok(), &TaskList { tasks })
}

/// Lists what whoever asks was told and has not read: a turn, what is due soon, what is overdue.
#[utoipa::path(
    get, path = "/admin/notices", tag = "integrations",
    responses((status = 200, description = "The notices.", body = NoticeList), ReadRefusals)
)]
pub(in crate::http) async fn list_notices(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let Manager { hub, caller, .. } = manager;
    let notices = hub.blocking(move |hub| hub.notices(&caller)).await?;
    answer(HttpResponse::Ok(), &NoticeList { notices })
}

/// Marks notices as read by whoever asks; others go on seeing them.
#[utoipa::path(
    post, path = "/admin/notices/read", tag = "integrations", request_body = NoticesRead,
    responses((status = 200, description = "They are marked.", body = NoticesMarked), WriteRefusals)
)]
pub(in crate::http) async fn read_notices(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let Manager { hub, caller, .. } = manager;
    let sent: NoticesRead = input::json(&hub, &request, payload).await?;
    let read = hub
        .blocking(move |hub| hub.read_notices(&caller, &sent.notices))
        .await?;
    answer(HttpResponse::Ok(), &NoticesMarked { read })
}
