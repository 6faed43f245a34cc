//! One scheduled pull: how it stands, its runs, and running, pausing and going on with it.
//!
//! Not here: how it is set up (`pull_form`). Invariant: records come in by the ordinary way alone.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use crate::access::rules::{Action, Resource};
use crate::error::Unknown;
use crate::http::manager::{CanManageConnectors, CanSeeConnectors};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{PageQuery, PullView, RunView};

/// How many runs of a pull are shown.
const RUNS: usize = 20;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/pulls/{id}",
        vec![
            (Method::GET, get().to(show_pull)),
            (Method::POST, post().to(move_pull)),
        ],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/pull.html")]
struct PullPage {
    shell: Shell,
    pull: PullView,
    runs: Vec<RunView>,
    may_manage: bool,
}

/// The pull of a path, where it is within reach.
pub(super) async fn found<P>(visit: &Visit<P>, id: &str) -> Result<PullView, Problem> {
    let (id, reach) = (path::number(id, Unknown::Pull)?, visit.reach.clone());
    visit.ask(move |hub| hub.pull_within(&reach, id)).await
}

impl PullPage {
    async fn of<P>(visit: &Visit<P>, id: i64) -> Result<Self, Problem> {
        let reach = visit.reach.clone();
        let (pull, runs) = visit
            .ask(move |hub| {
                let pull = hub.pull_within(&reach, id)?;
                let page = PageQuery {
                    limit: RUNS,
                    cursor: None,
                };
                Ok((pull, hub.pull_runs(id, &page)?.runs))
            })
            .await?;
        let shell = visit.shell()?;
        Ok(PullPage {
            may_manage: shell.may(Action::Manage, Resource::Connectors),
            shell,
            pull,
            runs,
        })
    }

    /// How a run ended, and how that is marked.
    fn outcome(&self, run: &RunView) -> (&'static str, &'static str) {
        match run.outcome.as_str() {
            "ok" => (self.shell.it("Selesai", "Done"), "good"),
            "running" => (self.shell.it("Berjalan", "Running"), "here"),
            "stopped" => (self.shell.it("Dihentikan", "Stopped"), "warn"),
            "interrupted" => (self.shell.it("Terputus", "Interrupted"), "warn"),
            _ => (self.shell.it("Gagal", "Failed"), "bad"),
        }
    }

    fn reason(&self, run: &RunView) -> String {
        let reason = run.reason.as_ref();
        reason.map_or_else(String::new, |reason| {
            reason.text().to(self.shell.say.lang).to_owned()
        })
    }
}

async fn show_pull(visit: Visit<CanSeeConnectors>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let id = path::number(&id, Unknown::Pull)?;
    visit.page(&PullPage::of(&visit, id).await?)
}

async fn move_pull(
    posted: Posted<CanManageConnectors>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, id) = (visit.actor.clone(), path::number(&id, Unknown::Pull)?);
    let (act, reach) = (form.text("act").to_owned(), visit.reach.clone());
    let done = visit
        .ask(move |hub| {
            hub.pull_within(&reach, id)?;
            match act.as_str() {
                "pause" => hub.pause_pull(&actor, id, true),
                "resume" => hub.pause_pull(&actor, id, false),
                _ => hub.want_pull(&actor, id),
            }
        })
        .await;
    match done {
        Ok(_) => Ok(visit.go(&format!("/manage/systems/pulls/{id}"), Said::Saved)),
        Err(problem) => {
            let page = PullPage::of(&visit, id).await?;
            visit.again(problem, |shell| PullPage { shell, ..page })
        }
    }
}
