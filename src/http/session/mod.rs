//! `/session`: people sign in and out, and change their password.
//!
//! `own` is `/sessions`, where one is signed in; `cookie` is how a browser keeps the token, `origin` tells
//! requests of other sites apart. Invariant: a session is believed only where a request has no
//! `Authorization`, and changes nothing for a page of another site.

mod cookie;
mod origin;
pub(super) mod own;

use std::sync::Arc;

use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, HeaderValue, SET_COOKIE, VARY};
use actix_web::web::{self, delete, get, post, put};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) use own::{Session, session_id};

use super::admin::{answer, input};
use super::body::acceptable;
use super::caller::{hub_of, identify};
use super::meta::Meta;
use super::openapi::SignInRefusals;
use super::params::Params;
use super::problem::Problem;
use super::resource::public_resource;
use crate::access::{Caller, Person, Role, SessionToken};
use crate::error::{Credentials, Error};
use crate::hub::{Hub, SignIn};

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/session",
        vec![
            (Method::POST, post().to(sign_in)),
            (Method::GET, get().to(show_session)),
            (Method::DELETE, delete().to(sign_out)),
        ],
    ))
    .service(public_resource(
        "/session/password",
        vec![(Method::PUT, put().to(change_password))],
    ))
    .service(public_resource(
        "/sessions",
        vec![(Method::GET, get().to(own::list_own_sessions))],
    ))
    .service(public_resource(
        "/sessions/{session}",
        vec![(Method::DELETE, delete().to(own::end_own_session))],
    ));
}

/// The person behind a request, and by which token; left behind by [`recognize`].
#[derive(Clone)]
struct Recognized {
    person: Arc<Person>,
    token: SessionToken,
}

/// Looks up the session that a request shows, for [`caller`].
///
/// # Errors
/// When the database fails.
pub(super) async fn recognize(request: &HttpRequest) -> Result<(), Error> {
    if request.headers().contains_key(AUTHORIZATION) {
        return Ok(());
    }
    let hub = hub_of(request)?;
    let Some(token) = cookie::token(request, &hub.config().http.public_url) else {
        return Ok(());
    };
    let person = hub.signed_in(token.clone()).await?;
    let mut extensions = request.extensions_mut();
    match person {
        Some(person) => drop(extensions.insert(Recognized { person, token })),
        None => drop(extensions.remove::<Recognized>()),
    }
    Ok(())
}

/// Sees to it that an answer to somebody who signed in is kept by nobody on the way: unlike those to
/// `Authorization`, caches take such answers for everybody's (RFC 9111, section 3.5).
pub(super) fn keep_private(response: &mut ServiceResponse) {
    if !response.request().extensions().contains::<Recognized>() {
        return;
    }
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Cookie"));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

/// Who a request without `Authorization` comes from.
///
/// # Errors
/// Forbidden when it would change something and comes from a page of another site.
pub(super) fn caller(request: &HttpRequest) -> Result<Caller, Error> {
    let known = request.extensions().get::<Recognized>().cloned();
    let Some(known) = known else {
        return Ok(Caller::Anonymous);
    };
    origin::check(request, &hub_of(request)?.config().http.public_url)?;
    Ok(Caller::Person(known.person))
}

/// Somebody who signed in.
fn signed_in(request: &HttpRequest) -> Result<(Arc<Hub>, Recognized), Problem> {
    let (hub, _) = identify(request)?;
    let known = request.extensions().get::<Recognized>().cloned();
    let known = known.ok_or(Error::Unauthenticated(Credentials::Missing))?;
    Ok((hub, known))
}

/// A name and a password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignInRequest {
    /// The sign-in name.
    #[schema(example = "siti.aminah")]
    name: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
}

/// A password and what takes its place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChange {
    /// The password as it is.
    #[schema(format = Password)]
    current: String,
    /// The new one: 12 characters or more.
    #[schema(format = Password)]
    new: String,
}

/// Somebody who signed in.
#[derive(Serialize, ToSchema)]
struct SignedIn {
    /// The sign-in name.
    name: String,
    /// What they are called.
    full_name: String,
    /// The code of their agency.
    #[schema(required = true)]
    opd: Option<String>,
    /// The roles that hold today.
    #[schema(value_type = Vec<String>)]
    roles: Vec<Role>,
}

impl From<&Person> for SignedIn {
    fn from(person: &Person) -> Self {
        SignedIn {
            name: person.name.to_string(),
            full_name: person.full_name.clone(),
            opd: person.opd.as_ref().map(ToString::to_string),
            roles: person.roles.clone(),
        }
    }
}

/// Signs a person in. The session's token is in the cookie, and nowhere else.
#[utoipa::path(
    post, path = "/session", tag = "people", security(()), request_body = SignInRequest,
    responses(
        (status = 200, description = "Signed in.", body = SignedIn, headers(("Set-Cookie" = String, description = "The session."))),
        SignInRefusals,
    )
)]
pub(super) async fn sign_in(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Problem> {
    let hub = hub_of(&request)?;
    // Another site is refused before what it sends is read.
    origin::check_sign_in(&request, &hub.config().http.public_url)?;
    let sent: SignInRequest = input::json(&hub, &request, payload).await?;
    let (cookie, person) = begin(&request, sent.name, sent.password).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((SET_COOKIE, cookie));
    answer(response, &SignedIn::from(&*person))
}

/// Begins a session for whoever has this name and password; gives its cookie.
///
/// # Errors
/// Forbidden to a page of another site; those of [`Hub::sign_in`].
pub(super) async fn begin(
    request: &HttpRequest,
    name: String,
    password: String,
) -> Result<(String, Arc<Person>), Problem> {
    let hub = hub_of(request)?;
    let url = &hub.config().http.public_url;
    origin::check_sign_in(request, url)?;
    let sign_in = SignIn {
        name,
        password,
        address: Meta::of(request)?.peer,
        before: cookie::token(request, url),
    };
    let (token, person) = hub.sign_in(sign_in).await?;
    let hours = hub.config().access.session_hours;
    Ok((cookie::set(url, &token, hours), person))
}

/// Ends the session by which a request comes; gives what clears its cookie.
///
/// # Errors
/// Unauthenticated where there is none.
pub(super) async fn end(request: &HttpRequest) -> Result<String, Problem> {
    let (hub, known) = signed_in(request)?;
    let person = Caller::Person(known.person);
    hub.blocking(move |hub| hub.sign_out(&person, &known.token))
        .await?;
    Ok(cookie::clear(&hub.config().http.public_url))
}

/// Gives whoever signed in another password, and ends their other sessions.
///
/// # Errors
/// Those of [`Hub::change_password`].
pub(super) async fn renew_password(
    request: &HttpRequest,
    current: String,
    new: String,
) -> Result<(), Problem> {
    let (hub, known) = signed_in(request)?;
    hub.change_password(
        &known.person,
        (current, new),
        known.token,
        Meta::of(request)?.peer,
    )
    .await?;
    Ok(())
}

/// Whether a request comes by a session that goes on.
pub(super) fn is_known(request: &HttpRequest) -> bool {
    request.extensions().contains::<Recognized>()
}

/// Tells who is signed in.
#[utoipa::path(
    get, path = "/session", tag = "people", security(("session" = [])),
    responses((status = 200, description = "Who it is.", body = SignedIn), SignInRefusals)
)]
pub(super) async fn show_session(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let (_, known) = signed_in(&request)?;
    acceptable(&request, "application/json")?;
    Params::read(&request, &[])?;
    answer(HttpResponse::Ok(), &SignedIn::from(&*known.person))
}

/// Signs out.
#[utoipa::path(
    delete, path = "/session", tag = "people", security(("session" = [])),
    responses((status = 204, description = "Signed out."), SignInRefusals)
)]
pub(super) async fn sign_out(request: HttpRequest) -> Result<HttpResponse, Problem> {
    signed_in(&request)?;
    Params::read(&request, &[])?;
    Ok(HttpResponse::NoContent()
        .insert_header((SET_COOKIE, end(&request).await?))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

/// Changes one's own password, and ends one's other sessions.
#[utoipa::path(
    put, path = "/session/password", tag = "people", security(("session" = [])), request_body = PasswordChange,
    responses((status = 204, description = "It was changed."), SignInRefusals)
)]
pub(super) async fn change_password(
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let (hub, _) = signed_in(&request)?;
    let sent: PasswordChange = input::json(&hub, &request, payload).await?;
    renew_password(&request, sent.current, sent.new).await?;
    Ok(HttpResponse::NoContent()
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}
