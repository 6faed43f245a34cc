//! One subscription: how far it is and what went wrong last; paused, and gone on with.
//!
//! Not here: how it is set up (`subscription_form`), sent once more and ended (`subscription_asks`), and its secret
//! (`subscription_secret`). Invariant: the secret does not stand here.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::super::words::system;
use super::systems::refusal;
use crate::access::rules::{Action, Resource};
use crate::error::Unknown;
use crate::http::manager::{CanManageSubscriptions, CanSeeSubscriptions};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{LastFailure, SubscriptionView};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/subscriptions/{id}",
        vec![
            (Method::GET, get().to(show_subscription)),
            (Method::POST, post().to(move_subscription)),
        ],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/subscription.html")]
struct SubscriptionPage {
    shell: Shell,
    view: SubscriptionView,
    /// The connector's address; nothing where this hub does not know it.
    connector: Option<String>,
    may_manage: bool,
}

/// The subscription of a path, where it is within reach.
pub(super) async fn found<P>(visit: &Visit<P>, id: &str) -> Result<SubscriptionView, Problem> {
    let (id, reach) = (path::number(id, Unknown::Subscription)?, visit.reach.clone());
    visit.ask(move |hub| hub.subscription_within(&reach, id)).await
}

/// Where a subscription is.
pub(super) fn to(view: &SubscriptionView) -> String {
    format!("/manage/systems/subscriptions/{}", view.id)
}

impl SubscriptionPage {
    async fn of<P>(visit: &Visit<P>, id: &str) -> Result<Self, Problem> {
        let view = found(visit, id).await?;
        let system = visit.hub.system(view.connector).ok();
        let shell = visit.shell()?;
        Ok(SubscriptionPage {
            connector: system.map(|system| system.connector.address()),
            may_manage: shell.may(Action::Manage, Resource::Subscriptions),
            shell,
            view,
        })
    }

    /// Whether it delivers, and how that is marked.
    fn delivering(&self) -> (&'static str, &'static str) {
        system::delivering(self.shell.say, self.view.state)
    }

    /// Why it came to an end by itself.
    fn stopped(&self) -> Option<&'static str> {
        system::stopped(self.shell.say, self.view.state)
    }

    fn refusal(&self, failure: &LastFailure) -> String {
        refusal(&self.shell, failure)
    }
}

async fn show_subscription(
    visit: Visit<CanSeeSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    visit.page(&SubscriptionPage::of(&visit, &id).await?)
}

async fn move_subscription(
    posted: Posted<CanManageSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, id) = (visit.actor.clone(), path::number(&id, Unknown::Subscription)?);
    let (paused, reach) = (form.has("act", "pause"), visit.reach.clone());
    let moved = visit
        .ask(move |hub| {
            hub.subscription_within(&reach, id)?;
            match paused {
                true => hub.pause_subscription(&actor, id),
                false => hub.resume_subscription(&actor, id),
            }
        })
        .await?;
    Ok(visit.go(&to(&moved), Said::Saved))
}
