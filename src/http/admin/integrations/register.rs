//! What is taken out of the register: the whole as a sheet, and one integration's moves.
//!
//! Invariant: a sheet holds what a list with the same parameters would show.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpRequest, HttpResponse, web};

use super::input;
use crate::http::admin::answer;
use crate::http::body::acceptable;
use crate::http::manager::{CanLookProcedure, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::Timeline;

/// The type of an OpenDocument sheet.
const ODS: &str = "application/vnd.oasis.opendocument.spreadsheet";

/// Gives the register out as an OpenDocument sheet, by the same parameters as the list.
#[utoipa::path(
    get, path = "/admin/integrations/export", tag = "integrations",
    params(
        ("state" = Option<String>, Query, description = "Only those in this state."),
        ("step" = Option<u8>, Query, minimum = 1, maximum = 99, description = "Only those in this step."),
        ("overdue" = Option<bool>, Query, description = "Only those whose step should have ended."),
        ("opd" = Option<String>, Query, description = "Only those in which this agency takes part."),
        ("dataset" = Option<String>, Query, description = "Only those about this dataset."),
    ),
    responses(
        (status = 200, description = "The sheet.", content((Vec<u8> = "application/vnd.oasis.opendocument.spreadsheet"))),
        ReadRefusals,
    )
)]
pub(in crate::http) async fn export_register(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, ODS)?;
    let params = Params::read(&request, &["state", "step", "overdue", "opd", "dataset"])?;
    let wanted = input::wanted(&params)?;
    let Manager { hub, reach, .. } = manager;
    let sheet = hub
        .blocking(move |hub| hub.register_sheet(&reach, &wanted))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((
            CONTENT_DISPOSITION,
            "attachment; filename=\"daftar-integrasi.ods\"",
        ))
        .content_type(ODS)
        .body(sheet))
}

/// Shows the moves of an integration, per round and step, with plan and fact.
#[utoipa::path(
    get, path = "/admin/integrations/{year}/{number}/timeline", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of its number."),
        ("number" = i32, Path, description = "Its number within the year."),
    ),
    responses((status = 200, description = "The moves.", body = Timeline), ReadRefusals)
)]
pub(in crate::http) async fn show_timeline(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let number = path::integration(&path.0, &path.1)?;
    let Manager { hub, reach, .. } = manager;
    let timeline = hub.blocking(move |hub| hub.timeline(&reach, number)).await?;
    answer(HttpResponse::Ok(), &timeline)
}
