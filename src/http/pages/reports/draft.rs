//! The forms by which reports are drafted.
//!
//! Invariant: figures are the hub's own; a form adds what only people know.

use actix_web::HttpResponse;
use askama::Template;

use super::input;
use crate::access::Caller;
use crate::access::rules::Reach;
use crate::error::{Error, Malformed, Result as Outcome};
use crate::http::manager::CanDraftReports;
use crate::http::pages::form::Form;
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::{Posted, Visit};
use crate::http::problem::Problem;
use crate::hub::{Hub, IntegrationView, OpdView, ReportView};
use crate::integration::IntegrationNumber;
use crate::types::Text;

#[derive(Template)]
#[template(path = "pages/reports/recap.html")]
struct RecapPage {
    shell: Shell,
    form: Form,
    opds: Vec<OpdView>,
}

impl RecapPage {
    fn is_opd(&self, code: &str) -> bool {
        self.form.text("opd") == code
    }
}

pub(super) async fn show_recap(visit: Visit<CanDraftReports>) -> Result<HttpResponse, Problem> {
    let opds = visit.ask(|hub| hub.opds()).await?;
    visit.page(&RecapPage {
        shell: visit.shell()?,
        form: Form::new(visit.query.filled_in()),
        opds,
    })
}

pub(super) async fn draft_recap(posted: Posted<CanDraftReports>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (caller, typed) = (visit.caller.clone(), form.clone());
    let drafted = visit
        .ask(move |hub| {
            let (month, opd) = input::recap(&typed)?;
            hub.draft_recap(&caller, month, opd.as_ref())
        })
        .await;
    match drafted {
        Ok(report) => Ok(visit.go(&format!("/reports/{}", report.id), Said::Added)),
        Err(problem) => {
            let opds = visit.ask(|hub| hub.opds()).await?;
            visit.again(problem, |shell| RecapPage { shell, form, opds })
        }
    }
}

#[derive(Template)]
#[template(path = "pages/reports/validation.html")]
struct ValidationPage {
    shell: Shell,
    form: Form,
    view: IntegrationView,
}

impl ValidationPage {
    /// What was typed into the field of a dataset.
    fn typed(&self, name: &str, number: &usize) -> &str {
        self.form.text(&format!("{name}-{number}"))
    }
}

#[derive(Template)]
#[template(path = "pages/reports/final.html")]
struct FinalPage {
    shell: Shell,
    form: Form,
    view: IntegrationView,
}

/// The integration that a report is to be about.
fn number(text: &str) -> Outcome<IntegrationNumber> {
    text.parse().map_err(|_| {
        let text = Text::new(
            "sebutkan integrasinya seperti 2026/7.",
            "name the integration like 2026/7.",
        );
        Error::Malformed(Malformed::Parameter("integration", text))
    })
}

async fn view(visit: &Visit<CanDraftReports>, named: &str) -> Result<IntegrationView, Problem> {
    let (number, reach, lang) = (number(named)?, visit.reach.clone(), visit.shell()?.say.lang);
    visit.ask(move |hub| hub.integration(&reach, number, lang)).await
}

pub(super) async fn show_validation(visit: Visit<CanDraftReports>) -> Result<HttpResponse, Problem> {
    let view = view(&visit, visit.query.text("integration").unwrap_or_default()).await?;
    visit.page(&ValidationPage {
        shell: visit.shell()?,
        form: Form::default(),
        view,
    })
}

pub(super) async fn show_final(visit: Visit<CanDraftReports>) -> Result<HttpResponse, Problem> {
    let view = view(&visit, visit.query.text("integration").unwrap_or_default()).await?;
    visit.page(&FinalPage {
        shell: visit.shell()?,
        form: Form::default(),
        view,
    })
}

pub(super) async fn draft_validation(posted: Posted<CanDraftReports>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let drafted = drafted(&visit, &form, |hub, caller, reach, number, form| {
        hub.draft_validation(caller, reach, number, &input::validation(form)?)
    });
    match drafted.await {
        Ok(report) => Ok(visit.go(&format!("/reports/{}", report.id), Said::Added)),
        Err(problem) => {
            let view = view(&visit, form.text("integration")).await?;
            visit.again(problem, |shell| ValidationPage { shell, form, view })
        }
    }
}

pub(super) async fn draft_final(posted: Posted<CanDraftReports>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let drafted = drafted(&visit, &form, |hub, caller, reach, number, form| {
        hub.draft_final(caller, reach, number, &input::last(form)?)
    });
    match drafted.await {
        Ok(report) => Ok(visit.go(&format!("/reports/{}", report.id), Said::Added)),
        Err(problem) => {
            let view = view(&visit, form.text("integration")).await?;
            visit.again(problem, |shell| FinalPage { shell, form, view })
        }
    }
}

/// How a report about an integration is drafted by what a form says.
type Draft = fn(&Hub, &Caller, &Reach, IntegrationNumber, &Form) -> Outcome<ReportView>;

async fn drafted(visit: &Visit<CanDraftReports>, form: &Form, draft: Draft) -> Result<ReportView, Problem> {
    let number = number(form.text("integration"))?;
    let (caller, reach, typed) = (visit.caller.clone(), visit.reach.clone(), form.clone());
    visit
        .ask(move |hub| draft(hub, &caller, &reach, number, &typed))
        .await
}
