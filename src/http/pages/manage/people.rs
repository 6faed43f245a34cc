//! The people who may sign in.
//!
//! Not here: one of them, and their roles (`person`). Invariant: a password that was made up stands on the page that
//! answers the form, and on no other.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::super::words::people;
use super::{asked, following, holds};
use crate::access::PersonName;
use crate::access::rules::{Action, Resource};
use crate::error::Error;
use crate::http::manager::{CanManagePeople, CanSeePeople};
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{NewPerson, OpdView, PersonView, made_up_password};
use crate::types::{OpdCode, Text};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/people",
        vec![(Method::GET, get().to(list)), (Method::POST, post().to(add))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/people.html")]
struct ListPage {
    shell: Shell,
    people: Vec<PersonView>,
    opds: Vec<OpdView>,
    next: Option<String>,
    searched: String,
    form: Form,
    may_manage: bool,
}

impl ListPage {
    async fn of<P>(visit: &Visit<P>, form: Form) -> Result<Self, Problem> {
        let query = visit.query.clone();
        let (page, opds) = visit
            .ask(move |hub| {
                let mut people = hub.people()?;
                let searched = query.text("q");
                people.retain(|one| {
                    let opd = one.opd.as_deref().unwrap_or_default();
                    holds(searched, &[&one.name, &one.full_name, opd])
                });
                let page = hub.page("pages of people", people, |one| one.name.clone(), &asked(&query))?;
                let mut opds = hub.opds()?;
                opds.retain(|opd| opd.active);
                Ok((page, opds))
            })
            .await?;
        let shell = visit.shell()?;
        Ok(ListPage {
            may_manage: shell.may(Action::Manage, Resource::People),
            shell,
            people: page.items,
            opds,
            next: following(&visit.query, page.next),
            searched: visit.query.text("q").unwrap_or_default().to_owned(),
            form,
        })
    }

    fn roles(&self, person: &PersonView) -> String {
        let words = person
            .roles
            .iter()
            .map(|role| people::role(self.shell.say, *role));
        words.collect::<Vec<_>>().join(", ")
    }
}

async fn list(visit: Visit<CanSeePeople>) -> Result<HttpResponse, Problem> {
    visit.page(&ListPage::of(&visit, Form::default()).await?)
}

/// A first password, shown this once.
#[derive(Template)]
#[template(path = "pages/manage/password.html")]
pub(super) struct PasswordPage {
    pub(super) shell: Shell,
    pub(super) name: String,
    pub(super) full_name: String,
    pub(super) password: String,
}

async fn add(posted: Posted<CanManagePeople>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    match added(&visit, &form).await {
        Ok((person, password)) => visit.page(&PasswordPage {
            shell: visit.shell()?,
            name: person.name,
            full_name: person.full_name,
            password,
        }),
        Err(problem) => {
            let page = ListPage::of(&visit, form).await?;
            visit.again(problem, |shell| ListPage { shell, ..page })
        }
    }
}

async fn added(visit: &Visit<CanManagePeople>, form: &Form) -> Result<(PersonView, String), Problem> {
    let new = new_person(form)?;
    let password = made_up_password()?;
    let hashed = visit.hub.hashed(password.clone()).await?;
    let actor = visit.actor.clone();
    let person = visit
        .ask(move |hub| hub.add_person(&actor, &new, &hashed, &[]))
        .await?;
    Ok((person, password))
}

fn new_person(form: &Form) -> Result<NewPerson, Error> {
    let plain = Text::new(
        "harus huruf kecil, angka, titik, _ atau -, misalnya siti.aminah.",
        "it must be lower-case letters, digits, dots, _ or -, such as siti.aminah.",
    );
    let opd = Text::new("pilih dari daftar.", "choose from the list.");
    Ok(NewPerson {
        name: form.parsed::<PersonName>("name", plain)?,
        full_name: form.text("full_name").to_owned(),
        nip: form.said("nip"),
        rank: form.said("rank"),
        office: form.said("office"),
        opd: match form.said("opd") {
            Some(_) => Some(form.parsed::<OpdCode>("opd", opd)?),
            None => None,
        },
    })
}
