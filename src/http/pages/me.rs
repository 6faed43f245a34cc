//! One's own account: what one is here, where one is signed in, and the password.
//!
//! Invariant: one sees and ends one's own sessions alone.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::said::Said;
use super::shell::Shell;
use super::visit::{Posted, Visit};
use crate::http::manager::CanEnter;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::http::session::{renew_password, session_id};
use crate::hub::SessionView;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource("/me", vec![(Method::GET, get().to(show_me))]))
        .service(public_resource(
            "/me/password",
            vec![(Method::POST, post().to(change_password))],
        ))
        .service(public_resource(
            "/me/sessions/end",
            vec![(Method::POST, post().to(end_session))],
        ));
}

#[derive(Template)]
#[template(path = "pages/me.html")]
struct MePage {
    shell: Shell,
    opd: Option<String>,
    sessions: Vec<SessionView>,
}

impl MePage {
    async fn of(visit: &Visit<CanEnter>, shell: Shell) -> Result<Self, Problem> {
        let person = Arc::clone(visit.person()?);
        let catalog = visit.hub.catalog();
        let opd = person.opd.as_ref().map(|opd| {
            let name = catalog.opd_name(opd.as_str()).unwrap_or_default();
            format!("{name} ({opd})")
        });
        let sessions = visit.ask(move |hub| hub.own_sessions(&person)).await?;
        Ok(MePage { shell, opd, sessions })
    }
}

async fn show_me(visit: Visit<CanEnter>) -> Result<HttpResponse, Problem> {
    visit.page(&MePage::of(&visit, visit.shell()?).await?)
}

async fn change_password(posted: Posted<CanEnter>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    // White space belongs to a password.
    let typed = |name: &str| {
        let field = form.fields().iter().find(|(known, _)| known == name);
        field.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    match renew_password(visit.request(), typed("current"), typed("new")).await {
        Ok(()) => Ok(visit.go("/me", Said::Password)),
        Err(problem) => {
            let page = MePage::of(&visit, visit.shell()?).await?;
            visit.again(problem, |shell| MePage { shell, ..page })
        }
    }
}

async fn end_session(posted: Posted<CanEnter>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let id = session_id(form.text("session"))?;
    let person = Arc::clone(visit.person()?);
    visit.ask(move |hub| hub.end_own_session(&person, &id)).await?;
    Ok(visit.go("/me", Said::Ended))
}
