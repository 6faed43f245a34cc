//! What an integration is about, who takes part, who is responsible and the decree: each a form of its own.
//!
//! Invariant: a form changes what it shows; what another one shows stays.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::{Map, Value, json};

use super::parties::{self, Candidate};
use super::{OfOne, taken};
use crate::access::rules::Reach;
use crate::error::{Error, Forbidden};
use crate::http::admin::integrations::input::IntegrationChange;
use crate::http::manager::CanManageProcedure;
use crate::http::pages::form::Form;
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::{Posted, Visit};
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{Change, IntegrationView, OpdView};
use crate::integration::IntegrationNumber;

/// What is told of somebody responsible, each as the field of a line.
const PERSON: [&str; 6] = ["name", "duty", "opd", "nip", "office", "contact"];

/// How many empty lines there are for people.
const MORE: usize = 2;

/// The most people that a form is read for.
const MOST: usize = 50;

#[derive(Template)]
#[template(path = "pages/integrations/change.html")]
struct ChangePage {
    shell: Shell,
    view: IntegrationView,
    candidates: Vec<Candidate>,
    lines: Vec<String>,
    known: Vec<String>,
    opds: Vec<OpdView>,
    people: Vec<Line>,
    subject: String,
    reason: String,
    /// Number, day, title.
    decree: (String, String, String),
}

/// A line about somebody responsible.
struct Line {
    number: usize,
    values: [String; PERSON.len()],
}

impl Line {
    fn value(&self, at: usize) -> &str {
        self.values.get(at).map_or("", String::as_str)
    }

    fn is_of(&self, code: &str) -> bool {
        self.value(2) == code
    }
}

impl ChangePage {
    /// The forms as the integration stands; the one that was sent as it was sent.
    fn new(shell: Shell, hub: &crate::hub::Hub, (view, opds): Shown, typed: &Form) -> Self {
        let sent = typed.text("what");
        let of = |what: &str, name: &str, stands: &str| match sent == what {
            true => typed.text(name).to_owned(),
            false => stands.to_owned(),
        };
        let (number, on, title) = view.decree.as_ref().map_or_else(Default::default, |decree| {
            let title = decree.title.clone().unwrap_or_default();
            (decree.number.clone(), decree.on.to_string(), title)
        });
        let named = view.contracts.iter().map(|contract| contract.dataset.clone());
        let datasets = hub
            .catalog()
            .datasets()
            .iter()
            .map(|set| set.id.to_string())
            .collect();
        ChangePage {
            subject: of("about", "subject", &view.subject),
            lines: parties::lines(match sent == "about" {
                true => parties::datasets(typed),
                false => named.collect(),
            }),
            candidates: parties::candidates(opds.clone(), |code, side| match sent == "parties" {
                true => parties::ticked(typed, code, side),
                false => parties::takes_part(&view, code, side),
            }),
            reason: of("parties", "reason", ""),
            people: match sent == "people" {
                true => lines(typed_people(typed)),
                false => lines(stand(&view)),
            },
            decree: (
                of("decree", "number", &number),
                of("decree", "on", &on),
                of("decree", "title", &title),
            ),
            known: datasets,
            opds,
            view,
            shell,
        }
    }
}

/// An integration, and the agencies.
type Shown = (IntegrationView, Vec<OpdView>);

async fn shown(visit: &Visit<CanManageProcedure>, number: IntegrationNumber) -> Result<Shown, Problem> {
    let (reach, lang) = (visit.reach.clone(), visit.shell()?.say.lang);
    visit
        .ask(move |hub| Ok((hub.integration(&reach, number, lang)?, hub.opds()?)))
        .await
}

pub(super) async fn show_forms(
    visit: Visit<CanManageProcedure>,
    path: OfOne,
) -> Result<HttpResponse, Problem> {
    if visit.reach != Reach::All {
        return Err(Error::Forbidden(Forbidden::Role).into());
    }
    let shown = shown(&visit, path::integration(&path.0, &path.1)?).await?;
    let page = ChangePage::new(visit.shell()?, &visit.hub, shown, &Form::default());
    visit.page(&page)
}

pub(super) async fn change(posted: Posted<CanManageProcedure>, path: OfOne) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let number = path::integration(&path.0, &path.1)?;
    let (caller, reach) = (visit.caller.clone(), visit.reach.clone());
    let changed = match read(&form) {
        Ok(change) => {
            visit
                .ask(move |hub| hub.change_integration(&caller, &reach, number, &change))
                .await
        }
        Err(error) => Err(error.into()),
    };
    let Err(problem) = changed else {
        return Ok(visit.go(&format!("/integrations/{number}"), Said::Saved));
    };
    let shown = shown(&visit, number).await?;
    let hub = visit.hub.clone();
    visit.again(problem, |shell| ChangePage::new(shell, &hub, shown, &form))
}

/// What the form that was sent changes.
fn read(form: &Form) -> crate::error::Result<Change> {
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    match form.text("what") {
        "parties" => {
            put("parties", parties::sent(form));
            if let Some(reason) = form.said("reason") {
                put("reason", reason.into());
            }
        }
        "people" => {
            let people = typed_people(form);
            put("responsible", people.iter().map(person).collect());
        }
        "decree" => {
            put("decree", Value::Object(form.object(&["number", "on", "title"])));
        }
        _ => {
            put("subject", form.text("subject").into());
            put("contracts", json!(parties::datasets(form)));
        }
    }
    taken::<IntegrationChange>(object)?.read()
}

/// Somebody, as the interface for programs takes them.
fn person(values: &[String; PERSON.len()]) -> Value {
    let told = PERSON.iter().zip(values).filter(|(_, value)| !value.is_empty());
    let told = told.map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
    Value::Object(told.collect())
}

/// The people that a form names, the empty lines left out.
fn typed_people(form: &Form) -> Vec<[String; PERSON.len()]> {
    let line = |number: usize| PERSON.map(|name| form.text(&format!("{name}-{number}")).to_owned());
    let lines = (0..MOST).map(line);
    lines
        .filter(|values| values.iter().any(|value| !value.is_empty()))
        .collect()
}

/// The people that stand.
fn stand(view: &IntegrationView) -> Vec<[String; PERSON.len()]> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let people = view.responsible.iter();
    people
        .map(|person| {
            [
                person.name.clone(),
                person.duty.clone(),
                text(&person.opd),
                text(&person.nip),
                text(&person.office),
                text(&person.contact),
            ]
        })
        .collect()
}

/// Lines for people: those who are named, and some that are empty.
fn lines(named: Vec<[String; PERSON.len()]>) -> Vec<Line> {
    let empty = std::iter::repeat_with(Default::default).take(MORE);
    let all = named.into_iter().chain(empty).enumerate();
    all.map(|(number, values)| Line { number, values }).collect()
}
