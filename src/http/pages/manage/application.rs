//! One application of an agency: its keys, made, exchanged and revoked by whoever may.
//!
//! Invariant: whoever manages the keys of an agency's own applications reaches no key of others.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::form::Form;
use super::super::once::{Sent, once};
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::applications::{Key, KeyPage};
use super::networks;
use crate::access::rules::{self, Action, Resource};
use crate::error::{Error, Malformed, Unknown};
use crate::http::manager::{CanManageKeys, CanSeeApplications};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ApplicationView, KeyTerms, Others};
use crate::types::{Text, Timestamp};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/applications/{id}",
        vec![(Method::GET, get().to(show)), (Method::POST, post().to(make_key))],
    ))
    .service(public_resource(
        "/manage/applications/{id}/keys/{key}/end",
        vec![(Method::GET, get().to(ask)), (Method::POST, post().to(revoke))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/application.html")]
struct ApplicationPage {
    shell: Shell,
    application: ApplicationView,
    keys: Vec<Key>,
    form: Form,
    may_manage: bool,
}

impl ApplicationPage {
    async fn of<P>(visit: &Visit<P>, id: &str, form: Form) -> Result<Self, Problem> {
        let id = path::number(id, Unknown::Application)?;
        let reach = visit.reach.clone();
        let (application, keys) = visit
            .ask(move |hub| {
                let application = hub.application_within(&reach, id)?;
                Ok((application, hub.keys(id)?))
            })
            .await?;
        let shell = visit.shell()?;
        let (now, zone) = (visit.hub.clock().now(), &visit.hub.config().time.zone);
        let manages = rules::reach(&visit.caller, Action::Manage, Resource::Keys);
        Ok(ApplicationPage {
            may_manage: manages.is_some_and(|reach| reach.covers(&application.opd)),
            keys: keys
                .into_iter()
                .map(|key| Key::of(&shell, key, now, zone))
                .collect(),
            shell,
            application,
            form,
        })
    }
}

async fn show(visit: Visit<CanSeeApplications>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    visit.page(&ApplicationPage::of(&visit, &id, Form::default()).await?)
}

async fn make_key(posted: Posted<CanManageKeys>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let number = path::number(&id, Unknown::Application)?;
    let made = match terms(&form, &visit.hub.config().time.zone) {
        Ok(terms) => {
            let (actor, reach) = (visit.actor.clone(), visit.reach.clone());
            let hub = visit.hub.clone();
            let work = async move {
                hub.blocking(move |hub| {
                    hub.application_within(&reach, number)?;
                    hub.new_key(&actor, number, terms)
                })
                .await
            };
            once(&visit, &form, work, |made| {
                format!("/manage/applications/{}", made.id)
            })
            .await
        }
        Err(error) => Err(error.into()),
    };
    match made {
        Ok(Sent::Before(path)) => Ok(visit.go(&path, Said::KeyBefore)),
        Ok(Sent::Now(made)) => visit.page(&KeyPage {
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
    let others = Text::new(
        "pilih apa yang terjadi dengan kunci lain.",
        "choose what becomes of the other keys.",
    );
    Ok(KeyTerms {
        name: form.text("name").to_owned(),
        expires_at: form.day("until")?.map(|day| end_of(day, zone)).transpose()?,
        networks: networks(form)?,
        others: match form.text("others") {
            "keep" => Others::Keep,
            _ => Others::EndAfter(form.parsed("others", others)?),
        },
    })
}

/// The end of a day of the office, up to which all of it counts.
fn end_of(day: Date, zone: &TimeZone) -> Result<Timestamp, Error> {
    let fault = |_| {
        let text = Text::new("terlalu jauh.", "it is too far away.");
        Error::Malformed(Malformed::Parameter("until", text))
    };
    Ok(Timestamp::of_day_in(day.tomorrow().map_err(fault)?, zone))
}

#[derive(Template)]
#[template(path = "pages/manage/key_end.html")]
struct AskPage {
    shell: Shell,
    application: ApplicationView,
    key: String,
}

async fn ask(
    visit: Visit<CanManageKeys>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let id = path::number(&path.0, Unknown::Application)?;
    let reach = visit.reach.clone();
    let application = visit.ask(move |hub| hub.application_within(&reach, id)).await?;
    let (shell, key) = (visit.shell()?, path.1.clone());
    visit.page(&AskPage {
        shell,
        application,
        key,
    })
}

async fn revoke(
    posted: Posted<CanManageKeys>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let visit = posted.visit;
    let (actor, id) = (visit.actor.clone(), path::number(&path.0, Unknown::Application)?);
    let (key, reach) = (path.1.clone(), visit.reach.clone());
    visit
        .ask(move |hub| {
            hub.application_within(&reach, id)?;
            hub.revoke_key(&actor, id, &key)
        })
        .await?;
    Ok(visit.go(&format!("/manage/applications/{id}"), Said::Ended))
}
