//! A connector registered, and changed, by a form.
//!
//! Not here: what its fields say (`connector_fields`). Invariant: a credential that was typed or is kept stands on no page.

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::web::{self, get, post};
use askama::Template;

use super::super::form::Form;
use super::super::said::Said;
use super::super::shell::Shell;
use super::super::visit::{Posted, Visit};
use super::connector::found;
use super::connector_fields::{credential, new_connector, settings, written};
use crate::http::manager::CanManageConnectors;
use crate::http::problem::Problem;
use crate::http::resource::public_resource;
use crate::hub::{ConnectorChange, ConnectorView, OpdView};

/// The resources of this file.
pub(super) fn routes(app: &mut web::ServiceConfig) {
    app.service(public_resource(
        "/manage/systems/connectors/new",
        vec![(Method::GET, get().to(ask_new)), (Method::POST, post().to(add))],
    ))
    .service(public_resource(
        "/manage/systems/connectors/{id}/change",
        vec![
            (Method::GET, get().to(ask_change)),
            (Method::POST, post().to(change)),
        ],
    ));
}

#[derive(Template)]
#[template(path = "pages/manage/connector_form.html")]
struct FormPage {
    shell: Shell,
    /// The one that is changed.
    before: Option<ConnectorView>,
    opds: Vec<OpdView>,
    form: Form,
}

impl FormPage {
    async fn new<P>(visit: &Visit<P>, form: Form) -> Result<Self, Problem> {
        let reach = visit.reach.clone();
        let mut opds = visit.ask(|hub| hub.opds()).await?;
        opds.retain(|opd| opd.active && reach.covers(&opd.code));
        Ok(FormPage {
            shell: visit.shell()?,
            before: None,
            opds,
            form,
        })
    }

    async fn of<P>(visit: &Visit<P>, id: &str, form: Option<Form>) -> Result<Self, Problem> {
        let view = found(visit, id).await?;
        Ok(FormPage {
            shell: visit.shell()?,
            form: form.unwrap_or_else(|| written(&view.connector.settings)),
            before: Some(view),
            opds: Vec::new(),
        })
    }

    /// Where it is sent.
    fn action(&self) -> String {
        match &self.before {
            Some(view) => format!("/manage/systems/connectors/{}/change", view.connector.id),
            None => "/manage/systems/connectors/new".to_owned(),
        }
    }

    /// Whether a credential is kept.
    fn keeps(&self) -> bool {
        self.before.as_ref().is_some_and(|view| view.has_credential)
    }

    /// Whether a credential was typed, which is not shown again and so not kept.
    fn dropped(&self) -> bool {
        credential(&self.form).is_some()
    }

    /// How a system wants to know who asks: the form's words, and ours.
    fn auths(&self) -> [(&'static str, &'static str); 6] {
        let it = |id, en| self.shell.it(id, en);
        [
            ("none", it("tanpa kredensial", "without a credential")),
            ("key-header", it("kunci di header", "a key in a header field")),
            ("key-query", it("kunci di kueri", "a key in the query")),
            (
                "basic",
                it("nama dan kata sandi (Basic)", "name and password (Basic)"),
            ),
            ("bearer", it("token tetap (Bearer)", "a fixed token (Bearer)")),
            (
                "oauth",
                it("OAuth 2.0, client credentials", "OAuth 2.0, client credentials"),
            ),
        ]
    }
}

async fn ask_new(visit: Visit<CanManageConnectors>) -> Result<HttpResponse, Problem> {
    visit.page(&FormPage::new(&visit, Form::default()).await?)
}

async fn add(posted: Posted<CanManageConnectors>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let added = match new_connector(&form) {
        Ok(new) => {
            let actor = visit.actor.clone();
            visit.ask(move |hub| hub.add_connector(&actor, &new)).await
        }
        Err(error) => Err(error.into()),
    };
    match added {
        Ok(view) => {
            let path = format!("/manage/systems/connectors/{}", view.connector.id);
            Ok(visit.go(&path, Said::Added))
        }
        Err(problem) => {
            let page = FormPage::new(&visit, form).await?;
            visit.again(problem, |shell| FormPage { shell, ..page })
        }
    }
}

async fn ask_change(
    visit: Visit<CanManageConnectors>,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    visit.page(&FormPage::of(&visit, &id, None).await?)
}

async fn change(posted: Posted<CanManageConnectors>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let Posted { visit, form } = posted;
    let before = found(&visit, &id).await?.connector;
    let changed = match settings(&form, Some(&before.settings)) {
        Ok(settings) => {
            let (actor, number) = (visit.actor.clone(), before.id);
            let change = ConnectorChange {
                settings: Some(settings),
                credential: credential(&form),
                enabled: None,
            };
            visit
                .ask(move |hub| hub.change_connector(&actor, number, &change))
                .await
        }
        Err(error) => Err(error.into()),
    };
    match changed {
        Ok(_) => Ok(visit.go(&format!("/manage/systems/connectors/{}", before.id), Said::Saved)),
        Err(problem) => {
            let page = FormPage::of(&visit, &id, Some(form)).await?;
            visit.again(problem, |shell| FormPage { shell, ..page })
        }
    }
}
