//! What is done to an integration.
//!
//! Invariant: each answers with the integration as it stands after it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::input::MoveToMake;
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::{Error, Result as Outcome, Unknown};
use crate::http::admin::{answer, input};
use crate::http::manager::{CanCompleteStep, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::WriteRefusals;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{Deed, Hub, IntegrationView};
use crate::integration::IntegrationNumber;
use crate::integration::file::Act;

/// The path of an integration, and of one of its steps.
type InStep = web::Path<(String, String, String)>;
type OfOne = web::Path<(String, String)>;

/// Does one's part of a step: completes it, agrees, finds it valid or not, decides.
#[utoipa::path(
    post, path = "/admin/integrations/{year}/{number}/steps/{step}/complete", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of its number."),
        ("number" = i32, Path, description = "Its number within the year."),
        ("step" = u8, Path, description = "The step's number."),
    ),
    request_body = Option<MoveToMake>,
    responses((status = 200, description = "It was done.", body = IntegrationView), WriteRefusals)
)]
pub(in crate::http) async fn complete_step(
    manager: Manager<CanCompleteStep>,
    request: HttpRequest,
    path: InStep,
    (payload, meta): (web::Payload, Meta),
) -> Result<HttpResponse, Problem> {
    in_step(manager, &request, &path, (payload, meta), Hub::complete_step).await
}

/// Says what one's agency thinks, before it is decided.
#[utoipa::path(
    post, path = "/admin/integrations/{year}/{number}/steps/{step}/opinion", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of its number."),
        ("number" = i32, Path, description = "Its number within the year."),
        ("step" = u8, Path, description = "The step's number."),
    ),
    request_body = Option<MoveToMake>,
    responses((status = 200, description = "It was said.", body = IntegrationView), WriteRefusals)
)]
pub(in crate::http) async fn give_opinion(
    manager: Manager<CanCompleteStep>,
    request: HttpRequest,
    path: InStep,
    (payload, meta): (web::Payload, Meta),
) -> Result<HttpResponse, Problem> {
    in_step(manager, &request, &path, (payload, meta), Hub::give_opinion).await
}

/// Says that what was not valid is repaired and was tested again.
#[utoipa::path(
    post, path = "/admin/integrations/{year}/{number}/steps/{step}/repair", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of its number."),
        ("number" = i32, Path, description = "Its number within the year."),
        ("step" = u8, Path, description = "The step's number."),
    ),
    request_body = Option<MoveToMake>,
    responses((status = 200, description = "It was said.", body = IntegrationView), WriteRefusals)
)]
pub(in crate::http) async fn repair_step(
    manager: Manager<CanCompleteStep>,
    request: HttpRequest,
    path: InStep,
    (payload, meta): (web::Payload, Meta),
) -> Result<HttpResponse, Problem> {
    in_step(manager, &request, &path, (payload, meta), Hub::repair_step).await
}

/// Stops the clocks, with a reason and a letter.
#[utoipa::path(
    post, path = "/admin/integrations/{year}/{number}/pause", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of its number."),
        ("number" = i32, Path, description = "Its number within the year."),
    ),
    request_body = Option<MoveToMake>,
    responses((status = 200, description = "The clocks stand.", body = IntegrationView), WriteRefusals)
)]
pub(in crate::http) async fn pause_integration(
    manager: Manager<CanCompleteStep>,
    request: HttpRequest,
    path: OfOne,
    (payload, meta): (web::Payload, Meta),
) -> Result<HttpResponse, Problem> {
    turned(manager, &request, &path, (payload, meta), Act::Paused).await
}

/// Lets the clocks run again.
#[utoipa::path(
    post, path = "/admin/integrations/{year}/{number}/resume", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of its number."),
        ("number" = i32, Path, description = "Its number within the year."),
    ),
    request_body = Option<MoveToMake>,
    responses((status = 200, description = "The clocks run.", body = IntegrationView), WriteRefusals)
)]
pub(in crate::http) async fn resume_integration(
    manager: Manager<CanCompleteStep>,
    request: HttpRequest,
    path: OfOne,
    (payload, meta): (web::Payload, Meta),
) -> Result<HttpResponse, Problem> {
    turned(manager, &request, &path, (payload, meta), Act::Resumed).await
}

/// Gives an integration up for good, with a reason and a letter.
#[utoipa::path(
    post, path = "/admin/integrations/{year}/{number}/cancel", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of its number."),
        ("number" = i32, Path, description = "Its number within the year."),
    ),
    request_body = Option<MoveToMake>,
    responses((status = 200, description = "It was given up.", body = IntegrationView), WriteRefusals)
)]
pub(in crate::http) async fn cancel_integration(
    manager: Manager<CanCompleteStep>,
    request: HttpRequest,
    path: OfOne,
    (payload, meta): (web::Payload, Meta),
) -> Result<HttpResponse, Problem> {
    turned(manager, &request, &path, (payload, meta), Act::Cancelled).await
}

/// What the hub does with somebody's part of a step.
type Part = fn(&Hub, &Caller, &Reach, IntegrationNumber, u8, &Deed) -> Outcome<()>;

async fn in_step(
    manager: Manager<CanCompleteStep>,
    request: &HttpRequest,
    path: &InStep,
    (payload, meta): (web::Payload, Meta),
    part: Part,
) -> Result<HttpResponse, Problem> {
    let step = step_of(path)?;
    let sent = (payload, path::integration(&path.0, &path.1)?);
    made(
        manager,
        request,
        sent,
        &meta,
        move |hub, caller, reach, number, deed| part(hub, caller, reach, number, step, deed),
    )
    .await
}

async fn turned(
    manager: Manager<CanCompleteStep>,
    request: &HttpRequest,
    path: &OfOne,
    (payload, meta): (web::Payload, Meta),
    act: Act,
) -> Result<HttpResponse, Problem> {
    let sent = (payload, path::integration(&path.0, &path.1)?);
    made(
        manager,
        request,
        sent,
        &meta,
        move |hub, caller, reach, number, deed| hub.turn_file(caller, reach, number, act, deed),
    )
    .await
}

/// Reads what was sent, makes the move, and shows the integration after it.
async fn made(
    manager: Manager<CanCompleteStep>,
    request: &HttpRequest,
    (payload, number): (web::Payload, IntegrationNumber),
    meta: &Meta,
    work: impl FnOnce(&Hub, &Caller, &Reach, IntegrationNumber, &Deed) -> Outcome<()> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let Manager {
        hub, caller, reach, ..
    } = manager;
    let sent: MoveToMake = input::json_or_nothing(&hub, request, payload).await?;
    let (deed, lang) = (sent.read()?, meta.lang);
    let view = hub
        .blocking(move |hub| {
            work(hub, &caller, &reach, number, &deed)?;
            hub.integration(&reach, number, lang)
        })
        .await?;
    answer(HttpResponse::Ok(), &view)
}

/// The step in a path.
fn step_of(path: &InStep) -> Outcome<u8> {
    let (year, number, step) = (&path.0, &path.1, &path.2);
    let known = step.parse::<u8>().ok().filter(|known| known.to_string() == *step);
    let text = || {
        format!("{year}/{number}/steps/{step}")
            .escape_debug()
            .take(60)
            .collect()
    };
    known.ok_or_else(|| Error::Unknown(Unknown::Integration(text())))
}
