//! `/admin/integrations/{year}/{number}/papers/{kind}`: papers of the procedure, filled with what the hub knows.
//!
//! Not here: what stands in them (`report/papers`). Invariant: a paper is made anew each time; what was signed is
//! kept as a document.

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY};
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::documents::content::attachment;
use crate::error::{Error, Malformed, Unknown};
use crate::http::body::acceptable;
use crate::http::manager::{CanLookProcedure, Manager};
use crate::http::openapi::ReadRefusals;
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::managed_resource;
use crate::report::paper::Paper;
use crate::types::Text;

/// What a printed page may load: nothing, but it brings its looks with it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The resource of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(managed_resource(
        "/admin/integrations/{year}/{number}/papers",
        vec![(Method::GET, get().to(list_papers))],
    ))
    .service(managed_resource(
        "/admin/integrations/{year}/{number}/papers/{kind}",
        vec![(Method::GET, get().to(show_paper))],
    ));
}

/// As which file a paper is wanted.
#[derive(Debug, Clone, Copy)]
pub(in crate::http) enum Form {
    /// A page that prints on A4.
    Html,
    /// An OpenDocument text.
    Odt,
    /// Its tables, as an OpenDocument spreadsheet.
    Ods,
}

/// A paper that may be asked for.
#[derive(Serialize, ToSchema)]
struct PaperToPrint {
    /// Its kind, the last part of its address.
    #[schema(example = "formulation")]
    kind: String,
    /// What it is called.
    #[schema(example = "Dokumen Rumusan Integrasi Data")]
    title: String,
    /// Where it is.
    #[schema(example = "/admin/integrations/2026/7/papers/formulation")]
    path: String,
}

/// The papers of an integration, in the order of the procedure, the forms of its steps last.
#[derive(Serialize, ToSchema)]
struct PaperList {
    /// The papers.
    papers: Vec<PaperToPrint>,
}

/// Lists the papers of an integration.
#[utoipa::path(
    get, path = "/admin/integrations/{year}/{number}/papers", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of the integration's number."),
        ("number" = i32, Path, description = "Its number within the year."),
    ),
    responses((status = 200, description = "The papers.", body = PaperList), ReadRefusals)
)]
pub(in crate::http) async fn list_papers(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    let number = path::integration(&path.0, &path.1)?;
    let papers = manager
        .hub
        .blocking(move |hub| hub.papers(&manager.reach, number))
        .await?;
    let papers = papers.into_iter().map(|(kind, title)| PaperToPrint {
        path: format!("/admin/integrations/{number}/papers/{kind}"),
        kind,
        title,
    });
    let view = PaperList {
        papers: papers.collect(),
    };
    answer(HttpResponse::Ok(), &view)
}

/// A paper of the procedure, filled with what the hub knows; what it does not know is left blank.
#[utoipa::path(
    get, path = "/admin/integrations/{year}/{number}/papers/{kind}", tag = "integrations",
    params(
        ("year" = i32, Path, description = "The year of the integration's number."),
        ("number" = i32, Path, description = "Its number within the year."),
        ("kind" = String, Path, example = "formulation", description = "`request-letter`, `application-data`, `disposition`, `integration-document`, `database-structure`, `minutes-agreement`, `formulation`, `data-standard-sheet`, `endorsement`, `minutes-trial`, `application-validation`, `system-integration`, `minutes-handover`, or `step-1` to `step-12` for the form of a step."),
        ("format" = Option<String>, Query, description = "`html` (when left out), `odt`, or `ods` for its tables."),
    ),
    responses(
        (status = 200, description = "The paper.", content(
            (String = "text/html"),
            (Vec<u8> = "application/vnd.oasis.opendocument.text"),
            (Vec<u8> = "application/vnd.oasis.opendocument.spreadsheet"),
        )),
        ReadRefusals,
    )
)]
pub(in crate::http) async fn show_paper(
    manager: Manager<CanLookProcedure>,
    request: HttpRequest,
    path: web::Path<(String, String, String)>,
) -> Result<HttpResponse, Problem> {
    let form = form(&Params::read(&request, &["format"])?)?;
    let (year, number, kind) = path.into_inner();
    let number = path::integration(&year, &number)?;
    let name = kind.clone();
    let paper = manager
        .hub
        .blocking(move |hub| hub.paper(&manager.reach, number, &kind))
        .await?;
    let name = format!("{name}-{}-{}", number.year, number.number);
    Ok(printed(&paper, form, &name)?)
}

/// A paper as a file, called `name` without its end.
pub(in crate::http) fn printed(paper: &Paper, form: Form, name: &str) -> Result<HttpResponse, Error> {
    let failed = |error: std::io::Error| Error::Internal(format!("a paper can't be written: {error}"));
    let mut response = HttpResponse::Ok();
    response.insert_header((CACHE_CONTROL, "no-store"));
    let (media, end, body) = match form {
        Form::Html => {
            return Ok(response
                .insert_header((CONTENT_SECURITY_POLICY, POLICY))
                .content_type("text/html; charset=utf-8")
                .body(paper.to_html()));
        }
        Form::Odt => {
            let media = "application/vnd.oasis.opendocument.text";
            (media, "odt", Some(paper.to_odt().map_err(failed)?))
        }
        Form::Ods => {
            let media = "application/vnd.oasis.opendocument.spreadsheet";
            (media, "ods", paper.to_ods().map_err(failed)?)
        }
    };
    let body = body.ok_or(Error::Unknown(Unknown::Path))?;
    let name = attachment(&format!("{name}.{end}"));
    Ok(response
        .content_type(media)
        .insert_header((CONTENT_DISPOSITION, name))
        .body(body))
}

/// As which file a request wants its paper.
pub(in crate::http) fn form(params: &Params) -> Result<Form, Error> {
    match params.text("format") {
        None | Some("html") => Ok(Form::Html),
        Some("odt") => Ok(Form::Odt),
        Some("ods") => Ok(Form::Ods),
        Some(_) => Err(Error::Malformed(Malformed::Parameter(
            "format",
            Text::new("pilih html, odt, atau ods.", "choose html, odt or ods."),
        ))),
    }
}
