//! Bodies: their type, their size, their pace.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

use super::problem::Problem;
use crate::error::{Bound, Error, Malformed};
use crate::types::Text;

/// Which kind of JSON a body is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// One JSON text.
    Json,
    /// One JSON text a line.
    Ndjson,
}

/// The body's media type: JSON, or lines of it where the request may be a `bulk`.
///
/// # Errors
/// Unsupported when it is missing, another, in another charset, or encoded.
pub(super) fn media(request: &HttpRequest, bulk: bool) -> Result<Media, Problem> {
    let taken = if bulk {
        "application/json, application/x-ndjson"
    } else {
        "application/json"
    };
    match content_type(request).as_deref() {
        Some("application/json") => Ok(Media::Json),
        Some("application/x-ndjson") if bulk => Ok(Media::Ndjson),
        _ => Err(Problem::media_type(taken)),
    }
}

/// The body's media type in lower case, if the body is plain UTF-8; `None` for any other charset or
/// encoding.
pub(super) fn content_type(request: &HttpRequest) -> Option<String> {
    let headers = request.headers();
    let plain = headers
        .get(CONTENT_ENCODING)
        .is_none_or(|encoding| encoding.as_bytes() == b"identity");
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let mut parts = text.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    (plain && utf8).then_some(media)
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

/// A body that is read part by part, with patience for a slow sender but not for a silent one.
pub(super) struct Parts {
    payload: web::Payload,
    patience: Duration,
}

impl Parts {
    /// The parts of a body; a sender may be silent for `patience`.
    pub(super) fn new(payload: web::Payload, idle_seconds: u64) -> Self {
        Parts {
            payload,
            patience: Duration::from_secs(idle_seconds.max(1)),
        }
    }

    /// The next part; `None` at the end.
    ///
    /// # Errors
    /// Malformed when the body breaks off or stalls.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        match tokio::time::timeout(self.patience, self.payload.next()).await {
            Ok(None) => Ok(None),
            Ok(Some(Ok(part))) => Ok(Some(part)),
            Ok(Some(Err(_))) => Err(Error::Malformed(Malformed::Body(Text::new(
                "Kiriman terputus sebelum selesai.",
                "The body broke off before its end.",
            )))),
            Err(_) => Err(Error::Malformed(Malformed::Stalled(self.patience.as_secs()))),
        }
    }

    /// All that is left, behind `begun`, up to `bound` bytes.
    ///
    /// # Errors
    /// Too large, broken off or stalled.
    pub(super) async fn rest(&mut self, begun: Bytes, bound: usize) -> Result<Bytes, Error> {
        let over = Error::TooLarge(Bound::Record(bound));
        if begun.len() > bound {
            return Err(over);
        }
        let mut whole: Option<BytesMut> = None;
        while let Some(part) = self.next().await? {
            let whole = whole.get_or_insert_with(|| BytesMut::from(begun.as_ref()));
            if whole.len() + part.len() > bound {
                return Err(over);
            }
            whole.extend_from_slice(&part);
        }
        Ok(whole.map_or(begun, BytesMut::freeze))
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
