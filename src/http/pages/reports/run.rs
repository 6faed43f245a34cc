//! A report that is being drafted: how far the hub is with it.
//!
//! Not here: who drafts it (`hub::reports`). Invariant: only whoever asked for it sees it; while it goes on, its page is asked
//! for again by the browser itself.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::error::{Error, Unknown};
use crate::http::manager::CanDraftReports;
use crate::http::pages::answer::asked_again;
use crate::http::pages::said::Said;
use crate::http::pages::shell::Shell;
use crate::http::pages::visit::Visit;
use crate::http::problem::Problem;
use crate::hub::{ReportRun, WorkState};

/// The path of its page.
pub(super) fn path(id: i64) -> String {
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

/// Shows how far the drafting of a report is, or leads to the draft.
pub(super) async fn show_run(
    visit: Visit<CanDraftReports>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id: i64 = id.parse().map_err(|_| Error::Unknown(Unknown::Path))?;
    let person = visit.person()?.id;
    let run = visit.ask(move |hub| hub.report_run(person, id)).await?;
    if let Some(report) = run.report {
        return Ok(visit.go(&format!("/reports/{report}"), Said::Added));
    }
    let shell = visit.shell()?;
    let stopped = match &run.state {
        WorkState::Stopped(reason) => Some(reason.to(shell.say.lang).to_owned()),
        WorkState::Running | WorkState::CutOff | WorkState::Done => None,
    };
    let begun_at = run.begun_at;
    let page = RunPage { shell, run, stopped };
    let mut response = visit.page(&page)?;
    if page.goes_on() {
        asked_again(&mut response, begun_at, visit.hub.clock().now());
    }
    Ok(response)
}
