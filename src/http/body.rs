//! Bodies: their type and their announced size. How they are read stands in `parts.rs`.

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web;

use super::parts::{Encoding, Parts};
use super::problem::Problem;
use crate::error::{Bound, Error};

/// Which kind of JSON a body is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// One JSON text.
    Json,
    /// One JSON text a line.
    Ndjson,
}

/// Which bodies a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// One payload.
    One,
    /// One payload, an array of them, or one a line.
    Many,
    /// One payload a line.
    Lines,
    /// A merge patch.
    Patch,
}

impl Takes {
    /// The media types, as an answer lists them.
    fn listed(self) -> &'static str {
        match self {
            Takes::One => "application/json",
            Takes::Many => "application/json, application/x-ndjson",
            Takes::Lines => "application/x-ndjson",
            Takes::Patch => "application/merge-patch+json, application/json",
        }
    }
}

/// The body's media type, one of those that the request takes.
///
/// # Errors
/// Unsupported when it is missing, another, in another charset, or in an unknown encoding.
pub(super) fn media(request: &HttpRequest, takes: Takes) -> Result<Media, Problem> {
    match (content_type(request).as_deref(), takes) {
        (Some("application/json"), Takes::One | Takes::Many | Takes::Patch)
        | (Some("application/merge-patch+json"), Takes::Patch) => Ok(Media::Json),
        (Some("application/x-ndjson"), Takes::Many | Takes::Lines) => Ok(Media::Ndjson),
        _ => Err(Problem::media_type(takes.listed())),
    }
}

/// The body's media type in lower case, if the body is UTF-8, plain or gzipped; `None` for any other
/// charset or encoding.
pub(super) fn content_type(request: &HttpRequest) -> Option<String> {
    let headers = request.headers();
    let known = encoding(request).is_some();
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let mut parts = text.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    (known && utf8).then_some(media)
}

/// How the body is encoded; `None` for an encoding that is not known.
fn encoding(request: &HttpRequest) -> Option<Encoding> {
    match request
        .headers()
        .get(CONTENT_ENCODING)
        .map(|encoding| encoding.as_bytes())
    {
        None | Some(b"identity") => Some(Encoding::Identity),
        Some(b"gzip" | b"x-gzip") => Some(Encoding::Gzip),
        Some(_) => None,
    }
}

/// The parts of a body whose type was found good.
pub(super) fn parts(request: &HttpRequest, payload: web::Payload, idle_seconds: u64) -> Parts {
    Parts::new(
        payload,
        encoding(request).unwrap_or(Encoding::Identity),
        idle_seconds,
    )
}

/// Whether the caller takes `offered`, such as `application/json`.
///
/// # Errors
/// Not acceptable when no range of `Accept` covers it.
pub(super) fn acceptable(request: &HttpRequest, offered: &'static str) -> Result<(), Problem> {
    let Some(accept) = request.headers().get(ACCEPT) else {
        return Ok(());
    };
    let accept = accept.to_str().unwrap_or_default().to_ascii_lowercase();
    let family = offered.split('/').next().unwrap_or_default();
    let covers = accept.split(',').any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        let fits = name == "*/*" || name == offered || name.strip_suffix("/*") == Some(family);
        fits && !refused
    });
    if covers || accept.trim().is_empty() {
        Ok(())
    } else {
        Err(Problem::accept(offered))
    }
}

/// Refuses a body whose announced length is above `bound`.
///
/// # Errors
/// Too large.
pub(super) fn announced(request: &HttpRequest, bound: usize) -> Result<(), Error> {
    let length = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    let length: Option<usize> = length.and_then(|length| length.parse().ok());
    if length.is_some_and(|length| length > bound) {
        Err(Error::TooLarge(Bound::Body(bound)))
    } else {
        Ok(())
    }
}
