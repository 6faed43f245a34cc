//! How pages go out.
//!
//! Invariant: a browser is told to load and send nothing but to and from the hub itself, to run no script but the
//! hub's own, and to keep no page.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use askama::Template;

use crate::error::Error;
use crate::http::caller::hub_of;
use crate::http::frame::RefusedAs;
use crate::http::meta::Meta;
use crate::http::problem::Problem;
use crate::types::Timestamp;

/// What pages may load, run and send.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// After how many seconds a page of work that goes on is asked for again: soon at first.
const AGAIN: (&str, &str) = ("2", "10");

/// For how long work is young, in milliseconds.
const YOUNG: i64 = 60_000;

/// Has the browser ask again for a page that shows how far work is, begun at `begun_at`.
pub(super) fn asked_again(response: &mut HttpResponse, begun_at: Timestamp, now: Timestamp) {
    let young = now.0.saturating_sub(begun_at.0) < YOUNG;
    let seconds = HeaderValue::from_static(if young { AGAIN.0 } else { AGAIN.1 });
    let name = HeaderName::from_static("refresh");
    response.headers_mut().insert(name, seconds);
}

/// A page that was found.
///
/// # Errors
/// Internal where it can't be made.
pub(super) fn page(page: &impl Template) -> Result<HttpResponse, Problem> {
    page_of(StatusCode::OK, page)
}

/// A page with a status of its own.
///
/// # Errors
/// Internal where it can't be made.
pub(super) fn page_of(status: StatusCode, page: &impl Template) -> Result<HttpResponse, Problem> {
    let text = page
        .render()
        .map_err(|error| Error::Internal(error.to_string()))?;
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        // Without the origin of a form, the hub could not tell its own from those of other sites.
        .insert_header((REFERRER_POLICY, HeaderValue::from_static("same-origin")))
        .content_type("text/html; charset=utf-8")
        .body(text))
}

/// A page that tells itself why something was refused.
///
/// # Errors
/// Internal where it can't be made.
pub(super) fn refused_page(
    problem: &Problem,
    request: &HttpRequest,
    page: &impl Template,
) -> Result<HttpResponse, Problem> {
    let mut response = page_of(problem.status_code(), page)?;
    tell_headers(&mut response, problem, request)?;
    response.extensions_mut().insert(RefusedAs(problem.code()));
    Ok(response)
}

/// Says in header fields what the same problem says to a program in them, such as when to try again.
///
/// # Errors
/// Internal where the request did not come through the frame.
pub(super) fn tell_headers(
    response: &mut HttpResponse,
    problem: &Problem,
    request: &HttpRequest,
) -> Result<(), Problem> {
    let hub = hub_of(request)?;
    let told = problem.render(&Meta::of(request)?, &hub.config().http.public_url);
    for (name, value) in told.headers().iter().filter(|(name, _)| **name != CONTENT_TYPE) {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    Ok(())
}

/// Leads on to a page, which is asked for by `GET` (RFC 9110, section 15.4.4).
pub(super) fn see_other(base: &str, path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, format!("{base}{path}")))
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        .finish()
}
