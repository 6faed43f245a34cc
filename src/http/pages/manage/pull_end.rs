//! A scheduled pull deleted, on a page that says what will happen, and asks.
//!
//! Invariant: what it brought stays.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::once::once;
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::pull::found;
use crate::error::Unknown;
use crate::http::manager::CanManageConnectors;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::PullView;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/pulls/{id}/end",
        vec![(Method::GET, get().to(ask_end)), (Method::POST, post().to(end))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/pull_end.html")]
struct EndPage {
    shell: Shell,
    pull: PullView,
    form: Form,
}

async fn ask_end(visit: Visit<CanManageConnectors>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let pull = found(&visit, &id).await?;
    visit.page(&EndPage {
        shell: visit.shell()?,
        pull,
        form: Form::default(),
    })
}

async fn end(posted: Posted<CanManageConnectors>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, number) = (visit.actor.clone(), path::number(&id, Unknown::Pull)?);
    let (hub, reach) = (visit.hub.clone(), visit.reach.clone());
    let work = async move {
        hub.blocking(move |hub| {
            hub.pull_within(&reach, number)?;
            hub.delete_pull(&actor, number)
        })
        .await
    };
    once(&visit, &form, work, |()| String::new()).await?;
    Ok(visit.go("/manage/systems#penarikan", Said::Ended))
}
