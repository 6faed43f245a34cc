//! The form by which an integration is entered that ran before it was kept here: the steps behind it, with their days and
//! where their papers lie.
//!
//! Not here: one that begins now (`open`). Invariant: a line on which nothing but its step stands says nothing; whatever
//! else stands on a line is sent, in the order of the lines.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::{Map, Value, json};

use super::open::{FIELDS, known_datasets};
use super::parties::{self, Candidate};
use super::taken;
use crate::access::Caller;
use crate::error::{Error, Forbidden, Malformed};
use crate::http::admin::integrations::input::IntegrationToOpen;
use crate::http::manager::CanManageProcedure;
use crate::http::pages::form::Form;
use crate::http::pages::once::{Sent, once};
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::{Posted, Visit};
use crate::http::problem::Problem;
use crate::hub::{Hub, NewFile, OpdView, StepBehind, enters};
use crate::integration::procedure::{Step, Variant};
use crate::types::Text;

/// How many papers a line asks for.
const PAPERS: usize = 2;

/// How many lines are added at a time.
const MORE: usize = 6;

/// The most lines.
const MOST: usize = 60;

#[derive(Template)]
#[template(path = "pages/integrations/enter.html")]
struct EnterPage {
    shell: Shell,
    form: Form,
    /// The kinds: code, title, whether it goes on from another integration.
    variants: Vec<(String, String, bool)>,
    candidates: Vec<Candidate>,
    lines: Vec<String>,
    known: Vec<String>,
    steps: Vec<(u8, String)>,
    /// How a step may end: code, title.
    outcomes: Vec<(String, String)>,
    /// The kinds of documents: code, title.
    documents: Vec<(String, String)>,
    behind: Vec<Line>,
}

/// A line about a step that is behind it.
struct Line {
    number: usize,
    step: String,
    on: String,
    outcome: String,
    papers: Vec<Paper>,
}

/// A paper of a line.
struct Paper {
    number: usize,
    document: String,
    place: String,
}

impl Line {
    fn of(form: &Form, number: usize) -> Self {
        let text = |name: &str| form.text(&format!("{name}-{number}")).to_owned();
        let paper = |paper: usize| Paper {
            number: paper,
            document: text(&format!("document-{paper}")),
            place: text(&format!("place-{paper}")),
        };
        Line {
            number,
            step: text("step"),
            on: text("on"),
            outcome: text("outcome"),
            papers: (0..PAPERS).map(paper).collect(),
        }
    }

    /// Whether papers are told of.
    fn has_papers(&self) -> bool {
        self.papers.iter().any(Paper::is_said)
    }

    /// Whether it says anything but its step.
    fn is_said(&self) -> bool {
        self.has_papers() || !self.on.is_empty() || !self.outcome.is_empty()
    }

    /// As the interface for programs takes it.
    fn sent(&self) -> Value {
        let papers = self.papers.iter().filter(|paper| paper.is_said());
        let papers = papers.map(|paper| json!({"document": paper.document, "place": paper.place}));
        let mut line = Map::new();
        line.insert("step".to_owned(), self.step.parse::<u8>().unwrap_or(0).into());
        line.insert("on".to_owned(), self.on.as_str().into());
        line.insert("papers".to_owned(), papers.collect());
        if !self.outcome.is_empty() {
            line.insert("outcome".to_owned(), self.outcome.as_str().into());
        }
        Value::Object(line)
    }
}

impl Paper {
    fn is_said(&self) -> bool {
        !self.document.is_empty() || !self.place.is_empty()
    }
}

impl EnterPage {
    fn new(shell: Shell, (hub, caller): (&Hub, &Caller), form: Form, opds: Vec<OpdView>) -> Self {
        let procedure = hub.procedure();
        let all = || procedure.variants.iter().flat_map(|variant| &variant.steps);
        let mut outcomes: Vec<(String, String)> = Vec::new();
        for outcome in all()
            .filter(|step| step.outcomes.len() > 1)
            .flat_map(|step| &step.outcomes)
        {
            if !outcomes.iter().any(|(code, _)| *code == outcome.code) {
                outcomes.push((outcome.code.clone(), outcome.title.clone()));
            }
        }
        let mut steps: Vec<(u8, String)> = Vec::new();
        for step in all() {
            if !steps.iter().any(|(number, _)| *number == step.number) {
                steps.push((step.number, step.title.clone()));
            }
        }
        steps.sort();
        let documents = procedure.documents.iter();
        let variants = procedure.variants.iter();
        EnterPage {
            variants: variants
                .map(|variant| (variant.code.clone(), variant.title.clone(), variant.follows))
                .collect(),
            candidates: parties::candidates(opds, |code, side| parties::ticked(&form, code, side)),
            lines: parties::lines(parties::datasets(&form)),
            known: known_datasets(hub, caller),
            documents: documents
                .map(|(kind, title)| (kind.to_string(), title.clone()))
                .collect(),
            behind: behind(&form, procedure.variants.first()),
            steps,
            outcomes,
            form,
            shell,
        }
    }

    fn is_variant(&self, code: &str) -> bool {
        match self.form.text("variant") {
            "" => self.variants.first().is_some_and(|(first, ..)| first == code),
            chosen => chosen == code,
        }
    }
}

/// The lines of a form: those that it was sent with, else one for each step.
fn behind(form: &Form, first: Option<&Variant>) -> Vec<Line> {
    let Some(count) = count(form) else {
        let steps: &[Step] = first.map_or(&[], |variant| &variant.steps);
        let line = |(number, step): (usize, &Step)| Line {
            step: step.number.to_string(),
            ..Line::of(form, number)
        };
        return steps.iter().enumerate().map(line).collect();
    };
    let more = if form.has("act", "more") { MORE } else { 0 };
    let lines = 0..count.saturating_add(more).min(MOST);
    lines.map(|number| Line::of(form, number)).collect()
}

/// How many lines a form was sent with.
fn count(form: &Form) -> Option<usize> {
    let count: usize = form.said("lines")?.parse().ok()?;
    Some(count.min(MOST))
}

/// Only those who enter find the form.
fn admitted(visit: &Visit<CanManageProcedure>) -> Result<(), Problem> {
    match enters(&visit.caller) {
        true => Ok(()),
        false => Err(Error::Forbidden(Forbidden::Role).into()),
    }
}

async fn page(visit: &Visit<CanManageProcedure>, form: Form) -> Result<EnterPage, Problem> {
    let opds = visit.ask(|hub| hub.opds()).await?;
    Ok(EnterPage::new(
        visit.shell()?,
        (&visit.hub, &visit.caller),
        form,
        opds,
    ))
}

pub(super) async fn show_form(visit: Visit<CanManageProcedure>) -> Result<HttpResponse, Problem> {
    admitted(&visit)?;
    visit.page(&page(&visit, Form::default()).await?)
}

pub(super) async fn enter(posted: Posted<CanManageProcedure>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    admitted(&visit)?;
    if form.has("act", "more") {
        return visit.page(&page(&visit, form).await?);
    }
    let entered = match read(&form) {
        Ok((new, behind)) => {
            let (caller, reach) = (visit.caller.clone(), visit.reach.clone());
            let hub = visit.hub.clone();
            let work = async move {
                hub.blocking(move |hub| hub.enter_integration(&caller, &reach, &new, &behind))
                    .await
            };
            once(&visit, &form, work, |number| format!("/integrations/{number}")).await
        }
        Err(error) => Err(error.into()),
    };
    match entered {
        Ok(Sent::Now(number)) => Ok(visit.go(&format!("/integrations/{number}"), Said::Added)),
        Ok(Sent::Before(path)) => Ok(visit.go(&path, Said::Before)),
        Err(problem) => {
            let page = page(&visit, form).await?;
            visit.again(problem, |shell| EnterPage { shell, ..page })
        }
    }
}

fn read(form: &Form) -> crate::error::Result<(NewFile, Vec<StepBehind>)> {
    let lines = (0..count(form).unwrap_or_default()).map(|number| Line::of(form, number));
    let behind: Vec<Value> = lines.filter(Line::is_said).map(|line| line.sent()).collect();
    if behind.is_empty() {
        return Err(Error::Malformed(Malformed::Body(Text::new(
            "Isi tanggal sedikitnya satu tahap yang sudah selesai. Yang baru dimulai dibuka dengan Buka integrasi.",
            "Say the day of at least one step that is behind it. One that begins now is opened by Open an integration.",
        ))));
    }
    let mut object = form.object(FIELDS);
    object.insert("parties".to_owned(), parties::sent(form));
    object.insert("contracts".to_owned(), json!(parties::datasets(form)));
    object.insert("entered".to_owned(), behind.into());
    taken::<IntegrationToOpen>(object)?.read()
}
