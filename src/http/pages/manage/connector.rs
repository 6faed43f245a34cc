//! One connector: how its system stands, and a trial of it, phase by phase.
//!
//! Not here: how it is set up (`connector_form`). Invariant: a trial changes nothing that is stored, and no credential
//! is shown.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::super::words::system;
use super::systems::standing;
use crate::access::rules::{Action, Resource};
use crate::error::{Error, Unknown};
use crate::http::admin::connectors::test::trial_request;
use crate::http::manager::{CanManageConnectors, CanSeeConnectors};
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ConnectorChange, ConnectorTrial, ConnectorView};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/connectors/{id}",
        vec![
            (Method::GET, get().to(show_connector)),
            (Method::POST, post().to(try_connector)),
        ],
    ))
    .service(public_resource(
        "/manage/systems/connectors/{id}/switch",
        vec![(Method::POST, post().to(switch_connector))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/connector.html")]
struct ConnectorPage {
    shell: Shell,
    view: ConnectorView,
    form: Form,
    trial: Option<ConnectorTrial>,
    may_manage: bool,
}

/// The connector of a path, where it is within reach.
pub(super) async fn found<P>(visit: &Visit<P>, id: &str) -> Result<ConnectorView, Problem> {
    let (id, reach) = (path::number(id, Unknown::Connector)?, visit.reach.clone());
    visit.ask(move |hub| hub.connector_within(&reach, id)).await
}

impl ConnectorPage {
    async fn of<P>(visit: &Visit<P>, id: &str) -> Result<Self, Problem> {
        let view = found(visit, id).await?;
        let shell = visit.shell()?;
        Ok(ConnectorPage {
            may_manage: shell.may(Action::Manage, Resource::Connectors),
            shell,
            view,
            form: Form::default(),
            trial: None,
        })
    }

    fn standing(&self) -> (&'static str, &'static str) {
        standing(&self.shell, &self.view)
    }

    fn phase(&self, phase: &str) -> &'static str {
        system::phase(self.shell.say, phase)
    }

    fn advice(&self, kind: &str) -> &'static str {
        system::advice(self.shell.say, kind)
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
    page.form = form;
    match tried(&visit, &page).await {
        Ok(trial) => visit.page(&ConnectorPage {
            trial: Some(trial),
            ..page
        }),
        Err(error) => visit.again(error.into(), |shell| ConnectorPage { shell, ..page }),
    }
}

/// Tries it, as the form says.
async fn tried(visit: &Visit<CanManageConnectors>, page: &ConnectorPage) -> Result<ConnectorTrial, Error> {
    let asked = trial_request(page.form.said("path"), page.form.said("query"))?;
    let dataset = match page.form.said("dataset") {
        None => None,
        Some(_) => Some(visit.hub.dataset(&super::dataset(&page.form)?)?),
    };
    let system = visit.hub.system(page.view.connector.id)?;
    let lines = visit.hub.lines();
    visit
        .hub
        .try_connector(&lines, &system, asked, dataset.as_deref())
        .await
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
    let reach = visit.reach.clone();
    visit
        .ask(move |hub| {
            hub.connector_within(&reach, number)?;
            hub.change_connector(&actor, number, &change)
        })
        .await?;
    Ok(visit.go(&format!("/manage/systems/connectors/{number}"), Said::Saved))
}
