//! `/docs`: pages for programmers, about what they may use and how.
//!
//! Not here: the viewer of the OpenAPI document below `/docs/ui` (`openapi`). Invariant: a page tells no
//! more than the same caller is told by the documents of a dataset, and the browser is told to run and
//! load nothing but the style beside it.

mod changes;
mod dataset;
mod fields;
mod listing;
mod samples;
mod unshown;

use actix_web::http::Method;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, HeaderMap, HeaderValue,
};
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::access::Caller;
use crate::access::rules::{Action, Resource, reach};
use crate::error::{Error, Unknown};
use crate::http::body::acceptable;
use crate::http::caller::{identify, see};
use crate::http::documents::document;
use crate::http::openapi::{NotThere, PublicRefusals};
use crate::http::params::Params;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::types::DatasetId;

use super::say::Say;
use super::words::contract as words;
pub(super) use listing::owner;
pub(super) use samples::Example;
pub(in crate::http) use samples::add_code_samples;

/// What the pages may load and do.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// How the pages look.
const STYLE: &str = include_str!("../../../../templates/docs/style.css");

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource("/docs", vec![(Method::GET, get().to(list_docs))]))
        .service(public_resource(
            "/docs/style.css",
            vec![(Method::GET, get().to(get_style))],
        ))
        .service(public_resource(
            "/docs/{opd}/{dataset}/{version}",
            vec![(Method::GET, get().to(show_docs))],
        ));
}

/// Lists what the caller may use, as a page; without a key, what is open.
#[utoipa::path(
    get, path = "/docs", tag = "hub", security((), ("bearer" = [])),
    params(("lang" = Option<String>, Query, description = "`id` or `en`, whatever `Accept-Language` says.")),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html"), PublicRefusals)
)]
pub(in crate::http) async fn list_docs(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (hub, caller) = identify(&request)?;
    acceptable(&request, "text/html")?;
    let say = Say::of(&request)?;
    page(&request, say, &listing::Listing::of(&hub, &caller, say))
}

/// Whether a rule lets `caller` look at this dataset's documents, whatever its contract grants.
fn looks_at(caller: &Caller, id: &DatasetId) -> bool {
    let reach = reach(caller, Action::Look, Resource::Catalog);
    reach.is_some_and(|reach| reach.covers(id.opd.as_str()))
}

/// Shows how one dataset is used, as a page, as far as the caller may know of it.
#[utoipa::path(
    get, path = "/docs/{opd}/{dataset}/{version}", tag = "hub", security((), ("bearer" = [])),
    params(
        ("opd" = String, Path, description = "The owner's code."),
        ("dataset" = String, Path, description = "The dataset's name."),
        ("version" = String, Path, description = "The major version, such as `v1`."),
        ("lang" = Option<String>, Query, description = "`id` or `en`, whatever `Accept-Language` says."),
    ),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html"), PublicRefusals, NotThere)
)]
pub(in crate::http) async fn show_docs(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (hub, caller) = identify(&request)?;
    let (environment, id) = path::dataset(&request)?;
    let dataset = match &caller {
        Caller::Management | Caller::Person(_) if looks_at(&caller, &id) => {
            hub.catalog().dataset(&id).cloned()
        }
        _ => Some(see(&request, &hub, &caller, (environment, &id))?.0),
    };
    let dataset = dataset.ok_or_else(|| Error::Unknown(Unknown::Dataset(id.to_string())))?;
    acceptable(&request, "text/html")?;
    let say = Say::of(&request)?;
    let shown = hub
        .blocking(move |hub| Ok(dataset::DatasetPage::of(hub, &caller, &dataset, say)))
        .await?;
    page(&request, say, &shown)
}

/// How the pages look.
async fn get_style(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Params::read(&request, &[])?;
    let mut answer = document(&request, "text/css; charset=utf-8", STYLE.to_owned());
    let cache = HeaderValue::from_static("public, max-age=3600");
    answer.headers_mut().insert(CACHE_CONTROL, cache);
    Ok(answer)
}

fn page(request: &HttpRequest, say: Say, page: &impl Template) -> Result<HttpResponse, Problem> {
    let text = page
        .render()
        .map_err(|error| Error::Internal(error.to_string()))?;
    let mut answer = document(request, "text/html; charset=utf-8", text);
    set_headers(answer.headers_mut(), say);
    Ok(answer)
}

fn set_headers(headers: &mut HeaderMap, say: Say) {
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(say.lang.tag()));
}
