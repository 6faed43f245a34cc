//! One refused payload beside the rules it breaks, and its correction.
//!
//! A correction is typed place by place, or as a whole. Invariant: it goes in as any other push; what is refused again
//! comes back as it was typed, with what is still wrong.

use actix_web::HttpResponse;
use askama::Template;
use bytes::Bytes;

use super::heading::{self, Heading, Tab};
use super::records::record_path;
use super::refused::Reason;
use super::told;
use crate::error::Error;
use crate::http::caller::{Caller, CanPush};
use crate::http::frame::Given;
use crate::http::manager::CanEnter;
use crate::http::pages::form::Form;
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::{Posted, Visit};
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::RejectionView;
use crate::hub::ingest::Conditions;
use crate::record::correct;
use crate::types::{Pointer, Seq, Timestamp};

/// What the fields of the form begin with whose rest is a place in the payload.
const AT: &str = "at:";

/// From how many characters on a text has several lines to be typed in.
const LONG: usize = 80;

#[derive(Template)]
#[template(path = "pages/datasets/rejection.html")]
struct RejectionPage {
    shell: Shell,
    heading: Heading,
    number: i64,
    at: Timestamp,
    key: String,
    line: Option<i64>,
    by: String,
    contract: String,
    reason: Reason,
    inputs: Vec<Input>,
    /// The payload as a text; none where it is no text.
    body: Option<String>,
    repaired: Option<(Timestamp, Seq)>,
    record: Option<String>,
}

/// A place that is typed anew.
struct Input {
    name: String,
    place: String,
    value: String,
    long: bool,
    messages: Vec<String>,
}

/// Shows a refused payload, with forms to correct it.
pub(super) async fn show_rejection(
    caller: Caller<CanPush>,
    visit: Visit<CanEnter>,
) -> Result<HttpResponse, Problem> {
    heading::note(visit.request(), &caller, "rejections");
    let view = seen(&caller, visit.request()).await?;
    let size = view.body.as_ref().map_or(0, Vec::len);
    let shell = visit.shell()?;
    let reason = Reason::of(&view, shell.say.lang);
    let body = view.body.clone();
    let page = RejectionPage::of(&visit, shell, &caller, &view, (reason, body, &Form::default()));
    let mut response = visit.page(&page)?;
    response.extensions_mut().insert(Given::new(1, size));
    Ok(response)
}

/// Sends a corrected payload in.
pub(super) async fn repair_rejection_here(posted: Posted<CanEnter>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let caller = Caller::<CanPush>::again(visit.request()).await?;
    heading::note(visit.request(), &caller, "push");
    let view = seen(&caller, visit.request()).await?;
    let body = typed(&caller, &view, &form);
    caller.charge()?;
    let (call, dataset) = (&caller.call, &caller.dataset);
    let sent = Bytes::from(body.clone());
    let repaired = caller
        .hub
        .repair(call, dataset, view.number, sent, Conditions::default())
        .await;
    let Err(error) = repaired else {
        return Ok(visit.go(&format!("/datasets/{}/rejections", dataset.id), Said::Repaired));
    };
    let lang = visit.shell()?.say.lang;
    let reason = match &error {
        Error::Violates(violations) => Reason::new(violations, lang),
        _ => Reason::of(&view, lang),
    };
    visit.again(error.into(), |shell| {
        RejectionPage::of(&visit, shell, &caller, &view, (reason, Some(body), &form))
    })
}

/// The refused payload that the address names, as an entry of its own in the log.
async fn seen(caller: &Caller<CanPush>, request: &actix_web::HttpRequest) -> Result<RejectionView, Problem> {
    let number = path::rejection(request)?;
    let wanted = caller.dataset.rejections_of(caller.call.caller.opd());
    let call = caller.call.apart(caller.hub.clock().now());
    Ok(caller
        .hub
        .rejection(&call, &caller.dataset, wanted, number)
        .await?)
}

/// The payload as it was corrected.
fn typed(caller: &Caller<CanPush>, view: &RejectionView, form: &Form) -> Vec<u8> {
    if let Some(whole) = form.said("payload") {
        return whole.into_bytes();
    }
    let places = form.fields().iter().filter_map(|(name, text)| {
        let place: Pointer = name.strip_prefix(AT)?.parse().ok()?;
        // Browsers send line ends of their own.
        Some((place, text.replace("\r\n", "\n")))
    });
    let places: Vec<(Pointer, String)> = places.collect();
    let body = view.body.clone().unwrap_or_default();
    let schema = &caller.dataset.current.contract.schema;
    correct(&body, schema, &places).map_or(body, String::into_bytes)
}

impl RejectionPage {
    fn of(
        visit: &Visit<CanEnter>,
        shell: Shell,
        caller: &Caller<CanPush>,
        view: &RejectionView,
        (reason, body, form): (Reason, Option<Vec<u8>>, &Form),
    ) -> Self {
        let heading = Heading::of(visit, &shell, &caller.dataset, Tab::Rejections);
        let body = body.and_then(|body| String::from_utf8(body).ok());
        RejectionPage {
            inputs: inputs(&reason, body.as_deref(), form),
            number: view.number,
            at: view.at,
            line: view.line,
            by: match (&view.application, &view.opd) {
                (Some(application), Some(opd)) => format!("{application} ({opd})"),
                (application, opd) => application.clone().or(opd.clone()).unwrap_or_default(),
            },
            contract: view.contract.to_string(),
            repaired: view.repaired,
            record: view.key.as_ref().map(|key| record_path(&heading.path, key)),
            key: view.key.clone().unwrap_or_default(),
            reason,
            body,
            heading,
            shell,
        }
    }
}

/// A field for each place that breaks a rule, and each that was typed before, if the payload is an object.
fn inputs(reason: &Reason, body: Option<&str>, form: &Form) -> Vec<Input> {
    let Ok(payload @ serde_json::Value::Object(_)) = serde_json::from_str(body.unwrap_or_default()) else {
        return Vec::new();
    };
    let mut inputs: Vec<Input> = Vec::new();
    for fault in reason.faults.iter().filter(|fault| !fault.pointer.is_root()) {
        let name = format!("{AT}{}", fault.pointer);
        let message = fault.message.clone();
        match inputs.iter_mut().find(|known| known.name == name) {
            Some(known) => known.messages.push(message),
            None => inputs.push(Input::of(&fault.pointer, &payload, vec![message])),
        }
    }
    let before = form.fields().iter().filter_map(|(name, _)| name.strip_prefix(AT));
    for pointer in before.filter_map(|pointer| pointer.parse().ok()) {
        let name = format!("{AT}{pointer}");
        if !inputs.iter().any(|known| known.name == name) {
            inputs.push(Input::of(&pointer, &payload, Vec::new()));
        }
    }
    inputs
}

impl Input {
    fn of(pointer: &Pointer, payload: &serde_json::Value, messages: Vec<String>) -> Self {
        let value = match pointer.find(payload) {
            None | Some(serde_json::Value::Null) => String::new(),
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        Input {
            name: format!("{AT}{pointer}"),
            place: told::place(pointer),
            long: value.chars().count() > LONG || value.contains('\n'),
            value,
            messages,
        }
    }
}
