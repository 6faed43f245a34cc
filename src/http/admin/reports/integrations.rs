//! `/admin/integrations/{year}/{number}/reports`: the two reports of an integration, drafted.
//!
//! Invariant: each draft is a report of its own, with figures of its own moment.

use actix_web::{HttpRequest, HttpResponse, web};

use super::input::{FinalToDraft, ValidationToDraft};
use super::view::Report;
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::Result as Outcome;
use crate::http::admin::{created, input};
use crate::http::manager::{CanDraftReports, Manager};
use crate::http::openapi::WriteRefusals;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{Hub, ReportView};

/// Counts what an integration's datasets hold and how they came, beside what the agency counted, and keeps that as a
/// draft of the Laporan Hasil Validasi. All records are walked through.
#[utoipa::path(
    post, path = "/admin/integrations/{year}/{number}/reports/validation", tag = "reports",
    params(
        ("year" = i32, Path, description = "The year of the integration's number."),
        ("number" = i32, Path, description = "Its number within the year."),
    ),
    request_body = Option<ValidationToDraft>,
    responses(
        (status = 201, description = "It is kept.", body = Report, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn draft_validation(
    manager: Manager<CanDraftReports>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (hub, number) = (manager.hub.clone(), path::integration(&path.0, &path.1)?);
    let sent: ValidationToDraft = input::json_or_nothing(&hub, &request, payload).await?;
    let told = sent.read()?;
    let draft =
        move |hub: &Hub, caller: &Caller, reach: &Reach| hub.draft_validation(caller, reach, number, told);
    drafted(manager, draft).await
}

/// Gathers what is known of an integration, and keeps that as a draft of the Laporan Hasil Integrasi Aplikasi.
#[utoipa::path(
    post, path = "/admin/integrations/{year}/{number}/reports/integration", tag = "reports",
    params(
        ("year" = i32, Path, description = "The year of the integration's number."),
        ("number" = i32, Path, description = "Its number within the year."),
    ),
    request_body = Option<FinalToDraft>,
    responses(
        (status = 201, description = "It is kept.", body = Report, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn draft_final(
    manager: Manager<CanDraftReports>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (hub, number) = (manager.hub.clone(), path::integration(&path.0, &path.1)?);
    let sent: FinalToDraft = input::json_or_nothing(&hub, &request, payload).await?;
    let told = sent.read()?;
    let draft =
        move |hub: &Hub, caller: &Caller, reach: &Reach| hub.draft_final(caller, reach, number, &told);
    drafted(manager, draft).await
}

/// Keeps a draft and shows it.
async fn drafted(
    manager: Manager<CanDraftReports>,
    draft: impl FnOnce(&Hub, &Caller, &Reach) -> Outcome<ReportView> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let Manager {
        hub, caller, reach, ..
    } = manager;
    let view = hub.blocking(move |hub| draft(hub, &caller, &reach)).await?;
    let path = format!("/admin/reports/{}", view.id);
    created(&hub.config().http.public_url, &path, &Report::from(view))
}
