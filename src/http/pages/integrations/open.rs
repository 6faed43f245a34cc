//! The form by which an integration is opened.
//!
//! Invariant: an agency opens for itself; who else takes part, it says here.

use actix_web::HttpResponse;
use askama::Template;
use serde_json::Value;

use super::parties::{self, Candidate};
use super::taken;
use crate::access::Caller;
use crate::access::rules::{Action, Reach, Resource, reach};
use crate::http::admin::integrations::input::IntegrationToOpen;
use crate::http::manager::{CanManageProcedure, Permission};
use crate::http::pages::form::Form;
use crate::http::pages::once::{Sent, once};
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::{Posted, Visit};
use crate::http::problem::Problem;
use crate::hub::{Hub, LetterView, OpdView};

/// The fields that say one thing each, also where an integration from before is entered.
pub(super) const FIELDS: &[&str] = &[
    "variant",
    "subject",
    "received_on",
    "predecessor",
    "reason",
    "letter",
];

/// The most datasets that a form offers.
const KNOWN: usize = 500;

#[derive(Template)]
#[template(path = "pages/integrations/new.html")]
struct OpenPage {
    shell: Shell,
    form: Form,
    /// The kinds: code, title, whether it goes on from another integration.
    variants: Vec<(String, String, bool)>,
    candidates: Vec<Candidate>,
    lines: Vec<String>,
    known: Vec<String>,
    /// The agency that opens for itself.
    own: Option<String>,
    /// The letter from the register that asks for it.
    from: Option<LetterView>,
}

impl OpenPage {
    fn is_variant(&self, code: &str) -> bool {
        match self.form.text("variant") {
            "" => self.variants.first().is_some_and(|(first, ..)| first == code),
            chosen => chosen == code,
        }
    }
}

/// What the form offers, whatever was typed.
struct Offered {
    opds: Vec<OpdView>,
    letter: Option<LetterView>,
}

async fn offered<P: Permission>(visit: &Visit<P>, letter: Option<i64>) -> Result<Offered, Problem> {
    let letters = reach(&visit.caller, Action::Manage, Resource::Letters);
    visit
        .ask(move |hub| {
            let letter = letters.zip(letter).map(|(reach, id)| hub.letter(&reach, id));
            Ok(Offered {
                opds: hub.opds()?,
                letter: letter.transpose()?,
            })
        })
        .await
}

impl OpenPage {
    fn new(
        shell: Shell,
        (hub, caller): (&Hub, &Caller),
        own: Option<&str>,
        form: Form,
        offered: Offered,
    ) -> Self {
        let variants = hub.procedure().variants.iter();
        OpenPage {
            variants: variants
                .map(|variant| (variant.code.clone(), variant.title.clone(), variant.follows))
                .collect(),
            candidates: parties::candidates(offered.opds, |code, side| {
                parties::ticked(&form, code, side) || (own == Some(code) && side == "asker")
            }),
            lines: parties::lines(parties::datasets(&form)),
            known: known_datasets(hub, caller),
            own: own.map(str::to_owned),
            from: offered.letter,
            form,
            shell,
        }
    }
}

/// The datasets that a form offers. Any other can be typed: whoever asks for data need not have it yet.
pub(super) fn known_datasets(hub: &Hub, caller: &Caller) -> Vec<String> {
    let catalog = hub.catalog();
    let visible = catalog.visible_to(caller, hub.today());
    let known = visible.iter().take(KNOWN);
    known.map(|dataset| dataset.id.to_string()).collect()
}

fn own<P>(visit: &Visit<P>) -> Option<String> {
    match &visit.reach {
        Reach::Own(opd) => Some(opd.to_string()),
        Reach::All => None,
    }
}

pub(super) async fn show_form(visit: Visit<CanManageProcedure>) -> Result<HttpResponse, Problem> {
    let offered = offered(&visit, visit.query.parsed("letter")).await?;
    let mut typed = visit.query.filled_in();
    if let Some(letter) = &offered.letter {
        typed.push(("subject".to_owned(), letter.subject.clone()));
    }
    let own = own(&visit);
    let form = Form::new(typed);
    let page = OpenPage::new(
        visit.shell()?,
        (&visit.hub, &visit.caller),
        own.as_deref(),
        form,
        offered,
    );
    visit.page(&page)
}

pub(super) async fn open(posted: Posted<CanManageProcedure>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (caller, reach) = (visit.caller.clone(), visit.reach.clone());
    let opened = match read(&form) {
        Ok(new) => {
            let hub = visit.hub.clone();
            let work = async move {
                hub.blocking(move |hub| hub.open_integration(&caller, &reach, &new))
                    .await
            };
            once(&visit, &form, work, |number| format!("/integrations/{number}")).await
        }
        Err(problem) => Err(problem),
    };
    match opened {
        Ok(Sent::Now(number)) => Ok(visit.go(&format!("/integrations/{number}"), Said::Added)),
        Ok(Sent::Before(path)) => Ok(visit.go(&path, Said::Before)),
        Err(problem) => {
            let own = own(&visit);
            let offered = offered(&visit, form.text("letter_id").parse().ok()).await?;
            let (hub, caller) = (visit.hub.clone(), visit.caller.clone());
            visit.again(problem, |shell| {
                OpenPage::new(shell, (&hub, &caller), own.as_deref(), form, offered)
            })
        }
    }
}

fn read(form: &Form) -> Result<crate::hub::NewFile, Problem> {
    let mut object = form.object(FIELDS);
    object.insert("parties".to_owned(), parties::sent(form));
    let datasets: Vec<Value> = parties::datasets(form).into_iter().map(Value::from).collect();
    object.insert("contracts".to_owned(), datasets.into());
    if let Some(id) = form.said("letter_id") {
        object.insert(
            "letter_id".to_owned(),
            id.parse::<i64>().map_or(Value::Null, Value::from),
        );
    }
    // What ran before has a form of its own (`enter`).
    Ok(taken::<IntegrationToOpen>(object)?.read()?.0)
}
