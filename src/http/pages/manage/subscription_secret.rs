//! The secret that a subscription's messages are signed with, shown when it is made, and exchanged.
//!
//! Invariant: a secret stands on the page that answers the form which made it, and on no other.

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
use crate::error::Unknown;
use crate::http::manager::CanManageSubscriptions;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{SubscriptionView, SubscriptionWithSecret};
use crate::types::Text;

/// For how many seconds the secret before may go on beside a new one; the first is what is proposed.
const OVERLAPS: [u32; 5] = [86_400, 3_600, 604_800, 2_592_000, 0];

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/subscriptions/{id}/secret",
        vec![
            (Method::GET, get().to(ask_exchange)),
            (Method::POST, post().to(exchange)),
        ],
    ));
}

/// A secret that was made, shown this once.
#[derive(Template)]
#[template(path = "pages/manage/secret.html")]
pub(super) struct SecretPage {
    pub(super) shell: Shell,
    pub(super) made: SubscriptionWithSecret,
}

#[derive(Template)]
#[template(path = "pages/manage/subscription_secret.html")]
struct ExchangePage {
    shell: Shell,
    view: SubscriptionView,
    form: Form,
}

impl ExchangePage {
    /// How long both may be used: the form's words, ours, and whether it was chosen.
    fn overlaps(&self) -> Vec<(u32, String, bool)> {
        let chosen = self.form.text("overlap_seconds");
        let words = |seconds: u32| match seconds {
            0 => self.shell.it("tidak sama sekali", "no time at all").to_owned(),
            seconds => self.shell.lasting(&i64::from(seconds)),
        };
        let overlaps = OVERLAPS.iter();
        overlaps
            .map(|seconds| (*seconds, words(*seconds), chosen == seconds.to_string()))
            .collect()
    }
}

async fn ask_exchange(
    visit: Visit<CanManageSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = found(&visit, &id).await?;
    visit.page(&ExchangePage {
        shell: visit.shell()?,
        view,
        form: Form::default(),
    })
}

async fn exchange(
    posted: Posted<CanManageSubscriptions>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let number = path::number(&id, Unknown::Subscription)?;
    let wanted = Text::new("pilih dari daftar.", "choose from the list.");
    let exchanged = match form.parsed::<u32>("overlap_seconds", wanted) {
        Ok(overlap) => {
            let (actor, reach) = (visit.actor.clone(), visit.reach.clone());
            let hub = visit.hub.clone();
            let work = async move {
                hub.blocking(move |hub| {
                    hub.subscription_within(&reach, number)?;
                    hub.rotate_subscription(&actor, number, overlap)
                })
                .await
            };
            once(&visit, &form, work, |made| to(&made.subscription)).await
        }
        Err(error) => Err(error.into()),
    };
    match exchanged {
        Ok(Sent::Before(path)) => Ok(visit.go(&path, Said::SecretBefore)),
        Ok(Sent::Now(made)) => visit.page(&SecretPage {
            shell: visit.shell()?,
            made,
        }),
        Err(problem) => {
            let view = found(&visit, &id).await?;
            visit.again(problem, |shell| ExchangePage { shell, view, form })
        }
    }
}
