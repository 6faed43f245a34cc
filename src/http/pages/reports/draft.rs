//! The forms by which reports are drafted.
//!
//! Invariant: figures are the hub's own; a form adds what only people know.

use std::sync::Arc;

use actix_web::{HttpResponse, rt};
use askama::Template;

use super::{input, run};
use crate::error::{Error, Malformed, Result as Outcome};
use crate::http::manager::CanDraftReports;
use crate::http::pages::form::Form;
use crate::http::pages::once::{Sent, once};
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
    let draft = move |hub: &Arc<Hub>| {
        let (month, opd) = input::recap(&typed)?;
        hub.draft_recap(&caller, month, opd.as_ref())
    };
    match drafted(&visit, &form, draft).await {
        Ok(response) => Ok(response),
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
    let form = match visit.query.text("run") {
        Some(run) => run::typed(&visit, run).await?,
        None => Form::default(),
    };
    visit.page(&ValidationPage {
        shell: visit.shell()?,
        form,
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
    match begun(&visit, &form).await {
        Ok(Sent::Before(to)) => Ok(visit.go(&to, Said::Before)),
        Ok(Sent::Now((id, drafting))) => Ok(visit.lead(&run::path_of(id), drafting).await),
        Err(problem) => {
            let view = view(&visit, form.text("integration")).await?;
            visit.again(problem, |shell| ValidationPage { shell, form, view })
        }
    }
}

/// Begins to draft what a form asks for, once; that goes on by itself.
async fn begun(
    visit: &Visit<CanDraftReports>,
    form: &Form,
) -> Result<Sent<(i64, rt::task::JoinHandle<()>)>, Problem> {
    let number = number(form.text("integration"))?;
    let (caller, reach) = (visit.caller.clone(), visit.reach.clone());
    let (hub, typed) = (Arc::clone(&visit.hub), form.clone());
    let begin = async move {
        let begin = move |hub: &Arc<Hub>| {
            let told = input::validation(&typed)?;
            hub.begin_validation(caller, &reach, number, (told, &typed.without_token().encoded()))
        };
        let begun = hub.blocking(begin).await?;
        Ok((begun.id, rt::spawn(async move { hub.draft_begun(begun).await })))
    };
    once(visit, form, begin, |(id, _)| run::path_of(*id)).await
}

pub(super) async fn draft_final(posted: Posted<CanDraftReports>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (named, caller, reach) = (form.clone(), visit.caller.clone(), visit.reach.clone());
    let draft = move |hub: &Arc<Hub>| {
        let number = number(named.text("integration"))?;
        hub.draft_final(&caller, &reach, number, &input::last(&named)?)
    };
    match drafted(&visit, &form, draft).await {
        Ok(response) => Ok(response),
        Err(problem) => {
            let view = view(&visit, form.text("integration")).await?;
            visit.again(problem, |shell| FinalPage { shell, form, view })
        }
    }
}

/// Drafts what a form asks for, once, and leads to the draft.
async fn drafted(
    visit: &Visit<CanDraftReports>,
    form: &Form,
    draft: impl FnOnce(&Arc<Hub>) -> Outcome<ReportView> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let to = |report: &ReportView| format!("/reports/{}", report.id);
    let hub = Arc::clone(&visit.hub);
    let work = async move { hub.blocking(draft).await };
    match once(visit, form, work, to).await? {
        Sent::Now(report) => Ok(visit.go(&to(&report), Said::Added)),
        Sent::Before(path) => Ok(visit.go(&path, Said::Before)),
    }
}
