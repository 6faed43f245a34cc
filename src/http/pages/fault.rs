//! Problems as pages, for people.
//!
//! Not here: what a problem says (`problem`). Invariant: a page tells what the same problem tells a program; whoever
//! has to sign in is led there, and what they had typed waits for them.

use actix_web::http::header::ACCEPT;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _};
use askama::Template;

use super::form::Form;
use super::shell::Shell;
use super::{answer, sign_in};
use crate::access::Caller;
use crate::http::caller::{Known, hub_of};
use crate::http::meta::Meta;
use crate::http::problem::Problem;

/// The first parts of paths at which programs ask, whatever they say they accept.
const FOR_PROGRAMS: [&str; 10] = [
    "api",
    "sandbox",
    "admin",
    "openapi.json",
    "catalog",
    "health",
    "metrics",
    "oauth",
    "session",
    "sessions",
];

/// The most violations that a page lists.
const MOST: usize = 50;

/// A problem as it stands on a page.
pub(in crate::http) struct Shown {
    /// What it is.
    pub(super) title: String,
    /// What to do about it.
    pub(super) detail: String,
    /// Single faults: where, and what is wrong.
    pub(super) faults: Vec<(String, String)>,
    /// By what the call is found in the log.
    pub(super) request_id: String,
}

impl Shown {
    /// A problem in the language of the request.
    ///
    /// # Errors
    /// Internal where the request did not come through the frame.
    pub(super) fn of(problem: &Problem, request: &HttpRequest) -> Result<Self, Problem> {
        let meta = Meta::of(request)?;
        let members = problem.members(meta.lang, &meta.request_id);
        let text = |name: &str| {
            members
                .get(name)
                .and_then(|text| text.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        let listed = ["violations", "faults"]
            .iter()
            .find_map(|name| members.get(*name)?.as_array());
        let fault = |one: &serde_json::Value| {
            let of = |name: &str| {
                one.get(name)
                    .and_then(|text| text.as_str())
                    .unwrap_or_default()
                    .to_owned()
            };
            (of("pointer"), of("message"))
        };
        Ok(Shown {
            title: text("title"),
            detail: text("detail"),
            faults: listed.into_iter().flatten().take(MOST).map(fault).collect(),
            request_id: text("request_id"),
        })
    }
}

#[derive(Template)]
#[template(path = "pages/fault.html")]
struct FaultPage {
    shell: Shell,
    status: u16,
    shown: Shown,
}

/// The problem as a page, where a person asked for one.
pub(in crate::http) fn tell(request: &HttpRequest, problem: &Problem) -> Option<HttpResponse> {
    if !is_for_people(request) {
        return None;
    }
    let status = problem.status_code();
    let made = match status {
        StatusCode::UNAUTHORIZED if super::is_page(request.path()) => sign_in(request),
        _ => page(request, problem),
    };
    made.ok()
}

fn is_for_people(request: &HttpRequest) -> bool {
    let first = request.path().split('/').nth(1).unwrap_or_default();
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    !FOR_PROGRAMS.contains(&first) && accept.is_some_and(|accept| accept.contains("text/html"))
}

fn sign_in(request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let hub = hub_of(request)?;
    let shell = Shell::of(request, &hub, &Caller::Anonymous)?;
    if [Method::GET, Method::HEAD].contains(request.method()) {
        let path = match request.path() {
            "/" => "/sign-in".to_owned(),
            _ => format!("/sign-in?to={}", shell.here),
        };
        return Ok(answer::see_other(&hub.config().http.public_url, &path));
    }
    let kept = request.extensions().get::<Form>().cloned();
    sign_in::interrupted(shell, request.path(), kept.as_ref())
}

fn page(request: &HttpRequest, problem: &Problem) -> Result<HttpResponse, Problem> {
    let hub = hub_of(request)?;
    let known = request
        .extensions()
        .get::<Known>()
        .map(|known| known.caller.clone());
    let page = FaultPage {
        shell: Shell::of(request, &hub, &known.unwrap_or(Caller::Anonymous))?,
        status: problem.status_code().as_u16(),
        shown: Shown::of(problem, request)?,
    };
    let mut response = answer::page_of(problem.status_code(), &page)?;
    answer::tell_headers(&mut response, problem, request)?;
    Ok(response)
}
