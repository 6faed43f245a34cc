//! `/admin/reports`: reports as figures and as papers, listed, shown, checked and signed.
//!
//! `exchanges` has the monthly recap, `integrations` drafts those of an integration, `input` is what is sent, `view` what is shown.
//! Invariant: what is shown of a kept report is made from what is kept of it alone.

pub(in crate::http) mod exchanges;
pub(in crate::http) mod input;
pub(in crate::http) mod integrations;
mod view;

use actix_web::http::Method;
use actix_web::web::{self, get, post};
use actix_web::{HttpRequest, HttpResponse};

use super::papers::{Form, printed};
use super::{answer, pages};
use crate::error::{Error, Malformed, Unknown};
use crate::http::body::acceptable;
use crate::http::manager::{CanCheckReports, CanLookReports, CanSignReports, Manager};
use crate::http::openapi::{ReadRefusals, WriteRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::hub::ReportsWanted;
use crate::types::Text;
use view::{Report, ReportPage, ReportWithFigures};

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let posted = |path: &str, route| managed_resource(path, vec![(Method::POST, route)]);
    app.service(managed_resource(
        "/admin/reports",
        vec![(Method::GET, get().to(list_reports))],
    ))
    .service(managed_resource(
        "/admin/reports/exchanges",
        vec![
            (Method::GET, get().to(exchanges::show_recap)),
            (Method::POST, post().to(exchanges::draft_recap)),
        ],
    ))
    .service(managed_resource(
        "/admin/reports/{id}",
        vec![(Method::GET, get().to(show_report))],
    ))
    .service(posted("/admin/reports/{id}/check", post().to(check_report)))
    .service(posted("/admin/reports/{id}/sign", post().to(sign_report)))
    .service(posted(
        "/admin/integrations/{year}/{number}/reports/validation",
        post().to(integrations::draft_validation),
    ))
    .service(posted(
        "/admin/integrations/{year}/{number}/reports/integration",
        post().to(integrations::draft_final),
    ));
}

/// Lists the reports that were drafted, by number, without their figures; an agency's people see those of integrations
/// in which it takes part, and its own recaps.
#[utoipa::path(
    get, path = "/admin/reports", tag = "reports",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000, description = "At most so many; 100 when left out."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of reports.", body = ReportPage), ReadRefusals)
)]
pub(in crate::http) async fn list_reports(
    manager: Manager<CanLookReports>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let query = pages::asked(&request)?;
    let url = format!("{}/admin/reports", manager.hub.config().http.public_url);
    let (query, page) = manager
        .hub
        .blocking(move |hub| {
            let page = hub.reports(&manager.reach, &ReportsWanted::default(), &query)?;
            Ok((query, page))
        })
        .await?;
    let view = ReportPage::new(page);
    pages::page(&url, &query, view.next.as_deref(), &view)
}

/// Shows a report: its figures as they were kept, or the paper that they make.
#[utoipa::path(
    get, path = "/admin/reports/{id}", tag = "reports",
    params(
        ("id" = i64, Path, description = "The report's number."),
        ("format" = Option<String>, Query, description = "`json` (when left out), `html`, `odt`, or `ods` for its tables."),
    ),
    responses(
        (status = 200, description = "The report.", content(
            (ReportWithFigures = "application/json"),
            (String = "text/html"),
            (Vec<u8> = "application/vnd.oasis.opendocument.text"),
            (Vec<u8> = "application/vnd.oasis.opendocument.spreadsheet"),
        )),
        ReadRefusals,
    )
)]
pub(in crate::http) async fn show_report(
    manager: Manager<CanLookReports>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let form = wanted(&request, &Params::read(&request, &["format"])?)?;
    let id = path::number(&id, Unknown::Report)?;
    let view = manager
        .hub
        .blocking(move |hub| hub.report(&manager.reach, id))
        .await?;
    match form {
        None => answer(HttpResponse::Ok(), &ReportWithFigures::new(view)?),
        Some(form) => {
            let subject = view.subject.replace('/', "-");
            let name = format!("{}-{subject}-v{}", view.kind.as_str(), view.version);
            Ok(printed(&view.paper()?, form, &name)?)
        }
    }
}

/// Says that a report was checked, as Pejabat Pengawas. Only the newest version about the same can be.
#[utoipa::path(
    post, path = "/admin/reports/{id}/check", tag = "reports",
    params(("id" = i64, Path, description = "The report's number.")),
    responses((status = 200, description = "It was checked.", body = Report), WriteRefusals)
)]
pub(in crate::http) async fn check_report(
    manager: Manager<CanCheckReports>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Report)?;
    let Manager { hub, caller, .. } = manager;
    let view = hub.blocking(move |hub| hub.check_report(&caller, id)).await?;
    answer(HttpResponse::Ok(), &Report::from(view))
}

/// Signs a report that was checked, as Pejabat Administrator. Its figures never change again.
#[utoipa::path(
    post, path = "/admin/reports/{id}/sign", tag = "reports",
    params(("id" = i64, Path, description = "The report's number.")),
    responses((status = 200, description = "It was signed.", body = Report), WriteRefusals)
)]
pub(in crate::http) async fn sign_report(
    manager: Manager<CanSignReports>,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let id = path::number(&id, Unknown::Report)?;
    let Manager { hub, caller, .. } = manager;
    let view = hub.blocking(move |hub| hub.sign_report(&caller, id)).await?;
    answer(HttpResponse::Ok(), &Report::from(view))
}

/// As which paper a report is wanted; none for its figures.
fn wanted(request: &HttpRequest, params: &Params) -> Result<Option<Form>, Problem> {
    match params.text("format") {
        None | Some("json") => {
            acceptable(request, "application/json")?;
            Ok(None)
        }
        Some("html") => Ok(Some(Form::Html)),
        Some("odt") => Ok(Some(Form::Odt)),
        Some("ods") => Ok(Some(Form::Ods)),
        Some(_) => Err(Error::Malformed(Malformed::Parameter(
            "format",
            Text::new(
                "pilih json, html, odt, atau ods.",
                "choose json, html, odt or ods.",
            ),
        ))
        .into()),
    }
}
