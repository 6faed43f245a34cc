//! Headers that tell browsers what they must not do with an answer, and which pages may read it.
//!
//! Not here: what the pages with a policy of their own may load. Invariant: every answer has them, and no
//! page of another origin reads one unless its origin is listed in the settings.

use actix_web::HttpResponse;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, CROSS_ORIGIN_OPENER_POLICY, CROSS_ORIGIN_RESOURCE_POLICY,
    HeaderMap, HeaderName, HeaderValue, ORIGIN, PERMISSIONS_POLICY, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::config::HttpConfig;

type Header = (HeaderName, HeaderValue);

/// What every answer says.
static ALWAYS: [Header; 4] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        CROSS_ORIGIN_RESOURCE_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
];

/// What pages say beside that.
static PAGES: [Header; 2] = [
    (
        CROSS_ORIGIN_OPENER_POLICY,
        HeaderValue::from_static("same-origin"),
    ),
    (
        PERMISSIONS_POLICY,
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// What an answer without a policy of its own may load: nothing.
static NOTHING: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// For a year, over TLS alone (RFC 6797).
static TLS_ALONE: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// What pages of listed origins may ask for, send and see. Never cookies: nothing allows credentials.
static METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
static MAY_SEND: HeaderValue = HeaderValue::from_static(
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, \
     Last-Event-ID, traceparent, X-Request-Id",
);
static MAY_SEE: HeaderValue = HeaderValue::from_static(
    "Content-Disposition, Deprecation, ETag, Idempotency-Replayed, Link, Location, RateLimit, \
     RateLimit-Policy, Retry-After, Sunset, traceparent, X-Request-Id",
);
/// How long a browser may remember that, in seconds.
static FOR: HeaderValue = HeaderValue::from_static("600");

/// Adds what browsers must not do.
pub(super) fn protect(headers: &mut HeaderMap, config: &HttpConfig) {
    for (name, value) in &ALWAYS {
        if !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, NOTHING.clone());
    }
    let page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
    if page {
        for (name, value) in &PAGES {
            headers.insert(name.clone(), value.clone());
        }
    }
    if config.public_url.starts_with("https://") {
        headers.insert(STRICT_TRANSPORT_SECURITY, TLS_ALONE.clone());
    }
}

/// Who asks from a browser's page, if that page's origin is listed (Fetch, section 3.2).
pub(super) fn listed_origin(headers: &HeaderMap, config: &HttpConfig) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN).filter(|_| !config.cors_origins.is_empty())?;
    let listed = config
        .cors_origins
        .iter()
        .any(|listed| listed.as_bytes() == origin.as_bytes());
    listed.then(|| origin.clone())
}

/// Whether a browser asks, before the request itself and without credentials, whether it may be sent.
pub(super) fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The answer to a preflight of a listed origin, the same for every path.
pub(super) fn preflight(request: ServiceRequest) -> ServiceResponse {
    request.into_response(
        HttpResponse::NoContent()
            .insert_header((ACCESS_CONTROL_ALLOW_METHODS, METHODS.clone()))
            .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, MAY_SEND.clone()))
            .insert_header((ACCESS_CONTROL_MAX_AGE, FOR.clone()))
            .finish(),
    )
}

/// Lets the page of a listed origin read the answer; tells caches that others get another one.
pub(super) fn tell_origin(headers: &mut HeaderMap, origin: Option<HeaderValue>, config: &HttpConfig) {
    if config.cors_origins.is_empty() {
        return;
    }
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, MAY_SEE.clone());
    }
}
