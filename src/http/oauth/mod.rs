//! OAuth 2.0: `/oauth/token` gives applications short-lived tokens (RFC 6749, client credentials), and
//! `/.well-known/oauth-authorization-server` tells how (RFC 8414).
//!
//! Invariant: what is wrong with a client's credentials is never told.

mod form;

use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, get, post};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::json;

use super::body::parts;
use super::caller::{Known, hub_of};
use super::limits;
use super::meta::Meta;
use super::params::Params;
use super::problem::Problem;
use super::resource::public_resource;
use crate::error::Error;
use crate::hub::{Hub, IssuedToken, TokenRefusal};
use form::Form;

/// The largest body, in bytes.
const MAX_BODY: usize = 16 * 1024;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/oauth/token",
        vec![(Method::POST, post().to(give_token))],
    ))
    .service(public_resource(
        "/.well-known/oauth-authorization-server",
        vec![(Method::GET, get().to(show_metadata))],
    ));
}

/// A refusal (RFC 6749, section 5.2).
struct Refusal {
    error: &'static str,
    description: &'static str,
}

const fn refusal(error: &'static str, description: &'static str) -> Refusal {
    Refusal { error, description }
}

const CLIENT: Refusal = refusal("invalid_client", "The client is unknown, or its secret is wrong.");
const REPEATED: Refusal = refusal("invalid_request", "Each parameter may be there once.");
const TWICE: Refusal = refusal("invalid_request", "Show the credentials in one way only.");

const NO_FORM: Refusal = refusal(
    "invalid_request",
    "The body must be application/x-www-form-urlencoded.",
);
const SCOPE: Refusal = refusal(
    "invalid_scope",
    "A scope is a list of rights that the application has, such as bkd/pegawai/v1:pull.",
);

/// Why no token is given: by the words of OAuth, or by those of the hub.
enum Denied {
    Refused(Refusal),
    Failed(Problem),
}

impl From<Refusal> for Denied {
    fn from(refused: Refusal) -> Self {
        Denied::Refused(refused)
    }
}

impl From<Problem> for Denied {
    fn from(problem: Problem) -> Self {
        Denied::Failed(problem)
    }
}

impl From<Error> for Denied {
    fn from(error: Error) -> Self {
        Denied::Failed(error.into())
    }
}

impl From<TokenRefusal> for Denied {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Client => Denied::Refused(CLIENT),
            TokenRefusal::Scope => Denied::Refused(SCOPE),
            TokenRefusal::Hub(error) => error.into(),
        }
    }
}

/// Gives an application a token for one of its keys.
async fn give_token(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Problem> {
    let hub = hub_of(&request)?;
    match issued(&request, payload, &hub).await {
        Ok(issued) => Ok(grant(&issued)),
        Err(Denied::Refused(refused)) => Ok(refuse(&refused, &hub.config().http.public_url)),
        Err(Denied::Failed(problem)) => Err(problem),
    }
}

/// A token for whoever sends this request; it counts before there is one.
async fn issued(request: &HttpRequest, payload: web::Payload, hub: &Arc<Hub>) -> Result<IssuedToken, Denied> {
    Params::read(request, &[])?;
    if !is_form(request) {
        return Err(NO_FORM.into());
    }
    let body = parts(request, payload, hub.config().http.idle_seconds)
        .rest(Bytes::new(), MAX_BODY)
        .await?;
    let asked = Asked::read(request, &body)?;
    let shown = (asked.client.as_str(), asked.secret.as_str());
    let client = hub.token_client(shown, Meta::of(request)?.peer)?;
    request.extensions_mut().insert(Known {
        caller: client.caller.clone(),
        dataset: None,
    });
    limits::admit(request, &client.caller, None)?;
    hub.blocking(move |hub| Ok(hub.issue_token(&client, asked.scope.as_deref())))
        .await?
        .map_err(Denied::from)
}

/// What a request asks for, and with which credentials.
struct Asked {
    client: String,
    secret: String,
    scope: Option<String>,
}

impl Asked {
    fn read(request: &HttpRequest, body: &[u8]) -> Result<Self, Refusal> {
        let form = Form::read(body).ok_or(REPEATED)?;
        let posted = form.get("client_id").zip(form.get("client_secret"));
        let credentials = match request.headers().get(AUTHORIZATION) {
            Some(_) if form.get("client_secret").is_some() => return Err(TWICE),
            Some(value) => value.to_str().ok().and_then(basic),
            None => posted.map(|(client, secret)| (client.to_owned(), secret.to_owned())),
        };
        match form.get("grant_type") {
            Some("client_credentials") => {}
            Some(_) => {
                let says = "Only client_credentials is known.";
                return Err(refusal("unsupported_grant_type", says));
            }
            None => return Err(refusal("invalid_request", "The grant_type is missing.")),
        }
        let (client, secret) = credentials.ok_or(CLIENT)?;
        if form.get("client_id").is_some_and(|named| named != client) {
            return Err(TWICE);
        }
        let scope = form.get("scope").filter(|scope| !scope.is_empty());
        Ok(Asked {
            client,
            secret,
            scope: scope.map(str::to_owned),
        })
    }
}

/// The credentials of HTTP Basic, each encoded as in a form (RFC 6749, section 2.3.1).
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.split_once(' ')?;
    let text = STANDARD.decode(encoded.trim()).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (client, secret) = text.split_once(':')?;
    let fits = scheme.eq_ignore_ascii_case("basic");
    fits.then(|| Some((form::decode(client)?, form::decode(secret)?)))?
}

fn is_form(request: &HttpRequest) -> bool {
    let value = request.headers().get(CONTENT_TYPE);
    let media = value.and_then(|value| value.to_str().ok()?.split(';').next());
    media.is_some_and(|media| {
        media
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

fn grant(issued: &IssuedToken) -> HttpResponse {
    let mut body = json!({
        "access_token": issued.token.reveal(),
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
    });
    if let (Some(scope), Some(members)) = (&issued.scope, body.as_object_mut()) {
        members.insert("scope".into(), scope.to_string().into());
    }
    answer(StatusCode::OK).body(body.to_string())
}

fn refuse(refused: &Refusal, realm: &str) -> HttpResponse {
    let status = match refused.error {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    let body = json!({"error": refused.error, "error_description": refused.description});
    let mut response = answer(status);
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header((WWW_AUTHENTICATE, format!("Basic realm=\"{realm}\"")));
    }
    response.body(body.to_string())
}

fn answer(status: StatusCode) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .content_type("application/json")
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((PRAGMA, "no-cache"));
    response
}

/// Tells how tokens are got.
async fn show_metadata(request: HttpRequest) -> Result<HttpResponse, Problem> {
    Params::read(&request, &[])?;
    let hub = hub_of(&request)?;
    let url = &hub.config().http.public_url;
    let body = json!({
        "issuer": url,
        "token_endpoint": format!("{url}/oauth/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "service_documentation": format!("{url}/docs"),
    });
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .body(body.to_string()))
}
