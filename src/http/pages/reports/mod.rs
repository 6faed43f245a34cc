//! Reports: listed, drafted, shown, checked and signed.
//!
//! `draft` has the forms by which one is drafted, `input` what they say, `run` how far a long one is. Not here: what stands in a report
//! (`report`). Invariant: what is signed is asked for on a page of its own, which says that it stays as it is.

mod draft;
mod input;
mod run;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::said::Said;
use super::shell::Shell;
use super::visit::{Posted, Visit};
use crate::access::Caller;
use crate::access::rules::{Action, Resource};
use crate::error::{Result as Outcome, Unknown};
use crate::http::manager::{CanCheckReports, CanLookReports, CanSignReports, Permission};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{Hub, PageQuery, ReportRun, ReportView, ReportsWanted, WorkState};
use crate::report::paper::Conclusion;
use crate::report::{Endorser, ReportKind, ReportState};

/// How many stand on a page.
const SOME: usize = 50;

/// The number of a report in a path.
type OfOne = web::Path<String>;

/// The resources of this folder.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let form =
        |path: &str, shown, sent| public_resource(path, vec![(Method::GET, shown), (Method::POST, sent)]);
    let page = |path: &str, route| public_resource(path, vec![(Method::GET, route)]);
    app.service(page("/reports", get().to(list_reports)))
        .service(form(
            "/reports/new/exchanges",
            get().to(draft::show_recap),
            post().to(draft::draft_recap),
        ))
        .service(form(
            "/reports/new/validation",
            get().to(draft::show_validation),
            post().to(draft::draft_validation),
        ))
        .service(form(
            "/reports/new/integration",
            get().to(draft::show_final),
            post().to(draft::draft_final),
        ))
        .service(page("/reports/runs/{id}", get().to(run::show_run)))
        .service(page("/reports/{id}", get().to(show_report)))
        .service(form(
            "/reports/{id}/check",
            get().to(ask_to_check),
            post().to(check_report),
        ))
        .service(form(
            "/reports/{id}/sign",
            get().to(ask_to_sign),
            post().to(sign_report),
        ));
}

#[derive(Template)]
#[template(path = "pages/reports/list.html")]
struct ListPage {
    shell: Shell,
    /// What the visitor asked to be drafted and is not yet, or never was.
    runs: Vec<ReportRun>,
    reports: Vec<ReportView>,
    next: Option<String>,
    kind: Option<ReportKind>,
    state: Option<ReportState>,
    may_draft: bool,
}

impl ListPage {
    /// How a draft stands that is not there: the look of the mark, and the word on it.
    fn standing(&self, run: &ReportRun) -> (&'static str, &'static str) {
        let it = |id, en| self.shell.it(id, en);
        match run.state {
            WorkState::Running => ("here", it("Sedang disusun", "Being drafted")),
            WorkState::CutOff => ("bad", it("Terputus", "Cut off")),
            WorkState::Stopped(_) | WorkState::Done => ("bad", it("Berhenti", "Stopped")),
        }
    }

    fn is_kind(&self, kind: &ReportKind) -> bool {
        self.kind == Some(*kind)
    }

    fn is_state(&self, state: &ReportState) -> bool {
        self.state == Some(*state)
    }
}

async fn list_reports(visit: Visit<CanLookReports>) -> Result<HttpResponse, Problem> {
    let (kind, state) = (
        visit.query.parsed::<ReportKind>("kind"),
        visit.query.parsed::<ReportState>("state"),
    );
    let page = PageQuery {
        limit: SOME,
        cursor: visit.query.text("cursor").map(str::to_owned),
    };
    let reach = visit.reach.clone();
    let wanted = ReportsWanted {
        kind,
        state,
        latest_first: true,
    };
    let (person, shell) = (visit.person()?.id, visit.shell()?);
    let may_draft = shell.may(Action::Manage, Resource::Reports);
    let (runs, list) = visit
        .ask(move |hub| {
            let runs = match may_draft {
                true => hub.report_runs(person)?,
                false => Vec::new(),
            };
            Ok((runs, hub.reports(&reach, &wanted, &page)?))
        })
        .await?;
    visit.page(&ListPage {
        may_draft,
        runs,
        next: list.next.map(|next| visit.query.with("cursor", Some(&next))),
        reports: list.items,
        shell,
        kind,
        state,
    })
}

/// Somebody who answers for a report: as what, and who.
type Answers<'v> = (&'static str, Option<&'v Endorser>);

#[derive(Template)]
#[template(path = "pages/reports/show.html")]
struct ReportPage {
    shell: Shell,
    report: ReportView,
    conclusion: Option<Conclusion>,
    /// Which act is asked for, where one is.
    asked: Option<&'static str>,
    may_check: bool,
    may_sign: bool,
}

impl ReportPage {
    fn new(shell: Shell, report: ReportView, asked: Option<&'static str>) -> Outcome<Self> {
        Ok(ReportPage {
            conclusion: report.paper()?.conclusion,
            may_check: report.state() == ReportState::Draft && shell.may(Action::Check, Resource::Reports),
            may_sign: report.state() == ReportState::Checked && shell.may(Action::Sign, Resource::Reports),
            shell,
            report,
            asked,
        })
    }

    fn asks(&self, act: &str) -> bool {
        self.asked == Some(act)
    }

    fn answers(&self) -> Vec<Answers<'_>> {
        let it = |id, en| self.shell.it(id, en);
        vec![
            (it("Disusun", "Drafted"), Some(&self.report.drafted)),
            (it("Diperiksa", "Checked"), self.report.checked.as_ref()),
            (it("Disahkan", "Signed"), self.report.signed.as_ref()),
        ]
    }
}

async fn page<P: Permission>(
    visit: &Visit<P>,
    id: &OfOne,
    asked: Option<&'static str>,
) -> Result<ReportPage, Problem> {
    let (id, reach) = (path::number(id, Unknown::Report)?, visit.reach.clone());
    let report = visit.ask(move |hub| hub.report(&reach, id)).await?;
    Ok(ReportPage::new(visit.shell()?, report, asked)?)
}

async fn show_report(visit: Visit<CanLookReports>, id: OfOne) -> Result<HttpResponse, Problem> {
    visit.page(&page(&visit, &id, None).await?)
}

async fn ask_to_check(visit: Visit<CanCheckReports>, id: OfOne) -> Result<HttpResponse, Problem> {
    visit.page(&page(&visit, &id, Some("check")).await?)
}

async fn ask_to_sign(visit: Visit<CanSignReports>, id: OfOne) -> Result<HttpResponse, Problem> {
    visit.page(&page(&visit, &id, Some("sign")).await?)
}

async fn check_report(posted: Posted<CanCheckReports>, id: OfOne) -> Result<HttpResponse, Problem> {
    answered(&posted.visit, &id, Hub::check_report).await
}

async fn sign_report(posted: Posted<CanSignReports>, id: OfOne) -> Result<HttpResponse, Problem> {
    answered(&posted.visit, &id, Hub::sign_report).await
}

/// What the hub does when somebody answers for a report.
type Answer = fn(&Hub, &Caller, i64) -> Outcome<ReportView>;

async fn answered<P: Permission>(
    visit: &Visit<P>,
    id: &OfOne,
    answer: Answer,
) -> Result<HttpResponse, Problem> {
    let (number, caller) = (path::number(id, Unknown::Report)?, visit.caller.clone());
    match visit.ask(move |hub| answer(hub, &caller, number)).await {
        Ok(_) => Ok(visit.go(&format!("/reports/{number}"), Said::Done)),
        Err(problem) => {
            let page = page(visit, id, None).await?;
            visit.again(problem, |shell| ReportPage { shell, ..page })
        }
    }
}
