//! `/admin`: managing the hub over HTTP, as the commands do.
//!
//! Not here: what management may do (the hub knows) and who manages ([`super::manager::Manager`]).
//! Invariant: nothing below `/admin` is told to anybody else, not even which paths there are.

pub(super) mod applications;
pub(super) mod backups;
pub(super) mod connectors;
pub(super) mod contracts;
pub(super) mod datasets;
pub(super) mod documents;
pub(super) mod input;
pub(super) mod integrations;
pub(super) mod keys;
pub(super) mod letters;
pub(super) mod log;
pub(super) mod opds;
pub(super) mod pages;
pub(super) mod papers;
pub(super) mod people;
pub(super) mod pulls;
pub(super) mod references;
pub(super) mod rejections;
pub(super) mod reports;
pub(super) mod subscriptions;

use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use serde::Serialize;

use super::manager::{CanEnter, Manager};
use super::problem::Problem;
use super::resource::unknown_path;
use crate::error::Error;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.configure(opds::routes)
        .configure(applications::routes)
        .configure(backups::routes)
        .configure(keys::routes)
        .configure(connectors::routes)
        .configure(people::routes)
        .configure(contracts::routes)
        .configure(datasets::routes)
        .configure(documents::routes)
        .configure(letters::routes)
        .configure(papers::routes)
        .configure(references::routes)
        .configure(reports::routes)
        .configure(rejections::routes)
        .configure(subscriptions::routes)
        .configure(log::routes)
        .configure(pulls::routes)
        .configure(integrations::routes)
        .route("/admin", web::to(unknown))
        .route("/admin/{path:.*}", web::to(unknown));
}

/// What those who manage are told of a path that is no resource.
async fn unknown(_: Manager<CanEnter>, _: HttpRequest) -> Result<HttpResponse, Problem> {
    unknown_path().await
}

/// An answer with this view; management's answers are kept by nobody on the way.
pub(super) fn answer(
    mut response: HttpResponseBuilder,
    view: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let text = serde_json::to_string(view).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(response
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("application/json")
        .body(text))
}

/// The answer to something new, which is found at `path`.
fn created(base: &str, path: &str, view: &impl Serialize) -> Result<HttpResponse, Problem> {
    let mut response = HttpResponse::Created();
    response.insert_header((LOCATION, format!("{base}{path}")));
    answer(response, view)
}
