//! A report that is being drafted: how far the hub is with it.
//!
//! Not here: who drafts it (`hub::reports`). Invariant: only whoever asked for it sees it; while it goes on, its page is asked
//! for again by the browser itself.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::Unknown;
use crate::http::manager::CanDraftReports;
use crate::http::pages::answer::asked_again;
use crate::http::pages::form::Form;
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::path;
use crate::http::problem::Problem;
use crate::hub::{ReportRun, WorkState};

/// The path of its page.
pub(super) fn path_of(id: i64) -> String {
    format!("/reports/runs/{id}")
}

#[derive(Template)]
#[template(path = "pages/reports/run.html")]
struct RunPage {
    shell: Shell,
    run: ReportRun,
    /// Why it did not go to its end.
    stopped: Option<String>,
}

impl RunPage {
    fn goes_on(&self) -> bool {
        self.run.state == WorkState::Running
    }
}

async fn run(visit: &Visit<CanDraftReports>, id: &str) -> Result<ReportRun, Problem> {
    let (person, id) = (visit.person()?.id, path::number(id, |_| Unknown::Path)?);
    visit.ask(move |hub| hub.report_run(person, id)).await
}

/// What was typed into the form of one.
pub(super) async fn typed(visit: &Visit<CanDraftReports>, id: &str) -> Result<Form, Problem> {
    Ok(Form::parse(run(visit, id).await?.typed.as_bytes())?)
}

/// Shows how far the drafting of a report is, or leads to the draft.
pub(super) async fn show_run(
    visit: Visit<CanDraftReports>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let run = run(&visit, &id).await?;
    if let Some(report) = run.report {
        let said = visit.query.text("said").and_then(Said::read);
        return Ok(visit.go(&format!("/reports/{report}"), said.unwrap_or(Said::Added)));
    }
    let shell = visit.shell()?;
    let stopped = run.state.reason();
    let stopped = stopped.map(|reason| reason.to(shell.say.lang).to_owned());
    let page = RunPage { shell, run, stopped };
    let mut response = visit.page(&page)?;
    if page.goes_on() {
        asked_again(&mut response, page.run.begun_at, visit.hub.clock().now());
    }
    Ok(response)
}
