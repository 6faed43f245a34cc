//! How the hub reaches the agencies' systems: connectors, scheduled pulls, subscriptions, and how they stand.
//!
//! Not here: one connector (`connector`), one pull (`pull`), one subscription (`subscription`), and how they are set up
//! (`connector_form`, `pull_form`, `subscription_form`).
//! Invariant: no credential is shown.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get};
use askama::Template;

use super::super::shell::Shell;
use super::super::visit::Visit;
use super::super::words::system;
use crate::access::rules::{Action, Resource};
use crate::connector::BreakerState;
use crate::http::manager::CanSeeConnectors;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ConnectorView, LastFailure, PullView, SubscriptionView};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems",
        vec![(Method::GET, get().to(list))],
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
    may_manage: bool,
}

/// How a connector stands, and how that is marked.
pub(super) fn standing(shell: &Shell, view: &ConnectorView) -> (&'static str, &'static str) {
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
        (!past).then(|| refusal(&self.shell, failure))
    }

    fn delivering(&self, subscription: &SubscriptionView) -> (&'static str, &'static str) {
        system::delivering(self.shell.say, subscription.state)
    }
}

/// Why a delivery went wrong, in words.
pub(super) fn refusal(shell: &Shell, failure: &LastFailure) -> String {
    match failure.reason {
        Some(reason) => system::undelivered(shell.say, reason),
        None => shell
            .it(
                "Sebabnya dicatat oleh hub yang lebih baru.",
                "Why was written down by a newer hub.",
            )
            .to_owned(),
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
        may_manage: shell.may(Action::Manage, Resource::Connectors),
        shell,
        connectors,
        pulls,
        subscriptions,
    })
}
