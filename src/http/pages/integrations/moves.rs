//! What is done in a step: completed, an opinion said, something repaired.
//!
//! Invariant: what the hub refuses is shown on the integration's own page, with the form as it was sent.

use actix_web::{HttpResponse, web};
use serde_json::Value;

use super::show::{IntegrationPage, found};
use super::taken;
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::{Error, Result as Outcome, Unknown};
use crate::http::admin::integrations::input::MoveToMake;
use crate::http::manager::CanCompleteStep;
use crate::http::pages::form::Form;
use crate::http::pages::said::Said;
use crate::http::pages::visit::Posted;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{Deed, Hub};
use crate::integration::IntegrationNumber;

/// The fields of a move that say one thing each.
const FIELDS: &[&str] = &["outcome", "on", "reason", "letter", "acting_for", "on_behalf_of"];

/// The path of a step.
type InStep = web::Path<(String, String, String)>;

/// What the hub does with somebody's part of a step.
type Done = fn(&Hub, &Caller, &Reach, IntegrationNumber, u8, &Deed) -> Outcome<()>;

pub(super) async fn complete(posted: Posted<CanCompleteStep>, path: InStep) -> Result<HttpResponse, Problem> {
    made(posted, &path, Hub::complete_step).await
}

pub(super) async fn opinion(posted: Posted<CanCompleteStep>, path: InStep) -> Result<HttpResponse, Problem> {
    made(posted, &path, Hub::give_opinion).await
}

pub(super) async fn repair(posted: Posted<CanCompleteStep>, path: InStep) -> Result<HttpResponse, Problem> {
    made(posted, &path, Hub::repair_step).await
}

async fn made(posted: Posted<CanCompleteStep>, path: &InStep, done: Done) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let number = path::integration(&path.0, &path.1)?;
    let step = path.2.parse::<u8>();
    let step = step.map_err(|_| Error::Unknown(Unknown::Path))?;
    let (caller, reach) = (visit.caller.clone(), visit.reach.clone());
    let moved = match deed(&form) {
        Ok(deed) => {
            visit
                .ask(move |hub| done(hub, &caller, &reach, number, step, &deed))
                .await
        }
        Err(error) => Err(error.into()),
    };
    let Err(problem) = moved else {
        return Ok(visit.go(&format!("/integrations/{number}"), Said::Done));
    };
    let found = found(&visit, number).await?;
    let (hub, reach) = (visit.hub.clone(), visit.reach.clone());
    visit.again(problem, |shell| {
        IntegrationPage::new(shell, &hub, &reach, found, Some(&form))
    })
}

/// What a form says of a move.
pub(super) fn deed(form: &Form) -> Outcome<Deed> {
    let mut object = form.object(FIELDS);
    if let Some(paper) = form.said("signed_paper") {
        let paper = paper.parse::<i64>().map_or(Value::Null, Value::from);
        object.insert("signed_paper".to_owned(), paper);
    }
    taken::<MoveToMake>(object)?.read()
}
