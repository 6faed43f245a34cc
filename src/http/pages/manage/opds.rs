//! The agencies.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::{asked, following, holds};
use crate::access::rules::{Action, Resource};
use crate::error::Error;
use crate::http::manager::{CanManageOpds, CanSeeOpds};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ApplicationView, OpdView};
use crate::types::{OpdCode, Text};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/opds",
        vec![(Method::GET, get().to(list)), (Method::POST, post().to(add))],
    ))
    .service(public_resource(
        "/manage/opds/{code}",
        vec![(Method::GET, get().to(show)), (Method::POST, post().to(rename))],
    ))
    .service(public_resource(
        "/manage/opds/{code}/active",
        vec![(Method::GET, get().to(ask)), (Method::POST, post().to(switch))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/opds.html")]
struct ListPage {
    shell: Shell,
    opds: Vec<OpdView>,
    next: Option<String>,
    searched: String,
    form: Form,
    may_manage: bool,
}

impl ListPage {
    async fn of<P>(visit: &Visit<P>, form: Form) -> Result<Self, Problem> {
        let (query, reach) = (visit.query.clone(), visit.reach.clone());
        let page = visit
            .ask(move |hub| {
                let mut opds = hub.opds()?;
                let searched = query.text("q");
                opds.retain(|opd| reach.covers(&opd.code) && holds(searched, &[&opd.code, &opd.name]));
                hub.page("pages of opds", opds, |opd| opd.code.clone(), &asked(&query))
            })
            .await?;
        let shell = visit.shell()?;
        Ok(ListPage {
            may_manage: shell.may(Action::Manage, Resource::Opds),
            shell,
            opds: page.items,
            next: following(&visit.query, page.next),
            searched: visit.query.text("q").unwrap_or_default().to_owned(),
            form,
        })
    }
}

async fn list(visit: Visit<CanSeeOpds>) -> Result<HttpResponse, Problem> {
    visit.page(&ListPage::of(&visit, Form::default()).await?)
}

async fn add(posted: Posted<CanManageOpds>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let added = match code_of(&form) {
        Ok(code) => {
            let (actor, name) = (visit.actor.clone(), form.text("name").to_owned());
            visit.ask(move |hub| hub.add_opd(&actor, &code, &name)).await
        }
        Err(error) => Err(error.into()),
    };
    match added {
        Ok(opd) => Ok(visit.go(&format!("/manage/opds/{}", opd.code), Said::Added)),
        Err(problem) => {
            let page = ListPage::of(&visit, form).await?;
            visit.again(problem, |shell| ListPage { shell, ..page })
        }
    }
}

fn code_of(form: &Form) -> Result<OpdCode, Error> {
    let wanted = Text::new(
        "harus huruf kecil, angka, _ atau -, paling banyak 63, misalnya bkd.",
        "it must be lower-case letters, digits, _ or -, at most 63, such as bkd.",
    );
    form.parsed("code", wanted)
}

#[derive(Template)]
#[template(path = "pages/manage/opd.html")]
struct OpdPage {
    shell: Shell,
    opd: OpdView,
    applications: Vec<ApplicationView>,
    name: String,
    may_manage: bool,
}

impl OpdPage {
    async fn of<P>(visit: &Visit<P>, code: &str, name: Option<String>) -> Result<Self, Problem> {
        let code = path::opd(code)?;
        let (opd, applications) = visit
            .ask(move |hub| {
                let mut applications = hub.applications()?;
                applications.retain(|application| application.opd == code.as_str());
                Ok((hub.opd(&code)?, applications))
            })
            .await?;
        let shell = visit.shell()?;
        Ok(OpdPage {
            may_manage: shell.may(Action::Manage, Resource::Opds),
            shell,
            name: name.unwrap_or_else(|| opd.name.clone()),
            opd,
            applications,
        })
    }
}

async fn show(visit: Visit<CanSeeOpds>, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    visit.page(&OpdPage::of(&visit, &code, None).await?)
}

async fn rename(posted: Posted<CanManageOpds>, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, opd, name) = (
        visit.actor.clone(),
        path::opd(&code)?,
        form.text("name").to_owned(),
    );
    let changed = visit
        .ask(move |hub| hub.change_opd(&actor, &opd, Some(&name), None))
        .await;
    match changed {
        Ok(opd) => Ok(visit.go(&format!("/manage/opds/{}", opd.code), Said::Saved)),
        Err(problem) => {
            let page = OpdPage::of(&visit, &code, Some(form.text("name").to_owned())).await?;
            visit.again(problem, |shell| OpdPage { shell, ..page })
        }
    }
}

#[derive(Template)]
#[template(path = "pages/manage/opd_active.html")]
struct AskPage {
    shell: Shell,
    opd: OpdView,
}

async fn ask(visit: Visit<CanManageOpds>, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let code = path::opd(&code)?;
    let opd = visit.ask(move |hub| hub.opd(&code)).await?;
    visit.page(&AskPage {
        shell: visit.shell()?,
        opd,
    })
}

async fn switch(posted: Posted<CanManageOpds>, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, opd, active) = (visit.actor.clone(), path::opd(&code)?, form.has("active", "yes"));
    visit
        .ask(move |hub| hub.change_opd(&actor, &opd, None, Some(active)))
        .await?;
    Ok(visit.go(&format!("/manage/opds/{code}"), Said::Saved))
}
