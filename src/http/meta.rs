//! [`Meta`]: what is known of every request before anything else: its id, its language, its time.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT_LANGUAGE, COOKIE, HeaderMap};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use super::problem::Problem;
use crate::access::Caller;
use crate::audit::ExchangeId;
use crate::error::Error;
use crate::hub::{Call, Logged};
use crate::types::{Lang, Timestamp};

/// The longest `X-Request-Id` that is taken over.
const MAX_REQUEST_ID: usize = 128;

/// The cookie in which a browser remembers which language was chosen.
const LANGUAGE: &str = "mahakam-language";

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Meta {
    /// The exchange's identity.
    pub(super) id: ExchangeId,
    /// The request's id, the caller's own where it is well formed.
    pub(super) request_id: Arc<str>,
    /// The W3C trace context, the caller's own where it is well formed.
    pub(super) traceparent: Arc<str>,
    /// Whether that is the caller's own.
    traced: bool,
    /// From where the request comes.
    pub(super) peer: IpAddr,
    /// In which language people are spoken to.
    pub(super) lang: Lang,
    /// When the request came in.
    pub(super) at: Timestamp,
    /// The same moment, for measuring.
    pub(super) started: Instant,
    /// What is in the log of it already.
    pub(super) logged: Arc<Logged>,
}

impl Meta {
    /// Reads it from the headers of a request that came from `peer` at `at`.
    pub(super) fn new(headers: &HeaderMap, peer: IpAddr, at: Timestamp) -> Self {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let id = ExchangeId::new(at);
        let trace = text("traceparent").filter(|trace| is_traceparent(trace));
        Meta {
            id,
            request_id: text("x-request-id")
                .filter(|id| is_request_id(id))
                .map_or_else(|| id.to_string().into(), Arc::from),
            traceparent: trace.map_or_else(|| traceparent(id).into(), Arc::from),
            traced: trace.is_some(),
            peer,
            lang: chosen_language(headers)
                .or_else(|| text(ACCEPT_LANGUAGE.as_str()).map(Lang::negotiate))
                .unwrap_or_default(),
            at,
            started: Instant::now(),
            logged: Arc::default(),
        }
    }

    /// The call behind this request, made by `caller`.
    pub(super) fn call(&self, caller: Caller) -> Call {
        Call {
            id: self.id,
            at: self.at,
            started: self.started,
            request_id: Arc::clone(&self.request_id),
            traceparent: self.traced.then(|| Arc::clone(&self.traceparent)),
            caller,
            pulled_for: None,
            logged: Arc::clone(&self.logged),
        }
    }

    /// The meta of a request, put there by the frame around all handlers.
    pub(super) fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let meta = request.extensions().get::<Meta>().cloned();
        meta.ok_or_else(|| Error::Internal("a request without its frame".into()).into())
    }
}

impl FromRequest for Meta {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Meta::of(request))
    }
}

/// The language that somebody chose on a page, whatever their browser asks for.
fn chosen_language(headers: &HeaderMap) -> Option<Lang> {
    let fields = headers.get_all(COOKIE).filter_map(|field| field.to_str().ok());
    let pairs = fields.flat_map(|field| field.split(';'));
    let mut chosen = pairs.filter_map(|pair| pair.trim().strip_prefix(LANGUAGE)?.strip_prefix('='));
    chosen.find_map(language)
}

/// The cookie that remembers this language for a year, for the hub below `root`; none where it speaks no such.
pub(super) fn language_cookie(lang: &str, root: &str) -> Option<String> {
    let tag = language(lang)?.tag();
    Some(format!(
        "{LANGUAGE}={tag}; Max-Age=31536000; Path={root}/; SameSite=Lax"
    ))
}

fn language(tag: &str) -> Option<Lang> {
    [Lang::Id, Lang::En].into_iter().find(|lang| lang.tag() == tag)
}

fn is_request_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@".contains(&byte);
    !text.is_empty() && text.len() <= MAX_REQUEST_ID && text.bytes().all(allowed)
}

/// Whether this is a version 00 traceparent (W3C Trace Context, section 3.2).
fn is_traceparent(text: &str) -> bool {
    let hex = |part: &str, length: usize| {
        part.len() == length
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, parent, flags] = parts.as_slice() else {
        return false;
    };
    let set = |part: &str| part.bytes().any(|byte| byte != b'0');
    *version == "00" && hex(trace, 32) && set(trace) && hex(parent, 16) && set(parent) && hex(flags, 2)
}

/// The trace context of a call that named none.
pub(super) fn traceparent(id: ExchangeId) -> String {
    let trace = crate::audit::hex(id.as_bytes());
    let (_, parent) = trace.split_at(trace.len() / 2);
    ["00", &trace, parent, "00"].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_taken_over_only_when_well_formed() {
        assert!(is_request_id("a-1_b.c:d"));
        for bad in ["", "a b", "a\"b", "é", &"x".repeat(129)] {
            assert!(!is_request_id(bad), "{bad}");
        }
        assert!(is_traceparent(
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        ));
        for bad in [
            "",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert!(!is_traceparent(bad), "{bad}");
        }
        assert!(is_traceparent(&traceparent(ExchangeId::new(Timestamp(1_000)))));
    }
}
