//! `/docs/ui`: the pages that show the OpenAPI document, from within the program.
//!
//! Invariant: nothing on these pages comes from another host; the browser is told to hold them to it.

use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::web::{self, get};
use actix_web::{HttpRequest, HttpResponse};
use utoipa_swagger_ui::Config;

use crate::error::{Error, Unknown};
use crate::http::problem::Problem;
use crate::http::resource::public_resource;

/// What the pages may load: themselves. The viewer sets styles from its script.
const POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let config = Config::from("../../openapi.json")
        .validator_url("none")
        .display_operation_id(true)
        .display_request_duration(true)
        .doc_expansion("none")
        .filter(true)
        .persist_authorization(false);
    app.app_data(web::Data::new(config))
        .service(public_resource(
            "/docs/ui",
            vec![(Method::GET, get().to(to_viewer))],
        ))
        .service(public_resource(
            "/docs/ui/{file:[^/]*}",
            vec![(Method::GET, get().to(get_viewer))],
        ));
}

/// Leads to the page; its parts are beside it only behind a slash.
async fn to_viewer() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, "ui/"))
        .finish()
}

/// A part of the viewer; without a name, its page.
async fn get_viewer(
    file: web::Path<String>,
    config: web::Data<Config<'static>>,
    _: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let found = utoipa_swagger_ui::serve(&file, Arc::clone(&config))
        .map_err(|error| Error::Internal(error.to_string()))?;
    let found = found.ok_or(Error::Unknown(Unknown::Path))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((CACHE_CONTROL, "max-age=3600"))
        .content_type(found.content_type)
        .body(found.bytes.into_owned()))
}
