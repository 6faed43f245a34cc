//! Applications of agencies, and their keys.
//!
//! Invariant: a key stands on the page that answers the form which made it, and on no other.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;
use jiff::tz::TimeZone;

use super::super::form::Form;
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::{asked, following, holds};
use crate::access::rules::{Action, Resource};
use crate::error::{Error, Unknown};
use crate::http::admin::keys::network;
use crate::http::admin::pages::numbered;
use crate::http::manager::{CanManageApplications, CanSeeApplications};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ApplicationView, KeyTerms, KeyView, NewApplication, OpdView, Others};
use crate::types::{OpdCode, Text, Timestamp};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/applications",
        vec![(Method::GET, get().to(list)), (Method::POST, post().to(add))],
    ))
    .service(public_resource(
        "/manage/applications/{id}",
        vec![(Method::GET, get().to(show)), (Method::POST, post().to(make_key))],
    ))
    .service(public_resource(
        "/manage/applications/{id}/keys/{key}/end",
        vec![(Method::GET, get().to(ask)), (Method::POST, post().to(revoke))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/applications.html")]
struct ListPage {
    shell: Shell,
    applications: Vec<ApplicationView>,
    opds: Vec<OpdView>,
    next: Option<String>,
    searched: String,
    form: Form,
    may_manage: bool,
}

impl ListPage {
    async fn of<P>(visit: &Visit<P>, form: Form) -> Result<Self, Problem> {
        let (query, reach) = (visit.query.clone(), visit.reach.clone());
        let (page, opds) = visit
            .ask(move |hub| {
                let mut applications = hub.applications()?;
                let searched = query.text("q");
                applications.retain(|one| reach.covers(&one.opd) && holds(searched, &[&one.opd, &one.name]));
                let position = |one: &ApplicationView| numbered(one.id);
                let page = hub.page("pages of applications", applications, position, &asked(&query))?;
                let mut opds = hub.opds()?;
                opds.retain(|opd| opd.active && reach.covers(&opd.code));
                Ok((page, opds))
            })
            .await?;
        let shell = visit.shell()?;
        Ok(ListPage {
            may_manage: shell.may(Action::Manage, Resource::Applications),
            shell,
            applications: page.items,
            opds,
            next: following(&visit.query, page.next),
            searched: visit.query.text("q").unwrap_or_default().to_owned(),
            form,
        })
    }
}

async fn list(visit: Visit<CanSeeApplications>) -> Result<HttpResponse, Problem> {
    visit.page(&ListPage::of(&visit, Form::default()).await?)
}

/// A key that was made, shown this once.
#[derive(Template)]
#[template(path = "pages/manage/key.html")]
struct KeyPage {
    shell: Shell,
    made: NewApplication,
}

async fn add(posted: Posted<CanManageApplications>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let wanted = Text::new("pilih OPD-nya.", "choose its agency.");
    let added = match form.parsed::<OpdCode>("opd", wanted) {
        Ok(opd) => {
            let (actor, name) = (visit.actor.clone(), form.text("name").to_owned());
            visit
                .ask(move |hub| hub.add_application(&actor, &opd, &name))
                .await
        }
        Err(error) => Err(error.into()),
    };
    match added {
        Ok(made) => visit.page(&KeyPage {
            shell: visit.shell()?,
            made,
        }),
        Err(problem) => {
            let page = ListPage::of(&visit, form).await?;
            visit.again(problem, |shell| ListPage { shell, ..page })
        }
    }
}

#[derive(Template)]
#[template(path = "pages/manage/application.html")]
struct ApplicationPage {
    shell: Shell,
    application: ApplicationView,
    keys: Vec<KeyView>,
    form: Form,
    may_manage: bool,
    now: Timestamp,
}

impl ApplicationPage {
    async fn of<P>(visit: &Visit<P>, id: &str, form: Form) -> Result<Self, Problem> {
        let id = path::number(id, Unknown::Application)?;
        let reach = visit.reach.clone();
        let (application, keys) = visit
            .ask(move |hub| {
                let application = hub.application(id)?;
                if !reach.covers(&application.opd) {
                    return Err(Error::Unknown(Unknown::Application(id.to_string())));
                }
                Ok((application, hub.keys(id)?))
            })
            .await?;
        let shell = visit.shell()?;
        Ok(ApplicationPage {
            may_manage: shell.may(Action::Manage, Resource::Applications),
            now: visit.hub.clock().now(),
            shell,
            application,
            keys,
            form,
        })
    }

    /// How a key stands, and how that is marked.
    fn standing(&self, key: &KeyView) -> (&'static str, &'static str) {
        let say = self.shell.say;
        if key.revoked_at.is_some() {
            (say.it("Dicabut", "Revoked"), "")
        } else if key.expires_at.is_some_and(|until| until <= self.now) {
            (say.it("Kedaluwarsa", "Expired"), "warn")
        } else {
            (say.it("Berlaku", "Valid"), "good")
        }
    }
}

async fn show(visit: Visit<CanSeeApplications>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    visit.page(&ApplicationPage::of(&visit, &id, Form::default()).await?)
}

async fn make_key(
    posted: Posted<CanManageApplications>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let number = path::number(&id, Unknown::Application)?;
    let made = match terms(&form, &visit.hub.config().time.zone) {
        Ok(terms) => {
            let actor = visit.actor.clone();
            visit.ask(move |hub| hub.new_key(&actor, number, terms)).await
        }
        Err(error) => Err(error.into()),
    };
    match made {
        Ok(made) => visit.page(&KeyPage {
            shell: visit.shell()?,
            made,
        }),
        Err(problem) => {
            let page = ApplicationPage::of(&visit, &id, form).await?;
            visit.again(problem, |shell| ApplicationPage { shell, ..page })
        }
    }
}

fn terms(form: &Form, zone: &TimeZone) -> Result<KeyTerms, Error> {
    let networks = form
        .text("networks")
        .split([',', ' ', '\n', '\r'])
        .filter(|text| !text.is_empty());
    Ok(KeyTerms {
        name: form.text("name").to_owned(),
        expires_at: form.day("until")?.map(|day| Timestamp::of_day_in(day, zone)),
        networks: networks.map(network).collect::<Result<_, _>>()?,
        others: match form.text("others") {
            "keep" => Others::Keep,
            seconds => Others::EndAfter(seconds.parse().unwrap_or(0)),
        },
    })
}

#[derive(Template)]
#[template(path = "pages/manage/key_end.html")]
struct AskPage {
    shell: Shell,
    application: ApplicationView,
    key: String,
}

async fn ask(
    visit: Visit<CanManageApplications>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let id = path::number(&path.0, Unknown::Application)?;
    let application = visit.ask(move |hub| hub.application(id)).await?;
    let (shell, key) = (visit.shell()?, path.1.clone());
    visit.page(&AskPage {
        shell,
        application,
        key,
    })
}

async fn revoke(
    posted: Posted<CanManageApplications>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let visit = posted.visit;
    let (actor, id) = (visit.actor.clone(), path::number(&path.0, Unknown::Application)?);
    let key = path.1.clone();
    visit.ask(move |hub| hub.revoke_key(&actor, id, &key)).await?;
    Ok(visit.go(&format!("/manage/applications/{id}"), Said::Ended))
}
