//! `/live/{path}`: a call that the owner's own system answers.
//!
//! Not here: what the contract allows and how systems are called (the hub). Invariant: neither the caller's
//! credentials go to the system, nor the system's to the caller; each side frames its bodies anew.

use std::net::IpAddr;
use std::pin::pin;

use actix_web::http::header::{
    CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, LOCATION, TRANSFER_ENCODING,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use futures_util::future::{Either, select};

use super::body::parts;
use super::caller::{Caller, CanCallLive};
use super::frame::{Given, HeadOnly};
use super::meta::Meta;
use super::parts::Parts;
use super::problem::Problem;
use super::resource::{allow, other_method};
use super::stream::{Page, Pages, streamed};
use crate::connector::{is_hop_by_hop, is_kept_back};
use crate::error::{Error, Unknown};
use crate::hub::{Answered, LiveAnswer, LiveBody, LiveRequest};
use crate::outbound::{Body, Feeder, Headers, Lines, Part};
use crate::types::Kind;

/// The resources of this file. There are none below `/sandbox`: what is tried there must not reach a system in use.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let path = "/api/{opd}/{dataset}/{version}/live/{path:.*}";
    app.service(web::resource(path).to(call_live));
}

/// What a system sends that is no business of the caller.
const HELD: [&str; 9] = [
    "alt-svc",
    "content-encoding",
    "content-security-policy",
    "set-cookie",
    "strict-transport-security",
    "vary",
    "www-authenticate",
    "x-powered-by",
    "server",
];

/// Passes a call on to the owner's system, and its answer back.
async fn call_live(
    caller: Caller<CanCallLive>,
    request: HttpRequest,
    payload: web::Payload,
    lines: web::Data<Lines>,
) -> Result<HttpResponse, Problem> {
    caller.dataset.live()?;
    let path = path_of(&request);
    let allowed = caller.dataset.live_methods(&path);
    let Some(method) = method_of(&request, &allowed) else {
        return refused(&request, &allowed);
    };
    let mut body = parts(&request, payload, caller.hub.config().http.idle_seconds);
    let (feeder, sent) = body_of(&caller, &request, &mut body).await?;
    let asked = LiveRequest {
        method,
        path,
        query: request.uri().query().map(str::to_owned),
        headers: sent_on(&request)?,
        body: sent,
    };
    let call = pin!(caller.hub.call_live(&lines, &caller.call, &caller.dataset, asked));
    let answer = match select(call, pin!(feed(feeder, &mut body))).await {
        Either::Left((answer, _)) => answer,
        Either::Right((Ok(()), call)) => call.await,
        Either::Right((Err(broken), _)) => Err(broken),
    };
    body.give_up();
    Ok(answered(&caller, answer?))
}

/// The path behind `/live`, as it was sent.
fn path_of(request: &HttpRequest) -> String {
    let below = request.uri().path().splitn(7, '/').nth(6).unwrap_or_default();
    format!("/{below}")
}

/// The method that the system is asked with, if the contract allows it for the path.
fn method_of(request: &HttpRequest, allowed: &[&str]) -> Option<String> {
    let head = request.extensions().get::<HeadOnly>().is_some();
    let asked = if head { "HEAD" } else { request.method().as_str() };
    let may = allowed.contains(&asked) || (head && allowed.contains(&"GET"));
    may.then(|| asked.to_owned())
}

/// What a method is told that the contract does not allow for the path.
///
/// # Errors
/// Unknown where it allows none; else which there are.
fn refused(request: &HttpRequest, allowed: &[&str]) -> Result<HttpResponse, Problem> {
    if allowed.is_empty() {
        return Err(Error::Unknown(Unknown::Path).into());
    }
    let methods: Vec<Method> = allowed.iter().filter_map(|method| method.parse().ok()).collect();
    other_method(request, allow(&methods, Kind::Master))
}

/// The body for the system: all of it where the contract judges it, else part by part.
async fn body_of(
    caller: &Caller<CanCallLive>,
    request: &HttpRequest,
    body: &mut Parts,
) -> Result<(Option<Feeder>, Body), Error> {
    let headers = request.headers();
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.unwrap_or_default() == 0 && !headers.contains_key(TRANSFER_ENCODING) {
        return Ok((None, Body::Empty));
    }
    if caller.dataset.judges_live() {
        let most = caller.hub.config().limits.record_bytes;
        return Ok((None, Body::Whole(body.rest(bytes::Bytes::new(), most).await?)));
    }
    // What is unpacked on the way has another length.
    let length = length.filter(|_| !headers.contains_key("content-encoding"));
    let (feeder, body) = Body::stream(length);
    Ok((Some(feeder), body))
}

/// Feeds a streamed body to the system as it comes.
async fn feed(feeder: Option<Feeder>, body: &mut Parts) -> Result<(), Error> {
    let Some(feeder) = feeder else {
        return Ok(());
    };
    while let Some(part) = body.next().await? {
        // Whoever does not take it any more has answered already.
        if feeder.send(Part::Bytes(part)).await.is_err() {
            return Ok(());
        }
    }
    drop(feeder.send(Part::End).await);
    Ok(())
}

/// The header fields that go on to the system.
fn sent_on(request: &HttpRequest) -> Result<Vec<(String, String)>, Problem> {
    let meta = Meta::of(request)?;
    let named = nominated(request.headers());
    // Names of header fields are in lower case here.
    let passes =
        |name: &str| !is_hop_by_hop(name) && !is_kept_back(name) && named.iter().all(|one| one != name);
    let fields = request.headers().iter().filter(|(name, _)| passes(name.as_str()));
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let mut fields: Vec<(String, String)> = fields.filter_map(text).collect();
    let info = request.connection_info();
    let forwarded = format!("for={};proto={};by=_mahakam", node(meta.peer), info.scheme());
    fields.push(("forwarded".into(), forwarded));
    fields.push(("x-request-id".into(), meta.request_id.to_string()));
    fields.push(("traceparent".into(), meta.traceparent.to_string()));
    Ok(fields)
}

/// The fields that `Connection` names as this connection's own (RFC 9110, 7.6.1).
fn nominated(headers: &HeaderMap) -> Vec<String> {
    let values = headers
        .get_all("connection")
        .filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect()
}

/// An address as `Forwarded` writes it (RFC 7239, section 6).
fn node(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("\"[{address}]\""),
    }
}

/// The system's answer as the caller gets it.
fn answered(caller: &Caller<CanCallLive>, answer: LiveAnswer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status);
    pass_back(&mut response, &answer.headers);
    if let Some(hit) = answer.hit {
        response.insert_header(("age", hit.age.to_string()));
        response.insert_header(("cache-status", format!("mahakam; hit; ttl={}", hit.left)));
    }
    if answer.violations > 0 {
        response.insert_header(("mahakam-violations", answer.violations.to_string()));
    }
    match answer.body {
        LiveBody::Whole(body) => {
            let given = Given::new(1, body.len());
            let mut response = response.body(body);
            response.extensions_mut().insert(given);
            response
        }
        LiveBody::Streamed(answered) => streamed(response, caller, "live", Page::default(), Passed(answered)),
    }
}

fn pass_back(response: &mut HttpResponseBuilder, headers: &Headers) {
    let named: Vec<String> = headers
        .all("connection")
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    for (name, value) in headers.iter() {
        let held = HELD.contains(&name) || name.starts_with("access-control-") || name == LOCATION.as_str();
        if held || is_hop_by_hop(name) || named.iter().any(|one| one == name) {
            continue;
        }
        let field = HeaderName::from_bytes(name.as_bytes())
            .ok()
            .zip(HeaderValue::from_bytes(value).ok());
        if let Some(field) = field {
            response.append_header(field);
        }
    }
}

/// The parts of an answer, passed on as they come.
struct Passed(Box<Answered>);

impl Pages for Passed {
    const ENDLESS: bool = false;

    async fn next(&mut self) -> Result<Option<Page>, Problem> {
        let part = self.0.chunk().await?;
        Ok(part.map(|text| Page { text, records: 0 }))
    }
}
