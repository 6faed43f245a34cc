//! `/admin/integrations`: runs of the procedure.
//!
//! `moves` has what is done to one, `register` what is taken out, `tasks` what somebody has to do, `input` what is
//! sent. Invariant: what an agency's people are shown is where their agency takes part.

pub(in crate::http) mod input;
pub(in crate::http) mod moves;
mod procedure;
pub(in crate::http) mod register;
pub(in crate::http) mod tasks;

use actix_web::http::Method;
use actix_web::web::{self, get, patch, post};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer, created, pages};
use crate::http::body::acceptable;
use crate::http::manager::{CanLookProcedure, CanManageProcedure, Manager};
use crate::http::meta::Meta;
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::{IntegrationView, PageQuery, RegisterEntry};
use input::{IntegrationChange, IntegrationToOpen};
use procedure::ProcedureShown;

/// Where an integration is.
const ONE: &str = "/admin/integrations/{year}/{number}";

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let read = |path: &str, route| managed_resource(path, vec![(Method::GET, route)]);
    let posted = |path: &str, route| managed_resource(&format!("{ONE}{path}"), vec![(Method::POST, route)]);
    app.service(read("/admin/procedure", get().to(show_procedure)))
        .service(managed_resource(
            "/admin/integrations",
            vec![
                (Method::GET, get().to(list_integrations)),
                (Method::POST, post().to(open_integration)),
            ],
        ))
        .service(read(
            "/admin/integrations/export",
            get().to(register::export_register),
        ))
        .service(managed_resource(
            ONE,
            vec![
                (Method::GET, get().to(show_integration)),
                (Method::PATCH, patch().to(change_integration)),
            ],
        ))
        .service(read(
            &format!("{ONE}/timeline"),
            get().to(register::show_timeline),
        ))
        .service(posted("/steps/{step}/complete", post().to(moves::complete_step)))
        .service(posted("/steps/{step}/opinion", post().to(moves::give_opinion)))
        .service(posted("/steps/{step}/repair", post().to(moves::repair_step)))
        .service(posted("/pause", post().to(moves::pause_integration)))
        .service(posted("/resume", post().to(moves::resume_integration)))
        .service(posted("/cancel", post().to(moves::cancel_integration)))
        .service(read("/admin/tasks", get().to(tasks::list_tasks)))
        .service(read("/admin/notices", get().to(tasks::list_notices)))
        .service(managed_resource(
            "/admin/notices/read",
            vec![(Method::POST, post().to(tasks::read_notices))],
        ));
}

/// A page of the register, the last number first.
#[derive(Serialize, ToSchema)]
struct RegisterPage {
    /// The integrations.
    integrations: Vec<RegisterEntry>,
    /// The cursor of the next page; null at the end.
    #[schema(required = true)]
    next: Option<String>,
}

/// Shows the procedure: its steps, who acts in them, what they need and how long they take.
#[utoipa::path(
    get, path = "/admin/procedure", tag = "integrations",
    responses((status = 200, description = "The procedure.", body = ProcedureShown), ReadRefusals)
)]
pub(in crate::http) async fn show_procedure(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    answer(HttpResponse::Ok(), &ProcedureShown::from(manager.hub.procedure()))
}

/// Lists the integrations, the last number first; those of an agency are shown to its people.
#[utoipa::path(
    get, path = "/admin/integrations", tag = "integrations",
    params(
        ("state" = Option<String>, Query, description = "Only those in this state: `running`, `paused`, `cancelled` or `closed`."),
        ("step" = Option<u8>, Query, minimum = 1, maximum = 99, description = "Only those in this step."),
        ("overdue" = Option<bool>, Query, description = "Only those whose step should have ended."),
        ("opd" = Option<String>, Query, description = "Only those in which this agency takes part."),
        ("dataset" = Option<String>, Query, description = "Only those about this dataset, such as `bkd/pegawai/v1`."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of the register.", body = RegisterPage), ReadRefusals)
)]
pub(in crate::http) async fn list_integrations(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    let params = Params::read(&request, input::REGISTER)?;
    let wanted = input::wanted(&params)?;
    let query = PageQuery {
        limit: usize::try_from(params.number("limit", 1, 1_000, 100)?).unwrap_or(100),
        cursor: params.text("cursor").map(str::to_owned),
    };
    let Manager { hub, reach, .. } = manager;
    let url = format!("{}/admin/integrations", hub.config().http.public_url);
    let asked = query.clone();
    let page = hub
        .blocking(move |hub| hub.integrations(&reach, &wanted, &asked))
        .await?;
    let view = RegisterPage {
        integrations: page.items,
        next: page.next,
    };
    pages::search_page(&url, &params, &query, view.next.as_deref(), &view)
}

/// Opens an integration under the next number of the year. An agency opens for itself, as who asks.
#[utoipa::path(
    post, path = "/admin/integrations", tag = "integrations", request_body = IntegrationToOpen,
    responses(
        (status = 201, description = "It was opened.", body = IntegrationView, headers(("Location" = String, description = "Where it is."))),
        WriteRefusals,
    )
)]
pub(in crate::http) async fn open_integration(
    manager: Manager<CanManageProcedure>,
    request: HttpRequest,
    payload: web::Payload,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    let Manager {
        hub, caller, reach, ..
    } = manager;
    let sent: IntegrationToOpen = super::input::json(&hub, &request, payload).await?;
    let (new, behind) = sent.read()?;
    let view = hub
        .blocking(move |hub| {
            let number = hub.enter_integration(&caller, &reach, &new, &behind)?;
            hub.integration(&reach, number, meta.lang)
        })
        .await?;
    let path = format!("/admin/integrations/{}", view.number);
    created(&hub.config().http.public_url, &path, &view)
}

/// Shows an integration: where its file is, who has it, what its step needs.
#[utoipa::path(
    get, path = "/admin/integrations/{year}/{number}", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of its number."),
        ("number" = i32, Path, description = "Its number within the year."),
    ),
    responses((status = 200, description = "The integration.", body = IntegrationView), ReadRefusals)
)]
pub(in crate::http) async fn show_integration(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    meta: Meta,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let number = path::integration(&path.0, &path.1)?;
    let Manager { hub, reach, .. } = manager;
    let view = hub
        .blocking(move |hub| hub.integration(&reach, number, meta.lang))
        .await?;
    answer(HttpResponse::Ok(), &view)
}

/// Changes what an integration is about, who takes part and who is responsible; what is left out stays.
#[utoipa::path(
    patch, path = "/admin/integrations/{year}/{number}", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of its number."),
        ("number" = i32, Path, description = "Its number within the year."),
    ),
    request_body(content((IntegrationChange = "application/merge-patch+json"), (IntegrationChange = "application/json"))),
    responses((status = 200, description = "It was changed.", body = IntegrationView), WriteRefusals)
)]
pub(in crate::http) async fn change_integration(
    manager: Manager<CanManageProcedure>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
    (payload, meta): (web::Payload, Meta),
) -> Result<HttpResponse, Problem> {
    let Manager {
        hub, caller, reach, ..
    } = manager;
    let number = path::integration(&path.0, &path.1)?;
    let sent: IntegrationChange = super::input::patch(&hub, &request, payload).await?;
    let change = sent.read()?;
    let view = hub
        .blocking(move |hub| {
            hub.change_integration(&caller, &reach, number, &change)?;
            hub.integration(&reach, number, meta.lang)
        })
        .await?;
    answer(HttpResponse::Ok(), &view)
}
