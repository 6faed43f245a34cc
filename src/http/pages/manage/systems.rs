//! How the hub reaches the agencies' systems: connectors, scheduled pulls, subscriptions, and how they stand.
//!
//! Not here: how they are set up, which programs and the technical team do by `/admin`. Invariant: no credential is
//! shown.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use crate::access::rules::{Action, Resource};
use crate::connector::BreakerState;
use crate::error::{Error, Unknown};
use crate::http::manager::{CanManageConnectors, CanManageSubscriptions, CanSeeConnectors};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{
    ConnectorChange, ConnectorTrial, ConnectorView, PageQuery, PullView, RunView, SubscriptionView,
    TrialRequest,
};

/// How many runs of a pull are shown.
const RUNS: usize = 20;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    let posted = |path: &str, route| public_resource(path, vec![(Method::POST, route)]);
    app.service(public_resource(
        "/manage/systems",
        vec![(Method::GET, get().to(list))],
    ))
    .service(public_resource(
        "/manage/systems/connectors/{id}",
        vec![
            (Method::GET, get().to(show_connector)),
            (Method::POST, post().to(try_connector)),
        ],
    ))
    .service(posted(
        "/manage/systems/connectors/{id}/switch",
        post().to(switch_connector),
    ))
    .service(public_resource(
        "/manage/systems/pulls/{id}",
        vec![
            (Method::GET, get().to(show_pull)),
            (Method::POST, post().to(move_pull)),
        ],
    ))
    .service(posted(
        "/manage/systems/subscriptions/{id}",
        post().to(move_subscription),
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/systems.html")]
struct SystemsPage {
    shell: Shell,
    connectors: Vec<ConnectorView>,
    pulls: Vec<PullView>,
    subscriptions: Vec<SubscriptionView>,
    may_deliver: bool,
}

/// How a connector stands, and how that is marked.
fn standing(shell: &Shell, view: &ConnectorView) -> (&'static str, &'static str) {
    match (view.connector.enabled, &view.breaker) {
        (false, _) => (shell.it("Dimatikan", "Switched off"), ""),
        (true, BreakerState::Closed) => (shell.it("Siap", "Ready"), "good"),
        (true, _) => (shell.it("Tidak terjangkau", "Out of reach"), "bad"),
    }
}

impl SystemsPage {
    fn standing(&self, view: &ConnectorView) -> (&'static str, &'static str) {
        standing(&self.shell, view)
    }

    /// What went wrong with a pull after it last went well.
    fn trouble(&self, pull: &PullView) -> Option<String> {
        let (at, reason) = pull.last_failure.as_ref()?;
        let past = pull.last_success_at.is_some_and(|success| success > *at);
        (!past).then(|| reason.text().to(self.shell.say.lang).to_owned())
    }

    /// The same of a subscription.
    fn refused(&self, subscription: &SubscriptionView) -> Option<String> {
        let failure = subscription.last_failure.as_ref()?;
        let past = subscription
            .last_success_at
            .is_some_and(|success| success > failure.at);
        let reason = failure.reason.filter(|_| !past)?;
        Some(reason.says().to(self.shell.say.lang).to_owned())
    }

    fn state(&self, subscription: &SubscriptionView) -> (&'static str, &'static str) {
        match subscription.state.as_str() {
            "active" => (self.shell.it("Berjalan", "Running"), "good"),
            "paused" => (self.shell.it("Dijeda", "Paused"), "warn"),
            _ => (self.shell.it("Berhenti", "Stopped"), "bad"),
        }
    }
}

async fn list(visit: Visit<CanSeeConnectors>) -> Result<HttpResponse, Problem> {
    let reach = visit.reach.clone();
    let (connectors, pulls, subscriptions) = visit
        .ask(move |hub| {
            let mut connectors = hub.connectors()?;
            connectors.retain(|view| reach.covers(view.connector.opd.as_str()));
            let mut pulls = hub.pulls()?;
            pulls.retain(|pull| reach.covers(pull.settings.dataset.opd.as_str()));
            let mut subscriptions = hub.subscriptions()?;
            subscriptions.retain(|one| reach.covers(&one.opd));
            Ok((connectors, pulls, subscriptions))
        })
        .await?;
    let shell = visit.shell()?;
    visit.page(&SystemsPage {
        may_deliver: shell.may(Action::Manage, Resource::Subscriptions),
        shell,
        connectors,
        pulls,
        subscriptions,
    })
}

#[derive(Template)]
#[template(path = "pages/manage/connector.html")]
struct ConnectorPage {
    shell: Shell,
    view: ConnectorView,
    path: String,
    trial: Option<ConnectorTrial>,
    may_manage: bool,
}

impl ConnectorPage {
    async fn of<P>(visit: &Visit<P>, id: &str) -> Result<Self, Problem> {
        let id = path::number(id, Unknown::Connector)?;
        let view = visit.ask(move |hub| hub.connector(id)).await?;
        if !visit.reach.covers(view.connector.opd.as_str()) {
            return Err(Error::Unknown(Unknown::Connector(id.to_string())).into());
        }
        let shell = visit.shell()?;
        Ok(ConnectorPage {
            may_manage: shell.may(Action::Manage, Resource::Connectors),
            shell,
            view,
            path: String::new(),
            trial: None,
        })
    }

    fn standing(&self) -> (&'static str, &'static str) {
        standing(&self.shell, &self.view)
    }
}

async fn show_connector(
    visit: Visit<CanSeeConnectors>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    visit.page(&ConnectorPage::of(&visit, &id).await?)
}

async fn try_connector(
    posted: Posted<CanManageConnectors>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let mut page = ConnectorPage::of(&visit, &id).await?;
    page.path = form.text("path").to_owned();
    let asked = TrialRequest {
        path: form.said("path"),
        query: None,
    };
    let system = visit.hub.system(page.view.connector.id)?;
    match visit
        .hub
        .try_connector(&visit.hub.lines(), &system, asked, None)
        .await
    {
        Ok(trial) => visit.page(&ConnectorPage {
            trial: Some(trial),
            ..page
        }),
        Err(error) => visit.again(error.into(), |shell| ConnectorPage { shell, ..page }),
    }
}

async fn switch_connector(
    posted: Posted<CanManageConnectors>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, number) = (visit.actor.clone(), path::number(&id, Unknown::Connector)?);
    let change = ConnectorChange {
        enabled: Some(form.has("enabled", "yes")),
        ..ConnectorChange::default()
    };
    visit
        .ask(move |hub| hub.change_connector(&actor, number, &change))
        .await?;
    Ok(visit.go(&format!("/manage/systems/connectors/{number}"), Said::Saved))
}

#[derive(Template)]
#[template(path = "pages/manage/pull.html")]
struct PullPage {
    shell: Shell,
    pull: PullView,
    runs: Vec<RunView>,
    may_manage: bool,
}

impl PullPage {
    async fn of<P>(visit: &Visit<P>, id: i64) -> Result<Self, Problem> {
        let reach = visit.reach.clone();
        let (pull, runs) = visit
            .ask(move |hub| {
                let pull = hub.pull(id)?;
                if !reach.covers(pull.settings.dataset.opd.as_str()) {
                    return Err(Error::Unknown(Unknown::Pull(id.to_string())));
                }
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
    let act = form.text("act").to_owned();
    let done = visit
        .ask(move |hub| match act.as_str() {
            "pause" => hub.pause_pull(&actor, id, true),
            "resume" => hub.pause_pull(&actor, id, false),
            _ => hub.want_pull(&actor, id),
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

async fn move_subscription(
    posted: Posted<CanManageSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, id) = (visit.actor.clone(), path::number(&id, Unknown::Subscription)?);
    let paused = form.has("act", "pause");
    visit
        .ask(move |hub| match paused {
            true => hub.pause_subscription(&actor, id),
            false => hub.resume_subscription(&actor, id),
        })
        .await?;
    Ok(visit.go("/manage/systems#langganan", Said::Saved))
}
