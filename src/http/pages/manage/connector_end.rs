//! A connector removed, on a page that says what reaches its system through it, and asks.
//!
//! Invariant: what is still needed is not offered for removal (and the hub refuses it).

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::once::once;
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use crate::error::{ConnectorUse, Unknown};
use crate::http::manager::CanManageConnectors;
use crate::http::path;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::ConnectorView;

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/connectors/{id}/end",
        vec![(Method::GET, get().to(ask_end)), (Method::POST, post().to(end))],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/connector_end.html")]
struct EndPage {
    shell: Shell,
    view: ConnectorView,
    uses: Vec<ConnectorUse>,
    form: Form,
}

impl EndPage {
    async fn of<P>(visit: &Visit<P>, id: &str, form: Form) -> Result<Self, Problem> {
        let (id, reach) = (path::number(id, Unknown::Connector)?, visit.reach.clone());
        let (view, uses) = visit
            .ask(move |hub| Ok((hub.connector_within(&reach, id)?, hub.connector_uses(id)?)))
            .await?;
        Ok(EndPage {
            shell: visit.shell()?,
            view,
            uses,
            form,
        })
    }

    /// What uses it, in words, and where that is.
    fn used(&self, by: &ConnectorUse) -> (String, String) {
        let it = |id, en| self.shell.it(id, en);
        match by {
            ConnectorUse::Subscription(number) => (
                format!("{} {number}", it("Langganan nomor", "Subscription number")),
                format!("/manage/systems/subscriptions/{number}"),
            ),
            ConnectorUse::Pull(number) => (
                format!(
                    "{} {number}",
                    it("Penarikan terjadwal nomor", "Scheduled pull number")
                ),
                format!("/manage/systems/pulls/{number}"),
            ),
            ConnectorUse::Live(dataset) => (
                format!("{} {dataset}", it("Panggilan langsung", "Live calls of")),
                format!("/manage/contracts?q={dataset}"),
            ),
        }
    }
}

async fn ask_end(visit: Visit<CanManageConnectors>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    visit.page(&EndPage::of(&visit, &id, Form::default()).await?)
}

async fn end(posted: Posted<CanManageConnectors>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let (actor, number) = (visit.actor.clone(), path::number(&id, Unknown::Connector)?);
    let (hub, reach) = (visit.hub.clone(), visit.reach.clone());
    let work = async move {
        hub.blocking(move |hub| {
            hub.connector_within(&reach, number)?;
            hub.delete_connector(&actor, number)
        })
        .await
    };
    match once(&visit, &form, work, |()| String::new()).await {
        Ok(_) => Ok(visit.go("/manage/systems", Said::Ended)),
        Err(problem) => {
            let page = EndPage::of(&visit, &id, form).await?;
            visit.again(problem, |shell| EndPage { shell, ..page })
        }
    }
}
