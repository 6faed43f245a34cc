//! Answers packed with gzip for those who ask for it (RFC 9110, section 12.5.3).
//!
//! Not packed: small answers, event streams, what is packed already. Invariant: whoever does not ask
//! gets the answer untouched; whoever does gets a weak `ETag`, because the bytes are others.

use actix_http::encoding::Encoder;
use actix_web::body::{BodySize, BoxBody, MessageBody as _};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, AcceptEncoding, CONTENT_ENCODING, CONTENT_TYPE, ContentEncoding, ETAG, Encoding,
    Header as _, HeaderMap, HeaderValue, VARY,
};

/// Below how many bytes packing gains nothing.
const SMALL: u64 = 1024;
/// Media types that pack well, beside all of `text`.
const PACKABLE: [&str; 6] = [
    "application/json",
    "application/x-ndjson",
    "application/yaml",
    "application/javascript",
    "application/xml",
    "image/svg+xml",
];

/// The answer, packed where that was asked for and is worth it.
pub(super) fn compressed(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let unchanged = response.status() == StatusCode::NOT_MODIFIED;
    if !(unchanged || is_packable(&response)) || !wants_gzip(&response) {
        return response;
    }
    // What 304 speaks of was packed when it was given out, or may have been.
    weaken(response.headers_mut());
    if unchanged {
        return response;
    }
    let vary: Vec<HeaderValue> = response.headers().get_all(VARY).cloned().collect();
    let mut response =
        response.map_body(|head, body| BoxBody::new(Encoder::response(ContentEncoding::Gzip, head, body)));
    // The encoder adds what stands there already.
    let headers = response.headers_mut();
    headers.remove(VARY);
    for value in vary {
        headers.append(VARY, value);
    }
    response
}

fn is_packable(response: &ServiceResponse<BoxBody>) -> bool {
    let large = match response.response().body().size() {
        BodySize::None => false,
        BodySize::Sized(bytes) => bytes >= SMALL,
        BodySize::Stream => true,
    };
    let headers = response.headers();
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media
        .and_then(|media| media.split(';').next())
        .unwrap_or_default();
    let packs = media != "text/event-stream"
        && (media.starts_with("text/") || media.ends_with("+json") || PACKABLE.contains(&media));
    large
        && packs
        && !headers.contains_key(CONTENT_ENCODING)
        && response.status() != StatusCode::PARTIAL_CONTENT
}

/// Whether the caller likes gzip at least as much as nothing.
fn wants_gzip(response: &ServiceResponse<BoxBody>) -> bool {
    let request = response.request();
    if !request.headers().contains_key(ACCEPT_ENCODING) {
        return false;
    }
    let offered = [Encoding::gzip(), Encoding::identity()];
    AcceptEncoding::parse(request)
        .ok()
        .and_then(|accepted| accepted.negotiate(offered.iter()))
        .is_some_and(|chosen| chosen == Encoding::gzip())
}

fn weaken(headers: &mut HeaderMap) {
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok());
    let weak = tag
        .filter(|tag| tag.starts_with('"'))
        .and_then(|tag| HeaderValue::from_str(&format!("W/{tag}")).ok());
    if let Some(weak) = weak {
        headers.insert(ETAG, weak);
    }
}
