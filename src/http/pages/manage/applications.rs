//! Applications of agencies, listed with their keys.
//!
//! Invariant: a key stands on the page that answers the form which made it, and on no other.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::super::form::Form;
use super::super::once::{Sent, once};
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::{asked, following, holds};
use crate::access::rules::{Action, Resource};
use crate::http::admin::pages::numbered;
use crate::http::manager::{CanManageApplications, CanSeeApplications};
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ApplicationView, KeyView, NewApplication, OpdView};
use crate::integration::calendar::local;
use crate::types::{OpdCode, Text, Timestamp};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/applications",
        vec![(Method::GET, get().to(list)), (Method::POST, post().to(add))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/applications.html")]
struct ListPage {
    shell: Shell,
    applications: Vec<Listed>,
    opds: Vec<OpdView>,
    next: Option<String>,
    searched: String,
    form: Form,
    may_manage: bool,
}

/// An application with the keys that may be used or will end by themselves.
struct Listed {
    application: ApplicationView,
    keys: Vec<Key>,
}

/// A key as it stands in a list.
pub(super) struct Key {
    pub(super) view: KeyView,
    /// How it stands, and how that is marked.
    pub(super) stands: (&'static str, &'static str),
    /// Until when it may be used, in words.
    pub(super) until: Option<String>,
}

impl Key {
    pub(super) fn of(shell: &Shell, view: KeyView, now: Timestamp, zone: &TimeZone) -> Self {
        let stands = if view.revoked_at.is_some() {
            (shell.it("Dicabut", "Revoked"), "")
        } else if view.expires_at.is_some_and(|until| until <= now) {
            (shell.it("Kedaluwarsa", "Expired"), "warn")
        } else {
            (shell.it("Berlaku", "Valid"), "good")
        };
        Key {
            stands,
            until: view.expires_at.map(|at| until(shell, at, zone)),
            view,
        }
    }
}

/// Until when a key may be used: the day, where it ends with one.
fn until(shell: &Shell, at: Timestamp, zone: &TimeZone) -> String {
    let (day, time) = local(at, zone);
    match (time == Time::midnight(), day.yesterday()) {
        (true, Ok(last)) => shell.day(last),
        _ => shell.moment(at),
    }
}

impl ListPage {
    async fn of<P>(visit: &Visit<P>, form: Form) -> Result<Self, Problem> {
        let (query, reach) = (visit.query.clone(), visit.reach.clone());
        let (page, mut keys, opds) = visit
            .ask(move |hub| {
                let mut applications = hub.applications()?;
                let searched = query.text("q");
                applications.retain(|one| reach.covers(&one.opd) && holds(searched, &[&one.opd, &one.name]));
                let position = |one: &ApplicationView| numbered(one.id);
                let page = hub.page("pages of applications", applications, position, &asked(&query))?;
                let numbers: Vec<i64> = page.items.iter().map(|one| one.id).collect();
                let mut opds = hub.opds()?;
                opds.retain(|opd| opd.active && reach.covers(&opd.code));
                Ok((page, hub.standing_keys(&numbers)?, opds))
            })
            .await?;
        let shell = visit.shell()?;
        let (now, zone) = (visit.hub.clock().now(), &visit.hub.config().time.zone);
        let mut listed = |application: ApplicationView| Listed {
            keys: keys
                .remove(&application.id)
                .into_iter()
                .flatten()
                .map(|key| Key::of(&shell, key, now, zone))
                .collect(),
            application,
        };
        Ok(ListPage {
            applications: page.items.into_iter().map(&mut listed).collect(),
            may_manage: shell.may(Action::Manage, Resource::Applications),
            shell,
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
pub(super) struct KeyPage {
    pub(super) shell: Shell,
    pub(super) made: NewApplication,
}

async fn add(posted: Posted<CanManageApplications>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let wanted = Text::new("pilih OPD-nya.", "choose its agency.");
    let added = match form.parsed::<OpdCode>("opd", wanted) {
        Ok(opd) => {
            let (actor, name) = (visit.actor.clone(), form.text("name").to_owned());
            let hub = visit.hub.clone();
            let work = async move {
                hub.blocking(move |hub| hub.add_application(&actor, &opd, &name))
                    .await
            };
            once(&visit, &form, work, |made| {
                format!("/manage/applications/{}", made.id)
            })
            .await
        }
        Err(error) => Err(error.into()),
    };
    match added {
        Ok(Sent::Before(path)) => Ok(visit.go(&path, Said::KeyBefore)),
        Ok(Sent::Now(made)) => visit.page(&KeyPage {
            shell: visit.shell()?,
            made,
        }),
        Err(problem) => {
            let page = ListPage::of(&visit, form).await?;
            visit.again(problem, |shell| ListPage { shell, ..page })
        }
    }
}
