//! Signing in and out, and the language.
//!
//! Not here: sessions themselves (`session`). Invariant: from here one is led to pages of this hub alone, and what was
//! typed into a form before one had to sign in again is offered again, never sent by itself.

use actix_web::http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, get, post};
use actix_web::{HttpRequest, HttpResponse, ResponseError as _};
use askama::Template;

use super::answer::{page, page_of, refused_page, see_other};
use super::fault::Shown;
use super::form::{Form, Query, is_secret};
use super::said::Said;
use super::shell::{Shell, root};
use crate::access::Caller;
use crate::http::caller::hub_of;
use crate::http::meta;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::http::session;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/sign-in",
        vec![
            (Method::GET, get().to(show_sign_in)),
            (Method::POST, post().to(sign_in)),
        ],
    ))
    .service(public_resource(
        "/sign-out",
        vec![(Method::POST, post().to(sign_out))],
    ))
    .service(public_resource(
        "/language",
        vec![(Method::GET, get().to(choose_language))],
    ));
}

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct SignInPage {
    shell: Shell,
    /// The name that was typed.
    name: String,
    /// Where to go then.
    to: String,
    /// What had been typed into a form there, encoded.
    kept: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/resend.html")]
struct ResendPage {
    shell: Shell,
    to: String,
    fields: Vec<(String, String)>,
}

impl ResendPage {
    fn is_secret(&self, name: &str) -> bool {
        is_secret(name)
    }
}

async fn show_sign_in(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let hub = hub_of(&request)?;
    let query = Query::of(&request);
    page(&SignInPage {
        shell: Shell::of(&request, &hub, &Caller::Anonymous)?,
        name: String::new(),
        to: own_page(query.text("to").unwrap_or("/")).to_owned(),
        kept: None,
    })
}

/// The page on which somebody signs in again who sent a form when the session had ended.
pub(super) fn interrupted(shell: Shell, path: &str, form: Option<&Form>) -> Result<HttpResponse, Problem> {
    page_of(
        StatusCode::UNAUTHORIZED,
        &SignInPage {
            shell,
            name: String::new(),
            to: own_page(path).to_owned(),
            kept: Some(form.map(Form::encoded).unwrap_or_default()),
        },
    )
}

async fn sign_in(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Problem> {
    let hub = hub_of(&request)?;
    let form = Form::read(&request, payload).await?;
    let to = own_page(form.text("to")).to_owned();
    let password = form.fields().iter().find(|(name, _)| name == "password");
    let password = password.map(|(_, value)| value.clone()).unwrap_or_default();
    let begun = session::begin(&request, form.text("name").to_owned(), password).await;
    let (cookie, person) = match begun {
        Ok(begun) => begun,
        Err(problem) => {
            let mut shell = Shell::of(&request, &hub, &Caller::Anonymous)?;
            shell.fault = Some(Shown::of(&problem, &request)?);
            let name = form.text("name").to_owned();
            let kept = form.said("kept");
            return refused_page(
                &problem,
                &request,
                &SignInPage {
                    shell,
                    name,
                    to,
                    kept,
                },
            );
        }
    };
    let mut response = match form.said("kept") {
        None => see_other(&hub.config().http.public_url, &to),
        Some(kept) => page(&ResendPage {
            shell: Shell::of(&request, &hub, &Caller::Person(person))?,
            fields: Form::parse(kept.as_bytes())?.fields().to_vec(),
            to,
        })?,
    };
    add_cookie(&mut response, &cookie);
    Ok(response)
}

async fn sign_out(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let hub = hub_of(&request)?;
    let path = format!("/sign-in?said={}", Said::SignedOut.code());
    let mut response = see_other(&hub.config().http.public_url, &path);
    match session::end(&request).await {
        Ok(cookie) => add_cookie(&mut response, &cookie),
        // Whoever is signed out already is where they wanted to be.
        Err(problem) if problem.status_code() == StatusCode::UNAUTHORIZED => (),
        Err(problem) => return Err(problem),
    }
    Ok(response)
}

/// Remembers a language, and leads back.
async fn choose_language(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let hub = hub_of(&request)?;
    let query = Query::of(&request);
    let root = root(&hub.config().http.public_url);
    let back = own_page(query.text("back").unwrap_or("/"));
    let mut response = HttpResponse::SeeOther();
    if let Some(cookie) = query
        .text("to")
        .and_then(|lang| meta::language_cookie(lang, root))
    {
        response.insert_header((SET_COOKIE, cookie));
    }
    Ok(response
        .insert_header((LOCATION, format!("{}{back}", hub.config().http.public_url)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish())
}

/// A path of this hub, whatever was asked for: what begins with two slashes, or a backslash, is another host to
/// browsers.
fn own_page(path: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'\\';
    match path.starts_with('/') && !path.starts_with("//") && path.bytes().all(plain) {
        true => path,
        false => "/",
    }
}

fn add_cookie(response: &mut HttpResponse, cookie: &str) {
    if let Ok(value) = cookie.parse() {
        response.headers_mut().insert(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::own_page;

    #[test]
    fn from_here_one_is_led_to_pages_of_this_hub_alone() {
        for good in ["/", "/integrations/2026/7?said=x#y"] {
            assert_eq!(own_page(good), good);
        }
        for bad in [
            "",
            "x",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nb",
            "/a b",
        ] {
            assert_eq!(own_page(bad), "/", "{bad:?}");
        }
    }
}
