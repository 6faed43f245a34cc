//! The frame around every handler: ids, languages, problems as answers, the log of exchanges.
//!
//! Invariant: whatever a handler fails with leaves as a problem (RFC 9457) in the caller's
//! language, and every call to the data or the management interface is logged once.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LANGUAGE, HeaderName, HeaderValue, HttpDate, VARY};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpRequest, web};

use super::caller::{Known, recognize};
use super::compress::compressed;
use super::headers::{is_preflight, listed_origin, preflight, protect, tell_origin};
use super::leftover::Leftover;
use super::limits::{self, Limits, Pass};
use super::meta::Meta;
use super::pages;
use super::patience::Turn;
use super::problem::Problem;
use super::session;
use crate::access::Caller;
use crate::config::HttpConfig;
use crate::error::Error;
use crate::hub::{Actor, Hub};

/// How much an answer gave out, for the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    /// Records or changes.
    pub(super) records: u64,
    /// Bytes of payload.
    pub(super) bytes: u64,
}

impl Given {
    /// So many records in a body of so many bytes.
    pub(super) fn new(records: usize, bytes: usize) -> Self {
        Given {
            records: u64::try_from(records).unwrap_or(u64::MAX),
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
        }
    }
}
/// Left behind by a page that does what a path for programs does as well, which the log calls by this name.
#[derive(Debug, Clone, Copy)]
pub(super) struct LoggedAs(pub(super) &'static str);

/// Left behind by a page that tells a refusal itself: its code, for the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct RefusedAs(pub(super) &'static str);

/// Left behind where only the headers are wanted, for handlers whose bodies are costly: the server makes
/// every body to its end and throws it away.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadOnly;

/// What tells that the process runs: it costs nothing, and whoever watches the hub must not take it for dead
/// because others call too often from the same address.
const LIVE: &str = "/health/live";

/// Where the resource stands in the path of a dataset's, behind `/api/{opd}/{dataset}/v{major}/`.
const RESOURCE: usize = 5;

/// How much of a path is told in the audit log, in characters.
const MAX_TARGET: usize = 300;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// See the module.
pub(super) async fn frame(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let hub = request.app_data::<web::Data<Hub>>().cloned();
    let hub = hub.ok_or_else(|| Problem::from(Error::Internal("a server without its hub".into())))?;
    let peer = limits::address(&request, &hub.config().rates.proxies);
    let meta = Meta::new(request.headers(), peer, hub.clock().now());
    let turn = Turn::of(&request);
    let origin = listed_origin(request.headers(), &hub.config().http);
    // Every GET has its HEAD; the server leaves the body out by itself.
    let method = request.method().clone();
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(HeadOnly);
    }
    request.extensions_mut().insert(meta.clone());
    let leftover = Leftover::of(&mut request);
    let (action, mut logged) = action(&method, request.path());
    let mut preflighted = false;
    let watched = request.path() == LIVE;
    let limits = request.app_data::<web::Data<Limits>>().cloned();
    let limits = limits.filter(|_| !watched);
    let ready = match admit(&hub, limits.as_ref(), peer) {
        Ok(()) if watched => Ok(()),
        Ok(()) => recognize(request.request()).await,
        refused => refused,
    };
    let mut response = match ready {
        _ if origin.is_some() && is_preflight(&method, request.headers()) => {
            // It asks for nothing of the hub's, and the request itself follows.
            (logged, preflighted) = (false, true);
            preflight(request)
        }
        Ok(()) => next.call(request).await?.map_into_boxed_body(),
        Err(error) => request.error_response(Problem::from(error)),
    };
    let status = response.status();
    // Of a body that came too slowly no more is waited for.
    if (status.is_client_error() || status.is_server_error()) && status != StatusCode::REQUEST_TIMEOUT {
        leftover.drain().await;
    }
    let named = response.request().extensions().get::<LoggedAs>().copied();
    let action = named.map_or(action, |LoggedAs(action)| action);
    let pass = limits::pass(response.request());
    let outcome = tell_problem(&mut response, &meta, &hub);
    if let Some(pass) = &pass {
        charge(&mut response, pass);
    }
    dress(&mut response, &meta, origin, &hub.config().http);
    note(&hub, &meta, &response, &method, (action, outcome, logged)).await;
    // Nothing was asked by what looks whether it may be, and nothing was done.
    if let Some(limits) = limits.filter(|_| !preflighted && is_stranger(response.request())) {
        charge_stranger(&mut response, &limits, peer);
    }
    let response = compressed(response);
    Ok(match turn {
        Some(turn) => turn.hold(response, pass),
        None => response,
    })
}

/// Has an exchange in the log, unless it is there already, and what management failed at in the audit log.
async fn note(
    hub: &Arc<Hub>,
    meta: &Meta,
    response: &ServiceResponse<BoxBody>,
    method: &Method,
    (action, outcome, logged): (&'static str, &'static str, bool),
) {
    // What was shown of persons is in the log before it leaves.
    let told = meta.logged.is_done() || (outcome == "ok" && meta.logged.parts() > 0);
    if action == "manage" && outcome != "ok" {
        note_failure(hub, meta, response.request(), method, outcome).await;
    }
    if logged && !told {
        log(hub, meta, response, action, outcome);
    }
}

/// Gives an answer the header fields that answers have.
fn dress(
    response: &mut ServiceResponse<BoxBody>,
    meta: &Meta,
    origin: Option<HeaderValue>,
    config: &HttpConfig,
) {
    set_headers(response, meta);
    session::keep_private(response);
    protect(response.headers_mut(), config);
    tell_origin(response.headers_mut(), origin, config);
    tell_ending(response, &config.public_url);
}

/// What is asked before anything of a request is looked at.
fn admit(hub: &Hub, limits: Option<&web::Data<Limits>>, peer: IpAddr) -> Result<(), Error> {
    limits.map_or(Ok(()), |limits| limits.admit_address(peer))?;
    hub.can_log()
}

/// Charges the records of an answer that was made at once, and tells what may be done.
fn charge(response: &mut ServiceResponse<BoxBody>, pass: &Pass) {
    let given = response.response().extensions().get::<Given>().copied();
    pass.owe(given.map_or(0, |given| given.records));
    // A refusal names the limit that was reached, and nothing else.
    let told = response.headers().contains_key(limits::POLICY);
    if let Some(policy) = pass.policy().filter(|_| !told) {
        limits::tell(response.headers_mut(), policy, ("requests", pass.left()));
    }
}

/// Charges a call of somebody unknown to its address, and tells what may be done.
fn charge_stranger(response: &mut ServiceResponse<BoxBody>, limits: &Limits, peer: IpAddr) {
    let charged = limits.charge_address(peer);
    let told = response.headers().contains_key(limits::POLICY);
    if let Some((policy, left)) = charged.filter(|_| !told) {
        limits::tell(response.headers_mut(), policy, ("address", Some(left)));
    }
}

/// Leaves in the audit log what somebody known tried to do to the hub and was not done.
async fn note_failure(
    hub: &Arc<Hub>,
    meta: &Meta,
    request: &HttpRequest,
    method: &Method,
    outcome: &'static str,
) {
    let known = request.extensions().get::<Known>().cloned();
    let Some(known) = known.filter(|known| !matches!(known.caller, Caller::Anonymous)) else {
        return;
    };
    let target: String = format!("{method} {}", request.path())
        .chars()
        .take(MAX_TARGET)
        .collect();
    let (actor, request_id) = (Actor::of(&known.caller), meta.request_id.clone());
    let noted = hub
        .blocking(move |hub| hub.note_failure(&actor, target, outcome, &request_id))
        .await;
    if let Err(error) = noted {
        // The call itself is in the log of exchanges in any case.
        tracing::error!(cause = error.cause(), "a failed action could not be audited");
    }
}

/// Whether nobody knows who sent a request.
fn is_stranger(request: &HttpRequest) -> bool {
    let extensions = request.extensions();
    let known = extensions.get::<Known>();
    known.is_none_or(|known| matches!(known.caller, Caller::Anonymous))
}

/// Which action a request is in the log, and whether it is logged at all.
fn action(method: &Method, path: &str) -> (&'static str, bool) {
    if path == "/oauth/token" {
        return ("token", true);
    }
    let management = path.starts_with("/admin") || pages::is_page(path);
    match method.as_str() {
        _ if !management && !path.starts_with("/api") && !path.starts_with("/sandbox") => ("", false),
        "GET" | "HEAD" if management => ("look", true),
        _ if management => ("manage", true),
        _ if path.split('/').nth(5) == Some("live") => ("live", true),
        _ if path.ends_with("/validate") => ("validate", true),
        _ if path.ends_with("/reset") => ("reset", true),
        "POST" | "PUT" | "PATCH" => ("push", true),
        "DELETE" => ("delete", true),
        _ if path.split('/').nth(RESOURCE) == Some("rejections") => ("rejections", true),
        _ if path.ends_with("/changes") => ("changes", true),
        _ if path.ends_with("/export") => ("export", true),
        _ => ("pull", true),
    }
}

/// Turns a failure into its problem, in the caller's language; gives its code.
fn tell_problem(response: &mut ServiceResponse, meta: &Meta, hub: &Arc<Hub>) -> &'static str {
    let status = response.status();
    let problem = match response.response().error() {
        Some(error) => match error.as_error::<Problem>() {
            Some(problem) => problem.clone(),
            None => Problem::foreign(status),
        },
        None if status.is_client_error() || status.is_server_error() => {
            let told = response.response().extensions().get::<RefusedAs>().copied();
            return told.map_or("problem", |RefusedAs(code)| code);
        }
        None => return "ok",
    };
    if let Some(cause) = problem.cause() {
        tracing::error!(
            request = &*meta.request_id,
            code = problem.code(),
            cause,
            "a request failed"
        );
    }
    let page = pages::tell(response.request(), &problem);
    let rendered = page.unwrap_or_else(|| problem.render(meta, &hub.config().http.public_url));
    *response.response_mut() = rendered;
    problem.code()
}

fn set_headers(response: &mut ServiceResponse, meta: &Meta) {
    let status = response.status();
    let headers = response.headers_mut();
    let said = headers.contains_key(CONTENT_LANGUAGE);
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(REQUEST_ID, &meta.request_id);
    set(TRACEPARENT, &meta.traceparent);
    // A page may have been asked for in a language by its address.
    if status != StatusCode::NOT_MODIFIED && !said {
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(meta.lang.tag()));
    }
    headers.append(
        VARY,
        HeaderValue::from_static("Accept, Accept-Encoding, Accept-Language"),
    );
}

/// Tells every caller of a deprecated dataset when it ends and what takes its place (RFC 9745, RFC 8594).
fn tell_ending(response: &mut ServiceResponse, public_url: &str) {
    let dataset = response
        .request()
        .extensions()
        .get::<Known>()
        .and_then(|known| known.dataset.clone());
    let Some((ending, since)) = dataset
        .as_ref()
        .and_then(|dataset| Some((&dataset.ending, dataset.ending.deprecated?)))
    else {
        return;
    };
    let headers = response.headers_mut();
    let mut add = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(HeaderName::from_static(name), value);
        }
    };
    add("deprecation", format!("@{}", since.seconds()));
    if let Some(sunset) = ending.sunset {
        let millis = u64::try_from(sunset.0).unwrap_or_default();
        let date = HttpDate::from(UNIX_EPOCH + Duration::from_millis(millis));
        add("sunset", date.to_string());
    }
    if let Some(successor) = &ending.successor {
        add(
            "link",
            format!("<{public_url}/api/{successor}>; rel=\"successor-version\""),
        );
    }
}

fn log(hub: &Hub, meta: &Meta, response: &ServiceResponse, action: &'static str, outcome: &'static str) {
    let stranger = is_stranger(response.request());
    let known = response.request().extensions().get::<Known>().cloned();
    let (caller, dataset) = known.map_or((Caller::Anonymous, None), |known| (known.caller, known.dataset));
    let given = response.response().extensions().get::<Given>().copied();
    let mut exchange = meta
        .call(caller)
        .closing(action, dataset.map(|dataset| Arc::clone(&dataset.address)));
    exchange.outcome = outcome;
    exchange.records = given.map_or(0, |given| given.records);
    exchange.bytes = given.map_or(0, |given| given.bytes);
    match stranger {
        true => hub.log_stranger(meta.peer, exchange),
        false => hub.log(exchange),
    }
}
