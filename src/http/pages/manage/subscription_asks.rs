//! A subscription sent once more from a position, and ended: each on a page that says what will happen, and asks.
//!
//! Invariant: nothing is done by looking, and each form has its effect once.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::once::{Sent, once};
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::subscription::{found, to};
use super::subscription_form::position;
use crate::error::Unknown;
use crate::http::manager::CanManageSubscriptions;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::SubscriptionView;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/subscriptions/{id}/replay",
        vec![
            (Method::GET, get().to(ask_replay)),
            (Method::POST, post().to(replay)),
        ],
    ))
    .service(public_resource(
        "/manage/systems/subscriptions/{id}/end",
        vec![(Method::GET, get().to(ask_end)), (Method::POST, post().to(end))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/subscription_replay.html")]
struct ReplayPage {
    shell: Shell,
    view: SubscriptionView,
    form: Form,
}

async fn ask_replay(
    visit: Visit<CanManageSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = found(&visit, &id).await?;
    visit.page(&ReplayPage {
        shell: visit.shell()?,
        view,
        form: Form::default(),
    })
}

async fn replay(
    posted: Posted<CanManageSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let number = path::number(&id, Unknown::Subscription)?;
    let replayed = match position(&form) {
        Ok(since) => {
            let (actor, reach) = (visit.actor.clone(), visit.reach.clone());
            let hub = visit.hub.clone();
            let work = async move {
                hub.blocking(move |hub| {
                    hub.subscription_within(&reach, number)?;
                    hub.replay_subscription(&actor, number, since)
                })
                .await
            };
            once(&visit, &form, work, to).await
        }
        Err(error) => Err(error.into()),
    };
    match replayed {
        Ok(Sent::Now(view)) => Ok(visit.go(&to(&view), Said::Replayed)),
        Ok(Sent::Before(path)) => Ok(visit.go(&path, Said::Before)),
        Err(problem) => {
            let view = found(&visit, &id).await?;
            visit.again(problem, |shell| ReplayPage { shell, view, form })
        }
    }
}

#[derive(Template)]
#[template(path = "pages/manage/subscription_end.html")]
struct EndPage {
    shell: Shell,
    view: SubscriptionView,
    form: Form,
}

async fn ask_end(
    visit: Visit<CanManageSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = found(&visit, &id).await?;
    visit.page(&EndPage {
        shell: visit.shell()?,
        view,
        form: Form::default(),
    })
}

async fn end(posted: Posted<CanManageSubscriptions>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, number) = (visit.actor.clone(), path::number(&id, Unknown::Subscription)?);
    let (hub, reach) = (visit.hub.clone(), visit.reach.clone());
    let work = async move {
        hub.blocking(move |hub| {
            hub.subscription_within(&reach, number)?;
            hub.delete_subscription(&actor, number)
        })
        .await
    };
    once(&visit, &form, work, |()| String::new()).await?;
    Ok(visit.go("/manage/systems#langganan", Said::Ended))
}
