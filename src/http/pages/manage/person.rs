//! One of the people: what they are called, whether they may sign in, and what they are here.
//!
//! Invariant: nobody gives a role to themselves (the hub sees to it).

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::super::words::people;
use super::people::PasswordPage;
use crate::access::rules::{Action, Resource};
use crate::access::{Capacity, Role};
use crate::error::{Error, Unknown};
use crate::http::manager::{CanManagePeople, CanSeePeople};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{AssignmentView, NewAssignment, OpdView, PersonChange, PersonView, made_up_password};
use crate::types::{OpdCode, Text};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let posted = |path: &str, route| public_resource(path, vec![(Method::POST, route)]);
    app.service(public_resource(
        "/manage/people/{name}",
        vec![(Method::GET, get().to(show)), (Method::POST, post().to(change))],
    ))
    .service(public_resource(
        "/manage/people/{name}/active",
        vec![(Method::GET, get().to(ask)), (Method::POST, post().to(switch))],
    ))
    .service(posted(
        "/manage/people/{name}/password",
        post().to(renew_password),
    ))
    .service(posted("/manage/people/{name}/mail", post().to(set_mail)))
    .service(posted("/manage/people/{name}/assignments", post().to(assign)))
    .service(posted(
        "/manage/people/{name}/assignments/{id}/end",
        post().to(end_assignment),
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/person.html")]
struct PersonPage {
    shell: Shell,
    person: PersonView,
    assignments: Vec<AssignmentView>,
    /// To which address their notices are mailed.
    mail: Option<String>,
    /// Whether the hub mails at all.
    mails: bool,
    opds: Vec<OpdView>,
    form: Form,
    may_manage: bool,
    roles: Vec<(&'static str, &'static str)>,
}

impl PersonPage {
    async fn of<P>(visit: &Visit<P>, name: &str, form: Form) -> Result<Self, Problem> {
        let name = path::person(name)?;
        let (person, assignments, mail, opds) = visit
            .ask(move |hub| {
                let (person, assignments) = (hub.person(&name)?, hub.assignments(&name)?);
                Ok((person, assignments, hub.mail_address(&name)?, hub.opds()?))
            })
            .await?;
        let shell = visit.shell()?;
        let roles = Role::ALL
            .iter()
            .map(|role| (role.as_str(), people::role(shell.say, *role)));
        Ok(PersonPage {
            may_manage: shell.may(Action::Manage, Resource::People),
            roles: roles.collect(),
            shell,
            person,
            assignments,
            mail,
            mails: visit.hub.config().mail.is_some(),
            opds,
            form,
        })
    }

    fn role(&self, role: &Role) -> &'static str {
        people::role(self.shell.say, *role)
    }

    fn capacity(&self, capacity: &Capacity) -> &'static str {
        people::capacity(self.shell.say, *capacity)
    }

    /// What a field of the form says: what was typed, else what stands.
    fn typed(&self, name: &str, stands: Option<String>) -> String {
        let typed = self.form.fields().iter().find(|(known, _)| known == name);
        typed.map_or_else(|| stands.unwrap_or_default(), |(_, value)| value.clone())
    }
}

async fn show(visit: Visit<CanSeePeople>, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    visit.page(&PersonPage::of(&visit, &name, Form::default()).await?)
}

/// Goes back to the person's page, or shows it again with what was wrong.
async fn done(
    visit: Visit<CanManagePeople>,
    name: &str,
    (form, done): (Form, Result<(), Problem>),
    said: Said,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(()) => Ok(visit.go(&format!("/manage/people/{name}"), said)),
        Err(problem) => {
            let page = PersonPage::of(&visit, name, form).await?;
            visit.again(problem, |shell| PersonPage { shell, ..page })
        }
    }
}

async fn change(posted: Posted<CanManagePeople>, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let person = path::person(&name)?;
    let changed = match changes(&form) {
        Ok(change) => {
            let actor = visit.actor.clone();
            let changed = visit
                .ask(move |hub| hub.change_person(&actor, &person, &change))
                .await;
            changed.map(|_| ())
        }
        Err(error) => Err(error.into()),
    };
    done(visit, &name, (form, changed), Said::Saved).await
}

fn changes(form: &Form) -> Result<PersonChange, Error> {
    let opd = Text::new("pilih dari daftar.", "choose from the list.");
    let opd = match form.said("opd") {
        Some(_) => Some(form.parsed::<OpdCode>("opd", opd)?),
        None => None,
    };
    Ok(PersonChange {
        full_name: Some(form.text("full_name").to_owned()),
        nip: Some(form.said("nip")),
        rank: Some(form.said("rank")),
        office: Some(form.said("office")),
        opd: Some(opd),
        ..PersonChange::default()
    })
}

#[derive(Template)]
#[template(path = "pages/manage/person_active.html")]
struct AskPage {
    shell: Shell,
    person: PersonView,
}

async fn ask(visit: Visit<CanManagePeople>, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let name = path::person(&name)?;
    let person = visit.ask(move |hub| hub.person(&name)).await?;
    visit.page(&AskPage {
        shell: visit.shell()?,
        person,
    })
}

async fn switch(posted: Posted<CanManagePeople>, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, person) = (visit.actor.clone(), path::person(&name)?);
    let change = PersonChange {
        active: Some(form.has("active", "yes")),
        ..PersonChange::default()
    };
    let changed = visit
        .ask(move |hub| hub.change_person(&actor, &person, &change))
        .await;
    done(visit, &name, (form, changed.map(|_| ())), Said::Saved).await
}

async fn set_mail(posted: Posted<CanManagePeople>, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, person) = (visit.actor.clone(), path::person(&name)?);
    let address = form.said("address");
    let set = visit
        .ask(move |hub| hub.set_mail_address(&actor, &person, address.as_deref()))
        .await;
    done(visit, &name, (form, set), Said::Saved).await
}

async fn renew_password(
    posted: Posted<CanManagePeople>,
    name: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let visit = posted.visit;
    let (actor, person) = (visit.actor.clone(), path::person(&name)?);
    let password = made_up_password()?;
    let change = PersonChange {
        password: Some(visit.hub.hashed(password.clone()).await?),
        ..PersonChange::default()
    };
    let person = visit
        .ask(move |hub| hub.change_person(&actor, &person, &change))
        .await?;
    visit.page(&PasswordPage {
        shell: visit.shell()?,
        name: person.name,
        full_name: person.full_name,
        password,
    })
}

async fn assign(posted: Posted<CanManagePeople>, name: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let person = path::person(&name)?;
    let assigned = match assignment(&form) {
        Ok(new) => {
            let actor = visit.actor.clone();
            let assigned = visit.ask(move |hub| hub.assign(&actor, &person, &new)).await;
            assigned.map(|_| ())
        }
        Err(error) => Err(error.into()),
    };
    done(visit, &name, (form, assigned), Said::Added).await
}

fn assignment(form: &Form) -> Result<NewAssignment, Error> {
    let choose = || Text::new("pilih dari daftar.", "choose from the list.");
    Ok(NewAssignment {
        role: form.parsed("role", choose())?,
        capacity: form.parsed("capacity", choose())?,
        order_number: form.said("order_number"),
        from: form.day("from")?,
        until: form.day("until")?,
    })
}

async fn end_assignment(
    posted: Posted<CanManagePeople>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, person) = (visit.actor.clone(), path::person(&path.0)?);
    let id = path::number(&path.1, Unknown::Assignment)?;
    let ended = visit
        .ask(move |hub| hub.end_assignment(&actor, &person, id))
        .await;
    done(visit, &path.0, (form, ended), Said::Ended).await
}
